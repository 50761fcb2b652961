"""Rows of the program in business words: which limits hold exactly, and what more of them would be worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.frontier import Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Outcome, Prepared
from tierscape.planning.standing import Floats

WORDS = {
    "ally_share": "allied share", "carbon": "carbon cap", "budget": "budget", "sources": "limits on single sources",
    "lead_time": "mean transit", "crossings": "border crossings", "survival": "survival of outages", "requires": "what projects require",
    "commitment": "commitments", "incentive": "conditions of incentives", "completeness": "cluster completeness",
    "origin": "rules of origin", "labour": "hiring", "capacity": "capacity", "qualification": "qualification",
    "demand": "demand", "anchor": "projects under a signed contract",
}  # fmt: skip
"""Families as people call them; balances are left out, they always hold."""
POLICY = ("ally_share", "carbon", "budget", "sources", "lead_time", "crossings", "survival", "origin", "labour")
"""Families that are goals or scarce means."""
UNITS = {"ally_share": "money of allied value added", "carbon": "kg CO2e", "budget": "money", "capacity": "units", "labour": "persons"}  # fmt: skip
MOST, STEPS = 8, (0.1, 1.0)
"""So many limits are priced; the steps are these shares of the limit."""
TIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the program: its number, name (``family`` or ``family:which``), and what it is about."""

    number: int
    name: str
    labels: dict[str, int]

    @property
    def family(self) -> str:
        """Family of the row."""
        return self.name.partition(":")[0]


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
        return Row(number, name, where)

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
        if not part:
            part, region = self._of_columns(row.number)
        if "region" in at:
            region = problem["regions"]["region"][at["region"]]
        year = int(problem["periods"]["year"][at["period"]]) if at.get("period", -1) in range(problem.horizon) else None
        return part, region, year

    @cached_property
    def _pairs(self) -> NDArray[np.int64]:
        """Pair that each column of the program is about, -1 for none."""
        found = np.full(len(self.planning.stage.base.cost), -1)
        problem, written = self.planning.problem, self.planning.written
        of = {"output": None, "qualify": None, "flow": problem["lanes"]["pair"], "start": problem["projects"]["pair"]}
        for name, owner in of.items():
            if name not in self.planning.handed.columns:
                continue
            columns = self.planning.handed.columns[name]
            numbers = next(iter(written[name].indexes.values())).to_numpy()
            own = numbers if owner is None else owner.fill_null(-1).to_numpy()[numbers]
            spread = np.broadcast_to(own.reshape(-1, *[1] * (columns.ndim - 1)), columns.shape)
            found[columns[columns >= 0]] = spread[columns >= 0]
        return found

    def _of_columns(self, number: int) -> tuple[str, str]:
        """Give the part that all columns of a row are about, and the site of the one that stands apart; empty for several."""
        matrix, problem = self.planning.stage.base.matrix, self.planning.problem
        at = slice(matrix.indptr[number], matrix.indptr[number + 1])
        pairs, entries = self._pairs[matrix.indices[at]], matrix.data[at]
        entries, pairs = entries[pairs >= 0], pairs[pairs >= 0]
        parts = np.unique(problem["pairs"]["part"].to_numpy()[pairs])
        if len(parts) != 1:
            return "", ""
        apart = np.unique(pairs[entries > 0])
        site = str(problem["pairs"]["site"][int(apart[0])]) if len(apart) == 1 else ""
        return self._part(int(parts[0])), site

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
    "resource": pl.String, "region": pl.String, "year": pl.Int64, "step": pl.Float64, "marginal": pl.Float64, "worth": pl.Float64,
    "unit": pl.String,
}  # fmt: skip


def price_scarcity(
    planning: Planning, rows: Rows, point: Point, prepared: Prepared, solve: Callable[[Prepared], Outcome]
) -> pl.DataFrame:
    """Say what the next unit of the scarcest things is worth, and what whole steps are, decisions held.

    The marginal value is the dual of the linear program with the plan's decisions fixed; the worth of a step comes from
    solving it again with the limit moved by a tenth, and by all of itself: mostly a large step is worth less a unit. Adverse
    years keep their limits.
    """
    x, dual = point.outcome.x, point.outcome.row_dual
    if x is None or dual is None:
        return pl.DataFrame(schema=WORTH_SCHEMA)
    base, handed = planning.stage.base, planning.handed
    dual = dual[: base.matrix.shape[0]]
    # what a limit bounds: its own side, or, where that is 0, what the plan puts on the left
    side = np.where(np.isfinite(base.row_upper), base.row_upper, base.row_lower)
    size = np.where(side == 0, np.abs(base.matrix) @ np.abs(x) / 2, np.abs(side))
    size = np.where(np.isfinite(size), size, 0.0)
    value = np.abs(dual) * size * np.isin(rows.families, [*POLICY, "capacity"]) * rows.tight(x) * (np.abs(dual) > 1e-9)
    order = np.argsort(-value, kind="stable")[:MOST]
    order = order[value[order] > 0]
    if not len(order):
        return pl.DataFrame(schema=WORTH_SCHEMA)
    whole = np.flatnonzero(base.integer)
    prepared.bound_columns(whole, x[whole], x[whole])
    first = solve(prepared)
    start = first.upper
    found = []
    if first.stopped_by == "user":
        return pl.DataFrame(schema=WORTH_SCHEMA)
    for number in order:
        row, unit = rows.row(int(number)), handed.row_unit[number]
        part, region, year = rows.about(row)
        lower, upper = base.row_lower[number], base.row_upper[number]
        for step in STEPS:
            prepared.bound_rows(
                np.array([number]), np.array([lower - step * size[number]]), np.array([upper + step * size[number]])
            )
            after = solve(prepared).upper
            found.append((
                f"{WORDS[row.family]} {part}".strip(), region, year or 0, step * size[number] * unit,
                abs(dual[number]) * handed.money / unit,
                planning.money(start - after) if np.isfinite(start) and np.isfinite(after) else None, UNITS.get(row.family, "units"),
            ))  # fmt: skip
        prepared.bound_rows(np.array([number]), np.array([lower]), np.array([upper]))
    frame = pl.DataFrame(found, schema=WORTH_SCHEMA, orient="row")
    return frame.unique(["resource", "region", "year", "step"], keep="first", maintain_order=True)
