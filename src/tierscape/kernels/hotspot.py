"""Hot and cold spots: the local statistic of Getis and Ord, and which of many tests to believe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr


def gi_star(x: NDArray[np.float64], indptr: NDArray[np.int64], neighbours: NDArray[np.int64]) -> NDArray[np.float64]:
    """Getis-Ord Gi*: how far the sum around a place, itself included, is from what chance would give.

        z_i = (Σ_j w_ij x_j − x̄ W_i) / (s · sqrt((n W_i − W_i²) / (n − 1))),   w_ij 0 or 1, W_i = Σ_j w_ij

    with s the standard deviation of x over all n places, divided by n.

    Parameters
    ----------
    x : numpy.ndarray of float, shape (n,)
        A value for each place.
    indptr, neighbours : numpy.ndarray of int
        CSR of the neighbours: those of place i, itself among them, are ``neighbours[indptr[i]:indptr[i + 1]]``, each once.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Standard scores; NaN where x is the same everywhere or a place has all places as neighbours.

    Notes
    -----
    O(neighbours) time. The score is standard normal for many neighbours and values that are not too skewed; counts of few
    sites are skewed, so read it as a ranking of places more than as a probability.

    References
    ----------
    Ord & Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27:286,
    doi:10.1111/j.1538-4632.1995.tb00912.x, with binary weights.

    Examples
    --------
    A line of five places, each with the next on either side.

    >>> indptr = np.array([0, 2, 5, 8, 11, 13])
    >>> neighbours = np.array([0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4])
    >>> gi_star(np.array([1.0, 2.0, 3.0, 4.0, 10.0]), indptr, neighbours).round(6).tolist()
    [-1.290994, -1.549193, -0.774597, 1.290994, 1.549193]
    """
    n = len(x)
    if n == 0 or (x == x[0]).all():
        return np.full(n, np.nan)
    weight = np.diff(indptr).astype(np.float64)
    row = np.repeat(np.arange(n), np.diff(indptr))
    around = np.bincount(row, weights=x[neighbours], minlength=n)
    mean = x.mean()
    spread = np.sqrt(((x - mean) ** 2).mean())
    variance = (n * weight - weight**2) / (n - 1)
    z = np.full(n, np.nan)
    np.divide(around - mean * weight, spread * np.sqrt(variance), out=z, where=variance > 0)
    return z


def two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of a standard normal score at least as far from 0, NaN where the score is."""
    return np.asarray(2.0 * ndtr(-np.abs(z)), dtype=np.float64)


def discoveries(p: NDArray[np.float64], share: float = 0.05) -> NDArray[np.bool_]:
    """Tell which of many tests to believe, so that at most a share of them is expected to be false.

    With the m chances in rising order, all up to the last i with p_(i) ≤ share·i/m are believed.

    Parameters
    ----------
    p : numpy.ndarray, shape (n,)
        Chances; NaN is no test.
    share : float
        False discovery rate.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57:289, procedure (1).

    Examples
    --------
    >>> discoveries(np.array([0.01, 0.04, 0.03, 0.9, np.nan])).tolist()
    [True, False, False, False, False]
    """
    tested = np.isfinite(p)
    rising = np.sort(p[tested])
    passed = np.nonzero(rising <= share * np.arange(1, len(rising) + 1) / max(len(rising), 1))[0]
    if not len(passed):
        return np.zeros(len(p), dtype=np.bool_)
    return np.asarray(tested & (np.nan_to_num(p, nan=np.inf) <= rising[passed[-1]]))
