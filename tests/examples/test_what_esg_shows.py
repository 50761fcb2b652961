"""The facts behind each example say what it must show; `esg` has to agree."""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.esg import Factors, esg


@pytest.fixture(scope="module")
def mexico():
    return esg(tierscape.load("auto-electronics-mexico"))


@pytest.fixture(scope="module")
def packs():
    return esg(tierscape.load("ev-battery-central-europe"))


def whole(answer, product: str) -> dict[str, float]:
    return answer.whole(product)


def test_harnesses_travel_by_road_inside_mexico_and_chips_come_by_sea_or_air(mexico):
    # "Strong at harness_assembly, cable_lv, smt_line"; "wafer_fab and most mcu stand outside the country".
    def modes(part: str) -> set[str]:
        return set(mexico.legs.filter(pl.col("part") == part)["mode"])

    assert modes("harness_assembly") == {"road"}
    assert "air" in modes("mcu")
    assert "sea" in modes("bare_pcb")
    origins = {
        p: mexico.sources.filter(pl.col("product") == p)["origin"].to_list() for p in ("harness_body", "ecu_body")
    }
    assert "sea freight" in origins["ecu_body"]
    assert "road freight" in origins["harness_body"]


def test_packs_of_mexico_are_mostly_unseen_for_cells_are_made_elsewhere(mexico):
    # Its strength is electronics and harness; no cell maker is among the sites.
    assert whole(mexico, "ev_pack_75")["unseen_share"] > 0.5
    assert whole(mexico, "harness_body")["unseen_share"] < 0.2
    assert "78% unseen" in mexico.sentence()


def test_work_of_the_electronics_cluster_stands_in_the_north_and_the_bajio(mexico):
    known = mexico.people.drop_nulls("direct")
    assert known["region"][0] == "MX-CHH"
    assert known.filter(pl.col("country") == "MX")["direct"].sum() > 0.7 * known["direct"].sum()
    assert (
        mexico.people["labour_risk_low"] < mexico.people["labour_risk_high"]
    ).all()  # no rating of Mexico is shipped


def test_a_pack_of_central_europe_emits_most_above_the_first_tier(packs):
    # "Strong at tiers 1 and 2 …, empty at tiers 3 and 4": materials from overseas, cells made here.
    tiers = dict(packs.product.filter(pl.col("tier") != "all").select("tier", "kg_per_unit").iter_rows())
    assert tiers["2"] + tiers["3"] + tiers["4"] > 0.5 * whole(packs, "ev_pack_75")["kg_per_unit"]
    # The usual range of packs, 60 to 100 kg a kilowatt-hour (public life-cycle studies; not a source of the figures here).
    assert 40 < whole(packs, "ev_pack_75")["kg_per_unit"] / 75 < 120


def test_graphite_comes_by_sea_or_rail_from_the_far_east(packs):
    # graphite_feed and graphitisation are absent in the region.
    legs = packs.legs.filter((pl.col("part") == "anode_graphite") & (pl.col("km") > 5000))
    assert set(legs["mode"]) <= {"sea", "rail"}
    assert legs.height > 10


def test_distances_at_sea_of_the_example_are_those_of_ships(packs):
    # Far East to Central Europe: some 20,000 km by ship, not the 9,000 km of the great circle.
    assert "links.distance_km" not in {f.where for f in packs.findings}
    links = tierscape.load("ev-battery-central-europe")["links"].filter(pl.col("mode") == "sea")
    by_canal = links.filter(pl.col("route").str.contains("suez"))["distance_km"]
    assert by_canal.len() > 100
    assert 12_000 < by_canal.median() < 24_000
    measured = esg(tierscape.load("ev-battery-central-europe"), factors=Factors(distances="measured"))
    assert measured.legs["kg"].sum() > packs.legs["kg"].sum()  # roads to the ports count as roads


def test_no_good_of_the_carbon_border_enters_from_overseas(packs):
    # Profiles, foil and cans are made in the region; batteries are not goods of the carbon border.
    assert packs.cbam.is_empty()
    overseas = packs.legs.filter(pl.col("km") > 5000)["part"].unique()
    assert not {"al_extrusion", "al_foil"} & set(overseas)
