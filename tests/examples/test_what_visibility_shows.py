"""The facts behind the two large examples say what `visibility` must show.

No public source gives links from site to site, so every link there is inferred: without them next to nothing is traced.
"""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.visibility import Inference, visibility

USE = Inference(inferred="use")


@pytest.fixture(scope="module")
def packs():
    return visibility(tierscape.load("ev-battery-central-europe"), product="ev_pack_75", inference=USE)


@pytest.fixture(scope="module")
def control_units():
    return visibility(tierscape.load("auto-electronics-mexico"), product="ecu_body", inference=USE)


def makers(answer, part: str) -> dict[str, float]:
    """Countries of a part's makers with the share of its value, from the sites that value reaches."""
    rows = answer.exposure.filter((pl.col("dimension") == "country") & (pl.col("tier") == "all"))
    sites = answer.sites.filter(pl.col("parts").str.split("; ").list.contains(part))
    assert set(sites["country"]) <= set(rows["key"])
    return dict(sites.group_by("country").agg(pl.col("value_share").sum()).rows())


@pytest.mark.parametrize(
    ("name", "product"), [("ev-battery-central-europe", "ev_pack_75"), ("auto-electronics-mexico", "ecu_body")]
)
def test_without_inferred_links_no_link_carries_value(name, product):
    answer = visibility(tierscape.load(name), product=product)
    row = answer.overview.row(0, named=True)
    assert row["links"] == 0
    assert row["traced_share"] < 0.3
    assert answer.flows.is_empty()
    assert "inferred links are shown and not counted" in answer.summary()


def test_central_europe_is_near_at_tiers_one_and_two_and_offshore_further_up(packs):
    near = dict(packs.tiers.select("tier", pl.col("home_share") + pl.col("near_share")).rows())
    away = dict(packs.tiers.select("tier", "offshore_share").rows())
    assert near[1] > 0.8
    assert near[2] > 0.5
    assert min(away[3], away[4]) > 0.3 > max(away[1], away[2])


@pytest.mark.parametrize(
    ("part", "countries"), [("graphite_feed", {"CN", "MZ"}), ("lipf6", {"CN"}), ("mn_sulphate", {"CN"})]
)
def test_what_central_europe_lacks_comes_from_far_away(packs, part, countries):
    assert set(makers(packs, part)) == countries


def test_china_counts_for_more_in_a_pack_than_face_value_shows(packs):
    china = packs.exposure.filter(
        (pl.col("key") == "CN") & (pl.col("tier") == "all") & (pl.col("dimension") == "country")
    ).row(0, named=True)
    assert china["look_through_share"] > 4 * china["face_share"]
    assert china["feasible_without"] is False


def test_mexico_assembles_boards_and_housings_and_buys_its_chips(control_units):
    assert set(makers(control_units, "pcba")) == {"MX"}
    assert set(makers(control_units, "housing_al")) == {"MX"}
    for part in ("mcu", "wafer_fab", "ccl", "bare_pcb"):
        assert "MX" not in makers(control_units, part)


def test_mexico_seems_to_add_more_of_a_control_unit_than_it_does(control_units):
    mexico = control_units.exposure.filter(
        (pl.col("key") == "MX") & (pl.col("tier") == "all") & (pl.col("dimension") == "country")
    ).row(0, named=True)
    assert mexico["face_share"] > 0.9
    assert mexico["look_through_share"] < 0.65


def test_control_units_hang_on_one_maker_of_laminate_foil_if_the_links_are_right(control_units):
    row = control_units.single_points.filter(pl.col("parts").str.contains("cu_foil_ed")).row(0, named=True)
    assert (row["country"], row["basis"], row["disclosed"]) == ("CN", "inferred", False)


def test_the_answer_on_a_pack_says_what_is_outside_at_three_tiers_what_is_hidden_and_what_is_unknown(packs):
    text = packs.summary()
    assert (
        "Outside home and near, of what passes each tier: 4% at tier 1 (1% unknown), 30% at tier 2 (6% unknown)" in text
    )
    assert "Aurubis Hamburg, tier 2, stands behind 12 of 68 direct suppliers" in text
    titles = [title for title, _, _ in packs.headlines()]
    assert titles[:2] == ["Value traced to a site", "Outside home and near at tiers 1 · 2 · 3"]


def test_inferred_links_of_the_examples_rest_on_an_assumed_hit_rate(packs):
    assert set(packs.inference_skill["measured"]) == {False}
    assert set(packs.inference_skill["hit_rate"]) == {0.5}
