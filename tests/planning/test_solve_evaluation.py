"""What a plan costs in every scenario."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from two_stages import INF, copy_of, facility, tail_case

from tierscape.planning.solve import evaluation
from tierscape.planning.solve.evaluation import Recourse, conditional_value, evaluate, violation

CALM = np.array([100.0, 0, 0, 0])
BUILT = np.array([100.0, 0, 0, 1])


def test_u12_targets_and_tail():
    found = evaluate(tail_case(), CALM)
    assert found.targets[:3].tolist() == pytest.approx([1720, 100, 0])
    assert (found.cost, found.cvar, found.value) == pytest.approx((1000, 910, 1455))
    assert found.sound
    assert evaluate(tail_case(), BUILT).cvar == pytest.approx(150)


def test_u12_fractional_tail_mass():
    assert evaluate(tail_case(alpha=0.85), BUILT).cvar == pytest.approx(500 / 3)
    assert evaluate(tail_case(alpha=0.85), CALM).cvar == pytest.approx(1180)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.01, 1)), min_size=1, max_size=8),
    st.floats(0, 0.99),
)
def test_sorting_gives_the_linear_programs_cvar(rows, alpha):
    losses, weights = (np.array(column) for column in zip(*rows, strict=True))
    probability = weights / weights.sum()
    n = len(losses)
    share = np.concatenate([[1.0], probability / (1 - alpha)])
    rows = np.hstack([-np.ones((n, 1)), -np.eye(n)])
    expected = linprog(share, A_ub=rows, b_ub=-losses, bounds=[(0, None)] * (n + 1)).fun
    assert conditional_value(losses, probability, alpha) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_mass_without_a_scenario_loses_nothing():
    assert conditional_value(np.array([100.0]), np.array([0.05]), 0.8) == pytest.approx(25)


def test_plan_off_its_rows_is_not_sound():
    assert not evaluate(tail_case(), np.array([90.0, 0, 0, 0])).sound
    assert not evaluate(tail_case(), np.array([100.0, 0, 0, 0.5])).sound
    assert not evaluate(tail_case(), np.array([100.0, 0, 0, 2])).sound


def test_violation_is_a_share_of_the_row():
    base = tail_case().base
    assert violation(base, np.array([99.0, 0, 0, 0])) == pytest.approx(1 / 99)
    assert violation(base, CALM) == 0


def test_plan_over_its_cap_is_not_sound():
    assert evaluate(tail_case(cap=200.0), BUILT).sound
    assert not evaluate(tail_case(cap=200.0), CALM).sound


def test_scenario_that_cannot_be_survived_makes_a_plan_unsound():
    case = tail_case(calm=0)
    hard = dataclasses.replace(copy_of("hard", 0.0, 0.1), upper=np.array([INF, INF, 0.0]))
    case = dataclasses.replace(case, copies=(*case.copies, hard))
    found = evaluate(case, CALM)
    assert found.targets[-1] == INF
    assert not found.sound
    assert evaluate(case, BUILT).sound


def test_shared_solvers_give_the_same_targets(monkeypatch):
    case = facility(3, scenarios=9)
    x = np.zeros(len(case.base.cost))
    x[:3] = 1
    alone = Recourse(case.copies).targets(x)
    monkeypatch.setattr(evaluation, "OWN", 0)
    shared = Recourse(case.copies)
    for _ in range(2):
        assert shared.targets(x) == pytest.approx(alone)
    assert len(shared._solvers) == 1
