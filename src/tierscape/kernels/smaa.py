"""Ranks under many choices at once: stochastic multicriteria acceptability analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.ranking import rank_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rule = Literal["geometric", "arithmetic"]

RULES: tuple[Rule, ...] = ("geometric", "arithmetic")
DRIVERS = ("weights", "aggregation", "reach", "weakest link", "radius")
"""The choices that are drawn, in the order of ``Choices`` and of ``driver_shares``."""
VALUE_FLOOR = 0.01
"""Least value in a geometric mean, so that one zero does not hide the rest."""


class Choices(NamedTuple):
    """What was drawn, one row a draw.

    Parameters
    ----------
    weights : numpy.ndarray, shape (draws, dims)
        Weights that sum to 1.
    geometric : numpy.ndarray of bool, shape (draws,)
        Geometric mean, else arithmetic.
    reach, link, radius : numpy.ndarray of int, shape (draws,)
        Levels of the first three axes of the values.
    """

    weights: Floats
    geometric: NDArray[np.bool_]
    reach: Ints
    link: Ints
    radius: Ints


def draw_choices(
    weights: Floats,
    levels: tuple[int, int, int],
    *,
    concentration: float = 20.0,
    draws: int = 4_000,
    seed: int = 0,
    rules: Sequence[Rule] = RULES,
) -> Choices:
    """Draw weights around the given ones, a rule of aggregation and a level of each of three further choices.

    Parameters
    ----------
    weights : numpy.ndarray, shape (dims,)
        w, at least 0, scaled to sum to 1; weights are drawn from Dirichlet(κ·w), whose mean is w. A weight of 0 stays 0.
    levels : (int, int, int)
        Number of reaches, of weakest links and of radii; all are equally likely.
    concentration : float
        κ: the higher, the closer the draws stay to w.
    draws, seed : int
        The same seed and number give the same draws, whatever is scored with them.
    rules : sequence of {"geometric", "arithmetic"}
        Rules to draw from, equally likely.

    Returns
    -------
    Choices

    References
    ----------
    Lahdelma & Salminen (2001), SMAA-2, Operations Research 49:444, doi:10.1287/opre.49.3.444.11220.
    """
    random = np.random.Generator(np.random.Philox(seed))
    positive = weights > 0
    drawn = np.zeros((draws, len(weights)))
    if positive.any():
        drawn[:, positive] = random.dirichlet(concentration * weights[positive] / weights.sum(), size=draws)
    geometric = np.array([rule == "geometric" for rule in rules])[random.integers(len(rules), size=draws)]
    reach, link, radius = (random.integers(n, size=draws, dtype=np.int64) for n in levels)
    return Choices(drawn, geometric, reach, link, radius)


def scores(values: Floats, choices: Choices) -> Floats:
    """Score every place under every draw.

        arithmetic Σ_i w_i x_i,   geometric Σ_i w_i ln max(x_i, 0.01)

    Scores of one draw compare with each other, not with those of another draw.

    Parameters
    ----------
    values : numpy.ndarray, shape (reaches, links, radii, places, dims)
        x, from 0 to 1, for every combination of the three further choices.
    choices : Choices

    Returns
    -------
    numpy.ndarray, shape (draws, places)

    Notes
    -----
    O(draws · places · dims) time, draws · places floats of memory. Sums run in the order of the dimensions, so equal places
    have equal bits.
    """
    *levels, places, dims = values.shape
    scored = np.zeros((len(choices.weights), places))
    logs = np.log(np.maximum(values, VALUE_FLOOR))
    for a, b, c in np.ndindex(*levels):
        here = (choices.reach == a) & (choices.link == b) & (choices.radius == c)
        for terms, rule in ((logs, choices.geometric), (values, ~choices.geometric)):
            drawn = np.nonzero(here & rule)[0]
            block = np.zeros((len(drawn), places))
            for i in range(dims):
                block += choices.weights[drawn, i, None] * terms[a, b, c, :, i]
            scored[drawn] = block
    return scored


class RankSummary(NamedTuple):
    """Ranks of the places over the draws, each array of shape (places,).

    ``p5``, ``p50`` and ``p95`` are ranks that occur; ``first`` and ``top5`` are shares of the draws, ties all counted.
    """

    p5: Ints
    p50: Ints
    p95: Ints
    first: Floats
    top5: Floats


def rank_summary(ranks: Ints) -> RankSummary:
    """Summarise ranks, shape (draws, places)."""
    low, middle, high = np.quantile(ranks, (0.05, 0.5, 0.95), axis=0, method="inverted_cdf").astype(np.int64)
    return RankSummary(low, middle, high, (ranks == 1).mean(axis=0), (ranks <= 5).mean(axis=0))


def above(scored: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Share of the draws in which the first of a pair scores above the second, a tie counted half; shape (pairs,)."""
    a, b = (scored[:, [pair[i] for pair in pairs]] for i in (0, 1))
    return np.asarray((a > b).mean(axis=0) + 0.5 * (a == b).mean(axis=0), dtype=np.float64)


def driver_shares(values: Floats, choices: Choices) -> Floats:
    """Share of the variance of each place's rank that lies between the groups which one choice makes.

    For choice c the draws fall into groups of equal c; the variance of the groups' mean ranks over the variance of all
    ranks is the share of c. Weights are continuous, so for all five choices the variance between groups is found as the
    covariance of the ranks in two draws that have c, and nothing else, in common.

    Parameters
    ----------
    values : numpy.ndarray, shape (reaches, links, radii, places, dims)
    choices : Choices

    Returns
    -------
    numpy.ndarray, shape (places, 5)
        In the order of ``DRIVERS``, 0 to 1. What is missing to 1 is the interplay of choices. All 0 where the rank never
        changes.

    Notes
    -----
    The second draw takes c from one draw and the rest from the next. Six times the cost of ``scores`` and the ranking;
    the standard error of a share is about 1/√draws.

    References
    ----------
    First-order indices: Sobol (1993); for composite indicators Saisana, Saltelli & Tarantola (2005), Journal of the Royal
    Statistical Society A 168:307, doi:10.1111/j.1467-985X.2005.00350.x.
    """
    ranks = rank_rows(scores(values, choices)).astype(np.float64)
    centred = ranks - ranks.mean(axis=0)
    total = (centred**2).mean(axis=0)
    order = np.roll(np.arange(len(choices.weights)), 1)
    others = choices._replace(**{name: getattr(choices, name)[order] for name in Choices._fields})
    shares = np.zeros((ranks.shape[1], len(DRIVERS)))
    for c, field in enumerate(Choices._fields):
        mixed = others._replace(**{field: getattr(choices, field)})
        paired = rank_rows(scores(values, mixed))
        between = (centred * (paired - paired.mean(axis=0))).mean(axis=0)
        np.divide(np.clip(between, 0.0, total), total, out=shares[:, c], where=total > 0)
    return shares
