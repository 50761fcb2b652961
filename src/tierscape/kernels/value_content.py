"""Value content of a good: how much of it is regional, and how far from a limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def content_pct(base: Floats, foreign: Floats) -> Floats:
    """Give the regional value content, 100 (B − VNM)/B.

    Parameters
    ----------
    base : numpy.ndarray of float
        B, transaction value, net cost, adjusted value or FOB price, above 0; NaN where unknown.
    foreign : numpy.ndarray of float
        VNM, value of non-originating materials, same shape and currency.

    Returns
    -------
    numpy.ndarray of float
        Percent; negative where VNM exceeds the base.

    References
    ----------
    USMCA Art. 4.5; 19 CFR 10.454 (build-down).

    Examples
    --------
    >>> content_pct(np.array([1000.0, 850.0]), np.array([300.0, 300.0])).round(4)
    array([70.    , 64.7059])
    """
    return np.asarray(100.0 * (base - foreign) / base, dtype=np.float64)


def part_pct(base: Floats, part: Floats) -> Floats:
    """Give a part as a share of the base, 100 A/B: MaxNOM with A = VNM, build-up with A = VOM.

    References
    ----------
    EU-UK TCA Annex 2 note 4 (MaxNOM); 19 CFR 10.454 (build-up).

    Examples
    --------
    >>> part_pct(np.array([8000.0]), np.array([6200.0]))
    array([77.5])
    """
    return np.asarray(100.0 * part / base, dtype=np.float64)


def headroom(base: Floats, foreign: Floats, least_pct: Floats | float) -> Floats:
    """Give the value of foreign materials that may still be added: (1 − t/100)·B − VNM; negative is what is too much.

    Parameters
    ----------
    base, foreign : numpy.ndarray of float
        B and VNM.
    least_pct : float or numpy.ndarray of float
        t, the least regional content; for MaxNOM 100 minus the maximum.

    Examples
    --------
    >>> headroom(np.array([1000.0, 30000.0]), np.array([300.0, 6000.0]), np.array([60.0, 85.0]))
    array([  100., -1500.])
    """
    return np.asarray((1.0 - np.asarray(least_pct) / 100.0) * base - foreign, dtype=np.float64)
