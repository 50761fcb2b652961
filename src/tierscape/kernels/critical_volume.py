"""The least volume at which something becomes likely enough: a grid, an isotonic fit, a bisection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BISECTIONS = 24
"""Halvings of the bracket; each costs one run."""


def rising(values: Floats) -> Floats:
    """Fit a curve that never falls, by least squares, along the first axis.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, K)

    Returns
    -------
    numpy.ndarray, shape (n, K)

    References
    ----------
    Pool adjacent violators: Barlow, Bartholomew, Bremner & Brunk (1972), Statistical Inference under Order Restrictions.

    Examples
    --------
    >>> rising(np.array([[0.1], [0.5], [0.3], [0.9]]))[:, 0].tolist()
    [0.1, 0.4, 0.4, 0.9]
    """
    out = np.empty_like(values)
    for k in range(values.shape[1]):
        means: list[float] = []
        sizes: list[int] = []
        for value in values[:, k]:
            means.append(float(value))
            sizes.append(1)
            while len(means) > 1 and means[-2] > means[-1]:
                size = sizes[-2] + sizes[-1]
                mean = (means[-2] * sizes[-2] + means[-1] * sizes[-1]) / size
                means[-2:], sizes[-2:] = [mean], [size]
        out[:, k] = np.repeat(means, sizes)
    return out


def critical_volume(
    grid: Floats, chances: Floats, chance: Callable[[Floats], Floats], target: float, *, bisections: int = BISECTIONS
) -> Floats:
    """Find the least volume whose chance reaches the target, of K things at once.

    Parameters
    ----------
    grid : numpy.ndarray, shape (n,)
        Volumes, rising; the first may be 0.
    chances : numpy.ndarray, shape (n, K)
        Chance at each volume, on common random numbers.
    chance : callable
        ``chance(volumes) -> chances``, both of shape (K,): the same at any volumes, each thing at its own.
    target : float
        0 to 1.
    bisections : int
        Halvings of the bracket.

    Returns
    -------
    numpy.ndarray, shape (K,)
        NaN where no volume of the grid reaches the target; the first volume where it does already.

    Notes
    -----
    The bracket comes from the isotonic fit, so that noise of the draws cannot make it empty. K things share a run, so the cost
    is ``bisections`` runs.

    Examples
    --------
    >>> grid = np.array([0.0, 1.0, 10.0])
    >>> f = lambda v: 1 - np.exp(-v)
    >>> critical_volume(grid, f(grid)[:, None], f, 0.8).round(6).tolist()
    [1.609438]
    """
    reached = rising(chances) >= target
    found = reached.any(axis=0)
    first = reached.argmax(axis=0)
    high = grid[first]
    low = grid[np.maximum(first - 1, 0)]
    open_bracket = found & (first > 0)
    for _ in range(bisections if open_bracket.any() else 0):
        middle = (low + high) / 2.0
        enough = chance(middle) >= target
        high = np.where(open_bracket & enough, middle, high)
        low = np.where(open_bracket & ~enough, middle, low)
    return np.where(found, high, np.nan)
