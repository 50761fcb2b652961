"""Redundancy order: the smallest number of units whose joint loss stops the product, and the sets that do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels import cut_program
from tierscape.kernels.criticality import ALL, NONE, ONE, WIDTH, feasible, mark_alive, unit_count
from tierscape.kernels.needs import Needs, chosen


class Cuts(NamedTuple):
    """Smallest cuts of a product.

    Parameters
    ----------
    size : int or None
        k, the redundancy order; 0 where the product cannot be made at all, None where no loss of units stops it.
    bound : int or None
        Proven lower bound of k; below ``size`` only where time ran out.
    sets : numpy.ndarray of int64, shape (cuts, size)
        Cuts of that size: units in ascending order, cuts in lexicographic order.
    all_listed : bool
        Whether ``sets`` holds all cuts of that size.
    """

    size: int | None
    bound: int | None
    sets: NDArray[np.int64]
    all_listed: bool

    @property
    def gap(self) -> float:
        """(size − bound) / size, 0 where k is proven."""
        return (self.size - self.bound) / self.size if self.size and self.bound is not None else 0.0


def smallest_cuts(
    needs: Needs, focal: NDArray[np.int64], *, limit: int = 100, most_pairs: int = 5000, most_arcs: int = 20_000,
    seconds: float = 60.0,
) -> Cuts:  # fmt: skip
    """Find the redundancy order k of a product and its cuts of that size.

    The units of the focal lines are never removed, and undisclosed suppliers hold: k is the order as far as disclosed.
    k = 1 comes from the sweep, k = 2 from pairs, beyond that an integer program decides.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product; it stops when all are dead.
    limit : int
        Most cuts to list.
    most_pairs : int
        Number of candidate units above which pairs are left to the integer program.
    most_arcs : int
        Number of arcs above which there is no integer program: a cut that is minimal, if not smallest, stands with its
        bound, and the same question has the same answer on any machine.
    seconds : float
        Wall time for the integer program; after it the best cut known stands, with its bound.

    Returns
    -------
    Cuts

    Raises
    ------
    ArithmeticError
        The solver fails, or its answer does not hold.

    Notes
    -----
    Up to k = 2 all cuts are found and the first ``limit`` are kept; above, the program stops after ``limit``.
    Sweep O(x · m / 64) for x candidates; pairs see `pairs`; above, NP-hard (see `cut_program.solve`).

    Examples
    --------
    Line 0 takes from line 1 or line 2; each line is a unit.

    >>> needs = Needs(np.arange(3, dtype=np.int32), np.array([0, 1, 1, 1]), np.array([True]), np.array([False]),
    ...               np.array([0, 2]), np.array([1, 2], np.int32), np.array([0.6, 0.4]))
    >>> smallest_cuts(needs, np.array([0]))
    Cuts(size=2, bound=2, sets=array([[1, 2]]), all_listed=True)
    """
    focal = np.asarray(focal, np.int64)
    needs, focal, units = relevant(needs, focal)
    if not feasible(needs, focal, np.array([unit_count(needs, units)]))[0]:  # a unit that is nowhere: nothing removed
        return Cuts(0, 0, np.empty((1, 0), np.int64), all_listed=True)
    if not _stops(needs, focal, units):
        return Cuts(None, None, np.empty((0, 0), np.int64), all_listed=True)
    alone = ~feasible(needs, focal, units)
    if alone.any():
        return Cuts(1, 1, units[alone][:limit, None], all_listed=bool(alone.sum() <= limit))
    at_least = 2
    if len(units) <= most_pairs:
        found = pairs(needs, focal, units)
        if len(found):
            return Cuts(2, 2, found[:limit], all_listed=len(found) <= limit)
        at_least = 3
    if len(needs.arc_supplier) > most_arcs:
        cut = _thinned(needs, focal, _nearby(needs, focal, units))
        return Cuts(len(cut), at_least, np.sort(cut)[None, :], all_listed=False)
    solved = cut_program.solve(needs, focal, units, at_least=at_least, limit=limit, seconds=seconds)
    sets = solved.cuts or [_nearby(needs, focal, units)]
    if not all(_stops(needs, focal, cut) for cut in sets):
        raise ArithmeticError(
            "HiGHS gave a set of units whose loss does not stop the product: its tolerances are too wide"
        )
    if len(sets[0]) > solved.bound:  # time ran out: at least leave out of the set what it does not need
        sets = [_thinned(needs, focal, sets[0])]
    cuts = np.array(sorted(map(tuple, sets)), np.int64)
    return Cuts(cuts.shape[1], solved.bound, cuts, all_listed=solved.all_listed)


def relevant(needs: Needs, focal: NDArray[np.int64]) -> tuple[Needs, NDArray[np.int64], NDArray[np.int64]]:
    """Keep what can stop the product: lines that it reaches over essential, disclosed slots.

    Parameters
    ----------
    needs : Needs
        The graph.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product.

    Returns
    -------
    needs : Needs
        The smaller graph.
    focal : numpy.ndarray of int64, shape (f,)
        The same lines in it.
    units : numpy.ndarray of int64
        Units that may be removed, ascending: all of these lines but those of the focal lines.

    Notes
    -----
    O(n + m).
    """
    hard = needs.slot_essential & ~needs.slot_undisclosed
    line = _upstream(needs, focal, hard)
    units = np.setdiff1d(needs.line_group[line], np.append(needs.line_group[focal], -1)).astype(np.int64)
    return chosen(needs, line, hard), np.cumsum(line)[focal] - 1, units


def pairs(needs: Needs, focal: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find all pairs of units whose joint loss stops the product, none of which stops it alone.

    A *witness* is a set of living lines that keeps the product alive. Each cut meets each witness: so one unit of a pair
    is in the witness of the whole graph, and the other in a witness of the graph without the first.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs; the product lives.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product.
    units : numpy.ndarray of int64, shape (x,)
        Candidates, none a single point of failure.

    Returns
    -------
    numpy.ndarray of int64, shape (pairs, 2)
        In ascending order in a pair and among pairs.

    Notes
    -----
    O(w · (1 + w / 64) · m) time for witnesses of w units, w ≤ x; 64 pairs in the bits of a word.

    Examples
    --------
    >>> needs = Needs(np.arange(3, dtype=np.int32), np.array([0, 1, 1, 1]), np.array([True]), np.array([False]),
    ...               np.array([0, 2]), np.array([1, 2], np.int32), np.array([0.6, 0.4]))
    >>> pairs(needs, np.array([0]), np.array([1, 2]))
    array([[1, 2]])
    """
    candidate = np.zeros(unit_count(needs, units), np.bool_)
    candidate[units] = True
    found: NDArray[np.int64] = np.sort(_pairs(needs, focal, candidate), axis=1)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _stops(needs: Needs, focal: NDArray[np.int64], units: NDArray[np.int64]) -> bool:
    """Say whether the loss of all these units at once stops the product."""
    group = needs.line_group
    together = needs._replace(line_group=np.where(np.isin(group, units), 0, -1).astype(np.int32))
    return not feasible(together, focal, np.zeros(1, np.int64))[0]


