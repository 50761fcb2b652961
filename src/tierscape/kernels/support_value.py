"""What public support is worth after its strings, and what a shorter wait is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Support(NamedTuple):
    """Present values, money.

    Parameters
    ----------
    upfront, yearly, clawback, net : float
        Paid at the start; paid over the years; expected to be paid back; what remains.
    """

    upfront: float
    yearly: float
    clawback: float
    net: float


def support_value(
    upfront: float, yearly: ArrayLike, clawback_chance: ArrayLike, clawback_share: float, rate: float
) -> Support:
    """Value support: Σ δᵗ y_t + G − Σ δᵗ P_t·share·G.

    Parameters
    ----------
    upfront : float
        G, money at year 0; what can be clawed back.
    yearly : array_like of float, shape (T,)
        Money at the ends of years 1 to T.
    clawback_chance : array_like of float, shape (U,)
        P_t, chance that the share is claimed back at the end of year t, 0 to 1.
    clawback_share : float
        Share of G that is claimed back, 0 to 1.
    rate : float
        Cost of capital a year.

    Raises
    ------
    ValueError
        A chance or the share lies outside 0 to 1.

    Examples
    --------
    >>> worth = support_value(2e6, [3e5] * 5, [0, 0, 0.25], 0.6, 0.08)
    >>> round(worth.clawback, 2), round(worth.net, 2)
    (238149.67, 2959663.34)
    """
    chance = np.asarray(clawback_chance, float)
    if ((chance < 0) | (chance > 1)).any() or not 0 <= clawback_share <= 1:
        raise ValueError("chances and shares of a clawback lie between 0 and 1")
    paid = float(np.asarray(yearly, float) @ _discount(len(np.atleast_1d(yearly)), rate))
    back = float(clawback_share * upfront * (chance @ _discount(len(chance), rate)))
    return Support(upfront, paid, back, upfront + paid - back)


def _discount(years: int, rate: float) -> np.ndarray:
    return np.asarray((1.0 + rate) ** -np.arange(1.0, years + 1))
