"""Better plans near the best one, and at the end the whole tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tierscape.planning.program import Floats
from tierscape.planning.solve.highs import Status
from tierscape.planning.solve.search import Search

APART = 0.05
"""Whole columns where relaxation and plan differ by more are free in the first neighbourhood."""
SUB_GAP = 0.003
"""Proven gap at which a neighbourhood is left."""
LEAST_GROUPS = 8
BETTER = 1e-4
"""Relative improvement that keeps a neighbourhood's size."""


def polish(search: Search) -> None:
    """Solve restricted programs around the best plan until a limit, wider each time that one brings nothing.

    Groups of whole columns (the periods of a project, pair, contract or region) are free or fixed together. The first
    neighbourhood holds the groups where the relaxation and the plan differ; the widest is the whole program, whose bound
    raises the lower bound.

    Parameters
    ----------
    search : Search
        Must hold a plan.

    Notes
    -----
    Each step is a mixed-integer program over the scenarios in the model, then an evaluation on all of them.

    References
    ----------
    Danna, Rothberg & Le Pape (2005), Exploring relaxation induced neighborhoods to improve MIP solutions, Mathematical
    Programming 102:71-90, doi:10.1007/s10107-004-0518-7.
    """
    draw = np.random.default_rng(0)
    whole, group = _groups(search)
    count = int(group.max()) + 1
    size = 0
    while search.closed() is None and search.plan is not None:
        order, apart = _order(search, whole, group, draw)
        size = min(max(size, apart, LEAST_GROUPS), count)
        chosen = np.zeros(count, dtype=bool)
        chosen[order[:size]] = True
        before = search.upper
        if size == count and tree(search) != "limit":
            return
        if size < count:
            neighbourhood(search, whole[chosen[group]], whole[~chosen[group]])
        if search.upper >= before - BETTER * abs(before):
            size = 2 * size if size < count else max(count // 4, 1)


def neighbourhood(search: Search, free: NDArray[np.intp], fixed: NDArray[np.intp], gap: float | None = None) -> Status:
    """Solve with ``free`` whole and ``fixed`` held as in the best plan; settle what is found; take the bound if none is held.

    Parameters
    ----------
    search : Search
    free, fixed : numpy.ndarray of int
        Whole columns; together all of them.
    gap : float, optional
        Proven gap at which the tree search stops; by default the search's own, at most 0.3 % in a part.

    Returns
    -------
    {"optimal", "infeasible", "limit"}
    """
    master, wanted = search.master, search.effort.limits.gap
    if gap is None:
        gap = min(SUB_GAP, wanted / 2) if fixed.size else wanted / 2
    plan = None if search.plan is None else search.plan.x
    master.release()
    if plan is not None:
        master.fix(fixed, np.round(plan[fixed]))
    status, x, proven = master.branch(search.effort, free, plan, gap)
    master.release()
    if not fixed.size and status != "infeasible":
        search.raise_lower(proven)
    values = _changed(search, x)
    if values is not None:
        search.settle(values)
    search.note("polish" if fixed.size else "tree")
    return status


def tree(search: Search) -> Status:
    """Solve the whole program by branch and bound, taking scenarios in until the plan's tail lies in the model.

    Returns
    -------
    {"optimal", "infeasible", "limit"}
        ``optimal``: the gap is closed, or cannot be closed further in floating point.
    """
    gap = search.effort.limits.gap * 0.999
    nothing = np.zeros(0, dtype=np.intp)
    while search.closed() is None:
        inside = len(search.master.inside)
        status = neighbourhood(search, search.master.binaries, nothing, gap)
        if status != "optimal":
            return status
        if len(search.master.inside) == inside:
            if gap <= 1e-9:
                break
            gap /= 4
    return "optimal"


def _changed(search: Search, x: Floats | None) -> Floats | None:
    """Give ``x`` unless it is the best plan again."""
    if x is None or search.plan is None:
        return x
    whole = search.master.binaries
    return None if np.array_equal(np.round(x[whole]), np.round(search.plan.x[whole])) else x


def _groups(search: Search) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the whole columns and the number of each one's group; a column without one is a group of its own."""
    whole = search.master.binaries
    named = search.master.two_stage.base.group[whole]
    alone = named < 0
    named = np.where(alone, named.max(initial=0) + 1 + np.arange(len(whole)), named)
    return whole, np.unique(named, return_inverse=True)[1].reshape(-1)


def _order(
    search: Search, whole: NDArray[np.intp], group: NDArray[np.intp], draw: np.random.Generator
) -> tuple[NDArray[np.intp], int]:
    """Order the groups by how far relaxation and plan are apart, ties at random; count those that are clearly apart."""
    if search.root_x is None or search.plan is None:
        return draw.permutation(int(group.max()) + 1), 0
    apart = np.zeros(int(group.max()) + 1)
    np.maximum.at(apart, group, np.abs(search.root_x[whole] - search.plan.x[whole]))
    shown = np.where(apart > APART, apart, 0.0)
    return np.lexsort((draw.permutation(len(apart)), -shown)), int((shown > 0).sum())
