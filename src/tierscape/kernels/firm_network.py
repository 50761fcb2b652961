"""The frozen arrays that firm dynamics run on: lines, their input slots, and the links that fill them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Links(NamedTuple):
    """Who supplies what to whom, sorted by (buyer line, slot, supplier).

    Parameters
    ----------
    slot_start : numpy.ndarray of int, shape (n + 1,)
        Slots of line i are ``slot_start[i]`` to ``slot_start[i + 1]``.
    essential : numpy.ndarray of bool, shape (slots,)
        A slot that is not essential is used and ordered, but never stops its line.
    arc_start : numpy.ndarray of int, shape (slots + 1,)
        Links of slot q are ``arc_start[q]`` to ``arc_start[q + 1]``.
    supplier : numpy.ndarray of uint32, shape (links,)
        Line that supplies.
    flow : numpy.ndarray of float, shape (links,)
        A, units a day in the supplier's unit, at least 0.
    stock_days : numpy.ndarray of float, shape (links,)
        Days that the buyer's stock lasts after today's use, at least 0; pooled over a slot in proportion to flow.
    transit_days : numpy.ndarray of int, shape (links,), optional
        L, days between shipping and arrival beyond the one day that every delivery takes; read by ``transit="pipeline"``.
    weight : numpy.ndarray of float, shape (links,), optional
        Units of the slot that one unit of the link is worth, 1 by default: alternatives of one choice add in parent units.
    rank : numpy.ndarray of int, shape (links,), optional
        Order of service under ``rationing="priority"``, 0 to 250, 0 first.
    """

    slot_start: Ints
    essential: NDArray[np.bool_]
    arc_start: Ints
    supplier: NDArray[np.uint32]
    flow: Floats
    stock_days: Floats
    transit_days: Ints | None = None
    weight: Floats | None = None
    rank: Ints | None = None


class FirmNetwork(NamedTuple):
    """What the kernels read; made by ``firm_network``, never by hand.

    Floats are float64, or float32 after ``in_precision``. ``slot_flow`` is A_q = Σ weight·A, ``slot_days`` n_q, ``output``
    P0, ``capacity`` K and ``demand`` C, all a day. ``ring_start`` points into the buffer of goods in transit; ``out_start``
    and ``out_arc`` list the links by supplier.
    """

    slot_start: Ints
    essential: NDArray[np.bool_]
    arc_start: Ints
    supplier: NDArray[np.uint32]
    flow: Floats
    weight: Floats
    lead: Ints
    rank: Ints
    slot_flow: Floats
    slot_days: Floats
    output: Floats
    capacity: Floats
    demand: Floats
    demand_rank: Ints
    ring_start: Ints
    out_start: Ints
    out_arc: Ints


def firm_network(
    links: Links, demand: Floats, capacity: Floats | None = None, demand_rank: Ints | None = None
) -> FirmNetwork:
    """Check the arrays and add what follows from them.

    Parameters
    ----------
    links : Links
    demand : numpy.ndarray of float, shape (n,)
        C, final demand that each line meets, units a day.
    capacity : numpy.ndarray of float, shape (n,), optional
        K, units a day. NaN, or less than the output, is raised to the output P0 = C + Σ outgoing flow; so is all without it.
    demand_rank : numpy.ndarray of int, shape (n,), optional
        Rank of final demand among the buyers of a line, 0 by default.

    Returns
    -------
    FirmNetwork

    Raises
    ------
    ValueError
        Pointers that do not fit, a flow, demand or stock that is negative or not finite, a supplier that is no line.

    Notes
    -----
    n = 1 + stock_days: the equations see stock before today's use, so n = 1 is no buffer and n < 1 has no fixed point.
    Stocks of one slot add and are drawn in proportion, so only one n a slot leaves every stock where it is on a calm day:
    n_q = Σ n A / Σ A.
    """
    lines, count = len(demand), len(links.flow)
    _check(links, demand, capacity)
    flow = np.array(links.flow, dtype=np.float64)
    weight = np.ones(count) if links.weight is None else np.array(links.weight, dtype=np.float64)
    lead = np.zeros(count, np.int64) if links.transit_days is None else np.array(links.transit_days, dtype=np.int64)
    slot_of = np.repeat(np.arange(len(links.essential)), np.diff(links.arc_start))
    slot_flow, output = _sums(links.arc_start, links.supplier, flow, weight, np.asarray(demand, dtype=np.float64))
    kept = np.zeros_like(slot_flow)
    np.add.at(kept, slot_of, weight * flow * links.stock_days)
    room = output if capacity is None else np.fmax(capacity, output)
    order = np.argsort(links.supplier, kind="stable").astype(np.int64)
    return FirmNetwork(
        slot_start=np.array(links.slot_start, dtype=np.int64),
        essential=np.array(links.essential, dtype=np.bool_),
        arc_start=np.array(links.arc_start, dtype=np.int64),
        supplier=np.array(links.supplier, dtype=np.uint32),
        flow=flow,
        weight=weight,
        lead=lead,
        rank=np.zeros(count, np.int64) if links.rank is None else np.array(links.rank, dtype=np.int64),
        slot_flow=slot_flow,
        slot_days=1.0 + np.divide(kept, slot_flow, out=np.zeros_like(kept), where=slot_flow > 0),
        output=output,
        capacity=np.array(room, dtype=np.float64),
        demand=np.array(demand, dtype=np.float64),
        demand_rank=np.zeros(lines, np.int64) if demand_rank is None else np.array(demand_rank, dtype=np.int64),
        ring_start=np.concatenate(([0], np.cumsum(lead))),
        out_start=np.concatenate(([0], np.cumsum(np.bincount(links.supplier, minlength=lines)))),
        out_arc=order,
    )


def in_precision(network: FirmNetwork, precision: str) -> FirmNetwork:
    """Give the network with its floats as ``float64`` or ``float32``, and sums that are exact in that precision."""
    kind = np.dtype(precision)
    if network.flow.dtype == kind:
        return network
    cast = network._replace(**{name: a.astype(kind) for name, a in network._asdict().items() if a.dtype.kind == "f"})
    slot_flow, output = _sums(cast.arc_start, cast.supplier, cast.flow, cast.weight, cast.demand)
    return cast._replace(slot_flow=slot_flow, output=output, capacity=np.maximum(cast.capacity, output))


def _sums(
    arc_start: Ints, supplier: NDArray[np.uint32], flow: Floats, weight: Floats, demand: Floats
) -> tuple[Floats, Floats]:
    """A_q and P0, added link by link as the kernels add stocks and orders, so that a calm day repeats to the last bit."""
    slot_flow, output = np.zeros(len(arc_start) - 1, flow.dtype), np.array(demand, dtype=flow.dtype)
    np.add.at(slot_flow, np.repeat(np.arange(len(slot_flow)), np.diff(arc_start)), weight * flow)
    np.add.at(output, supplier, flow)
    return slot_flow, output


def _check(links: Links, demand: Floats, capacity: Floats | None) -> None:
    lines, slots, count = len(demand), len(links.essential), len(links.flow)
    for name, pointer, rows, end in (
        ("slot_start", links.slot_start, lines, slots),
        ("arc_start", links.arc_start, slots, count),
    ):
        if len(pointer) != rows + 1 or pointer[0] != 0 or pointer[-1] != end or np.any(np.diff(pointer) < 0):
            raise ValueError(f"{name} must rise from 0 to {end} in {rows + 1} steps")
    if count and int(np.max(links.supplier)) >= lines:
        raise ValueError(f"links.supplier names a line beyond the {lines} that there are")
    for name in ("supplier", "stock_days", "transit_days", "weight", "rank"):
        values: Floats | Ints | None = getattr(links, name)
        if values is not None and len(values) != count:
            raise ValueError(f"links.{name} has {len(values)} entries, the links are {count}")
    _check_values("links.flow", links.flow)
    _check_values("links.stock_days", links.stock_days)
    _check_values("links.transit_days", links.transit_days)
    _check_values("links.weight", links.weight)
    _check_values("demand", demand)
    if capacity is not None:
        _check_values("capacity", capacity[~np.isnan(capacity)])


def _check_values(name: str, values: Floats | Ints | None) -> None:
    if values is None:
        return
    bad = np.nonzero(~(np.isfinite(values) & (values >= 0)))[0]
    if len(bad):
        raise ValueError(f"{name} must be finite and at least 0; {len(bad)} entries are not, the first at {bad[0]}")
