"""How much volume, for how long, makes a supplier invest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq


class BreakEven(NamedTuple):
    """The least yearly volume that pays an investment back.

    Parameters
    ----------
    volume : float
        Units a year; infinite where no volume pays.
    enough : bool
        Whether the capacity can deliver it.
    """

    volume: float
    enough: bool


def annuity(rate: float, years: float) -> float:
    """Value of one a year for so many years, paid at year ends: (1 − (1 + r)⁻ᵀ)/r.

    Examples
    --------
    >>> round(annuity(0.08, 5), 5)
    3.99271
    """
    return years if rate == 0 else float(-np.expm1(-years * np.log1p(rate)) / rate)


def break_even_volume(
    investment: float, grant: float, margin: float, annuity_years: float, capacity: float
) -> BreakEven:
    """Find Q* = (I − G)/((p − c)·a), the commitment from which the supplier's net present value is not negative.

    Parameters
    ----------
    investment, grant : float
        What the supplier pays and what it is given, money.
    margin : float
        Price less cost, money/unit.
    annuity_years : float
        Value of one a year over the term, from ``annuity``.
    capacity : float
        Units a year that the investment can make.

    Examples
    --------
    >>> round(break_even_volume(1e6, 2e5, 2.0, annuity(0.08, 5), 2e5).volume, 2)
    100182.58
    """
    left = investment - grant
    if left <= 0:
        return BreakEven(0.0, enough=True)
    volume = left / (margin * annuity_years) if margin > 0 else np.inf
    return BreakEven(float(volume), enough=bool(volume <= capacity))


def unit_cost_path(first: float, yearly: ArrayLike, progress: float) -> np.ndarray:
    """Mean unit cost of each year along an experience curve c_n = c₁·n^{log₂ b}.

    Parameters
    ----------
    first : float
        Cost of the first unit, money.
    yearly : array_like of float, shape (T,)
        Units made in each year.
    progress : float
        Cost after a doubling over cost before, in (0, 1]; 1 is no learning.

    Returns
    -------
    numpy.ndarray of float, shape (T,)
        Money a unit; the first cost where nothing is made.

    Notes
    -----
    The sum over units is the integral between cumulated volumes, shifted by half a unit.

    References
    ----------
    Wright (1936), Factors affecting the cost of airplanes, J. Aeronaut. Sci. 3:122.
    """
    made = np.asarray(yearly, float)
    exponent = np.log2(progress)
    end = np.cumsum(made)
    total = (end + 0.5) ** (exponent + 1) - (end - made + 0.5) ** (exponent + 1)
    with np.errstate(invalid="ignore"):
        return np.where(made > 0, first * total / ((exponent + 1) * np.where(made > 0, made, 1.0)), first)


class SupplierTerms(NamedTuple):
    """What a supplier is offered.

    Parameters
    ----------
    price, first_cost : float
        Money a unit.
    progress : float
        Experience curve, 1 is none.
    ramp : numpy.ndarray of float, shape (T,)
        Share of the full volume in each year.
    capacity : float
        Units a year.
    rate : float
        Cost of capital a year.
    investment, grant : float
        Money.
    """

    price: float
    first_cost: float
    progress: float
    ramp: np.ndarray
    capacity: float
    rate: float
    investment: float
    grant: float


def supplier_value(volume: float, terms: SupplierTerms) -> float:
    """Net present value to the supplier of a yearly volume under a ramp and an experience curve, money."""
    made = np.minimum(volume * terms.ramp, terms.capacity)
    cost = unit_cost_path(terms.first_cost, made, terms.progress)
    years = np.arange(1, len(made) + 1)
    return float(np.sum((terms.price - cost) * made / (1 + terms.rate) ** years) - terms.investment + terms.grant)


def break_even_with_ramp(terms: SupplierTerms) -> BreakEven:
    """Find the least full-rate volume with a net present value of zero, by summing the years.

    Notes
    -----
    Value rises with volume wherever a unit brings more than it costs; the search brackets the first sign change on a grid
    of 200 volumes up to capacity.
    """
    grid = np.linspace(0.0, terms.capacity / max(float(terms.ramp.max()), 1e-12), 201)
    values = np.array([supplier_value(v, terms) for v in grid])
    above = np.flatnonzero(values >= 0)
    if not above.size:
        return BreakEven(np.inf, enough=False)
    if above[0] == 0:
        return BreakEven(0.0, enough=True)
    low, high = grid[above[0] - 1], grid[above[0]]
    return BreakEven(float(brentq(supplier_value, low, high, args=(terms,), xtol=1e-9)), enough=True)
