"""A plan held against the rules once more, from its numbers alone: nothing here shares the optimiser's rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.rows.reached import share_limit
from tierscape.planning.standing import Floats, Values, standing, value

WHOLE = ("start", "qualify", "sign", "take", "clawed", "hub", "serve")
"""Decisions that are made or not."""


def integrality(values: Values) -> float:
    """Give the largest distance of a decision from a whole number."""
    return max((float(np.abs(v - np.rint(v)).max(initial=0.0)) for n, v in values.items() if n in WHOLE), default=0.0)


def violations(problem: Problem, ask: Ask, values: Values) -> Mapping[str, float]:
    """Hold a plan against each family of rules.

    Returns
    -------
    Mapping of str to float
        Largest violation by family, relative to the larger of 1 and the limit.

    Notes
    -----
    O(lanes · periods). Balances are tested on both sides, limits on theirs.
    """
    flow = value(values, "flow", problem["lanes"].height, problem.horizon)
    output = value(values, "output", problem["pairs"].height, problem.horizon)
    checks = {
        "demand": _demand(problem, ask, values, flow),
        "output": _output(problem, flow, output),
        "input": _inputs(problem, flow, output),
        "capacity": _capacity(problem, values, output),
        "projects": _projects(problem, values),
        "commitment": _commitment(problem, values, flow),
        "ally share": _ally_share(problem, ask, output),
        "carbon": _carbon(problem, ask, flow, output),
        "sources": _sources(problem, ask, output),
    }
    negative = max((float(-v.min(initial=0.0)) for v in values.values()), default=0.0)
    return {**checks, "non-negative": negative}


def _over(left: Floats, right: Floats) -> float:
    """How far the left side exceeds the right, relative to the larger of 1 and the right."""
    finite = np.isfinite(right)
    return float(((left - right)[finite] / np.maximum(1.0, np.abs(right[finite]))).max(initial=0.0))


def _apart(left: Floats, right: Floats) -> float:
    return float((np.abs(left - right) / np.maximum(1.0, np.abs(right))).max(initial=0.0))


def _onto(rows: pl.Series, numbers: Floats, size: int) -> Floats:
    """Add rows of numbers up by the row of another table that each names; null names none."""
    total = np.zeros((size, *numbers.shape[1:]))
    known = rows.is_not_null().to_numpy()
    np.add.at(total, rows.drop_nulls().to_numpy(), numbers[known])
    return total


def _demand(problem: Problem, ask: Ask, values: Values, flow: Floats) -> float:
    unmet = value(values, "unmet", *problem.demand.shape)
    served = _onto(problem["lanes"]["want"], flow, problem["wants"].height)
    lost = float(unmet.max(initial=0.0)) if ask.finance.unmet == "forbidden" else 0.0
    sole = 0.0
    if ask.policy.single_sourced_demand:
        lanes = problem["lanes"].with_row_index("lane").drop_nulls("want")
        for t in range(problem.horizon):
            used = lanes.filter(pl.Series(flow[lanes["lane"].to_numpy(), t] > 1e-6))
            most = used.group_by("want").agg(pl.col("pair").n_unique())["pair"].max()
            sole = max(sole, float(most or 1) - 1)  # type: ignore[arg-type]
    return max(_apart(served + unmet, problem.demand), lost, sole)


def _output(problem: Problem, flow: Floats, output: Floats) -> float:
    return _apart(_onto(problem["lanes"]["pair"], flow, problem["pairs"].height), output)


def _inputs(problem: Problem, flow: Floats, output: Floats) -> float:
    """Plain children take exactly what recipes ask; alternatives of a choice together make up the output."""
    recipes = problem["recipes"]
    brought = _onto(problem["lanes"]["need"], flow, problem["needs"].height)
    plain = recipes.filter(pl.col("group").is_null())
    asked = (
        plain["quantity"].to_numpy()[:, None] * output[plain["pair"].to_numpy()]
        if plain.height
        else np.zeros((0, problem.horizon))
    )
    fixed = _onto(plain["need"], asked, problem["needs"].height)
    chosen = recipes.filter(pl.col("group").is_not_null())
    if chosen.is_empty():
        return _apart(brought, fixed)
    free = np.zeros(problem["needs"].height, dtype=bool)
    free[chosen["need"].unique().to_numpy()] = True
    worst = max(_apart(brought[~free], fixed[~free]), _over(fixed[free], brought[free]))
    # Where a group's needs serve nothing else, what is brought by quantity adds up to the output of its pairs.
    users = recipes.group_by("need").len()
    alone = chosen.join(users.filter(pl.col("len") == 1), on="need", how="semi")
    whole = alone.group_by("group").len().join(chosen.group_by("group").len(), on=["group", "len"], how="semi")
    for group in whole["group"].sort():
        rows = alone.filter(pl.col("group") == group)
        made = (brought[rows["need"].to_numpy()] / rows["quantity"].to_numpy()[:, None]).sum(axis=0)
        worst = max(worst, _apart(made, output[int(rows["pair"][0])]))
    return worst


def _capacity(problem: Problem, values: Values, output: Floats) -> float:
    stand = standing(problem, values)
    unqualified = float(output[~stand.able].max(initial=0.0))
    return max(_over(output, stand.capacity), unqualified)


def _projects(problem: Problem, values: Values) -> float:
    """Start once, within budget, with what each requires."""
    projects = problem["projects"]
    start = value(values, "start", projects.height, len(problem.shares), problem.horizon)
    worst = _over(start.sum(axis=(1, 2)), np.ones(projects.height))
    if problem.budget is not None:
        spent = np.einsum("jot,o,j->t", start, np.asarray(problem.shares), projects["capex"].fill_null(0.0).to_numpy())
        worst = max(worst, _over(spent, problem.budget))
    begun = start.sum(axis=1).cumsum(axis=1)
    if "fast_of" in projects.columns:
        for fast, slow in projects.with_row_index("row").drop_nulls("fast_of").select("row", "fast_of").iter_rows():
            worst = max(worst, float(begun[fast, -1] + begun[slow, -1] - 1))
            begun[slow] += begun[fast]
    sign = value(values, "sign", problem["contracts"].height)
    for project, sort, target in problem["requirements"].iter_rows():
        if sort == "project":
            worst = max(worst, _over(begun[project], begun[target]))
        elif sort == "not":
            worst = max(worst, float(begun[project, -1] + begun[target, -1] - 1))
        elif sort == "contract":
            first = problem["contracts"]["first"][target]
            held = np.where(np.arange(problem.horizon) + 1 >= first, sign[target], 0.0)
            alternatives = (
                problem["requirements"].filter((pl.col("project") == project) & (pl.col("kind") == "contract")).height
            )
            worst = max(worst, _over(begun[project], held) if alternatives == 1 else 0.0)
    return worst


def _commitment(problem: Problem, values: Values, flow: Floats) -> float:
    contracts = problem["contracts"]
    shape = contracts.height, problem.horizon
    taken, short = value(values, "taken", *shape), value(values, "shortfall", *shape)
    sign, period = value(values, "sign", contracts.height), np.arange(problem.horizon)
    worst = 0.0
    for c, row in enumerate(contracts.iter_rows(named=True)):
        runs = (period >= row["first"]) & (period <= row["last"])
        promised = (row["theta"] or 0.0) * (row["volume"] or 0.0) * sign[c]
        worst = max(worst, _over(np.full(runs.sum(), promised), (taken[c] + short[c])[runs]))
        worst = max(worst, float(taken[c][~runs].max(initial=0.0)), 1 - sign[c] if row["signed"] else 0.0)
    for _, tier in contracts.with_row_index("contract_row").group_by("tier"):
        rows = tier["contract_row"].to_numpy()
        lanes = problem["contract_lanes"].filter(pl.col("contract").is_in(rows.tolist()))["lane"].unique().to_numpy()
        worst = max(worst, _over(taken[rows].sum(axis=0), flow[lanes].sum(axis=0)))
    return worst


def ally_share_of(problem: Problem, output: Floats) -> Floats:
    """Give the allied share of the value added in each period, shape (T,); NaN where nothing is made.

    Pairs whose value added or side nobody knows do not count.
    """
    pairs = problem["pairs"]
    added = pairs["value_added"].fill_null(0.0).to_numpy()[:, None] * output
    ally = pairs["ally"].fill_null(value=False).to_numpy()
    total = added.sum(axis=0)
    share: Floats = np.divide(added[ally].sum(axis=0), total, out=np.full_like(total, np.nan), where=total > 0)
    return share


def _ally_share(problem: Problem, ask: Ask, output: Floats) -> float:
    floor = ask.policy.ally_share
    if floor is None:
        return 0.0
    start = ask.policy.ally_from_year or int(problem["periods"]["year"][0]) + 3
    held = problem["periods"]["year"].to_numpy() >= start
    share = ally_share_of(problem, output)[held]
    return float(np.maximum(floor - share[~np.isnan(share)], 0.0).max(initial=0.0))


def emissions(problem: Problem, flow: Floats, output: Floats) -> Floats:
    """Give kg CO2e of making and moving in each period, shape (T,), the upper end where the figure is unknown."""
    pairs, lanes = problem["pairs"], problem["lanes"]
    high = pairs["kg_high"] if "kg_high" in pairs.columns else pairs["kg"]
    making = pl.select(pl.coalesce(pairs["kg"], high).fill_null(0.0)).to_series().to_numpy()
    moving = pl.select(pl.coalesce(lanes["kg"], lanes["kg_high"]).fill_null(0.0)).to_series().to_numpy()
    total: Floats = making @ output + moving @ flow
    return total


def _carbon(problem: Problem, ask: Ask, flow: Floats, output: Floats) -> float:
    cap = ask.policy.carbon_cap
    return 0.0 if cap is None else _over(emissions(problem, flow, output) / 1000.0, np.full(problem.horizon, cap))


def _sources(problem: Problem, ask: Ask, output: Floats) -> float:
    """No site makes more than its share of a part, from the time on that enough others could."""
    if ask.policy.max_share >= 1:
        return 0.0
    limit = share_limit(problem, ask.policy)
    part = problem["pairs"]["part"].to_numpy()
    total = _onto(problem["pairs"]["part"], output, problem["parts"].height)
    market = problem["pairs"]["market"].fill_null(value=False).to_numpy()
    return _over(output[~market], (limit * total)[part][~market])
