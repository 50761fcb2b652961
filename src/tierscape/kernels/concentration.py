"""How concentrated an activity is: in plants, in regions, and in distance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.distance import EARTH_RADIUS_KM

Floats = NDArray[np.float64]

EXACT_PLANTS = 10_000
"""Plants up to which every distance counts as it is; above, distances are binned."""
BINS = 1_024
"""Bins of distances."""
_WIDE = 6.0
"""Bandwidths beyond which a Gaussian is taken to be 0."""


def herfindahl(size: Floats) -> float:
    """Herfindahl index Σ z², z the shares; NaN where nothing has a size.

    Examples
    --------
    >>> round(1 / herfindahl(np.array([5.0, 3.0, 2.0])), 6)
    2.631579
    """
    total = size.sum()
    return float(((size / total) ** 2).sum()) if total > 0 else float("nan")


def ellison_glaeser(share: Floats, reference: Floats, plants: float) -> float:
    """Ellison and Glaeser's index of concentration beyond what the size of plants explains.

        G = Σ (s_r − x_r)²,   γ = (G / (1 − Σ x_r²) − H) / (1 − H)

    Parameters
    ----------
    share, reference : numpy.ndarray, shape (regions,)
        s and x: the regions' shares of the activity and of all activity.
    plants : float
        H, Herfindahl index of the activity's plants.

    Returns
    -------
    float
        0 where plants are placed by chance; NaN with a single plant or a single region.

    References
    ----------
    Ellison & Glaeser (1997), Journal of Political Economy 105:889, doi:10.1086/262098.

    Examples
    --------
    >>> round(ellison_glaeser(np.array([0.75, 0.25]), np.array([0.5, 0.5]), 0.1), 6)
    0.166667
    """
    spread = 1.0 - float((reference**2).sum())
    if not plants < 1.0 or spread <= 1e-12:
        return float("nan")
    raw = float(((share - reference) ** 2).sum()) / spread
    return (raw - plants) / (1.0 - plants)


def silverman(km: Floats) -> float:
    """Bandwidth by Silverman's rule, 0.9·min(s, IQR/1.34)·m^(−1/5); NaN where it would be 0.

    Parameters
    ----------
    km : numpy.ndarray, shape (m,)
        Distances of all pairs of plants.

    References
    ----------
    Silverman (1986), Density estimation for statistics and data analysis, equation 3.31.
    """
    if len(km) < 2:
        return float("nan")
    low, high = np.quantile(km, (0.25, 0.75))
    spread = min(float(km.std(ddof=1)), float(high - low) / 1.34) or float(km.std(ddof=1))
    return 0.9 * spread * float(len(km)) ** -0.2 if spread > 0 else float("nan")


@njit(cache=True, nogil=True)
def pair_km(vectors: np.ndarray) -> np.ndarray:
    """Great-circle distances of all pairs of points, shape (n(n−1)/2,), from unit vectors of shape (n, 3)."""
    n = len(vectors)
    km = np.empty(n * (n - 1) // 2)
    m = 0
    for i in range(n):
        for j in range(i):
            km[m] = 2.0 * EARTH_RADIUS_KM * np.arcsin(min(np.sqrt(_square(vectors[i], vectors[j])) / 2.0, 1.0))
            m += 1
    return km


def distance_density(km: Floats, at: Floats, bandwidth: float) -> Floats:
    """Smoothed density of the distances between plants, Duranton and Overman's K.

        K(d) = 2/(n(n−1)h) Σ_{i<j} [φ((d − d_ij)/h) + φ((d + d_ij)/h)],   φ the standard normal density

    The second term reflects at 0 what would fall on negative distances.

    Parameters
    ----------
    km : numpy.ndarray, shape (m,)
        Distances of all pairs, m = n(n−1)/2.
    at : numpy.ndarray, shape (k,)
        d, at least 0.
    bandwidth : float
        h.

    Returns
    -------
    numpy.ndarray, shape (k,)
        Density a kilometre.

    Notes
    -----
    O(m·k) time.

    References
    ----------
    Duranton & Overman (2005), Review of Economic Studies 72:1077, doi:10.1111/0034-6527.00362.

    Examples
    --------
    >>> distance_density(np.array([10.0, 20.0, 30.0]), np.array([0.0, 10.0, 20.0]), 5.0).round(8).tolist()
    [0.00721664, 0.03021339, 0.03379495]
    """
    return np.asarray(_density(km, at, bandwidth), dtype=np.float64)


def plant_density(vectors: Floats, at: Floats, bandwidth: float) -> Floats:
    """K of plants at the given unit vectors, shape (n, 3), from binned distances if there are over ``EXACT_PLANTS``."""
    if len(vectors) <= EXACT_PLANTS:
        return distance_density(pair_km(vectors), at, bandwidth)
    everyone = np.arange(len(vectors), dtype=np.int64)[None, :]
    return np.asarray(_binned(vectors, everyone, at, bandwidth)[0])


@njit(cache=True, nogil=True)
def _density(km: np.ndarray, at: np.ndarray, bandwidth: float) -> np.ndarray:
    total = np.zeros(len(at))
    for m in range(len(km)):
        for k in range(len(at)):
            apart, joint = (at[k] - km[m]) / bandwidth, (at[k] + km[m]) / bandwidth
            if abs(apart) < _WIDE:
                total[k] += np.exp(-0.5 * apart * apart)
            if joint < _WIDE:
                total[k] += np.exp(-0.5 * joint * joint)
    total /= len(km) * bandwidth * np.sqrt(2.0 * np.pi)
    return total


@njit(cache=True, nogil=True)
def _square(a: np.ndarray, b: np.ndarray) -> float:
    return float((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)


class Envelopes(NamedTuple):
    """Bands of K under random placing, each of shape (k,).

    At each distance 5 % of the redraws lie above ``local_high`` and 5 % below ``local_low``; 5 % of the redraws leave
    ``global_high`` upwards at some distance, and 5 % leave ``global_low`` downwards.
    """

    local_low: Floats
    local_high: Floats
    global_low: Floats
    global_high: Floats


def envelopes(
    sites: Floats, plants: int, at: Floats, bandwidth: float, *, redraws: int = 1_000, seed: int = 0
) -> Envelopes:
    """Bands of K for as many plants, put at random on the places of all sites.

    Parameters
    ----------
    sites : numpy.ndarray, shape (n, 3)
        Unit vectors of all places where a plant could stand.
    plants : int
        Plants in a redraw, at most n; no place is taken twice.
    at : numpy.ndarray, shape (k,)
        Distances, km.
    bandwidth : float
        h of the plants observed, km; the redraws have the same.
    redraws, seed : int
        Number of redraws, and the seed of a counter-based generator.

    Returns
    -------
    Envelopes

    Notes
    -----
    O(redraws · plants²) time. Distances of the redraws are binned, ``BINS`` to the greatest distance plus six bandwidths,
    and a pair is shared by the ends of its bin: with a bin of δ the error is of the order (δ/h)²/8, far below the noise of
    the redraws.

    References
    ----------
    Duranton & Overman (2005), local and global confidence bands. The global one is the pointwise rank that 5 % of whole
    curves exceed.
    """
    random = np.random.Generator(np.random.Philox(seed))
    chosen = np.empty((redraws, plants), dtype=np.int64)
    for i in range(redraws):
        chosen[i] = random.choice(len(sites), plants, replace=False, shuffle=False)
    curves = _binned(sites, chosen, at, bandwidth)
    low, high = np.quantile(curves, (0.05, 0.95), axis=0, method="inverted_cdf")
    return Envelopes(low, high, -_global_high(-curves), _global_high(curves))


def _binned(vectors: Floats, chosen: NDArray[np.int64], at: Floats, bandwidth: float) -> Floats:
    """K of every row of chosen points, shape (rows, k), from distances in bins."""
    plants = chosen.shape[1]
    width = (float(at.max()) + _WIDE * bandwidth) / BINS
    counts = _pair_counts(vectors, chosen, width, BINS)
    nodes = np.arange(BINS + 1)[:, None] * width
    gauss = np.exp(-0.5 * ((nodes - at) / bandwidth) ** 2) + np.exp(-0.5 * ((nodes + at) / bandwidth) ** 2)
    return np.asarray(counts @ gauss / (plants * (plants - 1) / 2.0 * bandwidth * np.sqrt(2.0 * np.pi)))


@njit(cache=True, nogil=True)
def _pair_counts(vectors: np.ndarray, chosen: np.ndarray, width: float, bins: int) -> np.ndarray:
    counts = np.zeros((len(chosen), bins + 1))
    limit = min(width * bins / (2.0 * EARTH_RADIUS_KM), np.pi / 2.0)
    furthest = 4.0 * np.sin(limit) ** 2  # of the squared chord
    for r in range(len(chosen)):
        for i in range(chosen.shape[1]):
            for j in range(i):
                square = _square(vectors[chosen[r, i]], vectors[chosen[r, j]])
                if square <= furthest:
                    km = 2.0 * EARTH_RADIUS_KM * np.arcsin(min(np.sqrt(square) / 2.0, 1.0))
                    low = min(int(km / width), bins - 1)
                    share = km / width - low  # a pair is shared by the nodes on either side, by nearness
                    counts[r, low] += 1.0 - share
                    counts[r, low + 1] += share
    return counts


def _global_high(curves: Floats) -> Floats:
    """Least pointwise rank that at most 5 % of the curves exceed anywhere, as a curve."""
    ordered = np.sort(curves, axis=0)
    lower = np.empty(curves.shape, dtype=np.int64)  # curves strictly lower, at each distance
    for k in range(curves.shape[1]):
        lower[:, k] = np.searchsorted(ordered[:, k], curves[:, k], side="left")
    extreme = np.sort(lower.max(axis=1))
    allowed = int(np.ceil(0.95 * len(curves))) - 1
    return np.asarray(ordered[min(int(extreme[allowed]), len(curves) - 1)])
