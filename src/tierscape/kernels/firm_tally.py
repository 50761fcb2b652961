"""What is kept of a simulated block: losses, days, marks of artefacts, and paths where they are asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_events import Hits
from tierscape.kernels.firm_extended import passed
from tierscape.kernels.firm_links import FirmState, Flags
from tierscape.kernels.firm_network import FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STARVED_DAYS = 14
"""Days without output, with orders and without an event, after which a line counts as starved."""


class Tally(NamedTuple):
    """Sums of a block, float64 whatever the precision of the state; the last axis is the lane.

    ``worth`` weighs lines in all that adds over lines, ``added`` in the value added alone. ``lost_row`` is the row of a line with final demand in ``lost``, −1
    without; ``group`` the row of a line in the paths, −1 for none. ``today`` holds, for the day: lost and asked final
    demand, output below normal (weighted), the least x/P0, the greatest D − 1.05·P0, value added below normal. ``stalled`` says whether a
    line was idle yesterday. ``live`` is 1 until a lane has
    recovered. Days that never came are −1.
    """

    worth: Floats
    added: Floats
    lost_row: Ints
    group: Ints
    live: Floats
    today: Floats
    lost: Floats
    lost_output: Floats
    lost_value: Floats
    peak: Floats
    first_loss: Ints
    last_low: Ints
    last_unstocked: Ints
    restocking: NDArray[np.bool_]
    idle: NDArray[np.int32]
    waiting: NDArray[np.bool_]
    stalled: NDArray[np.bool_]
    starved: Ints
    starved_line: Ints
    stopped: Ints
    daily: Floats
    made: Floats
    unmet: Floats


def blank_tally(network: FirmNetwork, lanes: int, days: int, worth: Floats, added: Floats, group: Ints) -> Tally:
    """Make the sums at zero; paths stand at what a calm day gives, so days after recovery need no writing."""
    lines, groups = len(network.output), int(group.max(initial=-1)) + 1
    selling = network.demand > 0
    normal = np.bincount(group[group >= 0], network.output[group >= 0], groups)
    return Tally(
        worth=worth,
        added=added,
        lost_row=np.where(selling, np.cumsum(selling) - 1, -1),
        group=group,
        live=np.ones(lanes),
        today=np.zeros((6, lanes)),
        lost=np.zeros((int(selling.sum()), lanes)),
        lost_output=np.zeros(lanes),
        lost_value=np.zeros(lanes),
        peak=np.zeros(lanes),
        first_loss=np.full(lanes, -1, np.int64),
        last_low=np.full(lanes, -1, np.int64),
        last_unstocked=np.full(lanes, -1, np.int64),
        restocking=np.zeros(lanes, np.bool_),
        idle=np.zeros((lines, lanes), np.int32),
        waiting=np.zeros(lines, np.bool_),
        stalled=np.zeros(1, np.bool_),
        starved=np.zeros(lanes, np.int64),
        starved_line=np.full(lanes, -1, np.int64),
        stopped=np.full(lanes, -1, np.int64),
        daily=np.zeros((days, lanes)),
        made=np.tile(normal[None, :, None], (days, 1, lanes)),
        unmet=np.zeros((days, groups, lanes)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def tally_day(network: FirmNetwork, state: FirmState, hits: Hits, tally: Tally, day: int, flags: Flags) -> None:
    """Add what all lines made, lost and were asked for today."""
    today, live, made, orders, outputs = tally.today, tally.live, state.made, state.orders, network.output
    worth, added, group, lost_row, kept = tally.worth, tally.added, tally.group, tally.lost_row, tally.made
    lanes = today.shape[1]
    for b in range(lanes):
        today[0, b] = today[1, b] = today[2, b] = today[5, b] = 0.0
        today[3, b], today[4, b] = np.inf, -np.inf
    for line in range(len(outputs)):
        output, row = np.float64(outputs[line]), group[line]
        value, most = worth[line] * output, 1.05 * output
        for b in range(lanes):
            r, over = np.float64(made[line, b]), np.float64(orders[line, b]) - most
            today[2, b] += value - value * r
            today[3, b] = r if r < today[3, b] else today[3, b]
            today[4, b] = over if over > today[4, b] else today[4, b]
        if added[line] != 0.0:
            value = added[line] * output
            for b in range(lanes):
                today[5, b] += value - value * np.float64(made[line, b])
        if row >= 0:
            for b in range(lanes):
                if live[b] > 0:
                    kept[day, row, b] += output * (np.float64(made[line, b]) - 1.0)
        if lost_row[line] >= 0:
            _tally_demand(network, state, hits, tally, line, day, flags)


@njit(cache=True, nogil=True, error_model="numpy")
def _tally_demand(
    network: FirmNetwork, state: FirmState, hits: Hits, tally: Tally, line: int, day: int, flags: Flags
) -> None:
    demand, worth, swing = network.demand[line], tally.worth[line], hits.swing[hits.swing_row[line]]
    noise = 1e-12 if state.made.itemsize == 8 else 1e-6
    filled, lost = state.filled[line], tally.lost[tally.lost_row[line]]
    for b in range(len(filled)):
        asked = np.float64(demand * swing[b])
        met = asked * np.float64(filled[b])
        if flags.by_level:
            rank, level, tier = network.demand_rank[line], state.level[line, b], state.tier[line, b]
            met = np.float64(passed(demand * swing[b], demand, rank, level, tier))
        unmet = asked - met if asked - met > noise * asked else 0.0
        tally.today[0, b] += worth * unmet
        tally.today[1, b] += worth * asked
        lost[b] += unmet * tally.live[b]
        if tally.group[line] >= 0:
            tally.unmet[day, tally.group[line], b] += unmet * tally.live[b]


@njit(cache=True, nogil=True, error_model="numpy")
def count_idle(network: FirmNetwork, state: FirmState, hits: Hits, tally: Tally) -> None:
    """Count days at zero output with orders and no event of its own; the 14th makes a line starved."""
    lanes = state.made.shape[1]
    for line in range(len(network.output)):
        made, stopped = state.made[line], 0
        for b in range(lanes):
            stopped += 1 if made[b] <= 1e-9 else 0
        if stopped == 0 and not tally.waiting[line]:
            continue
        tally.waiting[line] = stopped > 0
        left, idle = hits.left[hits.line_row[line]], tally.idle[line]
        for b in range(lanes):
            stuck = made[b] <= 1e-9 and state.orders[line, b] > 0 and left[b] >= 1
            idle[b] = idle[b] + 1 if stuck else 0
            if idle[b] == STARVED_DAYS and tally.live[b] > 0:
                tally.starved[b] += 1
                tally.starved_line[b] = line if tally.starved_line[b] < 0 else tally.starved_line[b]


@njit(cache=True, nogil=True, error_model="numpy")
def close_day(network: FirmNetwork, state: FirmState, hits: Hits, tally: Tally, short: Floats, day: int) -> bool:
    """Add the day to the sums of each live lane, retire lanes that have recovered, and say whether one is left.

    A lane has recovered when no event is left, x ≥ 0.999 P0 in all lines and S ≥ 0.99 n A in all links.
    """
    running, still = False, False
    for b in range(len(short)):
        still |= tally.today[3, b] <= 1e-9
    if still or tally.stalled[0]:  # a day without any idle line ends all counts
        count_idle(network, state, hits, tally)
    tally.stalled[0] = still
    for b in range(len(short)):
        if tally.live[b] <= 0:
            continue
        lost, asked, below = tally.today[0, b], tally.today[1, b], tally.today[2, b]
        least, above = tally.today[3, b], tally.today[4, b]
        tally.daily[day, b] = lost
        tally.lost_output[b] += below
        tally.lost_value[b] += tally.today[5, b]
        if lost > 0:
            tally.peak[b] = max(tally.peak[b], lost / asked)
            tally.first_loss[b] = day if tally.first_loss[b] < 0 else tally.first_loss[b]
        tally.last_low[b] = day if least < 0.99 else tally.last_low[b]
        tally.last_unstocked[b] = day if short[b] > 0 else tally.last_unstocked[b]
        after = day > hits.last_day[b]
        tally.restocking[b] |= after and above > 0
        if after and least >= 0.999 and short[b] <= 0:
            tally.live[b] = 0.0
            tally.stopped[b] = day + 1
        else:
            running = True
    return running
