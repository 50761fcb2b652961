"""HiGHS behind checked calls: what it refuses is an error here, never a silent default."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import numpy as np

from tierscape.errors import SolverError
from tierscape.planning.program import Floats
from tierscape.planning.solve.held import Held, Option
from tierscape.planning.solve.limits import Effort

if TYPE_CHECKING:
    from highspy.highs import HighsCallbackEvent

Status = Literal["optimal", "infeasible", "limit"]

UNLIMITED = 2**31 - 1
DUAL, PRIMAL = 1, 4
"""Simplex strategies of HiGHS by number."""
INTERIOR = 100
"""Iterations of the simplex method that one of the interior point method counts as (about what it costs)."""
MANY_ROWS = 20_000
"""From so many rows on the interior point method is quicker than the simplex method from scratch."""
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


class Solver(Held):
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
        super().__init__(**options)
        self.effort: Effort | None = None
        self.nodes = 0
        self.iterations = 0
        self.most_nodes = self.deadline = np.inf
        for event in (self.highs.cbSimplexInterrupt, self.highs.cbIpmInterrupt, self.highs.cbMipInterrupt):
            event.subscribe(self._watch)

    def _watch(self, event: HighsCallbackEvent) -> None:
        # said each time: HiGHS keeps the last answer for its next run
        event.interrupt(self.effort is not None and (self.effort.cancel.is_set() or time.monotonic() > self.deadline))

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
        """Solve without the basis that stands: quicker than from one that much was added to.

        Presolve and the simplex method; the interior point method in large programs, with crossover: the basis makes its
        objective as strict a bound as the simplex method's (without one it was measured 4e-9 above the optimum).
        """
        self._check("clearSolver", self.highs.clearSolver())
        self.set("solver", "ipm" if self.rows > MANY_ROWS else "choose")
        try:
            return self.run(effort)
        finally:
            self.set("solver", "choose")

    def run_primal(self, effort: Effort | None = None) -> Status:
        """Solve by the primal simplex method: from a feasible basis that new costs made less than optimal."""
        self.set("simplex_strategy", PRIMAL)
        try:
            return self.run(effort)
        finally:
            self.set("simplex_strategy", DUAL)

    def _limit(self, effort: Effort) -> None:
        # HiGHS counts the seconds of a time limit over all runs of an instance, but in a tree search from its start
        left = effort.seconds_left()
        self.deadline = time.monotonic() + left
        self.set("time_limit", self.highs.getRunTime() + left if np.isfinite(left) else np.inf)
        self.set("simplex_iteration_limit", int(min(effort.iterations_left() + 1, UNLIMITED)))
        self.set("mip_max_nodes", int(min(effort.nodes_left() + 1, self.most_nodes, UNLIMITED)))

    def _once(self) -> str:
        outcome, status = self.highs.run(), self.highs.getModelStatus().name
        if outcome.name == "kError" and status not in UNSETTLED:
            raise SolverError(f"HiGHS {self.highs.version()}: run failed with {status}.")
        info = self.highs.getInfo()
        simplex, interior = int(info.simplex_iteration_count), int(info.ipm_iteration_count)
        self.iterations = max(simplex, 0) + INTERIOR * max(interior, 0)
        self.nodes = max(int(info.mip_node_count), 0)
        return status

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
