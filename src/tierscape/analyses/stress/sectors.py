"""The same scenarios under the dynamics of sectors: lines as rows of a table in money, output that can rise a little above normal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.firm_ario import FirmOutcome
from tierscape.kernels.firm_events import PROFILES, FirmEvents
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.kernels.sector_ario import SectorRules, simulate
from tierscape.kernels.sector_arrays import Outages, SectorTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NORMAL = 0.99
"""Share of normal output from which a day counts as recovered."""
LASTING = 7


class SectorCase(NamedTuple):
    """What the sector model reads beside a case.

    Parameters
    ----------
    rules : SectorRules
    price : numpy.ndarray, shape (n,)
        Money a unit of each line, the same for all lines of a part; above 0.
    """

    rules: SectorRules
    price: Floats


class Rows(NamedTuple):
    """A table of the lines that make anything.

    Parameters
    ----------
    table : SectorTable
    line : numpy.ndarray of int64, shape (rows,)
        Line of each row.
    asked : numpy.ndarray, shape (rows,)
        Share of what leaves the table that is final demand; the rest are inputs that stop nobody.
    """

    table: SectorTable
    line: Ints
    asked: Floats


def sector_rows(network: FirmNetwork, case: SectorCase) -> Rows:
    """State firm lines as a table of sectors, in money a day.

    Essential inputs are the classes; all others are sold as final demand, so that they are made and stop nobody. A buyer's
    stock is its days of use, today's included, and at least 1/ψ, below which the model itself would run dry.
    """
    slot = np.repeat(np.arange(len(network.slot_flow)), np.diff(network.arc_start))
    owner = np.repeat(np.arange(len(network.output)), np.diff(network.slot_start))
    supplier = network.supplier.astype(np.int64)
    money = network.flow * case.price[supplier]
    line = np.flatnonzero(network.output > 0)
    row = np.full(len(network.output), -1, np.int64)
    row[line] = np.arange(len(line))
    used = network.essential[slot] & (money > 0) & (row[owner[slot]] >= 0)
    arcs = np.flatnonzero(used)
    kept = np.unique(slot[arcs])
    bought = np.bincount(slot[arcs], money[arcs], len(network.slot_flow))
    output = (network.output * case.price)[line]
    sold = np.bincount(row[supplier[arcs]], money[arcs], len(line))
    final = np.maximum(output - sold, 0.0)
    final[final < 1e-12 * output] = 0.0
    table = SectorTable(
        slot_start=np.searchsorted(row[owner[kept]], np.arange(len(line) + 1)).astype(np.int64),
        arc_start=np.searchsorted(slot[arcs], np.append(kept, len(network.slot_flow))).astype(np.int64),
        supplier=row[supplier[arcs]].astype(np.uint32), flow=money[arcs], share=money[arcs] / bought[slot[arcs]],
        use=bought[kept] / output[row[owner[kept]]], stock_days=np.maximum(network.slot_days[kept], 1.0 / case.rules.psi),
        output=output, final=final,
    )  # fmt: skip
    demand = (network.demand * case.price)[line]
    return Rows(table, line, np.divide(demand, final, out=np.zeros(len(line)), where=final > 0))


def sector_outcome(
    network: FirmNetwork,
    events: FirmEvents,
    case: SectorCase,
    weigh: tuple[Floats, Floats, Ints | None],
    run: tuple[int, int],
) -> FirmOutcome:
    """Run scenarios and tell them as the firm model does; what only firms have stays empty.

    Parameters
    ----------
    network : FirmNetwork
    events : FirmEvents
        Its outages; lanes and demand stay as they are, and recovery along a curve is taken as even.
    case : SectorCase
    weigh : (worth, added, group)
        As in ``simulate_firms``.
    run : (days, lanes)

    Returns
    -------
    FirmOutcome
        ``made`` has one day, on which all that a part lacks is missing.
    """
    (worth, added, group), (days, lanes) = weigh, run
    rows = sector_rows(network, case)
    selling = np.flatnonzero(network.demand > 0)
    number = np.full(len(network.output), -1, np.int64)
    number[selling] = np.arange(len(selling))
    lost = simulate(
        rows.table, _outages(network, events), days=days, rules=case.rules, lanes=lanes, group=number[rows.line]
    )
    each = rows.asked / case.price[rows.line]
    asked = np.zeros(len(selling))
    mine = number[rows.line] >= 0
    asked[number[rows.line][mine]] = each[mine]
    unmet = lost.unmet * asked  # units of each line with demand, day by day
    daily = unmet @ worth[selling]
    gone = np.zeros((len(lost.lost_output), len(network.output)))
    gone[:, rows.line] = lost.lost_output / case.price[rows.line]
    normal = float(rows.table.output.sum())
    low = lost.total_output < NORMAL * normal
    losing = daily > 0
    scenarios = len(daily)
    none = np.zeros(scenarios, np.int64)
    return FirmOutcome(
        demand_line=selling, lost_units=unmet.sum(axis=1), lost_output=gone @ worth, lost_value=gone @ added,
        peak_loss_share=daily.max(axis=1, initial=0.0) / max(float(worth[selling] @ network.demand[selling]), 1e-300),
        first_loss_day=np.where(losing.any(axis=1), losing.argmax(axis=1), -1), day_recovered=_recovered(low),
        stock_recovered_day=none - 1, restocking_peak=none > 0, starved_lines=none, starved_line=none - 1, stopped_day=none - 1,
        daily_loss=daily, made=_short(gone, network.output, group), unmet=_grouped(unmet, selling, group),
    )  # fmt: skip


def _outages(network: FirmNetwork, events: FirmEvents) -> Outages:
    """Give the outages of lines that make anything, by row."""
    rows = events.outages
    runs = network.output > 0
    keep = runs[rows.line]
    scenario = np.repeat(np.arange(len(rows.start) - 1), np.diff(rows.start))[keep]
    start = np.searchsorted(scenario, np.arange(len(rows.start)))
    row = np.cumsum(runs) - 1
    ramp = np.where(rows.profile == PROFILES.index("step"), 0.0, rows.ramp)
    return Outages(start, row[rows.line[keep]], rows.begin[keep], rows.hold[keep], ramp[keep], rows.loss[keep])


def _recovered(low: NDArray[np.bool_]) -> Ints:
    """First day of the last stretch at normal output: −1 if it was never left, the number of days if the stretch is too short."""
    days = low.shape[1]
    last = np.where(low.any(axis=1), days - 1 - low[:, ::-1].argmax(axis=1), -1)
    return np.asarray(np.where(last < 0, -1, np.where(last + 1 + LASTING <= days, last + 1, days)))


def _short(gone: Floats, output: Floats, group: Ints | None) -> Floats:
    """Normal output less what is missing, one day, by group."""
    if group is None:
        return np.zeros((len(gone), 1, 0))
    known = group >= 0
    size = int(group.max(initial=-1)) + 1
    normal = np.bincount(group[known], output[known], size)
    made = (
        np.stack([normal - np.bincount(group[known], row[known], size) for row in gone])
        if len(gone)
        else np.zeros((0, size))
    )
    return made[:, None, :]


def _grouped(unmet: Floats, selling: Ints, group: Ints | None) -> Floats:
    """Final demand missed by group and day."""
    size = 0 if group is None else int(group.max(initial=-1)) + 1
    out = np.zeros((*unmet.shape[:2], size))
    for k, line in enumerate(selling.tolist()):
        if group is not None and group[line] >= 0:
            out[:, :, group[line]] += unmet[:, :, k]
    return out
