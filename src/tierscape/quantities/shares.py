"""How the suppliers of a need share it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.graph import SupplyGraph

Floats = NDArray[np.float64]


def arc_shares(graph: SupplyGraph, reached: NDArray[np.bool_]) -> tuple[Floats, tuple[Finding, ...]]:
    """Give the share of each arc in its slot, by volume in units of the taker's part; shares of a slot sum to 1.

    Parameters
    ----------
    graph : SupplyGraph
        The lines.
    reached : numpy.ndarray of bool, shape (n,)
        Lines that findings speak of.

    Returns
    -------
    shares : numpy.ndarray of float64, shape (E,)
    findings : tuple of Finding

    Notes
    -----
    Where no volume of a slot is known, its suppliers share equally. Where some are, the others share equally what the line
    takes beyond those; each counts as the mean of the known ones where that is not known either.
    """
    slots = len(graph.slot_line)
    quantity = np.where(graph.arc_quantity > 0, graph.arc_quantity, 1.0)
    volume = graph.arc_volume / quantity
    unknown = np.isnan(volume)
    known_sum = np.bincount(graph.arc_slot, np.where(unknown, 0.0, volume), slots).astype(np.float64)
    holes = np.bincount(graph.arc_slot[unknown], minlength=slots)
    arcs = np.diff(graph.arc_start)
    need = graph.output[graph.slot_line]
    mean = np.divide(known_sum, arcs - holes, out=np.zeros(slots), where=arcs > holes)
    rest = np.divide(np.maximum(need - known_sum, 0.0), holes, out=np.zeros(slots), where=holes > 0)
    guess = np.where(np.isnan(need) | (need <= 0.0), mean, rest)
    volume = np.where(unknown, guess[graph.arc_slot], volume)
    total = np.bincount(graph.arc_slot, volume, slots).astype(np.float64)
    even = (holes == arcs) | ~(total > 0.0)
    each = np.divide(1.0, arcs, out=np.zeros(slots), where=arcs > 0)
    share = np.divide(volume, total[graph.arc_slot], out=np.zeros(len(volume)), where=total[graph.arc_slot] > 0)
    share = np.where(even[graph.arc_slot], each[graph.arc_slot], share)
    doubtful = np.flatnonzero(((holes > 0) | even) & (arcs > 1) & reached[graph.slot_line])
    if not len(doubtful):
        return share, ()
    site, part = graph.lines.row(int(graph.slot_line[doubtful[0]]))
    finding = Finding(
        rule="shares_assumed",
        severity="note",
        table="links",
        column="volume_per_year",
        problem=f"{len(doubtful)} needs have suppliers without a volume; these share equally what the known ones leave",
        remedy="Give the volume of every link of the need.",
        count=len(doubtful),
        value=f"{site}/{part}/{graph.slot_part[doubtful[0]]}",
    )
    return share, (finding,)
