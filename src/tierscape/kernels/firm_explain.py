"""Why final demand was lost: each lost unit to one root and one first binding input."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_ario import DEFAULTS, Block, FirmOutcome, FirmRules, run_day
from tierscape.kernels.firm_events import FirmEvents, Hits, apply_events, lost_share, take_scenarios
from tierscape.kernels.firm_extended import passed
from tierscape.kernels.firm_links import FirmState, Flags, calm_state
from tierscape.kernels.firm_network import FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROOTS = ("outage", "closure", "swing", "no headroom")
"""Kinds of root: a row of the scenario's outages, closures or swings, or a line whose capacity was too small."""
STEPS = 6
"""Lines kept of the way from a loss to its root."""
CLOSE = 1e-9


class Causes(NamedTuple):
    """What was lost and why, k rows, the greatest loss first.

    ``line`` lost ``lost_units`` of final demand, from ``first_day`` on, to the root ``root`` of kind ``ROOTS[root_kind]``
    (an event: its row among the events of its kind in the scenario; else a line). ``slot`` is the first binding input,
    −1 where its own capacity bound. ``path`` holds the lines from the loss to the root, shape (k, 6), −1 beyond the end.
    """

    line: Ints
    root_kind: Ints
    root: Ints
    slot: Ints
    lost_units: Floats
    first_day: Ints
    path: Ints


class Trace(NamedTuple):
    """What is remembered from day to day: roots and ways of lines and links, and what links have delivered too little.

    A root is a number: rows of outages, closures and swings one after the other, then lines; −1 is none so far.
    """

    slot: Ints
    root: Ints
    path: Ints
    root_before: Ints
    path_before: Ints
    missing: Floats
    arc_root: Ints
    arc_path: Ints
    arc_line: Ints


def explain_losses(
    network: FirmNetwork, events: FirmEvents, rules: FirmRules = DEFAULTS, *, scenario: int = 0
) -> tuple[Causes, FirmOutcome]:
    """Run one scenario again and follow each loss back to where it began.

    Each day the least of demand, capacity and slots binds a line (of equals: capacity, then the lowest slot). Bound by

    - capacity: the outage that takes most of it, else the line itself has no headroom;
    - a slot: the link that has delivered most too little since the slot was last full; its root is the one that its
      supplier had on the day when that began, or the closure that cut it;
    - demand below normal: the closure or the buyer that orders least for its size, with the root that the buyer had
      yesterday; with no such buyer the swing of demand.

    A line that is not bound below its orders or normal output keeps the root it had last.

    Parameters
    ----------
    network, events, rules
        As in ``simulate_firms``.
    scenario : int
        Position in ``events``.

    Returns
    -------
    causes : Causes
        ``lost_units`` add up to those of the outcome.
    outcome : FirmOutcome
        That of the scenario alone, equal to its row in ``simulate_firms``; ``unmet`` has a column for each line with
        final demand.

    Notes
    -----
    Chains end: a root of today comes from an event, the line itself, or what a neighbour remembered before. With a
    pipeline a delivery counts as short on the day it was shipped, so of two short suppliers the one further away may be
    named early. O(links + lines) a day, (links + lines)·9 numbers of memory.
    """
    alone = take_scenarios(events, np.array([scenario]))
    selling = network.demand > 0
    block = Block(network, alone, rules, group=np.where(selling, np.cumsum(selling) - 1, -1))
    state = calm_state(block.network, 1, extended=True, transit=rules.transit == "pipeline")
    flags, trace = block.flags._replace(extended=True), _blank(block.network)
    lines, found = np.nonzero(selling)[0], dict[tuple[int, int, int], list[float]]()
    paths = dict[tuple[int, int, int], Ints]()
    for day in range(flags.horizon):
        apply_events(alone, block.hits, day)
        running = run_day(block.network, state, block.hits, flags, block.tau, block.tally, day)
        trace_lines(block.network, state, block.hits, alone, trace, day)
        trace_links(block.network, state, block.hits, alone, trace, day, flags)
        unmet = block.tally.unmet[day, :, 0]
        for k in np.nonzero(unmet)[0]:
            line = int(lines[k])
            key = (line, int(trace.root[line]), int(trace.slot[line]))
            paths.setdefault(key, trace.path[line].copy())
            found.setdefault(key, [0.0, day])[0] += float(unmet[k])
        if not running:
            break
    return _causes(found, paths, alone), block.outcome(1)


