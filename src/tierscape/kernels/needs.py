"""Who needs what from whom, as an AND/OR graph in arrays: a line lives while each essential need has a living supplier."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Needs(NamedTuple):
    """The AND/OR graph behind a product.

    A *line* is a part made at a site. A *slot* is one need of a line, met by any of its suppliers (OR); a line needs all
    its essential slots (AND). Lines stand in topological order, consumers before their suppliers. A *unit* is what is
    removed at once: a site, or an owner, a region, a country.

    Parameters
    ----------
    line_group : numpy.ndarray of int32, shape (n,)
        Unit of each line, −1 where it belongs to none that can be removed.
    slot_start : numpy.ndarray of int64, shape (n + 1,)
        Slots of line i are ``slot_start[i]:slot_start[i + 1]``.
    slot_essential : numpy.ndarray of bool, shape (q,)
        Whether the line stops without the slot.
    slot_undisclosed : numpy.ndarray of bool, shape (q,)
        Whether suppliers are unknown: one more virtual supplier, which only the sweeps of `criticality` can remove.
    arc_start : numpy.ndarray of int64, shape (q + 1,)
        Suppliers of slot q are ``arc_start[q]:arc_start[q + 1]``.
    arc_supplier : numpy.ndarray of int32, shape (e,)
        Line of each supplier.
    arc_share : numpy.ndarray of float64, shape (e,)
        Share of the need that it delivers, at most 1 a slot together; the rest is undisclosed. A qualified alternative
        without a link has share 0.

    Notes
    -----
    A slot that is essential, not undisclosed and without suppliers keeps its line dead.
    """

    line_group: NDArray[np.int32]
    slot_start: NDArray[np.int64]
    slot_essential: NDArray[np.bool_]
    slot_undisclosed: NDArray[np.bool_]
    arc_start: NDArray[np.int64]
    arc_supplier: NDArray[np.int32]
    arc_share: NDArray[np.float64]


def chosen(needs: Needs, line: NDArray[np.bool_], slot: NDArray[np.bool_]) -> Needs:
    """Keep some lines and slots, renumbered in their order.

    Parameters
    ----------
    needs : Needs
        The graph.
    line : numpy.ndarray of bool, shape (n,)
        Lines to keep: with each slot that stays, all its suppliers.
    slot : numpy.ndarray of bool, shape (q,)
        Slots to keep; those of lines that go, go too.

    Returns
    -------
    Needs

    Notes
    -----
    O(lines + slots + arcs).

    Examples
    --------
    A line with two needs keeps the second, and with it line 2.

    >>> two = Needs(np.arange(3, dtype=np.int32), np.array([0, 2, 2, 2]), np.ones(2, bool), np.zeros(2, bool),
    ...             np.array([0, 1, 2]), np.array([1, 2], np.int32), np.ones(2))
    >>> chosen(two, np.array([True, False, True]), np.array([False, True])).arc_supplier
    array([1], dtype=int32)
    """
    slots = np.diff(needs.slot_start)
    slot = slot & np.repeat(line, slots)
    arc = np.repeat(slot, np.diff(needs.arc_start))
    number = (np.cumsum(line) - 1).astype(np.int32)
    kept_before = np.concatenate([[0], np.cumsum(slot)])
    per_line = (kept_before[needs.slot_start[1:]] - kept_before[needs.slot_start[:-1]])[line]
    return Needs(
        line_group=needs.line_group[line],
        slot_start=np.concatenate([[0], np.cumsum(per_line)]).astype(np.int64),
        slot_essential=needs.slot_essential[slot],
        slot_undisclosed=needs.slot_undisclosed[slot],
        arc_start=np.concatenate([[0], np.cumsum(np.diff(needs.arc_start)[slot])]).astype(np.int64),
        arc_supplier=number[needs.arc_supplier[arc]],
        arc_share=needs.arc_share[arc],
    )
