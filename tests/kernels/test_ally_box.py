"""The range of a weighted index, its possible ranks, break-even weights and thresholds: worked numbers and invariants."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.ally_box import break_even, least, possible_ranks, stands
from trust_cases import T1

WEIGHTS = np.array([0.20, 0.20, 0.20, 0.25, 0.15])
SCORES = np.array([(d, w, 100 * (1 - far / 4), t, s) for d, w, far, t, s in T1.values()])
NAMES = list(T1)


def of(name: str) -> np.ndarray:
    return SCORES[[NAMES.index(name)]]


@pytest.mark.parametrize(
    ("country", "expected"),
    [("MX", 54.20), ("IN", 34.55), ("VN", 20.75), ("CN", 8.30), ("RU", 11.85), ("CA", 85.20), ("HU", 54.35),
     ("TR", 40.40), ("US", 91.80)],
)  # fmt: skip
def test_without_a_band_the_range_is_the_worked_index(country, expected):  # T1
    assert least(of(country), WEIGHTS, 0.0) == pytest.approx([expected])
    assert -least(-of(country), WEIGHTS, 0.0) == pytest.approx([expected])


@pytest.mark.parametrize(
    ("country", "low", "high"),
    [("MX", 43.60, 64.80), ("HU", 46.875, 61.825), ("TR", 31.40, 49.40), ("IN", 31.825, 37.275), ("VN", 16.925, 24.575),
     ("CN", 5.70, 10.90), ("CA", 79.40, 91.00)],
)  # fmt: skip
def test_box_of_half_the_weights_gives_the_worked_ranges(country, low, high):  # T3
    assert least(of(country), WEIGHTS, 0.5) == pytest.approx([low])
    assert -least(-of(country), WEIGHTS, 0.5) == pytest.approx([high])


def test_possible_ranks_are_the_worked_ones():  # T3
    ranks = possible_ranks(SCORES, SCORES, np.full(len(SCORES), np.inf), WEIGHTS, 0.5)
    found = {name: (int(a), int(b)) for name, a, b in zip(NAMES, ranks.best, ranks.worst, strict=True)}
    assert found == {
        "US": (1, 1), "CA": (2, 2), "HU": (3, 4), "MX": (3, 5), "TR": (4, 6), "IN": (5, 6), "VN": (7, 7), "RU": (8, 8),
        "CN": (9, 9),
    }  # fmt: skip


def test_break_even_weights_of_mexico_are_the_worked_ones():  # T4
    found = break_even(of("MX"), WEIGHTS, 50.0)[0]
    assert found[[1, 2, 3]] == pytest.approx([0.31507, 0.35484, 0.18122], abs=5e-6)
    assert np.isnan(found[[0, 4]]).all()  # 1.25 and 1.0: never


def test_break_even_weight_brings_the_index_onto_the_threshold():
    for k, at in enumerate(break_even(of("MX"), WEIGHTS, 50.0)[0]):
        if np.isfinite(at):
            moved = WEIGHTS * (1 - at) / (1 - WEIGHTS[k])
            moved[k] = at
            assert (of("MX") @ moved)[0] == pytest.approx(50.0)


def test_break_even_shares_weights_among_known_scores():
    known = break_even(np.array([[100.0, 40.0, np.nan]]), np.array([0.25, 0.25, 0.5]), 55.0)[0]
    assert known[:2] == pytest.approx([0.25, 0.75])
    assert np.isnan(known[2])


def test_only_score_that_counts_has_no_break_even_weight():
    assert np.isnan(break_even(np.array([[80.0, 10.0]]), np.array([1.0, 0.0]), 50.0)[0, 0])
    assert np.isnan(break_even(np.array([[np.nan, np.nan]]), np.array([0.5, 0.5]), 50.0)).all()


def test_thresholds_at_which_countries_drop_out_are_the_worked_ones():  # T4
    thresholds = np.arange(40.0, 61.0)
    index = SCORES @ WEIGHTS
    held = stands(index, index, thresholds)
    first = {
        name: next((t for t, s in zip(thresholds, row, strict=True) if s == 0), None)
        for name, row in zip(NAMES, held, strict=True)
    }
    assert (first["MX"], first["HU"], first["TR"], first["IN"], first["US"]) == (55, 55, 41, 40, None)


def test_index_on_the_threshold_counts_as_reaching_it():
    at = np.array([0.1 + 0.2])
    assert stands(at, at, np.array([0.3])).item() == 2


def test_cap_holds_a_listed_country_behind_what_surely_beats_it():
    rich = np.array([[90.0, 90.0], [30.0, 30.0], [10.0, 10.0]])
    ranks = possible_ranks(rich, rich, np.array([20.0, np.inf, np.inf]), np.array([0.5, 0.5]), 0.5)
    assert ranks.best.tolist() == ranks.worst.tolist() == [2, 1, 3]
    free = possible_ranks(rich, rich, np.full(3, np.inf), np.array([0.5, 0.5]), 0.5)
    assert free.best.tolist() == [1, 2, 3]


def test_unknown_scores_widen_the_ranks():
    low, high = SCORES.copy(), SCORES.copy()
    low[0, 3], high[0, 3] = 0.0, 100.0
    cap = np.full(len(SCORES), np.inf)
    known = possible_ranks(SCORES, SCORES, cap, WEIGHTS, 0.5)
    wide = possible_ranks(low, high, cap, WEIGHTS, 0.5)
    assert (wide.best <= known.best).all()
    assert (wide.worst >= known.worst).all()
    assert wide.worst[0] > known.worst[0]


def corners(weights, band):
    """Vertices of the box cut by the plane: all weights but one on a bound."""
    low, high = weights * (1 - band), weights * (1 + band)
    for free in range(len(weights)):
        rest = [k for k in range(len(weights)) if k != free]
        for bounds in itertools.product((0, 1), repeat=len(rest)):
            w = np.empty(len(weights))
            w[rest] = [(low, high)[b][k] for b, k in zip(bounds, rest, strict=True)]
            w[free] = 1.0 - w[rest].sum()
            if low[free] - 1e-12 <= w[free] <= high[free] + 1e-12:
                yield w


score = st.floats(0, 100)
weight = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda w: np.array(w) / sum(w))


@given(st.lists(score, min_size=4, max_size=4), weight, st.floats(0, 1))
def test_range_equals_the_best_corner_of_the_box(row, weights, band):
    scores = np.array([row])
    values = [float(w @ scores[0]) for w in corners(weights, band)]
    assert least(scores, weights, band)[0] == pytest.approx(min(values), abs=1e-6)
    assert -least(-scores, weights, band)[0] == pytest.approx(max(values), abs=1e-6)


@given(st.lists(st.lists(score, min_size=4, max_size=4), min_size=2, max_size=5), weight, st.floats(0, 1), st.randoms())
def test_every_rank_that_weights_of_the_box_give_is_possible(rows, weights, band, random):
    scores = np.array(rows)
    ranks = possible_ranks(scores, scores, np.full(len(rows), np.inf), weights, band)
    points = list(corners(weights, band))
    for _ in range(5):
        mix = np.array([random.random() + 1e-3 for _ in points])
        w = (mix / mix.sum()) @ np.array(points)
        index = scores @ w
        best = 1 + (index[None, :] > index[:, None] + 1e-6).sum(axis=1)
        assert (ranks.best <= best).all()
        assert (best <= ranks.worst).all()


@given(st.lists(st.lists(score, min_size=4, max_size=4), min_size=2, max_size=5), weight, st.integers(0, 3))
def test_raising_a_score_never_lowers_either_end(rows, weights, k):
    scores = np.array(rows)
    raised = scores.copy()
    raised[:, k] = np.minimum(raised[:, k] + 5.0, 100.0)
    assert (least(raised, weights, 0.5) >= least(scores, weights, 0.5) - 1e-9).all()
    assert (-least(-raised, weights, 0.5) >= -least(-scores, weights, 0.5) - 1e-9).all()