def _blank(network: FirmNetwork) -> Trace:
    lines, links = len(network.output), len(network.flow)
    slot_line = np.repeat(np.arange(lines), np.diff(network.slot_start))
    return Trace(
        slot=np.full(lines, -1, np.int64),
        root=np.full(lines, -1, np.int64),
        path=np.full((lines, STEPS), -1, np.int64),
        root_before=np.full(lines, -1, np.int64),
        path_before=np.full((lines, STEPS), -1, np.int64),
        missing=np.zeros(links),
        arc_root=np.full(links, -1, np.int64),
        arc_path=np.full((links, STEPS), -1, np.int64),
        arc_line=np.repeat(slot_line, np.diff(network.arc_start)),
    )


def _causes(
    found: dict[tuple[int, int, int], list[float]], paths: dict[tuple[int, int, int], Ints], events: FirmEvents
) -> Causes:
    keys = sorted(found, key=lambda key: (-found[key][0], key))
    line, root, slot = (np.array([key[k] for key in keys], dtype=np.int64) for k in range(3))
    ends = np.cumsum([len(events.outages.line), len(events.closures.target), len(events.swings.target)])
    kind = np.searchsorted(ends, root, side="right")
    return Causes(
        line,
        kind,
        root - np.concatenate(([0], ends))[kind],
        slot,
        np.array([found[key][0] for key in keys], dtype=np.float64),
        np.array([found[key][1] for key in keys], dtype=np.int64),
        np.array([paths[key] for key in keys], dtype=np.int64).reshape(-1, STEPS),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def trace_lines(network: FirmNetwork, state: FirmState, hits: Hits, events: FirmEvents, trace: Trace, day: int) -> None:
    """Find what binds each line today, and the root of that."""
    lines = len(network.output)
    for i in range(lines):
        trace.root_before[i] = trace.root[i]
        for k in range(STEPS):
            trace.path_before[i, k] = trace.path[i, k]
    outages, closures = len(events.outages.line), len(events.closures.target)
    own = outages + closures + len(events.swings.target)  # roots from here on are lines
    for i in range(lines):
        _forget_full(network, state, trace, i)
        output, orders = network.output[i], state.orders[i, 0]
        x = state.made[i, 0] * output
        if output <= 0 or not (x < output * (1 - CLOSE) or x < orders * (1 - CLOSE)):
            continue
        left = hits.left[hits.line_row[i], 0]
        slot, arc = _tightest(network, state, trace, i, x)
        root, buyer = -1, -1
        if x >= network.capacity[i] * left * (1 - CLOSE):
            slot = -1
            root = _worst_outage(events, i, day) if left < 1 else own + i
        elif slot >= 0 and arc >= 0:
            root = trace.arc_root[arc]
        elif slot < 0:
            root, buyer = _least_buyer(network, state, hits, events, trace, i, day)
        trace.slot[i] = slot
        if root >= 0 or trace.root[i] < 0:
            trace.root[i] = root if root >= 0 else own + i
            if slot >= 0:
                _extend(trace, i, trace.arc_path, arc)
            else:
                _extend(trace, i, trace.path_before, buyer)


@njit(cache=True, nogil=True, error_model="numpy")
def _extend(trace: Trace, line: int, ways: Ints, row: int) -> None:
    """Write the way of a line: itself, then a row of ``ways``, −1 for none."""
    for k in range(STEPS - 1, 0, -1):
        trace.path[line, k] = ways[row, k - 1] if row >= 0 else -1
    trace.path[line, 0] = line


@njit(cache=True, nogil=True, error_model="numpy")
def _forget_full(network: FirmNetwork, state: FirmState, trace: Trace, line: int) -> None:
    """Clear what the links of a slot have missed once the slot is full again."""
    for q in range(network.slot_start[line], network.slot_start[line + 1]):
        held = 0.0
        for e in range(network.arc_start[q], network.arc_start[q + 1]):
            held += network.weight[e] * state.stock[e, 0]
        if held >= 0.99 * network.slot_days[q] * network.slot_flow[q]:
            for e in range(network.arc_start[q], network.arc_start[q + 1]):
                trace.missing[e] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _tightest(network: FirmNetwork, state: FirmState, trace: Trace, line: int, x: float) -> tuple[int, int]:
    """Lowest slot that allows no more than x, and its link that has delivered most too little; −1 for none."""
    for q in range(network.slot_start[line], network.slot_start[line + 1]):
        if not network.essential[q] or network.slot_flow[q] <= 0:
            continue
        held, worst, arc = 0.0, 0.0, -1
        for e in range(network.arc_start[q], network.arc_start[q + 1]):
            held += network.weight[e] * state.stock[e, 0]
            if network.weight[e] * trace.missing[e] > worst:
                worst, arc = network.weight[e] * trace.missing[e], e
        if held / network.slot_flow[q] * network.output[line] <= x * (1 + CLOSE):
            return q, arc
    return -1, -1


@njit(cache=True, nogil=True, error_model="numpy")
def _worst_outage(events: FirmEvents, line: int, day: int) -> int:
    """Row of the outage that takes most of a line's capacity today."""
    rows, worst, found = events.outages, 0.0, -1
    for k in range(len(rows.line)):
        if rows.line[k] == line:
            lost = lost_share(day, rows.begin[k], rows.hold[k], rows.ramp[k], rows.loss[k], rows.profile[k])
            if lost > worst:
                worst, found = lost, k
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _lowest_window(target: Ints, begin: Floats, end: Floats, factor: Floats, what: int, day: int) -> int:
    """Row of the window that cuts a target most today."""
    least, found = 1.0, -1
    for k in range(len(target)):
        if target[k] == what and begin[k] <= day < end[k] and factor[k] < least:
            least, found = factor[k], k
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _closure(events: FirmEvents, link: int, day: int) -> int:
    rows = events.closures
    row = _lowest_window(rows.target, rows.begin, rows.end, rows.factor, link, day)
    return len(events.outages.line) + row if row >= 0 else -1


@njit(cache=True, nogil=True, error_model="numpy")
def _least_buyer(
    network: FirmNetwork, state: FirmState, hits: Hits, events: FirmEvents, trace: Trace, line: int, day: int
) -> tuple[int, int]:
    """Root of a line that is asked for less than normal, and the buyer that it comes from, −1 for none."""
    worst, arc = CLOSE * network.output[line], -1
    for k in range(network.out_start[line], network.out_start[line + 1]):
        e = network.out_arc[k]
        if network.flow[e] - state.order[e, 0] > worst:
            worst, arc = network.flow[e] - state.order[e, 0], e
    if arc < 0:
        rows = events.swings
        row = _lowest_window(rows.target, rows.begin, rows.end, rows.factor, line, day)
        first = len(events.outages.line) + len(events.closures.target)
        return (first + row if row >= 0 else -1), -1
    if hits.share[hits.link_row[arc], 0] < 1:
        return _closure(events, arc, day), -1
    buyer = trace.arc_line[arc]
    return trace.root_before[buyer], buyer


@njit(cache=True, nogil=True, error_model="numpy")
def trace_links(
    network: FirmNetwork, state: FirmState, hits: Hits, events: FirmEvents, trace: Trace, day: int, flags: Flags
) -> None:
    """Add what each link delivers too little today, and keep the root of the day on which that began."""
    for e in range(len(network.flow)):
        j, order = network.supplier[e], state.order[e, 0]
        sent = order * state.filled[j, 0]
        if flags.by_level:
            sent = passed(order, network.flow[e], network.rank[e], state.level[j, 0], state.tier[j, 0])
        if network.flow[e] - sent <= CLOSE * network.flow[e]:
            continue
        if trace.missing[e] <= 0:
            cut = hits.share[hits.link_row[e], 0] < min(1.0, state.filled[j, 0])
            trace.arc_root[e] = _closure(events, e, day) if cut else trace.root[j]
            for k in range(STEPS):
                trace.arc_path[e, k] = -1 if cut else trace.path[j, k]
        trace.missing[e] += network.flow[e] - sent
