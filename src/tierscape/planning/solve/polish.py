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
STEP_NODES = 300
"""Nodes after which a neighbourhood is left for another."""
LEAST_GROUPS = 8
FEW = 200
"""With so few whole columns that reduced costs leave open, the whole tree costs no more than a part of it."""
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
    size = 0
    while search.closed() is None and search.plan is not None:
        open_ = ~search.decided()[0]
        count = len(np.unique(group[open_]))
        order, apart = _order(search, whole, np.where(open_, group, -1), draw)
        size = min(max(size, apart, LEAST_GROUPS), count)
        size = count if open_.sum() <= FEW else size
        chosen = np.isin(group, order[:size]) & open_
        before = search.upper
        if size == count and tree(search) != "limit":
            return
        if size < count:
            part_gap = min(SUB_GAP, search.effort.limits.gap / 2)
            neighbourhood(search, whole[chosen], whole[~chosen], gap=part_gap)
        if search.upper >= before - BETTER * abs(before):
            size = 2 * size if size < count else max(count // 4, 1)


def neighbourhood(
    search: Search,
    free: NDArray[np.intp],
    fixed: NDArray[np.intp],
    *,
    gap: float,
    floor: float | None = None,
    nodes: float = STEP_NODES,
) -> Status:
    """Solve with ``free`` whole and ``fixed`` held as in the best plan, and settle what is found.

    Parameters
    ----------
    search : Search
    free, fixed : numpy.ndarray of int
        Whole columns; together all of them.
    gap : float
        Proven gap at which the tree search stops.
    floor : float, optional
        What plans that differ in ``fixed`` cost at least: then the bound of the rest is one of the whole.
    nodes : float
        Nodes after which the tree is left.

    Returns
    -------
    {"optimal", "infeasible", "limit"}
    """
    master = search.master
    plan = None if search.plan is None else search.plan.x
    master.release()
    if plan is not None:
        master.fix(fixed, np.round(plan[fixed]))
    master.solver.most_nodes = nodes
    status, x, proven = master.branch(search.effort, free, plan, gap)
    master.release()
    if floor is not None and (status != "infeasible" or fixed.size):
        search.raise_lower(min(proven, floor))
    values = _changed(search, x)
    if values is not None:
        search.settle(values)
    search.note("polish" if floor is None else "tree")
    return status


def tree(search: Search, nodes: float = np.inf) -> Status:
    """Solve the whole program by branch and bound, taking scenarios in until the plan's tail lies in the model.

    Parameters
    ----------
    search : Search
    nodes : float
        Nodes after which each tree is left.

    Returns
    -------
    {"optimal", "infeasible", "limit"}
        ``optimal``: the gap is closed, or cannot be closed further in floating point.
    """
    gap = search.effort.limits.gap * 0.999
    while search.closed() is None:
        inside, whole = len(search.master.inside), search.master.binaries
        decided, floor = search.decided()
        status = neighbourhood(search, whole[~decided], whole[decided], gap=gap, floor=floor, nodes=nodes)
        if status == "limit" or (status == "infeasible" and not decided.any()):
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
    """Order the groups by how far relaxation and plan are apart, ties at random; count those that are clearly apart.

    A column of group -1 is decided.
    """
    apart = np.full(int(group.max()) + 1, -1.0)
    if search.root_x is not None and search.plan is not None:
        held = group >= 0
        np.maximum.at(apart, group[held], np.abs(search.root_x[whole[held]] - search.plan.x[whole[held]]))
    shown = np.where(apart > APART, apart, np.minimum(apart, 0.0))
    order = np.lexsort((draw.permutation(len(apart)), -shown))
    return order[apart[order] >= 0], int((apart > APART).sum())
