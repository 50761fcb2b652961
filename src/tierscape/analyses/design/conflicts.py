"""No plan meets all that was asked: which limits conflict, by how much, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tierscape.analyses.design.causes import Blocked, no_output
from tierscape.analyses.design.limits import WORDS, Row, Rows
from tierscape.errors import InfeasibleError
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Outcome, Prepared, shortfall
from tierscape.planning.standing import Floats, standing

HUMAN = ("demand", "budget", "ally_share", "carbon", "sources", "lead_time", "crossings", "survival", "incentive", "labour", "commitment", "requires")  # fmt: skip
"""Families that people can change; balances and physics cannot give way."""
SCHEMA = {
    "family": pl.String, "part": pl.String, "region": pl.String, "year": pl.Int64, "short": pl.Float64, "unit": pl.String,
    "share": pl.Float64, "text": pl.String,
}  # fmt: skip
SMALL = 1e-7


def conflicts_of(planning: Planning, rows: Rows) -> pl.DataFrame:
    """Let the limits that people can change give way as little as possible in all, and say which did.

    References
    ----------
    Elastic programs: Chinneck & Dravnieks (1991), ORSA J. Comput. 3(2):157, doi:10.1287/ijoc.3.2.157.
    """
    giving = np.flatnonzero(np.isin(rows.families, HUMAN))
    short = shortfall(planning.stage.base, rows=giving)
    if short is not None and not short.any():
        short = shortfall(planning.stage.base, rows=giving, whole=True)
    if short is None:
        return pl.DataFrame(schema=SCHEMA)
    base = planning.stage.base
    sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (base.row_lower, base.row_upper)]
    size = np.maximum(*sides)
    blocked = Blocked(planning.problem, full_output(planning), _at_most(planning))
    found = [
        _say(planning, rows.row(int(n)), rows, short[n], size[n], blocked)
        for n in np.flatnonzero(np.abs(short) > SMALL)
    ]
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
    return frame.unique(["family", "part", "region", "year"], keep="first", maintain_order=True).sort(
        "year", "family", "part", "region", nulls_last=True
    )


def _say(planning: Planning, row: Row, rows: Rows, short: float, size: float, blocked: Blocked) -> tuple[object, ...]:
    unit = planning.handed.row_unit[row.number]
    amount, whole = abs(short) * unit, size * unit
    share = amount / whole if whole > 0 else None
    part, region, year = rows.about(row)
    when = f" in {year}" if year else ""
    if row.family == "demand":
        cause = blocked.cause(row.labels["want"], row.labels["period"])
        text = f"Demand of {part} in {region}{when} cannot be met: short by {share:.0%} ({amount:,.4g} of {whole:,.4g})"
        return row.family, part, region, year, amount, "units", share, f"{text}; {cause}." if cause else f"{text}."
    if row.family == "ally_share":
        floor = planning.ask.policy.ally_share or 0.0
        text = f"An allied share of {floor:.0%}{when} cannot be reached: allied value added is short by {amount:,.4g} {planning.problem.currency}."
        return row.family, part, region, year, amount, "money", share, text
    of = f" of {part}" if part else ""
    by = f"{share:.0%} ({amount:,.4g} of {whole:,.4g})" if share is not None else f"{amount:,.4g}"
    text = f"The limit '{WORDS.get(row.family, row.family)}'{of}{when} cannot hold: it is missed by {by}."
    units = {"carbon": "kg CO2e", "budget": "money", "incentive": "money", "labour": "persons"}
    return row.family, part, region, year, amount, units.get(row.family, "units"), share, text


def _at_most(planning: Planning):  # type: ignore[no-untyped-def]
    """What would stand if all projects were started and all pairs qualified at once."""
    problem = planning.problem
    start = np.zeros((problem["projects"].height, len(problem.shares), problem.horizon))
    start[:, :1, :1] = 1.0
    qualify = np.zeros((problem["pairs"].height, problem.horizon))
    late = (
        ~problem["pairs"]["qualified"].fill_null(value=False).to_numpy()
        & problem["pairs"]["qualify_cost"].is_not_null().to_numpy()
    )
    qualify[late, 0] = 1.0
    return standing(problem, {"start": start, "qualify": qualify})


def full_output(planning: Planning) -> Floats:
    """Let every maker with a limit work at it: a shortage then shows where the limits lie."""
    capacity = _at_most(planning).capacity
    return np.where(np.isfinite(capacity), capacity, no_output(planning.problem))


def refuse(
    planning: Planning, rows: Rows, solve: Callable[[Prepared], Outcome], say: Callable[[float], str]
) -> InfeasibleError:
    """Make the error that names each conflict and the cheapest single relaxation that restores a plan."""
    found = conflicts_of(planning, rows)
    if found.is_empty():
        return InfeasibleError(
            "No plan meets all that was asked, and no single kind of limit explains it. Ask for less."
        )
    best = _cheapest(planning, rows, found, solve)
    texts = [f"  {text}" for text in found["text"].head(8)]
    rest = [f"  ... and {found.height - 8} more"] if found.height > 8 else []
    mend = (
        "No single kind of limit mends it alone."
        if best is None
        else f"Cheapest single relaxation: {best[0]}; the plan then costs {say(best[1])}."
    )
    return InfeasibleError("\n".join(["no plan meets all that was asked", *texts, *rest, f"  {mend}"]))


def _cheapest(
    planning: Planning, rows: Rows, found: pl.DataFrame, solve: Callable[[Prepared], Outcome]
) -> tuple[str, float] | None:
    """Let one family at a time give way, as little as it must, and take the plan that costs least."""
    base = planning.stage.base
    best: tuple[str, float] | None = None
    for family in found["family"].unique().sort():
        numbers = np.flatnonzero(rows.families == family)
        short = shortfall(base, rows=numbers, whole=True)
        if short is None or not short.any():
            continue
        moved = np.flatnonzero(np.abs(short) > SMALL)
        room = np.abs(short[moved]) * (1 + 1e-6) + 1e-6
        prepared = Prepared(planning.stage, planning.cuts)
        lower, upper = base.row_lower[moved], base.row_upper[moved]
        prepared.bound_rows(
            moved, np.where(short[moved] > 0, lower - room, lower), np.where(short[moved] < 0, upper + room, upper)
        )
        outcome = solve(prepared)
        if outcome.x is None:
            continue
        amount = float((np.abs(short[moved]) * planning.handed.row_unit[moved]).sum())
        cost = planning.money(outcome.upper)
        words = f"{WORDS.get(family, family)} given way by {amount:,.4g} in all"
        if family == "demand":
            words = f"leave {amount:,.4g} units of demand unmet"
        if best is None or cost < best[1]:
            best = words, cost
    return best
