import datetime as dt

import numpy as np
import polars as pl
import pytest

from tierscape.kernels.distance import EARTH_RADIUS_KM
from tierscape.network import Network
from tierscape.quantities.evidence import GRADE_WEIGHTS, age_weight, grade_weight
from tierscape.quantities.inferred import infer_links

NORTH = float(np.degrees(100.0 / EARTH_RADIUS_KM))
SCALE = {"component": 100.0}


def two_by_two(capacity=(100.0, 100.0), **tables):
    """A and X stand at one place, B and Y 100 km north; X and Y need 60 of c each."""
    base = {
        "sites": pl.DataFrame(
            {
                "site": ["A", "B", "X", "Y"],
                "lat": [47.0, 47.0 + NORTH] * 2,
                "lon": [19.0] * 4,
                "status": ["operating"] * 4,
            }
        ),
        "parts": pl.DataFrame({"part": ["p", "c"], "kind": ["product", "component"]}),
        "bom": pl.DataFrame({"parent": ["p"], "child": ["c"], "quantity": [2.0]}),
        "capabilities": pl.DataFrame(
            {
                "site": ["A", "B", "X", "Y"],
                "part": ["c", "c", "p", "p"],
                "capacity_per_year": [*capacity, 30.0, 30.0],
                "evidence": ["audited"] * 4,
            }
        ),
    }
    return Network.from_tables(base | tables, name="two by two")


def flows(links):
    return {(s, b): round(v, 4) for s, b, v in links.select("supplier", "buyer", "volume_per_year").iter_rows()}


def link(supplier, buyer, **more):
    return pl.DataFrame({"supplier": [supplier], "buyer": [buyer], "part": ["c"]} | {k: [v] for k, v in more.items()})


@pytest.mark.parametrize(
    ("capacity", "outside", "expected"),
    [
        ((100.0, 100.0), 0.0, (43.8635, 16.1365, 16.1365, 43.8635)),
        ((50.0, 100.0), 0.0, (38.3785, 11.6215, 21.6215, 48.3785)),
        ((100.0, 100.0), 0.3, (35.9738, 13.2340, 13.2340, 35.9738)),
    ],
)
def test_the_worked_network_gives_the_printed_flows(capacity, outside, expected):
    found = infer_links(two_by_two(capacity), distance_scale_km=SCALE, outside_weight=outside)
    pairs = (("A", "X"), ("A", "Y"), ("B", "X"), ("B", "Y"))
    assert flows(found) == dict(zip(pairs, expected, strict=True))


def test_confidence_is_half_the_share_of_the_need():
    found = infer_links(two_by_two(), distance_scale_km=SCALE)
    np.testing.assert_allclose(found["share"], found["volume_per_year"] / 60.0)
    np.testing.assert_allclose(found["confidence"], found["share"] / 2)


def test_row_order_changes_nothing():
    network = two_by_two((50.0, 100.0))
    turned = network.with_tables(sites=network["sites"].reverse(), capabilities=network["capabilities"].reverse())
    assert infer_links(turned).equals(infer_links(network))


def test_a_declared_link_takes_its_volume_off_need_and_capacity():
    found = infer_links(two_by_two((60.0, 100.0), links=link("A", "X", volume_per_year=60.0, evidence="declared")))
    assert set(flows(found)) == {("B", "Y")}


def test_a_declared_link_without_volume_counts_for_the_whole_need():
    found = infer_links(two_by_two(links=link("A", "X", evidence="declared")))
    assert {buyer for _, buyer in flows(found)} == {"Y"}


def test_links_that_were_only_inferred_are_not_read():
    network = two_by_two(links=link("A", "X", volume_per_year=60.0, evidence="inferred", confidence=0.5))
    assert infer_links(network).equals(infer_links(two_by_two()))


def test_the_distance_of_a_declared_link_replaces_the_great_circle():
    declared = link("A", "X", volume_per_year=1.0, distance_km=300.0, evidence="declared").with_columns(
        part=pl.lit("p")
    )
    found = infer_links(two_by_two(links=declared), distance_scale_km=SCALE)
    assert found.filter(supplier="A", buyer="X")["distance_km"].to_list() == [300.0]


