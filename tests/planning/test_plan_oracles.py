"""Hand-solved and published optima (design page, §11 and §12) through `design` itself."""

from __future__ import annotations

import polars as pl
import pytest
from location_files import holmberg, needs_data, optima, or_library
from plan_cases import asked, u1, u2, u3, u4, u6, u7, u15, u17, u18

from tierscape.analyses.design import design

THREE = {"horizon": {"start_year": 2026, "years": 3}}
LOST = {"unmet": "penalised", "unmet_multiple": 1}
TWO = {"horizon": {"start_year": 2026, "years": 2}}
TIGHT = {**LOST, "budget": [30, 60, 60]}
CASES = [
    ("U1", u1(), {}, 1280), ("U1 +10", u1(70), {}, 1260), ("U1 +60", u1(120), {}, 1200),
    ("U2", u2(), {}, 144),
    ("U3", u3(), {**THREE, "finance": LOST}, 100), ("U3 budget", u3(), {**THREE, "finance": TIGHT}, 200),
    ("U3 at 8 %", u3(), {**THREE, "finance": {**LOST, "discount_rate": 0.08}}, 94.238683),
    ("U3 at 8 %, budget", u3(), {**THREE, "finance": {**TIGHT, "discount_rate": 0.08}}, 180.438957),
    ("U4", u4(), {}, 950), ("U4 share", u4(), {"policy": {"max_share": 0.6}}, 1030),
    ("U5", u4(), {"policy": {"min_sources": 2, "min_share": 0.2}}, 990),
    ("U6 grows", u6([30, 60]), TWO, 700), ("U6 pays for nothing", u6([30, 30]), TWO, 580),
    ("U6 signs nothing", u6([20, 20]), TWO, 400), ("U6 no anchor", u6([20, 20], anchor=False), TWO, 340),
    ("U7 30", u7(30), {}, 270), ("U7 36", u7(36), {}, 320), ("U7 45", u7(45), {}, 360),
    ("U15 mean", u15(), {"policy": {"mean_transit_days": 20}}, 350),
    ("U15 most", u15(), {"policy": {"max_transit_days": 30}}, 600),
    ("U17", u17(15), {}, 45), ("U17 dear", u17(25), {}, 50),
    ("U18 split", u18(), {}, 12.4), ("U18 single", u18(), {"policy": {"single_sourced_demand": True}}, 13),
]  # fmt: skip


def sound(answer):
    row = answer.checks.row(0, named=True)
    figures = (row[c] for c in ("max_row_violation", "max_integrality", "money_apart", "tail_apart"))
    return max(figures) <= 1e-6


@pytest.mark.parametrize(("network", "given", "optimum"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_hand_solved_case_comes_out(network, given, optimum):
    answer = design(network, **asked(**given))
    plan = answer.plan
    assert plan["cost"] == pytest.approx(optimum, rel=1e-6)
    assert plan["lower_bound"] == pytest.approx(optimum, rel=1e-6)
    assert plan["lower_bound"] <= plan["upper_bound"] + 1e-9
    assert answer.costs["money"].sum() == pytest.approx(plan["cost"])
    assert sound(answer)


def test_the_cheaper_child_of_a_choice_fills_up_first():
    """U2: six of ten by Y, whose twelve units end there, the rest by X."""
    made = dict(design(u2(), **asked()).production.select("part", "units").rows())
    assert made == pytest.approx({"F": 10, "P": 20, "X": 4, "Y": 12})


@needs_data
@pytest.mark.parametrize(("folder", "name"), [("capacitated", "cap41"), ("uncapacitated", "cap71"), ("holmberg", "p1")])
def test_published_optimum_comes_out(folder, name):
    """All 78 stand in benchmarks/design_oracles.py."""
    single = folder == "holmberg"
    known = optima("holmberg") if single else optima("orlib").filter(pl.col("kind") == folder)
    optimum = float(known.filter(pl.col("instance") == name)["optimum"][0])
    answer = design(
        holmberg(name) if single else or_library(name, folder),
        **asked(policy={"single_sourced_demand": single}, search={"gap": 0, "goals": False}),
    )
    assert answer.plan["cost"] == pytest.approx(optimum, rel=1e-6)
    assert answer.plan["gap"] <= 1e-6
    assert sound(answer)


@pytest.fixture(scope="module")
def cheaper():
    """U4: the incumbent alone costs 1000, the other with its qualification 950."""
    return u4()


@pytest.mark.parametrize(("near", "verdict", "found"), [(0.05, "must", None), (0.06, "free", 1000.0)])
def test_a_decision_is_forced_only_where_its_opposite_is_proven_dearer(cheaper, near, verdict, found):
    answer = design(cheaper, **asked(search={"gap": 0, "alternatives": True, "near": near}))
    assert answer.alternatives.row(0, named=True) == {
        "decision": "qualify other for f", "chosen": True, "verdict": verdict, "forced_lb": pytest.approx(1000), "forced_ub": found,
    }  # fmt: skip
    assert answer.because["delta_lb"].to_list() == pytest.approx([50])


def test_a_large_step_is_worth_less_a_unit_than_the_next_unit():
    answer = design(u1(), **asked())
    rows = answer.worth.select("resource", "region", "step", "marginal", "worth").rows()
    assert rows == [("capacity f", "a", 6.0, 2.0, pytest.approx(12)), ("capacity f", "a", 60.0, 2.0, pytest.approx(80))]


def test_what_the_anchor_contract_buys_is_priced():
    goals = design(u6([30, 60]), **asked(horizon={"start_year": 2026, "years": 2})).goals
    prices = dict(goals.select("goal", "delta_ub").rows())
    assert prices["No new contract"] == prices["No new project"] == pytest.approx(200)
    assert goals.filter(pl.col("goal") == "No new contract")["text"][0] == "No new contract: 200 EUR more."


def test_the_most_different_plan_within_reach_is_found():
    """U6 with 30 and 30: built for 580, without contract and project 600."""
    given = {"horizon": TWO["horizon"], "search": {"gap": 0, "alternatives": True, "goals": False}}
    answer = design(u6([30, 30]), **asked(**{**given, "search": {**given["search"], "near": 0.05}}))
    first = answer.different.filter(pl.col("plan") == 1)
    assert first.select("decision", "taken", "apart", "cost", "delta_cost").rows() == [
        ("project build", False, 2, pytest.approx(600), pytest.approx(20)),
        ("contract deal", False, 2, pytest.approx(600), pytest.approx(20)),
    ]
    near = design(u6([30, 30]), **asked(**{**given, "search": {**given["search"], "near": 0.03}}))
    assert near.different.is_empty()  # 20 more are beyond 3 %
    unbuilt = u6([28, 28])  # 560 by the far one; built, 580 with 12 a year paid for nothing
    wide = {**given["search"], "near": 0.05}
    assert design(unbuilt, **asked(**{**given, "search": wide})).different.filter(pl.col("taken")).height == 2
    capped = design(unbuilt, **asked(**{**given, "search": {**wide, "near_capital": 99.0}}))
    assert "project build" not in capped.different["decision"].to_list()
