"""What a plan is worth beside its decisions: money, carbon, allies, jobs, bad years, survival."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tierscape.analyses.design.reading import PlanNumbers
from tierscape.analyses.design.tables import POINTS
from tierscape.frames import empty
from tierscape.planning.frontier import Point
from tierscape.planning.prepare import Planning
from tierscape.planning.rows.survival import outages
from tierscape.planning.standing import Floats, value
from tierscape.planning.survive import LONGEST_DAYS, time_to_survive
from tierscape.planning.verify import emissions

HOURS_A_YEAR = 1750.0
"""Hours of a job, as in the rows of labour and incentives."""
GRACE_YEARS = 3
"""Years after the start from which the allied share is counted, where no year is asked."""


def finite(number: float) -> float | None:
    """Give a number, nothing where it is infinite."""
    return float(number) if np.isfinite(number) else None


def held_periods(planning: Planning) -> Floats:
    """Say in which periods the floor on the allied share holds, shape (T,); in the last where it never does."""
    years = planning.problem["periods"]["year"].to_numpy()
    asked = planning.ask.policy.ally_from_year
    held = years >= (years[0] + GRACE_YEARS if asked is None else asked)
    if not held.any():
        held[-1] = True
    return np.asarray(held)


def ally_share(planning: Planning, output: Floats) -> float | None:
    """Give the allied share of the value added in those periods; nothing where no value added is known."""
    pairs, held = planning.problem["pairs"], held_periods(planning)
    added = pairs["value_added"].fill_null(0.0).to_numpy()[:, None] * output[:, held]
    total = added.sum()
    return float(added[pairs["ally"].fill_null(value=False).to_numpy()].sum() / total) if total > 0 else None


def points(planning: Planning, found: Mapping[int, tuple[Point, PlanNumbers | None, str]], knee: int) -> pl.DataFrame:
    """One row a point, those without a plan too."""
    rows = []
    for number, (point, plan, binding) in found.items():
        row = {
            "point": number, "goal": goal(planning, point), "lower_bound": finite(planning.money(point.lower)),
            "upper_bound": finite(planning.money(point.upper)), "gap": finite(point.gap), "binding": binding,
            "distinguishable": point.distinguishable, "knee": number == knee, "stopped_by": point.stopped_by,
            "work": point.outcome.work,
        }  # fmt: skip
        if plan is not None and point.outcome.x is not None and point.outcome.evaluated is not None:
            money = planning.handed.waterfall(point.outcome.x)
            output = plan.number("output", "pairs")
            started = plan.stand.started >= 0
            row |= {
                "cost": sum(money.values()),
                "co2_t": float(emissions(plan.problem, plan.number("flow", "lanes"), output).sum() / 1000.0),
                "cvar": planning.money(point.outcome.evaluated.cvar) if planning.stage.copies else None,
                "ally_share": ally_share(planning, output),
                "unmet_share": unmet_share(planning, plan),
                "jobs": float(plan.problem["projects"]["jobs"].fill_null(0.0).to_numpy()[started].sum()),
                "public_money": -money.get("grants", 0.0) - money.get("repaid", 0.0),
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=empty(POINTS).schema)


def unmet_share(planning: Planning, plan: PlanNumbers) -> float | None:
    """Give the share of all demand that stays unmet: by value where every product's is known, else by units."""
    problem = planning.problem
    worth = problem["parts"]["value"].gather(problem["wants"]["part"])
    weight = np.ones(len(worth)) if worth.null_count() else worth.to_numpy()
    asked = float(weight @ problem.demand.sum(axis=1))
    lost = value(plan.values, "unmet", *problem.demand.shape)
    small = 1e-6 * np.maximum(problem.demand, 1.0)
    return float(weight @ np.where(lost > small, lost, 0.0).sum(axis=1)) / asked if asked > 0 else None


AXIS_WORDS = {"co2": ("emissions at most {:,.4g} t", 1e-3), "cvar": ("bad years lose at most {:,.4g}", 1.0),
              "ally": ("value added by others at most {:,.4g}", 1.0)}  # fmt: skip


def goal(planning: Planning, point: Point) -> str:
    """Say what a point was asked beyond the least cost."""
    words = []
    for name, cap in zip(planning.ask.search.objectives[1:], point.caps, strict=False):
        if np.isfinite(cap):
            text, size = AXIS_WORDS[name]
            words.append(text.format(cap * size * (planning.handed.money if name == "cvar" else 1.0)))
    return "; ".join(words) or "least cost"


