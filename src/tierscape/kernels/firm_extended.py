"""The pass over links where orders are kept: goods on their way, orders by capacity, and service by order of need."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_events import Hits
from tierscape.kernels.firm_links import FirmState, Flags, bind, stock_marks, use_shares
from tierscape.kernels.firm_network import FirmNetwork

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def trade_extended(  # noqa: PLR0912 - one pass over the links, written out for speed
    network: FirmNetwork, state: FirmState, hits: Hits, tau: float, short: Floats, day: int, flags: Flags
) -> None:
    """Do as ``firm_links.trade``, with the stored orders of yesterday, a pipeline and orders that follow capacity.

    With L = 0, proportional service and nobody short of capacity the results are those of ``trade``, bit for bit.

    Notes
    -----
    What is shipped arrives L days later than without a pipeline. Orders look at stock and pipeline together:
    O = max(0, A' y + ((n + L) A' y − S − T)/τ), with A' = A_q A c_j / Σ_slot A c and c of yesterday. Without T the same
    goods would be ordered again every day.
    """
    stock, made, wanted, _, filled, orders, limit, order, moving, ring, level, tier, able = state
    supplier, flows, weights, leads, ranks = network.supplier, network.flow, network.weight, network.lead, network.rank
    slot_start, arc_start, slot_flow, slot_days = network.slot_start, network.arc_start, network.slot_flow, network.slot_days  # fmt: skip
    essential, output, ring_start, share, link_row = network.essential, network.output, network.ring_start, hits.share, hits.link_row  # fmt: skip
    lanes, piped = stock.shape[1], len(moving) > 0
    zero, close = stock_marks(state)
    pace, near = stock.dtype.type(1) / tau, stock.dtype.type(0.99)
    held, used, after = np.empty_like(short), np.empty_like(short), np.empty_like(short)
    gain, here, usual = np.ones_like(short), np.empty_like(short), np.empty_like(short)
    for i in range(len(output)):
        limit[i, :] = np.inf
        for q in range(np.uint64(slot_start[i]), np.uint64(slot_start[i + 1])):
            first, last, days = np.uint64(arc_start[q]), np.uint64(arc_start[q + 1]), slot_days[q]
            use_shares(stock, weights, made, (i, first, last, slot_flow[q]), held, used)
            if flags.by_capacity:
                _gains(supplier, flows, weights, able, (first, last, slot_flow[q]), gain)
            after[:] = zero
            for e in range(first, last):
                j, row = np.uint64(supplier[e]), np.uint64(link_row[e])
                flow, weight, lead = flows[e], weights[e], leads[e]
                if flags.by_level:
                    for b in range(lanes):
                        here[b] = passed(order[e, b], flow, ranks[e], level[j, b], tier[j, b])
                else:
                    for b in range(lanes):
                        here[b] = order[e, b] * filled[j, b]
                if piped and lead > 0:
                    place = np.uint64(ring_start[e] + day % lead)
                    for b in range(lanes):  # what was shipped yesterday goes into the ring, what is due leaves it
                        arrived = ring[place, b]
                        ring[place, b] = here[b]
                        moving[e, b] += here[b] - arrived
                        here[b] = arrived
                for b in range(lanes):
                    usual[b] = flow * able[j, b] * gain[b] if flags.by_capacity else flow
                target = days * flow
                noise = close * target
                for b in range(lanes):
                    s = stock[e, b] + here[b] - stock[e, b] * used[b]
                    s = s if s > noise else zero
                    s = target if abs(s - target) <= noise else s
                    stock[e, b] = s
                    after[b] += weight * s
                    here[b] = days * usual[b] * wanted[i, b] - s
                if piped and lead > 0:
                    long = stock.dtype.type(lead)
                    for b in range(lanes):
                        here[b] += long * usual[b] * wanted[i, b] - moving[e, b]
                        gap = near * (long * flow) - moving[e, b]
                        short[b] = gap if gap > short[b] else short[b]
                for b in range(lanes):
                    o = usual[b] * wanted[i, b] + here[b] * pace
                    o = share[row, b] * (o if o > zero else zero)
                    order[e, b] = o
                    orders[j, b] += o
            bind((days, slot_flow[q], output[i] if essential[q] else zero), i, after, limit, short)


@njit(cache=True, nogil=True, error_model="numpy")
def _gains(
    supplier: NDArray[np.uint32],
    flows: Floats,
    weights: Floats,
    able: Floats,
    slot: tuple[np.uint64, np.uint64, float],
    gain: Floats,
) -> None:
    """A_q / Σ A c of a slot; 1 where no supplier is able to make anything."""
    first, last, whole = slot
    zero, one = gain.dtype.type(0), gain.dtype.type(1)
    gain[:] = zero
    for e in range(first, last):
        j, flow = np.uint64(supplier[e]), weights[e] * flows[e]
        for b in range(len(gain)):
            gain[b] += flow * able[j, b]
    for b in range(len(gain)):
        gain[b] = whole / gain[b] if gain[b] > zero else one


@njit(cache=True, nogil=True, error_model="numpy")
def passed(order: float, base: float, rank: int, level: float, tier: float) -> float:
    """Give what a buyer gets: all below the tier where goods run out, min(O, λ A) in it, nothing above."""
    if rank < tier:
        return order
    if rank > tier:
        return order - order
    return min(order, level * base)


@njit(cache=True, nogil=True, error_model="numpy")
def ration(network: FirmNetwork, state: FirmState, hits: Hits) -> None:
    """Find the tier in which each line runs out of goods, and the level λ with Σ min(O, λ A) = what is left for it."""
    for line in range(len(network.output)):
        swing = hits.swing[hits.swing_row[line]]
        for b in range(state.stock.shape[1]):
            state.tier[line, b] = np.inf
            if state.filled[line, b] < 1:
                _serve(network, state, line, b, network.demand[line] * swing[b])


@njit(cache=True, nogil=True, error_model="numpy")
def _serve(network: FirmNetwork, state: FirmState, line: int, b: int, asked: float) -> None:
    left, rank = state.made[line, b] * network.output[line], _next_rank(network, line, -1)
    while rank >= 0:
        total = asked if network.demand_rank[line] == rank else asked - asked
        for k in range(network.out_start[line], network.out_start[line + 1]):
            if network.rank[network.out_arc[k]] == rank:
                total += state.order[network.out_arc[k], b]
        if total > left:
            state.tier[line, b] = rank
            state.level[line, b] = _level(network, state.order, line, b, rank, asked, left)
            return
        left -= total
        rank = _next_rank(network, line, rank)


@njit(cache=True, nogil=True, error_model="numpy")
def note_capacity(network: FirmNetwork, state: FirmState, hits: Hits) -> None:
    """Keep min(1, K(1 − δ)/P0) for the orders of tomorrow: at most 1, so that headroom alone moves no order."""
    one = state.able.dtype.type(1)
    for line in range(len(network.output)):
        if network.output[line] > 0:
            left, able = hits.left[hits.line_row[line]], state.able[line]
            for b in range(len(able)):
                c = network.capacity[line] * left[b] / network.output[line]
                able[b] = c if c < one else one


@njit(cache=True, nogil=True, error_model="numpy")
def _next_rank(network: FirmNetwork, line: int, rank: int) -> int:
    """Least rank above ``rank`` among those who buy from a line, −1 without one."""
    found = -1
    if network.demand[line] > 0 and network.demand_rank[line] > rank:
        found = network.demand_rank[line]
    for k in range(network.out_start[line], network.out_start[line + 1]):
        other = network.rank[network.out_arc[k]]
        if other > rank and (found < 0 or other < found):
            found = other
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _level(network: FirmNetwork, order: Floats, line: int, lane: int, rank: int, asked: float, left: float) -> float:
    """Raise λ until nobody more is served in full: at most as many rounds as buyers."""
    level, served = left - left, -1
    while True:
        full, base, count = left - left, left - left, 0
        if network.demand_rank[line] == rank:
            if served >= 0 and asked <= level * network.demand[line]:
                full, count = full + asked, count + 1
            else:
                base += network.demand[line]
        for k in range(network.out_start[line], network.out_start[line + 1]):
            e = network.out_arc[k]
            if network.rank[e] != rank:
                continue
            if served >= 0 and order[e, lane] <= level * network.flow[e]:
                full, count = full + order[e, lane], count + 1
            else:
                base += network.flow[e]
        if count <= served or base <= 0:
            return level
        served, level = count, (left - full) / base
