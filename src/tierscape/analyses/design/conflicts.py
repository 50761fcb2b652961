"""No plan meets all that was asked: which limits conflict, by how much, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.design.causes import Blocked
from tierscape.analyses.design.clash import clash, most_allied
from tierscape.analyses.design.limits import UNITS, WORDS, Row, Rows
from tierscape.errors import InfeasibleError
from tierscape.planning.ask import Ask
from tierscape.planning.prepare import Planning
from tierscape.planning.program import TwoStage
from tierscape.planning.solve import Outcome, Prepared, shortfall
from tierscape.planning.solve.limits import Effort, Limits
from tierscape.planning.standing import Standing, standing

HUMAN = (
    "demand", "budget", "ally_share", "carbon", "sources", "lead_time", "crossings", "survival", "incentive", "labour",
    "commitment", "requires", "anchor",
)  # fmt: skip
"""Families that people can change; balances and physics cannot give way."""
LAST_TO_BLAME = (*reversed(HUMAN[1:]), "demand")
"""In this order limits are tested for being needed in a conflict: the first go first."""
IMPLIED = "capacity:enough"
"""Rows that follow from others and would hide which of those gives way."""
SCHEMA = {
    "family": pl.String, "part": pl.String, "region": pl.String, "year": pl.Int64, "short": pl.Float64, "unit": pl.String,
    "share": pl.Float64, "text": pl.String,
}  # fmt: skip
SMALL, SHOWN = 1e-7, 8
"""Least share of a limit that counts as missed; so many conflicts are told."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Refusal:
    """A question that no plan answers.

    Parameters
    ----------
    planning : Planning
    rows : Rows
    solve : callable
        Runs a search on a changed question.
    again : callable
        Prepares the same network for another question.
    say : callable
        Writes money.
    """

    planning: Planning
    rows: Rows
    solve: Callable[[Prepared], Outcome]
    again: Callable[[Ask], Planning]
    say: Callable[[float], str]

    def error(self) -> InfeasibleError:
        """Name each conflict, and the cheapest single relaxation that restores a plan."""
        found, together = self.conflicts(), self._together()
        best = min(self.relaxations(), default=None)
        texts = [f"  {text}" for text in found["text"].head(SHOWN)] or [
            "  No kind of limit that people can change explains it alone."
        ]
        rest = [f"  ... and {found.height - SHOWN} more"] if found.height > SHOWN else []
        mend = (
            "No single relaxation mends it."
            if best is None
            else f"Cheapest single relaxation: {best[1]}; the plan then costs {self.say(best[0])}."
        )
        return InfeasibleError("\n".join(["no plan meets all that was asked", *texts, *rest, *together, f"  {mend}"]))

    def _together(self) -> list[str]:
        """Name the limits that exclude each other."""
        found = clash(self._stage.base, self.rows, LAST_TO_BLAME, self._effort())
        names = [f"{WORDS.get(family, family)}{f' in {year}' if year else ''}" for family, year in found]
        if len(names) < 2:
            return []
        more = [f"{len(names) - SHOWN} more"] if len(names) > SHOWN else []
        listed = [*names[:SHOWN], *more]
        return [
            f"  These exclude each other, and without any one of them the rest can hold: {', '.join(listed[:-1])} and {listed[-1]}."
        ]

    def conflicts(self) -> pl.DataFrame:
        """Let the limits that people can change give way as little as possible in all, and say which did.

        References
        ----------
        Elastic programs: Chinneck & Dravnieks (1991), ORSA J. Comput. 3(2):157, doi:10.1287/ijoc.3.2.157.
        """
        base, short = self._stage.base, None
        # demand that is not served meets any other limit: it gives way only where nothing else helps
        for families in (HUMAN[1:], HUMAN):
            giving = np.flatnonzero(np.isin(self.rows.families, families))
            short = shortfall(base, rows=giving, effort=self._effort())
            if short is not None and not short.any():
                short = shortfall(base, rows=giving, whole=True, effort=self._effort())
            if short is not None:
                break
        if short is None:
            return pl.DataFrame(schema=SCHEMA)
        sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (base.row_lower, base.row_upper)]
        size = np.maximum(*sides)
        stand = self._most()
        full = np.where(np.isfinite(stand.capacity), stand.capacity, 0.0)
        blocked = Blocked(self.planning.problem, full, stand)
        found = [
            self._say(self.rows.row(int(n)), short[n], size[n], blocked) for n in np.flatnonzero(np.abs(short) > SMALL)
        ]
        frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
        worst = frame.sort(pl.col("share").fill_null(1.0), descending=True, maintain_order=True)
        return worst.unique(["family", "part", "region", "year"], keep="first", maintain_order=True).sort(
            "year", "family", "part", "region", nulls_last=True
        )

    @property
    def _stage(self) -> TwoStage:
        """The plan's program without its implied rows."""
        stage = self.planning.stage
        lower = np.where(self.rows.names == IMPLIED, -np.inf, stage.base.row_lower)
        return replace(stage, base=replace(stage.base, row_lower=lower))

    @cached_property
    def _reach(self) -> dict[int, float]:
        """The largest allied share by period under all other limits."""
        own = self.planning.handed.row_labels.get("ally_share", {}).get("period")
        periods = [] if own is None else sorted({int(t) for t in own})
        return most_allied(self.planning, self._stage.base, self.rows, periods, self._effort())

    def _effort(self) -> Effort:
        return Effort(Limits(time_s=self.planning.ask.search.time_limit_s))

    def _most(self) -> Standing:
        """What would stand if all projects were started and all pairs qualified at once."""
        problem = self.planning.problem
        start = np.zeros((problem["projects"].height, len(problem.shares), problem.horizon))
        start[:, :1, :1] = 1.0
        qualify = np.zeros((problem["pairs"].height, problem.horizon))
        late = problem["pairs"].select(
            ~pl.col("qualified").fill_null(value=False) & pl.col("qualify_cost").is_not_null()
        )
        qualify[late.to_series().to_numpy(), 0] = 1.0
        return standing(problem, {"start": start, "qualify": qualify})

    def _say(self, row: Row, short: float, size: float, blocked: Blocked) -> tuple[object, ...]:
        unit = self.planning.handed.row_unit[row.number]
        amount, whole = abs(short) * unit, size * unit
        share = amount / whole if whole > 0 else None
        part, region, year = self.rows.about(row)
        kind, when = UNITS.get(row.family, "units"), f" in {year}" if year else ""
        by = f"{amount:,.4g}" if share is None else f"{100 * share:.0f} % ({amount:,.4g} of {whole:,.4g})"
        text = (
            f"'{WORDS.get(row.family, row.family)}'{f' of {part}' if part else ''}{when} cannot hold: missed by {by}."
        )
        currency = self.planning.problem.currency
        if row.family == "demand":
            cause = blocked.cause(row.labels["want"], row.labels["period"]) if "want" in row.labels else ""
            text = f"Demand of {part} in {region}{when} cannot be met: short by {by}{f'; {cause}' if cause else ''}."
        elif row.family == "ally_share":
            floor = 100 * (self.planning.ask.policy.ally_share or 0.0)
            most = self._reach.get(row.labels.get("period", -1))
            reach = "" if most is None or most >= floor / 100 else f"no plan has more than {100 * most:.1f} %; "
            text = f"An allied share of {floor:.0f} %{when} cannot be reached: {reach}allied value added is short by {amount:,.4g} {currency}."
        elif row.family == "budget":
            text = f"The budget{when} is too small: short by {by} {currency}."
        elif row.family == "sources":
            limit = "share of one source" if row.name == "sources" else "number and least share of sources"
            text = f"The limit on the {limit} of {part or 'a part'}{when} cannot hold: missed by {amount:,.4g}{f', at {region}' if region else ''}."
        return row.family, part, region, year, amount, kind, share, text

    def relaxations(self) -> Iterator[tuple[float, str]]:
        """Let one kind of limit at a time give way, as little as it must; give what the plan then costs, and what gave."""
        yield from self._unmet()
        for family in HUMAN[1:]:
            numbers = np.flatnonzero(self.rows.families == family)
            if len(numbers):
                yield from self._given_way(family, numbers)
        yield from self._longer()

    def _unmet(self) -> Iterator[tuple[float, str]]:
        """Leave demand unmet at its price."""
        columns = self.planning.handed.columns.get("unmet")
        prepared = Prepared(self._stage, self.planning.cuts)
        if columns is None or self.planning.ask.finance.unmet != "forbidden":
            return
        own = columns[columns >= 0]
        prepared.bound_columns(own, np.zeros(len(own)), np.full(len(own), np.inf))
        outcome = self.solve(prepared)
        if outcome.x is not None:
            amount = float(self.planning.handed.quantity(outcome.x, "unmet").sum())
            yield (
                self.planning.money(outcome.upper),
                f"leave {amount:,.4g} units of demand unmet, counted at their price",
            )

    def _given_way(self, family: str, numbers: NDArray[np.intp]) -> Iterator[tuple[float, str]]:
        base = self._stage.base
        short = shortfall(base, rows=numbers, whole=True, effort=self._effort())
        if short is None or not short.any():
            return
        moved = np.flatnonzero(np.abs(short) > SMALL)
        room = np.abs(short[moved]) * (1 + 1e-6) + 1e-6
        prepared = Prepared(self._stage, self.planning.cuts)
        lower, upper = base.row_lower[moved], base.row_upper[moved]
        prepared.bound_rows(
            moved, np.where(short[moved] > 0, lower - room, lower), np.where(short[moved] < 0, upper + room, upper)
        )
        outcome = self.solve(prepared)
        if outcome.x is not None:
            amount = float((np.abs(short[moved]) * self.planning.handed.row_unit[moved]).sum())
            words = f"let '{WORDS.get(family, family)}' give way by {amount:,.4g} {UNITS.get(family, 'units')} in all"
            yield self.planning.money(outcome.upper), words

    def _longer(self) -> Iterator[tuple[float, str]]:
        """Let the fastest way to those whom nothing reaches in time count."""
        ask, problem = self.planning.ask, self.planning.problem
        if ask.policy.max_transit_days is None:
            return
        late = problem.left_out.filter(pl.col("reason") == "too long").drop_nulls("days")
        parts = problem["parts"]["part"]
        reached = pl.concat([
            problem[table].select(buyer=place, part=parts.gather(problem[table]["part"])).with_row_index(user).filter(
                pl.col(user).is_in(problem["lanes"][user].drop_nulls().unique().implode())
            ).select("buyer", "part")
            for table, place, user in (("needs", "site", "need"), ("wants", "region", "want"))
        ])  # fmt: skip
        alone = late.join(reached, on=["buyer", "part"], how="anti").group_by("buyer", "part").agg(pl.min("days"))
        if alone.is_empty():
            return
        days = float(alone["days"].to_numpy().max())
        policy = ask.policy.model_copy(update={"max_transit_days": days})
        other = self.again(replace(ask, policy=policy))
        outcome = self.solve(Prepared(other.stage, other.cuts))
        if outcome.x is not None:
            yield other.money(outcome.upper), f"allow lanes of up to {days:.4g} days"
