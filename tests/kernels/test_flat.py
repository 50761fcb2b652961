"""Flat completeness in integers: the worked chain, a count by hand, and edits against full runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.flat import edit, flat_completeness, largest_remainder, smooth_counts, transpose

ONE = 1 << 20


def csr(rows):
    """Pointer and columns of nested lists of pairs."""
    flat = [pair for row in rows for pair in row]
    pointer = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    return pointer, np.array([a for a, _ in flat], np.int64), np.array([b for _, b in flat], np.int64)


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_chain_of_three_cells_is_the_worked_number():
    near = csr([[(0, ONE), (1, 385750)], [(0, 385750), (1, ONE), (2, 385750)], [(1, 385750), (2, ONE)]])
    entries = csr([[(0, 2), (1, 1)], [(0, 1), (1, 1)], [(0, 1)]])
    sums = smooth_counts(near, entries, 2)
    flat = flat_completeness(sums, ints(2 * ONE, ONE), ints(500_000, 500_000))
    assert flat.tolist() == [10**12, 10**12, 525_909_000_000]


cases = st.tuples(
    st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, ONE)), max_size=5), min_size=1, max_size=4),
    st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=4), min_size=4, max_size=4),
    st.lists(st.integers(1, 3 * ONE), min_size=3, max_size=3),
)


def by_hand(near, entries, full, weight):
    """Ten slow lines over Python's integers."""
    answer = []
    for row in near:
        sums = [0, 0, 0]
        for cell, k in row:
            for part, sites in entries[cell]:
                sums[part] += k * sites
        answer.append(sum(w * (min(s, q) * 10**6 // q) for s, q, w in zip(sums, full, weight, strict=True)))
    return answer


WEIGHT = (200_000, 300_000, 500_000)


@settings(max_examples=100, deadline=None)
@given(cases)
def test_kernel_equals_the_sum_by_hand(case):
    near, entries, full = case
    flat = flat_completeness(smooth_counts(csr(near), csr(entries), 3), ints(*full), ints(*WEIGHT))
    assert flat.tolist() == by_hand(near, entries, full, WEIGHT)


@settings(max_examples=100, deadline=None)
@given(cases, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=5))
def test_edits_give_the_bits_of_a_full_run_and_can_be_undone(case, changes):
    near, entries, full = case
    scale = (ints(*full), ints(*WEIGHT))
    sums = smooth_counts(csr(near), csr(entries), 3)
    state = (sums, flat_completeness(sums, *scale))
    start = [array.copy() for array in state]
    pointer, place, weight = transpose(*csr(near), 4)

    def apply(cell, part, sites):
        span = slice(pointer[cell], pointer[cell + 1])
        edit(state, (place[span], weight[span]), (part, sites), scale)

    for change in changes:
        apply(*change)
    edited = [[*row, *((part, n) for there, part, n in changes if there == cell)] for cell, row in enumerate(entries)]
    again = smooth_counts(csr(near), csr(edited), 3)
    assert np.array_equal(state[0], again)
    assert np.array_equal(state[1], flat_completeness(again, *scale))
    for cell, part, sites in changes:
        apply(cell, part, -sites)
    assert all(np.array_equal(now, before) for now, before in zip(state, start, strict=True))


def test_largest_sums_do_not_overflow():
    sums = smooth_counts(csr([[(0, ONE)]]), csr([[(0, 4_000_000)]]), 1)
    assert sums.tolist() == [[ONE * 4_000_000]]
    assert flat_completeness(sums, ints(20 * ONE), ints(10**6)).tolist() == [10**12]


@pytest.mark.parametrize("weights", [[1.0], [1.0, 1.0, 1.0], [0.1, 0.0, 7.3, 1e-9], [1.0] * 997])
def test_rounded_weights_sum_to_a_million_and_stay_within_one(weights):
    rounded = largest_remainder(np.array(weights))
    assert rounded.sum() == 10**6
    assert np.abs(rounded - np.array(weights) / sum(weights) * 10**6).max() < 1
