"""Hit rates of inferred links: what is hidden has to be found (method page visibility, §6)."""

import numpy as np
import polars as pl
import pytest

from tierscape.network import Network
from tierscape.quantities.inferred import HIT_RATE, infer_links
from tierscape.quantities.link_skill import link_skill, ranked_right


def clustered(pairs: int = 60, makers: int = 12, *, near: bool = True, evidence: str = "declared") -> Network:
    """Buyers stand beside their supplier, or beside the next maker, on a line of makers 1,000 km apart."""
    step = np.arange(makers) * 9.0
    site = [f"m{i:02d}" for i in range(makers)]
    own = np.arange(pairs) % makers
    at = own if near else (own + 1) % makers
    buyers = [f"b{i:02d}" for i in range(pairs)]
    return Network.from_tables(
        {
            "sites": pl.DataFrame(
                {"site": [*site, *buyers], "lat": [45.0] * (makers + pairs), "lon": [*(step - 60), *(step[at] - 59.5)],
                 "status": ["operating"] * (makers + pairs)}
            ),
            "parts": pl.DataFrame({"part": ["p", "c"], "kind": ["product", "component"]}),
            "bom": pl.DataFrame({"parent": ["p"], "child": ["c"], "quantity": [1.0]}),
            "capabilities": pl.DataFrame({"site": [*site, *buyers], "part": ["c"] * makers + ["p"] * pairs, "evidence": ["observed"] * (makers + pairs)}),
            "links": pl.DataFrame({"supplier": [site[i] for i in own], "buyer": buyers, "part": ["c"] * pairs, "evidence": [evidence] * pairs}),
        }
    )  # fmt: skip


def component(network: Network, **given):
    return link_skill(network, **given).filter(kind="component").row(0, named=True)


def test_neighbours_are_found_when_links_are_between_neighbours():
    row = component(clustered())
    assert (row["declared_links"], row["hidden_links"], row["candidates"], row["measured"]) == (60, 12, 12, True)
    assert row["auc"] == row["auc_distance"] == 1.0
    assert row["auc_uniform"] == 0.5
    assert row["log_loss"] < row["log_loss_uniform"]
    assert row["hit_rate"] > 0.8


def test_no_skill_is_found_where_distance_misleads():
    row = component(clustered(near=False))
    assert row["auc"] < 1.0
    assert row["hit_rate"] < 0.5 < component(clustered())["hit_rate"]


def test_fewer_than_fifty_links_leave_the_assumed_rate_with_a_note():
    row = component(clustered(49))
    assert (row["hit_rate"], row["measured"], row["hidden_links"], row["auc"]) == (HIT_RATE, False, 0, None)
    assert "fewer than 50" in row["note"]


def test_inferred_links_measure_nothing():
    assert component(clustered(evidence="inferred"))["declared_links"] == 0


def test_below_ten_candidates_no_skill_is_claimed():
    row = component(clustered(makers=9))
    assert (row["measured"], row["candidates"], row["auc"], row["log_loss"]) == (True, 9, None, None)
    assert "no skill is claimed" in row["note"]


def test_the_same_seed_hides_the_same_links_whatever_their_order():
    network = clustered(near=False)
    turned = network.with_tables(links=network["links"].reverse())
    assert link_skill(network, seed=3).equals(link_skill(turned, seed=3))


def test_confidence_is_the_share_times_the_rate_of_the_kind():
    network = clustered(10)
    bare = network.with_tables(
        links=network["links"].clear(),
        capabilities=network["capabilities"].with_columns(capacity_per_year=pl.lit(10.0)),
    )
    found = infer_links(bare, hit_rate={"component": 0.8})
    assert found.height > 0
    assert found["confidence"].to_list() == pytest.approx((found["share"] * 0.8).to_list())


def test_ranks_within_groups_equal_all_pairs_counted():
    random = np.random.default_rng(0)
    group, positive = random.integers(0, 5, 60), random.random(60) < 0.3
    score = random.integers(0, 4, 60).astype(float)
    better = pairs = 0.0
    for i in np.flatnonzero(positive):
        for j in np.flatnonzero(~positive & (group == group[i])):
            pairs += 1
            better += (score[i] > score[j]) + 0.5 * (score[i] == score[j])
    assert ranked_right(group, positive, score) == pytest.approx(better / pairs)
    assert ranked_right(group, np.zeros(60, bool), score) is None
