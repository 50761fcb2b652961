"""Hidden common suppliers: which direct suppliers each site stands behind, as bitsets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.needs import Needs

ONE = np.uint64(1)
LAST = np.uint64(63)


class Behind(NamedTuple):
    """Which direct suppliers each line and each unit stands behind.

    Parameters
    ----------
    direct : numpy.ndarray of int64, shape (t,)
        Units that supply the product directly, ascending: the order of the bits.
    line : numpy.ndarray of uint64, shape (n, ceil(t / 64))
        Bit t: the line is upstream of a line with which ``direct[t]`` supplies the product.
    unit : numpy.ndarray of uint64, shape (units, ceil(t / 64))
        The same for units; no unit is behind itself.
    """

    direct: NDArray[np.int64]
    line: NDArray[np.uint64]
    unit: NDArray[np.uint64]


def behind(needs: Needs, focal: NDArray[np.int64]) -> Behind:
    """Find for each line and unit the direct suppliers that it is upstream of.

    Only what flows counts: arcs with a share above 0, essential or not. Alternatives without a link are left out.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs; units are sites.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product.

    Returns
    -------
    Behind

    Notes
    -----
    O(m · t / 64) time, O(n · t / 64) memory.

    Examples
    --------
    Line 3 supplies lines 1 and 2, which supply line 0.

    >>> needs = Needs(np.arange(4, dtype=np.int32), np.array([0, 1, 2, 3, 3]), np.ones(3, bool), np.zeros(3, bool),
    ...               np.array([0, 2, 3, 4]), np.array([1, 2, 3, 3], np.int32), np.array([0.6, 0.4, 1, 1]))
    >>> behind(needs, np.array([0])).unit.ravel()
    array([0, 0, 0, 3], dtype=uint64)
    """
    line = _direct_lines(needs, np.asarray(focal, np.int64))
    group = np.where(line, needs.line_group, -1)
    direct = np.unique(group[group >= 0]).astype(np.int64)
    own = np.full(len(line), -1, np.int64)
    own[group >= 0] = np.searchsorted(direct, group[group >= 0])
    words = -(-len(direct) // 64)
    units = int(needs.line_group.max(initial=-1)) + 1
    bits = np.zeros((len(line), words), np.uint64)
    of_unit = np.zeros((units, words), np.uint64)
    _spread(needs, own, bits)
    _gather(needs.line_group, bits, direct, of_unit)
    return Behind(direct, bits, of_unit)


def cover(bits: NDArray[np.uint64], suppliers: int) -> NDArray[np.float64]:
    """Give the share of the direct suppliers that each row stands behind.

    Parameters
    ----------
    bits : numpy.ndarray of uint64, shape (rows, ceil(t / 64))
        From `behind`.
    suppliers : int
        t, the number of direct suppliers.

    Returns
    -------
    numpy.ndarray of float64, shape (rows,)
        0 to 1.

    Examples
    --------
    >>> cover(np.array([[3], [0], [4]], np.uint64), 4)
    array([0.5 , 0.  , 0.25])
    """
    return np.asarray(np.bitwise_count(bits).sum(axis=1) / max(suppliers, 1), np.float64)


def cover_value(
    bits: NDArray[np.uint64], value: NDArray[np.float64], unknown: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the share of the value of the direct suppliers that each row stands behind.

    Parameters
    ----------
    bits : numpy.ndarray of uint64, shape (rows, ceil(t / 64))
        From `behind`.
    value : numpy.ndarray of float64, shape (t,)
        Value that each direct supplier delivers, at least 0.
    unknown : float
        Value of the direct needs whose suppliers are unknown.

    Returns
    -------
    low, high : numpy.ndarray of float64, shape (rows,)
        With the unknown value counted as not covered, and left out. NaN where there is no value to divide by.

    Notes
    -----
    O(rows · t).

    Examples
    --------
    >>> cover_value(np.array([[3]], np.uint64), np.array([24.0, 16.0]), 20.0)
    (array([0.66666667]), array([1.]))
    """
    covered: NDArray[np.float64] = _weighed(bits, np.asarray(value, np.float64))
    known = float(np.sum(value))
    low, high = (covered / total if total > 0 else np.full(len(covered), np.nan) for total in (known + unknown, known))
    return low, high


