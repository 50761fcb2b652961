"""The lower bound: the relaxation with only those scenarios in the model that the tail asks for."""

from __future__ import annotations

import numpy as np

from tierscape.planning.solve.highs import Status
from tierscape.planning.solve.search import Search

A_ROUND = 3
"""Scenarios that come in a round; in the first, beside as many as make up the tail: fewer rounds are worth more than few copies."""
SEPARATIONS = 20
"""Rounds of cuts at one set of scenarios."""


def bound(search: Search) -> Status:
    """Solve the relaxation to its value over all scenarios.

    Each round evaluates the scenarios outside at the relaxation's plan and takes the worst into the model, until none of
    them costs more than eta: then the solution with xi = 0 for them is feasible in the full program, so its value is the
    full one's. Every round's value is a lower bound, since targets are at least 0.

    Parameters
    ----------
    search : Search
        ``lower``, ``root_x`` and ``root_basis`` are set.

    Returns
    -------
    {"optimal", "infeasible", "limit"}

    Notes
    -----
    Rounds are few: most programs need two. A round costs a linear program, solved afresh where copies came in (measured
    twice as quick as from the old basis, in large programs by the interior point method with crossover), and one small warm
    linear program a scenario.
    """
    master, recourse = search.master, search.recourse
    master.release()
    while True:
        status = _with_cuts(search)
        if status != "optimal":
            return status
        search.root()
        search.note("bound")
        if not master.risky or len(master.inside) == len(recourse.copies):
            return "optimal"
        targets = recourse.targets(master.x, search.effort, master.solver.rows)
        if targets is None:
            return "limit"
        missing = search.missing(targets, master.threshold)
        if not missing:
            return "optimal"
        missing = missing[: A_ROUND if master.inside else search.first + A_ROUND]
        master.admit(missing, recourse.bases(missing))


def _with_cuts(search: Search) -> Status:
    """Solve, separate, and solve again while cuts are found and the bound moves."""
    master = search.master
    status = master.run(search.effort)
    if search.cuts is None:
        return status
    before = -np.inf
    for _ in range(SEPARATIONS):
        if status != "optimal" or master.objective <= before + 1e-9 * max(1.0, abs(before)):
            break
        before = master.objective
        search.raise_lower(before)
        rows = search.cuts(master.x)
        if rows is None or not rows.matrix.shape[0]:
            break
        master.cuts += len(master.cut(rows))
        status = master.run(search.effort)
    return status
