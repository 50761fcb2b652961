"""The facts behind each example say what it must show; `trust` has to agree."""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.trust import trust


@pytest.fixture(scope="module")
def packs():
    return trust(tierscape.load("ev-battery-central-europe"), product="ev_pack_75")


@pytest.fixture(scope="module")
def control_units():
    return trust(tierscape.load("auto-electronics-mexico"), product="ecu_body")


def whole(answer, basis: str, links: str) -> dict[str, float]:
    rows = answer.value_shares.filter(
        (pl.col("tier") == "all") & (pl.col("basis") == basis) & (pl.col("links") == links)
    )
    return rows.row(0, named=True)


def tier(answer, number: int) -> dict[str, float]:
    rows = answer.value_shares.filter(
        (pl.col("tier") == str(number)) & (pl.col("basis") == "location") & (pl.col("links") == "all")
    )
    return rows.row(0, named=True)


def test_no_link_of_the_examples_is_declared_so_most_of_the_value_is_unknown(packs, control_units):
    # "No public source gives site-to-site links: every link of the example is inferred."
    for answer in (packs, control_units):
        assert whole(answer, "location", "declared")["unknown_share"] > 0.7
        assert whole(answer, "location", "all")["unknown_share"] < 0.25


def test_central_europe_buys_from_allies_at_first_and_from_others_upstream(packs):
    # Cells and packs stand in the region; graphite, its feed, salt and precursors stand in China.
    assert tier(packs, 1)["other_share"] < tier(packs, 3)["other_share"]
    china = packs.countries.filter(pl.col("country") == "CN")
    assert china["value_share_all"].item() > 0.1
    assert china["allied"].item() == "no"


def test_plants_of_chinese_owners_in_the_region_are_allied_by_location_and_not_by_owner(packs):
    owned = packs.sites.filter((pl.col("owner_country") == "CN") & (pl.col("links") == "all"))
    inside = owned.filter(pl.col("country").is_in(["HU", "DE", "PL"]))
    assert {"catl_arnstadt", "semcorp_debrecen"} & set(inside["site"])
    assert set(inside["by_location"]) == {"yes"}
    assert set(inside["by_owner"]) == {"no"}
    assert whole(packs, "owner", "all")["ally_share"] < whole(packs, "location", "all")["ally_share"]


def test_control_units_from_mexico_hang_on_the_verdict_on_mexico(control_units):
    # Boards are assembled in Mexico; chips and bare boards come from outside.
    mexico = control_units.countries.filter(pl.col("country") == "MX").row(0, named=True)
    assert (mexico["allied"], mexico["firm"]) == ("yes", False)
    turn = control_units.flips.filter((pl.col("decision") == "ally_share") & (pl.col("links") == "all"))
    assert turn.select("from", "to", "at_threshold").rows() == [("met", "missed", 55.0)]


def test_chips_from_taiwan_depend_on_a_score_that_does_not_exist(control_units):
    taiwan = control_units.countries.filter(pl.col("country") == "TW").row(0, named=True)
    assert (taiwan["allied"], taiwan["missing"]) == ("depends", "alignment")
    assert taiwan["value_share_all"] > 0.0


def test_pump_of_the_worked_example_is_mostly_allied_and_china_is_the_rest():
    answer = trust(tierscape.load("mini"))
    found = whole(answer, "location", "declared")
    china = answer.countries.filter(pl.col("country") == "CN")
    assert found["ally_share"] == pytest.approx(0.80)
    assert found["other_share"] == pytest.approx(china["value_share"].item())
