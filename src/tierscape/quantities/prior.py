"""Where unknown value may lie: Dirichlet priors from a country-sector table, and the intervals that they leave."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from tierscape.io.country_sector import CountrySector
from tierscape.kernels.leontief import origin

Floats = NDArray[np.float64]

TAIL = 0.05
"""Share beyond each end of an interval: 5 %."""
Z90 = 1.645
SAMPLED = 200
"""Unknown needs, largest first, whose places are drawn; the rest stands at its mean, which narrows intervals a little."""


class Placed(NamedTuple):
    """Shares of value by place with the unknown placed by its prior, each of shape (c,)."""

    mean: Floats
    low: Floats
    high: Floats


def place_unknown(known: Floats, mass: Floats, alpha: Floats, *, draws: int = 4000, seed: int = 0) -> Placed:
    """Give the mean and the 90 % interval of the share of each place.

    E_c = K_c + Σ_u U_u X_uc,   X_u ~ Dirichlet(α_u),   α_u = κ π_u (plus counts that were observed)

    Parameters
    ----------
    known : numpy.ndarray, shape (c,)
        K, share of value known to be there.
    mass : numpy.ndarray, shape (u,)
        U, unknown share of value.
    alpha : numpy.ndarray, shape (u, c)
        α, pseudo-observations by place; a row of zeros stays out.
    draws, seed : int
        Draws, and the seed of a counter-based generator; not used where a single unknown is placed.

    Returns
    -------
    Placed

    Notes
    -----
    A single unknown has exact quantiles: X_c ~ Beta(α_c, Σα − α_c). Several are drawn, O(draws · u · c).

    References
    ----------
    Dirichlet and Beta distributions: Johnson, Kotz & Balakrishnan, Continuous Multivariate Distributions 1, chapter 49.

    Examples
    --------
    >>> placed = place_unknown(np.array([0.22, 0.58]), np.array([0.2]), np.array([[2.5, 7.5]]))
    >>> float(placed.mean[0].round(3)), float(placed.low[0].round(5)), float(placed.high[0].round(5))
    (0.27, 0.23346, 0.31833)
    """
    total = alpha.sum(axis=1)
    held = (mass > 0.0) & (total > 0.0)
    mass, alpha, total = mass[held], alpha[held], total[held]
    mean = known + (mass[:, None] * alpha / total[:, None]).sum(axis=0)
    if len(mass) == 0:
        return Placed(mean, known.copy(), known.copy())
    if len(mass) == 1:
        rest = total[0] - alpha[0]
        low, high = (known + mass[0] * _beta_quantile(alpha[0], rest, p) for p in (TAIL, 1.0 - TAIL))
        return Placed(mean, low, high)
    order = np.argsort(-mass, kind="stable")
    drawn, fixed = order[:SAMPLED], order[SAMPLED:]
    random = np.random.Generator(np.random.Philox(seed))
    value = np.tile(known + (mass[fixed, None] * alpha[fixed] / total[fixed, None]).sum(axis=0), (draws, 1))
    for u in drawn:
        there = alpha[u] > 0.0
        value[:, there] += mass[u] * random.dirichlet(alpha[u, there], draws)
    low, high = np.quantile(value, (TAIL, 1.0 - TAIL), axis=0)
    return Placed(mean, low, high)


def _beta_quantile(a: Floats, b: Floats, p: float) -> Floats:
    inside = (a > 0.0) & (b > 0.0)
    found = np.where(a > 0.0, 1.0, 0.0)
    found[inside] = betaincinv(a[inside], b[inside], p)
    return found


def interval_width(mass: Floats, share: Floats | None, strength: float) -> float:
    """Width of the 90 % interval of a total that unknown needs leave.

    Parameters
    ----------
    mass : numpy.ndarray, shape (u,)
        U, unknown share of value.
    share : numpy.ndarray, shape (u,), optional
        p, prior mean of the part of each that counts in the total. NaN, and every need where there is no prior: anything
        between none and all of U.
    strength : float
        κ, pseudo-observations.

    Notes
    -----
    One need with a prior: Beta quantiles, exact. Several: 2 · 1.645 · sqrt(Σ U² p (1 − p) / (κ + 1)), as for a normal sum.
    Needs without a prior add their U in full: unknown is no average.

    Examples
    --------
    >>> round(interval_width(np.array([0.2]), np.array([0.25]), 10.0), 5)
    0.08487
    >>> interval_width(np.array([0.2, 0.1]), None, 10.0)
    0.30000000000000004
    >>> round(interval_width(np.array([0.2, 0.1]), np.array([0.25, np.nan]), 10.0), 5)
    0.18487
    """
    placed, bare = _split(mass, share)
    if share is not None and placed.sum() == 1:
        low, high = (_beta_quantile(strength * share[placed], strength * (1.0 - share[placed]), p)[0] for p in (TAIL, 1.0 - TAIL))  # fmt: skip
        return float(mass[placed][0] * (high - low) + bare.sum())
    return _normal_width(float(_squares(mass, share).sum()), strength) + float(bare.sum())


def _split(mass: Floats, share: Floats | None) -> tuple[NDArray[np.bool_], Floats]:
    """Give which needs have a prior, and the mass of those that have none."""
    placed = np.zeros(len(mass), np.bool_) if share is None else ~np.isnan(share)
    return placed, np.where(placed, 0.0, mass)


def _squares(mass: Floats, share: Floats | None) -> Floats:
    return np.zeros(len(mass)) if share is None else np.nan_to_num(mass**2 * share * (1.0 - share))


def _normal_width(square: float, strength: float) -> float:
    return 2.0 * Z90 * math.sqrt(max(square, 0.0) / (strength + 1.0))


def answer_gains(mass: Floats, group: NDArray[np.int64], share: Floats | None, strength: float) -> Floats:
    """Give for each group of unknown needs how much narrower the interval gets once all of the group are answered.

    Parameters
    ----------
    mass, share, strength
        As in ``interval_width``.
    group : numpy.ndarray of int64, shape (u,)
        Group of each need, from 0.

    Returns
    -------
    numpy.ndarray, shape (groups,)
    """
    groups = int(group.max(initial=-1)) + 1
    placed, bare = _split(mass, share)
    gained = np.bincount(group, bare, groups).astype(np.float64)
    if placed.sum() == 1:
        alone = int(np.flatnonzero(placed)[0])
        gained[group[alone]] += interval_width(mass, share, strength) - float(bare.sum())
    elif placed.any():
        square = _squares(mass, share)
        rest = np.maximum(square.sum() - np.bincount(group, square, groups), 0.0)
        whole = _normal_width(float(square.sum()), strength)
        gained += whole - 2.0 * Z90 * np.sqrt(rest / (strength + 1.0))
    return gained


def location_prior(table: CountrySector, buyer: tuple[str, str], sector: str) -> Floats | None:
    """Give where the value of a good of a sector is added, for a buyer, over all countries of a table.

    First hop h(c) ∝ A[(c, k), (b, j)], what the buyer's sector takes of sector k from each country; then value added
    π(i) = Σ_c h(c) Σ_r v_ir B_(i,r),(c,k).

    Parameters
    ----------
    table : CountrySector
    buyer : tuple of str
        Country (the table's own code) and sector of the buyer.
    sector : str
        k, sector of the good.

    Returns
    -------
    numpy.ndarray, shape (countries,), or None
        Sums to 1, in the order of ``table.countries``; None where the buyer takes nothing of the sector.

    Notes
    -----
    One solve with the factors of the table.
    """
    column = np.flatnonzero(table.rows(country=buyer[0], sector=buyer[1]))
    if len(column) != 1:
        return None
    taken = table.system.coefficients[:, [int(column[0])]].toarray().ravel()
    first = np.where(table.rows(sector=sector), taken, 0.0)
    if not first.sum() > 0.0:
        return None
    added = table.by_country(origin(table.system, first / first.sum())[:-1])
    return np.asarray(added / added.sum()) if added.sum() > 0.0 else None
