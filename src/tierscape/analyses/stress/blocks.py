"""Blocks of scenarios: drawn or given, run by the model of firms or of sectors, one row of metrics each."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.stress.memory import needed_lanes
from tierscape.analyses.stress.sectors import SectorCase, sector_outcome
from tierscape.kernels.firm_ario import FirmOutcome, FirmRules, simulate_firms
from tierscape.kernels.firm_events import FirmEvents, active_days, take_scenarios
from tierscape.kernels.firm_flags import find_artefacts
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.kernels.hazard_draws import Chances, Hazards, draw

FIXED = ("events", "lost_output", "lost_value_added", "lost_margin", "reroute_cost", "peak_loss_share", "first_loss_day", "day_recovered",
         "stock_recovered_day", "restocking_peak", "starved", "truncated", "echo_share")  # fmt: skip
"""Metrics of a scenario before those of each line with final demand and of each part."""
DAYS = ("first_loss_day", "day_recovered", "stock_recovered_day")
"""Metrics that are days, −1 for never."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Case(NamedTuple):
    """What a worker reads to draw and run scenarios.

    Parameters
    ----------
    network : FirmNetwork
    hazards : Hazards
    chances : Chances
    rules : FirmRules
    worth : numpy.ndarray, shape (n,)
        Money a unit of each line; where unknown 0, for lines with final demand 1.
    added : numpy.ndarray, shape (n,)
        Value added in a unit of each line, 0 where unknown.
    margin : numpy.ndarray, shape (k,)
        Margin a unit of each line with final demand, 0 where unknown.
    group : numpy.ndarray of int, shape (n,)
        Part of each line, −1 for stores; empty where too many parts are there.
    lanes : int
        Scenarios side by side, at most.
    sector : SectorCase, optional
        The model of sectors runs instead of that of firms.
    """

    network: FirmNetwork
    hazards: Hazards
    chances: Chances
    rules: FirmRules
    worth: Floats
    added: Floats
    margin: Floats
    group: Ints
    lanes: int
    sector: SectorCase | None = None


def simulate_drawn(case: Case, ids: Ints) -> Floats:
    """Draw and run a block: the kernel of a sweep, one row of metrics a scenario."""
    drawn = draw(case.hazards, case.chances, ids, case.rules.horizon_days)
    rows = _metrics(case, drawn.events, np.flatnonzero(drawn.number), len(ids))
    rows[:, FIXED.index("events")] = drawn.number
    rows[:, FIXED.index("reroute_cost")] = drawn.cost
    return rows


def simulate_certain(arrays: tuple[Case, FirmEvents, Floats], ids: Ints) -> Floats:
    """Run a block of given scenarios: the kernel of a sweep."""
    case, events, cost = arrays
    rows = _metrics(case, take_scenarios(events, ids), np.arange(len(ids)), len(ids))
    rows[:, FIXED.index("events")] = 1.0
    rows[:, FIXED.index("reroute_cost")] = cost[ids]
    return rows


def _metrics(case: Case, events: FirmEvents, busy: Ints, scenarios: int) -> Floats:
    """Run the scenarios in which something happens; in the others nothing is lost, and no day comes."""
    selling, parts = int((case.network.demand > 0).sum()), int(case.group.max(initial=-1)) + 1
    rows = np.zeros((scenarios, len(FIXED) + selling + parts))
    for name in DAYS:
        rows[:, FIXED.index(name)] = -1.0
    group = case.group if parts else None
    for first in range(0, len(busy), case.lanes):
        ids = busy[first : first + case.lanes]
        here = take_scenarios(events, ids)
        outcome = simulated(case, here, group, needed_lanes(len(ids)))
        rows[ids] = np.concatenate(
            (_fixed(case, here, outcome), outcome.lost_units, _lost_parts(case, outcome)), axis=1
        )
    return rows


def simulated(case: Case, events: FirmEvents, group: Ints | None, lanes: int) -> FirmOutcome:
    """Run scenarios by the model of the case."""
    if case.sector is not None:
        run = (case.rules.horizon_days, lanes)
        return sector_outcome(case.network, events, case.sector, (case.worth, case.added, group), run)
    return simulate_firms(
        case.network, events, case.rules, worth=case.worth, added=case.added, group=group, lanes=lanes
    )


def _fixed(case: Case, events: FirmEvents, outcome: FirmOutcome) -> Floats:
    marks = find_artefacts(
        outcome, active_days(events, case.rules.horizon_days), float(case.worth @ case.network.demand)
    )
    echo = np.divide(
        marks.loss - marks.loss_without_echo, marks.loss, out=np.zeros_like(marks.loss), where=marks.loss > 0
    )
    none = np.zeros(len(outcome.lost_output))
    return np.column_stack(
        (
            none, outcome.lost_output, outcome.lost_value, outcome.lost_units @ case.margin, none, outcome.peak_loss_share,
            outcome.first_loss_day, outcome.day_recovered, outcome.stock_recovered_day, marks.restocking_peak,
            marks.starved, marks.truncated, echo,
        )
    )  # fmt: skip


def _lost_parts(case: Case, outcome: FirmOutcome) -> Floats:
    """Give the output lost of each part; on days that were not run all is normal."""
    if not outcome.made.shape[2]:
        return np.zeros((len(outcome.lost_output), 0))
    known = case.group >= 0
    normal = np.bincount(case.group[known], case.network.output[known], outcome.made.shape[2])
    lost = (normal - outcome.made).sum(axis=1)
    return np.asarray(np.where(np.abs(lost) > 1e-9 * normal, lost, 0.0))


def tau_range(case: Case, ids: Ints) -> tuple[Floats, Floats]:
    """Give the money lost in some drawn scenarios with half and with twice the time in which stock is ordered again.

    Parameters
    ----------
    case : Case
    ids : numpy.ndarray of int, shape (m,)

    Returns
    -------
    half, twice : numpy.ndarray, shape (m,)
    """
    at = FIXED.index("lost_margin")
    taus = (max(case.rules.tau_days / 2, 1.0), case.rules.tau_days * 2)
    half, twice = (simulate_drawn(_paced(case, tau), ids)[:, at] for tau in taus)
    return half, twice


def _paced(case: Case, tau: float) -> Case:
    """Give the case with another time in which stock is ordered again."""
    sector = None if case.sector is None else case.sector._replace(rules=replace(case.sector.rules, restock_days=tau))
    return case._replace(rules=case.rules._replace(tau_days=tau), sector=sector)


def simulate_delivered(case: Case, ids: Ints) -> Floats:
    """Draw a block and give what is delivered of each product on each day: the kernel of a sweep.

    Parameters
    ----------
    case : Case
        ``group`` numbers the products of lines with final demand, −1 for all others.
    ids : numpy.ndarray of int, shape (m,)

    Returns
    -------
    numpy.ndarray, shape (m, days · products)
        Units a day, products of a day side by side.
    """
    known = case.group >= 0
    normal = np.bincount(case.group[known], case.network.demand[known])
    drawn = draw(case.hazards, case.chances, ids, case.rules.horizon_days)
    rows: Floats = np.array(np.broadcast_to(normal, (len(ids), case.rules.horizon_days, len(normal))), dtype=np.float64)
    busy = np.flatnonzero(drawn.number)
    for first in range(0, len(busy), case.lanes):
        part = busy[first : first + case.lanes]
        here = take_scenarios(drawn.events, part)
        outcome = simulated(case, here, case.group, needed_lanes(len(part)))
        rows[part] -= outcome.unmet
    return np.asarray(rows.reshape(len(ids), -1), dtype=np.float64)
