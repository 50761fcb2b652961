"""A network, its hazards and the rules as one thing to run: scenarios in, losses out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Dynamics, Run, Shocks
from tierscape.analyses.stress.memory import block_for, lanes_for, needed_lanes
from tierscape.kernels.firm_ario import FirmOutcome, FirmRules, simulate_firms
from tierscape.kernels.firm_events import PROFILES, FirmEvents, active_days, take_scenarios
from tierscape.kernels.firm_flags import find_artefacts
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.kernels.hazard_draws import Chances, Hazards, draw
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.hazards import Hazard, hazard_arrays, struck_once
from tierscape.sweep import Kernel, sweep, terminal_bar

FIXED = ("events", "lost_output", "lost_margin", "reroute_cost", "peak_loss_share", "first_loss_day", "day_recovered",
         "stock_recovered_day", "restocking_peak", "starved", "truncated", "echo_share")  # fmt: skip
"""Metrics of a scenario before those of each line with final demand and of each part."""
DAYS = ("first_loss_day", "day_recovered", "stock_recovered_day")
"""Metrics that are days, −1 for never."""
MOST_PARTS = 200
"""Parts above which output lost by part, and so by tier, is not kept."""


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
    margin : numpy.ndarray, shape (k,)
        Margin a unit of each line with final demand, 0 where unknown.
    group : numpy.ndarray of int, shape (n,)
        Part of each line, −1 for stores; empty where too many parts are there.
    lanes : int
        Scenarios side by side, at most.
    """

    network: FirmNetwork
    hazards: Hazards
    chances: Chances
    rules: FirmRules
    worth: Floats
    margin: Floats
    group: Ints
    lanes: int


class Losses(NamedTuple):
    """What scenarios came to, N of them.

    Parameters
    ----------
    metrics : dict of str to numpy.ndarray, shape (N,)
        By the names of ``FIXED``; days that never came are −1.
    lost_units : numpy.ndarray, shape (N, k)
        Final demand lost at each line with final demand.
    lost_parts : numpy.ndarray, shape (N, parts)
        Output lost of each part, units; without columns if it was not kept.
    """

    metrics: dict[str, Floats]
    lost_units: Floats
    lost_parts: Floats

    @property
    def money(self) -> Floats:
        """Margin lost and cost of ways round, shape (N,)."""
        return np.asarray(self.metrics["lost_margin"] + self.metrics["reroute_cost"])


@dataclass(frozen=True, eq=False)
class Study:
    """A network, its hazards and the rules, ready to be run.

    Parameters
    ----------
    firm : FirmLines
    hazards : tuple of Hazard
    case : Case
    parts : tuple of str
        Numbers in ``case.group``.
    margin_known : bool
        Some product has a margin; else losses are in units only.
    output_known : bool
        All products have a value; else the value of lost output is not known.
    """

    firm: FirmLines
    hazards: tuple[Hazard, ...]
    case: Case
    parts: tuple[str, ...]
    margin_known: bool
    output_known: bool

    @property
    def demand_lines(self) -> Ints:
        """Lines with final demand, in the order of ``Losses.lost_units``."""
        return np.flatnonzero(self.case.network.demand > 0)


def make_study(firm: FirmLines, hazards: Sequence[Hazard], shocks: Shocks, dynamics: Dynamics) -> Study:
    """Put together what scenarios of a network run on.

    Parameters
    ----------
    firm : FirmLines
    hazards : sequence of Hazard
    shocks : Shocks
    dynamics : Dynamics

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        The simulation does not fit the memory that is free.
    """
    parts = firm.lines["part"].unique().sort()
    store = firm.lines["site"].str.starts_with("store:").to_numpy()
    number = np.where(store, -1, np.searchsorted(parts.to_numpy(), firm.lines["part"].to_numpy()))
    wide = firm.arrays.demand > 0
    transit: Literal["none", "pipeline"] = "pipeline" if firm.pipeline else "none"
    rules = FirmRules(
        tau_days=dynamics.tau_days,
        horizon_days=dynamics.days(shocks.years),
        order_basis=dynamics.order_basis,
        rationing=dynamics.rationing,
        reorder=dynamics.reorder,
        transit=transit if dynamics.transit == "auto" else dynamics.transit,
        precision=dynamics.precision,
    )
    group = number.astype(np.int64) if len(parts) <= MOST_PARTS else np.zeros(0, np.int64)
    case = Case(
        network=firm.arrays,
        hazards=hazard_arrays(hazards),
        chances=chances_of(shocks),
        rules=rules,
        worth=np.where(np.isnan(firm.worth), wide * 1.0, firm.worth),  # demand must count to be seen as lost
        margin=np.nan_to_num(firm.margin[wide]),
        group=group,
        lanes=lanes_for(firm.arrays, rules, int(group.max(initial=-1)) + 1),
    )
    return Study(
        firm,
        tuple(hazards),
        case,
        tuple(parts.to_list()),
        margin_known=bool(np.isfinite(firm.margin[wide]).any()),
        output_known=bool(np.isfinite(firm.worth[wide]).all()),
    )


