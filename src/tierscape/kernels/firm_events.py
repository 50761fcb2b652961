"""What goes wrong and when, scenario by scenario, and what is left of capacity, lanes and demand on a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROFILES = ("step", "linear", "slow", "fast")
"""How lost capacity comes back; ``Outages.profile`` is a position here."""


class Outages(NamedTuple):
    """Lost capacity of lines; rows ``start[s]`` to ``start[s + 1]`` belong to scenario s.

    From day ``begin`` the share ``loss`` δ0 is lost for ``hold`` days; then, with u = (day − begin − hold)/ramp from 0 to 1,
    step 0 · linear δ0(1 − u) · slow δ0(1 − u²) · fast δ0(1 − u)².
    """

    start: Ints
    line: Ints
    begin: Floats
    hold: Floats
    ramp: Floats
    loss: Floats
    profile: Ints


class Windows(NamedTuple):
    """Factors on links or on demand; rows ``start[s]`` to ``start[s + 1]`` belong to scenario s.

    On the days ``begin`` ≤ day < ``end`` the target is multiplied by ``factor``: for a link ρ, the share of orders that can
    pass (0 is closed; what a way round can carry is added to it); for demand the size of the swing.
    """

    start: Ints
    target: Ints
    begin: Floats
    end: Floats
    factor: Floats


class FirmEvents(NamedTuple):
    """All that happens in each of ``len(outages.start) − 1`` scenarios. Events that overlap multiply what is left."""

    outages: Outages
    closures: Windows
    swings: Windows

    @property
    def scenarios(self) -> int:
        """Number of scenarios."""
        return len(self.outages.start) - 1


def no_outages(scenarios: int) -> Outages:
    """Give scenarios without an outage."""
    none = np.zeros(0)
    whole = np.zeros(0, np.int64)
    return Outages(np.zeros(scenarios + 1, np.int64), whole, none, none, none, none, whole)


def no_windows(scenarios: int) -> Windows:
    """Give scenarios without a closure or swing."""
    none = np.zeros(0)
    return Windows(np.zeros(scenarios + 1, np.int64), np.zeros(0, np.int64), none, none, none)


def stacked(first: FirmEvents, second: FirmEvents) -> FirmEvents:
    """Put the scenarios of one behind those of another."""

    def joined(a: Outages | Windows, b: Outages | Windows) -> list[NDArray[np.generic]]:
        start = np.concatenate((a.start, a.start[-1] + b.start[1:]))
        return [start, *(np.concatenate(pair) for pair in zip(a[1:], b[1:], strict=True))]

    return FirmEvents(
        Outages(*joined(first.outages, second.outages)),  # type: ignore[arg-type]
        Windows(*joined(first.closures, second.closures)),  # type: ignore[arg-type]
        Windows(*joined(first.swings, second.swings)),  # type: ignore[arg-type]
    )


def take_scenarios(events: FirmEvents, ids: Ints) -> FirmEvents:
    """Give the events of some scenarios, in the order of ``ids``; −1 is a scenario in which nothing happens."""
    return FirmEvents(
        _take_outages(events.outages, ids), _take_windows(events.closures, ids), _take_windows(events.swings, ids)
    )


def _take_outages(rows: Outages, ids: Ints) -> Outages:
    start, pick = _rows_of(rows.start, ids)
    return Outages(
        start, rows.line[pick], rows.begin[pick], rows.hold[pick], rows.ramp[pick], rows.loss[pick], rows.profile[pick]
    )


def _take_windows(rows: Windows, ids: Ints) -> Windows:
    start, pick = _rows_of(rows.start, ids)
    return Windows(start, rows.target[pick], rows.begin[pick], rows.end[pick], rows.factor[pick])


def _rows_of(start: Ints, ids: Ints) -> tuple[Ints, Ints]:
    """Pointers of the chosen scenarios, and the rows that they hold."""
    known = ids >= 0
    count = np.where(known, start[ids + 1] - start[ids], 0)
    first = np.cumsum(count) - count
    within = np.arange(count.sum()) - np.repeat(first, count)
    return np.concatenate(([0], np.cumsum(count))), np.repeat(start[ids], count) + within


class Hits(NamedTuple):
    """Factors on one block of scenarios, as tables [row, lane] with one row for each thing that is hit.

    Row 0 of each table belongs to all that is never hit, and stays at 1. ``line_row``, ``link_row`` and ``swing_row`` say
    which row is whose. ``last_day`` is the last day on which an event of the lane acts, −1 without one.
    """

    line_row: Ints
    link_row: Ints
    swing_row: Ints
    left: Floats
    share: Floats
    share_before: Floats
    swing: Floats
    last_day: Ints


def block_hits(events: FirmEvents, lines: int, links: int, precision: str = "float64") -> Hits:
    """Make the tables of one block, all at 1; the lanes are the scenarios of ``events``."""
    lanes = events.scenarios
    line_row, left = _table(events.outages.line, lines, lanes, precision)
    link_row, share = _table(events.closures.target, links, lanes, precision)
    swing_row, swing = _table(events.swings.target, lines, lanes, precision)
    ends = np.concatenate((_last_outage_days(events.outages), _last_days(events.closures), _last_days(events.swings)))
    starts = (events.outages.start, events.closures.start, events.swings.start)
    lane = np.concatenate([np.repeat(np.arange(lanes), np.diff(start)) for start in starts])
    last = np.full(lanes, -1, np.int64)
    np.maximum.at(last, lane, ends)
    return Hits(line_row, link_row, swing_row, left, share, share.copy(), swing, last)


def active_days(events: FirmEvents, horizon_days: int) -> NDArray[np.bool_]:
    """Say on which days an event acts, shape (days, scenarios)."""
    active = np.zeros((horizon_days + 1, events.scenarios), np.int64)
    for rows, last in (
        (events.outages, _last_outage_days(events.outages)),
        (events.closures, _last_days(events.closures)),
        (events.swings, _last_days(events.swings)),
    ):
        lane = np.repeat(np.arange(events.scenarios), np.diff(rows.start))
        first = np.ceil(np.maximum(rows.begin, 0)).astype(np.int64)
        acts = last >= first
        np.add.at(active, (np.minimum(first, horizon_days)[acts], lane[acts]), 1)
        np.add.at(active, (np.minimum(last + 1, horizon_days)[acts], lane[acts]), -1)
    return np.asarray(np.cumsum(active[:-1], axis=0) > 0)


def _table(target: Ints, count: int, lanes: int, precision: str) -> tuple[Ints, Floats]:
    hit, row = np.unique(target), np.zeros(count, np.int64)
    row[hit] = np.arange(1, len(hit) + 1)
    return row, np.ones((len(hit) + 1, lanes), precision)


def _last_outage_days(outages: Outages) -> Ints:
    ramp = np.where(outages.profile == PROFILES.index("step"), 0.0, outages.ramp)
    return np.asarray(np.ceil(outages.begin + outages.hold + ramp) - 1, dtype=np.int64)


def _last_days(windows: Windows) -> Ints:
    return np.asarray(np.ceil(windows.end) - 1, dtype=np.int64)


@njit(cache=True, nogil=True, error_model="numpy")
def lost_share(day: float, begin: float, hold: float, ramp: float, loss: float, profile: int) -> float:
    """δ, the share of capacity that one outage takes on a day."""
    if day < begin:
        return 0.0
    past = day - begin - hold
    if past < 0:
        return loss
    if profile == 0 or past >= ramp:
        return 0.0
    u = past / ramp
    if profile == 1:
        return loss * (1.0 - u)
    if profile == 2:
        return loss * (1.0 - u * u)
    return loss * (1.0 - u) * (1.0 - u)


@njit(cache=True, nogil=True, error_model="numpy")
def apply_events(events: FirmEvents, hits: Hits, day: int) -> None:
    """Set the tables to a day: Π(1 − δ) of capacity, Π ρ of lanes, Π m of demand; yesterday's ρ is kept."""
    _renew(hits.share_before, hits.share)
    _renew(hits.left, hits.left[:1])
    _renew(hits.share, hits.share[:1])
    _renew(hits.swing, hits.swing[:1])
    outages = events.outages
    for lane in range(len(outages.start) - 1):
        for k in range(outages.start[lane], outages.start[lane + 1]):
            lost = lost_share(
                day, outages.begin[k], outages.hold[k], outages.ramp[k], outages.loss[k], outages.profile[k]
            )
            hits.left[hits.line_row[outages.line[k]], lane] *= 1.0 - lost
    _multiply(events.closures, hits.link_row, hits.share, day)
    _multiply(events.swings, hits.swing_row, hits.swing, day)


@njit(cache=True, nogil=True, error_model="numpy")
def _renew(table: Floats, source: Floats) -> None:
    """Copy the source, or its only row, the ones, into every row."""
    for r in range(len(table)):
        row = source[r if len(source) > 1 else 0]
        for b in range(len(row)):
            table[r, b] = row[b]


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply(windows: Windows, row: Ints, table: Floats, day: int) -> None:
    for lane in range(len(windows.start) - 1):
        for k in range(windows.start[lane], windows.start[lane + 1]):
            if windows.begin[k] <= day < windows.end[k]:
                table[row[windows.target[k]], lane] *= windows.factor[k]
