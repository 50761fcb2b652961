"""What stops when something is removed: shares without switching, yes or no with all qualified alternatives."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.needs import Needs

ROUNDING = 1e-12
"""Distance to 1 above which a need is taken to be lost entirely."""
WIDTH = 64
"""Scenarios in one pass: bits of a machine word, or columns of a batch."""
ALL = np.uint64(2**64 - 1)
NONE = np.uint64(0)
ONE = np.uint64(1)


def retained(
    needs: Needs, focal: NDArray[np.int64], weight: NDArray[np.float64], removed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give the share of the product that goes on after each removal, nobody switching.

    retained(line) = 0 where it is removed, else the minimum over its essential slots of
    Σ share · retained(supplier) + undisclosed share. 1 − retained is the *stopped share*.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product.
    weight : numpy.ndarray of float64, shape (f,)
        Share of the product that each makes, 1 together.
    removed : numpy.ndarray of int64, shape (x,)
        What is removed, one at a time: a unit u ≥ 0, or ~q < 0, the undisclosed suppliers of slot q.

    Returns
    -------
    numpy.ndarray of float64, shape (x,)
        Retained share, 0 to 1; exactly 1 where nothing is lost.

    Raises
    ------
    IndexError
        A removal names a slot that is not there.

    Notes
    -----
    O(x · m) time in batches of 64 columns, 512 bytes of memory a line. The sums run over what is lost, so that a line
    untouched by the removal is left at exactly 1.

    Examples
    --------
    Line 0 takes 60 % from line 1 and 40 % from line 2; each line is a unit.

    >>> needs = Needs(np.arange(3, dtype=np.int32), np.array([0, 1, 1, 1]), np.array([True]), np.array([False]),
    ...               np.array([0, 2]), np.array([1, 2], np.int32), np.array([0.6, 0.4]))
    >>> retained(needs, np.array([0]), np.array([1.0]), np.arange(3))
    array([0. , 0.4, 0.6])
    """
    distinct, back = np.unique(np.asarray(removed, np.int64), return_inverse=True)
    lost: NDArray[np.float64] = _lost(needs, focal, weight, distinct, unit_count(needs, distinct))
    return 1.0 - lost[back]


