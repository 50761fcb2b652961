"""From raw values to intervals, ranks and the question that would narrow a rank most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.scorecard.catalogue import ALTERNATE_POINTS, CATALOGUE, NAMES, score, within
from tierscape.analyses.scorecard.parameters import DIMENSIONS, Anchors, Evidence, Weights
from tierscape.kernels.score_box import dominators, ranks_of_one, score_ranks, totals, widened

Floats = NDArray[np.float64]

ASKED = 60
"""Most suppliers of a part for which every open answer is tried; beyond, the widest interval is asked about."""
OPEN = 1e-9


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of n suppliers; K indicators, 4 dimensions in the order of ``DIMENSIONS``.

    Parameters
    ----------
    indicator_low, indicator_high : numpy.ndarray of float, shape (n, K)
    low, high : numpy.ndarray of float, shape (n, 4)
    """

    indicator_low: Floats
    indicator_high: Floats
    low: Floats
    high: Floats


def score_suppliers(
    suppliers: pl.DataFrame, facts: pl.DataFrame, anchors: Anchors, evidence: Evidence
) -> tuple[Scores, pl.DataFrame]:
    """Score each indicator of each supplier, and give the facts in the order of suppliers and ``CATALOGUE``."""
    grid = suppliers.select("site", "part").join(pl.DataFrame({"indicator": NAMES}), how="cross")
    known = grid.join(facts, on=["site", "part", "indicator"], how="left", maintain_order="left")
    shape = (suppliers.height, len(CATALOGUE))
    raw = {name: known[name].fill_null(np.nan).to_numpy().reshape(shape) for name in ("low", "high", "weight")}
    bonus = known["bonus"].fill_null(value=False).to_numpy().reshape(shape)
    weight = np.where(np.isnan(raw["weight"]), np.nan, np.maximum(raw["weight"], evidence.at_least))
    low, high = np.empty(shape), np.empty(shape)
    for k, indicator in enumerate(CATALOGUE):
        ends = np.stack([score(indicator, raw[name][:, k], anchors) for name in ("low", "high")])
        ends = np.minimum(ends + ALTERNATE_POINTS * bonus[:, k], 100.0)
        low[:, k], high[:, k] = widened(ends.min(axis=0), ends.max(axis=0), weight[:, k])
    _, share = within()
    known = known.with_columns(
        weight=pl.Series(weight.ravel()).fill_nan(None),
        score_low=pl.Series(low.ravel()),
        score_high=pl.Series(high.ravel()),
    )
    return Scores(low, high, low @ share, high @ share), known


def rank_part(scores: Scores, weights: Weights, evidence: Evidence, *, measured: bool) -> dict[str, NDArray[np.int64]]:
    """Rank the suppliers of one part. Without any series observed no supplier counts as surely ahead of another.

    Returns
    -------
    dict
        ``rank``, ``rank_best``, ``rank_worst``, ``rank_by_price`` (0 for unknown), ``dominated`` (place, −1 for none), ``ask`` (place in
        ``CATALOGUE``, −1 for none), shape (n,) each.
    """
    w = np.array(weights.shares)
    low, high = totals(scores.low, scores.high, w)
    by = low if evidence.rank_by == "lower" else (low + high) / 2
    n = len(low)
    ranks = score_ranks(scores.low, scores.high, w, weights.band)
    best, worst = (ranks.best, ranks.worst) if measured else (np.ones(n, np.int64), np.full(n, n, np.int64))
    over = dominators(scores.low, scores.high) if measured else np.full(n, -1, np.int64)
    return {
        "rank": _places(by), "rank_best": best, "rank_worst": worst,
        "rank_by_price": _by_cost(scores), "dominated": over, "ask": questions(scores, w, weights.band),
    }  # fmt: skip


def _by_cost(scores: Scores) -> NDArray[np.int64]:
    """Rank by the low end of landed cost alone; 0 where nothing is known of it."""
    k = NAMES.index("landed_cost")
    known = scores.indicator_high[:, k] - scores.indicator_low[:, k] < 100.0 - OPEN
    return np.where(known, _places(np.where(known, scores.indicator_low[:, k], -1.0)), 0)


def _places(values: Floats) -> NDArray[np.int64]:
    """Rank, greatest first; equals share the better place."""
    rounded = np.round(values, 9)
    return np.array([1 + int((rounded > v).sum()) for v in rounded], np.int64)


def questions(scores: Scores, weights: Floats, band: float) -> NDArray[np.int64]:
    """Find for each supplier the open indicator whose answer narrows its rank interval most, on the mean of three answers.

    Of equals the one that narrows the score most. O(n · K · n) for up to ``ASKED`` suppliers.
    """
    names, share = within()
    column = np.array([DIMENSIONS.index(n) for n in names])
    counts = share * weights[column]
    width = scores.indicator_high - scores.indicator_low
    gain = width * counts.sum(axis=1)
    found = np.argmax(gain, axis=1)
    if len(gain) <= ASKED:
        found = np.array([_ask(scores, i, gain[i], share, (weights, band)) for i in range(len(gain))], np.int64)
    return np.where(gain.max(axis=1, initial=0.0) > OPEN, found, -1)


def _ask(scores: Scores, i: int, gain: Floats, share: Floats, box: tuple[Floats, float]) -> int:
    spans = []
    for k in range(len(gain)):
        a, b = scores.indicator_low[i, k], scores.indicator_high[i, k]
        span = 0
        for answer in (a, (a + b) / 2, b):
            low, high = scores.low.copy(), scores.high.copy()
            low[i] += share[k] * (answer - a)
            high[i] -= share[k] * (b - answer)
            best, worst = ranks_of_one(low, high, i, *box)
            span += worst - best
        spans.append(span)
    return int(np.lexsort((-gain, np.array(spans)))[0])