def overlap(bits: NDArray[np.uint64], weight: NDArray[np.float64], suppliers: int) -> NDArray[np.float64]:
    """Compare direct suppliers by what stands behind them: weighted Jaccard of their upstream sets.

    J(a, b) = Σ weight over lines behind both / Σ weight over lines behind either.

    Parameters
    ----------
    bits : numpy.ndarray of uint64, shape (n, ceil(t / 64))
        By line, from `behind`.
    weight : numpy.ndarray of float64, shape (n,)
        Weight of each line, at least 0: the value that it adds.
    suppliers : int
        t, the number of direct suppliers.

    Returns
    -------
    numpy.ndarray of float64, shape (t, t)
        Symmetric, 0 to 1. NaN where nothing of weight stands behind either.

    Notes
    -----
    O(n · t + Σ over lines of (direct suppliers that it is behind)²) time, O(t²) memory.

    References
    ----------
    Jaccard (1912), The distribution of the flora in the alpine zone, New Phytologist 11:37-50.

    Examples
    --------
    >>> overlap(np.array([[3], [1]], np.uint64), np.array([1.0, 3.0]), 2)
    array([[1.  , 0.25],
           [0.25, 1.  ]])
    """
    both: NDArray[np.float64] = _shared(bits, np.asarray(weight, np.float64), suppliers)
    alone = np.diagonal(both)
    either = alone[:, None] + alone[None, :] - both
    return np.divide(both, either, out=np.full_like(both, np.nan), where=either > 0)


@njit(cache=True, nogil=True)
def _direct_lines(needs: Needs, focal: np.ndarray) -> np.ndarray:
    group, slot_start, _, _, arc_start, supplier, share = needs
    direct = np.zeros(len(group), np.bool_)
    for f in focal:
        for q in range(slot_start[f], slot_start[f + 1]):
            for e in range(arc_start[q], arc_start[q + 1]):
                if share[e] > 0.0:
                    direct[supplier[e]] = True
    return direct


@njit(cache=True, nogil=True)
def _spread(needs: Needs, own: np.ndarray, bits: np.ndarray) -> None:
    """Hand down what each line is behind, and its own bit where it supplies directly, to its suppliers."""
    _, slot_start, _, _, arc_start, supplier, share = needs
    handed = np.zeros(bits.shape[1], np.uint64)
    for i in range(len(own)):
        handed[:] = bits[i]
        if own[i] >= 0:
            handed[own[i] // 64] |= ONE << (np.uint64(own[i]) & LAST)
        for q in range(slot_start[i], slot_start[i + 1]):
            for e in range(arc_start[q], arc_start[q + 1]):
                if share[e] > 0.0:
                    for w in range(len(handed)):
                        bits[supplier[e], w] |= handed[w]


@njit(cache=True, nogil=True)
def _gather(group: np.ndarray, bits: np.ndarray, direct: np.ndarray, of_unit: np.ndarray) -> None:
    for i in range(len(group)):
        if group[i] >= 0:
            for w in range(bits.shape[1]):
                of_unit[group[i], w] |= bits[i, w]
    for t in range(len(direct)):
        of_unit[direct[t], t // 64] &= ~(ONE << (np.uint64(t) & LAST))


@njit(cache=True, nogil=True)
def _weighed(bits: np.ndarray, value: np.ndarray) -> np.ndarray:
    total = np.zeros(len(bits))
    for i in range(len(bits)):
        for t in range(len(value)):
            if (bits[i, t // 64] >> (np.uint64(t) & LAST)) & ONE == ONE:
                total[i] += value[t]
    return total


@njit(cache=True, nogil=True)
def _shared(bits: np.ndarray, weight: np.ndarray, suppliers: int) -> np.ndarray:
    """Weight of the lines behind each pair, and on the diagonal behind each one."""
    both = np.zeros((suppliers, suppliers))
    here = np.zeros(suppliers, np.int64)
    for i in range(len(bits)):
        count = 0
        for t in range(suppliers):
            if (bits[i, t // 64] >> (np.uint64(t) & LAST)) & ONE == ONE:
                here[count] = t
                count += 1
        for a in range(count):
            for b in range(count):
                both[here[a], here[b]] += weight[i]
    return both
