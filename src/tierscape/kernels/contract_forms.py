"""What a form of contract is worth to buyer and supplier when demand is uncertain.

Demand is a frozen distribution of SciPy; ``demand_law`` makes one that has no mass below zero where a normal one would.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import stats
from scipy.integrate import quad

WIDE = 0.3
"""Coefficient of variation above which a normal demand has too much mass below zero."""


class Sharing(NamedTuple):
    """An order and what each side expects from it.

    Parameters
    ----------
    quantity : float
        Units ordered.
    buyer, supplier, joint : float
        Expected profits, money.
    efficiency : float
        Joint profit over what one firm that owned both would make.
    """

    quantity: float
    buyer: float
    supplier: float
    joint: float
    efficiency: float


def demand_law(mean: float, sd: float, law: Literal["normal", "gamma", "lognormal"] = "normal") -> Any:
    """Make a distribution of demand from its mean and standard deviation.

    Parameters
    ----------
    mean, sd : float
        Units a period, both positive.
    law : {"normal", "gamma", "lognormal"}
        Its form.

    Returns
    -------
    scipy.stats.rv_frozen
        The distribution.

    Raises
    ------
    ValueError
        A moment is not positive, or a normal demand varies so much that it would fall below zero.
    """
    if mean <= 0 or sd <= 0:
        raise ValueError(f"demand needs a positive mean and spread, given are {mean:g} and {sd:g}")
    variation = sd / mean
    if law == "normal":
        if variation > WIDE + 1e-12:
            raise ValueError(
                f"a normal demand with a spread of {variation:.0%} of its mean falls below zero: use gamma or lognormal"
            )
        return stats.norm(mean, sd)
    if law == "gamma":
        return stats.gamma(1 / variation**2, scale=mean * variation**2)
    sigma = np.sqrt(np.log1p(variation**2))
    return stats.lognorm(sigma, scale=mean / np.sqrt(1 + variation**2))


def expected_shortfall(demand: Any, level: float) -> float:
    """Expect by how much demand falls short of a level, E[(level − F)⁺].

    Examples
    --------
    >>> round(expected_shortfall(demand_law(1000, 300), 800), 4)
    45.3359
    """
    return float(quad(demand.cdf, *_between(demand, level), limit=200)[0])


def expected_excess(demand: Any, level: float) -> float:
    """Expect by how much demand exceeds a level, E[(F − level)⁺]."""
    return float(demand.mean()) - level + expected_shortfall(demand, level)


def newsvendor(demand: Any, price: float, cost: float, salvage: float) -> tuple[float, float]:
    """Order the quantity whose last unit just pays.

    Parameters
    ----------
    demand : scipy.stats.rv_frozen
        Demand in the period, units.
    price, cost, salvage : float
        What a unit sells for, costs, and brings when it is left over, money; salvage < cost < price.

    Returns
    -------
    quantity, profit : float
        Units and expected profit, money.

    Raises
    ------
    ValueError
        The order of price, cost and salvage does not hold; the message says which.

    References
    ----------
    Arrow, Harris & Marschak (1951), Optimal inventory policy, Econometrica 19:250; the critical ratio (p − c)/(p − s).

    Examples
    --------
    >>> quantity, profit = newsvendor(demand_law(1000, 300), 100, 60, 20)
    >>> round(quantity), round(profit, 2)
    (1000, 30425.39)
    """
    _ordered(("salvage", salvage), ("cost", cost), ("price", price))
    quantity = float(demand.ppf((price - cost) / (price - salvage)))
    return quantity, _profit(demand, quantity, price, cost, salvage)


def wholesale(demand: Any, price: float, cost: float, salvage: float, wholesale_price: float) -> Sharing:
    """Share by a plain price a unit: the buyer bears all leftover stock and orders too little.

    Raises
    ------
    ValueError
        Not salvage < cost < wholesale price < price.

    Examples
    --------
    >>> deal = wholesale(demand_law(1000, 300), 100, 60, 20, 80)
    >>> round(deal.quantity, 2), round(deal.efficiency, 5)
    (797.65, 0.93101)
    """
    _ordered(("salvage", salvage), ("cost", cost), ("wholesale price", wholesale_price), ("price", price))
    quantity = float(demand.ppf((price - wholesale_price) / (price - salvage)))
    buyer = _profit(demand, quantity, price, wholesale_price, salvage)
    return _sharing(demand, quantity, (price, cost, salvage), buyer)


def coordinating_return_price(price: float, cost: float, salvage: float, wholesale_price: float) -> float:
    """Find the return price at which the buyer orders what one firm would: (p − w)/(p − b) = (p − c)/(p − s).

    References
    ----------
    Pasternack (1985), Optimal pricing and return policies, Marketing Science 4:166.

    Examples
    --------
    >>> coordinating_return_price(100, 60, 20, 80)
    60.0
    """
    return price - (price - wholesale_price) * (price - salvage) / (price - cost)


def forced_purchase(demand: Any, committed: float, share: float) -> float:
    """Expect the units that a take-or-pay clause makes a buyer pay for beyond its need, E[(θ·Q − F)⁺]."""
    return expected_shortfall(demand, share * committed)


class Flexibility(NamedTuple):
    """What a quantity-flexibility contract does, units a period, all expected.

    Parameters
    ----------
    bought, forced, unmet : float
        Bought; bought beyond need; needed and not to be had.
    """

    bought: float
    forced: float
    unmet: float


def quantity_flexibility(demand: Any, ordered: float, down: float, up: float) -> Flexibility:
    """Let the buyer take between (1 − down) and (1 + up) times what it ordered.

    References
    ----------
    Tsay (1999), The quantity flexibility contract and supplier-customer incentives, Management Science 45:1339.

    Examples
    --------
    >>> flex = quantity_flexibility(demand_law(1000, 300), 1000, 0.2, 0.2)
    >>> round(flex.bought, 2), round(flex.forced, 4), round(flex.unmet, 4)
    (1000.0, 45.3359, 45.3359)
    """
    forced = expected_shortfall(demand, (1 - down) * ordered)
    unmet = expected_excess(demand, (1 + up) * ordered)
    return Flexibility(float(demand.mean()) + forced - unmet, forced, unmet)


def option_value(demand: Any, ordered: float, reserved: float, margin: float, fee: float) -> float:
    """Value a right to more units: E[min((F − q)⁺, R)] · margin − fee · R, money a period."""
    used = expected_excess(demand, ordered) - expected_excess(demand, ordered + reserved)
    return used * margin - fee * reserved


def _profit(demand: Any, quantity: float, price: float, cost: float, salvage: float) -> float:
    left = expected_shortfall(demand, quantity)
    return (price - cost) * quantity - (price - salvage) * left


def _sharing(demand: Any, quantity: float, money: tuple[float, float, float], buyer: float) -> Sharing:
    joint = _profit(demand, quantity, *money)
    return Sharing(quantity, buyer, joint - buyer, joint, joint / newsvendor(demand, *money)[1])


def _between(demand: Any, level: float) -> tuple[float, float]:
    """Bounds of the integral of the distribution up to a level: below the first there is nothing to add."""
    return min(float(demand.ppf(1e-16)), level), level


def _ordered(*steps: tuple[str, float]) -> None:
    for (low, a), (high, b) in pairwise(steps):
        if not a < b:
            raise ValueError(f"{low} {a:g} must be below {high} {b:g}")
