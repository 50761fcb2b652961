"""The cost of a plan added up again, term by term, from what it makes, moves, builds and signs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats, Values, standing, value
from tierscape.planning.verify.held import HOURS_PER_JOB, Held, jobs
from tierscape.planning.verify.support import programmes

FREE_HIRING, PREMIUM, CHORDS = 0.02, 0.5, 4
"""Share of the labour pool that is hired at no premium, the premium by share beyond it, and pieces of the curve."""


def money(problem: Problem, ask: Ask, values: Values) -> dict[str, float]:
    """Give each term of a plan's cost, present value; terms that are nothing stand as 0.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    values : mapping of str to numpy.ndarray of float64
        Numbers of the plan by variable, in units and money.
    """
    held = Held(
        problem=problem, ask=ask, values=values, flow=value(values, "flow", problem["lanes"].height, problem.horizon),
        output=value(values, "output", problem["pairs"].height, problem.horizon), stand=standing(problem, values),
    )  # fmt: skip
    df = problem["periods"]["discount"].to_numpy()
    return {name: float(term(held, df)) for name, term in TERMS.items()}


Term = Callable[[Held, Floats], float]


def _by_column(table: str, column: str, variable: str) -> Term:
    """Σ df · column · variable."""
    return lambda held, df: float(held.column(table, column) @ held.number(variable, table) @ df)


def _duty(held: Held, df: Floats) -> float:
    return float((held.problem.lane_duty * held.flow).sum(axis=0) @ df)


def _unmet(held: Held, df: Floats) -> float:
    """Price of unmet demand; where nobody knows it none may stay unmet, so that nothing is to be paid."""
    return float(held.column("wants", "penalty") @ held.number("unmet", "wants") @ df)


def _projects(held: Held, df: Floats) -> float:
    begun = held.stand.started >= 0
    return float((held.stand.share * held.column("projects", "capex"))[begun] @ df[held.stand.started[begun]])


def _running(held: Held, df: Floats) -> float:
    opex, lead = held.column("projects", "opex"), held.column("projects", "lead").astype(np.int64)
    begun = np.flatnonzero(held.stand.started >= 0)
    return float(sum(opex[j] * df[held.stand.started[j] + lead[j] :].sum() for j in begun))


def _contracts(held: Held, df: Floats) -> float:
    gain = held.column("contracts", "price") - held.column("contracts", "spot")
    return float(gain @ held.number("taken", "contracts") @ df)


def _rebates(held: Held, df: Floats) -> float:
    shares, total = np.asarray(held.problem.shares), 0.0
    if "rebated" not in held.values:
        return total
    for project, share, rebate in held.problem["rebates"].iter_rows():
        rebated = held.values["rebated"][project, int(np.abs(shares - share).argmin())]
        total -= float((rebate or 0.0) * rebated @ df)
    return total


def _cluster_benefit(held: Held, df: Floats) -> float:
    return -held.ask.policy.hub_benefit * float(held.number("hub", "regions").sum(axis=0) @ df)


def _repaid(held: Held, df: Floats) -> float:
    """Repayments fall due when pledged jobs can first be tested."""
    problem, repaid = held.problem, held.once("repaid", "incentives")
    full = (held.column("projects", "lead") + np.ceil(held.column("projects", "ramp"))).astype(np.int64)
    total = 0.0
    for programme in programmes(held):
        of = problem["eligible"].filter(problem["eligible"]["incentive"] == programme.row)["project"].to_numpy()
        due = min(int(full[of].min(initial=problem.horizon - 1)), problem.horizon - 1)
        total += df[due] * repaid[programme.row]
    return float(total)


def _buffers(held: Held, df: Floats) -> float:
    rate = held.ask.finance.holding_rate / held.problem.periods_per_year * df.sum()
    return float(rate * held.column("buffers", "value") @ held.once("buffer", "buffers"))


def _co2(held: Held, df: Floats) -> float:
    kg = held.column("pairs", "kg") @ held.output + held.column("lanes", "kg") @ held.flow
    return float(held.ask.finance.co2_price / 1000.0 * kg @ df)


def _distrust(held: Held, df: Floats) -> float:
    pairs, lanes = held.problem["pairs"], held.problem["lanes"]["pair"].to_numpy()
    value_of = held.column("parts", "value")[pairs["part"].to_numpy()]
    doubt = (1 - held.column("pairs", "trust", 100.0) / 100.0) * value_of
    return float(held.ask.policy.distrust * doubt[lanes] @ held.flow @ df)


def _wage_premium(held: Held, df: Floats) -> float:
    """Hiring a share s of the pool a year costs wages · s · 0.5 (s − 2 %), by pieces of that curve."""
    problem, highest, total = held.problem, held.ask.policy.hiring, 0.0
    if highest <= FREE_HIRING:
        return 0.0
    breaks = np.linspace(FREE_HIRING, highest, CHORDS + 1)
    curve = PREMIUM * breaks * (breaks - FREE_HIRING)
    for region, pool, wage, before in (
        problem["regions"].select("region", "labour_pool", "wage", "jobs_before").iter_rows()
    ):
        if pool is None or wage is None:
            continue
        here = jobs(held, np.flatnonzero((problem["pairs"]["region"] == region).fill_null(value=False).to_numpy()))
        hires = np.maximum(np.diff(here, prepend=here[0] if before is None else before), 0.0)
        share = hires * problem.periods_per_year / pool
        wages = wage * HOURS_PER_JOB * pool / problem.periods_per_year**2
        total += float(wages * np.interp(share, breaks, curve) @ df)
    return total


TERMS: dict[str, Term] = {
    "making": _by_column("pairs", "unit_cost", "output"),
    "freight": _by_column("lanes", "freight", "flow"),
    "duty": _duty,
    "transit_stock": _by_column("lanes", "stock", "flow"),
    "unmet": _unmet,
    "projects": _projects,
    "running": _running,
    "qualification": _by_column("pairs", "qualify_cost", "qualify"),
    "contracts": _contracts,
    "unused_commitment": _by_column("contracts", "price", "shortfall"),
    "rebates": _rebates,
    "preference": lambda held, df: -float(held.column("claims", "saving") @ held.number("claimed", "claims") @ df),
    "cluster_benefit": _cluster_benefit,
    "grants": lambda held, df: -float(held.number("grant", "incentives").sum(axis=0) @ df),
    "repaid": _repaid,
    "buffers": _buffers,
    "co2": _co2,
    "distrust": _distrust,
    "wage_premium": _wage_premium,
}
