"""What splitting, ordering and ranking cost, against the plain way: ``python benchmarks/partnership.py``.

CPU time of one process, the least of several runs; both sides must give the same numbers before any figure is shown. The
newsvendor's peer is stockpyl where it is installed, else a Python loop over the standard library's normal law.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import permutations
from statistics import NormalDist
from typing import Any

import numpy as np

from tierscape.kernels.cooperative import shapley
from tierscape.kernels.normal_newsvendor import normal_newsvendor
from tierscape.kernels.score_box import score_ranks

try:
    from stockpyl.newsvendor import newsvendor_normal
except ImportError:
    newsvendor_normal = None

RUNS = 3
WEIGHTS = np.array([0.35, 0.25, 0.20, 0.20])


def clock(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """Least CPU seconds of some runs, and what the work gave."""
    best, answer = math.inf, None
    for _ in range(runs):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    return best, answer


def by_permutations(worth: np.ndarray, players: int) -> np.ndarray:
    """Shapley value by listing every order of arrival."""
    v, gains = worth.tolist(), [0.0] * players
    for order in permutations(range(players)):
        seen = 0
        for player in order:
            gains[player] += v[seen | 1 << player] - v[seen]
            seen |= 1 << player
    return np.array(gains) / math.factorial(players)


def split() -> str:
    """Twelve players by bit sets, against orders of arrival at nine, scaled by the steps that twelve would take."""
    rng = np.random.default_rng(0)
    games = {n: np.concatenate([[0.0], rng.random(2**n - 1)]) for n in (8, 9, 12)}
    assert np.abs(shapley(games[8]) - by_permutations(games[8], 8)).max() < 1e-12
    ours, _ = clock(lambda: shapley(games[12]), 10)
    theirs, _ = clock(lambda: by_permutations(games[9], 9), 1)
    at_nine, _ = clock(lambda: shapley(games[9]), 10)
    scaled = theirs * math.factorial(12) * 12 / (math.factorial(9) * 9)
    return f"Shapley: n = 9 {theirs / at_nine:,.0f}x, n = 12 {scaled / ours:,.0f}x the orders of arrival ({ours * 1e3:.2f} ms; theirs scaled by work)"


def one_order(mean: float, sd: float, price: float, cost: float, salvage: float) -> tuple[float, float]:
    """Best quantity and its expected profit, by the standard library."""
    law = NormalDist()
    z = law.inv_cdf((price - cost) / (price - salvage))
    return mean + z * sd, (price - cost) * mean - (price - salvage) * law.pdf(z) * sd


def order(rows: int = 100_000) -> str:
    """Newsvendors under normal demand."""
    rng = np.random.default_rng(1)
    mean = rng.uniform(100, 1000, rows)
    sd, cost = mean * rng.uniform(0.05, 0.3, rows), rng.uniform(5, 10, rows)
    price, salvage = cost + rng.uniform(1, 9, rows), cost - rng.uniform(1, 4, rows)
    ours, best = clock(lambda: normal_newsvendor(mean, sd, price, cost, salvage))
    columns = list(zip(*(x.tolist() for x in (mean, sd, price, cost, salvage)), strict=True))
    if newsvendor_normal is None:
        peer = "a Python loop over the standard library"
        theirs, found = clock(lambda: [one_order(*row) for row in columns], 1)
        profit = np.array([f[1] for f in found])
    else:
        peer = "a loop over stockpyl"
        theirs, found = clock(lambda: [newsvendor_normal(c - s, p - c, m, d) for m, d, p, c, s in columns], 1)
        profit = (price - cost) * mean - np.array([f[1] for f in found])
    assert np.abs(np.array([f[0] for f in found]) / best.quantity - 1).max() < 1e-9
    assert (np.abs(profit - best.profit) < 1e-9 * price * mean).all()
    return f"Newsvendor: {rows:,} rows {theirs / ours:,.0f}x {peer} ({ours * 1e3:.1f} ms)"


def rank(suppliers: int = 1000) -> str:
    """Rank intervals over a box of weights, against the plain matrix of score differences."""
    rng = np.random.default_rng(2)
    low = rng.uniform(0, 80, (suppliers, 4))
    high = low + rng.uniform(0, 20, low.shape)
    fixed = score_ranks(low, low, WEIGHTS, 0.0)
    plain = low @ WEIGHTS
    assert (fixed.best == 1 + (plain[None, :] > plain[:, None] + 1e-9).sum(axis=1)).all()

    def pairs() -> np.ndarray:
        return np.asarray(((low[:, None, :] - high[None, :, :]) @ WEIGHTS > 0).sum(axis=0))

    theirs, _ = clock(pairs)
    ours, _ = clock(lambda: score_ranks(low, high, WEIGHTS, 0.5))
    return f"Rank intervals: {suppliers:,} suppliers {ours / theirs:.1f}x the pairwise matrix of plain scores ({ours:.2f} s)"


if __name__ == "__main__":
    print(split(), order(), rank(), sep="\n")
