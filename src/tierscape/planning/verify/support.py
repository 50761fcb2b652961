"""Family 9: public money is granted for what was started in time, and repaid where pledged jobs are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.standing import Floats
from tierscape.planning.verify.held import Check, Held, jobs, over

TESTED_YEARS = 5
"""Years for which the jobs that were pledged must be there."""


@dataclass(frozen=True, eq=False)
class Programme:
    """An incentive and the projects that it supports and a plan starts in time."""

    row: int
    kind: str
    rate: float
    cap: float
    projects: NDArray[np.int64]


def programmes(held: Held) -> list[Programme]:
    """Give the incentives with the supported projects that start in time."""
    problem, started = held.problem, held.stand.started
    found = []
    for n, (kind, rate, cap, until) in enumerate(
        problem["incentives"].select("kind", "rate", "cap", "until").iter_rows()
    ):
        of = problem["eligible"].filter(pl.col("incentive") == n)["project"].to_numpy()
        last = problem.horizon - 1 if until is None else until
        of = of[(started[of] >= 0) & (started[of] <= last)]
        found.append(Programme(n, kind, rate or 0.0, np.inf if cap is None else cap, of))
    return found


def _floors(held: Held) -> float:
    """Taken only where supported projects invest and employ as much as asked."""
    take, worst = held.once("take", "incentives"), 0.0
    capex, people = held.column("projects", "capex"), held.column("projects", "jobs")
    for programme in programmes(held):
        for floor, size in (("floor_investment", capex), ("floor_jobs", people)):
            asked = held.column("incentives", floor)[programme.row] * take[programme.row]
            worst = max(worst, over(np.array([asked]), np.array([size[programme.projects].sum()])))
    return worst


def allowed(held: Held, programme: Programme) -> Floats:
    """Give the most that an incentive may pay in each period, shape (T,), its cap apart."""
    problem, stand = held.problem, held.stand
    most, of = np.zeros(problem.horizon), programme.projects
    if programme.kind == "fast_track":
        return most
    if programme.kind != "tax":
        paid = programme.rate * held.column("projects", "capex")[of] * stand.share[of]
        np.add.at(most, stand.started[of], paid)
        return most
    value = held.column("parts", "value")[problem["pairs"]["part"].to_numpy()]
    added, lead, ramp = (held.column("projects", name) for name in ("added", "lead", "ramp"))
    for pair in np.unique(problem["projects"]["pair"].to_numpy()[of]):
        ready = np.zeros(problem.horizon)
        for j in of[problem["projects"]["pair"].to_numpy()[of] == pair]:
            age = np.arange(problem.horizon) - stand.started[j] - lead[j]
            ready += added[j] * np.where(age < 0, 0, np.minimum(1, (age + 1) / (ramp[j] + 1)))
        most += programme.rate * value[pair] * np.minimum(held.output[pair], ready)
    return most


def _grants(held: Held) -> float:
    take, grant = held.once("take", "incentives"), held.number("grant", "incentives")
    worst = 0.0
    for programme in programmes(held):
        paid = grant[programme.row]
        cap = 0.0 if take[programme.row] < 0.5 else programme.cap
        worst = max(worst, over(paid, allowed(held, programme)), over(paid.sum(keepdims=True), np.array([cap])))
    return worst


def _clawback(held: Held) -> float:
    """Where an incentive is not repaid, pledged jobs are there in each tested year; where it is, the stated share is."""
    problem, worst = held.problem, 0.0
    take, clawed = held.once("take", "incentives"), held.once("clawed", "incentives")
    grant, repaid = held.number("grant", "incentives").sum(axis=1), held.once("repaid", "incentives")
    people, pair = held.column("projects", "jobs"), problem["projects"]["pair"].to_numpy()
    full = held.column("projects", "lead") + np.ceil(held.column("projects", "ramp"))
    for programme in programmes(held):
        n, of = programme.row, programme.projects
        claw, floor = (held.column("incentives", name)[n] for name in ("clawback", "floor_jobs"))
        if take[n] < 0.5 or claw <= 0 or floor <= 0 or programme.kind == "fast_track":
            continue
        if clawed[n] > 0.5:
            worst = max(worst, over(np.array([claw * grant[n]]), np.array([repaid[n]])))
            continue
        supported = problem["eligible"].filter(pl.col("incentive") == n)["project"].to_numpy()
        there = jobs(held, np.unique(pair[supported]))
        age = np.arange(problem.horizon)[None, :] - held.stand.started[of][:, None] - full[of][:, None]
        untested = people[of] @ ((age < 0) | (age >= TESTED_YEARS * problem.periods_per_year)).astype(np.float64)
        worst = max(worst, over(floor - untested, there))
    return worst


CHECKS: dict[str, Check] = {"incentive": _floors, "incentive:grant": _grants, "incentive:clawback": _clawback}
