"""Bonus and malus on a price: how measured values against their targets move it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST = 0.03
"""Most that all measures together move a price, as a share."""


def grade(measured: ArrayLike, target: ArrayLike, band: ArrayLike, sign: ArrayLike = 1.0) -> Floats:
    """Grade a measure from −1 to 1: clamp(sign·(x − target)/band, −1, 1).

    Parameters
    ----------
    measured, target, band : array_like of float, shape (k,)
        In the unit of the measure; the band is positive. A NaN is not measured and stays NaN.
    sign : array_like of float, shape (k,)
        1 where more is better, −1 where less is.

    Raises
    ------
    ValueError
        A band is not positive.

    Examples
    --------
    >>> float(grade(0.93, 0.95, 0.05).round(9))
    -0.4
    """
    width = np.asarray(band, float)
    if not (width > 0).all():
        raise ValueError("the band of a measure must be positive")
    off = np.asarray(sign, float) * (np.asarray(measured, float) - np.asarray(target, float)) / width
    return np.asarray(np.clip(off, -1.0, 1.0))


def price_factor(grades: ArrayLike, shares: ArrayLike, most: float = MOST) -> float:
    """Factor on the price: 1 + Σ share·grade, the sum within ± ``most``; what is not measured pays nothing.

    Examples
    --------
    >>> price_factor([-0.4], [0.02])
    0.992
    """
    moved = np.nansum(np.asarray(shares, float) * np.asarray(grades, float))
    return float(1.0 + np.clip(moved, -most, most))
