"""The harness from Mexico against Asia, checked against the facts behind the example.

The example has no supplier of harnesses in Asia: both Asian options are what-if numbers, illustrative, made like the plant
in Ciudad Juárez with the labour cost of their own country (a prior of the method page, USD an hour).
"""

import re
from pathlib import Path

import polars as pl
import pytest

import tierscape
from tierscape.analyses.landed_cost import landed_cost
from tierscape.reference import countries

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "example_mexico.md"
ASIA = (
    "Vietnam: country=VN town=Hanoi like=aees_juarez wage=3.5 mode=sea",
    "China: country=CN town=Dongguan like=aees_juarez wage=8 mode=sea",
)


@pytest.fixture(scope="module")
def example():
    return tierscape.load("auto-electronics-mexico")


@pytest.fixture(scope="module")
def harness(example):
    return landed_cost(
        example, part="harness_body", buyer="US-MI", on="2026-03-01", tariffs={"preference": "met"},
        study={"options": ["aees_juarez"], "what_if": ASIA, "road_limit_km": 5000},
    )  # fmt: skip


@pytest.fixture(scope="module")
def facts():
    if not FACTS.is_file():
        pytest.skip("the facts behind the examples are not in this checkout")
    return FACTS.read_text(encoding="utf-8")


def option(answer, name):
    return answer.options.row(by_predicate=pl.col("option") == name, named=True)


def even(answer, name, word):
    rows = answer.break_evens.filter((pl.col("option") == name) & (pl.col("input") == word))
    return rows.row(0, named=True)


def test_mexico_delivers_the_harness_cheaper_than_asia_by_duty_alone(harness):
    near, far = option(harness, "aees_juarez"), option(harness, "Vietnam")
    assert far["price"] < near["price"]
    assert near["total"] < far["total"] < option(harness, "China")["total"]
    duty = harness.terms.filter((pl.col("option") == "Vietnam") & (pl.col("term") == "duty"))["money_per_unit"].item()
    assert duty > far["total"] - near["total"]


def test_vietnam_wins_only_below_a_duty_and_mexico_only_below_a_wage(harness):
    duty, wage = even(harness, "Vietnam", "duty_rate"), even(harness, "aees_juarez", "wage")
    assert 0.0 < duty["break_even"] < 0.05 < duty["now"]
    assert wage["now"] == 6.5
    assert 25 < wage["break_even"] < 45
    assert even(harness, "Vietnam", "wage")["break_even"] is None
    assert "wins only if its duty falls below" in harness.sentence()
    assert f"a wage of up to {wage['break_even']:.2f} USD an hour, now 6.50 USD" in harness.lines()[1]


def test_near_is_no_claim_of_low_emissions_a_lorry_emits_more_than_a_ship(harness):
    # A lorry emits about ten times as much a tonne-kilometre; the way by sea is about seven times as long.
    kg = {name: option(harness, name)["kg_co2e"] for name in ("aees_juarez", "Vietnam", "China")}
    assert 0 < kg["China"] < kg["Vietnam"] < kg["aees_juarez"] < 2 * kg["China"]


def test_without_origin_claims_the_preference_is_not_taken_for_granted(example):
    answer = landed_cost(example, part="harness_body", buyer="US-MI", on="2026-03-01",
                         study={"options": ["aees_juarez"]})  # fmt: skip
    row = answer.terms.filter(pl.col("term") == "duty").row(0, named=True)
    assert row["low"] == 0.0 < row["money_per_unit"]


def test_duties_of_the_harness_are_labelled_as_remembered(harness):
    sources = harness.duties.filter((pl.col("option") == "Vietnam") & (pl.col("layer") != "preference"))["rule_source"]
    assert sources.str.starts_with("unverified").all()


# Three checks against the facts file.


def test_the_volume_compared_is_the_demand_of_the_facts_file(harness, facts):
    row = next(line for line in facts.splitlines() if line.startswith("| US-MI |"))
    first = float(re.findall(r"\d+", row)[0])
    assert set(harness.options["volume_per_year"]) == {first}


def test_the_plant_compared_stands_where_the_facts_file_says(harness, facts, example):
    row = [
        cell.strip()
        for cell in next(line for line in facts.splitlines() if line.startswith("| AEES Juárez |")).split("|")
    ]
    assert "harness_body" in row[7]
    assert option(harness, "aees_juarez")["country"] == row[5] == "MX"
    site = example["sites"].row(by_predicate=pl.col("site") == "aees_juarez", named=True)
    assert site["lat"] == pytest.approx(float(row[12]), abs=0.01)


def test_every_number_of_the_answer_is_marked_as_invented_where_the_facts_file_says_so(harness, facts):
    assert "illustrative planning input" in facts
    assert harness.provenance.evidence["illustrative"] > 0.2
    assert all(share < 0.1 for share in harness.options["evidence_share"])


def test_wages_are_the_priors_that_the_reference_ships():
    priors = dict(countries().select("iso2", "labour_cost_prior_usd_2024").rows())
    assert (priors["VN"], priors["CN"], priors["MX"]) == (3.5, 8.0, 6.5)
