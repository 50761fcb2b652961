"""Families 1 to 5, 13, 14b, 18 and 19: what is made and moved fits together and stays within physical limits."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats
from tierscape.planning.verify.held import Check, Held, apart, jobs, onto, over

SMALL = 1e-6
"""Share of a demand below which a delivery is none."""


def _demand(held: Held) -> float:
    problem, policy = held.problem, held.ask.policy
    unmet = held.number("unmet", "wants")
    served = onto(problem["lanes"]["want"], held.flow, problem["wants"].height)
    must = problem["wants"]["penalty"].is_null().to_numpy() | (held.ask.finance.unmet == "forbidden")
    lost = over(unmet[must], SMALL * np.maximum(1.0, problem.demand[must]))
    sole = 0.0
    if policy.single_sourced_demand:
        lanes = problem["lanes"].with_row_index("lane").drop_nulls("want")
        rows, want = lanes["lane"].to_numpy(), lanes["want"].to_numpy()
        used = held.flow[rows] > SMALL * np.maximum(1.0, problem.demand[want])
        sole = float(np.maximum(onto(want, used.astype(np.float64), problem["wants"].height) - 1, 0).max(initial=0.0))
    return max(apart(served + unmet, problem.demand), lost, sole)


def _output(held: Held) -> float:
    return apart(onto(held.problem["lanes"]["pair"], held.flow, held.problem["pairs"].height), held.output)


def _input(held: Held) -> float:
    """Each need gets what recipes ask of it; the alternatives of a choice together make up the output."""
    recipes, needs = held.problem["recipes"], held.problem["needs"].height
    brought = onto(held.problem["lanes"]["need"], held.flow, needs)
    pair, group = recipes["pair"].to_numpy(), recipes["group"].fill_null(-1).to_numpy()
    made = held.output[pair] if recipes.height else np.zeros((0, held.problem.horizon))
    if (group >= 0).any():
        mix = held.number("mix", "recipes")
        made = np.where((group >= 0)[:, None], mix, made)
        together = onto(group, mix, held.problem["groups"].height)
        wrong = apart(together, held.output[held.problem["groups"]["pair"].to_numpy()])
    else:
        wrong = 0.0
    asked = onto(recipes["need"], recipes["quantity"].to_numpy()[:, None] * made, needs)
    return max(apart(brought, asked), wrong)


def _capacity(held: Held) -> float:
    return over(held.output, held.stand.capacity)


def _qualification(held: Held) -> float:
    """Only qualified pairs make anything; each is qualified once, and only where that is offered."""
    qualify = held.number("qualify", "pairs")
    offered = held.problem["pairs"]["qualify_cost"].is_not_null().to_numpy()
    return max(
        over(held.output[~held.stand.able], np.zeros(1)),
        over(qualify.sum(axis=1), np.ones(1)),
        over(qualify[~offered], np.zeros(1)),
    )


def _buffers(held: Held) -> float:
    return over(held.once("buffer", "buffers"), held.column("buffers", "most", np.inf))


def emissions(problem: Problem, flow: Floats, output: Floats) -> Floats:
    """Give kg CO2e of making and moving in each period, shape (T,), the upper end where the figure is unknown."""
    making, moving = (
        problem[table].select(pl.coalesce("kg", "kg_high").fill_null(0.0)).to_series().to_numpy()
        for table in ("pairs", "lanes")
    )
    total: Floats = making @ output + moving @ flow
    return total


def _carbon(held: Held) -> float:
    cap = held.ask.policy.carbon_cap
    return 0.0 if cap is None else over(emissions(held.problem, held.flow, held.output) / 1000.0, np.array(cap))


def _lead_time(held: Held) -> float:
    """No delivery takes longer than allowed, nor does the mean delivery of any part; unknown days count on neither side."""
    policy, lanes, pairs = held.ask.policy, held.problem["lanes"], held.problem["pairs"]
    worst, pair = 0.0, lanes["pair"].to_numpy()
    if policy.max_transit_days is not None:
        inside = lanes["mode"].is_null().to_numpy()  # a site's own part, and what is bought delivered
        days = lanes["days"].fill_null(0.0).to_numpy() + pairs["lead_days"].fill_null(0.0).to_numpy()[pair]
        used = ~inside & (held.flow > SMALL).any(axis=1)
        worst = over(days[used], np.array(policy.max_transit_days))
    if policy.mean_transit_days is not None:
        mean = policy.mean_transit_days
        part = pairs["part"].to_numpy()[pair]
        excess = (lanes["days"].fill_null(mean).to_numpy() - mean)[:, None] * held.flow
        moved = onto(part, held.flow, held.problem["parts"].height)
        worst = max(worst, over(onto(part, excess, len(moved)) / np.maximum(moved * max(mean, 1.0), 1.0), np.zeros(1)))
    return worst


def _labour(held: Held) -> float:
    """Hires of a year stay within their share of a region's known pool."""
    problem, regions, worst = held.problem, held.problem["regions"], 0.0
    place = problem["pairs"]["region"]
    for region, pool, before in regions.select("region", "labour_pool", "jobs_before").iter_rows():
        if pool is None:
            continue
        here = jobs(held, np.flatnonzero((place == region).fill_null(value=False).to_numpy()))
        most = held.ask.policy.hiring / problem.periods_per_year * pool
        hires = np.diff(here, prepend=here[0] if before is None else before)
        worst = max(worst, over(hires, np.array(most)))
    return worst


def _crossings(held: Held) -> float:
    most = held.ask.policy.max_crossings
    if most is None:
        return 0.0
    lanes = held.problem["lanes"]
    delivered = held.flow[lanes["want"].is_not_null().to_numpy()].sum(axis=0)
    return over(lanes["crossings"].fill_null(0.0).to_numpy() @ held.flow, most * delivered)


CHECKS: dict[str, Check] = {
    "demand": _demand, "output": _output, "input": _input, "capacity": _capacity, "qualification": _qualification,
    "buffers": _buffers, "carbon": _carbon, "lead_time": _lead_time, "labour": _labour, "crossings": _crossings,
}  # fmt: skip
