"""Certificates that an importer of carbon-intensive goods must buy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def border_certificates(
    tonnes: ArrayLike, embedded: ArrayLike, phase_in: ArrayLike, benchmark: ArrayLike
) -> NDArray[np.float64]:
    """Give the certificates due: Q · max(0, EE − (1 − f) · BM).

    Parameters
    ----------
    tonnes : array_like
        Q, goods imported, t; the shapes broadcast.
    embedded : array_like
        EE, emissions embedded in a tonne of goods, t CO2e/t.
    phase_in : array_like
        f, share of the benchmark that is no longer free, 0 to 1.
    benchmark : array_like
        BM, emissions for which allowances are free within the Union, t CO2e/t.

    Returns
    -------
    numpy.ndarray of float64
        Tonnes CO2e; NaN where an input is.

    References
    ----------
    Regulation (EU) 2023/956, articles 22 and 31.

    Examples
    --------
    >>> float(border_certificates(100, 2.0, 0.025, 1.3).round(2))
    73.25
    """
    q, ee, f, bm = (np.asarray(x, dtype=np.float64) for x in (tonnes, embedded, phase_in, benchmark))
    return np.asarray(q * np.maximum(0.0, ee - (1.0 - f) * bm), dtype=np.float64)
