"""A place and what is promised to it, as the draws of entry and exit read it; and what became of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.completeness_again import Needs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Place(NamedTuple):
    """A place and what is promised to it; K parts, Q quarters, A arms.

    Parameters
    ----------
    needs : Needs
    tier : numpy.ndarray of int64, shape (K,)
        Steps upstream of the product: the pull of an anchor is β_A at tier 1, half of it at tier 2, none above.
    start : numpy.ndarray of int64, shape (K,)
        Sites that operate at the start.
    weight : numpy.ndarray, shape (K,)
        Cover that each of those gives; a site that enters gives 1.
    planned : numpy.ndarray of int64, shape (Q + 1, K)
        Sites that open in every arm, by first quarter.
    sure : numpy.ndarray of int64, shape (A, Q + 1, K)
        Contracted sites, by first quarter.
    pull : numpy.ndarray, shape (A, Q, K)
        Mean over past quarters, weighted by λ, of ln(1 + V/MES).
    related : numpy.ndarray, shape (K,)
        ω, 0 to 1.
    most : numpy.ndarray, shape (K,)
        N̄, sites at which entry stops.
    jobs : numpy.ndarray, shape (K,)
        People of a site; 0 where unknown.
    lag : numpy.ndarray, shape (K, 3)
        Least, most likely and largest months from decision to first output.
    ramp : numpy.ndarray of int64, shape (K,)
        Quarters from first to full output.
    labour_pool : float
        Infinity turns wages off.
    dispersion : float
        α of negative binomial entries; 0 is Poisson.
    full : float
        Sites that cover a part in full.
    yearly : bool
        Whether the sites at the end of each year are kept.
    """

    needs: Needs
    tier: Ints
    start: Ints
    weight: Floats
    planned: Ints
    sure: Ints
    pull: Floats
    related: Floats
    most: Floats
    jobs: Floats
    lag: Floats
    ramp: Ints
    labour_pool: float
    dispersion: float
    full: float
    yearly: bool = False


class Paths(NamedTuple):
    """What became of a place; D draws, A arms.

    Parameters
    ----------
    completeness, jobs : numpy.ndarray, shape (D, A, Q + 1)
        At the start and after each quarter, from output as it ramps up; people at sites that entered.
    filled : numpy.ndarray, shape (D, A, K)
        First quarter at whose start the sites that operate, ramping or not, fill a part; infinity if never.
    sites, entered : numpy.ndarray, shape (D, A, K)
        Sites that operate at the end; sites that entered and came to operate.
    yearly : numpy.ndarray, shape (D, A, Q // 4, K)
        Sites that operate at the end of each year; no year where they were not kept.
    """

    completeness: Floats
    jobs: Floats
    filled: Floats
    sites: Floats
    entered: Floats
    yearly: Floats


def unpacked(rows: Floats, arms: int, quarters: int, parts: int) -> Paths:
    """Give the rows of ``simulate`` by what they are."""
    by_arm = rows.reshape(len(rows), arms, -1)
    steps = quarters + 1
    ends = np.cumsum([steps, steps, parts, parts, parts])
    *flat, yearly = np.split(by_arm, ends, axis=2)
    complete, jobs, filled, sites, entered = flat
    return Paths(complete, jobs, filled, sites, entered, yearly.reshape(len(rows), arms, -1, parts))
