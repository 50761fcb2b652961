"""A network, its hazards and the rules as one thing to run: scenarios in, losses out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.stress.added import value_added
from tierscape.analyses.stress.assumptions import Dynamics, Run, Shocks
from tierscape.analyses.stress.blocks import FIXED, Case, simulate_certain, simulate_drawn
from tierscape.analyses.stress.memory import block_for, lanes_for
from tierscape.analyses.stress.sectors import SectorCase
from tierscape.analyses.stress.swings import Swing, swing_events
from tierscape.errors import Finding
from tierscape.kernels.firm_ario import FirmRules
from tierscape.kernels.firm_events import PROFILES, FirmEvents, stacked
from tierscape.kernels.hazard_draws import Chances
from tierscape.kernels.sector_ario import SectorRules
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.hazards import Hazard, hazard_arrays, struck_once
from tierscape.sweep import Kernel, sweep, terminal_bar

MOST_PARTS = 200
"""Parts above which output lost by part, and so by tier, is not kept."""


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    added_known : bool
        The value that some line adds is known.
    findings : tuple of Finding
    """

    firm: FirmLines
    hazards: tuple[Hazard, ...]
    case: Case
    parts: tuple[str, ...]
    margin_known: bool
    output_known: bool
    added_known: bool
    findings: tuple[Finding, ...]

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
        tau_days=dynamics.restock_days,
        horizon_days=dynamics.days(shocks.years),
        order_basis=dynamics.order_basis,
        rationing=dynamics.rationing,
        reorder=dynamics.reorder,
        transit=transit if dynamics.transit == "auto" else dynamics.transit,
        precision=dynamics.precision,
    )
    group = number.astype(np.int64) if len(parts) <= MOST_PARTS else np.zeros(0, np.int64)
    added, added_known, said = value_added(firm)
    case = Case(
        network=firm.arrays,
        hazards=hazard_arrays(hazards),
        chances=chances_of(shocks),
        rules=rules,
        worth=np.where(np.isnan(firm.worth), wide * 1.0, firm.worth),  # demand must count to be seen as lost
        added=added,
        margin=np.nan_to_num(firm.margin[wide]),
        group=group,
        lanes=lanes_for(firm.arrays, rules, int(group.max(initial=-1)) + 1),
        sector=_sector(firm, dynamics) if dynamics.model == "sector" else None,
    )
    return Study(
        firm,
        tuple(hazards),
        case,
        tuple(parts.to_list()),
        margin_known=bool(np.isfinite(firm.margin[wide]).any()),
        output_known=bool(np.isfinite(firm.worth[wide]).all()),
        added_known=added_known,
        findings=(*said, *(_sector_leaves_out(hazards) if dynamics.model == "sector" else ())),
    )


def _sector(firm: FirmLines, dynamics: Dynamics) -> SectorCase:
    """Give the rules of sectors, and one price a part: the mean of its lines by output, 1 where nobody knows."""
    part = np.unique(firm.lines["part"].to_numpy(), return_inverse=True)[1]
    known = np.isfinite(firm.worth) & (firm.worth > 0) & (firm.arrays.output > 0)
    output = np.where(known, firm.arrays.output, 0.0)
    total = np.bincount(part, output)
    money = np.bincount(part, output * np.where(known, firm.worth, 0.0))
    price = np.divide(money, total, out=np.ones(len(total)), where=total > 0)
    rules = SectorRules(
        psi=dynamics.sector.psi, restock_days=dynamics.restock_days, overproduction=dynamics.sector.overproduction,
        overproduction_days=dynamics.sector.overproduction_days, orders=dynamics.reorder,
        precision=dynamics.precision,
    )  # fmt: skip
    return SectorCase(rules, price[part])


def _sector_leaves_out(hazards: Sequence[Hazard]) -> tuple[Finding, ...]:
    """Say what the model of sectors cannot show."""
    lanes = [h.key for h in hazards if h.members.on_links]
    problem = "the model of sectors has no goods on their way, no ranks, no roots of a loss and no declared headroom"
    if lanes:
        problem += f"; {len(lanes)} disruptions of lanes hit nobody in it, save for the cost of ways round"
    return (Finding(
        rule="sector_model", severity="note", table="disruptions", problem=problem, count=max(len(lanes), 1), value=lanes[0] if lanes else None,
        remedy="Take dynamics.model firm for these.",
    ),)  # fmt: skip


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


def run_certain(study: Study, hazards: Sequence[Hazard], run: Run, *, swings: Sequence[Swing] = (), title: str = "What-ifs") -> Losses:  # fmt: skip
    """Run one scenario for each hazard, in which it strikes for certain on day 1, then one for each swing of demand.

    Parameters
    ----------
    study : Study
    hazards : sequence of Hazard
    run : Run
    swings : sequence of Swing
    title : str

    Returns
    -------
    Losses
    """
    cost = [float(np.nan_to_num(h.cost).sum() * h.days) for h in hazards] + [0.0] * len(swings)
    return run_events(study.case, sure_events(study, hazards, swings), np.array(cost), run, title=title)


def sure_events(study: Study, hazards: Sequence[Hazard], swings: Sequence[Swing]) -> FirmEvents:
    """Give the events of ``run_certain``."""
    chances = study.case.chances
    events = struck_once(hazards, profile=chances.profile, ramp_days=chances.ramp_days)
    return stacked(events, swing_events(study.firm, swings)) if swings else events


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