def test_unknown_capacity_of_a_maker_is_unlimited_and_of_a_buyer_leaves_the_need_unknown():
    network = two_by_two((None, 0.0))
    assert {supplier for supplier, _ in flows(infer_links(network))} == {"A"}
    unknown = network["capabilities"].with_columns(
        capacity_per_year=pl.when(pl.col("site") == "X").then(None).otherwise("capacity_per_year")
    )
    assert {buyer for _, buyer in flows(infer_links(network.with_tables(capabilities=unknown)))} == {"Y"}


def test_what_a_site_makes_itself_is_not_bought():
    network = two_by_two()
    own = pl.DataFrame({"site": ["X"], "part": ["c"], "capacity_per_year": [80.0], "evidence": ["audited"]})
    found = infer_links(network.with_tables(capabilities=pl.concat([network["capabilities"], own], how="diagonal")))
    assert {buyer for _, buyer in flows(found)} == {"Y"}
    assert ("X", "Y") in flows(found)


def test_sites_that_do_not_operate_take_no_part():
    network = two_by_two()
    building = network["sites"].with_columns(
        status=pl.when(pl.col("site") == "A").then(pl.lit("construction")).otherwise("status")
    )
    assert {supplier for supplier, _ in flows(infer_links(network.with_tables(sites=building)))} == {"B"}


def test_an_isolated_site_changes_nothing():
    network = two_by_two()
    alone = pl.DataFrame({"site": ["Z"], "lat": [10.0], "lon": [10.0], "status": ["operating"]})
    more = network.with_tables(sites=pl.concat([network["sites"], alone], how="diagonal"))
    assert infer_links(more).equals(infer_links(network))


def test_alternatives_share_a_need_by_their_number_of_makers():
    network = two_by_two(
        parts=pl.DataFrame({"part": ["p", "c", "d"], "kind": ["product", "component", "component"]}),
        bom=pl.DataFrame(
            {"parent": ["p", "p"], "child": ["c", "d"], "quantity": [2.0, 2.0], "choice": ["either", "either"]}
        ),
        capabilities=pl.DataFrame(
            {
                "site": ["A", "B", "A", "X"],
                "part": ["c", "c", "d", "p"],
                "capacity_per_year": [1e6, 1e6, 1e6, 30.0],
            }
        ),
    )
    found = infer_links(network, outside_weight=0.0).group_by("part").agg(pl.col("volume_per_year").sum())
    assert {part: round(volume, 6) for part, volume in found.iter_rows()} == {"c": 40.0, "d": 20.0}


def test_an_alternative_that_the_buyer_is_known_to_buy_takes_the_whole_need():
    network = two_by_two(
        parts=pl.DataFrame({"part": ["p", "c", "d"], "kind": ["product", "component", "component"]}),
        bom=pl.DataFrame(
            {"parent": ["p", "p"], "child": ["c", "d"], "quantity": [2.0, 2.0], "choice": ["either", "either"]}
        ),
        capabilities=pl.DataFrame(
            {"site": ["A", "B", "B", "X"], "part": ["c", "c", "d", "p"], "capacity_per_year": [1e6, 1e6, 1e6, 30.0]}
        ),
        links=link("A", "X", volume_per_year=10.0, evidence="declared"),
    )
    found = infer_links(network, outside_weight=0.0)
    assert found.select("supplier", "part").rows() == [("B", "c")]
    assert found["volume_per_year"].to_list() == pytest.approx([50.0])


def test_a_network_without_needs_gives_an_empty_table():
    found = infer_links(Network.from_tables({"parts": pl.DataFrame({"part": ["c"], "kind": ["component"]})}))
    assert found.is_empty()
    assert found.columns[:3] == ["supplier", "buyer", "part"]


def test_grades_weigh_as_declared_in_one_place():
    frame = pl.DataFrame({"evidence": [*GRADE_WEIGHTS, None]})
    assert frame.select(w=grade_weight())["w"].to_list() == [1.0, 0.8, 0.6, 0.3, 0.3]


def test_a_row_loses_half_its_weight_in_a_half_life_and_an_undated_one_is_two_old():
    today = pl.lit(dt.date(2026, 1, 1))
    frame = pl.DataFrame({"as_of": [dt.date(2026, 1, 1), dt.date(2025, 1, 1), dt.date(2027, 1, 1), None]})
    weights = frame.select(w=age_weight(today, 12.0))["w"].to_list()
    assert weights == pytest.approx([1.0, 0.5, 1.0, 0.25], abs=1e-3)
