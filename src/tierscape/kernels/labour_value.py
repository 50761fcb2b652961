"""Labour value content of a vehicle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def labour_value_pct(
    made: Floats, base: Floats, technology: Floats, plant: Floats, limits: tuple[float, float]
) -> Floats:
    """Give LVC = 100 (HWM + HWL)/base + min(c, 100 T_w/P_w) + a·[assembly plant].

    Parameters
    ----------
    made : numpy.ndarray of float, shape (n,)
        HWM + HWL, materials and labour from plants that pay high wages.
    base : numpy.ndarray of float, shape (n,)
        Net cost or annual purchase value, above 0.
    technology : numpy.ndarray of float, shape (n,)
        T_w/P_w, wages for research and IT over wages for production.
    plant : numpy.ndarray of float, shape (n,)
        1 where a high-wage engine, transmission or battery plant supplies under a long-term contract, else 0.
    limits : tuple of float
        c, most points for technology, and a, points for the plant.

    References
    ----------
    USMCA automotive appendix Art. 7; 29 CFR 810. The form of the base is remembered.

    Examples
    --------
    >>> one = np.ones(1)
    >>> labour_value_pct(8500 * one, 20000 * one, 0.1 * one, one, (10.0, 5.0))
    array([57.5])
    """
    cap, credit = limits
    return np.asarray(100.0 * made / base + np.minimum(cap, 100.0 * technology) + credit * plant, dtype=np.float64)
