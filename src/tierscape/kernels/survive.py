"""Time to survive of every target at once: cumulative need as breakpoint lists, one sweep down the bill of materials."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLACK = 1e-9
"""Relative excess of need over capacity that is rounding: without stock, one ulp would turn ∞ days into 0."""

Csr = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


class Curves(NamedTuple):
    """M_p(t), the least that must have been made of each part by day t, as breakpoints.

    Part p owns the entries ``pointer[p]:pointer[p + 1]``; M_p is 0 before the first one, then ``value + slope·(t − time)``
    up to the next. Times and slopes rise.

    Attributes
    ----------
    pointer : numpy.ndarray of int64, shape (parts + 1,)
    time : numpy.ndarray, shape (breakpoints,)
        Days.
    value : numpy.ndarray, shape (breakpoints,)
        M_p(time), units.
    slope : numpy.ndarray, shape (breakpoints,)
        Units a day from there on. The last one is the need that lasts for ever.
    source : numpy.ndarray of int64, shape (breakpoints,)
        Part whose stock ran out there.
    """

    pointer: NDArray[np.int64]
    time: NDArray[np.float64]
    value: NDArray[np.float64]
    slope: NDArray[np.float64]
    source: NDArray[np.int64]


class Survival(NamedTuple):
    """How long demand is met without each target, and why it then fails.

    Attributes
    ----------
    tts : numpy.ndarray, shape (targets,)
        Days; infinite where the capacity left suffices.
    part : numpy.ndarray of int64, shape (targets,)
        Part that falls short first, −1 where none does.
    stock : numpy.ndarray of int64, shape (targets,)
        Part whose empty stock raised the need above the capacity left, −1 where nothing falls short.
    capacity_left : numpy.ndarray, shape (targets,)
        Of the part that falls short, units a day; NaN where none does.
    exit_ready_share : numpy.ndarray, shape (targets,)
        Share of steady demand that can be made for ever without the target, 0 to 1.
    """

    tts: NDArray[np.float64]
    part: NDArray[np.int64]
    stock: NDArray[np.int64]
    capacity_left: NDArray[np.float64]
    exit_ready_share: NDArray[np.float64]


def needs(bom: Csr, demand: NDArray[np.float64], stock: NDArray[np.float64]) -> Curves:
    """Build the curves of cumulative need of all parts. They do not depend on which target is lost.

    Parameters
    ----------
    bom : (indptr, parent, quantity)
        CSR by child: what each part goes into, and units of it per unit of parent. ``indptr`` has shape (parts + 1,).
    demand : numpy.ndarray, shape (parts,)
        Demand from outside, units a day, at least 0.
    stock : numpy.ndarray, shape (parts,)
        Stock of the part wherever it lies, units, at least 0.

    Returns
    -------
    Curves

    Raises
    ------
    ValueError
        The bill of materials has a cycle.

    Notes
    -----
    M_p(t) = max(0, d_p t − s_p + Σ_parents r_jp M_j(t)): convex, piecewise linear, at most 1 + ancestors breakpoints. The
    lists of the parents are merged by a heap; O(B log k) time for B breakpoints and k parents, 32 bytes a breakpoint.

    Exact where the makers of a part are alike: same bom, one pool of stock, every maker can serve every user.
    A machine pool that several parts share is a part more: a row of ``bom`` whose parents are those parts, with the hours
    that a unit takes as quantity, no demand and no stock; its capacity is in hours.

    References
    ----------
    Simchi-Levi, Schmidt, Wei, Zhang, Combs, Ge, Gusikhin, Sanders, Zhang (2015), Identifying risks and mitigating
    disruptions in the automotive supply chain, Interfaces 45(5):375-390, doi 10.1287/inte.2015.0804: time to survive.

    Examples
    --------
    Ten a day of a good made of one component; 50 goods and 30 components in stock.

    >>> bom = (np.array([0, 0, 1]), np.array([0]), np.array([1.0]))
    >>> curves = needs(bom, np.array([10.0, 0.0]), np.array([50.0, 30.0]))
    >>> curves.time.tolist()
    [5.0, 8.0]
    """
    indptr, parent, quantity = bom
    order = _parents_first(indptr, parent)
    if len(order) < len(demand):
        raise ValueError("the bill of materials has a cycle: no part of it can be made first")
    return Curves(*_sweep(order, (indptr, parent, quantity), demand, stock))


def survive(curves: Curves, capacity: NDArray[np.float64], targets: Csr) -> Survival:
    """Give the time to survive of each target, over the parts that it makes.

    Parameters
    ----------
    curves : Curves
        As ``needs`` gives them.
    capacity : numpy.ndarray, shape (parts,)
        Of all makers together, units a day; infinity is unlimited.
    targets : (indptr, part, lost)
        CSR: the parts that each target makes, each once, and the capacity lost with it, units a day. A site, a region, an
        owner: all are targets.

    Returns
    -------
    Survival
        A part that the target does not make is left out: if it falls short, it does so without the target
        (``baseline``), and the time until the first miss of any part is the least of the two.

    Notes
    -----
    TTS_S = min_p sup{t : M_p(t) ≤ (C_p − C_pS) t}. The slope of M_p − c t changes sign once, so each part takes two
    bisections: O(Σ_targets parts · log breakpoints). Need up to 10⁻⁹ above capacity counts as met.
    """
    return Survival(*_cross(curves, capacity, targets))


def baseline(curves: Curves, capacity: NDArray[np.float64]) -> Survival:
    """Give the time until each part falls short although nothing is lost: infinite in a sound network.

    Parameters
    ----------
    curves, capacity
        As in ``survive``.

    Returns
    -------
    Survival
        One entry a part.
    """
    parts = np.arange(len(capacity), dtype=np.int64)
    return survive(curves, capacity, (np.arange(len(capacity) + 1, dtype=np.int64), parts, np.zeros(len(capacity))))


def pool(part: NDArray[np.int64], lost: NDArray[np.float64], member: Csr) -> Csr:
    """Join sites to targets: sum what their lines make, one entry a part.

    Parameters
    ----------
    part, lost : numpy.ndarray, shape (lines,)
        What each line makes, and its capacity.
    member : (indptr, line, share)
        CSR: the lines of each target and the share of capacity each loses.

    Returns
    -------
    (indptr, part, lost)
        As ``survive`` takes it, parts in ascending order within a target.
    """
    indptr, line, share = member
    target = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    taken = np.where(share > 0.0, lost[line], 0.0) * share  # an unlimited line that loses nothing is not NaN
    order = np.lexsort((part[line], target))
    target, made, taken = target[order], part[line][order], taken[order]
    first = np.flatnonzero(np.append(True, (np.diff(target) != 0) | (np.diff(made) != 0))) if len(line) else order
    summed = np.add.reduceat(taken, first) if len(line) else taken
    pointer = np.searchsorted(target[first], np.arange(len(indptr)))
    return pointer.astype(np.int64), made[first], summed


@njit(cache=True, nogil=True)
def _parents_first(indptr: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Order parts so that each comes after its parents; parts on or below a cycle are missing."""
    parts = len(indptr) - 1
    count = np.zeros(parts + 1, np.int64)
    for e in range(len(parent)):
        count[parent[e] + 1] += 1
    start = np.cumsum(count)
    child = np.zeros(len(parent), np.int64)
    filled = start.copy()
    waiting = np.zeros(parts, np.int64)
    for p in range(parts):
        waiting[p] = indptr[p + 1] - indptr[p]
        for e in range(indptr[p], indptr[p + 1]):
            child[filled[parent[e]]] = p
            filled[parent[e]] += 1
    order = np.zeros(parts, np.int64)
    tail = 0
    for p in range(parts):
        if waiting[p] == 0:
            order[tail] = p
            tail += 1
    head = 0
    while head < tail:
        for e in range(start[order[head]], start[order[head] + 1]):
            waiting[child[e]] -= 1
            if waiting[child[e]] == 0:
                order[tail] = child[e]
                tail += 1
        head += 1
    return order[:tail]


