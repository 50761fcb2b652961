"""What holds for any plan, on small random networks of two tiers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import Draft, asked, plan

from tierscape.planning.problem import Problem

LOST = {"unmet": "penalised"}
FEW = settings(max_examples=3, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)


def network(
    seed: int, *, order: np.ndarray | None = None, idle: bool = False, money: float = 1.0, room: float = 1.0
) -> Problem:
    """Two finals makers, three child makers, one project and one qualification, two years; `order` permutes the makers."""
    rng = np.random.default_rng(seed)
    draft = Draft(2)
    final, child = draft.part("F"), draft.part("c")
    want = draft.want(final, rng.integers(20, 60, 2), penalty=float(rng.integers(40, 80)) * money)
    needs = [draft.add("needs", site=f"plant{i}", part=child) for i in range(2)]
    for i, need in enumerate(needs):
        made = draft.source(
            f"plant{i}", final, int(rng.integers(5, 15)) * money, int(rng.integers(10, 50)) * room, want=want
        )
        draft.add("recipes", pair=made, need=need, quantity=2)
    makers = [
        {"cost": int(rng.integers(1, 9)), "capacity": int(rng.integers(0, 60)), "freight": rng.integers(0, 4, 2),
         "able": bool(m != 1)} for m in range(3)
    ]  # fmt: skip
    row = {}
    for m in np.arange(3) if order is None else order:
        it = makers[m]
        able = {"qualified": it["able"], "qualify_cost": 30.0 * money, "qualify_periods": 0}
        row[int(m)] = draft.pair(f"maker{m}", child, it["cost"] * money, it["capacity"] * room, **able)
        for need, freight in zip(needs, it["freight"], strict=True):
            draft.lane(row[int(m)], need=need, freight=float(freight) * money)
    draft.project("P", row[2], 40, float(rng.integers(20, 200)) * money, lead=int(rng.integers(0, 2)), ramp=1.0)
    if idle:
        draft.project("never", draft.pair("alone", child, 0.0, 0.0), 10, 500.0 * money)
    return draft.problem()


def cost(problem: Problem, **given) -> float:
    return plan(problem, asked(finance=LOST, years=2), **given).cost


@given(seeds)
@FEW
def test_order_of_rows_and_projects_of_no_use_leave_the_optimum(seed):
    expected = cost(network(seed))
    assert cost(network(seed, order=np.array([2, 0, 1]))) == pytest.approx(expected, rel=1e-7)
    assert cost(network(seed, idle=True)) == pytest.approx(expected, rel=1e-7)


@given(seeds, st.sampled_from([1e-2, 1e5]))
@FEW
def test_money_scales_the_cost(seed, money):
    assert cost(network(seed, money=money)) == pytest.approx(money * cost(network(seed)), rel=1e-6)


@given(seeds)
@FEW
def test_relaxation_and_more_room_never_cost_more(seed):
    whole = cost(network(seed))
    assert cost(network(seed), relaxed=True) <= whole * (1 + 1e-7)
    assert cost(network(seed, room=1.5)) <= whole * (1 + 1e-7)
    assert cost(network(seed), leave_out=["capacity:enough", "capacity:opened"]) == pytest.approx(whole, rel=1e-7)


@given(seeds)
@FEW
def test_plan_keeps_the_rows_recomputed_from_its_quantities(seed):
    problem = network(seed)
    found = plan(problem, asked(finance=LOST, years=2))
    flow, output, start = (found.quantity(name) for name in ("flow", "output", "start"))
    lanes = problem["lanes"]
    made = np.zeros_like(output)
    np.add.at(made, lanes["pair"].to_numpy(), flow)
    assert made == pytest.approx(output, abs=1e-6)
    served = flow[lanes["want"].is_not_null().to_numpy()].sum(axis=0) + found.quantity("unmet")[0]
    assert served == pytest.approx(problem.demand[0], abs=1e-6)
    brought = np.zeros((2, 2))
    rows = lanes["need"].is_not_null().to_numpy()
    np.add.at(brought, lanes["need"].drop_nulls().to_numpy(), flow[rows])
    assert brought == pytest.approx(2 * output[:2], abs=1e-6)
    lead = problem["projects"]["lead"][0]
    begun = start[0, 0]
    share = [
        sum(begun[s] * (0 if t < s + lead else min(1, (t - s - lead + 1) / 2)) for s in range(2)) for t in range(2)
    ]
    most = problem.capacity.copy()
    most[problem["projects"]["pair"][0]] += 40 * np.array(share)
    assert (output <= most + 1e-6).all()
    qualified = np.cumsum(found.quantity("qualify"), axis=1)
    assert (output[3] <= 1e9 * qualified[0] + 1e-6).all()
