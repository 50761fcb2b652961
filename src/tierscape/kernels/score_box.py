"""Scores as intervals: fixed anchors, weak evidence that widens, and the ranks that weights and gaps allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tierscape.kernels.ally_box import ROUNDING, Ranks, least, possible_ranks

Floats = NDArray[np.float64]

MAD_TO_SD = 1.4826
"""A normal law's standard deviation over its median absolute deviation."""


def anchored(values: ArrayLike, raw: ArrayLike, scores: ArrayLike) -> Floats:
    """Score values by fixed anchors, linear between and level beyond; what others score changes nothing.

    Parameters
    ----------
    values : array_like of float
        NaN stays NaN.
    raw, scores : array_like of float, shape (m,)
        Anchors: raw values in either order, and their scores from 0 to 100.

    Examples
    --------
    >>> anchored([2, 14, 30], [26, 2], [0, 100]).tolist()
    [100.0, 50.0, 0.0]
    """
    x, at, to = np.asarray(values, float), np.asarray(raw, float), np.asarray(scores, float)
    order = np.argsort(at, kind="stable")
    return np.asarray(np.where(np.isnan(x), np.nan, np.interp(x, at[order], to[order])))


def widened(low: ArrayLike, high: ArrayLike, weight: ArrayLike) -> tuple[Floats, Floats]:
    """Widen scores by what their evidence leaves open: [ω·low, ω·high + 100·(1 − ω)]; a NaN is wholly open.

    Examples
    --------
    >>> [float(end) for end in widened(80.0, 80.0, 0.5)]
    [40.0, 90.0]
    """
    a, b, w = np.asarray(low, float), np.asarray(high, float), np.asarray(weight, float)
    open_ = np.isnan(a) | np.isnan(b) | np.isnan(w)
    return np.asarray(np.where(open_, 0.0, w * a)), np.asarray(np.where(open_, 100.0, w * b + 100.0 * (1.0 - w)))


def variation(values: ArrayLike, enough: int) -> float:
    """Spread of a series over its median, robust to outliers: 1.4826·MAD/median; NaN for fewer points than ``enough``.

    Examples
    --------
    >>> round(variation([9.0, 10.0, 11.0, 10.0, 50.0], 5), 5)
    0.14826
    """
    x = np.asarray(values, float)
    if len(x) < enough:
        return float("nan")
    middle = float(np.median(x))
    return MAD_TO_SD * float(np.median(np.abs(x - middle))) / middle if middle > 0 else float("nan")


def totals(low: Floats, high: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted sums of the low and of the high ends, shape (n,) from (n, k).

    Examples
    --------
    >>> c = np.array([[60.0, 60.0, 0.0, 70.0]]), np.array([[60.0, 60.0, 100.0, 70.0]])
    >>> [end.round(9).tolist() for end in totals(*c, np.array([0.35, 0.25, 0.20, 0.20]))]
    [[50.0], [70.0]]
    """
    return np.asarray(low @ weights), np.asarray(high @ weights)


def score_ranks(low: Floats, high: Floats, weights: Floats, band: float) -> Ranks:
    """Best and worst rank of each row over a box of weights and over all that is open; 1 is best.

    Notes
    -----
    A row is surely ahead where min Σ w (low − high of the other) > 0 over the box on the simplex, by the fractional
    knapsack. O(n² · k log k).
    """
    if not len(low):
        return Ranks(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return possible_ranks(low, high, np.full(len(low), np.inf), weights, band)


def ranks_of_one(low: Floats, high: Floats, one: int, weights: Floats, band: float) -> tuple[int, int]:
    """Best and worst rank of a single row, without those of the others. O(n · k log k)."""
    ahead = least(low - high[one], weights, band) > ROUNDING
    behind = least(low[one] - high, weights, band) > ROUNDING
    ahead[one] = behind[one] = False
    return 1 + int(ahead.sum()), len(low) - int(behind.sum())


def dominators(low: Floats, high: Floats) -> NDArray[np.int64]:
    """First row that is surely at least as good in every column and better in one; −1 where there is none. O(n² · k)."""
    found = np.full(len(low), -1, np.int64)
    for i in range(len(low)):
        over = (low >= high[i] - ROUNDING).all(axis=1) & (low > high[i] + ROUNDING).any(axis=1)
        over[i] = False
        hits = np.flatnonzero(over)
        found[i] = hits[0] if len(hits) else -1
    return found