def chances_of(shocks: Shocks) -> Chances:
    """Give how hazards are drawn."""
    return Chances(
        shocks.seed, shocks.years, shocks.duration_p95_ratio, shocks.hit_share, PROFILES.index(shocks.recovery),
        shocks.recovery_days,
    )  # fmt: skip


def run_drawn(case: Case, scenarios: int | Ints, run: Run, *, title: str = "Scenarios") -> Losses:
    """Draw and run scenarios.

    Parameters
    ----------
    case : Case
    scenarios : int or numpy.ndarray of int
        How many, or which.
    run : Run
        Changes no bit of the answer.
    title : str
        Before the bar.

    Returns
    -------
    Losses
        The same scenario sees the same events whatever the network, so two networks can be compared one by one.

    Raises
    ------
    SweepStopped
        Ctrl-C was pressed; finished blocks are kept if ``run.store`` names a folder.
    """
    return _losses(case, swept(simulate_drawn, case, scenarios, run, title=title, lanes=case.lanes))


def run_certain(study: Study, hazards: Sequence[Hazard], run: Run, *, title: str = "What-ifs") -> Losses:
    """Run one scenario for each hazard, in which it strikes for certain on day 1.

    Parameters
    ----------
    study : Study
    hazards : sequence of Hazard
    run : Run
    title : str

    Returns
    -------
    Losses
    """
    chances = study.case.chances
    events = struck_once(hazards, profile=chances.profile, ramp_days=chances.ramp_days)
    cost = np.array([float(np.nan_to_num(h.cost).sum() * h.days) for h in hazards])
    return run_events(study.case, events, cost, run, title=title)


def run_events(case: Case, events: FirmEvents, cost: Floats, run: Run, *, title: str) -> Losses:
    """Run given scenarios.

    Parameters
    ----------
    case : Case
    events : FirmEvents
    cost : numpy.ndarray, shape (scenarios,)
        Money of ways round.
    run : Run
    title : str

    Returns
    -------
    Losses
    """
    return _losses(case, swept(simulate_certain, (case, events, cost), len(cost), run, title=title, lanes=case.lanes))


def swept(kernel: Kernel, arrays: Any, scenarios: int | Ints, run: Run, *, title: str, lanes: int) -> Floats:
    """Sweep a kernel as ``run`` says, with a bar where standard error is a terminal.

    Parameters
    ----------
    kernel, arrays, scenarios
        As in ``tierscape.sweep.sweep``.
    run : Run
    title : str
    lanes : int
        Scenarios that the kernel runs side by side: a block holds as many, if there is one for each worker.

    Returns
    -------
    numpy.ndarray
        As ``tierscape.sweep.sweep`` gives it.
    """
    number = scenarios if isinstance(scenarios, int) else len(scenarios)
    store = None if run.store is None else Path(run.store)
    with terminal_bar(title) if run.progress else _silent() as progress:
        return sweep(
            kernel,
            arrays,
            scenarios,
            block=block_for(number, lanes, run.jobs) if run.block is None else run.block,
            backend=run.backend,
            jobs=run.jobs,
            progress=progress,
            store=store,
        )


def _losses(case: Case, rows: Floats) -> Losses:
    selling, fixed = int((case.network.demand > 0).sum()), len(FIXED)
    metrics = {name: rows[:, i].copy() for i, name in enumerate(FIXED)}
    return Losses(metrics, rows[:, fixed : fixed + selling], rows[:, fixed + selling :])


@contextmanager
def _silent() -> Iterator[None]:
    yield None


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
        outcome = simulate_firms(
            case.network, here, case.rules, worth=case.worth, group=group, lanes=needed_lanes(len(ids))
        )
        rows[ids] = np.concatenate(
            (_fixed(case, here, outcome), outcome.lost_units, _lost_parts(case, outcome)), axis=1
        )
    return rows


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
            none, outcome.lost_output, outcome.lost_units @ case.margin, none, outcome.peak_loss_share,
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
    half, twice = (simulate_drawn(case._replace(rules=case.rules._replace(tau_days=tau)), ids)[:, at] for tau in taus)
    return half, twice


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
        outcome = simulate_firms(case.network, here, case.rules, group=case.group, lanes=needed_lanes(len(part)))
        rows[part] -= outcome.unmet
    return np.asarray(rows.reshape(len(ids), -1), dtype=np.float64)
