"""The state of one search: bounds, best plan, trace, and how a choice of whole columns becomes a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tierscape.errors import SolverError
from tierscape.planning.program import Floats
from tierscape.planning.solve.evaluation import Evaluated, Recourse, score
from tierscape.planning.solve.limits import Effort, Reason
from tierscape.planning.solve.master import Cuts, Master
from tierscape.planning.solve.outcome import Progress, Step, relative_gap

if TYPE_CHECKING:
    from highspy import HighsBasis

NUMERICAL = 1e-7
"""What a gap may exceed its limit by: the solver's own tolerance, so that a gap of 0 can be reached."""
NEARLY = 0.9
"""Share of the allowed gap within which no better plan is looked for."""
AT_BOUND = 1e-7
ROUNDS = 8
"""How often a plan may bring scenarios into the model before its value is taken as it stands."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan that was evaluated on all scenarios."""

    x: Floats
    evaluated: Evaluated
    row_dual: Floats
    reduced_cost: Floats

    @property
    def value(self) -> float:
        """Upper bound."""
        return self.evaluated.value


@dataclass(eq=False)
class Search:
    """What one search knows so far. Bounds only ever tighten."""

    master: Master
    recourse: Recourse
    effort: Effort
    cuts: Cuts | None = None
    lower: float = -np.inf
    plan: Plan | None = None
    root_x: Floats | None = None
    root_basis: HighsBasis | None = None
    root_value: float = -np.inf
    root_costs: Floats | None = None
    trace: list[Step] = field(default_factory=list)
    latest: Progress | None = None

    @property
    def upper(self) -> float:
        """Value of the best plan."""
        return np.inf if self.plan is None else self.plan.value

    @property
    def gap(self) -> float:
        """Proven gap."""
        return relative_gap(self.lower, self.upper)

    def closed(self) -> Reason | None:
        """Say why the search is at its end, None while it is not."""
        limits = self.effort.limits
        if self.gap <= limits.gap + NUMERICAL:
            return "gap"
        cutoff = limits.cutoff
        if cutoff is not None and (self.lower > cutoff or self.upper <= cutoff):
            return "cutoff"
        return self.effort.over()

    def raise_lower(self, bound: float) -> None:
        """Take a proven bound."""
        self.lower = max(self.lower, bound)
        self._consistent()

    def root(self) -> None:
        """Take the relaxation that was just solved: its value, point, basis and reduced costs."""
        self.raise_lower(self.master.objective)
        self.root_value, self.root_costs = self.master.objective, self.master.duals[1]
        self.root_x, self.root_basis = self.master.x, self.master.basis

    def decided(self) -> tuple[NDArray[np.bool_], float]:
        """Tell which whole columns every plan that is worth looking for has as the relaxation and the best plan have them.

        A column at a bound with reduced cost d costs at least d more when it leaves it. Where that takes the bound beyond the
        best plan's value less most of the gap that is allowed, no plan with it need be looked at.

        Returns
        -------
        decided : numpy.ndarray of bool, shape (b,)
            By the master's ``binaries``.
        floor : float
            What plans that differ there cost at least.

        References
        ----------
        Dantzig, Fulkerson & Johnson (1954), Solution of a large-scale traveling-salesman problem, Operations Research 2(4),
        doi:10.1287/opre.2.4.393, for fixing by reduced costs.
        """
        whole = self.master.binaries
        floor = self.upper - NEARLY * self.effort.limits.gap * abs(self.upper)
        if self.root_costs is None or self.root_x is None or self.plan is None:
            return np.zeros(len(whole), dtype=bool), np.inf
        x, dear = self.root_x[whole], self.root_value + np.abs(self.root_costs[whole]) > floor
        return dear & (np.abs(x - self.plan.x[whole]) < AT_BOUND), floor

    def offer(self, plan: Plan | None) -> bool:
        """Take a plan if it is sound and better; say whether it was taken."""
        if plan is None or not plan.evaluated.sound or plan.value >= self.upper:
            return False
        self.plan = plan
        self._consistent()
        return True

    def _consistent(self) -> None:
        """Hold the plan against the bound.

        Raises
        ------
        SolverError
            The plan lies below the bound: one of them is wrong.
        """
        if self.upper < self.lower - 1e-6 * max(abs(self.lower), abs(self.upper), 1e-3):
            raise SolverError(f"A plan of value {self.upper:.9g} lies below the proven bound {self.lower:.9g}.")

    def note(self, stage: str) -> None:
        """Add a line to the trace."""
        step = Step(
            stage=stage, work=round(self.effort.used, 3), lower=self.lower, upper=self.upper, gap=self.gap,
            scenarios=len(self.master.inside),
        )  # fmt: skip
        self.trace.append(step)
        self.latest = Progress(seconds=self.effort.seconds, step=step)

    def settle(self, values: Floats) -> float | None:
        """Fix the whole columns at ``values``, solve, evaluate on all scenarios, and bring in those that the tail lacks.

        Parameters
        ----------
        values : numpy.ndarray of float64, shape (n,)
            Only whole columns are read, rounded.

        Returns
        -------
        float or None
            What the first solution lost for want of scenarios in the model; None where there is no plan: the linear program
            is infeasible or a limit came first. Such a choice is never scored.
        """
        whole = self.master.binaries
        self.master.fix(whole, np.round(values[whole]))
        lost = None
        for _ in range(ROUNDS):
            if self.master.run(self.effort) != "optimal":
                break
            believed, eta = self.master.objective, self.master.threshold
            plan = self._evaluated()
            if plan is None:
                break
            self.offer(plan)
            lost = plan.value - believed if lost is None else lost
            missing = self.missing(plan.evaluated.targets, eta)
            if not missing or plan.value - believed <= 1e-9 * max(1.0, abs(believed)):
                break
            missing = missing[: max(3, self.first)]
            self.master.admit(missing, self.recourse.bases(missing))
        self.master.release()
        return lost

    def _evaluated(self) -> Plan | None:
        x, (row_dual, reduced_cost) = self.master.x, self.master.duals
        base = self.master.two_stage.base
        x = np.clip(x, base.lower, base.upper)
        x[base.integer] = np.round(x[base.integer])
        targets = self.recourse.targets(x, self.effort, self.master.solver.rows)
        if targets is None:
            return None
        return Plan(x, score(self.master.two_stage, x, targets), row_dual, reduced_cost)

    @property
    def first(self) -> int:
        """How many scenarios make up the tail, were all equally likely."""
        return int(np.ceil((1.0 - self.master.two_stage.alpha) * len(self.recourse.copies) - 1e-9))

    def missing(self, targets: Floats, eta: float) -> list[int]:
        """Name scenarios outside the model whose target exceeds ``eta``, worst first."""
        if not self.master.risky:
            return []
        slack = 1e-9 * max(1.0, abs(eta))
        order = np.argsort(-targets, kind="stable")
        inside = set(self.master.inside)
        return [int(w) for w in order if w not in inside and targets[w] > eta + slack]
