"""What decisions have reached by a period: projects under way, capacity that is ready, pairs that are able."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.parameters import Policy
from tierscape.planning.problem import Problem
from tierscape.planning.written import Expression, Floats, Labelled, Numbers, Written, summed


def ramp(age: Floats, periods: Floats) -> Floats:
    """Give the share of a project's capacity that is there, by periods since its lead time was over.

    Nothing before (age below 0); then linear to 1 over the ramp: with one period of ramp, 0.5 in the first period.
    """
    return np.where(age < 0, 0.0, np.minimum(1.0, (age + 1.0) / (periods + 1.0)))


def reached_share(problem: Problem) -> Floats:
    """Give the share of project j's capacity that is there in period t if it starts in period τ; shape (J, T, T) as j, τ, t."""
    projects, period = problem["projects"], np.arange(problem.horizon, dtype=np.float64)
    lead = projects["lead"].fill_null(0).to_numpy().astype(np.float64)[:, None, None]
    slope = projects["ramp"].fill_null(0.0).to_numpy()[:, None, None]
    return ramp(period[None, None, :] - period[None, :, None] - lead, slope)


def started(written: Written) -> Expression:
    """Σ_o Σ_{τ≤t} y_joτ by (project, period), over the whole horizon."""
    return (1 * written["start"]).sum("share").cumsum("period")


def ready_by_share(written: Written) -> Expression:
    """Σ_{τ≤t} ramp(t − τ − lead_j) dcap_j y_joτ by (project, share, period), in the periods that stand here."""
    problem = written.problem
    added = problem["projects"]["added"].fill_null(0.0).to_numpy()[:, None, None] * reached_share(problem)
    start = (1 * written["start"]).rename({"period": "begun"})
    factor = written.labelled(added[:, :, written.periods], "project", "begun", "period")
    return (start * factor).sum("begun")


def ready(written: Written) -> Expression | float:
    """Σ_j Σ_{τ≤t} ramp(t − τ − lead_j) dcap_j Σ_o y_joτ by (pair, period): the capacity that projects add."""
    if "start" not in written:
        return 0.0
    problem = written.problem
    by_project = ready_by_share(written).sum("share")
    return summed(by_project, "project", problem["projects"]["pair"].to_numpy(), "pair", problem["pairs"].height)


def qualifiable(problem: Problem) -> Numbers:
    """Give the row numbers of pairs that are not qualified and can be, in the horizon."""
    offered = (
        ~pl.col("qualified") & (pl.col("qualify_periods") < problem.horizon) & pl.col("qualify_cost").is_not_null()
    )
    mask = problem["pairs"].select(offered.fill_null(value=False)).to_series()
    return np.flatnonzero(mask.to_numpy())


def qualified(problem: Problem) -> Floats:
    """A0_e, shape (P,)."""
    return problem["pairs"]["qualified"].fill_null(value=False).to_numpy().astype(np.float64)


def able(written: Written) -> Expression | Labelled:
    """A_et = A0_e + Σ_{τ ≤ t − lead_e} s_eτ by (pair, period), in the periods that stand here."""
    problem = written.problem
    fixed = np.repeat(qualified(problem)[:, None], len(written.periods), axis=1)
    labelled = written.labelled(fixed, "pair", "period")
    if "qualify" not in written:
        return labelled
    rows = written["qualify"].indexes["pair"].to_numpy()
    return summed(newly_able(written), "pair", rows, "pair", problem["pairs"].height) + labelled


def newly_able(written: Written) -> Expression:
    """Σ_{τ ≤ t − lead_e} s_eτ by (pair that can be qualified, period), in the periods that stand here."""
    problem = written.problem
    qualify = (1 * written["qualify"]).rename({"period": "begun"})
    rows = qualify.indexes["pair"].to_numpy()
    lead = problem["pairs"]["qualify_periods"].to_numpy()[rows]
    begun, period = np.arange(problem.horizon), np.array(written.periods)
    counts = begun[None, :, None] <= period[None, None, :] - lead[:, None, None]
    factor = written.labelled(counts, "pair", "begun", "period").assign_coords(pair=rows)
    return (qualify * factor).sum("begun")


