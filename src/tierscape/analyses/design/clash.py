"""Which limits exclude each other, and how far the allied share can go under the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.design.limits import Rows
from tierscape.planning.prepare import Planning
from tierscape.planning.program import Program
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import Effort

STEPS = 20
"""Linear programs at most for the largest share; five or so are usual."""
CLOSE = 1e-6
K = TypeVar("K")
Kind = tuple[str, int | None]
"""Family of rows and calendar year; no year for rows that belong to none."""


def clash(base: Program, rows: Rows, kinds: Sequence[str], effort: Effort) -> list[Kind]:
    """Find a smallest set of limits that no plan meets together: without any one of them a plan exists for the rest of the set.

    A deletion filter, first over families of rows and then over the years of those that are left: each is dropped, and stays so
    where the rest is still infeasible. Families that are tested first are the likeliest to go.

    Parameters
    ----------
    base : Program
        Has no plan.
    rows : Rows
    kinds : sequence of str
        Families in the order in which they are tested; all other rows stay.
    effort : Effort

    Returns
    -------
    list of (family, year)
        Empty where the rest has no plan either, or a limit came first.

    Notes
    -----
    One linear program, warm, for each family and year; mixed-integer ones where the relaxation has a solution.

    References
    ----------
    Chinneck & Dravnieks (1991), Locating minimal infeasible constraint sets in linear programs, ORSA Journal on Computing
    3(2):157-168, doi:10.1287/ijoc.3.2.157.
    """
    solver = _loaded(base)
    if solver.run(effort) == "optimal":
        solver.set_integer(np.flatnonzero(base.integer), whole=True)
    families = {kind: np.flatnonzero(rows.families == kind) for kind in kinds}
    kept = _filtered(solver, base, {kind: at for kind, at in families.items() if len(at)}, effort)
    if not kept:
        return []
    blamed = np.concatenate([families[kind] for kind in kept])
    if _feasible_without(solver, blamed, effort) is not True:
        return []
    solver.bound_rows(blamed, base.row_lower[blamed], base.row_upper[blamed])
    by_year: dict[Kind, NDArray[np.intp]] = {}
    for kind in kept:
        years = [rows.about(rows.row(int(n)))[2] for n in families[kind]]
        for year in dict.fromkeys(years):
            by_year[kind, year] = families[kind][[y == year for y in years]]
    return sorted(_filtered(solver, base, by_year, effort), key=lambda at: (at[1] or 0, at[0]))


def _filtered(solver: Solver, base: Program, groups: Mapping[K, NDArray[np.intp]], effort: Effort) -> list[K]:
    """Drop each group of rows in turn, for good where what is left has no solution; give those that stay."""
    kept = []
    for key, numbers in groups.items():
        if _feasible_without(solver, numbers, effort) is not False:
            solver.bound_rows(numbers, base.row_lower[numbers], base.row_upper[numbers])
            kept.append(key)
    return kept


def _feasible_without(solver: Solver, numbers: NDArray[np.intp], effort: Effort) -> bool | None:
    """Drop rows and say whether there is a solution; None where a limit came first."""
    free = np.full(len(numbers), np.inf)
    solver.bound_rows(numbers, -free, free)
    status = solver.run(effort)
    return None if status == "limit" else status == "optimal"


def _loaded(base: Program) -> Solver:
    """Put a program without its goal into a solver, whole columns relaxed."""
    solver = Solver()
    nothing = np.zeros(len(base.cost))
    solver.load(nothing, (base.lower, base.upper), base.matrix, (base.row_lower, base.row_upper), 0.0)
    return solver


def most_allied(
    planning: Planning, base: Program, rows: Rows, periods: Iterable[int], effort: Effort
) -> dict[int, float]:
    """Give the largest allied share of the value added in each period that the other limits leave: proven, no plan has more.

    A ratio is made linear by Dinkelbach's rule: maximise allied value less the share times all value, take the share of what
    comes out, and again until nothing is gained. Whole columns are relaxed, so the figure is a bound.

    References
    ----------
    Dinkelbach (1967), On nonlinear fractional programming, Management Science 13(7):492-498, doi:10.1287/mnsc.13.7.492.
    """
    solver = _loaded(base)
    own = np.flatnonzero(rows.families == "ally_share")
    solver.bound_rows(own, np.full(len(own), -np.inf), np.full(len(own), np.inf))
    pairs = planning.problem["pairs"]
    added = pairs["value_added"].fill_null(0.0).to_numpy() / 1000.0
    allied = added * pairs["ally"].fill_null(value=False).to_numpy()
    found = {}
    for period in periods:
        at = np.arange(planning.problem.horizon) == period
        part, whole = (planning.weights("output", each[:, None] * at[None, :]) for each in (allied, added))
        share = _ratio(solver, part, whole, effort)
        if share is not None:
            found[period] = share
    return found


def _ratio(solver: Solver, part: NDArray[np.float64], whole: NDArray[np.float64], effort: Effort) -> float | None:
    share = 0.0
    for _ in range(STEPS):
        solver.price(np.arange(len(part)), share * whole - part)
        if solver.run(effort) != "optimal":
            return None
        x = solver.x
        total = float(whole @ x)
        if total <= 0:
            return None
        now = float(part @ x) / total
        if now <= share + CLOSE:
            return min(max(now, share), 1.0)
        share = now
    return None
