"""The newsvendor under normal demand, many at once, in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


class Orders(NamedTuple):
    """Best quantities and their expected profit, shape (n,) each."""

    quantity: Floats
    profit: Floats


def normal_newsvendor(mean: ArrayLike, sd: ArrayLike, price: ArrayLike, cost: ArrayLike, salvage: ArrayLike) -> Orders:
    """Order q = μ + zσ with Φ(z) = (p − c)/(p − s); the profit is (p − c)·μ − (p − s)·φ(z)·σ.

    Parameters
    ----------
    mean, sd : array_like of float, shape (n,)
        Demand, units.
    price, cost, salvage : array_like of float, shape (n,)
        Money a unit; salvage < cost < price.

    Raises
    ------
    ValueError
        The order of price, cost and salvage does not hold somewhere; the message says how often.

    Notes
    -----
    O(n). ``contract_forms.newsvendor`` takes any law, one at a time.

    References
    ----------
    Arrow, Harris & Marschak (1951), Optimal inventory policy, Econometrica 19:250.

    Examples
    --------
    >>> best = normal_newsvendor(1000, 300, 100, 60, 20)
    >>> round(float(best.quantity)), round(float(best.profit), 2)
    (1000, 30425.39)
    """
    m, d, p, c, s = (np.asarray(x, float) for x in (mean, sd, price, cost, salvage))
    wrong = ~((s < c) & (c < p))
    if wrong.any():
        raise ValueError(f"salvage < cost < price does not hold in {int(wrong.sum())} of {wrong.size} cases")
    z = ndtri((p - c) / (p - s))
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return Orders(np.asarray(m + z * d), np.asarray((p - c) * m - (p - s) * density * d))
