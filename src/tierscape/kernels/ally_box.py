"""How firm a weighted index is: its range in a box of weights, possible ranks, break-even weights, thresholds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Differences below this are rounding, not order."""


class Ranks(NamedTuple):
    """Best and worst possible rank of each row, 1 is best, shape (n,) each."""

    best: NDArray[np.int64]
    worst: NDArray[np.int64]


def least(scores: Floats, weights: Floats, band: float) -> Floats:
    """Find the least weighted sum of scores over a box of weights that sum to 1.

    min Σ w S over w_k (1 − b) ≤ w ≤ w_k (1 + b), Σ w = 1: every weight starts at its lower bound, and what is left of 1
    goes to the lowest scores first, as in the fractional knapsack. The greatest sum is ``-least(-scores, …)``.

    Parameters
    ----------
    scores : numpy.ndarray of float, shape (n, k)
        S, any finite numbers.
    weights : numpy.ndarray of float, shape (k,)
        At least 0, with sum 1.
    band : float
        b, from 0 to 1.

    Returns
    -------
    numpy.ndarray of float, shape (n,)

    Notes
    -----
    Exact. O(n · k log k) time, O(n · k) memory.

    References
    ----------
    Dantzig (1957), Discrete-variable extremum problems, Operations Research 5:266-288.

    Examples
    --------
    >>> mexico = np.array([[51.0, 25.0, 32.5, 100.0, 50.0]])
    >>> w = np.array([0.20, 0.20, 0.20, 0.25, 0.15])
    >>> least(mexico, w, 0.5).round(3), -least(-mexico, w, 0.5).round(3)
    (array([43.6]), array([64.8]))
    """
    order = np.argsort(scores, axis=1, kind="stable")
    floor = weights * (1.0 - band)
    room = (weights * 2.0 * band)[order]
    before = np.cumsum(room, axis=1) - room
    extra = np.clip(1.0 - floor.sum() - before, 0.0, room)
    return np.asarray((np.take_along_axis(scores, order, axis=1) * (floor[order] + extra)).sum(axis=1))


def possible_ranks(low: Floats, high: Floats, cap: Floats, weights: Floats, band: float) -> Ranks:
    """Find the best and the worst rank that each row can take, pair by pair.

    A row c is surely behind d where no weights of the box bring it level: max over w of (S_c − S_d)·w < 0, unknown scores
    of c taken high and those of d low. Best rank = 1 + rows surely ahead, worst = n − rows surely behind.

    Parameters
    ----------
    low, high : numpy.ndarray of float, shape (n, k)
        Scores with what is unknown at its least and at its greatest.
    cap : numpy.ndarray of float, shape (n,)
        Most that the index of a row can be; infinity where nothing caps it.
    weights : numpy.ndarray of float, shape (k,)
        At least 0, with sum 1.
    band : float
        From 0 to 1.

    Returns
    -------
    Ranks

    Notes
    -----
    Each pair is decided on its own, so the interval can be wider than the ranks that one set of weights can really give;
    it is never narrower. O(n² · k log k) time, O(n · k) memory.
    """
    n = len(low)
    bottom = np.minimum(least(low, weights, band), cap)
    top = -least(-high, weights, band)
    behind = np.zeros((n, n), dtype=np.bool_)
    for c in range(n):
        nearest = -least(low - high[c], weights, band)
        behind[c] = ((nearest < -ROUNDING) | (cap[c] < bottom - ROUNDING)) & (top[c] < cap - ROUNDING)
    return Ranks(1 + behind.sum(axis=1), n - behind.sum(axis=0))


def break_even(scores: Floats, weights: Floats, threshold: float) -> Floats:
    """Find the weight of each score at which the weighted mean meets a threshold, the others kept in proportion.

    w* = (τ − R) / (S_k − R), R = Σ_{j≠k} w_j S_j / (1 − w_k).

    Parameters
    ----------
    scores : numpy.ndarray of float, shape (n, k)
        S; NaN where unknown: weights are then shared among the known.
    weights : numpy.ndarray of float, shape (k,)
        At least 0.
    threshold : float
        τ.

    Returns
    -------
    numpy.ndarray of float, shape (n, k)
        From 0 to below 1; NaN where no weight meets the threshold, or where the score is the only one that counts.

    Examples
    --------
    >>> break_even(np.array([[100.0, 40.0]]), np.array([0.5, 0.5]), 55.0)
    array([[0.25, 0.75]])
    """
    known = np.isfinite(scores)
    share = np.where(known, weights, 0.0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.zeros_like(share), where=total > 0.0)
    part = share * np.where(known, scores, 0.0)
    others = 1.0 - share
    defined = known & (others > ROUNDING)
    rest = np.divide(part.sum(axis=1, keepdims=True) - part, others, out=np.full_like(scores, np.nan), where=defined)
    gap = scores - rest
    at = np.divide(threshold - rest, gap, out=np.full_like(scores, np.nan), where=defined & (np.abs(gap) > ROUNDING))
    return np.where((at >= 0.0) & (at < 1.0 - ROUNDING), at, np.nan)


def stands(low: Floats, high: Floats, thresholds: Floats) -> NDArray[np.int8]:
    """Hold intervals against thresholds.

    Parameters
    ----------
    low, high : numpy.ndarray of float, shape (n,)
        Ends of each interval.
    thresholds : numpy.ndarray of float, shape (t,)

    Returns
    -------
    numpy.ndarray of int8, shape (n, t)
        2 where the whole interval reaches the threshold, 1 where only a part of it does, 0 where none does.

    Examples
    --------
    >>> stands(np.array([54.2, 48.4]), np.array([54.2, 68.4]), np.array([50.0, 55.0, 70.0]))
    array([[2, 0, 0],
           [1, 1, 0]], dtype=int8)
    """
    at = thresholds[None, :] - ROUNDING
    return np.asarray((low[:, None] >= at).astype(np.int8) + (high[:, None] >= at).astype(np.int8))
