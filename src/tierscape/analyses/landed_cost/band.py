"""How sure the order of the options is: common draws of all that is uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from tierscape.kernels.unit_cost import INPUTS, total_cost
from tierscape.quantities.landed import Landed
from tierscape.reference import freight

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OWN = ("price", "lot", "defects", "lead_sd", "entity", "risk")
NATIONAL = ("duty_rate", "duty_rate_cif", "compliance_rate")
MOST_CELLS = 2_000_000
"""Draws times options that are held at once."""


@dataclass(frozen=True, eq=False)
class Band:
    """Spread of the totals; n options.

    Parameters
    ----------
    p10, p90 : numpy.ndarray of float64, shape (n,)
        Percentiles of the total; NaN without a price.
    cheapest : numpy.ndarray of float64, shape (n,)
        Share of draws in which no other option of the same part and buyer costs less.
    beats : numpy.ndarray of float64, shape (n,)
        Share of draws in which the cheapest by total costs less than this one; NaN for itself.
    """

    p10: Floats
    p90: Floats
    cheapest: Floats
    beats: Floats


def band(costs: Landed, decision: Ints, first: Ints, *, draws: int, seed: int) -> Band:
    """Draw the inputs, the same draws for all options.

    Parameters
    ----------
    costs : Landed
    decision : numpy.ndarray of int64, shape (n,)
        Part and buyer of each option, ascending.
    first : numpy.ndarray of int64, shape (n,)
        Row of the cheapest option of the same part and buyer.
    draws, seed : int

    Notes
    -----
    An input is drawn between its ends, below and above its value with the same chance; freight by sea is lognormal. What
    options share has one number for all of them in each draw, so that they stand in the same world; what is a supplier's
    own (``OWN``) or hangs on its country (``NATIONAL``) has a number by its key, so that order changes nothing.
    O(draws · options).
    """
    n = len(decision)
    uniform = Uniform(costs, draws, seed)
    p10, p90, cheapest, beats = (np.full(n, np.nan) for _ in range(4))
    starts = np.flatnonzero(np.r_[True, decision[1:] != decision[:-1]]) if n else np.empty(0, dtype=np.int64)
    step = max(1, MOST_CELLS // draws)
    at = 0
    while at < n:
        stop = int(starts[np.searchsorted(starts, at + step)]) if (starts > at + step).any() else n
        stop = stop if stop > at else n
        rows = np.arange(at, stop)
        totals = drawn_totals(costs, rows, uniform)
        known = ~np.isnan(totals[0])
        p10[rows[known]], p90[rows[known]] = np.quantile(totals[:, known], (0.1, 0.9), axis=0)
        least = np.minimum.reduceat(
            np.where(np.isnan(totals), np.inf, totals), starts[(starts >= at) & (starts < stop)] - at, axis=1
        )
        group = np.searchsorted(starts, rows, side="right") - np.searchsorted(starts, at, side="right")
        cheapest[rows[known]] = (totals[:, known] <= least[:, group[known]]).mean(axis=0)
        base = totals[:, first[rows] - at]
        beats[rows[known]] = (base[:, known] < totals[:, known]).mean(axis=0)
        at = stop
    return Band(p10, p90, cheapest, beats)


class Uniform:
    """Uniform numbers of each input: common, or by the key of the supplier or of its country."""

    def __init__(self, costs: Landed, draws: int, seed: int) -> None:
        self.draws, self._seed = draws, seed
        self._common = np.random.default_rng(seed).random((len(INPUTS) + 1, draws))
        frame = costs.frame
        keys = {
            "own": frame["option"],
            "national": frame.select(pl.format("{}/{}", pl.col("country").fill_null("?"), "part")).to_series(),
        }
        self._keys = {
            kind: np.array([crc32(word.encode()) for word in words.to_list()]) for kind, words in keys.items()
        }

    @property
    def year(self) -> Floats:
        """Numbers of the freight market, shape (draws,)."""
        year: Floats = self._common[-1]
        return year

    def of(self, name: str, number: int, rows: Ints) -> Floats:
        """Give the numbers of an input, shape (draws, rows) or (draws, 1)."""
        kind = "own" if name in OWN else "national" if name in NATIONAL else ""
        if not kind:
            common: Floats = self._common[number][:, None]
            return common
        words, place = np.unique(self._keys[kind][rows], return_inverse=True)
        drawn = [np.random.default_rng((self._seed, number, int(word))).random(self.draws) for word in words]
        own: Floats = np.stack(drawn, axis=1)[:, place]
        return own


def drawn_totals(costs: Landed, rows: Ints, uniform: Uniform) -> Floats:
    """Give the totals of some options, shape (draws, rows)."""
    inputs: dict[str, Floats] = {}
    free_carbon = not costs.value["carbon_price"].any()
    for number, name in enumerate(INPUTS):
        value, low, high = (part[name][rows] for part in (costs.value, costs.low, costs.high))
        if not (high > low).any() or (name == "kg_co2e" and free_carbon):
            inputs[name] = np.where(np.isnan(value), low, value)
            continue
        off = 2.0 * uniform.of(name, number, rows) - 1.0
        middle = np.where(np.isnan(value), (low + high) / 2, value)
        inputs[name] = middle + np.maximum(off, 0.0) * (high - middle) + np.minimum(off, 0.0) * (middle - low)
    by_sea = (costs.frame["mode"].fill_null("") == "sea").to_numpy()[rows]
    if by_sea.any():
        inputs["freight"] = np.where(
            by_sea, _at_sea(uniform.year)[:, None] * costs.settled["freight"][rows], inputs["freight"]
        )
    return np.atleast_2d(
        np.broadcast_to(total_cost(inputs, landed_worth=costs.landed_worth), (uniform.draws, len(rows)))
    )


def _at_sea(uniform: Floats) -> Floats:
    """Give the factor of rates at sea in a year, with mean 1: lognormal by the shipped volatility."""
    figures = freight()
    volatility = float(figures.filter(figures["parameter"] == "rate_volatility")["value"][0])
    factor: Floats = np.exp(volatility * ndtri(np.clip(uniform, 1e-12, 1 - 1e-12)) - volatility**2 / 2)
    return factor
