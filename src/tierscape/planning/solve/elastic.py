"""How far rows would have to give way for a program to have a plan at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack

from tierscape.planning.program import Floats, Program
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import Effort


def shortfall(
    program: Program,
    *,
    rows: NDArray[np.integer] | None = None,
    scale: Floats | None = None,
    whole: bool = False,
    effort: Effort | None = None,
) -> Floats | None:
    """Give the least amounts, in each row's own unit, by which rows have to give way.

    min sum s / scale over the rows that may give way, row_lower <= matrix x + s_below - s_above <= row_upper.

    Parameters
    ----------
    program : Program
    rows : numpy.ndarray of int, optional
        Rows that may give way; all by default.
    scale : numpy.ndarray of float64, shape (m,), optional
        What counts as one: the size of the right-hand side by default, at least 1.
    whole : bool
        Whether whole columns stay whole; otherwise the relaxation's amounts, at most as large.
    effort : Effort, optional

    Returns
    -------
    numpy.ndarray of float64, shape (m,), or None
        Positive: short of the lower side by so much. Negative: over the upper side. All zero where a plan exists. None where
        even that does not help, or a limit came first.

    Notes
    -----
    One linear program with at most two more columns a row.

    References
    ----------
    Chinneck & Dravnieks (1991), Locating minimal infeasible constraint sets in linear programs, ORSA Journal on Computing
    3(2):157-168, doi:10.1287/ijoc.3.2.157, for elastic rows.
    """
    m = program.matrix.shape[0]
    giving = np.arange(m) if rows is None else np.asarray(rows)
    if scale is None:
        sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (program.row_lower, program.row_upper)]
        scale = np.maximum(np.maximum(*sides), 1.0)
    below = giving[np.isfinite(program.row_lower[giving])]
    above = giving[np.isfinite(program.row_upper[giving])]
    count = len(below) + len(above)
    sign = np.concatenate([np.ones(len(below)), -np.ones(len(above))])
    slack = coo_array((sign, (np.concatenate([below, above]), np.arange(count))), shape=(m, count))
    cost = np.concatenate([np.zeros(len(program.cost)), 1.0 / scale[below], 1.0 / scale[above]])
    solver = Solver()
    solver.load(
        cost,
        (np.append(program.lower, np.zeros(count)), np.append(program.upper, np.full(count, np.inf))),
        csr_array(hstack([program.matrix, slack], format="csr")),
        (program.row_lower, program.row_upper),
        0.0,
    )
    if whole:
        solver.set_integer(np.flatnonzero(program.integer), whole=True)
    if solver.run(effort) != "optimal":
        return None
    given = solver.x[len(program.cost) :]
    given[given < 1e-9] = 0.0
    amounts = np.zeros(m)
    np.add.at(amounts, below, given[: len(below)])
    np.subtract.at(amounts, above, given[len(below) :])
    return amounts
