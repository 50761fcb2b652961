"""How far a firm stands from distress, by its balance sheet."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DISTRESS, SAFE = 1.1, 2.6
"""Z'' below the first is distress, above the second safe."""
PRIVATE_DISTRESS, PRIVATE_SAFE = 1.23, 2.9
"""The same for Z'."""
EMERGING = 3.25
"""Constant of the form for emerging markets."""


def z_double_prime(x1: ArrayLike, x2: ArrayLike, x3: ArrayLike, x4: ArrayLike) -> Floats:
    """Z'' = 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4, for firms that are not listed manufacturers.

    Parameters
    ----------
    x1, x2, x3, x4 : array_like of float
        Working capital, retained earnings and EBIT, each over assets; book equity over liabilities. NaN stays NaN.

    References
    ----------
    Altman (2000), Predicting financial distress of companies: revisiting the Z-score and ZETA models; first coefficient
    unverified.

    Examples
    --------
    >>> float(z_double_prime(0.10, 0.15, 0.08, 0.60).round(4))
    2.3126
    """
    a, b, c, d = (np.asarray(x, float) for x in (x1, x2, x3, x4))
    return np.asarray(6.56 * a + 3.26 * b + 6.72 * c + 1.05 * d)


def z_prime(x1: ArrayLike, x2: ArrayLike, x3: ArrayLike, x4: ArrayLike, x5: ArrayLike) -> Floats:
    """Z' = 0.717 X1 + 0.847 X2 + 3.107 X3 + 0.420 X4 + 0.998 X5, for private manufacturers; distress < 1.23, safe > 2.9.

    ``x5`` is sales over assets. The coefficients are unverified.

    Examples
    --------
    >>> float(z_prime(0.10, 0.15, 0.08, 0.60, 1.2).round(4))
    1.8969
    """
    a, b, c, d, e = (np.asarray(x, float) for x in (x1, x2, x3, x4, x5))
    return np.asarray(0.717 * a + 0.847 * b + 3.107 * c + 0.420 * d + 0.998 * e)


def on_scale_of_double_prime(z: ArrayLike) -> Floats:
    """Move Z' onto the scale of Z'', so that both cut-offs fall on each other; linear.

    Examples
    --------
    >>> on_scale_of_double_prime([1.23, 2.9]).round(9).tolist()
    [1.1, 2.6]
    """
    share = (np.asarray(z, float) - PRIVATE_DISTRESS) / (PRIVATE_SAFE - PRIVATE_DISTRESS)
    return np.asarray(DISTRESS + share * (SAFE - DISTRESS))
