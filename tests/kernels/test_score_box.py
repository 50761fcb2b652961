"""Interval scores: oracles SC1 and SC2 of the economics method, and what every scorecard must obey."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.score_box import (
    anchored,
    dominators,
    ranks_of_one,
    score_ranks,
    totals,
    variation,
    widened,
)

WEIGHTS = np.array([0.35, 0.25, 0.20, 0.20])
LOW = np.array([[80.0, 70, 60, 40], [40, 50, 50, 100], [60, 60, 0, 70]])
HIGH = np.array([[80.0, 70, 60, 40], [40, 50, 50, 100], [60, 60, 100, 70]])


def test_three_suppliers_score_as_worked():  # SC1
    low, high = totals(LOW, HIGH, WEIGHTS)
    assert low == pytest.approx([65.5, 56.5, 50])
    assert high == pytest.approx([65.5, 56.5, 70])
    assert np.argmax(LOW[:, 3]) == 1


def test_ranks_at_fixed_weights_are_the_worked_ones():  # SC1
    ranks = score_ranks(LOW, HIGH, WEIGHTS, 0.0)
    assert list(zip(ranks.best.tolist(), ranks.worst.tolist(), strict=True)) == [(1, 2), (2, 3), (1, 3)]


def test_weak_evidence_widens_as_worked():  # SC2
    assert [float(end) for end in widened(80, 80, 0.5)] == [40, 90]


def test_what_is_missing_is_wholly_open():
    assert [float(end) for end in widened(np.nan, np.nan, 0.9)] == [0, 100]


@given(st.floats(0, 100), st.floats(0, 1), st.floats(0, 1), st.floats(0, 100))
def test_the_interval_holds_every_completion_and_better_evidence_narrows_it(score, weak, strong, other):
    weak, strong = sorted((weak, strong))
    a, b = widened(score, score, weak), widened(score, score, strong)
    assert a[0] - 1e-9 <= weak * score + (1 - weak) * other <= a[1] + 1e-9
    assert a[0] <= b[0] + 1e-9
    assert b[1] <= a[1] + 1e-9


@given(st.lists(st.floats(-5, 40), min_size=1, max_size=6), st.floats(-5, 40))
def test_another_supplier_changes_no_score(values, another):
    alone = anchored(values, (26, 2), (0, 100))
    assert (anchored([*values, another], (26, 2), (0, 100))[:-1] == alone).all()


SCORES = st.lists(st.lists(st.integers(0, 100), min_size=8, max_size=8), min_size=2, max_size=5)


def vertices(weights, band):
    """Corners of the box of weights cut by the simplex: all but one at a bound, the last takes the rest."""
    low, high = weights * (1 - band), weights * (1 + band)
    found = []
    for free in range(len(weights)):
        for ends in product((0, 1), repeat=len(weights) - 1):
            w = np.insert(np.where(ends, np.delete(high, free), np.delete(low, free)), free, 0.0)
            w[free] = 1 - w.sum()
            if low[free] - 1e-12 <= w[free] <= high[free] + 1e-12:
                found.append(w)
    return np.array(found)


@given(SCORES, st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_ranks_equal_those_over_the_vertices_of_the_weights(rows, band):
    ends = np.sort(np.array(rows, float).reshape(len(rows), 4, 2), axis=2)
    low, high = ends[..., 0], ends[..., 1]
    ranks = score_ranks(low, high, WEIGHTS, band)
    corners = vertices(WEIGHTS, band)
    n = len(low)
    ahead = np.array([[((low[a] - high[b]) @ corners.T).min() > 1e-9 for b in range(n)] for a in range(n)])
    assert ranks.best.tolist() == (1 + ahead.sum(axis=0)).tolist()
    assert ranks.worst.tolist() == (n - ahead.sum(axis=1)).tolist()
    assert [ranks_of_one(low, high, i, WEIGHTS, band) for i in range(n)] == list(
        zip(ranks.best, ranks.worst, strict=True)
    )


def test_a_supplier_that_is_surely_no_better_is_dominated():
    low, high = np.array([[50.0] * 4, [60] * 4, [40] * 4]), np.array([[55.0] * 4, [70] * 4, [90] * 4])
    assert dominators(low, high).tolist() == [1, -1, -1]
    assert dominators(low[:1], low[:1]).tolist() == [-1]


def test_equal_suppliers_dominate_each_other_not():
    same = np.full((2, 4), 50.0)
    assert dominators(same, same).tolist() == [-1, -1]


def test_spread_is_robust_and_needs_enough_points():
    assert variation([9, 10, 11, 10, 50], 5) == pytest.approx(0.14826)
    assert np.isnan(variation([9, 10, 11], 5))
    assert np.isnan(variation([0.0] * 5, 5))


def test_nobody_has_no_ranks():
    assert score_ranks(np.empty((0, 4)), np.empty((0, 4)), WEIGHTS, 0.5).best.tolist() == []
