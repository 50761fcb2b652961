"""How much to buy under a long contract and how much on the spot market, by mean and tail of the cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]

STEPS = 101
"""Shares tried, from 0 to 1."""


class Hedge(NamedTuple):
    """The share under contract that costs least, and what it costs.

    Parameters
    ----------
    share : float
        Committed volume over mean demand, 0 to 1.
    cost : float
        Expected cost, money.
    cvar : float
        Mean of the worst costs, money.
    """

    share: float
    cost: float
    cvar: float


def tail_factor(level: float) -> float:
    """Distance of the tail mean of a normal law from its mean, in standard deviations: φ(z_α)/(1 − α).

    Examples
    --------
    >>> round(tail_factor(0.95), 6)
    2.062713
    """
    return float(norm.pdf(norm.ppf(level)) / (1.0 - level))


def worst_mean(costs: Floats, level: float) -> Floats:
    """Mean of the worst (1 − α) of equally likely costs, a fraction of a draw counted as such.

    Parameters
    ----------
    costs : numpy.ndarray of float, shape (n, …)
        Draws along the first axis.
    level : float
        α, from 0 to below 1.

    Examples
    --------
    >>> float(worst_mean(np.arange(100.0), 0.95))
    97.0
    """
    beyond = (1.0 - level) * len(costs)
    whole = int(np.floor(beyond + 1e-9))
    part = max(beyond - whole, 0.0)
    falling = -np.sort(-np.asarray(costs, float), axis=0)
    edge = falling[min(whole, len(costs) - 1)]
    return np.asarray((falling[:whole].sum(axis=0) + part * edge) / beyond)


def indifferent_kappa(contract_price: float, spot_mean: float, spot_sd: float, level: float = 0.95) -> float:
    """Find the aversion κ from which a sure price is worth its premium over a normal spot price, demand being sure.

    E + κ·(CVaR − E) is linear in the share under contract, so that the best share is 0 below this κ and 1 above it.

    Returns
    -------
    float
        0 where the contract costs no more than the spot mean; infinite where the spot price does not vary.

    Examples
    --------
    >>> round(indifferent_kappa(10.2, 10.0, 2.0), 5)
    0.04848
    """
    premium = contract_price - spot_mean
    if premium <= 0:
        return 0.0
    return premium / (spot_sd * tail_factor(level)) if spot_sd > 0 else float("inf")


def costs_by_share(
    shares: Floats,
    contract_price: float | Floats,
    spot: Floats,
    demand: Floats,
    *,
    mean_demand: float,
    salvage: float = 0.0,
) -> Floats:
    """Cost of each draw for each share: the committed volume is paid for, what is missing is bought spot, what is over is sold.

    Parameters
    ----------
    shares : numpy.ndarray of float, shape (m,)
        Committed volume over mean demand.
    contract_price : float or numpy.ndarray of float, shape (n,)
        Money a unit, in each draw where a clause moves it.
    mean_demand, salvage : float
        Units; money that a unit too many brings.
    spot, demand : numpy.ndarray of float, shape (n,)
        Common draws of the spot price and of demand.

    Returns
    -------
    numpy.ndarray of float, shape (n, m)
        w·hD̄ + S·(D − hD̄)⁺ − s·(hD̄ − D)⁺, money.
    """
    committed = shares * mean_demand
    short = np.maximum(demand[:, None] - committed, 0.0)
    left = np.maximum(committed - demand[:, None], 0.0)
    paid = np.asarray(contract_price, float).reshape(-1, 1) * committed
    return np.asarray(paid + spot[:, None] * short - salvage * left)


def indexed_price(price: float, moved: Floats, pass_through: float, cap: float) -> Floats:
    """Move a price with an index: p·(1 + clamp(share·move, ±cap)).

    Parameters
    ----------
    price : float
        Money a unit at the index of today.
    moved : numpy.ndarray of float, shape (n,)
        Change of the index, as a share of it.
    pass_through : float
        Share of the change that goes into the price, 0 to 1.
    cap : float
        Most that the price moves, as a share.

    Examples
    --------
    >>> indexed_price(10.0, np.array([-0.5, 0.1, 0.4]), 0.6, 0.15).round(4).tolist()
    [8.5, 10.6, 11.5]
    """
    return np.asarray(price * (1.0 + np.clip(pass_through * moved, -cap, cap)))


def best_shares(costs: Floats, shares: Floats, kappas: Floats, level: float = 0.95) -> list[Hedge]:
    """Find for each κ the share with the least E + κ·(CVaR − E); of equals the smallest.

    Parameters
    ----------
    costs : numpy.ndarray of float, shape (n, m)
        From ``costs_by_share``.
    shares : numpy.ndarray of float, shape (m,)
    kappas : numpy.ndarray of float, shape (k,)
        At least 0.
    level : float
        Of the tail.

    Notes
    -----
    O(n log n) a share. The grid of shares is the accuracy: no interpolation.

    References
    ----------
    Rockafellar & Uryasev (2000), Optimization of conditional value-at-risk, J. Risk 2(3):21-41.
    """
    mean, tail = costs.mean(axis=0), worst_mean(costs, level)
    found = []
    for kappa in kappas:
        at = int(np.argmin(np.round(mean + kappa * (tail - mean), 9)))
        found.append(Hedge(float(shares[at]), float(mean[at]), float(tail[at])))
    return found


def term_discount(most: float, years: float) -> float:
    """Share off the price that a longer term earns, since a line is paid for over it: φ(1 − e^(−T/3)).

    Examples
    --------
    >>> round(term_discount(0.05, 3.0), 5)
    0.03161
    """
    return float(-most * np.expm1(-years / 3.0))
