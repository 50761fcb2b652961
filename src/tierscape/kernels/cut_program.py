"""Smallest cuts of an AND/OR graph by an integer program, for sizes beyond what enumeration can do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.needs import Needs

if TYPE_CHECKING:
    from highspy._core import _Highs


class Program(NamedTuple):
    """What the integer program found.

    Parameters
    ----------
    cuts : list of numpy.ndarray of int64
        Cuts in ascending units, all of the size of the first; empty where no cut was found in time.
    bound : int
        No cut is smaller than this.
    all_listed : bool
        Whether there is no further cut of that size.
    """

    cuts: list[NDArray[np.int64]]
    bound: int
    all_listed: bool


def solve(
    needs: Needs,
    focal: NDArray[np.int64],
    candidates: NDArray[np.int64],
    *,
    at_least: int = 1,
    limit: int = 100,
    seconds: float = 60.0,
) -> Program:
    """Find the smallest sets of candidates whose loss stops the product, one after another.

    min Σ y,  dead(line) ≤ y(unit) + Σ dead(slot),  dead(slot) ≤ dead(each supplier),  dead(focal) = 1,  y binary. Each
    cut that is found is then forbidden: Σ over its units of y ≤ size − 1.

    Parameters
    ----------
    needs : Needs
        The graph with its essential, disclosed slots only.
    focal : numpy.ndarray of int64, shape (f,)
        Lines that make the product; all must die.
    candidates : numpy.ndarray of int64, shape (x,)
        Units that may be removed, ascending; together they stop the product.
    at_least : int
        A size below which there is known to be no cut.
    limit : int
        Number of cuts after which to stop.
    seconds : float
        Wall time after which to stop.

    Returns
    -------
    Program

    Raises
    ------
    ArithmeticError
        The solver fails.

    Notes
    -----
    Exact because the graph is acyclic: with y fixed the greatest ``dead`` is 0 or 1, so only y need be binary. Minimum
    cuts of AND/OR graphs are NP-hard: time is exponential at worst. One solve a cut, and one more to prove the end.

    Examples
    --------
    Line 0 takes from line 1 or line 2, and both must be lost.

    >>> needs = Needs(np.arange(3, dtype=np.int32), np.array([0, 1, 1, 1]), np.array([True]), np.array([False]),
    ...               np.array([0, 2]), np.array([1, 2], np.int32), np.array([0.6, 0.4]))
    >>> solve(needs, np.array([0]), np.array([1, 2]))
    Program(cuts=[array([1, 2])], bound=2, all_listed=True)
    """
    import highspy

    until = time.monotonic() + seconds
    solver = _model(needs, focal, candidates, at_least)
    size_row = solver.getNumRow() - 1
    cuts: list[NDArray[np.int64]] = []
    bound = at_least
    while len(cuts) < limit:
        solver.setOptionValue("time_limit", max(until - time.monotonic(), 0.01))  # of this run
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Program(cuts, bound, all_listed=True)
        if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit}:
            raise ArithmeticError(
                f"HiGHS ended with '{solver.modelStatusToString(status)}' on a well-posed cut program"
            )
        info = solver.getInfo()
        if not cuts and np.isfinite(info.mip_dual_bound):
            bound = max(bound, int(np.ceil(info.mip_dual_bound - 1e-6)))
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            removed = np.array(solver.getSolution().col_value[: len(candidates)]) > 0.5
            cuts.append(candidates[removed])
            columns = np.flatnonzero(removed).astype(np.int32)
            if status == highspy.HighsModelStatus.kOptimal:
                solver.changeRowBounds(size_row, len(columns), len(columns))
                solver.addRow(-highspy.kHighsInf, len(columns) - 1, len(columns), columns, np.ones(len(columns)))
        if status == highspy.HighsModelStatus.kTimeLimit:
            return Program(cuts, bound, all_listed=False)
    return Program(cuts, bound, all_listed=False)


def _model(needs: Needs, focal: NDArray[np.int64], candidates: NDArray[np.int64], at_least: int) -> _Highs:
    """Columns: y of the candidates, dead of the lines, dead of the slots. The last row is Σ y ≥ ``at_least``."""
    import highspy
    from highspy._core import _Highs  # Highs on top of it prints a line when it is made

    lines, slots, arcs = len(needs.line_group), len(needs.slot_essential), len(needs.arc_supplier)
    y, first_slot = len(candidates), len(candidates) + lines
    solver = _Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_abs_gap", 0.99)  # sizes are whole numbers
    solver.setOptionValue("mip_rel_gap", 0.0)
    lower = np.zeros(first_slot + slots)
    lower[y + focal] = 1.0
    solver.addVars(len(lower), lower, np.ones(len(lower)))
    first = np.arange(y, dtype=np.int32)
    solver.changeColsCost(y, first, np.ones(y))
    solver.changeColsIntegrality(y, first, np.full(y, highspy.HighsVarType.kInteger))

    place = np.searchsorted(candidates, needs.line_group)
    place[place == y] = 0
    removable = np.flatnonzero(candidates[place] == needs.line_group)
    slot_line = np.repeat(np.arange(lines), np.diff(needs.slot_start))
    arc_slot = np.repeat(np.arange(slots), np.diff(needs.arc_start))
    arc_row = lines + np.arange(arcs)
    row = np.concatenate([np.arange(lines), removable, slot_line, arc_row, arc_row, np.full(y, lines + arcs)])
    line_column = y + np.arange(lines)
    column = np.concatenate(
        [
            line_column,
            place[removable],
            first_slot + np.arange(slots),
            first_slot + arc_slot,
            y + needs.arc_supplier,
            first,
        ]
    )
    value = np.concatenate(
        [np.ones(lines), -np.ones(len(removable) + slots), np.ones(arcs), -np.ones(arcs), np.ones(y)]
    )
    upper = np.append(np.zeros(lines + arcs), highspy.kHighsInf)
    least = np.append(np.full(lines + arcs, -highspy.kHighsInf), at_least)
    order = np.argsort(row, kind="stable")
    start = np.searchsorted(row[order], np.arange(lines + arcs + 1))
    solver.addRows(
        lines + arcs + 1, least, upper, len(row), start.astype(np.int32), column[order].astype(np.int32), value[order]
    )
    return solver
