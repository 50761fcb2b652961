"""What `design` shows on the shipped examples, held against the typed facts that they are made from."""

import csv
from pathlib import Path

import polars as pl
import pytest

import tierscape
from tierscape.analyses.design import Design, design, plan_scenario
from tierscape.analyses.stress import stress
from tierscape.scenario import apply_scenario

FACTS = Path(__file__).parents[2] / "tools" / "facts"
EUROPE, MEXICO = "ev-battery-central-europe", "auto-electronics-mexico"
SIGNED_BEFORE = {EUROPE: {"C7a": "P8", "C7b": "P8"}, MEXICO: {"C5": "P6"}}
"""Contracts that are signed, and the project that serves each."""


def facts(example: str, table: str) -> dict[str, dict[str, str]]:
    key = table.removesuffix("s")
    with (FACTS / example / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def planned(example: str, years: int, **search: object) -> Design:
    return design(
        tierscape.load(example), finance={"unmet": "forbidden"}, horizon={"years": years}, risk={"scenarios": 10},
        search={"gap": 0.001, "goals": False, **search},
    )  # fmt: skip


@pytest.fixture(scope="module")
def packs() -> Design:
    return planned(EUROPE, 6, goals=True)


@pytest.fixture(scope="module")
def mexico() -> Design:
    return planned(MEXICO, 8)


@pytest.fixture(params=[EUROPE, MEXICO])
def case(request: pytest.FixtureRequest) -> tuple[str, Design]:
    name = {EUROPE: "packs", MEXICO: "mexico"}[request.param]
    return request.param, request.getfixturevalue(name)


def test_signed_contracts_are_served_by_the_project_behind_them(case):
    example, plan = case
    for contract, project in SIGNED_BEFORE[example].items():
        fact = facts(example, "contracts")[contract]
        assert (fact["supplier"], fact["status"]) == (project, "signed")
        ready = plan.projects.filter(pl.col("project") == project)["ready_year"]
        assert ready.len() == 1
        rows = plan.contracts.filter((pl.col("contract") == contract) & (pl.col("year") > ready[0]))
        promised = float(fact["take_or_pay_share"]) * rows["committed"]
        assert (rows["taken"] >= promised * (1 - 1e-6)).all()
        assert rows["paid_for_nothing"].sum() == pytest.approx(0, abs=1)


def test_money_and_dates_of_the_plan_are_those_of_the_facts(case):
    example, plan = case
    known = facts(example, "projects")
    assert plan.projects.height > 0
    for row in plan.projects.iter_rows(named=True):
        fact = known[row["project"]]
        assert row["capex_buyer"] + row["capex_supplier"] == pytest.approx(float(fact["capex_million"]) * 1e6)
        assert row["region"] == fact["region"]
        assert row["ready_year"] - row["year"] == -(-int(fact["lead_months"]) // 12)
    ways = facts(example, "incentives")
    for row in plan.incentives.iter_rows(named=True):
        cap = ways[row["incentive"]]["cap_million"]  # none where time is given, not money
        assert (row["kind"] == "fast_track") == (cap == "")
        assert 0 <= row["granted"] <= float(cap or 0) * 1e6 * (1 + 1e-6)


def test_nobody_builds_without_the_commitment_that_the_facts_name(case):
    example, plan = case
    offers = facts(example, "contracts")
    signed = set(plan.contracts["contract"])
    for project in plan.projects["project"]:
        named = [word for word in (facts(example, "projects")[project]["requires"] or "").split(";") if word in offers]
        assert not named or signed & set(named), project


def test_commitments_allied_value_and_carbon_have_a_price(packs):
    rows = {row["goal"].split()[0]: row for row in packs.goals.iter_rows(named=True)}
    assert rows["No"]["delta_ub"] > 0
    assert rows["Allied"]["asked"] == pytest.approx(rows["Allied"]["now"] + 0.05)
    assert rows["Allied"]["delta_lb"] > 0
    assert rows["20"]["delta_lb"] > rows["Allied"]["delta_lb"]


def test_a_bad_year_costs_money_and_the_mean_is_taken_over_the_worst_of_them(case):
    _, plan = case
    worst = plan.tail.sort("loss_money", descending=True)
    assert worst["targets"][0].count("D20") == 1  # trade with China stops
    assert plan.plan["cvar"] == pytest.approx(worst["loss_money"].head(2).mean(), rel=1e-6)


def test_the_planned_world_is_put_to_the_stress_test(mexico):
    network = tierscape.load(MEXICO)
    year = int(mexico.production["year"].max())
    world = apply_scenario(network, plan_scenario(network, mexico, year=year))
    answer = stress(world, ask=("survive",))
    assert answer.survive.height > 0
    started = set(mexico.projects.filter(pl.col("ready_year") <= year)["site"])
    standing = world["sites"].filter(pl.col("site").is_in(sorted(started)))
    assert standing["status"].unique().to_list() == ["operating"]
