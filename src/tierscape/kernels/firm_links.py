"""The pass over links of one day: receive what was ordered yesterday, use stock, order again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_events import Hits
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.kernels.prefetch import prefetch_row

AHEAD = 4
"""Links ahead of the one that is worked on whose suppliers are called into the cache."""

Floats = NDArray[np.float64]


class Flags(NamedTuple):
    """How firms behave, as the compiled loops read it.

    ``by_output``: orders follow realised output · ``by_level``: goods are rationed by rank and level, not in proportion ·
    ``by_capacity``: orders follow what suppliers were able to make · ``extended``: orders are kept, which the last two and
    goods in transit need.
    """

    horizon: int
    by_output: bool
    by_level: bool
    by_capacity: bool
    extended: bool


class FirmState(NamedTuple):
    """State of a block of scenarios, scenarios contiguous: ``[link or line, lane]``.

    ``stock`` S of links · of lines: ``made`` x/P0, ``wanted`` y and ``wanted_before`` (the day before), ``filled`` x/D,
    ``orders`` D, ``limit`` least P0·S_q/A_q over the essential slots. Only for what the published form lacks, else without
    rows: ``order`` ρO, ``transit`` T and ``ring`` (goods on their way), ``level`` λ and ``tier`` of rationing, ``able``
    min(1, K(1 − δ)/P0) of yesterday.
    """

    stock: Floats
    made: Floats
    wanted: Floats
    wanted_before: Floats
    filled: Floats
    orders: Floats
    limit: Floats
    order: Floats
    transit: Floats
    ring: Floats
    level: Floats
    tier: Floats
    able: Floats


def calm_state(network: FirmNetwork, lanes: int, *, extended: bool, transit: bool) -> FirmState:
    """Start where every day repeats: S = n A, T = L A, O = A, x = P0."""
    kind = network.flow.dtype
    lines = len(network.output)
    target = np.repeat(network.slot_days, np.diff(network.arc_start)) * network.flow

    def spread(values: Floats) -> Floats:
        return np.repeat(values[:, None], lanes, axis=1).astype(kind, copy=False)

    def full(rows: int, value: float = 1.0) -> Floats:
        return np.full((rows, lanes), value, dtype=kind)

    more = lines if extended else 0
    none = full(0)
    return FirmState(
        stock=spread(target.astype(kind)),
        made=full(lines),
        wanted=full(lines),
        wanted_before=full(lines),
        filled=full(lines),
        orders=full(lines),
        limit=full(lines, np.inf),
        order=spread(network.flow) if extended else none,
        transit=spread(network.lead.astype(kind) * network.flow) if transit else none,
        ring=spread(np.repeat(network.flow, network.lead)) if transit else none,
        level=full(more),
        tier=full(more, np.inf),
        able=full(more),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def trade(network: FirmNetwork, state: FirmState, hits: Hits, tau: float, short: Floats) -> None:
    """Run steps 1 to 3 of the published form in one streaming pass; orders are recomputed, never stored.

    Parameters
    ----------
    network, state, hits
        ``state.orders`` must hold final demand; orders are added to it.
    tau : float
        τ, in the precision of the network.
    short : numpy.ndarray, shape (lanes,)
        Raised to the greatest 0.99·n A_q − S_q over slots: above 0 while a stock is not rebuilt.

    Notes
    -----
        O = max(0, A y + (n A y − S)/τ),   S += ρ O x/D − S·(x/P0)·A_q/S_q, at least 0

    A stock within rounding of its target, or of nothing, is set to it. Where lines without buffer supply each other in a
    circle, the model itself doubles an error of the last bit every few days: so calm days repeat exactly instead.

    Suppliers are anywhere in memory, and waiting for them is the largest cost: they are called for some links ahead.
    """
    stock, made, wanted, before, filled, orders, limit = state[:7]
    supplier, flows, weights, link_row = network.supplier, network.flow, network.weight, hits.link_row
    slot_start, arc_start, slot_flow, slot_days = network.slot_start, network.arc_start, network.slot_flow, network.slot_days  # fmt: skip
    essential, output = network.essential, network.output
    lanes = stock.shape[1]
    ahead, end = np.uint64(AHEAD), np.uint64(len(supplier))
    zero, close = stock_marks(state)
    pace = stock.dtype.type(1) / tau
    held, used, after = np.empty_like(short), np.empty_like(short), np.empty_like(short)
    for i in range(len(output)):
        limit[i, :] = np.inf
        for q in range(np.uint64(slot_start[i]), np.uint64(slot_start[i + 1])):
            first, last = np.uint64(arc_start[q]), np.uint64(arc_start[q + 1])
            use_shares(stock, weights, made, (i, first, last, slot_flow[q]), held, used)
            after[:] = zero
            days = slot_days[q]
            for e in range(first, last):
                # Rows are indexed in place: a view of a row costs more than the work on it.
                j, row = np.uint64(supplier[e]), np.uint64(link_row[e])
                if e + ahead < end:
                    coming = np.uint64(supplier[e + ahead])
                    prefetch_row(filled, coming)
                    prefetch_row(orders, coming)
                flow, target, weight = flows[e], days * flows[e], weights[e]
                noise = close * target
                if row > 0:
                    _trade_cut(state, hits, e, (i, j, row), (flow, target, weight, pace), used, after)
                    continue
                for b in range(lanes):
                    s = stock[e, b]
                    o = flow * before[i, b] + (target * before[i, b] - s) * pace
                    o = o if o > zero else zero
                    s = s + o * filled[j, b] - s * used[b]
                    s = s if s > noise else zero
                    s = target if abs(s - target) <= noise else s
                    stock[e, b] = s
                    after[b] += weight * s
                    o = flow * wanted[i, b] + (target * wanted[i, b] - s) * pace
                    orders[j, b] += o if o > zero else zero
            bind((days, slot_flow[q], output[i] if essential[q] else zero), i, after, limit, short)


@njit(cache=True, nogil=True, error_model="numpy")
def _trade_cut(
    state: FirmState,
    hits: Hits,
    e: int,
    rows: tuple[int, np.uint64, np.uint64],
    sizes: tuple[float, float, float, float],
    used: Floats,
    after: Floats,
) -> None:
    """Trade over one link that a closure hits in some lane: ρ scales the orders, so that no goods are lost."""
    (i, j, row), (flow, target, weight, pace) = rows, sizes
    zero, close = stock_marks(state)
    for b in range(len(used)):
        s, y = state.stock[e, b], state.wanted_before[i, b]
        o = flow * y + (target * y - s) * pace
        s = s + hits.share_before[row, b] * (o if o > zero else zero) * state.filled[j, b] - s * used[b]
        s = s if s > close * target else zero
        s = target if abs(s - target) <= close * target else s
        state.stock[e, b] = s
        after[b] += weight * s
        y = state.wanted[i, b]
        o = flow * y + (target * y - s) * pace
        state.orders[j, b] += hits.share[row, b] * (o if o > zero else zero)


@njit(cache=True, nogil=True, error_model="numpy")
def stock_marks(state: FirmState) -> tuple[float, float]:
    """0, and the share of its target within which rounding leaves a stock, in the precision of the state."""
    kind = state.stock.dtype.type
    return kind(0), kind(1e-13 if state.stock.itemsize == 8 else 1e-6)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def use_shares(
    stock: Floats,
    weights: Floats,
    made: Floats,
    slot: tuple[int, np.uint64, np.uint64, float],
    held: Floats,
    used: Floats,
) -> None:
    """Find the share of a slot's stock that yesterday used: min(1, (x/P0)·A_q/S_q), into ``used``; S_q into ``held``.

    ``slot`` is its line, its first link and that after its last, and A_q. Single arrays come in: each array inside a tuple costs
    a count of references at every call, which is more than the work. Inlined, since with few links a slot the call costs a tenth
    of the day.
    """
    line, first, last, flow = slot
    zero, one = stock.dtype.type(0), stock.dtype.type(1)
    held[:] = zero
    for e in range(first, last):
        weight = weights[e]
        for b in range(len(held)):
            held[b] += weight * stock[e, b]
    for b in range(len(held)):
        u = made[line, b] * flow / held[b] if held[b] > zero else zero
        used[b] = u if u < one else one


@njit(cache=True, nogil=True, error_model="numpy")
def bind(sizes: tuple[float, float, float], line: int, stock: Floats, limit: Floats, short: Floats) -> None:
    """Lower the limit of a line to what an essential slot allows, and raise ``short`` to what the slot lacks.

    A slot without flow allows everything and lacks nothing. ``sizes`` are days, flow and the output of the line, which is 0 where
    the slot is not essential.
    """
    days, flow, output = sizes
    low = limit.dtype.type(0.99) * days * flow
    for b in range(len(stock)):
        gap = low - stock[b]
        short[b] = gap if gap > short[b] else short[b]
    if output > 0 and flow > 0:
        for b in range(len(stock)):
            most = stock[b] / flow * output
            limit[line, b] = most if most < limit[line, b] else limit[line, b]


@njit(cache=True, nogil=True, error_model="numpy")
def make(network: FirmNetwork, state: FirmState, hits: Hits, flags: Flags) -> None:
    """Run step 4, x = min(D, K(1 − δ), limit), and set the ratios that the next day reads.

    By output is the published rule y = x/P0; else y = min(D, K(1 − δ))/P0, what a line would make with inputs. A line
    without normal output keeps its ratios at 1.
    """
    zero, one = state.stock.dtype.type(0), state.stock.dtype.type(1)
    made, wanted, before, filled, orders, limit = state[1:7]
    left = hits.left
    for i in range(len(network.output)):
        output, capacity, row = network.output[i], network.capacity[i], np.uint64(hits.line_row[i])
        if output <= zero:
            continue
        for b in range(made.shape[1]):
            room = capacity * left[row, b]
            w = orders[i, b] if orders[i, b] < room else room
            x = w if w < limit[i, b] else limit[i, b]
            before[i, b] = wanted[i, b]
            made[i, b] = x / output
            wanted[i, b] = x / output if flags.by_output else w / output
            filled[i, b] = x / orders[i, b] if orders[i, b] > zero else one


@njit(cache=True, nogil=True, error_model="numpy")
def ask(network: FirmNetwork, state: FirmState, hits: Hits) -> None:
    """Set the orders to the final demand of the day, C m."""
    orders, swing = state.orders, hits.swing
    for i in range(len(network.output)):
        demand, row = network.demand[i], np.uint64(hits.swing_row[i])
        for b in range(orders.shape[1]):
            orders[i, b] = demand * swing[row, b]
