"""Which decisions a plan is forced to, which are free within a margin, and what the opposite of each would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tierscape.analyses.design.limits import WORDS, Rows
from tierscape.planning.frontier import Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Outcome, Prepared
from tierscape.planning.solve.master import Rows as SolverRows
from tierscape.planning.standing import Floats

ALTERNATIVES = {
    "decision": pl.String, "chosen": pl.Boolean, "verdict": pl.String, "forced_lb": pl.Float64, "forced_ub": pl.Float64,
}  # fmt: skip
BECAUSE = {
    "decision": pl.String, "chosen": pl.Boolean, "delta_lb": pl.Float64, "delta_ub": pl.Float64, "rows": pl.String,
}  # fmt: skip


def find_alternatives(
    planning: Planning, rows: Rows, point: Point, prepared: Prepared, run: Callable[[Prepared, float], Outcome]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Force the opposite of each first-stage decision and see what is proven of the rest.

    ``prepared`` holds the plan's question, ``run`` searches it up to a cutoff. ``must`` or ``never`` only where the lower bound of the forced question exceeds (1 + near) times the plan's value;
    ``free`` where a plan at or below it was found; otherwise ``undecided``.

    References
    ----------
    Near-optimal alternatives: Brill, Chang & Hopkins (1982), Management Science 28(3).
    """
    x = point.outcome.x
    if x is None:
        return pl.DataFrame(schema=ALTERNATIVES), pl.DataFrame(schema=BECAUSE)
    room = planning.ask.search.near * abs(point.upper)
    cutoff = point.upper + room
    verdicts, reasons = [], []
    tight_now = set(rows.families[rows.tight(x)])
    for words, columns, chosen in decisions(planning, x):
        side = (0.0, 0.0) if chosen else (1.0, np.inf)
        row = np.zeros(len(x))
        row[columns] = 1.0
        number = prepared.add_rows(SolverRows(csr_array(row[None, :]), *(np.array([bound]) for bound in side)))
        outcome = run(prepared, cutoff)
        prepared.bound_rows(number, np.array([-np.inf]), np.array([np.inf]))
        if outcome.stopped_by == "user":
            break
        if outcome.lower > cutoff or outcome.status == "infeasible":
            verdict = "must" if chosen else "never"
        else:
            verdict = "free" if outcome.upper <= cutoff + 1e-9 * abs(cutoff) else "undecided"
        low = planning.money(outcome.lower) if np.isfinite(outcome.lower) else None
        high = planning.money(outcome.upper) if np.isfinite(outcome.upper) else None
        verdicts.append((words, chosen, verdict, low, high))
        more = set() if outcome.x is None else set(rows.families[rows.tight(outcome.x)]) - tight_now
        reasons.append((
            words, chosen, None if low is None else max(low - planning.money(point.upper), 0.0),
            None if high is None else max(high - planning.money(point.lower), 0.0),
            ", ".join(WORDS[family] for family in WORDS if family in more),
        ))  # fmt: skip
    return (
        pl.DataFrame(verdicts, schema=ALTERNATIVES, orient="row"),
        pl.DataFrame(reasons, schema=BECAUSE, orient="row"),
    )


def decisions(planning: Planning, x: Floats) -> Iterator[tuple[str, NDArray[np.int64], bool]]:
    """Give each first-stage decision: its words, its columns, and whether the plan takes it."""
    problem, columns = planning.problem, planning.handed.columns
    names = {
        "start": ("project", problem["projects"]["project"].to_list()),
        "sign": ("contract", problem["contracts"]["contract"].to_list()),
        "take": ("incentive", problem["incentives"]["incentive"].to_list()),
    }
    for variable, (sort, keys) in names.items():
        for n, key in enumerate(keys if variable in columns else []):
            if variable == "sign" and problem["contracts"]["signed"][n]:
                continue
            own = columns[variable][n].ravel()
            own = own[own >= 0]
            yield f"{sort} {key}", own, bool(x[own].sum() > 0.5)
    if "qualify" in columns:
        offered = planning.written["qualify"].indexes["pair"].to_numpy()
        for n, pair in enumerate(offered):
            own = columns["qualify"][n]
            site, part = problem["pairs"].select("site", "part").row(int(pair))
            yield (
                f"qualify {site} for {problem['parts']['part'][part]}",
                own[own >= 0],
                bool(x[own[own >= 0]].sum() > 0.5),
            )
