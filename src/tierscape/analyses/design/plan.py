"""From a question to the tables of its plans."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console

from tierscape.analyses.design import reading, tables
from tierscape.analyses.design.again import asked_again
from tierscape.analyses.design.alternatives import ALTERNATIVES, BECAUSE, find_alternatives
from tierscape.analyses.design.causes import Blocked, unmet
from tierscape.analyses.design.checks import check_plan, doubts
from tierscape.analyses.design.conflicts import Refusal
from tierscape.analyses.design.different import SCHEMA as DIFFERENT
from tierscape.analyses.design.different import most_different
from tierscape.analyses.design.goals import SCHEMA as GOALS
from tierscape.analyses.design.goals import emission_weights, outside_weights, price_goals
from tierscape.analyses.design.limits import Rows, price_scarcity
from tierscape.analyses.design.reading import PlanNumbers
from tierscape.analyses.design.result import Design
from tierscape.analyses.design.sides import finite, incentives, points, shares_of_demand, survival, tail
from tierscape.analyses.design.world import plan_scenario
from tierscape.errors import ParameterError, Stopped, worst_first
from tierscape.frames import empty
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.frontier import LATER, Axis, Point, frontier
from tierscape.planning.prepare import Planning, prepare
from tierscape.planning.solve import Limits, Outcome, Prepared, Progress, heard
from tierscape.planning.solve.outcome import Report, Stop
from tierscape.schema import Table

Found = Mapping[int, tuple[Point, PlanNumbers | None, str]]


def make_plan(network: Network, ask: Ask, product: str | None) -> Design:
    """Search the frontier, read its plans, price what the one at the knee depends on.

    Raises
    ------
    ParameterError
        The frontier's main goal is not cost, or a goal is named twice.
    InfeasibleError
        There is no plan at all.
    Stopped
        Interrupted before a first plan was found.
    """
    _check(ask)
    planning = prepare(network, ask, product=product)
    limits = Limits(gap=ask.search.gap, work=ask.search.work_limit, time_s=ask.search.time_limit_s)
    rows = Rows(planning)
    say = partial(money_words, currency=planning.problem.currency)
    with told(planning) as report, heard() as stop:
        run = partial(_run, report=report, stop=stop)
        axes = _axes(planning)
        walked = frontier(
            planning.stage, axes, ask.search.points, limits, cuts=planning.cuts, progress=report, stop=stop
        )
        if walked[0].outcome.status == "infeasible":
            raise Refusal(
                planning=planning, rows=rows, solve=partial(run, limits=limits), say=say,
                again=lambda other: prepare(network, other, product=product),
            ).error()  # fmt: skip
        if walked[0].outcome.x is None:
            bound = finite(planning.money(walked[0].lower))
            proven = "nothing is proven yet" if bound is None else f"no plan costs less than {say(bound)}"
            raise Stopped(f"no plan was found before the search ended; {proven}. Give it more time or work.")
        found = _read(planning, rows, walked)
        knee = _knee(found)
        point = found[knee][0]
        # the user's stop ends the search, not the answer: what was found is read
        goals = pl.DataFrame(schema=GOALS)
        if ask.search.goals and not stop():
            goals = price_goals(
                planning, point, axes, partial(run, limits=replace(limits, work=LATER * limits.work)), say
            )
        alternatives, because, different = (pl.DataFrame(schema=s) for s in (ALTERNATIVES, BECAUSE, DIFFERENT))
        if ask.search.alternatives and not stop():
            alternatives, because = find_alternatives(
                planning, rows, point, asked_again(planning, axes, point),
                lambda prepared, cutoff: run(prepared, limits=replace(limits, cutoff=cutoff)),
            )  # fmt: skip
            different = most_different(
                planning, point, asked_again(planning, axes, point), partial(run, limits=replace(limits, work=LATER * limits.work))
            )  # fmt: skip
        worth = price_scarcity(
            planning, rows, point, asked_again(planning, axes, point), lambda held: run(held, limits=replace(limits, gap=0.0))
        )  # fmt: skip
        return _answer(network, planning, found, knee, {
            "goals": goals, "alternatives": alternatives, "because": because, "different": different, "worth": worth,
        })  # fmt: skip


def _run(prepared: Prepared, limits: Limits, report: Report | None, stop: Stop) -> Outcome:
    return prepared.solve(limits, progress=report, stop=stop)


def money_words(value: float, currency: str) -> str:
    """Write money at three significant figures."""
    size, word = next((s for s in ((1e9, " bn"), (1e6, " M"), (1e3, " k")) if abs(value) >= s[0]), (1.0, ""))
    return f"{value / size:.3g}{word} {currency}".strip()


def _check(ask: Ask) -> None:
    goals = ask.search.objectives
    if goals[0] != "cost" or len(set(goals)) < len(goals):
        raise ParameterError(
            f"search.objectives: the first must be 'cost' and each may stand once, given was {', '.join(goals)}."
        )
    if "cvar" in goals and not ask.risk.scenarios:
        raise ParameterError("search.objectives: 'cvar' needs adverse years; set risk.scenarios above 0.")


def _axes(planning: Planning) -> list[Axis]:
    """Further goals as costs over the columns: kilograms of CO2e, value added by others than allies, the CVaR."""
    size = {"co2": emission_weights, "ally": outside_weights}
    return [
        Axis(name=name, cost=None if name == "cvar" else size[name](planning))
        for name in planning.ask.search.objectives[1:]
    ]


def _read(planning: Planning, rows: Rows, walked: tuple[Point, ...]) -> Found:
    """Number the points by cost and read their plans."""
    order = sorted(range(len(walked)), key=lambda i: (walked[i].upper, i))
    found: dict[int, tuple[Point, PlanNumbers | None, str]] = {}
    for number, at in enumerate(order, 1):
        point, x = walked[at], walked[at].outcome.x
        if x is None:
            found[number] = point, None, ""
            continue
        plan = PlanNumbers.of(number, planning.problem, planning.values(x))
        found[number] = point, plan, rows.binding(x)
    return found


def _knee(found: Found) -> int:
    """Give the point nearest to the best of every goal, each goal from its least to its largest on the frontier."""
    numbers = [n for n, (point, plan, _) in found.items() if plan is not None]
    values = np.array([(found[n][0].upper, *found[n][0].values) for n in numbers])
    span = np.ptp(values, axis=0)
    scaled = (values - values.min(axis=0)) / np.where(span > 0, span, 1.0)
    return numbers[int(np.argmin((scaled**2).sum(axis=1)))]


def _answer(network: Network, planning: Planning, found: Found, knee: int, more: Mapping[str, pl.DataFrame]) -> Design:
    problem = planning.problem
    names = dict(network["projects"].select("project", "name").drop_nulls().rows())
    collected: dict[str, list[pl.DataFrame]] = {table.name: [] for table in tables.ALL}
    for number, (point, plan, _) in found.items():
        if plan is None or point.outcome.x is None:
            continue
        support, grants = incentives(plan)
        projects = reading.projects(plan, grants, _purposes(plan))
        collected["projects"].append(
            projects.with_columns(name=pl.col("project").replace_strict(names, default=None, return_dtype=pl.String))
        )
        collected["contracts"].append(reading.contracts(plan))
        collected["incentives"].append(support)
        collected["qualifications"].append(reading.qualifications(plan))
        collected["hubs"].append(reading.hubs(plan))
        collected["buffers"].append(reading.buffers(plan, planning.ask.finance.holding_rate))
        collected["flows"].append(reading.flows(plan))
        collected["production"].append(reading.production(plan))
        blocked = Blocked(problem, plan.number("output", "pairs"), plan.stand)
        collected["unmet"].append(unmet(problem, shares_of_demand(planning, plan), blocked, number))
        collected["tail"].append(tail(planning, plan, point))
        collected["costs"].append(_costs(planning, point, number))
        collected["checks"].append(check_plan(planning, plan, point))
        if number == knee:
            collected["survival"].append(survival(planning, plan))
        collected["trace"].append(_trace(planning, point, number))
    collected["points"].append(points(planning, found, knee))
    for name, frame in more.items():
        collected[name].append(frame)
    stacked: dict[str, Any] = {t.name: _stacked(collected[t.name], t) for t in tables.ALL}
    answer = Design(
        **stacked,
        places=_places(network),
        currency=problem.currency,
        alpha=planning.ask.risk.alpha,
        unseen_share=finite(problem.unseen_share),
        findings=worst_first([*problem.findings, *doubts(stacked["checks"])]),
    )
    if answer.of_plan("production").is_empty():
        return answer
    return replace(answer, planned=plan_scenario(network, answer))


def _stacked(frames: list[pl.DataFrame], table: Table) -> pl.DataFrame:
    typed = empty(table)
    return pl.concat([typed, *(frame.select(table.names).cast(typed.schema) for frame in frames)])


def _places(network: Network) -> pl.DataFrame:
    rows = [
        network[name].select(place=key, lat="lat", lon="lon")
        for name, key in (("sites", "site"), ("regions", "region"))
    ]
    return pl.concat(rows).drop_nulls().unique("place", keep="first", maintain_order=True)


def _purposes(plan: PlanNumbers) -> dict[str, str]:
    """Say what each project adds, measured by the need of its part."""
    problem = plan.problem
    parts, need = problem["parts"], problem["parts"]["need"].fill_null(0.0).to_list()
    words = {}
    for row in problem["projects"].iter_rows(named=True):
        if row["pair"] is None or not row["added"]:
            continue
        part = problem["pairs"]["part"][row["pair"]]
        name = parts["name"][part] or parts["part"][part]
        share = row["added"] / need[part] if need[part] else 0.0
        words[row["project"]] = f"adds {share:.0%} of the largest need for {name}"
    return words


def _costs(planning: Planning, point: Point, number: int) -> pl.DataFrame:
    money = planning.handed.waterfall(point.outcome.x)  # type: ignore[arg-type]
    return pl.DataFrame(
        {"point": [number] * len(money), "term": list(money), "money": list(money.values())},
        schema={"point": pl.Int64, "term": pl.String, "money": pl.Float64},
    )


def _trace(planning: Planning, point: Point, number: int) -> pl.DataFrame:
    steps = point.outcome.trace
    return pl.DataFrame(
        {
            "point": [number] * len(steps), "step": list(range(1, len(steps) + 1)), "stage": [s.stage for s in steps],
            "work": [s.work for s in steps], "lower": [finite(planning.money(s.lower)) for s in steps],
            "upper": [finite(planning.money(s.upper)) for s in steps], "gap": [finite(s.gap) for s in steps],
        },
        schema=empty(tables.TRACE).schema,
    )  # fmt: skip


@contextmanager
def told(planning: Planning) -> Iterator[Report | None]:
    """Say on a terminal how the search goes; silent where standard error is none."""
    if not sys.stderr.isatty():
        yield None
        return
    with Console(stderr=True).status("Planning") as status:

        def show(now: Progress) -> None:
            step = now.step
            best = f"best {planning.money(step.upper):,.4g}" if np.isfinite(step.upper) else "no plan yet"
            gap = f"gap {step.gap:.2%}" if np.isfinite(step.gap) else ""
            status.update(
                f"Planning: {step.stage}, {now.seconds:.0f} s, bound {planning.money(step.lower):,.4g}, {best} {gap}"
            )

        yield show
