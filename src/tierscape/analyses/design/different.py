"""The most different plans that cost little more than the one shown first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tierscape.analyses.design.alternatives import decisions
from tierscape.planning.frontier import MET, Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Outcome, Prepared
from tierscape.planning.solve.master import Rows as SolverRows
from tierscape.planning.standing import Floats

PLANS = 3
"""So many are looked for."""
CHEAPER = 0.4
"""Of plans that differ in as many decisions the cheaper is taken: the whole room in cost counts as so much of a decision."""
SCHEMA = {
    "plan": pl.Int64, "decision": pl.String, "taken": pl.Boolean, "apart": pl.Int64, "cost": pl.Float64,
    "delta_cost": pl.Float64,
}  # fmt: skip


def most_different(
    planning: Planning, point: Point, prepared: Prepared, run: Callable[[Prepared], Outcome]
) -> pl.DataFrame:
    """Look for plans that cost at most ``near`` more, lose no more in bad years, and differ in the most decisions.

    Projects, contracts and incentives count, whenever they start. The first plan differs most from the one shown, the second
    from both, the third from all three: the sum of the distances is maximised.

    Parameters
    ----------
    planning : Planning
    point : Point
        The plan shown first.
    prepared : Prepared
        Its question.
    run : callable
        Runs a search.

    Returns
    -------
    polars.DataFrame
        Rows of ``different``: the decisions in which each differs from the plan shown first.

    References
    ----------
    Modelling to generate alternatives: Brill, Chang & Hopkins (1982), The HSJ method, Management Science 28(3):221-235,
    doi:10.1287/mnsc.28.3.221.
    """
    x, evaluated = point.outcome.x, point.outcome.evaluated
    rows: list[tuple[object, ...]] = []
    choices = [] if x is None else [c for c in decisions(planning, x) if not c[0].startswith("qualify ")]
    if x is None or evaluated is None or not choices:
        return pl.DataFrame(schema=SCHEMA)
    base = planning.stage.base
    cost, room = float(base.cost @ x), planning.ask.search.near * abs(point.upper)
    _within(planning, prepared, cost + room, evaluated.cvar)
    goal = base.cost * (CHEAPER / max(room, 1e-12))
    seen: list[Floats] = [x]
    known = {tuple(taken for _, _, taken in choices)}
    for number in range(1, PLANS + 1):
        for _, columns, _ in choices:
            goal[columns] += 1.0 if seen[-1][columns].sum() > 0.5 else -1.0
        prepared.price(goal, 0.0)
        found = run(prepared)
        if found.x is None or found.stopped_by == "user":
            break
        now = [(words, bool(found.x[columns].sum() > 0.5)) for words, columns, _ in choices]
        state = tuple(taken for _, taken in now)
        if state in known:  # all that lies within reach was found
            break
        seen.append(found.x)
        known.add(state)
        apart = [(words, taken) for (words, taken), (_, _, before) in zip(now, choices, strict=True) if taken != before]
        money = planning.money(float(base.cost @ found.x) + base.constant)
        more = planning.money(float(base.cost @ found.x) - cost)
        rows += [(number, words, taken, len(apart), money, more) for words, taken in apart]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _within(planning: Planning, prepared: Prepared, cost: float, cvar: float) -> None:
    """Ask for plans up to a cost, a loss in bad years, and a capital where one is given."""
    base, problem = planning.stage.base, planning.problem
    matrix, most = [base.cost / 1000.0], [cost / 1000.0]
    capital = planning.ask.search.near_capital
    if capital is not None and "start" in planning.handed.columns:
        capex = problem["projects"]["capex"].fill_null(0.0).to_numpy()
        matrix.append(planning.weights("start", capex[:, None, None]) / 1000.0)
        most.append(capital / 1000.0)
    sides = np.array(most) + MET * np.maximum(1.0, np.abs(most))
    prepared.add_rows(SolverRows(csr_array(np.array(matrix)), np.full(len(most), -np.inf), sides))
    if planning.stage.copies:
        prepared.cap(min(cvar + MET * max(1.0, cvar), planning.stage.cap))
