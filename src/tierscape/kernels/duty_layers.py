"""Layers of duty on goods: in each layer the longest prefix with a row on the day, all layers added up in one pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY_BITS, CODE_BITS, PLACE_BITS = 21, 20, 10
"""Bits for a day (5,700 years), a code of six digits, and a place."""
MFN, PREFERENCE = 0, 1
"""Numbers of the layers of which the second takes the place of the first."""


class RuleTables(NamedTuple):
    """Dated rules in tables, ordered by layer and within it by the length of the prefix, longest first.

    Parameters
    ----------
    layer, divisor : numpy.ndarray of int64, shape (t,)
        Number of the layer, ascending; what a code is divided by to give its prefix.
    any_origin : numpy.ndarray of bool, shape (t,)
        The rules hold for any origin, whose place is 0.
    begin : numpy.ndarray of int64, shape (t + 1,)
        Where the rules of each table begin.
    start, end, rule : numpy.ndarray of int64, shape (m,)
        As ``packed`` gives it for prefix and first day, ascending within a table; first day on which it no longer holds;
        number of its row. Rules of one table, place and prefix do not overlap.
    """

    layer: Ints
    divisor: Ints
    any_origin: Bools
    begin: Ints
    start: Ints
    end: Ints
    rule: Ints


class RuleRows(NamedTuple):
    """What rules say, shape (r,): bits needed, exempting and of layers switched off; sums added to, and by how much."""

    only_if: Ints
    exempt_if: Ints
    excludes: Ints
    slot: Ints
    rate: Floats
    specific_slot: Ints
    specific: Floats


def packed(importer: Ints, origin: Ints, code: Ints, day: Ints) -> Ints:
    """Pack two places, a code or prefix and a day into one number that sorts in this order."""
    places = (importer << PLACE_BITS) + origin
    return (((places << CODE_BITS) + code) << DAY_BITS) + day


def stack_layers(
    wanted: Ints,
    met: Ints,
    off: Ints,
    tables: RuleTables,
    rows: RuleRows,
    *,
    size: tuple[int, int],
    single: bool = True,
) -> tuple[Floats, Bools, Ints]:
    """Add up the layers that hold for each good.

    Parameters
    ----------
    wanted : numpy.ndarray of int64, shape (n,)
        Importer, origin, code of six digits and day of each good, ``packed``.
    met, off : numpy.ndarray of int64, shape (n,)
        Bits of the programmes that it meets; bits of the layers that do not count for it.
    tables : RuleTables
    rows : RuleRows
    size : (int, int)
        Number of sums and number of layers.
    single : bool
        Give the row of each layer too.

    Returns
    -------
    sums : numpy.ndarray of float64, shape (sums, n)
    known : numpy.ndarray of bool, shape (n,)
        An ordinary or a preferential rate is among them.
    chosen : numpy.ndarray of int64, shape (n, layers)
        Row of each layer, -1 where none counts; shape (0, layers) if not asked for.

    Notes
    -----
    Goods are put in the order of what they want, so that each search begins where the last one ended:
    O(n log n + n · tables), with short steps.
    """
    slots, layers = size
    sums = np.empty((slots, len(wanted)))
    known = np.empty(len(wanted), dtype=np.bool_)
    chosen = np.empty((len(wanted) if single else 0, layers), dtype=np.int64)
    order = np.argsort(wanted)
    _stack((wanted[order], met[order], off[order]), tables, rows, sums, known, chosen)
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return np.stack([column[back] for column in sums]), known[back], chosen[back] if single else chosen


@njit(cache=True, nogil=True)
def _last_begun(start: Ints, low: int, high: int, near: int, wanted: int) -> int:
    """Find the last of ``start[low:high]`` that is not above ``wanted``, ``low - 1`` for none, from a guess."""
    if near < low or start[near] <= wanted:
        at, step = near, 1
        while at + step < high and start[at + step] <= wanted:
            at += step
            step *= 2
        top = min(at + step, high)
    else:
        at, top = low - 1, near
    while top - at > 1:
        middle = (at + top) // 2
        if start[middle] <= wanted:
            at = middle
        else:
            top = middle
    return at


@njit(cache=True, nogil=True)
def _pick(tables: RuleTables, wanted: int, near: Ints, picks: Ints) -> None:
    """Find the row of each layer by the longest prefix that has one on the day; -1 for none."""
    picks[:] = -1
    place, code = wanted >> (CODE_BITS + DAY_BITS), (wanted >> DAY_BITS) & ((1 << CODE_BITS) - 1)
    day, abroad = wanted & ((1 << DAY_BITS) - 1), (place >> PLACE_BITS) << PLACE_BITS
    for t in range(len(tables.layer)):
        if picks[tables.layer[t]] >= 0:
            continue
        prefix = code if tables.divisor[t] == 1 else code // tables.divisor[t]
        key = ((abroad if tables.any_origin[t] else place) << CODE_BITS) + prefix
        low = tables.begin[t]
        at = _last_begun(tables.start, low, tables.begin[t + 1], near[t], (key << DAY_BITS) + day)
        near[t] = at
        if at >= low and tables.start[at] >> DAY_BITS == key and day < tables.end[at]:
            picks[tables.layer[t]] = tables.rule[at]


@njit(cache=True, nogil=True)
def _stack(
    goods: tuple[Ints, Ints, Ints], tables: RuleTables, rows: RuleRows, sums: Floats, known: Bools, chosen: Ints
) -> None:
    wanted, met, off = goods
    near, picks, total = tables.begin[:-1] - 1, np.empty(chosen.shape[1], np.int64), np.empty(len(sums))
    for good in range(len(wanted)):
        _pick(tables, wanted[good], near, picks)
        has, gone = met[good], off[good]
        total[:] = 0.0
        for layer in range(len(picks)):
            row = picks[layer]
            if row >= 0:
                needs = rows.only_if[row]
                if (gone >> layer) & 1 == 0 and rows.exempt_if[row] & has == 0 and (needs == 0 or needs & has != 0):
                    gone |= rows.excludes[row]
                else:
                    picks[layer] = -1
        known[good] = picks[MFN] >= 0 or picks[PREFERENCE] >= 0
        if picks[PREFERENCE] >= 0:
            picks[MFN] = -1
        for layer in range(len(picks)):
            row = picks[layer]
            if row >= 0:
                total[rows.slot[row]] += rows.rate[row]
                total[rows.specific_slot[row]] += rows.specific[row]
        sums[:, good] = total
        if len(chosen):
            chosen[good] = picks
