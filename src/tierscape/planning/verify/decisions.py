"""Families 6 to 8 and 10: projects, commitments, co-investment and clusters are decided as they may be."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from tierscape.planning.standing import Floats
from tierscape.planning.verify.held import Check, Held, onto, over

UP = 1.5
"""How far above its volume a contract delivers at its price."""


def _begun(held: Held) -> Floats:
    """Whether a project, or an accelerated copy of it, has started by a period; shape (J, T)."""
    return np.asarray(held.start.sum(axis=1).cumsum(axis=1))


def _family(held: Held) -> Floats:
    """Starts of each project together with its accelerated copies', on its ordinary row; shape (J, T)."""
    own = pl.int_range(pl.len(), dtype=pl.Int64)
    rows = held.problem["projects"].select(pl.coalesce("fast_of", own)).to_series()
    return onto(rows, _begun(held), len(rows))


def _projects(held: Held) -> float:
    """Each project starts once, fast or not; an accelerated copy only where its incentive is taken."""
    fast = held.problem["projects"].with_row_index("row").drop_nulls("fast_by").select("row", "fast_by")
    taken = held.once("take", "incentives")
    early = max((float(_begun(held)[j, -1] - taken[n]) for j, n in fast.iter_rows()), default=0.0)
    return max(over(_family(held)[:, -1:], np.ones(1)), early)


def _budget(held: Held) -> float:
    budget = held.problem.budget
    if budget is None:
        return 0.0
    return over(
        np.einsum("jot,o,j->t", held.start, np.asarray(held.problem.shares), held.column("projects", "capex")), budget
    )


def _requires(held: Held) -> float:
    """What a project requires has started or operates; what it excludes has not."""
    begun, family, hub = _begun(held), _family(held), held.number("hub", "regions")
    worst = 0.0
    for project, sort, target in held.problem["requirements"].iter_rows():
        if sort == "project":
            worst = max(worst, over(begun[project], family[target]))
        elif sort == "not":
            worst = max(worst, float(begun[project, -1] + family[target, -1] - 1))
        elif sort == "hub":
            worst = max(worst, over(begun[project], hub[target]))
    return worst


def _anchor(held: Held) -> float:
    """A project that requires contracts starts only under one that is signed and begins by the time it is ready, or the next period."""
    rows = held.problem["requirements"].filter(pl.col("kind") == "contract")
    lead = held.problem["projects"]["lead"].fill_null(0).to_list()
    sign, first = held.once("sign", "contracts"), held.column("contracts", "first")
    period, begun, worst = np.arange(held.problem.horizon), _begun(held), 0.0
    for (project,), group in rows.group_by("project"):
        of = group["target"].to_numpy()
        ahead = max(1, int(lead[int(project)]))
        under = (sign[of, None] * (first[of, None] <= period + ahead)).sum(axis=0)
        worst = max(worst, over(begun[int(project)], under))
    return worst


def _commitment(held: Held) -> float:
    """What is taken and paid under contracts: within volume, at least what was promised, of what is delivered, one tier."""
    contracts = held.problem["contracts"]
    taken, short = held.number("taken", "contracts"), held.number("shortfall", "contracts")
    sign, period = held.once("sign", "contracts"), np.arange(held.problem.horizon)
    first, last = (held.column("contracts", name)[:, None] for name in ("first", "last"))
    runs = ((period >= first) & (period <= last)) * sign[:, None]
    volume = held.column("contracts", "volume")[:, None] * runs
    signed = contracts["signed"].fill_null(value=False).to_numpy()
    worst = max(
        over(taken, UP * volume),
        over(held.column("contracts", "theta")[:, None] * volume, taken + short),
        float((1 - sign[signed]).max(initial=0.0)),
    )
    for _, tier in contracts.with_row_index("row").group_by("tier"):
        rows = tier["row"].to_numpy()
        lanes = held.problem["contract_lanes"].filter(pl.col("contract").is_in(rows.tolist()))["lane"].unique()
        worst = max(worst, over(taken[rows].sum(axis=0), held.flow[lanes.to_numpy()].sum(axis=0)))
        offers = rows[~signed[rows]]
        worst = max(worst, over(runs[offers].sum(axis=0), np.ones(1)))
    return worst


def _co_investment(held: Held) -> float:
    """Rebates on no more than a project lets its pair make, and than that makes."""
    projects = held.problem["projects"]
    if "rebated" not in held.values:
        return 0.0
    rebated = held.values["rebated"]
    ready = np.zeros_like(rebated)
    period = np.arange(held.problem.horizon)
    for j, (units, lead, ramp) in enumerate(projects.select("added", "lead", "ramp").iter_rows()):
        for share, begins in np.argwhere(held.start[j] > 0.5):
            age = period - begins - (lead or 0)
            ready[j, share] += (units or 0.0) * np.where(age < 0, 0, np.minimum(1, (age + 1) / ((ramp or 0.0) + 1)))
    by_pair = onto(projects["pair"], rebated.sum(axis=1), held.problem["pairs"].height)
    return max(over(rebated, ready), over(by_pair, held.output))


def _completeness(held: Held) -> float:
    """A cluster operates only where enough classes are covered by pairs that can deliver, and goes on once it does."""
    problem, hub = held.problem, held.number("hub", "regions")
    needed = math.ceil(held.ask.policy.completeness * problem["classes"].height - 1e-9)
    there = held.stand.able & (held.stand.capacity > 0)
    worst = over(hub[:, :-1], hub[:, 1:])
    for region in np.flatnonzero((hub > 0.5).any(axis=1)):
        rows = problem["covers"].filter(pl.col("region") == region)
        classes, pairs = rows["class"].to_numpy(), rows["pair"].to_numpy()
        for t in np.flatnonzero(hub[region] > 0.5):
            covered = len(np.unique(classes[there[pairs, t]]))
            worst = max(worst, (needed - covered) / max(needed, 1))
    return worst


CHECKS: dict[str, Check] = {
    "projects": _projects, "budget": _budget, "requires": _requires, "anchor": _anchor, "commitment": _commitment,
    "co-investment": _co_investment, "completeness": _completeness,
}  # fmt: skip
