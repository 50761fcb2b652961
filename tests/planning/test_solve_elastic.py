"""How far rows have to give way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_stages import INF, facility, program

from tierscape.planning.solve import shortfall


def test_u16_capacity_short_by_twelve():
    # demand 100, capacity 88
    base = program([1], [([1], 100, 100), ([1], -INF, 88)])
    assert shortfall(base, rows=np.array([1])).tolist() == pytest.approx([0, -12])
    assert shortfall(base, rows=np.array([0])).tolist() == pytest.approx([12, 0])


def test_row_with_the_larger_scale_gives_way():
    base = program([1], [([1], 100, INF), ([1], -INF, 88)])
    assert shortfall(base, scale=np.array([1.0, 50.0])).tolist() == pytest.approx([0, -12])
    assert shortfall(base, scale=np.array([50.0, 1.0])).tolist() == pytest.approx([12, 0])


def test_rows_that_may_not_give_way_leave_no_answer():
    base = program([1, 1], [([1, 0], 100, INF), ([1, 0], -INF, 88), ([0, 1], 1, INF)])
    assert shortfall(base, rows=np.array([2])) is None


def test_whole_numbers_are_asked_only_when_wanted():
    base = program([1, 1], [([2, 2], 1, 1)], integer=[0, 1])
    assert not shortfall(base).any()
    assert abs(shortfall(base, whole=True)).sum() == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_feasible_program_needs_nothing(seed):
    assert not shortfall(facility(seed).base).any()