def need(problem: Problem) -> Floats:
    """Give the largest need of each part in each period, shape (parts, T): the explosion of demand through the recipes.

    Of a choice each alternative counts in full, and of several makers' recipes the hungriest.
    """
    parts = problem["parts"].height
    demanded = np.zeros((parts, problem.horizon))
    np.add.at(demanded, problem["wants"]["part"].to_numpy(), problem.demand)
    parent = problem["pairs"]["part"].to_numpy()[problem["recipes"]["pair"].to_numpy()]
    child = problem["needs"]["part"].to_numpy()[problem["recipes"]["need"].to_numpy()]
    edges = (
        pl.DataFrame({"parent": parent, "child": child, "quantity": problem["recipes"]["quantity"]})
        .group_by("parent", "child")
        .agg(pl.col("quantity").max())
        .sort("parent", "child")
    )
    parent, child, quantity = (edges[name].to_numpy() for name in edges.columns)
    needed = demanded
    for _ in range(parts):
        before, needed = needed, demanded.copy()
        np.add.at(needed, child, quantity[:, None] * before[parent])
        if np.array_equal(before, needed):
            break
    return needed


def reachable(problem: Problem) -> Floats:
    """Give each pair's capacity with all its projects started at once, shape (P, T)."""
    projects = problem["projects"]
    most = problem.capacity.astype(np.float64)
    if projects.height:
        # from the first period on: no later start is further along
        added = projects["added"].fill_null(0.0).to_numpy()[:, None] * reached_share(problem)[:, 0, :]
        most = most.copy()
        np.add.at(most, projects["pair"].to_numpy(), added)
    return most


def first_possible(problem: Problem) -> Numbers:
    """Give the first period in which a pair can deliver, shape (P,): qualified, with capacity; T for never."""
    horizon = problem.horizon
    late = problem["pairs"]["qualify_periods"].to_numpy().astype(np.float64)
    can = np.zeros(len(late), dtype=bool)
    can[qualifiable(problem)] = True
    qualifies = np.where(qualified(problem) > 0, 0, np.where(can, np.nan_to_num(late, nan=horizon), horizon))
    stands = reachable(problem) > 0
    builds = np.where(stands.any(axis=1), stands.argmax(axis=1), horizon)
    return np.maximum(qualifies, builds).astype(np.int64)


def makers(problem: Problem) -> NDArray[np.bool_]:
    """Say which pairs could ever make anything, with all their projects; the unlimited market is no maker."""
    market = problem["pairs"]["market"].fill_null(value=False).to_numpy()
    return np.asarray((reachable(problem) > 0).any(axis=1) & ~market)


def share_limit(problem: Problem, policy: Policy) -> Floats:
    """Give the largest share of a part from one site that is asked for in each period, shape (parts, T).

    It starts when enough sources can stand (1 before), so that no plan fails for want of time; where they never can, it
    holds from the start and says so by being infeasible. A part that only one site can ever make has no limit: there is
    nothing to choose; nor has one from the unlimited market.
    """
    limit = np.ones((problem["parts"].height, problem.horizon))
    if policy.max_share >= 1:
        return limit
    sources = int(np.ceil(1.0 / policy.max_share - 1e-9))
    part, first = problem["pairs"]["part"].to_numpy(), first_possible(problem)
    can_make = makers(problem)
    for p in np.unique(part[can_make]):
        able_from = np.sort(first[(part == p) & can_make])
        if len(able_from) < 2:
            continue
        start = able_from[sources - 1] if len(able_from) >= sources else problem.horizon
        limit[p, start if start < problem.horizon else 0 :] = policy.max_share
    return limit
