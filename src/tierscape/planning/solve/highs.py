"""HiGHS behind checked calls: what it refuses is an error here, never a silent default."""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tierscape.errors import SolverError
from tierscape.planning.program import Floats
from tierscape.planning.solve.limits import Effort

if TYPE_CHECKING:
    from highspy import Highs, HighsBasis, HighsStatus
    from highspy.highs import HighsCallbackEvent

Numbers = NDArray[np.int64]
Status = Literal["optimal", "infeasible", "limit"]
Option = str | float | int | bool

UNLIMITED = 2**31 - 1
INTERIOR = 100
"""Iterations of the simplex method that one of the interior point method counts as (about what it costs)."""
SETTLED = ("kOptimal", "kModelEmpty")
LIMITS = (
    "kTimeLimit",
    "kIterationLimit",
    "kSolutionLimit",
    "kInterrupt",
    "kHighsInterrupt",
    "kObjectiveTarget",
    "kObjectiveBound",
)
UNSETTLED = ("kUnknown", "kUnboundedOrInfeasible", "kSolveError", "kPostsolveError", "kPresolveError")
"""Model statuses of HiGHS by name; after the last of them a run without presolve from scratch may still settle it."""


_first = Lock()
_greeted: list[bool] = []


def make_highs() -> Highs:
    """Give an instance of HiGHS without the greeting that its first one in a process writes to standard output.

    Notes
    -----
    HiGHS greets before any option can be set, below Python's ``sys.stdout``; what a door prints must stay its own. Standard
    output is closed off for the length of that one call.
    """
    from highspy import Highs

    with _first:
        if _greeted:
            return Highs()  # type: ignore[no-untyped-call]
        _greeted.append(True)
        try:
            kept = os.dup(1)
        except OSError:  # no standard output to keep clean
            return Highs()  # type: ignore[no-untyped-call]
        if sys.stdout is not None:
            sys.stdout.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            return Highs()  # type: ignore[no-untyped-call]
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)


def _check_numbers(coefficients: Floats, *others: Floats) -> None:
    """Refuse what is not a number, and infinite coefficients."""
    bad = np.count_nonzero(~np.isfinite(coefficients)) + sum(np.count_nonzero(np.isnan(other)) for other in others)
    if bad:
        raise SolverError(f"The program holds {bad} entries that are not numbers.")


