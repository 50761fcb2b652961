"""A program in an instance of HiGHS: options, columns, rows and bounds through checked calls."""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tierscape.errors import SolverError
from tierscape.planning.program import Floats

if TYPE_CHECKING:
    from highspy import Highs, HighsBasis, HighsStatus

Numbers = NDArray[np.int64]
Option = str | float | int | bool


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


class Held:
    """A program in HiGHS, on one thread, that is changed in place.

    Parameters
    ----------
    **options
        Options of HiGHS beside those that every program here has.

    Raises
    ------
    SolverError
        HiGHS lacks an option or refuses its value. It would go on with a default otherwise.
    """

    def __init__(self, **options: Option) -> None:
        self.highs = make_highs()
        for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, **options}.items():
            self.set(name, value)

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
        """Give a mixed-integer run a plan to start from; HiGHS drops one that does not fit.

        Raises
        ------
        SolverError
            HiGHS refuses the columns.
        """
        status = self.highs.setSolution(len(columns), columns.astype(np.int32), values)
        if status.name == "kError":
            raise SolverError(f"HiGHS {self.highs.version()}: setSolution failed.")

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.highs.getNumCol())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.highs.getNumRow())

    @property
    def basis(self) -> HighsBasis:
        """The basis that stands; setting one grows it where columns or rows came since."""
        return self.highs.getBasis()

    @basis.setter
    def basis(self, basis: HighsBasis) -> None:
        """Take a basis up; one of a larger program is left."""
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

    def _check(self, call: str, status: HighsStatus) -> None:
        if status.name != "kOk":
            raise SolverError(f"HiGHS {self.highs.version()}: {call} came back with {status.name}.")
