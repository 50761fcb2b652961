"""How well scores rank the places where something happened: AUC, precision at k, and their spread over places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_CELLS = 4_000_000
"""Draws times places that are held in memory at once."""


def auc(score: Floats, truth: Bools) -> float:
    """Chance that a place where it happened scores above one where it did not; a tie counts one half.

    Parameters
    ----------
    score : numpy.ndarray, shape (places,)
        Higher is likelier.
    truth : numpy.ndarray of bool, shape (places,)

    Returns
    -------
    float
        0 to 1; 0.5 is no skill. NaN where all places are alike.

    Notes
    -----
    O(n log n).

    References
    ----------
    Mann & Whitney (1947), Annals of Mathematical Statistics 18:50, doi:10.1214/aoms/1177730491; with mid-ranks.

    Examples
    --------
    >>> auc(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, False]))
    0.875
    """
    return float(_auc(_grouped(score, truth), np.ones((1, len(score)), np.int64))[0])


def precision_at(score: Floats, truth: Bools, k: int) -> float:
    """Share of the k places of highest score where it happened; tied places count at their expected value.

    Parameters
    ----------
    score, truth : numpy.ndarray, shape (places,)
    k : int
        At least 1; all places where there are fewer.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> precision_at(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, False]), 2)
    0.75
    """
    return float(_precision(_grouped(score, truth), np.ones((1, len(score)), np.int64), k)[0])


def bootstrap(scores: Floats, truth: Bools, *, tops: tuple[int, ...], draws: int, seed: int) -> tuple[Floats, Floats]:
    """Draw places with replacement and judge every model on the same draw, so that differences are paired.

    Parameters
    ----------
    scores : numpy.ndarray, shape (models, places)
    truth : numpy.ndarray of bool, shape (places,)
    tops : tuple of int
        The k of the precisions.
    draws, seed : int
        Number of draws, and what they start from.

    Returns
    -------
    aucs : numpy.ndarray, shape (models, draws)
        NaN for a draw in which all places are alike.
    precisions : numpy.ndarray, shape (models, tops, draws)

    Notes
    -----
    A draw is a count of each place, so a model is sorted once: O(models · draws · places) time, and at most
    ``MOST_CELLS`` counts in memory.

    References
    ----------
    Efron (1979), Annals of Statistics 7:1, doi:10.1214/aos/1176344552.
    """
    models, places = scores.shape
    random = np.random.Generator(np.random.Philox(seed))
    aucs, precisions = np.empty((models, draws)), np.empty((models, len(tops), draws))
    groups = [_grouped(score, truth) for score in scores]
    step = max(1, MOST_CELLS // max(places, 1))
    for start in range(0, draws, step):
        some = slice(start, min(start + step, draws))
        drawn = random.integers(0, places, size=(some.stop - some.start, places))
        rows = np.arange(len(drawn))[:, None] * places
        counts = np.bincount((drawn + rows).ravel(), minlength=drawn.size).reshape(drawn.shape)
        for m, group in enumerate(groups):
            aucs[m, some] = _auc(group, counts)
            for i, k in enumerate(tops):
                precisions[m, i, some] = _precision(group, counts, k)
    return aucs, precisions


def interval(values: Floats, level: float = 0.9) -> tuple[float, float]:
    """Quantiles that hold the middle ``level`` of the draws; NaN draws are left out, NaN where none is left."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def roc(score: Floats, truth: Bools) -> tuple[Floats, Floats]:
    """Corners of the receiver operating characteristic: share of the false and of the true at each score, best first.

    Examples
    --------
    >>> false, true = roc(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, False]))
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    hits, sizes = _tallies(_grouped(score, truth), np.ones((1, len(score)), np.int64))
    true = np.concatenate([[0.0], np.cumsum(hits[0])])
    false = np.concatenate([[0.0], np.cumsum(sizes[0] - hits[0])])
    return false / max(false[-1], 1.0), true / max(true[-1], 1.0)


Group = tuple[NDArray[np.int64], Bools, NDArray[np.int64]]
"""Places by falling score, the truth in that order, and where each run of equal scores begins."""


def _grouped(score: Floats, truth: Bools) -> Group:
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    return order, truth[order], starts


def _tallies(group: Group, counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """True ones and all, by run of equal scores and draw."""
    order, truth, starts = group
    ranked = counts[:, order]
    return np.add.reduceat(ranked * truth, starts, axis=1), np.add.reduceat(ranked, starts, axis=1)


def _auc(group: Group, counts: NDArray[np.int64]) -> Floats:
    hits, sizes = _tallies(group, counts)
    misses = sizes - hits
    below = misses.sum(axis=1, keepdims=True) - np.cumsum(misses, axis=1)
    won = (hits * (below + 0.5 * misses)).sum(axis=1)
    pairs = hits.sum(axis=1) * misses.sum(axis=1)
    return np.asarray(np.divide(won, pairs, out=np.full(len(counts), np.nan), where=pairs > 0))


def _precision(group: Group, counts: NDArray[np.int64], k: int) -> Floats:
    hits, sizes = _tallies(group, counts)
    before = np.cumsum(sizes, axis=1) - sizes
    taken = np.clip(k - before, 0, sizes)
    share = np.divide(taken, sizes, out=np.zeros(sizes.shape), where=sizes > 0)
    return np.asarray((share * hits).sum(axis=1) / min(k, int(counts[0].sum())))
