"""Hand-made planning problems: a draft that fills in what a case does not care about, and a plain solver for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import highspy
import numpy as np
import polars as pl

from tierscape.planning.ask import Ask
from tierscape.planning.handoff import Handed, program
from tierscape.planning.model import build
from tierscape.planning.parameters import Finance, Horizon, Policy, Risk
from tierscape.planning.problem import Problem
from tierscape.planning.program import Program
from tierscape.planning.rows.reached import need
from tierscape.planning.written import Written

DEFAULTS: dict[str, dict[str, Any]] = {
    "parts": {"kind": "component", "value": 1.0, "mass_kg": 1.0, "need": 0.0, "product": False},
    "wants": {"country": "DE", "penalty": 1e4},
    "pairs": {
        "country": "DE", "region": "home", "organization": "org", "unit_cost": 0.0, "value_added": 0.0, "kg": 0.0,
        "ally": True, "trust": 100.0, "qualified": True, "surge": 0.0, "hours": 0.0, "lead_days": 0.0, "base": True,
        "market": False,
    },
    "needs": {"country": "DE"},
    "recipes": {"quantity": 1.0, "essential": True},
    "lanes": {
        "mode": "road", "freight": 0.0, "stock": 0.0, "kg": 0.0, "kg_high": 0.0, "days": 0.0, "crossings": 0.0,
        "existing": True, "within": False,
    },
    "projects": {
        "kind": "capacity", "region": "home", "country": "DE", "capex": 0.0, "opex": 0.0, "lead": 0, "ramp": 0.0,
        "jobs": 0.0,
    },
    "contracts": {"buyer": "K", "theta": 0.0, "signed": False},
    "incentives": {"kind": "grant", "region": "home", "floor_investment": 0.0, "floor_jobs": 0.0, "clawback": 0.0},
    "regions": {"country": "DE"},
}  # fmt: skip


class Draft:
    """Rows added one by one; each method gives the row number."""

    def __init__(self, periods: int = 1, *, rate: float = 0.0, shares: Sequence[float] = (1.0,)) -> None:
        self.periods, self.rate, self.shares = periods, rate, tuple(shares)
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.demand: list[Any] = []
        self.capacity: list[Any] = []
        self.duty: list[Any] = []
        self.budget: Sequence[float] | None = None
        self.struck: list[tuple[dict[int, float], Sequence[int]]] = []

    def add(self, table: str, **given: Any) -> int:
        self.rows[table].append({**DEFAULTS.get(table, {}), **given})
        return len(self.rows[table]) - 1

    def part(self, name: str, **given: Any) -> int:
        return self.add("parts", part=name, name=name, **given)

    def pair(self, site: str, part: int, unit_cost: float, capacity: Any = np.inf, **given: Any) -> int:
        self.capacity.append(capacity)
        return self.add("pairs", site=site, part=part, unit_cost=unit_cost, **given)

    def want(self, part: int, demand: Any, region: str = "K", **given: Any) -> int:
        self.demand.append(demand)
        return self.add("wants", region=region, part=part, **given)

    def lane(
        self, pair: int, *, need: int | None = None, want: int | None = None, duty: Any = 0.0, **given: Any
    ) -> int:
        self.duty.append(duty)
        return self.add("lanes", pair=pair, need=need, want=want, **given)

    def source(self, site: str, part: int, unit_cost: float, capacity: Any = np.inf, *, want: int, **given: Any) -> int:
        """Add a pair and its lane to a want; gives the pair."""
        pair = self.pair(site, part, unit_cost, capacity, **given)
        self.lane(pair, want=want)
        return pair

    def project(self, key: str, pair: int, added: float, capex: float, **given: Any) -> int:
        site = self.rows["pairs"][pair]["site"]
        return self.add("projects", project=key, site=site, pair=pair, added=added, capex=capex, **given)

    def scenario(self, left: dict[int, float] | None = None, closed: Sequence[int] = (), period: int = 0) -> None:
        self.struck.append((left or {}, closed))
        self.add("scenarios", key=f"w{len(self.struck)}", period=period, targets="")

    def problem(self) -> Problem:
        years = np.arange(self.periods)
        self.rows["periods"] = [
            {"year": 2026 + int(t), "part_of_year": 0, "discount": (1 + self.rate) ** -float(t)} for t in years
        ]
        for row in self.rows["scenarios"]:
            row["probability"] = 1.0 / len(self.struck)
        for row in self.rows["parts"]:
            row["product"] = row["product"] or any(
                w["part"] == self.rows["parts"].index(row) for w in self.rows["wants"]
            )
        tables = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in self.rows.items() if rows}
        left = np.ones((len(self.struck), len(self.capacity)))
        closed = np.zeros((len(self.struck), len(self.duty)), dtype=bool)
        for w, (share, lanes) in enumerate(self.struck):
            left[w, list(share)] = list(share.values())
            closed[w, list(lanes)] = True
        drafted = Problem(
            tables=tables,
            demand=self._over(self.demand),
            capacity=self._over(self.capacity),
            lane_duty=self._over(self.duty),
            scenario_capacity=left,
            scenario_lane=closed,
            shares=self.shares,
            budget=None if self.budget is None else np.array(self.budget, dtype=float),
            currency="EUR",
            home="DE",
        )
        needed = drafted["parts"].with_columns(need=pl.Series(need(drafted).max(axis=1)))
        return replace(drafted, tables={**drafted.tables, "parts": needed})

    def _over(self, given: Sequence[Any]) -> np.ndarray:
        rows = [np.broadcast_to(np.asarray(g, dtype=float), (self.periods,)) for g in given]
        return np.array(rows).reshape(len(rows), self.periods)


def asked(
    *,
    finance: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
    risk: dict[str, Any] | None = None,
    years: int = 1,
) -> Ask:
    """What is asked, without discount, tail or lost sales unless said."""
    return Ask(
        horizon=Horizon(start_year=2026, years=years),
        finance=Finance(**{"discount_rate": 0.0, "holding_rate": 0.0, "unmet": "forbidden", **(finance or {})}),
        policy=Policy(**(policy or {})),
        risk=Risk(**{"scenarios": 0, "weight": 0.0, **(risk or {})}),
    )


@dataclass(frozen=True)
class Found:
    """A plan: its cost in money, and its parts."""

    cost: float
    x: np.ndarray
    written: Written
    handed: Handed

    def quantity(self, variable: str) -> np.ndarray:
        return self.handed.quantity(self.x, variable)

    @property
    def terms(self) -> dict[str, float]:
        return self.handed.waterfall(self.x)


def plan(
    draft: Draft | Problem, ask: Ask | None = None, *, leave_out: Sequence[str] = (), relaxed: bool = False
) -> Found | None:
    """Solve a draft to the end; None where it has no plan. Rows named in `leave_out` (families) are dropped."""
    problem = draft.problem() if isinstance(draft, Draft) else draft
    written = build(problem, ask or asked(years=problem.horizon))
    for name in list(written.model.constraints):
        if name in leave_out or name.split(":")[0] in leave_out:
            written.model.remove_constraints(name)
    handed = program(written)
    solved = solve(handed.program, relaxed=relaxed)
    return None if solved is None else Found(solved[0] * handed.money, solved[1], written, handed)


def solve(form: Program, *, relaxed: bool = False) -> tuple[float, np.ndarray] | None:
    """Solve a program with HiGHS alone; None where it is infeasible."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(form.cost), len(form.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = form.cost, form.lower, form.upper
    lp.row_lower_, lp.row_upper_, lp.offset_ = form.row_lower, form.row_upper, form.constant
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
        form.matrix.indptr, form.matrix.indices, form.matrix.data,
    )  # fmt: skip
    if form.integer.any() and not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in form.integer]
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("threads", 1)):
        assert solver.setOptionValue(option, value) == highspy.HighsStatus.kOk
    assert solver.passModel(lp) == highspy.HighsStatus.kOk
    assert solver.run() == highspy.HighsStatus.kOk
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return None
    assert status == highspy.HighsModelStatus.kOptimal, status
    return solver.getInfo().objective_function_value, np.array(solver.getSolution().col_value)


def best(cost: Callable[..., float | None], *choices: Sequence[Any]) -> float:
    """Brute force: the least cost over all combinations; None marks one that is not allowed."""
    found = [c for c in (cost(*combination) for combination in product(*choices)) if c is not None]
    return min(found)
