"""What a plan costs in every scenario: small programs of its own, none of the optimiser's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tierscape.planning.program import Copy, Floats, Program, TwoStage
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import Effort

if TYPE_CHECKING:
    from highspy import HighsBasis

OWN = 64
"""Up to so many scenarios each have a solver of their own; beyond, those with the same matrix share one."""
TOLERANCE = 1e-6
"""Largest relative row violation and distance from whole that a plan may have."""


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A plan's figures over all scenarios.

    Parameters
    ----------
    cost : float
        Base cost with its constant.
    targets : numpy.ndarray of float64, shape (w,)
        R_w, what each scenario costs above its reference, at least 0; infinite where the plan cannot live through it.
    cvar : float
        Conditional value at risk of the targets.
    value : float
        cost + weight * cvar.
    shares : numpy.ndarray of float64, shape (w,)
        Probability with which each scenario lies in the tail; sums to 1 - alpha at most.
    violation : float
        Largest row or bound violation, relative.
    fraction : float
        Largest distance of a whole column from whole.
    """

    cost: float
    targets: Floats
    cvar: float
    value: float
    shares: Floats
    violation: float
    fraction: float

    @property
    def sound(self) -> bool:
        """Whether rows, bounds and whole columns hold and every scenario is survived."""
        return self.violation <= TOLERANCE and self.fraction <= TOLERANCE and bool(np.isfinite(self.value))


def tail_shares(losses: Floats, probability: Floats, alpha: float) -> Floats:
    """Give the probability with which each loss stands in the worst 1 - alpha; the last one in it only in part.

    Examples
    --------
    >>> tail_shares(np.array([5.0, 0.0, 9.0]), np.array([0.1, 0.8, 0.1]), 0.85).round(3).tolist()
    [0.05, 0.0, 0.1]
    """
    order = np.argsort(-losses, kind="stable")
    before = np.cumsum(probability[order]) - probability[order]
    shares = np.empty_like(probability)
    shares[order] = np.clip((1.0 - alpha) - before, 0.0, probability[order])
    return shares


def conditional_value(losses: Floats, probability: Floats, alpha: float) -> float:
    """Give the mean loss of the worst 1 - alpha; mass without a scenario loses nothing.

    References
    ----------
    Rockafellar & Uryasev (2002), Conditional value-at-risk for general loss distributions, Journal of Banking & Finance
    26(7), doi:10.1016/S0378-4266(02)00271-6, for the atom that is split.

    Examples
    --------
    >>> round(conditional_value(np.array([5.0, 0.0, 9.0]), np.array([0.1, 0.8, 0.1]), 0.85), 6)
    7.666667
    """
    shares = tail_shares(losses, probability, alpha)
    held = shares > 0
    return float(shares[held] @ losses[held] / (1.0 - alpha))


def violation(program: Program, x: Floats) -> float:
    """Give the largest violation of a row or bound, as a share of the row's own size (at least 1)."""
    activity, size = program.matrix @ x, abs(program.matrix) @ np.abs(x)
    below = np.maximum(program.row_lower - activity, activity - program.row_upper)
    rows = np.max(below / np.maximum(size, 1.0), initial=0.0)
    outside = np.maximum(program.lower - x, x - program.upper) / np.maximum(np.abs(x), 1.0)
    return float(max(rows, np.max(outside, initial=0.0), 0.0))


