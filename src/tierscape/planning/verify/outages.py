"""Families 15 to 17: the plan lives through each site's outage, and loses in adverse years what it says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats, Values, standing, value
from tierscape.planning.verify.held import Check, Held
from tierscape.planning.verify.year import DAYS_PER_YEAR, Operations, Year


def _survival(held: Held) -> float:
    """Share of what must be delivered that is short, at worst, while a site is out for its time to recover."""
    problem, risk = held.problem, held.ask.risk
    nodes = problem["nodes"].filter(pl.col("ttr_days") > 0)
    if not risk.time_to_survive or nodes.is_empty():
        return 0.0
    year = Year(
        problem=problem,
        ask=held.ask,
        stand=held.stand,
        stock=held.once("buffer", "buffers"),
        period=problem.horizon - 1,
    )
    lacking = np.zeros(year.matrix.shape[1])
    lacking[year.columns["unmet"]] = 1.0
    operations, worst = Operations(year, lacking), 0.0
    site, open_ = problem["pairs"]["site"].to_numpy(), np.zeros(problem["lanes"].height, dtype=bool)
    for name, days in nodes.select("site", "ttr_days").iter_rows():
        share = days * problem.periods_per_year / DAYS_PER_YEAR
        most = year.most((site != name).astype(np.float64), open_, share)
        asked = risk.service * share
        short = operations.least(most, asked)
        worst = max(worst, short / max(1.0, asked * float(problem.demand[:, year.period].sum())))
    return worst


def losses(problem: Problem, ask: Ask, values: Values, reference: Mapping[int, float]) -> Floats:
    """Give what each adverse year costs above a calm one under a plan, at least 0, shape (W,); money, present value.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    values : mapping of str to numpy.ndarray
        Numbers of the plan by variable.
    reference : mapping of int to float
        What a calm period costs, by struck period; a constant of the problem.

    Notes
    -----
    One linear program an adverse year, warm from the one before of the same period.
    """
    stand, stock = standing(problem, values), value(values, "buffer", problem["buffers"].height)
    found = np.zeros(problem["scenarios"].height)
    periods = problem["scenarios"]["period"].to_numpy()
    for period in np.unique(periods):
        year = Year(problem=problem, ask=ask, stand=stand, stock=stock, period=int(period))
        operations = Operations(year, year.cost)
        for w in np.flatnonzero(periods == period):
            most = year.most(problem.scenario_capacity[w], problem.scenario_lane[w])
            found[w] = max(operations.least(most) - reference[int(period)], 0.0)
    return found


def tail_mean(loss: Floats, probability: Floats, alpha: float) -> float:
    """Give the mean of the worst 1 - alpha as the least of η + Σ p max(R − η, 0) / (1 − alpha) over η in {0, R}.

    Examples
    --------
    >>> round(tail_mean(np.array([5.0, 0.0, 9.0]), np.array([0.1, 0.8, 0.1]), 0.85), 6)
    7.666667
    """
    levels = np.unique(np.append(loss, 0.0))
    beyond = np.maximum(loss[None, :] - levels[:, None], 0.0) @ probability
    return float((levels + beyond / (1.0 - alpha)).min())


CHECKS: dict[str, Check] = {"survival": _survival}
