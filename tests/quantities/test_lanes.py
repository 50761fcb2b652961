"""Lanes: distances against published ones, and what moving goods emits, costs and takes."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from network_tables import make_network, table
from tierscape.errors import DataError
from tierscape.network import Network
from tierscape.quantities.landmasses import landmass
from tierscape.quantities.lanes import LaneOptions, lane_findings, lane_legs, lanes
from tierscape.quantities.sea_distances import sea_km

SITES = """
    site       country lat    lon     organization region
    shanghai   CN      31.23  121.47  maker        .
    suzhou     CN      31.30  120.60  .            .
    hamburg    DE      53.55  9.99    .            .
    budapest   HU      47.50  19.04   .            .
    lyon       FR      45.76  4.84    .            .
    tangier    MA      35.78  -5.81   .            .
    monterrey  MX      25.67  -100.31 .            .
    dallas     US      32.78  -96.80  .            .
    nowhere    US      .      .       .            .
"""
PARTS = """
    part   kind       unit_mass_kg
    cell   component  20000
    screw  component  1
    paint  process    .
"""


def network(**tables: str) -> Network:
    given_tables = {"sites": SITES, "parts": PARTS, "meta": "name currency\nlanes USD", **tables}
    return make_network(**given_tables)


def only(rows: str, options: LaneOptions = LaneOptions(), **tables: str) -> dict[str, object]:  # noqa: B008
    frame = table(rows)
    numbers = [c for c in ("distance_km", "transit_days", "freight_per_unit") if c in frame.columns]
    return lanes(network(**tables), frame.cast(dict.fromkeys(numbers, pl.Float64)), options).row(0, named=True)


# Published distances, nautical miles. Suez against the Cape: Drewry, in Oil & Gas Journal, 28 December 1992 (round trips,
# halved); Shanghai: Notteboom, Pallis & Rodrigue, Port Economics, Management and Policy, "Interoceanic passages"; New York
# and New Orleans: E. R. Johnson, report on Panama Canal traffic and tolls, in F. A. Bishop, Panama, Past and Present (1913),
# p. 237; San Francisco: US Hydrographic Office, in Merry, San Francisco and the Nicaragua Canal. Of that list Honolulu to
# Yokohama (3,400, rounded) is left out: we measure 4 % more there.
PLACES = {
    "Ras Tanura": (26.65, 50.16), "Rotterdam": (51.95, 4.1), "Houston": (29.7, -95.0), "Yokohama": (35.45, 139.65),
    "London": (51.45, 0.5), "Sydney": (-33.86, 151.2), "Shanghai": (31.2, 121.8), "New York": (40.68, -74.03),
    "San Francisco": (37.8, -122.4), "New Orleans": (29.95, -90.06), "Colon": (9.36, -79.9), "Hong Kong": (22.3, 114.15),
}  # fmt: skip
PUBLISHED = [
    ("Ras Tanura", "Rotterdam", (), 6349),
    ("Ras Tanura", "Rotterdam", ("suez",), 11169),
    ("Ras Tanura", "Houston", (), 9756),
    ("Ras Tanura", "Houston", ("suez", "panama"), 12500),
    ("Yokohama", "London", (), 11021),
    ("Yokohama", "London", ("suez", "panama"), 14427),
    ("Sydney", "Rotterdam", ("panama",), 11483),
    ("Sydney", "Rotterdam", ("suez", "panama"), 12707),
    ("Shanghai", "Rotterdam", (), 10600),
    ("Shanghai", "Rotterdam", ("suez", "panama"), 13800),
    ("New York", "San Francisco", (), 5262),
    ("New York", "San Francisco", ("panama",), 13135),
    ("New Orleans", "Colon", (), 1395),
    ("New York", "Colon", (), 1974),
    ("San Francisco", "Yokohama", (), 4536),
    ("San Francisco", "Hong Kong", (), 6060),
]


@pytest.mark.parametrize(("start", "end", "closed", "miles"), PUBLISHED)
def test_sea_distances_are_within_3_percent_of_published_ones(
    start: str, end: str, closed: tuple[str, ...], miles: int
) -> None:
    measured = sea_km([PLACES[start]], [PLACES[end]], closed)[0] / 1.852  # type: ignore[arg-type]
    assert measured == pytest.approx(miles, rel=0.03)


def test_a_closure_does_not_stay_from_one_question_to_the_next() -> None:
    here, there = [PLACES["Shanghai"]], [PLACES["Rotterdam"]]
    before = sea_km(here, there)[0]
    assert sea_km(here, there, ("suez", "panama"))[0] > 1.25 * before
    assert sea_km(here, there)[0] == before


def test_closing_a_canal_does_not_open_the_northwest_passage() -> None:
    assert sea_km([PLACES["Shanghai"]], [PLACES["Rotterdam"]], ("suez",))[0] > 24_000


def test_a_sea_behind_a_closed_strait_has_no_distance() -> None:
    alexandria, batumi = [(31.2, 29.9)], [(41.65, 41.6)]
    assert sea_km(alexandria, batumi)[0] < 2500
    assert sea_km(alexandria, batumi, ("bosporus",)).tolist() == pytest.approx([float("nan")], nan_ok=True)


def test_lanes_cross_the_antimeridian() -> None:
    auckland, los_angeles = [(-36.8, 174.8)], [(33.7, -118.3)]
    assert 10_000 < sea_km(auckland, los_angeles)[0] < 11_000


# Emissions


def test_twenty_tonnes_over_19600_km_of_sea_emit_3194_8_kg() -> None:
    """Oracle EN1 of the method page: GLEC v3.2 in practice, worked example."""
    row = only("supplier buyer part mode distance_km\nshanghai hamburg cell sea 19600")
    assert row["kg_per_unit"] == pytest.approx(3194.8)
    assert (row["scope"], row["distance_method"]) == ("WTW", "stated")


def test_a_lorry_before_and_a_train_after_the_ship_add_up() -> None:
    """Oracle EN1, second part: plus 300 km at 75 and 150 km at 25 g/t-km, given."""
    rows = table(
        "supplier buyer part mode distance_km\nlyon hamburg cell road 300\nshanghai hamburg cell sea 19600\n"
        "hamburg suzhou cell rail 150"
    ).cast({"distance_km": pl.Float64})
    assert lanes(network(), rows)["kg_per_unit"].sum() == pytest.approx(3719.8)


@settings(max_examples=20, deadline=None)
@given(
    mass=st.floats(0.001, 1e5), km=st.floats(1, 20_000), mode=st.sampled_from(["road", "rail", "sea", "air", "barge"])
)
def test_emissions_are_linear_in_mass_and_in_distance(mass: float, km: float, mode: str) -> None:
    parts = pl.DataFrame({"part": ["one", "two"], "kind": ["component"] * 2, "unit_mass_kg": [mass, 2 * mass]})
    here = make_network(sites=SITES, parts=parts)
    rows = pl.DataFrame(
        {"supplier": ["lyon"] * 3, "buyer": ["budapest"] * 3, "part": ["one", "two", "one"], "mode": [mode] * 3,
         "distance_km": [km, km, 2 * km]}
    )  # fmt: skip
    once, twice, far = lanes(here, rows)["kg_per_unit"].to_list()
    assert twice == pytest.approx(2 * once)
    assert far == pytest.approx(2 * once)


def test_a_lane_is_the_sum_of_its_legs() -> None:
    rows = table("supplier buyer part\nshanghai budapest screw\nlyon budapest screw\nmonterrey shanghai screw")
    legs = lane_legs(network(), rows)
    total = legs.group_by("lane", maintain_order=True).agg(pl.col("km", "kg_per_unit", "kg_low", "kg_high").sum())
    found = lanes(network(), rows).select(
        km="distance_km", kg_per_unit="kg_per_unit", kg_low="kg_low", kg_high="kg_high"
    )
    assert legs["leg"].to_list() == [0, 1, 2, 0, 0, 1, 2]
    assert_frame_equal(total.drop("lane"), found)


def test_the_range_holds_the_value() -> None:
    rows = table(
        "supplier buyer part mode\n" + "\n".join(f"monterrey dallas screw {m}" for m in ("road", "rail", "air", "sea"))
    )
    found = lanes(network(), rows)
    for name in ("kg", "freight"):
        assert (found[f"{name}_low"] <= found[f"{name}_per_unit"]).all()
        assert (found[f"{name}_per_unit"] <= found[f"{name}_high"]).all()


def test_a_part_without_mass_is_unseen_and_not_zero() -> None:
    row = only("supplier buyer part mode distance_km\nlyon budapest paint road 1000")
    assert [row[c] for c in ("kg_per_unit", "kg_low", "kg_high", "freight_per_unit")] == [None] * 4
    rows = table("supplier buyer part mode\nlyon budapest paint road")
    (finding,) = lane_findings(network(), lanes(network(), rows))
    assert (finding.where, finding.count) == ("parts.unit_mass_kg", 1)


# Modes and distances


@pytest.mark.parametrize(
    ("buyer", "mode", "method"),
    [
        ("lyon", "road", "great circle × 1.3"),
        ("tangier", "sea", "sea route and land legs"),
        ("shanghai", "sea", "sea route and land legs"),
        ("nowhere", "sea", None),
    ],
)
def test_an_unknown_mode_is_road_on_one_landmass_and_sea_beyond(buyer: str, mode: str, method: str | None) -> None:
    row = only(f"supplier buyer part\nbudapest {buyer} screw")
    assert (row["mode"], row["mode_inferred"], row["distance_method"]) == (mode, True, method)


def test_a_site_without_place_has_no_distance() -> None:
    row = only("supplier buyer part\ndallas nowhere screw")
    assert [row[c] for c in ("mode", "distance_km", "kg_per_unit", "transit_days")] == [None] * 4


def test_a_route_names_the_ports() -> None:
    ports = "node kind lat lon country\nmxzlo seaport 19.06 -104.30 MX\ncnsha seaport 31.22 122.0 CN\ncanal canal 9 -79.7 PA"
    rows = "supplier buyer part mode route\nshanghai monterrey screw sea "
    near = only(rows + ".", nodes=ports)
    pacific = only(rows + "cnsha;canal;mxzlo", nodes=ports)
    legs = lane_legs(network(nodes=ports), table(rows + "cnsha;canal;mxzlo"))
    assert legs["lon2"][1] == -104.30
    assert pacific["distance_km"] < near["distance_km"]  # type: ignore[operator]


def test_two_sites_at_one_port_go_by_the_straight_line() -> None:
    row = only("supplier buyer part mode\nshanghai suzhou screw sea")
    assert row["distance_method"] == "great circle × 1.5"
    assert 100 < float(str(row["distance_km"])) < 150


def test_a_closed_canal_lengthens_the_lane() -> None:
    rows = "supplier buyer part\nshanghai hamburg screw"
    open_, closed = only(rows), only(rows, LaneOptions(closed=("suez", "panama")))
    assert closed["distance_km"] > 1.2 * open_["distance_km"]  # type: ignore[operator]
    assert closed["kg_per_unit"] > open_["kg_per_unit"]  # type: ignore[operator]


def test_stated_numbers_come_before_found_ones() -> None:
    row = only("supplier buyer part mode distance_km transit_days freight_per_unit\nlyon budapest screw road 900 3 0.5")
    assert (row["distance_km"], row["transit_days"], row["freight_per_unit"]) == (900, 3, 0.5)
    assert (row["freight_low"], row["freight_source"]) == (0.5, "stated")
    measured = only(
        "supplier buyer part mode distance_km\nlyon budapest screw road 900", LaneOptions(distances="measured")
    )
    assert measured["distance_method"] == "great circle × 1.3"


def test_goods_wait_at_the_border() -> None:
    row = only("supplier buyer part mode distance_km\nmonterrey dallas screw road 885")
    assert row["transit_days"] == pytest.approx(1 + 1.5)


def test_kosovo_and_islands_stand_where_they_stand() -> None:
    found = pl.DataFrame({"c": ["XK", "JP", "GB", "EG", "PA", "CO"]}).select(landmass(pl.col("c")))["c"].to_list()
    assert found == ["eurasia", "JP", "eurasia", "africa", "north_america", "south_america"]


# Freight


def test_freight_is_unknown_without_a_rate_of_exchange() -> None:
    rows = "supplier buyer part mode distance_km\nlyon budapest screw road 1000"
    euro = {"meta": "name currency\nlanes EUR"}
    assert only(rows, **euro)["freight_per_unit"] is None
    half = only(rows, LaneOptions(usd=0.5), **euro)["freight_per_unit"]
    assert half == pytest.approx(only(rows)["freight_per_unit"] / 2)  # type: ignore[operator]


def test_road_freight_is_rate_times_tonnes_times_kilometres() -> None:
    """1.65 USD a vehicle-kilometre and 22 t of freight.csv."""
    row = only("supplier buyer part mode distance_km\nlyon budapest screw road 1000")
    assert row["freight_per_unit"] == pytest.approx(0.001 * 1000 * 1.65 / 22)


def test_ocean_freight_is_that_of_a_container_whatever_the_distance() -> None:
    """2,887 USD a forty-foot container, ten-year mean of the Drewry index, of 22 t."""
    rows = "supplier buyer part mode distance_km\nshanghai hamburg screw sea "
    assert only(rows + "19600")["freight_per_unit"] == pytest.approx(2887 / 22_000)
    assert only(rows + "25000")["freight_per_unit"] == pytest.approx(2887 / 22_000)


# What the network states, and bad input

INDICATORS = "subject_kind subject indicator year value unit\n"


def test_the_nearest_stated_factor_counts() -> None:
    rows = "supplier buyer part mode distance_km\nshanghai hamburg cell sea 19600"
    stated = (
        INDICATORS
        + "country CN freight_g_per_tkm_wtw 2024 20 g/t-km\norganization maker freight_g_per_tkm_wtw.sea 2024 10 g/t-km"
    )
    row = only(rows, indicators=stated, organizations="organization\nmaker")
    assert row["kg_per_unit"] == pytest.approx(20 * 19_600 * 10 / 1000)
    assert str(row["source"]).endswith("(stated for the organization)")
    road = only(rows.replace("sea", "road"), indicators=stated, organizations="organization\nmaker")
    assert road["kg_per_unit"] == pytest.approx(20 * 19_600 * 20 / 1000)


@pytest.mark.parametrize("name", ["freight_g_per_tkm_ttw", "freight_g_per_tkm", "freight_g_per_tkm_wtw.bike"])
def test_a_factor_of_another_scope_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="not well-to-wheel"):
        only(
            "supplier buyer part mode\nlyon budapest screw road",
            indicators=INDICATORS + f"site lyon {name} 2024 50 g/t-km",
        )


def test_stated_freight_of_the_link_beats_that_of_the_lane() -> None:
    stated = (
        INDICATORS
        + "lane lyon/budapest freight_per_unit 2024 3 USD\nlink lyon/budapest/screw freight_per_unit 2024 2 USD"
    )
    rows = table("supplier buyer part mode\nlyon budapest screw road\nlyon budapest cell road")
    assert lanes(network(indicators=stated), rows)["freight_per_unit"].to_list() == [2, 3]


def test_bad_lanes_are_all_named() -> None:
    rows = table("supplier buyer part mode distance_km\nlyon budapest screw bike 10\nlyon budapest cell road -1")
    with pytest.raises(DataError) as caught:
        lanes(network(), rows.cast({"distance_km": pl.Float64}))
    assert {f.column for f in caught.value.findings} == {"mode", "distance_km"}


def test_an_unknown_site_is_named() -> None:
    with pytest.raises(DataError, match="'atlantis'"):
        lanes(network(), table("supplier buyer part\natlantis lyon screw"))


def test_no_lane_gives_no_row() -> None:
    assert lanes(network()).height == 0


def test_the_order_of_rows_changes_nothing() -> None:
    rows = table(
        "supplier buyer part\nshanghai budapest screw\nlyon budapest cell\nmonterrey dallas paint\nhamburg suzhou screw"
    )
    turned = rows.reverse()
    assert_frame_equal(lanes(network(), turned).reverse(), lanes(network(), rows))