@njit(cache=True, nogil=True)
def _sift(heap: np.ndarray, size: int, root: int, key: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Let a heap of parents sink into order by (time, source) of the breakpoint at each one's cursor."""
    cursor, time, source = key
    while True:
        least = root
        for below in (2 * root + 1, 2 * root + 2):
            if below < size:
                a, b = cursor[heap[below]], cursor[heap[least]]
                if time[a] < time[b] or (time[a] == time[b] and source[a] < source[b]):
                    least = below
        if least == root:
            return
        heap[root], heap[least] = heap[least], heap[root]
        root = least


@njit(cache=True, nogil=True)
def _sweep(
    order: np.ndarray, bom: tuple[np.ndarray, np.ndarray, np.ndarray], demand: np.ndarray, stock: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Merge, clip and store the list of each part, parents first; then put the lists in the order of the parts."""
    indptr, parent, quantity = bom
    parts = len(demand)
    begin, end = np.zeros(parts, np.int64), np.zeros(parts, np.int64)
    room = 2 * parts + 64
    time, value, slope, source = np.zeros(room), np.zeros(room), np.zeros(room), np.zeros(room, np.int64)
    widest = 1
    for p in range(parts):
        widest = max(widest, indptr[p + 1] - indptr[p])
    heap, cursor = np.zeros(widest, np.int64), np.zeros(widest, np.int64)
    last, used = 0, 0
    for p in order:
        longest, size, base = 1, 0, indptr[p]
        for e in range(base, indptr[p + 1]):
            many = end[parent[e]] - begin[parent[e]]
            longest += many
            cursor[e - base] = begin[parent[e]]
            if many > 0 and quantity[e] > 0.0:
                heap[size] = e - base
                size += 1
        if used + longest > len(time):
            room = 2 * (used + longest)
            time, value, slope = _grown(time, room), _grown(value, room), _grown(slope, room)
            source = _grown(source, room)
        key = (cursor, time, source)
        for root in range(size // 2 - 1, -1, -1):
            _sift(heap, size, root, key)
        begin[p] = used
        level, rate, now = -stock[p], demand[p], 0.0  # G(now) and its slope, before the clip at 0
        while True:
            here = time[cursor[heap[0]]] if size > 0 else np.inf
            if used == begin[p] and rate > 0.0 and level + rate * (here - now) > 0.0:
                now, level = now - level / rate, 0.0
                time[used], value[used], slope[used], source[used] = now, 0.0, rate, p
                used += 1
            if size == 0:
                break
            level, now = level + rate * (here - now), here
            k, last = heap[0], source[cursor[heap[0]]]
            at, ends = cursor[k], end[parent[base + k]]
            rate += quantity[base + k] * (slope[at] - (slope[at - 1] if at > begin[parent[base + k]] else 0.0))
            cursor[k] += 1
            if cursor[k] == ends:
                size -= 1
                heap[0] = heap[size]
            _sift(heap, size, 0, key)
            if used > begin[p] and time[used - 1] == now and source[used - 1] == last:
                slope[used - 1] = rate
            elif used > begin[p] or level >= 0.0:
                time[used], value[used], slope[used], source[used] = now, max(level, 0.0), rate, last
                used += 1
        end[p] = used
    return _by_part(begin, end, time, value, slope, source)


@njit(cache=True, nogil=True)
def _grown(array: np.ndarray, room: int) -> np.ndarray:
    grown = np.zeros(room, array.dtype)
    grown[: len(array)] = array
    return grown


@njit(cache=True, nogil=True)
def _by_part(
    begin: np.ndarray, end: np.ndarray, time: np.ndarray, value: np.ndarray, slope: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    pointer = np.zeros(len(begin) + 1, np.int64)
    pointer[1:] = np.cumsum(end - begin)
    total = pointer[-1]
    times, values, slopes, sources = np.zeros(total), np.zeros(total), np.zeros(total), np.zeros(total, np.int64)
    for p in range(len(begin)):
        to, there = slice(pointer[p], pointer[p + 1]), slice(begin[p], end[p])
        times[to], values[to], slopes[to], sources[to] = time[there], value[there], slope[there], source[there]
    return pointer, times, values, slopes, sources


@njit(cache=True, nogil=True)
def _cross(
    curves: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    capacity: np.ndarray,
    targets: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Find where M_p leaves the line c·t, for each part of each target."""
    pointer, time, value, slope, source = curves
    indptr, made, lost = targets
    number = len(indptr) - 1
    tts, share = np.full(number, np.inf), np.ones(number)
    binding, empty = np.full(number, -1, np.int64), np.full(number, -1, np.int64)
    left = np.full(number, np.nan)
    for s in range(number):
        for e in range(indptr[s], indptr[s + 1]):
            p = made[e]
            low, last = pointer[p], pointer[p + 1] - 1
            c = max(capacity[p] - lost[e], 0.0) if np.isfinite(lost[e]) else 0.0
            if last < low or slope[last] <= c * (1.0 + SLACK):
                continue
            share[s] = min(share[s], c / slope[last])
            high = last  # the first breakpoint from which need outruns capacity
            while low < high:
                middle = (low + high) // 2
                if slope[middle] > c * (1.0 + SLACK):
                    high = middle
                else:
                    low = middle + 1
            raised, high = low, last  # from there M_p − c t rises: the last breakpoint where it is not above 0
            while low < high:
                middle = (low + high + 1) // 2
                if value[middle] <= c * time[middle]:
                    low = middle
                else:
                    high = middle - 1
            days = (slope[low] * time[low] - value[low]) / (slope[low] - c)
            if days < tts[s]:
                tts[s], binding[s], empty[s], left[s] = days, p, source[raised], c
    return tts, binding, empty, left, share
