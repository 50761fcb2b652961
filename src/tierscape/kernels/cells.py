"""Coarser H3 cells as parents of finer ones, by bit operations."""

from __future__ import annotations

import numpy as np

FINEST = 7
"""Resolution at which sites are indexed, once; every coarser cell is a parent of that one."""


def parent(cells: np.ndarray, resolution: int) -> np.ndarray:
    """Give the parent cells at a coarser resolution.

    H3's children do not tile their parent exactly, so a cell found from coordinates at the coarse resolution may differ.
    Going by parents makes all resolutions consistent, and the same in every engine.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n,)
        H3 cells, all of one resolution that is at least ``resolution``.
    resolution : int
        0 to 15.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)

    References
    ----------
    H3 specification, "H3Index bit layout": resolution in bits 52 to 55, a digit of three bits for each resolution below.

    Examples
    --------
    >>> import numpy as np
    >>> [f"{c:x}" for c in parent(np.array([0x8748A2072FFFFFF]), 5)]
    ['8548a207fffffff']
    """
    unused = (1 << (3 * (15 - resolution))) - 1  # digits below the resolution, all set to 7
    coarse = (cells & ~(np.int64(0xF) << 52)) | (np.int64(resolution) << 52) | np.int64(unused)
    return np.asarray(coarse, dtype=np.int64)