class Recourse:
    """The scenarios of a plan as linear programs, warm from call to call."""

    def __init__(self, copies: tuple[Copy, ...]) -> None:
        self.copies = copies
        self.probability = np.array([copy.probability for copy in copies], dtype=np.float64)
        self._solvers: dict[object, Solver] = {}
        self._last: dict[object, int] = {}
        self._bases: list[HighsBasis | None] = [None] * len(copies)
        self._alike: dict[tuple[int, int], HighsBasis] = {}

    def targets(self, x: Floats, effort: Effort | None = None, size: int = 1) -> Floats | None:
        """Give R_w of every scenario at the base plan ``x``.

        Parameters
        ----------
        x : numpy.ndarray of float64, shape (n,)
        effort : Effort, optional
            Only its cancellation and its time count within a scenario; iterations are charged by size.
        size : int
            Rows of the master program: an iteration here counts rows/size of one there.

        Returns
        -------
        numpy.ndarray of float64, shape (w,), or None
            None where a limit was reached before the last scenario.
        """
        found = np.zeros(len(self.copies))
        for w, copy in enumerate(self.copies):
            solver = self._ready(w, copy, x)
            watch = None if effort is None else Effort(effort.limits, effort.cancel, start=effort.start)
            status = solver.run(watch)
            if effort is not None:
                effort.charge(solver.iterations * min(solver.rows / max(size, 1), 1.0))
            if status == "limit":
                return None
            if status == "optimal" and len(self.copies) > OWN:
                self._bases[w] = solver.basis
            elif status == "optimal" and copy.matrix.shape not in self._alike:
                self._alike[copy.matrix.shape] = solver.basis
            found[w] = np.inf if status == "infeasible" else max(solver.objective - copy.reference, 0.0)
        return found

    def bases(self, scenarios: Sequence[int]) -> dict[int, HighsBasis]:
        """Give the bases of scenarios' programs at the plan that was evaluated last, where they are kept."""
        found = {}
        for w in scenarios:
            basis = self._bases[w] if len(self.copies) > OWN else self._solvers[w].basis if w in self._solvers else None
            if basis is not None and basis.valid:
                found[w] = basis
        return found

    def _ready(self, w: int, copy: Copy, x: Floats) -> Solver:
        """Give the solver of a scenario with its rows moved to where ``x`` puts them."""
        key: object = w
        if len(self.copies) > OWN:
            a = copy.matrix
            key = (a.shape, a.indptr.tobytes(), a.indices.tobytes(), a.data.tobytes(), copy.cost.tobytes())
        moved = copy.tie @ x
        rows = (copy.row_lower - moved, copy.row_upper - moved)
        if key not in self._solvers:
            self._solvers[key] = solver = Solver(solver="simplex", presolve="off")
            solver.load(copy.cost, (copy.lower, copy.upper), copy.matrix, rows, 0.0)
            # another scenario of the same period differs in a few capacities only
            if copy.matrix.shape in self._alike:
                solver.basis = self._alike[copy.matrix.shape]
        else:
            solver = self._solvers[key]
            solver.bound_rows(np.arange(solver.rows), *rows)
            if self._last[key] != w:
                solver.bound_columns(np.arange(solver.columns), copy.lower, copy.upper)
                basis = self._bases[w]
                if basis is not None:
                    solver.basis = basis
        self._last[key] = w
        return solver


def score(two_stage: TwoStage, x: Floats, targets: Floats) -> Evaluated:
    """Put a plan's figures together from its columns and its targets, by sorting."""
    base = two_stage.base
    probability = np.array([copy.probability for copy in two_stage.copies], dtype=np.float64)
    cost = float(base.cost @ x + base.constant)
    cvar = conditional_value(targets, probability, two_stage.alpha)
    bound = two_stage.weight > 0 or np.isfinite(two_stage.cap)
    over = cvar - two_stage.cap > TOLERANCE * max(1.0, abs(two_stage.cap))
    value = np.inf if over else cost + (two_stage.weight * cvar if bound else 0.0)
    whole = x[base.integer]
    return Evaluated(
        cost=cost,
        targets=targets,
        cvar=cvar,
        value=float(value),
        shares=tail_shares(targets, probability, two_stage.alpha),
        violation=violation(base, x),
        fraction=float(np.max(np.abs(whole - np.round(whole)), initial=0.0)),
    )


def evaluate(two_stage: TwoStage, x: Floats) -> Evaluated:
    """Evaluate a plan on all scenarios with nothing but the arrays.

    Parameters
    ----------
    two_stage : TwoStage
    x : numpy.ndarray of float64, shape (n,)
        Columns of the base.

    Raises
    ------
    SolverError
        A scenario's program is unbounded.

    Notes
    -----
    One small linear program a scenario, and a sort.
    """
    targets = Recourse(two_stage.copies).targets(x)
    return score(two_stage, x, np.zeros(0) if targets is None else targets)
