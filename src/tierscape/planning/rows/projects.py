"""Family 6, projects: each at most once, within the budget, after what it requires and under a signed commitment."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.rows.reached import started
from tierscape.planning.written import Expression, Numbers, Written, picked, summed


def add(written: Written) -> None:
    """Σ_{o,t} y_jot ≤ 1; Σ share_o capex_j y_jot ≤ budget_t; what is required first; money of the buyer's share and opex."""
    if "start" not in written:
        return
    problem = written.problem
    start = 1 * written["start"]
    ordinary = np.flatnonzero(problem["projects"]["fast_of"].is_null().to_numpy())
    ever = _of_family(written, start.sum(["share", "period"]))
    written.rows("projects", ever.sel(project=ordinary) <= 1)
    paid = written.column("projects", "capex", "project") * written.labelled(problem.shares, "share") * start
    written.charge("projects", paid * written.discount_all)
    if problem.budget is not None:
        limited = np.flatnonzero(np.isfinite(problem.budget))
        budget = written.labelled(problem.budget, "period").sel(period=limited)
        written.rows("budget", paid.sum(["project", "share"]).sel(period=limited) <= budget)
    _running(written)
    _requires(written)
    _excludes(written)
    _anchor(written)


def _running(written: Written) -> None:
    """opex_j from the period on in which the lead time is over."""
    problem = written.problem
    lead = problem["projects"]["lead"].fill_null(0).to_numpy()
    period = np.arange(problem.horizon)
    # periods that a project started in t runs within the horizon, discounted
    on = (period[None, None, :] >= period[None, :, None] + lead[:, None, None]).astype(np.float64)
    run = on @ problem["periods"]["discount"].to_numpy()
    opex = written.column("projects", "opex", "project")
    written.charge("running", opex * written.labelled(run, "project", "period") * written["start"])


def _family(problem: Problem) -> Numbers:
    """Give each project's ordinary row: an accelerated copy is the same project."""
    own = pl.int_range(pl.len(), dtype=pl.Int64)
    return problem["projects"].select(pl.coalesce("fast_of", own)).to_series().to_numpy()


def _of_family(written: Written, by_project: Expression) -> Expression:
    """Count each project together with its accelerated copies, on its ordinary row."""
    family = _family(written.problem)
    return summed(by_project, "project", family, "project", len(family))


def _required(problem: Problem, kind: str) -> tuple[Numbers, Numbers]:
    """Give the projects and targets of one kind of requirement."""
    rows = problem["requirements"].filter(pl.col("kind") == kind)
    return rows["project"].to_numpy().astype(np.int64), rows["target"].to_numpy().astype(np.int64)


def _requires(written: Written) -> None:
    """y_j by t ≤ y_required by t; a hub must operate in t."""
    by_now = started(written)
    project, target = _required(written.problem, "project")
    if len(project):
        first = picked(_of_family(written, by_now), "project", target, "requirement")
        written.rows("requires", picked(by_now, "project", project, "requirement") - first <= 0)
    project, target = _required(written.problem, "hub")
    if len(project):
        rest: Expression | float = picked(written["hub"], "region", target, "requirement") if "hub" in written else 0.0
        written.rows("requires:hub", picked(by_now, "project", project, "requirement") - rest <= 0)


def _excludes(written: Written) -> None:
    """One of the two at most."""
    project, other = _required(written.problem, "not")
    if len(project):
        ever = _of_family(written, (1 * written["start"]).sum(["share", "period"]))
        project, other = _family(written.problem)[project], _family(written.problem)[other]
        both = picked(ever, "project", project, "requirement") + picked(ever, "project", other, "requirement")
        written.rows("requires:not_both", both <= 1)


def _anchor(written: Written) -> None:
    """y_j by t ≤ Σ u_c over the required contracts that start by t + lead_j: a supplier expands only under a signed commitment.

    The contract begins by the time the capacity can be there, and by the next period at the latest where that is earlier.
    """
    problem = written.problem
    project, contract = _required(problem, "contract")
    if not len(project):
        return
    anchored = np.unique(project)
    first = problem["contracts"]["first"].to_numpy()[contract]
    ahead = np.maximum(problem["projects"]["lead"].fill_null(0).to_numpy()[project], 1)
    runs = ((first - ahead)[:, None] <= np.arange(problem.horizon)[None, :]).astype(np.float64)
    sign = picked(written["sign"], "contract", contract, "requirement") * written.labelled(
        runs, "requirement", "period"
    )
    under = summed(sign, "requirement", project, "project", problem["projects"].height)
    written.rows("anchor", started(written).sel(project=anchored) - under.sel(project=anchored) <= 0)
