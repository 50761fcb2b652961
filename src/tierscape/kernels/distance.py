"""Great-circle distance on the mean sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> NDArray[np.float64]:
    """Distance between points by the haversine formula.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like
        Degrees; the shapes broadcast.

    Returns
    -------
    numpy.ndarray of float64
        Kilometres.

    References
    ----------
    Sinnott (1984), Virtues of the haversine, Sky and Telescope 68:159. Radius: IUGG mean radius R1.

    Examples
    --------
    >>> round(float(great_circle_km(25.67, -100.31, 25.42, -101.0)), 3)
    74.597
    """
    phi1, lam1, phi2, lam2 = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat1, lon1, lat2, lon2))
    half = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lam2 - lam1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (n, 3), from degrees."""
    phi, lam = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def chord(km: float) -> float:
    """Length of the chord on the unit sphere under an arc of ``km``; the straight line that a k-d tree measures."""
    return float(2 * np.sin(min(km / (2 * EARTH_RADIUS_KM), np.pi / 2)))
