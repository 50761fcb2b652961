"""The frozen arrays of sector dynamics: who sells what to whom in a table of sectors, and what capacity is lost when."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]


class SectorTable(NamedTuple):
    """The frozen arrays that sector dynamics run on; made by ``sector_table``.

    Slot q is one input class of one row. ``flow`` is sorted by (buyer, slot, supplier); ``share`` is its part of the slot,
    ``use`` a_q the input a unit of output, ``stock_days`` s_q, ``output`` x0 and ``final`` Y a day.
    """

    slot_start: Ints
    arc_start: Ints
    supplier: NDArray[np.uint32]
    flow: Floats
    share: Floats
    use: Floats
    stock_days: Floats
    output: Floats
    final: Floats


class Outages(NamedTuple):
    """Lost capacity; rows ``start[s]`` to ``start[s + 1]`` belong to scenario s. Outages that overlap multiply what is left.

    From day ``begin`` the share ``loss`` of row ``line`` is lost for ``hold`` days and then comes back evenly over ``ramp``.
    """

    start: Ints
    line: Ints
    begin: Floats
    hold: Floats
    ramp: Floats
    loss: Floats


def sector_table(
    flows: Floats, output: Floats, final: Floats, sector: Ints, *, stock_days: float | Floats = 90.0
) -> SectorTable:
    """Turn a square table into the arrays of the kernel; flows of 0 are left out.

    Parameters
    ----------
    flows : numpy.ndarray, shape (n, n)
        Z, row sells to column, a day.
    output, final : numpy.ndarray, shape (n,)
        x0 > 0 and Y ≥ 0, a day.
    sector : numpy.ndarray of int, shape (n,)
        Input class that each row makes.
    stock_days : float or numpy.ndarray, shape (classes,)
        Days of use that a buyer keeps of each class.

    Returns
    -------
    SectorTable

    Raises
    ------
    ValueError
        A figure is negative or not finite, an output or stock is not positive, or shapes do not fit.
    """
    n = len(output)
    if flows.shape != (n, n) or len(final) != n or len(sector) != n:
        raise ValueError(f"with {n} rows flows must be {n} × {n}, final and sector {n} long")
    days = np.broadcast_to(np.asarray(stock_days, dtype=np.float64), (int(np.max(sector)) + 1,))
    for name, values, least in (
        ("flows", flows, 0),
        ("final", final, 0),
        ("output", output, 1),
        ("stock_days", days, 1),
    ):
        if not (np.isfinite(values).all() and (values >= 0).all() and (values > 0).all() >= least):
            raise ValueError(f"{name} must be finite and {'above' if least else 'at least'} 0")
    seller, buyer = np.nonzero(flows)
    order = np.lexsort((seller, sector[seller], buyer))
    seller, buyer = seller[order], buyer[order]
    flow = flows[seller, buyer].astype(np.float64)
    key = buyer * len(days) + sector[seller]
    slots, first = np.unique(key, return_index=True)
    arc_start = np.append(first, len(flow)).astype(np.int64)
    bought = np.add.reduceat(flow, first) if len(flow) else np.zeros(0)
    owner, kind = np.divmod(slots, len(days))
    return SectorTable(
        np.searchsorted(owner, np.arange(n + 1)).astype(np.int64), arc_start, seller.astype(np.uint32), flow,
        flow / np.repeat(bought, np.diff(arc_start)), bought / output[owner], days[kind],
        np.asarray(output, dtype=np.float64), np.asarray(final, dtype=np.float64),
    )  # fmt: skip
