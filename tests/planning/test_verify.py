"""Each family of rules is broken once in a sound plan, and seen; nothing is solved here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from problems import Draft, asked

from tierscape.planning.problem import Problem
from tierscape.planning.verify import integrality, violations
from tierscape.planning.verify.money import money
from tierscape.planning.verify.outages import losses, tail_mean

EVERYTHING = asked(
    years=2,
    finance={"co2_price": 10.0},
    policy={
        "ally_share": 0.4, "ally_from_year": 2026, "carbon_cap": 1.0, "max_share": 0.7, "max_country_share": 0.7,
        "min_sources": 2, "min_share": 0.1, "mean_transit_days": 6.0, "max_transit_days": 30.0, "max_crossings": 2.0,
        "completeness": 1.0, "hub_benefit": 7.0, "single_sourced_demand": True, "hiring": 0.5, "distrust": 0.1,
    },
    risk={"time_to_survive": True, "service": 0.5},
)  # fmt: skip


def world() -> tuple[Problem, dict[str, np.ndarray]]:
    """A plant makes 10 f a year of 20 c, 12 c from home and 8 from far; home is built, anchored, granted and claimed."""
    draft = Draft(2, shares=(0.5, 1.0))
    f, c = draft.part("f", value=20.0), draft.part("c", value=4.0)
    want = draft.want(f, [10.0, 10.0])
    need = draft.add("needs", site="plant", part=c)
    plant = draft.pair("plant", f, 5.0, 10.0, value_added=8.0, ally=True, surge=0.5, kg=1.0, organization="k")
    home = draft.pair("home", c, 2.0, 0.0, value_added=1.0, hours=1750.0, surge=1.0, country="DE", qualified=False,
                      qualify_cost=9.0, qualify_periods=0)  # fmt: skip
    far = draft.pair("far", c, 1.0, 100.0, value_added=2.0, ally=False, country="CN", region="away", trust=50.0)
    draft.add("recipes", pair=plant, need=need, quantity=2.0)
    draft.lane(plant, want=want, within=True)
    draft.lane(home, need=need, freight=0.5, within=True, days=2.0)
    draft.lane(far, need=need, duty=0.25, days=10.0, crossings=1.0, kg=0.5)
    draft.project("P", home, 16.0, 100.0, opex=3.0, jobs=12.0, lead=0)
    draft.project("Q", home, 1.0, 1.0)
    draft.budget = [60.0, 60.0]
    draft.add("rebates", project=0, share=0.5, rebate=0.2)
    draft.add(
        "contracts", contract="C", pair=home, first=0, last=1, volume=14.0, theta=1.0, price=2.5, spot=2.0, tier=0
    )
    draft.add("contract_lanes", contract=0, lane=1)
    draft.add("requirements", project=0, kind="contract", target=0)
    draft.add("requirements", project=1, kind="project", target=0)
    draft.add(
        "incentives", incentive="I", rate=0.2, cap=9.0, floor_investment=50.0, floor_jobs=12.0, clawback=0.5, until=0
    )
    draft.add("eligible", incentive=0, project=0)
    draft.add("regions", region="home", name="Home", labour_pool=40.0, jobs_before=0.0)
    draft.add("classes", part=c)
    draft.add("covers", **{"region": 0, "class": 0, "pair": home})
    draft.add("buffers", need=need, part=c, site="plant", most=3.0, value=4.0)
    draft.add("nodes", site="far", ttr_days=73.0)
    draft.add("claims", pair=plant, method="build_down", base_value=20.0, threshold=0.8, saving=0.3, whole=False)
    draft.scenario({far: 0.0}, period=1)
    draft.scenario({}, period=0)
    two = np.ones(2)
    start, qualify = np.zeros((2, 2, 2)), np.zeros((3, 2))
    start[0, 0, 0] = qualify[home, 0] = 1.0
    grant = np.zeros((1, 2))
    grant[0, 0] = 9.0
    rebated = np.zeros((2, 2, 2))
    rebated[0, 0] = 12.0
    return draft.problem(), {
        "flow": np.outer([10.0, 12.0, 8.0], two), "output": np.outer([10.0, 12.0, 8.0], two), "unmet": np.zeros((1, 2)),
        "start": start, "qualify": qualify, "sign": np.ones(1), "taken": np.full((1, 2), 12.0),
        "shortfall": np.full((1, 2), 2.0), "take": np.ones(1), "clawed": np.zeros(1), "grant": grant,
        "repaid": np.zeros(1), "hub": np.ones((1, 2)), "buffer": np.array([2.0]), "rebated": rebated,
        "claimed": np.full((1, 2), 7.5), "from_bloc": np.full((1, 2), 12.0), "serve": np.ones((3, 2)),
    }  # fmt: skip


def test_a_sound_plan_breaks_nothing():
    problem, values = world()
    found = violations(problem, EVERYTHING, values)
    assert {family: over for family, over in found.items() if over > 1e-12} == {}
    assert integrality(values) == 0.0


def change(name: str, at: Any, to: float) -> Callable[[dict[str, np.ndarray]], None]:
    def make(values: dict[str, np.ndarray]) -> None:
        values[name][at] = to

    return make


BROKEN = [
    ("demand", change("unmet", (0, 0), 1.0)),
    ("output", change("output", (2, 1), 9.0)),
    ("input", change("flow", (1, 1), 11.0)),
    ("capacity", change("output", (0, 0), 11.0)),
    ("qualification", change("qualify", (1, 0), 0.0)),
    ("buffers", change("buffer", 0, 4.0)),
    ("lead_time", change("flow", (2, 0), 30.0)),
    ("labour", change("output", (1, 1), 33.0)),
    ("crossings", change("flow", (2, 0), 21.0)),
    ("carbon", change("output", (0, 0), 2000.0)),
    ("projects", change("start", (0, 1, 1), 1.0)),
    ("budget", change("start", (0, 1, 0), 1.0)),
    ("requires", lambda values: values["start"][:].__setitem__((slice(None),), np.eye(2)[1][:, None, None] * np.ones((2, 2, 2)))),
    ("anchor", change("sign", 0, 0.0)),
    ("commitment", change("shortfall", (0, 0), 1.0)),
    ("co-investment", change("rebated", (0, 0, 0), 12.5)),
    ("completeness", change("qualify", (1, 0), 0.0)),
    ("incentive", lambda values: values["start"].fill(0.0)),
    ("incentive:grant", change("grant", (0, 0), 10.0)),
    ("incentive:clawback", change("output", (1, 1), 11.0)),
    ("origin", change("from_bloc", (0, 0), 5.0)),
    ("origin", change("from_bloc", (0, 0), 12.5)),
    ("origin", change("claimed", (0, 0), 10.5)),
    ("ally_share", change("output", (2, 0), 80.0)),
    ("sources", change("output", (1, 1), 30.0)),
    ("sources:number", change("output", (2, 1), 1.0)),
    ("survival", lambda values: (values["start"].fill(0.0), values["buffer"].fill(0.0))),
    ("non-negative", change("flow", (2, 0), -1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("family", "breaks"), BROKEN, ids=[f"{n}-{family}" for n, (family, _) in enumerate(BROKEN)])
def test_a_broken_rule_is_seen(family, breaks):
    problem, values = world()
    breaks(values)
    assert violations(problem, EVERYTHING, values)[family] > 1e-3


def test_repayment_stands_in_for_jobs_that_are_missing():
    problem, values = world()
    values["output"][1, 1] = 11.0
    values["clawed"][0] = 1.0
    assert violations(problem, EVERYTHING, values)["incentive:clawback"] == 4.5
    values["repaid"][0] = 4.5
    assert violations(problem, EVERYTHING, values)["incentive:clawback"] == 0.0


def test_two_makers_for_one_region_break_single_sourcing():
    draft = Draft()
    part = draft.part("f")
    want = draft.want(part, 10.0)
    for site in ("a", "b"):
        draft.source(site, part, 1.0, want=want)
    ask = asked(policy={"single_sourced_demand": True})
    split = {"flow": np.full((2, 1), 5.0), "output": np.full((2, 1), 5.0)}
    assert violations(draft.problem(), ask, split)["demand"] == 1.0


def test_half_a_decision_is_seen():
    _, values = world()
    values["sign"][0] = 0.5
    assert integrality(values) == 0.5


def test_cost_adds_up_by_hand():
    problem, values = world()
    found = {term: value for term, value in money(problem, EVERYTHING, values).items() if value}
    assert found == pytest.approx({
        "making": 2 * (50 + 24 + 8), "freight": 12.0, "duty": 4.0, "projects": 50.0, "running": 6.0, "qualification": 9.0,
        "contracts": 12.0, "unused_commitment": 10.0, "rebates": -4.8, "preference": -4.5, "cluster_benefit": -14.0,
        "grants": -9.0, "co2": 0.01 * 2 * (10 + 4), "distrust": 0.1 * 0.5 * 4 * 16,
    })  # fmt: skip


def test_an_adverse_year_is_lived_through_a_second_time():
    problem, values = world()
    # without far: 2 c from stock, 18 from home, whose flex share doubles 16
    dearer = losses(problem, EVERYTHING, values, {0: 1e9, 1: 0.0})
    assert dearer.tolist() == pytest.approx([10 * 5.01 + 18 * 2.5, 0.0])
    assert losses(problem, EVERYTHING, values, {0: 0.0, 1: 80.0})[0] == pytest.approx(15.1)


def test_tail_mean_splits_the_last_scenario():
    loss, probability = np.array([5.0, 0.0, 9.0]), np.array([0.1, 0.8, 0.1])
    assert tail_mean(loss, probability, 0.85) == pytest.approx((0.1 * 9 + 0.05 * 5) / 0.15)
    assert tail_mean(loss, probability, 0.0) == pytest.approx(1.4)
    assert tail_mean(np.zeros(3), probability, 0.8) == 0.0
