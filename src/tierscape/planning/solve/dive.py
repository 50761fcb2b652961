"""The warm dive: round a batch of whole columns, solve again, take a batch back where it does not fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tierscape.planning.program import Floats
from tierscape.planning.solve.search import Search

HIGH, LOW = 0.97, 0.003
"""Beyond these a column is fixed at once."""
BATCH, MIDDLE = 0.12, 0.45
"""Share of the free columns that a step rounds, those furthest from the middle."""
QUARTER = 4
BACKTRACKS = 60
"""Steps back before a dive is given up."""


@dataclass(eq=False)
class _Level:
    """A batch that is fixed, and whether it is the other way round for want of a program that fits."""

    columns: NDArray[np.intp]
    values: Floats
    flipped: bool = False


def dive(search: Search) -> Floats | None:
    """Round the relaxation to a choice of whole columns whose linear program is feasible.

    Parameters
    ----------
    search : Search
        ``root_x`` and ``root_basis`` must stand.

    Returns
    -------
    numpy.ndarray of float64, shape (n,), or None
        Values of the base columns; None where a limit or too many steps back came first, or the relaxation on the way grew
        dearer than the best plan.

    Notes
    -----
    About 1/0.12 · ln(binaries) warm linear programs. The status of each is looked at: a batch whose program is infeasible
    is undone and tried again four times smaller, a single column is flipped, and where both ways fail the level before is
    undone (a rounding that was scored without a feasible program once gave a plan below its own bound).
    """
    if search.root_x is None or search.root_basis is None:
        return None
    search.master.release()
    search.master.basis = search.root_basis
    found = _descend(search, search.root_x)
    search.master.release()
    return found


def _descend(search: Search, point: Floats) -> Floats | None:
    whole = search.master.binaries
    free = np.zeros(len(point), dtype=bool)
    free[whole] = True
    levels: list[_Level] = []
    backtracks = 0
    level: _Level | None = None
    while level is not None or free.any():
        level = _batch(point, np.flatnonzero(free)) if level is None else level
        fits = _apply(search, level, free)
        if fits is None:
            return None
        if fits:
            levels.append(level)
            point, level = search.master.x, None
            continue
        backtracks += 1
        level = _instead(search, level, levels, free)
        if level is None or backtracks > BACKTRACKS:
            return None
    return point


def _instead(search: Search, level: _Level, levels: list[_Level], free: NDArray[np.bool_]) -> _Level | None:
    """Undo a level that does not fit and say what to try in its place; None where all ways are closed."""
    while True:
        search.master.release(level.columns)
        free[level.columns] = True
        if len(level.columns) > 1:
            keep = max(len(level.columns) // QUARTER, 1)
            return _Level(level.columns[:keep], level.values[:keep])
        if not level.flipped:
            return _Level(level.columns, 1.0 - level.values, flipped=True)
        if not levels:
            return None
        level = levels.pop()


def _batch(point: Floats, free: NDArray[np.intp]) -> _Level:
    """Take the columns that are all but decided, and the share of the others that is furthest from the middle."""
    z = point[free]
    decided = (z > HIGH) | (z < LOW)
    open_ = free[~decided]
    furthest = np.argsort(-np.abs(point[open_] - MIDDLE), kind="stable")[: int(np.ceil(BATCH * len(open_)))]
    # decided columns first: a batch that does not fit is cut from its end
    columns = np.concatenate([free[decided], open_[furthest]])
    return _Level(columns, (point[columns] > MIDDLE).astype(np.float64))


def _apply(search: Search, level: _Level, free: NDArray[np.bool_]) -> bool | None:
    """Fix a level and solve; say whether it fits, None where the dive has to end."""
    search.master.fix(level.columns, level.values)
    free[level.columns] = False
    status = search.master.run(search.effort)
    if status == "limit":
        return None
    if status == "infeasible":
        return False
    return None if search.master.objective >= search.upper else True
