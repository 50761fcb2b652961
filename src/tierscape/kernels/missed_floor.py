"""When a path first falls below a floor that was promised."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def first_miss(path: ArrayLike, floor: float, variation: float, *, draws: int, seed: int) -> Floats:
    """Give the chance that a path is below a floor for the first time in each year.

    Parameters
    ----------
    path : array_like of float, shape (T,)
        Mean at the end of each year, at least 0.
    floor : float
        What was promised, in the same unit.
    variation : float
        Standard deviation of what a year adds to the logarithm; years add up, so that the spread grows. 0 follows the mean.
    draws, seed : int

    Returns
    -------
    numpy.ndarray of float64, shape (T,)
        They sum to the chance that the floor is missed at all.

    Notes
    -----
    The mean of the draws is the path: m_t · exp(σ W_t − σ² t / 2), W a random walk. O(draws · T).

    Examples
    --------
    >>> first_miss([80, 120, 90], 100.0, 0.0, draws=10, seed=0).tolist()
    [1.0, 0.0, 0.0]
    """
    mean = np.asarray(path, float)
    years = np.arange(1.0, len(mean) + 1)
    walk = np.random.default_rng(seed).standard_normal((draws, len(mean))).cumsum(axis=1)
    below = mean * np.exp(variation * walk - variation**2 * years / 2) < floor
    first = below & (below.cumsum(axis=1) == 1)
    return np.asarray(first.mean(axis=0))
