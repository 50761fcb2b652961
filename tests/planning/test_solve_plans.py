"""Bounds and plans, against hand-solved cases and against every choice tried out."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from two_stages import INF, enumerated, extensive, facility, optimum, program, tail_case

from tierscape.errors import SolverError
from tierscape.planning.program import TwoStage
from tierscape.planning.solve import Limits, Prepared, Rows, evaluate, polish, prepared, solve
from tierscape.planning.solve.limits import Effort
from tierscape.planning.solve.search import Search

SEEDS = st.integers(0, 10_000)


def exact(two_stage, **how):
    return solve(two_stage, gap=0.0, work_limit=INF, **how)


def in_parts(monkeypatch, groups=1):
    """Make the smallest program take the way of a large one."""
    monkeypatch.setattr(prepared, "SMALL_COLUMNS", 0)
    monkeypatch.setattr(polish, "LEAST_GROUPS", groups)


# U12 and U12d of the method page


@pytest.mark.parametrize(
    ("weight", "value", "built", "cvar"),
    [
        (0.1, 1091, 0, 910),
        (0.5, 1375, 1, 150),
        (1.0, 1450, 1, 150),
        (0.3946, 1359.086, 0, 910),
        (0.3948, 1359.22, 1, 150),
    ],
)
@pytest.mark.parametrize("parts", [False, True])
def test_u12_tail_risk(monkeypatch, weight, value, built, cvar, parts):
    if parts:
        in_parts(monkeypatch)
    found = exact(tail_case(weight=weight))
    assert found.status == "plan"
    assert found.stopped_by == "gap"
    assert found.upper == pytest.approx(value)
    assert found.lower == pytest.approx(value)
    assert found.x[3] == built
    assert found.evaluated.cvar == pytest.approx(cvar)


def test_u12_break_even_weight_lies_where_both_plans_cost_the_same():
    weight = 300 / 760
    assert exact(tail_case(weight=weight)).upper == pytest.approx(1000 + weight * 910)
    assert weight == pytest.approx(0.3947, abs=5e-5)


def test_u12_fractional_tail_mass():
    assert exact(tail_case(alpha=0.85)).upper == pytest.approx(1383.333, abs=5e-4)


def test_u12d_calm_cost_is_not_burned_to_lower_the_risk():
    found = exact(tail_case(capex=5000, weight=2))
    assert found.upper == pytest.approx(2820)
    assert found.x.tolist() == pytest.approx([100, 0, 0, 0])


def test_calm_scenarios_stay_out_of_the_model():
    assert set(exact(tail_case()).tail) == {0, 1}


def test_cap_of_the_cvar_builds_without_a_weight():
    found = exact(tail_case(weight=0.0, cap=200.0))
    assert found.upper == pytest.approx(1300)
    assert found.evaluated.cvar == pytest.approx(150)


# Random programs


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.3, 0.6, 0.9]), st.sampled_from([0.0, 0.5, 3.0]))
def test_plan_is_the_best_of_all_choices(seed, alpha, weight):
    case = facility(seed, alpha=alpha, weight=weight)
    found, best = exact(case), enumerated(case)
    assert found.upper == pytest.approx(best, rel=1e-7)
    assert found.lower <= found.upper
    assert found.lower == pytest.approx(best, rel=1e-6)
    again = evaluate(case, found.x)
    assert again.sound
    assert again.value == pytest.approx(found.upper, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_way_in_parts_finds_the_best_of_all_choices(seed):
    case = facility(seed, sites=5, customers=4)
    with pytest.MonkeyPatch.context() as patch:
        in_parts(patch)
        found = exact(case)
    assert found.upper == pytest.approx(optimum(extensive(case), whole=True), rel=1e-6)
    assert evaluate(case, found.x).value == pytest.approx(found.upper, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(1, 12), st.sampled_from([0.0, 0.5, 0.8, 0.95]))
def test_bound_over_the_tail_equals_the_extensive_program(seed, scenarios, alpha):
    case = facility(seed, sites=4, customers=4, scenarios=scenarios, alpha=alpha)
    bounds = [step.lower for step in exact(case).trace if step.stage == "bound"]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(optimum(extensive(case), whole=False), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 5))
def test_dropping_scenarios_never_raises_the_bound(seed, kept):
    case = facility(seed, scenarios=6, alpha=0.7)
    fewer = dataclasses.replace(case, copies=case.copies[:kept])
    assert exact(fewer).lower <= exact(case).lower + 1e-6


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.sampled_from([0.01, 1000.0]))
def test_scaling_money_scales_bounds(seed, factor):
    case = facility(seed)
    base = dataclasses.replace(case.base, cost=case.base.cost * factor)
    copies = tuple(
        dataclasses.replace(copy, cost=copy.cost * factor, reference=copy.reference * factor) for copy in case.copies
    )
    scaled = exact(dataclasses.replace(case, base=base, copies=copies))
    assert scaled.upper == pytest.approx(exact(case).upper * factor, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.floats(0.02, 0.3))
def test_bounds_hold_the_optimum_at_any_gap(seed, gap):
    case = facility(seed, sites=5, customers=5)
    found, best = solve(case, gap=gap), optimum(extensive(case), whole=True)
    assert found.lower <= best * (1 + 1e-6)
    assert best <= found.upper * (1 + 1e-6)
    assert found.gap <= gap + 1e-7


def test_zero_weight_is_the_plain_program():
    case = facility(5, weight=0.0)
    assert exact(case).upper == pytest.approx(optimum(case.base, whole=True))
    assert exact(case).tail == ()


def test_no_copies_is_the_plain_program():
    case = TwoStage(facility(6).base, (), 0.8, 1.0)
    found = exact(case)
    assert found.upper == pytest.approx(optimum(case.base, whole=True))
    assert found.evaluated.cvar == 0


def test_program_without_whole_columns_is_solved_by_its_relaxation():
    base = program([1, 2], [([1, 1], 3, INF)], constant=5.0)
    found = exact(TwoStage(base))
    assert (found.lower, found.upper) == pytest.approx((8, 8))
    assert found.row_dual.tolist() == [1.0]
    assert found.reduced_cost.tolist() == [0.0, 1.0]


def test_duals_are_those_of_the_plan_with_its_decisions_fixed():
    # U1 of the method page with a project: demand 100, A 60 units at 12, B at 14; 10 units more of A for 5
    base = program(
        [12, 14, 5],
        [([1, 1, 0], 100, 100), ([1, 0, -10], -INF, 60)],
        integer=[2],
    )  # fmt: skip
    found = exact(TwoStage(base))
    assert found.upper == pytest.approx(1265)
    assert found.row_dual.tolist() == pytest.approx([14, -2])
    # the project saves 20 at the margin, whatever it costs
    assert found.reduced_cost.tolist() == pytest.approx([0, 0, 5 - 20])


# Cuts


def completeness(benefit):
    """U10: 6 classes, 3 present, others cost 4, 6, 9; 5 of 6 make a hub."""
    cost = [4, 6, 9, -benefit]
    return program(cost, [([1, 1, 1, -5], -3, INF)], integer=range(4)), np.array([True, True, True, False])


def facets(x):
    """Cover facets: any 2 of the 6 classes hold one that is there; those of one class present hold always."""
    rows = [([1, 1, 0, -1], 0.0), ([1, 0, 1, -1], 0.0), ([0, 1, 1, -1], 0.0)]
    broken = [row for row, _ in rows if np.dot(row, x) < -1e-7]
    if not broken:
        return None
    return Rows(csr_array(np.array(broken, dtype=float)), np.zeros(len(broken)), np.full(len(broken), INF))


def test_u10_cuts_raise_the_bound_and_leave_the_plan():
    base, _ = completeness(12)
    loose = exact(TwoStage(base))
    tight = exact(TwoStage(base), cuts=facets)
    assert loose.trace[0].lower == pytest.approx(-7.2)
    assert tight.trace[0].lower == pytest.approx(-2.142857, abs=1e-6)
    assert loose.upper == tight.upper == pytest.approx(-2)


# Guards


def test_choice_without_a_feasible_program_is_never_scored(monkeypatch):
    # both columns round to 0 (each 0.4 in the relaxation), and then nothing meets the row
    base = program([1, 1, 0], [([1, 1, 0], 0.8, INF), ([1, -1, 0], 0, 0)], integer=[0, 1])
    case = TwoStage(base)
    search = Search(prepared.Master(case), prepared.Recourse(()), Effort(Limits()))
    assert search.settle(np.zeros(3)) is None
    assert search.plan is None
    in_parts(monkeypatch)
    found = exact(case)
    assert found.x[:2].tolist() == [1, 1]
    assert found.upper == pytest.approx(2)


def test_plan_below_the_bound_is_an_error():
    case = tail_case()
    search = Search(prepared.Master(case), prepared.Recourse(case.copies), Effort(Limits()))
    search.settle(np.array([0.0, 0, 0, 1]))
    with pytest.raises(SolverError, match="below the proven bound"):
        search.raise_lower(1376.0)


def test_infeasible_program_says_by_how_much():
    base = program([1, 5], [([1, 0], 120, INF), ([1, -30], -INF, 100)], integer=[1])
    assert exact(TwoStage(base)).x.tolist() == [120, 1]
    fixed = dataclasses.replace(base, upper=np.array([INF, 0.0]))
    found = exact(TwoStage(fixed))
    assert (found.status, found.stopped_by, found.x) == ("infeasible", "infeasible", None)
    # 20 units: of the larger row's size that is the smaller share
    assert found.short.tolist() == pytest.approx([20, 0])


def test_program_infeasible_only_in_whole_numbers_says_so_too():
    base = program([1, 1], [([2, 2], 1, 1)], integer=[0, 1])
    found = exact(TwoStage(base))
    assert found.status == "infeasible"
    assert found.short.any()


def test_cap_that_no_plan_meets_is_infeasible():
    found = exact(tail_case(cap=100.0))
    assert found.status == "infeasible"
    assert not found.short.any()


# Solved again


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(0, 2))
def test_changed_right_hand_side_gives_what_a_fresh_search_gives(seed, row):
    case = facility(seed)
    held = Prepared(case)
    held.solve(Limits(gap=0.0))
    new = np.array([case.base.row_lower[row] + 2.0])
    held.bound_rows(np.array([row]), new, new)
    assert held.solve(Limits(gap=0.0)).upper == pytest.approx(exact(held.two_stage).upper, rel=1e-7)
    assert held.two_stage.base.row_lower[row] == new[0]
    assert case.base.row_lower[row] == new[0] - 2.0


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(0, 2), st.sampled_from([0.0, 1.0]))
def test_forced_decision_never_costs_less_and_is_undone(seed, column, value):
    case = facility(seed)
    held = Prepared(case)
    before = held.solve(Limits(gap=0.0))
    with held.forced(np.array([column]), np.array([value]), np.array([value])):
        forced = held.solve(Limits(gap=0.0))
        assert forced.upper == pytest.approx(exact(held.two_stage).upper, rel=1e-7)
    assert forced.x[column] == value
    assert forced.lower >= before.lower - 1e-6
    assert held.solve(Limits(gap=0.0)).upper == pytest.approx(before.upper, rel=1e-9)


def test_added_row_and_new_prices_are_kept():
    held = Prepared(tail_case())
    held.solve(Limits(gap=0.0))
    new = held.add_rows(Rows(csr_array([[1.0, 0, 0, 0]]), np.array([-INF]), np.array([70.0])))
    assert new.tolist() == [3]
    assert held.solve(Limits(gap=0.0)).upper == pytest.approx(exact(held.two_stage).upper)
    held.bound_rows(new, np.array([-INF]), np.array([INF]))
    held.price(held.base.cost, weight=0.1)
    assert held.solve(Limits(gap=0.0)).upper == pytest.approx(1091)


def test_cutoff_ends_a_search_that_has_decided_the_question():
    held = Prepared(tail_case())
    assert held.solve(Limits(gap=0.0, cutoff=1200.0)).stopped_by == "cutoff"
    found = held.solve(Limits(gap=0.0, cutoff=2000.0))
    assert found.upper <= 2000
