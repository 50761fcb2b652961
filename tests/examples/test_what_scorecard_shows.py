"""What `scorecard` says of the shipped examples, held against the typed facts behind them."""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.scorecard import Evidence, scorecard

FACTS = {
    "Alcom Reynosa", "CD Electrónica Mexicali", "Flex Aguascalientes", "Flex Tlajomulco", "Hella San José Iturbide",
    "Jabil Chihuahua", "Jabil Zapopan", "Key Tronic Juárez", "Magna Electronics Guadalupe", "Preh Guadalupe",
    "Sanmina El Salto", "Sanmina Tlajomulco", "Tyco International Matamoros", "ZF Electronic Systems Juárez",
}  # fmt: skip
"""Makers of populated boards that the facts read in a source, and that supply others in the example."""


@pytest.fixture(scope="module")
def mexico():
    return tierscape.load("auto-electronics-mexico")


@pytest.fixture(scope="module")
def boards(mexico):
    return scorecard(mexico, part="pcba")


def test_board_makers_are_those_of_the_facts(boards):
    assert set(boards.suppliers["name"]) == FACTS


def test_owners_are_those_of_the_facts(boards):
    # Preh belongs to Joyson of China: on the list of concern; Flex, Jabil and Sanmina are American
    trust = boards.indicators.filter(pl.col("indicator") == "owner_trust").join(boards.suppliers, on=["site", "part"])
    high = dict(trust.select("name", "raw").drop_nulls().rows())
    assert high["Preh Guadalupe"] <= 20
    assert min(high[n] for n in ("Flex Aguascalientes", "Jabil Zapopan", "Sanmina El Salto")) > 80
    assert "Alcom Reynosa" not in high  # the facts leave its owner to be checked


def test_twelve_suppliers_have_two_years_of_illustrative_series(mexico, boards):
    rows = mexico["observations"].filter(
        pl.col("subject").str.ends_with("/pcba") & (pl.col("subject_kind") == "capability")
    )
    assert rows["subject"].n_unique() == 12
    assert rows["source"].unique().to_list() == ["illustrative"]
    spreads = boards.indicators.filter(
        pl.col("indicator").is_in(["lead_variation", "price_variation"]) & pl.col("raw").is_not_null()
    )
    assert spreads.height == 24
    assert spreads["weight"].max() <= 0.3


def test_with_no_observations_the_suppliers_are_not_distinguishable(mexico, boards):
    blind = scorecard(mexico.with_tables(observations=mexico["observations"].clear()), part="pcba")
    assert blind.sentence().startswith(
        "The 14 suppliers of populated board are not distinguishable: nothing they deliver was observed"
    )
    assert blind.suppliers.select("rank_best", "rank_worst").unique().rows() == [(1, 14)]
    assert "the evidence is too weak" in boards.sentence()


def test_illustrative_rows_taken_at_full_weight_still_leave_what_nobody_knows(mexico, boards):
    what_if = scorecard(mexico, part="pcba", evidence=Evidence(at_least=1.0))
    both = boards.suppliers.join(what_if.suppliers, on=["site", "part"], suffix="_if")
    assert (both["low_if"] > both["low"]).all()
    assert (both["high_if"] < both["high"]).all()
    assert both["unknown_share"].min() == pytest.approx(0.1)  # contracts and footprints
    # only now are some surely ahead of others, whatever the weights within half; two were never looked at
    assert what_if.distinguishable
    assert "is also surely above" in what_if.sentence()
    behind = what_if.suppliers.filter(pl.col("rank_best") > 1)
    assert 1 < behind.height < 14
    seen = set(mexico["indicators"].filter(pl.col("indicator") == "x1")["subject"])
    assert len(seen) == 12
    open_ = what_if.suppliers.filter(~(pl.col("site") + "/pcba").is_in(sorted(seen)))
    assert open_.select("rank_best", "rank_worst").unique().rows() == [(1, 14)]


def test_an_observed_price_goes_before_a_built_up_one(mexico):
    rows = mexico["observations"]
    without = mexico.with_tables(observations=rows.filter(pl.col("indicator") != "unit_price"))
    full = Evidence(at_least=1.0)

    def span(network):
        found = scorecard(network, part="pcba", evidence=full).indicators
        row = found.filter((pl.col("indicator") == "landed_cost") & (pl.col("site") == "sanmina_tlajomulco"))
        return row["score_low"].item(), row["score_high"].item()

    seen = (pl.col("subject") == "sanmina_tlajomulco/pcba") & (pl.col("indicator") == "unit_price")
    mean = rows.filter(seen)["value"].mean() / mexico["parts"].filter(pl.col("part") == "pcba")["unit_value"].item()
    low, high = span(mexico)
    assert high <= (1.3 - mean) / 0.4 * 100  # the way to the buyer only adds to the price
    built = span(without)
    assert high - low < (built[1] - built[0]) / 5


def test_mini_and_europe_are_not_distinguishable():
    for name in ("mini", "ev-battery-central-europe"):
        assert "not distinguishable" in scorecard(tierscape.load(name)).sentence()
