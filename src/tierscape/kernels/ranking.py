"""Ranks along rows, ties sharing the better rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rank_rows(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rank the values of every row, the greatest first.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (rows, n)
        No NaN.

    Returns
    -------
    numpy.ndarray of int64, shape (rows, n)
        1 + the number of greater values in the row.

    Notes
    -----
    O(rows · n log n) time. Equal values have equal ranks, so the order of the columns plays no part.

    Examples
    --------
    >>> rank_rows(np.array([[0.2, 0.9, 0.2, 0.1]])).tolist()
    [[2, 1, 2, 4]]
    """
    rows, n = values.shape
    ranks = np.empty((rows, n), dtype=np.int64)
    if n == 0:
        return ranks
    order = np.argsort(-values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.ones((rows, n), dtype=np.int64)
    place[:, 1:] = np.where(ordered[:, 1:] != ordered[:, :-1], np.arange(2, n + 1), 1)
    np.put_along_axis(ranks, order, np.maximum.accumulate(place, axis=1), axis=1)
    return ranks