def incentives(plan: PlanNumbers) -> tuple[pl.DataFrame, Floats]:
    """Incentives that are taken, and the grants by project: each project's part of what is eligible."""
    problem, stand = plan.problem, plan.stand
    table, projects = problem["incentives"], problem["projects"]
    take = value(plan.values, "take", table.height) > 0.5
    grant = value(plan.values, "grant", table.height, problem.horizon).sum(axis=1)
    repaid = value(plan.values, "repaid", table.height)
    by_project = np.zeros(projects.height)
    rows = []
    output = plan.number("output", "pairs")
    hours = problem["pairs"]["hours"].fill_null(0.0).to_numpy()
    capital = stand.share * projects["capex"].fill_null(0.0).to_numpy()
    for n, row in enumerate(table.iter_rows(named=True)):
        if not take[n]:
            continue
        of = problem["eligible"].filter(pl.col("incentive") == n)["project"].to_numpy()
        of = of[stand.started[of] >= 0]
        whole = capital[of].sum()
        by_project[of] += grant[n] * (capital[of] / whole if whole > 0 else 1.0 / max(len(of), 1))
        pairs = projects["pair"].to_numpy()[of]
        jobs = hours[pairs] @ output[pairs] / HOURS_A_YEAR * problem.periods_per_year if len(of) else np.zeros(1)
        made = jobs[stand.started[of].min() :] if len(of) else jobs
        net = grant[n] - repaid[n]
        delivered = float(made[made > 0].min()) if (made > 0).any() else 0.0
        rows.append((
            plan.point, row["incentive"], row["region"], row["kind"], grant[n], repaid[n], row["floor_jobs"], delivered,
            net / delivered if delivered > 0 else None,
        ))  # fmt: skip
    names = (
        "point",
        "incentive",
        "region",
        "kind",
        "granted",
        "clawed_back",
        "jobs_pledged",
        "jobs_delivered",
        "money_per_job",
    )
    kinds = [pl.Int64, pl.String, pl.String, pl.String, *[pl.Float64] * 5]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row"), by_project


def tail(planning: Planning, plan: PlanNumbers, point: Point) -> pl.DataFrame:
    """Adverse years under the plan, the worst first."""
    table, evaluated = planning.problem["scenarios"], point.outcome.evaluated
    losses = np.zeros(0) if evaluated is None or not planning.stage.copies else planning.money(1.0) * evaluated.targets
    shares = np.zeros(0) if evaluated is None or not planning.stage.copies else evaluated.shares
    year = planning.problem["periods"]["year"].to_list()
    held = set(point.outcome.tail)
    frame = table.head(len(losses)).select(
        pl.lit(plan.point).cast(pl.Int64).alias("point"), pl.col("key").alias("scenario"),
        pl.Series("year", [year[t] for t in table["period"].head(len(losses))], dtype=pl.Int64), "targets", "probability",
        pl.Series("loss_money", losses, dtype=pl.Float64),
        pl.Series("in_tail", (shares > 0) & (losses > 0), dtype=pl.Boolean),
        pl.Series("in_model", [w in held for w in range(len(losses))], dtype=pl.Boolean),
    )  # fmt: skip
    return frame.sort(["loss_money", "scenario"], descending=[True, False])


def survival(planning: Planning, plan: PlanNumbers) -> pl.DataFrame:
    """Sites with a time to recover, and how long the plan survives without each."""
    nodes = outages(planning.whole)
    stock = value(plan.values, "buffer", planning.problem["buffers"].height)
    days = time_to_survive(planning.whole, planning.ask, plan.stand, stock)
    survives = pl.Series("tts_days", np.where(days < LONGEST_DAYS, days, np.nan), dtype=pl.Float64).fill_nan(None)
    frame = nodes.select(
        pl.lit(plan.point).cast(pl.Int64).alias("point"), node="site", ttr_days="ttr_days"
    ).with_columns(survives)
    return frame.with_columns(margin_days=pl.col("tts_days") - pl.col("ttr_days")).sort(
        "margin_days", "node", nulls_last=True
    )


def shares_of_demand(planning: Planning, plan: PlanNumbers) -> pl.DataFrame:
    """Unmet demand: row of ``wants``, period, units and share."""
    unmet = value(plan.values, "unmet", *planning.problem.demand.shape)
    small = 1e-6 * np.maximum(planning.problem.demand, 1.0)
    rows, periods = np.nonzero(unmet > small)
    return pl.DataFrame({
        "want": rows, "period": periods, "units": unmet[rows, periods],
        "share": unmet[rows, periods] / planning.problem.demand[rows, periods],
    })  # fmt: skip
