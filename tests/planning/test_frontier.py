"""The frontier, against every choice tried out at the same caps."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, vstack
from two_stages import INF, extensive, facility, optimum, program, tail_case

from tierscape.planning.frontier import Axis, frontier
from tierscape.planning.program import TwoStage
from tierscape.planning.solve import Limits

EXACT = Limits(gap=0.0, work=INF)
# cost against kilograms: three ways to meet 10 units
WAYS = program([1, 2, 4], [([1, 1, 1], 10, 10)])
KG = Axis(name="co2", cost=np.array([5.0, 2.0, 1.0]))


def at_caps(case, axes, caps):
    """The optimum under caps by another door."""
    base = case.base
    for axis, cap in zip(axes, caps, strict=True):
        if axis.cost is None:
            case = dataclasses.replace(case, cap=cap * (1 + 1e-9))
        else:
            base = dataclasses.replace(
                base,
                matrix=csr_array(vstack([base.matrix, axis.cost[None, :]])),
                row_lower=np.append(base.row_lower, -INF),
                row_upper=np.append(base.row_upper, cap * (1 + 1e-9)),
            )
    return optimum(extensive(dataclasses.replace(case, base=base)), whole=True)


def test_linear_frontier_runs_from_cheapest_to_cleanest():
    points = frontier(TwoStage(WAYS), [KG], 5, EXACT)
    assert [point.caps[0] for point in points] == [50, 40, 30, 20, 10]
    assert [point.upper for point in points] == pytest.approx([10, 40 / 3, 50 / 3, 20, 40])
    assert [point.values[0] for point in points] == pytest.approx([50, 40, 30, 20, 10])
    assert all(point.distinguishable for point in points)


def test_u12_frontier_of_cost_and_cvar_has_two_plans():
    points = frontier(tail_case(weight=0.0), [Axis(name="cvar", cost=None)], 5, EXACT)
    assert [point.upper for point in points] == pytest.approx([1000, 1300, 1300, 1300, 1300])
    assert [point.values[0] for point in points] == pytest.approx([910, 150, 150, 150, 150])
    assert [point.distinguishable for point in points] == [True, True, False, False, False]


def test_plan_that_meets_tighter_caps_is_not_searched_again():
    points = frontier(tail_case(weight=0.0), [Axis(name="cvar", cost=None)], 6, EXACT)
    assert [point.searched for point in points] == [True, True, False, False, False, True]
    assert points[2].outcome is points[1].outcome


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_bands_hold_the_optimum_and_bounds_are_monotone(seed, tail):
    case = facility(seed)
    cost = np.random.default_rng(seed).integers(0, 6, len(case.base.cost)).astype(float)
    axis = Axis(name="axis", cost=None if tail else cost)
    points = frontier(case, [axis], 4, EXACT)
    assert len(points) == 4
    for point in points:
        best = at_caps(case, [axis], point.caps)
        assert point.lower <= best * (1 + 1e-6)
        assert best <= point.upper * (1 + 1e-6)
        assert point.values[0] <= point.caps[0] + 1e-5 * max(1, abs(point.caps[0]))
    lowers = [point.lower for point in points]
    assert lowers == pytest.approx(sorted(lowers), rel=1e-12)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_two_axes_cross_and_infeasible_corners_have_no_plan(seed):
    case = facility(seed)
    cost = np.random.default_rng(seed).integers(0, 6, len(case.base.cost)).astype(float)
    axes = [Axis(name="co2", cost=cost), Axis(name="cvar", cost=None)]
    points = frontier(case, axes, 3, EXACT)
    assert len(points) == 9
    for point in points:
        best = at_caps(case, axes, point.caps)
        assert np.isfinite(best) == bool(point.values)
        if point.values:
            assert point.lower <= best * (1 + 1e-6)
            assert best <= point.upper * (1 + 1e-6)


def test_wide_gap_leaves_neighbours_that_cannot_be_told_apart():
    case = facility(4, sites=4, customers=4)
    cost = np.arange(len(case.base.cost)) % 5 + 1.0
    points = frontier(case, [Axis(name="axis", cost=cost)], 6, Limits(gap=0.5))
    for before, point in itertools.pairwise(points):
        assert point.distinguishable == (before.upper < point.lower)
    assert not all(point.distinguishable for point in points)


def test_single_point_or_no_axis_is_the_plain_search():
    assert len(frontier(tail_case(), [], 5, EXACT)) == 1
    (point,) = frontier(tail_case(), [KG_OF_TAIL], 1, EXACT)
    assert point.upper == pytest.approx(1375)
    assert point.caps == (INF,)


KG_OF_TAIL = Axis(name="co2", cost=np.array([3.0, 1, 0, 0]))


def test_infeasible_program_gives_one_point_without_a_plan():
    (point,) = frontier(tail_case(cap=100.0), [KG_OF_TAIL], 3, EXACT)
    assert (point.values, point.upper, point.stopped_by) == ((), INF, "infeasible")


def test_stop_gives_the_points_so_far():
    points = frontier(tail_case(), [KG_OF_TAIL], 5, EXACT, stop=lambda: True)
    assert len(points) <= 1 or points[-1].stopped_by != "user"


def test_with_a_gap_the_tight_end_is_some_gaps_short_of_the_least():
    points = frontier(TwoStage(WAYS), [KG], 3, Limits(gap=1e-3, work=INF))
    assert [point.caps[0] for point in points] == pytest.approx([50, 30.4, 10.8])  # 20 gaps are 2 % of 40 kg
    assert points[-1].values[0] <= 10.8 * (1 + 1e-6)


def test_a_stop_after_a_point_keeps_it_and_the_tight_end():
    asked = []
    stop = lambda: len(asked) > 0  # noqa: E731
    points = frontier(
        TwoStage(WAYS),
        [KG],
        5,
        EXACT,
        stop=stop,
        progress=lambda now: asked.append(1) if now.step.lower > 13 and now.step.upper < 14 else None,
    )
    assert len(points) in (2, 3)
    assert points[-1].values[0] == pytest.approx(10)
    assert points[-1].upper == pytest.approx(40)


def test_cap_of_the_program_itself_still_holds():
    points = frontier(tail_case(weight=0.0, cap=200.0), [Axis(name="cvar", cost=None)], 3, EXACT)
    assert all(point.values[0] <= 200 for point in points)
    assert points[0].upper == pytest.approx(1300)
