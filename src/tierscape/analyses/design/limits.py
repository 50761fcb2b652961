"""Rows of the program in business words: which limits hold exactly, and what more of them would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.frontier import Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Limits, Prepared
from tierscape.planning.standing import Floats

WORDS = {
    "ally_share": "allied share", "carbon": "carbon cap", "budget": "budget", "sources": "limits on single sources",
    "lead_time": "mean transit", "crossings": "border crossings", "survival": "survival of outages", "requires": "what projects require",
    "commitment": "commitments", "incentive": "conditions of incentives", "completeness": "cluster completeness",
    "origin": "rules of origin", "labour": "hiring", "capacity": "capacity", "qualification": "qualification",
}  # fmt: skip
"""Families as people call them; balances are left out, they always hold."""
POLICY = ("ally_share", "carbon", "budget", "sources", "lead_time", "crossings", "survival", "origin", "labour")
"""Families that are goals or scarce means."""
UNITS = {"ally_share": "money of allied value added", "carbon": "kg CO2e", "budget": "money", "capacity": "units", "labour": "persons"}  # fmt: skip
MOST, STEP = 8, 0.1
"""So many limits are priced; the step is this share of the limit."""
TIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the program: its number, family, and what it is about."""

    number: int
    family: str
    labels: dict[str, int]


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of a plan's program by number."""

    planning: Planning

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """Name of each row, ``family`` or ``family:which``."""
        named = np.full(self.planning.stage.base.matrix.shape[0], "", dtype=object)
        for name, numbers in self.planning.handed.rows.items():
            named[numbers[numbers >= 0]] = name
        return named

    @cached_property
    def families(self) -> NDArray[np.object_]:
        """Family of each row."""
        return np.array([str(name).partition(":")[0] for name in self.names], dtype=object)

    def row(self, number: int) -> Row:
        """Say what one row is about: row numbers of tables by axis."""
        name = str(self.names[number])
        numbers, labels = self.planning.handed.rows[name], self.planning.handed.row_labels[name]
        at = np.argwhere(numbers == number)[0]
        where = {axis: int(labels[axis][i]) for axis, i in zip(labels, at, strict=True)}
        return Row(number, name.partition(":")[0], where)

    def about(self, row: Row) -> tuple[str, str, int | None]:
        """Give part or project, region or site, and year of a row, empty where it has none."""
        problem, at = self.planning.problem, row.labels
        part = region = ""
        if "pair" in at:
            part, region = self._part(problem["pairs"]["part"][at["pair"]]), problem["pairs"]["site"][at["pair"]]
        elif "want" in at:
            part, region = self._part(problem["wants"]["part"][at["want"]]), problem["wants"]["region"][at["want"]]
        elif "need" in at:
            part, region = self._part(problem["needs"]["part"][at["need"]]), problem["needs"]["site"][at["need"]]
        for axis, table, key in (("project", "projects", "project"), ("contract", "contracts", "contract"), ("incentive", "incentives", "incentive")):  # fmt: skip
            if axis in at:
                part = problem[table][key][at[axis]]
        if "region" in at:
            region = problem["regions"]["region"][at["region"]]
        year = int(problem["periods"]["year"][at["period"]]) if at.get("period", -1) in range(problem.horizon) else None
        return part, region, year

    def _part(self, row: int) -> str:
        return str(self.planning.problem["parts"]["part"][row])

    def tight(self, x: Floats) -> NDArray[np.bool_]:
        """Say which rows hold exactly on a side that is not an equation."""
        base = self.planning.stage.base
        value = base.matrix @ x
        room = TIGHT * np.maximum(1.0, np.abs(value))
        sides = base.row_lower < base.row_upper
        held: NDArray[np.bool_] = sides & (
            (np.abs(value - base.row_lower) < room) | (np.abs(value - base.row_upper) < room)
        )
        return held

    def binding(self, x: Floats) -> str:
        """Name the goals and scarce means that hold exactly."""
        tight = set(self.families[self.tight(x)])
        return ", ".join(WORDS[family] for family in POLICY if family in tight)


WORTH_SCHEMA = {
    "resource": pl.String, "region": pl.String, "year": pl.Int64, "marginal": pl.Float64, "step": pl.Float64, "worth": pl.Float64,
    "unit": pl.String,
}  # fmt: skip


def price_scarcity(planning: Planning, rows: Rows, point: Point) -> pl.DataFrame:
    """Say what the next unit of the scarcest things is worth, and what a whole step is, decisions held.

    The marginal value is the dual of the linear program with the plan's decisions fixed; the worth of the step comes from
    solving it again with the limit moved by a tenth. Adverse years keep their limits.
    """
    x, dual = point.outcome.x, point.outcome.row_dual
    if x is None or dual is None:
        return pl.DataFrame(schema=WORTH_SCHEMA)
    base, handed = planning.stage.base, planning.handed
    dual = dual[: base.matrix.shape[0]]
    wanted = np.isin(rows.families, [*POLICY, "capacity"]) & rows.tight(x) & (np.abs(dual) > 1e-9)
    side = np.where(np.isfinite(base.row_upper), base.row_upper, base.row_lower)
    size = np.maximum(np.abs(base.matrix) @ np.abs(x), np.abs(side))
    order = np.argsort(-np.abs(dual) * size * wanted, kind="stable")[:MOST]
    order = order[wanted[order]]
    if not len(order):
        return pl.DataFrame(schema=WORTH_SCHEMA)
    whole = np.flatnonzero(base.integer)
    prepared = Prepared(planning.stage, planning.cuts)
    prepared.bound_columns(whole, x[whole], x[whole])
    start = prepared.solve(Limits(gap=0.0)).upper
    found = []
    for number in order:
        step = STEP * size[number]
        lower, upper = base.row_lower[number], base.row_upper[number]
        moved = (lower - step if np.isfinite(lower) else lower, upper + step if np.isfinite(upper) else upper)
        prepared.bound_rows(np.array([number]), np.array([moved[0]]), np.array([moved[1]]))
        after = prepared.solve(Limits(gap=0.0)).upper
        prepared.bound_rows(np.array([number]), np.array([lower]), np.array([upper]))
        row = rows.row(int(number))
        part, region, year = rows.about(row)
        unit = handed.row_unit[number]
        found.append((
            f"{WORDS[row.family]} {part}".strip(), region, year or 0, abs(dual[number]) * handed.money / unit, step * unit,
            planning.money(start - after) if np.isfinite(start) and np.isfinite(after) else None, UNITS.get(row.family, "units"),
        ))  # fmt: skip
    frame = pl.DataFrame(found, schema=WORTH_SCHEMA, orient="row")
    return frame.unique(["resource", "region", "year"], keep="first", maintain_order=True)
