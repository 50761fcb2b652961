"""Flat completeness in integers, and what one edit changes of it: the form that every engine can be held to."""

from __future__ import annotations

import numpy as np
from numba import njit

POINTS = 10**6
"""Fixed-point 1 of covers and of part weights."""


@njit(cache=True, nogil=True)
def smooth_counts(
    near: tuple[np.ndarray, np.ndarray, np.ndarray], entries: tuple[np.ndarray, np.ndarray, np.ndarray], parts: int
) -> np.ndarray:
    """Sum the weighted counts within reach of every place.

    Parameters
    ----------
    near : (indptr, cell, weight)
        CSR of the cells within reach of each place; ``indptr`` has shape (places + 1,), ``weight`` is 2²⁰·K, int64.
    entries : (indptr, part, sites)
        CSR of the counts in each cell; ``indptr`` has shape (cells + 1,), ``sites`` is int64.
    parts : int
        Number of parts.

    Returns
    -------
    numpy.ndarray of int64, shape (places, parts)
        Σ weight·sites: exact, whatever the order, below 2⁴³ sites of one part in reach.

    Notes
    -----
    O(neighbours · entries a cell) time, O(places · parts) memory: give places in blocks.
    """
    indptr, near_cell, near_weight = near
    entry_ptr, part_of, sites_of = entries
    places = len(indptr) - 1
    sums = np.zeros((places, parts), np.int64)
    for r in range(places):
        row = sums[r]
        for n in range(indptr[r], indptr[r + 1]):
            cell, weight = near_cell[n], near_weight[n]
            for e in range(np.uint64(entry_ptr[cell]), np.uint64(entry_ptr[cell + 1])):
                row[np.uint64(part_of[e])] += weight * sites_of[e]  # unsigned: no test for an index from the end
    return sums


@njit(cache=True, nogil=True)
def flat_completeness(sums: np.ndarray, full: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weigh the covers of all parts, without the structure of the bill of materials.

    Parameters
    ----------
    sums : numpy.ndarray of int64, shape (places, parts)
        As ``smooth_counts`` gives them.
    full : numpy.ndarray of int64, shape (parts,)
        Sum that covers a part in full, 2²⁰ · sites, at least 1.
    weight : numpy.ndarray of int64, shape (parts,)
        Weights of the parts; they sum to 10⁶.

    Returns
    -------
    numpy.ndarray of int64, shape (places,)
        Σ weight · (min(sum, full)·10⁶ // full), 0 to 10¹².

    Examples
    --------
    >>> import numpy as np
    >>> one = 1 << 20
    >>> flat_completeness(np.array([[one, one]]), np.array([2 * one, one]), np.array([500000, 500000])).tolist()
    [750000000000]
    """
    places, parts = sums.shape
    flat = np.zeros(places, np.int64)
    for r in range(places):
        total = np.int64(0)
        for p in range(parts):
            total += weight[p] * (min(sums[r, p], full[p]) * POINTS // full[p])
        flat[r] = total
    return flat


@njit(cache=True, nogil=True)
def edit(
    state: tuple[np.ndarray, np.ndarray],
    reached: tuple[np.ndarray, np.ndarray],
    change: tuple[int, int],
    scale: tuple[np.ndarray, np.ndarray],
) -> None:
    """Add or take away sites of one part in one cell, and re-score in place only what they reach.

    Parameters
    ----------
    state : (sums, flat)
        As ``smooth_counts`` and ``flat_completeness`` give them; changed in place.
    reached : (place, weight)
        Places within reach of the cell and their weights, a row of the transpose of ``near``.
    change : (part, sites)
        Part and number of sites; negative to take away. A move is one of each.
    scale : (full, weight)
        As in ``flat_completeness``.

    Notes
    -----
    O(places in reach). The state has the same bits as a full run over the edited counts, for sums of integers can be undone.
    """
    sums, flat = state
    place, near_weight = reached
    part, sites = change
    full, weight = scale
    for n in range(len(place)):
        r = place[n]
        before = min(sums[r, part], full[part]) * POINTS // full[part]
        sums[r, part] += near_weight[n] * sites
        after = min(sums[r, part], full[part]) * POINTS // full[part]
        flat[r] += weight[part] * (after - before)


def transpose(
    indptr: np.ndarray, cell: np.ndarray, weight: np.ndarray, cells: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn neighbours by place into places by neighbour.

    Parameters
    ----------
    indptr, cell, weight : numpy.ndarray
        CSR of the cells within reach of each place.
    cells : int
        Number of cells.

    Returns
    -------
    indptr, place, weight : numpy.ndarray
        CSR of the places within reach of each cell, places in ascending order.
    """
    order = np.argsort(cell, kind="stable")
    place = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=cells))]).astype(np.int64)
    return pointer, place[order], weight[order]


def largest_remainder(weights: np.ndarray) -> np.ndarray:
    """Round weights to integers that sum to 10⁶; ties go to the first.

    Parameters
    ----------
    weights : numpy.ndarray, shape (parts,)
        Not negative, with a positive sum.

    Returns
    -------
    numpy.ndarray of int64, shape (parts,)

    Examples
    --------
    >>> import numpy as np
    >>> largest_remainder(np.array([1.0, 1.0, 1.0])).tolist()
    [333334, 333333, 333333]
    """
    exact = weights / weights.sum() * POINTS
    floor = np.floor(exact).astype(np.int64)
    short = int(POINTS - floor.sum())
    floor[np.argsort(floor - exact, kind="stable")[:short]] += 1
    return np.asarray(floor, dtype=np.int64)