def _nearby(needs: Needs, focal: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give a cut near the product: of each focal line all suppliers of the need that has the fewest; else all units."""
    cut: set[int] = set()
    for line in focal.tolist():
        needed = range(needs.slot_start[line], needs.slot_start[line + 1])
        sold = [set(needs.line_group[needs.arc_supplier[needs.arc_start[q] : needs.arc_start[q + 1]]].tolist()) for q in needed]  # fmt: skip
        cut |= min(sold, key=len, default=set())
    found = np.array(sorted(cut), np.int64)
    return found if np.isin(found, units).all() and _stops(needs, focal, found) else units


def _thinned(needs: Needs, focal: NDArray[np.int64], cut: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out units one by one while the rest is still a cut: what stays is minimal, if not smallest."""
    for unit in cut.copy():
        rest = cut[cut != unit]
        if _stops(needs, focal, rest):
            cut = rest
    return cut


@njit(cache=True, nogil=True)
def _upstream(needs: Needs, focal: np.ndarray, slot: np.ndarray) -> np.ndarray:
    """Lines that the focal ones reach over the slots marked, themselves included."""
    group, slot_start, _, _, arc_start, supplier, _ = needs
    reached = np.zeros(len(group), np.bool_)
    for f in focal:
        reached[f] = True
    for i in range(len(reached)):
        if reached[i]:
            for q in range(slot_start[i], slot_start[i + 1]):
                if slot[q]:
                    for e in range(arc_start[q], arc_start[q + 1]):
                        reached[supplier[e]] = True
    return reached


@njit(cache=True, nogil=True)
def _witness(needs: Needs, focal: np.ndarray, alive: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    """Candidates in one set of lines that keeps the product alive; empty where it is dead.

    Of a slot's living suppliers one is taken that stands in the set already, else one of a unit that does, else the first:
    a small set is a fast one.
    """
    group, slot_start, essential, undisclosed, arc_start, supplier, _ = needs
    kept = np.zeros(len(group), np.bool_)
    taken = np.zeros(len(candidate), np.bool_)
    for f in focal:
        if alive[f] != NONE:
            kept[f] = True
            break
    for i in range(len(kept)):
        if not kept[i]:
            continue
        unit = group[i]
        if unit >= 0 and candidate[unit]:
            taken[unit] = True
        for q in range(slot_start[i], slot_start[i + 1]):
            if not essential[q] or undisclosed[q]:
                continue
            best, rank = -1, 3
            for e in range(arc_start[q], arc_start[q + 1]):
                s = supplier[e]
                if alive[s] != NONE:
                    here = 0 if kept[s] else 1 if group[s] >= 0 and taken[group[s]] else 2
                    if here < rank:
                        best, rank = s, here
            kept[best] = True
    return np.flatnonzero(taken & candidate)


@njit(cache=True, nogil=True)
def _pairs(needs: Needs, focal: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    gone, gone_slot = np.zeros(len(candidate), np.uint64), np.zeros(len(needs.slot_essential), np.uint64)
    alive = np.zeros(len(needs.line_group), np.uint64)
    done = np.zeros(len(candidate), np.bool_)
    found, count = np.zeros((64, 2), np.int64), 0
    mark_alive(needs, gone, gone_slot, alive)
    for a in _witness(needs, focal, alive, candidate):
        gone[a] = ALL
        mark_alive(needs, gone, gone_slot, alive)
        others = _witness(needs, focal, alive, candidate & ~done)
        for start in range(0, len(others), WIDTH):
            batch = others[start : start + WIDTH]
            for j in range(len(batch)):
                gone[batch[j]] = ONE << np.uint64(j)
            mark_alive(needs, gone, gone_slot, alive)
            word = NONE
            for f in focal:
                word |= alive[f]
            for j in range(len(batch)):
                gone[batch[j]] = NONE
                if (word >> np.uint64(j)) & ONE == NONE:
                    if count == len(found):
                        found = np.concatenate((found, np.zeros_like(found)))
                    found[count, 0], found[count, 1] = a, batch[j]
                    count += 1
        gone[a] = NONE
        done[a] = True
    return found[:count]
