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
def trade_extended(
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
    stock, wanted, orders, order, able, moving, share = (
        state.stock, state.wanted, state.orders, state.order, state.able, state.transit, hits.share,
    )  # fmt: skip
    lanes, piped = stock.shape[1], len(moving) > 0
    zero, pace = stock.dtype.type(0), stock.dtype.type(1) / tau
    held, used, after = np.empty_like(short), np.empty_like(short), np.empty_like(short)
    gain, here = np.empty_like(short), np.empty_like(short)
    for i in range(len(network.output)):
        state.limit[i, :] = np.inf
        for q in range(network.slot_start[i], network.slot_start[i + 1]):
            use_shares(network, state, q, i, held, used)
            _gains(network, state, q, gain)
            after[:] = zero
            days = network.slot_days[q]
            for e in range(network.arc_start[q], network.arc_start[q + 1]):
                _arrivals(network, state, e, day, flags, here)
                _restock(network, state, e, used, here, days, after)
                j, row = np.uint64(network.supplier[e]), np.uint64(hits.link_row[e])
                lead = stock.dtype.type(network.lead[e])
                for b in range(lanes):
                    flow = network.flow[e] * able[j, b] * gain[b]
                    gap = days * flow * wanted[i, b] - stock[e, b]
                    if piped:
                        gap += lead * flow * wanted[i, b] - moving[e, b]
                    o = flow * wanted[i, b] + gap * pace
                    o = share[row, b] * (o if o > zero else zero)
                    order[e, b] = o
                    orders[j, b] += o
                if piped:
                    _shortage(lead * network.flow[e], moving[e], short)
            bind(network, q, i, after, state.limit, short)


@njit(cache=True, nogil=True, error_model="numpy")
def _shortage(target: float, stock: Floats, short: Floats) -> None:
    near = stock.dtype.type(0.99) * target
    for b in range(len(short)):
        gap = near - stock[b]
        short[b] = gap if gap > short[b] else short[b]


@njit(cache=True, nogil=True, error_model="numpy")
def _gains(network: FirmNetwork, state: FirmState, q: int, gain: Floats) -> None:
    """A_q / Σ A c of a slot; 1 where no supplier is able to make anything."""
    zero, one = gain.dtype.type(0), gain.dtype.type(1)
    gain[:] = zero
    for e in range(network.arc_start[q], network.arc_start[q + 1]):
        able, flow = state.able[network.supplier[e]], network.weight[e] * network.flow[e]
        for b in range(len(gain)):
            gain[b] += flow * able[b]
    for b in range(len(gain)):
        gain[b] = network.slot_flow[q] / gain[b] if gain[b] > zero else one


@njit(cache=True, nogil=True, error_model="numpy")
def _arrivals(network: FirmNetwork, state: FirmState, e: int, day: int, flags: Flags, here: Floats) -> None:
    """What arrives today, into ``here``; what was shipped yesterday goes into the ring where the link has a lead."""
    j, order = network.supplier[e], state.order[e]
    if flags.by_level:
        for b in range(len(here)):
            here[b] = passed(order[b], network.flow[e], network.rank[e], state.level[j, b], state.tier[j, b])
    else:
        filled = state.filled[j]
        for b in range(len(here)):
            here[b] = order[b] * filled[b]
    if len(state.transit) > 0 and network.lead[e] > 0:
        place, moving = state.ring[network.ring_start[e] + day % network.lead[e]], state.transit[e]
        for b in range(len(here)):
            arrived = place[b]
            place[b] = here[b]
            moving[b] += here[b] - arrived
            here[b] = arrived


@njit(cache=True, nogil=True, error_model="numpy")
def _restock(
    network: FirmNetwork, state: FirmState, e: int, used: Floats, here: Floats, days: float, after: Floats
) -> None:
    zero, close = stock_marks(state)
    stock, weight, target = state.stock[e], network.weight[e], days * network.flow[e]
    for b in range(len(here)):
        s = stock[b] + here[b] - stock[b] * used[b]
        s = s if s > close * target else zero
        s = target if abs(s - target) <= close * target else s
        stock[b] = s
        after[b] += weight * s


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