class Solver:
    """One program in HiGHS, on one thread, that keeps its basis from run to run.

    Parameters
    ----------
    **options
        Options of HiGHS beside those that every program here has.

    Raises
    ------
    SolverError
        HiGHS lacks an option or refuses its value. It would go on with a default otherwise.

    References
    ----------
    Huangfu & Hall (2018), Parallelizing the dual revised simplex method, Mathematical Programming Computation 10(1),
    doi:10.1007/s12532-017-0130-5.
    """

    def __init__(self, **options: Option) -> None:
        self.highs = make_highs()
        self.effort: Effort | None = None
        self.nodes = 0
        self.iterations = 0
        for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, **options}.items():
            self.set(name, value)
        for event in (self.highs.cbSimplexInterrupt, self.highs.cbIpmInterrupt, self.highs.cbMipInterrupt):
            event.subscribe(self._watch)

    def _watch(self, event: HighsCallbackEvent) -> None:
        # said each time: HiGHS keeps the last answer for its next run
        event.interrupt(self.effort is not None and self.effort.cancel.is_set())

    def set(self, name: str, value: Option) -> None:
        """Set an option.

        Raises
        ------
        SolverError
            HiGHS has no such option or refuses the value.
        """
        if self.highs.setOptionValue(name, value).name != "kOk":
            raise SolverError(f"HiGHS {self.highs.version()} refuses the option {name} = {value!r}.")

    def load(
        self, cost: Floats, bounds: tuple[Floats, Floats], matrix: csr_array, rows: tuple[Floats, Floats], offset: float
    ) -> None:
        """Hand a program over; what was in the solver is dropped.

        Raises
        ------
        SolverError
            A number is none (HiGHS takes it and answers something), or HiGHS refuses the program.
        """
        _check_numbers(matrix.data, cost, *bounds, *rows)
        from highspy import HighsLp, MatrixFormat

        lp = HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, (lp.col_lower_, lp.col_upper_), (lp.row_lower_, lp.row_upper_) = cost, bounds, rows
        lp.offset_ = offset
        lp.a_matrix_.format_ = MatrixFormat.kRowwise
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = matrix.shape
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data.astype(np.float64)
        self._check("passModel", self.highs.passModel(lp))

    def add_columns(self, cost: Floats, lower: Floats, upper: Floats) -> Numbers:
        """Add columns that stand in no row yet; give their numbers."""
        first, n, none = self.columns, len(cost), np.zeros(0, dtype=np.int32)
        self._check("addCols", self.highs.addCols(n, cost, lower, upper, 0, none, none, np.zeros(0)))
        return np.arange(first, first + n)

    def add_rows(self, matrix: csr_array, lower: Floats, upper: Floats) -> Numbers:
        """Add rows over all columns that stand now; give their numbers."""
        _check_numbers(matrix.data, lower, upper)
        first, n = self.rows, matrix.shape[0]
        start, index = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        status = self.highs.addRows(n, lower, upper, matrix.nnz, start, index, matrix.data.astype(np.float64))
        self._check("addRows", status)
        return np.arange(first, first + n)

    def bound_columns(self, columns: NDArray[np.integer], lower: Floats, upper: Floats) -> None:
        """Change bounds of columns."""
        status = self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
        self._check("changeColsBounds", status)

    def bound_rows(self, rows: NDArray[np.integer], lower: Floats, upper: Floats) -> None:
        """Change bounds of rows."""
        change = self.highs.changeRowsBounds  # type: ignore[attr-defined]
        self._check("changeRowsBounds", change(len(rows), rows.astype(np.int32), lower, upper))

    def price(self, columns: NDArray[np.integer], cost: Floats) -> None:
        """Change costs of columns."""
        self._check("changeColsCost", self.highs.changeColsCost(len(columns), columns.astype(np.int32), cost))

    def set_coefficient(self, row: int, column: int, value: float) -> None:
        """Change one coefficient."""
        self._check("changeCoeff", self.highs.changeCoeff(row, column, value))

    def set_integer(self, columns: NDArray[np.integer], *, whole: bool) -> None:
        """Make columns whole, or continuous again."""
        kind = np.full(len(columns), int(whole), dtype=np.uint8)
        status = self.highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kind)
        self._check("changeColsIntegrality", status)

    def begin_at(self, columns: NDArray[np.integer], values: Floats) -> None:
        """Give a mixed-integer run a plan to start from; HiGHS drops one that does not fit."""
        status = self.highs.setSolution(len(columns), columns.astype(np.int32), values)
        if status.name == "kError":
            raise SolverError(f"HiGHS {self.highs.version()}: setSolution failed.")

    def run(self, effort: Effort | None = None) -> Status:
        """Solve from the basis that stands, within what is left of ``effort``, and charge to it.

        Returns
        -------
        {"optimal", "infeasible", "limit"}
            ``limit`` also where the user cancelled. Only after ``optimal`` is the objective of a linear program a bound.

        Raises
        ------
        SolverError
            HiGHS fails, or the program is unbounded.
        """
        self.effort = effort
        if effort is not None:
            self._limit(effort)
        status = self._once()
        if status in UNSETTLED:
            self._check("clearSolver", self.highs.clearSolver())
            kept = {name: self.highs.getOptionValue(name)[1] for name in ("presolve", "solver")}
            self.set("presolve", "off")
            self.set("solver", "simplex" if kept["solver"] == "ipm" else kept["solver"])
            status = self._once()
            for name, value in kept.items():
                self.set(name, value)
        if effort is not None:
            effort.charge(self.iterations, self.nodes)
        if status in SETTLED:
            return "optimal"
        if status == "kInfeasible":
            return "infeasible"
        if status in LIMITS:
            return "limit"
        raise SolverError(f"HiGHS {self.highs.version()} ended with {status} on {self.rows} rows.")

    def run_afresh(self, effort: Effort | None = None) -> Status:
        """Solve by the interior point method and cross over to a basis: quicker than from a basis that much was added to.

        The basis makes the objective as strict a bound as the simplex method's; without crossover it is not one (measured
        4e-9 above the optimum).
        """
        self._check("clearSolver", self.highs.clearSolver())
        self.set("solver", "ipm")
        try:
            return self.run(effort)
        finally:
            self.set("solver", "choose")

    def _limit(self, effort: Effort) -> None:
        # HiGHS counts the seconds of a time limit over all runs of an instance
        left = effort.seconds_left()
        self.set("time_limit", self.highs.getRunTime() + left if np.isfinite(left) else np.inf)
        self.set("simplex_iteration_limit", int(min(effort.iterations_left() + 1, UNLIMITED)))
        self.set("mip_max_nodes", int(min(effort.nodes_left() + 1, UNLIMITED)))

    def _once(self) -> str:
        outcome, status = self.highs.run(), self.highs.getModelStatus().name
        if outcome.name == "kError" and status not in UNSETTLED:
            raise SolverError(f"HiGHS {self.highs.version()}: run failed with {status}.")
        info = self.highs.getInfo()
        simplex, interior = int(info.simplex_iteration_count), int(info.ipm_iteration_count)
        self.iterations = max(simplex, 0) + INTERIOR * max(interior, 0)
        self.nodes = max(int(info.mip_node_count), 0)
        return status

    def _check(self, call: str, status: HighsStatus) -> None:
        if status.name != "kOk":
            raise SolverError(f"HiGHS {self.highs.version()}: {call} came back with {status.name}.")

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.highs.getNumCol())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.highs.getNumRow())

    @property
    def x(self) -> Floats:
        """Values of the columns after the last run."""
        return np.asarray(self.highs.getSolution().col_value, dtype=np.float64)

    @property
    def duals(self) -> tuple[Floats, Floats]:
        """Duals of the rows and reduced costs of the columns after the last linear run."""
        found = self.highs.getSolution()
        return np.asarray(found.row_dual, dtype=np.float64), np.asarray(found.col_dual, dtype=np.float64)

    @property
    def objective(self) -> float:
        """Objective after the last run."""
        return float(self.highs.getInfo().objective_function_value)

    @property
    def found(self) -> bool:
        """Whether the last run left a feasible point."""
        return int(self.highs.getInfo().primal_solution_status) == 2

    @property
    def proven(self) -> float:
        """Lower bound of the last mixed-integer run."""
        return float(self.highs.getInfo().mip_dual_bound)

    @property
    def basis(self) -> HighsBasis:
        """The basis that stands; setting one grows it where columns or rows came since."""
        return self.highs.getBasis()

    @basis.setter
    def basis(self, basis: HighsBasis) -> None:
        from highspy import HighsBasis, HighsBasisStatus

        columns, rows = list(basis.col_status), list(basis.row_status)
        more_columns, more_rows = self.columns - len(columns), self.rows - len(rows)
        if not basis.valid or more_columns < 0 or more_rows < 0:
            return
        grown = HighsBasis()
        grown.valid = True
        grown.col_status = columns + [HighsBasisStatus.kLower] * more_columns
        grown.row_status = rows + [HighsBasisStatus.kBasic] * more_rows
        self._check("setBasis", self.highs.setBasis(grown))
