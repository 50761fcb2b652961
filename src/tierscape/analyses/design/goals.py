"""What other questions would cost: no contracts, no projects, no public money, more allied value, less carbon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tierscape.analyses.design.again import asked_again
from tierscape.analyses.design.sides import ally_share, held_periods
from tierscape.planning.frontier import Axis, Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Outcome, Prepared
from tierscape.planning.solve.master import Rows
from tierscape.planning.standing import Floats

MORE_ALLIED, LESS_CARBON = 0.05, 0.20
"""Steps that are priced: points of allied share, share of emissions."""

SCHEMA = {
    "goal": pl.String, "now": pl.Float64, "asked": pl.Float64, "unit": pl.String, "delta_lb": pl.Float64,
    "delta_ub": pl.Float64, "text": pl.String,
}  # fmt: skip
Solve = Callable[[Prepared], Outcome]


def price_goals(
    planning: Planning, point: Point, axes: list[Axis], solve: Solve, say: Callable[[float], str]
) -> pl.DataFrame:
    """Solve the plan's question again with one thing changed, and say what the change costs.

    Parameters
    ----------
    planning : Planning
    point : Point
        The plan shown first.
    axes : list of Axis
        Of the frontier; what the point was asked beyond the least cost is asked again.
    solve : callable
        Runs a search.
    say : callable
        Writes money.

    Returns
    -------
    polars.DataFrame
        Rows of ``goals``. ``delta_lb`` is what the bound of the changed question exceeds the plan's cost by, at least 0 where
        the change only takes away; ``delta_ub`` what the best plan found exceeds the plan's bound by.
    """
    if point.outcome.x is None:
        return pl.DataFrame(schema=SCHEMA)
    rows: list[tuple[object, ...]] = []
    for words, unit, now, asked, change in _changes(planning, point.outcome.x):
        prepared = asked_again(planning, axes, point)
        change(prepared)
        outcome = solve(prepared)
        if outcome.stopped_by == "user":
            break
        low: float | None = max(planning.money(outcome.lower - point.upper), 0.0)
        high = planning.money(outcome.upper - point.lower) if outcome.x is not None else None
        if outcome.status == "infeasible":
            text, low, high = f"{words}: no plan can do that.", None, None
        elif high is None or low is None:
            least = f"at least {say(low)} more; " if low else ""
            text = f"{words}: {least}no plan was found in time."
        elif high <= max(1e-6 * abs(planning.money(point.upper)), 1e-9):
            text = f"{words}: costs nothing more."
        else:
            same = high - low <= 1e-3 * high
            text = f"{words}: {say(high)} more." if same else f"{words}: {say(low)} to {say(high)} more."
        rows.append((words, now, asked, unit, low, high, text))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _changes(planning: Planning, x: Floats) -> list[tuple[str, str, float, float, Callable[[Prepared], None]]]:
    """List what can be asked of this plan: words, unit, where it stands, what is asked, and the change itself."""
    problem, columns = planning.problem, planning.handed.columns
    found: list[tuple[str, str, float, float, Callable[[Prepared], None]]] = []

    def without(name: str, chosen: Floats) -> Callable[[Prepared], None]:
        numbers = columns[name][chosen.astype(bool)].ravel()
        numbers = numbers[numbers >= 0]
        return lambda prepared: prepared.bound_columns(numbers, np.zeros(len(numbers)), np.zeros(len(numbers)))

    for name, table, words in (("sign", "contracts", "No new contract"), ("start", "projects", "No new project"), ("take", "incentives", "No public money")):  # fmt: skip
        if name not in columns:
            continue
        free = np.ones(problem[table].height)
        if table == "contracts":
            free = (~problem[table]["signed"].fill_null(value=False)).to_numpy().astype(float)
        taken = planning.values(x)[name].reshape(problem[table].height, -1).sum(axis=1) * free
        if (taken > 0.5).any():
            found.append((words, table, float((taken > 0.5).sum()), 0.0, without(name, free)))
    now = ally_share(planning, planning.values(x)["output"])
    if now is not None and now < 1:
        asked = min(now + MORE_ALLIED, 1.0)
        row = _ally_row(planning, asked)
        found.append(
            (
                f"Allied share {100 * asked:.0f} % instead of {100 * now:.0f} %",
                "share",
                now,
                asked,
                lambda p: _add(p, row, 0.0, np.inf),
            )
        )
    gas = emission_weights(planning)
    emitted = float(gas @ x)
    if emitted > 0:
        cap = (1 - LESS_CARBON) * emitted
        words = f"{100 * LESS_CARBON:.0f} % less CO2e"
        found.append(
            (words, "t", emitted / 1000.0, cap / 1000.0, lambda p: _add(p, gas / 1000.0, -np.inf, cap / 1000.0))
        )
    return found


def _add(prepared: Prepared, row: Floats, lower: float, upper: float) -> None:
    prepared.add_rows(Rows(csr_array(row[None, :]), np.array([lower]), np.array([upper])))


def _ally_row(planning: Planning, share: float) -> Floats:
    """Σ (ally − α) va q over the periods that count, in thousands, over the columns."""
    pairs = planning.problem["pairs"]
    ally = pairs["ally"].fill_null(value=False).to_numpy()
    each = (ally - share) * pairs["value_added"].fill_null(0.0).to_numpy() / 1000.0
    return planning.weights("output", each[:, None] * held_periods(planning)[None, :])


def outside_weights(planning: Planning) -> Floats:
    """Value added by others than allies in the periods that count, over the columns."""
    pairs = planning.problem["pairs"]
    other = ~pairs["ally"].fill_null(value=False).to_numpy()
    each = other * pairs["value_added"].fill_null(0.0).to_numpy()
    return planning.weights("output", each[:, None] * held_periods(planning)[None, :])


def emission_weights(planning: Planning) -> Floats:
    """Kilograms of CO2e of making and moving, over the columns; the upper end where the figure is unknown."""
    total = np.zeros(len(planning.stage.base.cost))
    for name, table in (("flow", "lanes"), ("output", "pairs")):
        kg = planning.problem[table].select(pl.coalesce("kg", "kg_high").fill_null(0.0)).to_series().to_numpy()
        total += planning.weights(name, kg[:, None])
    return total
