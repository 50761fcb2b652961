"""Value of one good, followed upstream through all tiers to where it is added."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def look_through(start: Floats, line_arcs: Ints, arc_supplier: NDArray[np.int32], arc_weight: Floats) -> Floats:
    """Give the mass that reaches each line, by number of steps from the start.

        m(line, 0) = start(line),   m(supplier, t + 1) += m(line, t) · q(line → supplier)

    A line keeps its own share and passes the rest on: an absorbing Markov chain. With own = 1 − Σ q the masses m · own,
    over all lines and steps, sum to 1, and equal v̂ (I − A)⁻¹ of Leontief.

    Parameters
    ----------
    start : numpy.ndarray of float64, shape (n,)
        Mass at the beginning; 1 together. Lines stand in topological order, takers before suppliers.
    line_arcs : numpy.ndarray of int64, shape (n + 1,)
        Arcs of line i are ``line_arcs[i]:line_arcs[i + 1]``.
    arc_supplier : numpy.ndarray of int32, shape (e,)
        Line of the supplier, further down than the taker.
    arc_weight : numpy.ndarray of float64, shape (e,)
        q, share of the taker's value that the arc passes on.

    Returns
    -------
    numpy.ndarray of float64, shape (n, tiers)
        Mass by line and tier; as many columns as the longest path needs, at least one.

    Notes
    -----
    One forward pass: O(e · tiers) time at most, O(n · tiers) memory. No matrix is inverted.

    References
    ----------
    Leontief (1936), Quantitative input and output relations in the economic systems of the United States, Review of
    Economics and Statistics 18:105. Kemeny & Snell (1960), Finite Markov Chains, chapter III.

    Examples
    --------
    Line 0 passes half of its value to line 1, which passes half of that to line 2.

    >>> look_through(np.array([1.0, 0, 0]), np.array([0, 1, 2, 2]), np.array([1, 2], np.int32), np.array([0.5, 0.5]))
    array([[1.  , 0.  , 0.  ],
           [0.  , 0.5 , 0.  ],
           [0.  , 0.  , 0.25]])
    """
    tiers = int(_deepest(start, line_arcs, arc_supplier, arc_weight)) + 1
    mass: Floats = _masses(start, line_arcs, arc_supplier, arc_weight, tiers)
    return mass


def by_weakest(
    start: Floats,
    line_arcs: Ints,
    arc_supplier: NDArray[np.int32],
    arc_weight: Floats,
    arc_grade: NDArray[np.int8],
    grades: int,
) -> Floats:
    """Give the mass that reaches each line, by the weakest grade on the way.

    Parameters
    ----------
    start, line_arcs, arc_supplier, arc_weight
        As in ``look_through``.
    arc_grade : numpy.ndarray of int8, shape (e,)
        Grade of each arc, 0 strongest.
    grades : int
        Number of grades.

    Returns
    -------
    numpy.ndarray of float64, shape (n, grades)
        Column g: mass whose weakest step has grade g; the start has grade 0.

    Notes
    -----
    O(e · grades) time, O(n · grades) memory.
    """
    mass: Floats = _weakest(start, line_arcs, arc_supplier, arc_weight, arc_grade, grades)
    return mass


@njit(cache=True, nogil=True)
def _deepest(start: np.ndarray, line_arcs: np.ndarray, arc_supplier: np.ndarray, arc_weight: np.ndarray) -> int:
    depth = np.full(len(start), -1, np.int64)
    most = 0
    for i in range(len(start)):
        if start[i] > 0.0 and depth[i] < 0:
            depth[i] = 0
        if depth[i] < 0:
            continue
        most = max(most, depth[i])
        for e in range(line_arcs[i], line_arcs[i + 1]):
            if arc_weight[e] > 0.0:
                depth[arc_supplier[e]] = max(depth[arc_supplier[e]], depth[i] + 1)
    return most


@njit(cache=True, nogil=True)
def _masses(
    start: np.ndarray, line_arcs: np.ndarray, arc_supplier: np.ndarray, arc_weight: np.ndarray, tiers: int
) -> np.ndarray:
    mass = np.zeros((len(start), tiers))
    mass[:, 0] = start
    for i in range(len(start)):
        for e in range(line_arcs[i], line_arcs[i + 1]):
            q = arc_weight[e]
            if q > 0.0:
                supplier = arc_supplier[e]
                for t in range(tiers - 1):
                    mass[supplier, t + 1] += mass[i, t] * q
    return mass


@njit(cache=True, nogil=True)
def _weakest(
    start: np.ndarray,
    line_arcs: np.ndarray,
    arc_supplier: np.ndarray,
    arc_weight: np.ndarray,
    arc_grade: np.ndarray,
    grades: int,
) -> np.ndarray:
    mass = np.zeros((len(start), grades))
    mass[:, 0] = start
    for i in range(len(start)):
        for e in range(line_arcs[i], line_arcs[i + 1]):
            for g in range(grades):
                mass[arc_supplier[e], max(g, arc_grade[e])] += mass[i, g] * arc_weight[e]
    return mass
