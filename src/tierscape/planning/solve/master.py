"""The base program with the scenarios that are in the model so far, in one solver that stays warm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from tierscape.planning.program import Copy, Floats, TwoStage
from tierscape.planning.solve.held import Numbers
from tierscape.planning.solve.highs import Solver, Status
from tierscape.planning.solve.limits import Effort

if TYPE_CHECKING:
    from highspy import HighsBasis

LARGE, GROWN = 3_000, 1.2
"""With so many rows, and so many times those that the basis was found for, solving afresh is quicker."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows over the base columns: lower <= matrix x <= upper; (r, n).

    Parameters
    ----------
    matrix : scipy.sparse.csr_array, shape (r, n)
    lower, upper : numpy.ndarray of float64, shape (r,)
    """

    matrix: csr_array
    lower: Floats
    upper: Floats


Cuts = Callable[[Floats], Rows | None]
"""Looks at a point of the relaxation and gives rows that hold for every plan and not there; None where it finds none."""


class Master:
    """min base + weight * cvar over the base and the copies in ``inside``, a relaxation of the whole.

    Columns are the base's, then eta and cvar, then a copy's own and its xi, copy by copy. Rows are the base's, then
    cvar >= eta + sum p xi / (1 - alpha), then what came: a copy's rows and xi + eta >= cost'y - reference, or cuts. R itself
    is eliminated: xi >= max(0, r) - eta is xi >= r - eta and xi >= 0, as eta >= 0.

    ``feasible`` says that the basis that stands fits the rows but may be far from optimal, since costs changed: the next run
    is by the primal simplex method.
    """

    def __init__(self, two_stage: TwoStage) -> None:
        self.two_stage = two_stage
        self.inside: list[int] = []
        self.cuts = 0
        self._rows_then = 0
        self.feasible = False
        base = two_stage.base
        self.n = len(base.cost)
        self.base_rows: Numbers = np.arange(base.matrix.shape[0])
        self.solver = Solver()
        self.solver.load(
            base.cost, (base.lower, base.upper), base.matrix, (base.row_lower, base.row_upper), base.constant
        )
        self.eta, self.cvar = (
            int(i)
            for i in self.solver.add_columns(
                np.array([0.0, two_stage.weight]), np.zeros(2), np.array([np.inf, two_stage.cap])
            )
        )
        tail = csr_array(([-1.0, 1.0], ([0, 0], [self.eta, self.cvar])), shape=(1, self.solver.columns))
        self.tail_row = int(self.solver.add_rows(tail, np.zeros(1), np.full(1, np.inf))[0])

    @property
    def risky(self) -> bool:
        """Whether the tail is priced or capped."""
        return bool(self.two_stage.copies) and (self.two_stage.weight > 0 or bool(np.isfinite(self.two_stage.cap)))

    @property
    def binaries(self) -> NDArray[np.intp]:
        """Numbers of the whole columns that are not fixed by their own bounds."""
        base = self.two_stage.base
        return np.flatnonzero(base.integer & (base.lower < base.upper))

    def admit(self, scenarios: Sequence[int], bases: Mapping[int, HighsBasis] | None = None) -> None:
        """Take scenarios into the model, in the order given.

        Parameters
        ----------
        scenarios : sequence of int
        bases : mapping of int to HighsBasis, optional
            Basis of each copy alone at the point that stands, dearer there than eta: with the basis that stands they make one
            of the whole, feasible and nearly optimal.
        """
        new = [w for w in scenarios if w not in self.inside]
        stands = self.solver.basis
        for w in new:
            self._add(self.two_stage.copies[w])
            self.inside.append(w)
        if bases is not None and stands.valid and new and all(w in bases for w in new):
            self.solver.basis = self._joined(stands, [bases[w] for w in new])
            self.feasible = True

    def _joined(self, stands: HighsBasis, own: Sequence[HighsBasis]) -> HighsBasis:
        """Put bases together: xi and cvar are basic, the rows that define them hold exactly."""
        from highspy import HighsBasis, HighsBasisStatus

        basic, at_lower = HighsBasisStatus.kBasic, HighsBasisStatus.kLower
        columns, rows = list(stands.col_status), list(stands.row_status)
        if columns[self.cvar] != basic:
            columns[self.cvar] = basic
            if rows[self.tail_row] == basic:
                rows[self.tail_row] = at_lower
            else:
                columns[self.eta] = at_lower
        for basis in own:
            columns += [*basis.col_status, basic]
            rows += [*basis.row_status, at_lower]
        joined = HighsBasis()
        joined.valid, joined.col_status, joined.row_status = True, columns, rows
        return joined

    def _add(self, copy: Copy) -> None:
        k, r = len(copy.cost), copy.matrix.shape[0]
        first = self.solver.columns
        self.solver.add_columns(np.zeros(k + 1), np.append(copy.lower, 0.0), np.append(copy.upper, np.inf))
        xi = first + k
        self.solver.set_coefficient(self.tail_row, xi, -copy.probability / (1.0 - self.two_stage.alpha))
        between = csr_array((r, first - self.n))
        rows = hstack([copy.tie, between, copy.matrix, csr_array((r, 1))], format="csr")
        costly = np.flatnonzero(copy.cost)
        columns = np.concatenate([[self.eta], first + costly, [xi]])
        values = np.concatenate([[1.0], -copy.cost[costly], [1.0]])
        risk = csr_array((values, (np.zeros(len(columns), dtype=int), columns)), shape=(1, xi + 1))
        self.solver.add_rows(rows, copy.row_lower, copy.row_upper)
        self.solver.add_rows(risk, np.array([-copy.reference]), np.full(1, np.inf))

    def cut(self, rows: Rows) -> Numbers:
        """Add rows over base columns; give their numbers in the solver."""
        count = rows.matrix.shape[0]
        wide = hstack([rows.matrix, csr_array((count, self.solver.columns - self.n))], format="csr")
        return self.solver.add_rows(wide, rows.lower, rows.upper)

    def fix(self, columns: NDArray[np.integer], values: Floats) -> None:
        """Hold base columns at values."""
        self.solver.bound_columns(columns, values, values)

    def release(self, columns: NDArray[np.integer] | None = None) -> None:
        """Give whole columns their own bounds back; all of them where none are named."""
        base = self.two_stage.base
        freed = self.binaries if columns is None else columns
        self.solver.bound_columns(freed, base.lower[freed], base.upper[freed])

    def run(self, effort: Effort) -> Status:
        """Solve the program as a linear one, from the basis that stands unless much came since it was found."""
        rows = self.solver.rows
        if self.feasible:
            self.feasible = False
            status = self.solver.run_primal(effort)
            self._rows_then = rows if status == "optimal" else self._rows_then
            return status
        grown = self._rows_then and rows > max(GROWN * self._rows_then, LARGE)
        status = self.solver.run_afresh(effort) if grown else self.solver.run(effort)
        if status == "optimal":
            self._rows_then = rows
        return status

    def branch(
        self, effort: Effort, free: NDArray[np.integer], plan: Floats | None, gap: float
    ) -> tuple[Status, Floats | None, float]:
        """Solve with the whole columns in ``free`` whole and the others as they are bounded.

        Parameters
        ----------
        effort : Effort
        free : numpy.ndarray of int, shape (f,)
        plan : numpy.ndarray of float64, shape (n,), optional
            Values of all whole columns to start from.
        gap : float
            Proven gap at which the tree search stops.

        Returns
        -------
        status : {"optimal", "infeasible", "limit"}
        x : numpy.ndarray of float64, shape (n,), or None
            Best point found.
        proven : float
            Lower bound of the program as it is bounded now.
        """
        basis = self.basis
        self.solver.set_integer(free, whole=True)
        self.solver.set("mip_rel_gap", gap)
        self.solver.set("mip_abs_gap", 0.0)
        if plan is not None:
            whole = np.flatnonzero(self.two_stage.base.integer)
            self.solver.begin_at(whole, np.round(plan[whole]))
        status = self.solver.run(effort)
        x = self.x if status != "infeasible" and self.solver.found else None
        proven = self.solver.proven if status != "infeasible" else np.inf
        self.solver.set_integer(free, whole=False)
        self.basis = basis
        return status, x, proven

    @property
    def basis(self) -> HighsBasis:
        """The basis of the solver."""
        return self.solver.basis

    @basis.setter
    def basis(self, basis: HighsBasis) -> None:
        """Take a basis up."""
        self.solver.basis = basis

    @property
    def x(self) -> Floats:
        """The base columns after the last run."""
        return self.solver.x[: self.n]

    @property
    def objective(self) -> float:
        """Objective after the last run, a lower bound where the columns are unfixed and it was optimal."""
        return self.solver.objective

    @property
    def threshold(self) -> float:
        """Eta after the last run: a scenario outside that costs more would change the program."""
        return float(self.solver.x[self.eta])

    @property
    def duals(self) -> tuple[Floats, Floats]:
        """Duals of the base rows and reduced costs of the base columns after the last linear run."""
        rows, columns = self.solver.duals
        return rows[self.base_rows], columns[: self.n]
