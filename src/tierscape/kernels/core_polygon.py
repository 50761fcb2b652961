"""Corners of the core of a game of three players, for drawing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SLACK = 1e-9


def core_corners(worth: ArrayLike) -> Floats:
    """Find the corners of the core of a game of three, in order around it.

    Each player gets at least what it reaches alone and at most what all reach less what the other two reach without it:
    six lines in the plane of all splits. A corner is where two of them meet inside the rest.

    Parameters
    ----------
    worth : array_like of float, shape (8,)
        Entry S for the players whose bits are set.

    Returns
    -------
    numpy.ndarray of float, shape (m, 3)
        Splits; m is 0 where the core is empty, 1 where it is a point.

    Raises
    ------
    ValueError
        The game has not three players.

    Examples
    --------
    >>> core_corners([0, 0, 0, 1, 0, 1, 0, 1])
    array([[1., 0., 0.]])
    """
    v = np.asarray(worth, float)
    if len(v) != 8:
        raise ValueError(f"a game of three players has 8 entries, given are {len(v)}")
    total = v[7]
    low, high = v[[1, 2, 4]], total - v[[6, 5, 3]]
    slack = SLACK * max(1.0, float(np.abs(v).max()))
    found: list[Floats] = []
    for (i, a), (j, b) in combinations([(k, x) for k in range(3) for x in (low[k], high[k])], 2):
        if i == j:
            continue
        split = np.zeros(3)
        split[i], split[j] = a, b
        split[3 - i - j] = total - a - b
        inside = (split >= low - slack).all() and (split <= high + slack).all()
        if inside and not any(np.abs(split - other).max() <= slack for other in found):
            found.append(split)
    if not found:
        return np.empty((0, 3))
    corners = np.array(found)
    flat = np.column_stack([corners[:, 1] - corners[:, 0], corners[:, 2] * np.sqrt(3.0)]) - (
        np.array([corners[:, 1].mean() - corners[:, 0].mean(), corners[:, 2].mean() * np.sqrt(3.0)])
    )
    return np.asarray(corners[np.argsort(np.arctan2(flat[:, 1], flat[:, 0]), kind="stable")])