def feasible(needs: Needs, focal: NDArray[np.int64], removed: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say whether the product can still be made after each removal, every supplier and alternative usable.

    alive(line) = not removed, and each essential slot has a living supplier or undisclosed ones. The product lives while
    one of its makers does. Capacity is ignored. Where the answer is no, a unit is a *single point of failure* and an
    undisclosed slot a *dominator*.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product.
    removed : numpy.ndarray of int64, shape (x,)
        What is removed, one at a time: a unit u ≥ 0, or ~q < 0, the undisclosed suppliers of slot q.

    Returns
    -------
    numpy.ndarray of bool, shape (x,)

    Raises
    ------
    IndexError
        A removal names a slot that is not there.

    Notes
    -----
    O(x · m / 64) time, 64 removals in the bits of a word; O(n + slots) memory.

    Examples
    --------
    Line 0 takes from line 1 or line 2; each line is a unit.

    >>> needs = Needs(np.arange(3, dtype=np.int32), np.array([0, 1, 1, 1]), np.array([True]), np.array([False]),
    ...               np.array([0, 2]), np.array([1, 2], np.int32), np.array([0.6, 0.4]))
    >>> feasible(needs, np.array([0]), np.arange(3))
    array([False,  True,  True])
    """
    removed = np.asarray(removed, np.int64)
    answer: NDArray[np.bool_] = _sweep(needs, focal, removed, unit_count(needs, removed))
    return answer


def breakers(needs: Needs, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give for each slot one unit whose loss alone leaves it without a living supplier.

    A slot with two suppliers and a breaker is a *dual-sourcing illusion*. The unit of the line that has the need does not
    count.

    Parameters
    ----------
    needs : Needs
        The graph, n lines and m arcs.
    units : numpy.ndarray of int64, shape (x,)
        Units to try, 0 or more.

    Returns
    -------
    numpy.ndarray of int64, shape (q,)
        The first such unit in the order of ``units``, −1 where no single loss breaks the slot.

    Notes
    -----
    O(x · m / 64) time, O(n + slots) memory.

    Examples
    --------
    Lines 1 and 2 both hang on line 3.

    >>> needs = Needs(np.arange(4, dtype=np.int32), np.array([0, 1, 2, 3, 3]), np.ones(3, bool), np.zeros(3, bool),
    ...               np.array([0, 2, 3, 4]), np.array([1, 2, 3, 3], np.int32), np.array([0.6, 0.4, 1, 1]))
    >>> breakers(needs, np.arange(4))
    array([3, 3, 3])
    """
    units = np.asarray(units, np.int64)
    answer: NDArray[np.int64] = _breakers(needs, units, unit_count(needs, units))
    return answer


def unit_count(needs: Needs, removed: NDArray[np.int64]) -> int:
    """Give the number of units that an array by unit must hold.

    Raises
    ------
    IndexError
        A removal names a slot that is not there.
    """
    if len(removed) and ~removed.min() >= len(needs.slot_essential):
        raise IndexError(f"there are {len(needs.slot_essential)} slots, and slot {~removed.min()} is to be removed")
    return int(max(needs.line_group.max(initial=-1), removed.max(initial=-1))) + 1


@njit(cache=True, nogil=True)
def mark_alive(needs: Needs, gone: np.ndarray, gone_slot: np.ndarray, alive: np.ndarray) -> None:
    """Fill ``alive``: bit j of word i says that line i lives in scenario j.

    Parameters
    ----------
    needs : Needs
        The graph.
    gone, gone_slot : numpy.ndarray of uint64, shapes (units,) and (q,)
        Bit j: the unit, or the undisclosed suppliers of the slot, are removed in scenario j.
    alive : numpy.ndarray of uint64, shape (n,)
        Written.
    """
    group, slot_start, essential, undisclosed, arc_start, supplier, _ = needs  # once: a field costs more than an arc
    for i in range(len(group) - 1, -1, -1):
        unit = group[i]
        word = ALL if unit < 0 else ~gone[unit]
        for q in range(slot_start[i], slot_start[i + 1]):
            if word == NONE:
                break
            if essential[q]:
                met = ~gone_slot[q] if undisclosed[q] else NONE
                for e in range(arc_start[q], arc_start[q + 1]):
                    met |= alive[supplier[e]]
                word &= met
        alive[i] = word


@njit(cache=True, nogil=True)
def _set(removed: np.ndarray, start: int, gone: np.ndarray, gone_slot: np.ndarray) -> int:
    """Put the removals from ``start`` on, at most 64, into the bits; give how many."""
    width = min(WIDTH, len(removed) - start)
    for j in range(width):
        r = removed[start + j]
        if r >= 0:
            gone[r] |= ONE << np.uint64(j)
        else:
            gone_slot[~r] |= ONE << np.uint64(j)
    return width


@njit(cache=True, nogil=True)
def _unset(removed: np.ndarray, start: int, gone: np.ndarray, gone_slot: np.ndarray) -> None:
    for r in removed[start : start + WIDTH]:
        if r >= 0:
            gone[r] = NONE
        else:
            gone_slot[~r] = NONE


@njit(cache=True, nogil=True)
def _sweep(needs: Needs, focal: np.ndarray, removed: np.ndarray, units: int) -> np.ndarray:
    gone, gone_slot = np.zeros(units, np.uint64), np.zeros(len(needs.slot_essential), np.uint64)
    alive = np.zeros(len(needs.line_group), np.uint64)
    answer = np.zeros(len(removed), np.bool_)
    for start in range(0, len(removed), WIDTH):
        width = _set(removed, start, gone, gone_slot)
        mark_alive(needs, gone, gone_slot, alive)
        _unset(removed, start, gone, gone_slot)
        word = NONE
        for f in focal:
            word |= alive[f]
        for j in range(width):
            answer[start + j] = (word >> np.uint64(j)) & ONE == ONE
    return answer


@njit(cache=True, nogil=True)
def _breakers(needs: Needs, removed: np.ndarray, units: int) -> np.ndarray:
    group, slot_start, essential, undisclosed, arc_start, supplier, _ = needs
    gone, gone_slot = np.zeros(units, np.uint64), np.zeros(len(essential), np.uint64)
    alive, whole = np.zeros(len(group), np.uint64), np.zeros(len(group), np.uint64)
    mark_alive(needs, gone, gone_slot, whole)
    answer = np.full(len(essential), -1, np.int64)
    for start in range(0, len(removed), WIDTH):
        width = _set(removed, start, gone, gone_slot)
        mark_alive(needs, gone, gone_slot, alive)
        _unset(removed, start, gone, gone_slot)
        for i in range(len(group)):
            for q in range(slot_start[i], slot_start[i + 1]):
                if answer[q] >= 0 or undisclosed[q]:
                    continue
                before, after = NONE, NONE
                for e in range(arc_start[q], arc_start[q + 1]):
                    before |= whole[supplier[e]]
                    after |= alive[supplier[e]]
                broken = before & ~after
                for j in range(width):
                    if (broken >> np.uint64(j)) & ONE == ONE and removed[start + j] != group[i]:
                        answer[q] = removed[start + j]
                        break
    return answer


@njit(cache=True, nogil=True)
def _lost(needs: Needs, focal: np.ndarray, weight: np.ndarray, removed: np.ndarray, units: int) -> np.ndarray:
    """Share of the product that each of the distinct removals stops, in batches of 64 columns."""
    column, column_slot = np.full(units, -1, np.int64), np.full(len(needs.slot_essential), -1, np.int64)
    lost = np.zeros((len(needs.line_group), WIDTH))
    answer = np.zeros(len(removed))
    for start in range(0, len(removed), WIDTH):
        batch = removed[start : start + WIDTH]
        for j in range(len(batch)):
            if batch[j] >= 0:
                column[batch[j]] = j
            else:
                column_slot[~batch[j]] = j
        _mark_lost(needs, column, column_slot, lost)
        for f in range(len(focal)):
            for j in range(len(batch)):
                answer[start + j] += weight[f] * lost[focal[f], j]
        for r in batch:
            if r >= 0:
                column[r] = -1
            else:
                column_slot[~r] = -1
    return answer


@njit(cache=True, nogil=True)
def _mark_lost(needs: Needs, column: np.ndarray, column_slot: np.ndarray, lost: np.ndarray) -> None:
    """Fill ``lost``: 1 where the line's unit is removed in that column, else max over its slots of Σ share · lost."""
    group, slot_start, essential, _, arc_start, suppliers, shares = needs
    slot_lost = np.zeros(WIDTH)
    for i in range(len(group) - 1, -1, -1):
        lost[i] = 0.0
        for q in range(slot_start[i], slot_start[i + 1]):
            if not essential[q]:
                continue
            slot_lost[:] = 0.0
            disclosed = 0.0
            for e in range(arc_start[q], arc_start[q + 1]):
                share, supplier = shares[e], suppliers[e]
                disclosed += share
                if share > 0.0:
                    for j in range(WIDTH):
                        slot_lost[j] += share * lost[supplier, j]
            if column_slot[q] >= 0:
                slot_lost[column_slot[q]] += max(1.0 - disclosed, 0.0)
            for j in range(WIDTH):
                lost[i, j] = max(lost[i, j], 1.0 if slot_lost[j] > 1.0 - ROUNDING else slot_lost[j])
        unit = group[i]
        if unit >= 0 and column[unit] >= 0:
            lost[i, column[unit]] = 1.0
