"""A program that is solved, changed a little and solved again, warm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from tierscape.planning.program import Floats, Program, TwoStage
from tierscape.planning.solve import dive, elastic, polish, tail
from tierscape.planning.solve.evaluation import Recourse
from tierscape.planning.solve.limits import Effort, Limits, Reason
from tierscape.planning.solve.master import Cuts, Master, Rows
from tierscape.planning.solve.outcome import Outcome, Progress, Report, Stop
from tierscape.planning.solve.search import Search
from tierscape.planning.solve.worker import interruptible

if TYPE_CHECKING:
    from highspy import HighsBasis

SMALL_COLUMNS, SMALL_BINARIES = 25_000, 500
"""Up to this size the whole program goes to branch and bound at once."""
MIDDLE_COLUMNS = 60_000
"""Up to this size the root of the whole tree, with the solver's cuts, costs no more than that of a part, and proves more."""
FIRST_NODES = 1_500
"""Nodes after which that first tree is left for parts: what it proved stays, its cuts are lost."""
KEEN = 0.1
"""Share of the allowed gap within which the plan of an earlier question is taken as it is: otherwise a dive, cheap beside the bound,
is tried although that plan is near enough."""
AGAIN = 2
"""How often a dive is tried."""
GRACE = 0.1
"""Share of the time limit that a first plan may take beyond it."""


class Prepared:
    """A two-stage program in the solver, with the scenarios, cuts, basis and plan that earlier calls left.

    Parameters
    ----------
    two_stage : TwoStage
    cuts : callable, optional
        Separation: takes base columns of the relaxation, gives rows that every plan meets and they do not.

    Raises
    ------
    SolverError
        HiGHS refuses the program.
    """

    def __init__(self, two_stage: TwoStage, cuts: Cuts | None = None) -> None:
        self.cuts = cuts
        self.master = Master(two_stage)
        self.recourse = Recourse(two_stage.copies)
        self.basis: HighsBasis | None = None
        self._plan: Floats | None = None

    @property
    def two_stage(self) -> TwoStage:
        """The program as it stands after all changes."""
        return self.master.two_stage

    @property
    def base(self) -> Program:
        """The base program as it stands after all changes."""
        return self.master.two_stage.base

    def _became(self, **arrays: Floats | csr_array) -> None:
        self.master.two_stage = replace(self.two_stage, base=replace(self.base, **arrays))  # type: ignore[arg-type]

    def bound_rows(self, rows: NDArray[np.integer], lower: Floats, upper: Floats) -> None:
        """Change sides of base rows."""
        new_lower, new_upper = self.base.row_lower.copy(), self.base.row_upper.copy()
        new_lower[rows], new_upper[rows] = lower, upper
        self.master.solver.bound_rows(self.master.base_rows[rows], lower, upper)
        self._became(row_lower=new_lower, row_upper=new_upper)

    def bound_columns(self, columns: NDArray[np.integer], lower: Floats, upper: Floats) -> None:
        """Change bounds of base columns: a decision is forced by both at 0 or 1."""
        new_lower, new_upper = self.base.lower.copy(), self.base.upper.copy()
        new_lower[columns], new_upper[columns] = lower, upper
        self.master.solver.bound_columns(columns, lower, upper)
        self._became(lower=new_lower, upper=new_upper)

    def price(self, cost: Floats, weight: float | None = None) -> None:
        """Change the costs of all base columns, and the weight of the tail."""
        self.master.feasible |= not np.array_equal(cost, self.base.cost) or weight not in (None, self.two_stage.weight)
        self.master.solver.price(np.arange(len(cost)), cost)
        self._became(cost=np.array(cost))
        if weight is not None:
            self.master.solver.price(np.array([self.master.cvar]), np.array([weight]))
            self.master.two_stage = replace(self.two_stage, weight=weight)

    def cap(self, cvar: float) -> None:
        """Change the upper limit of the CVaR."""
        column = np.array([self.master.cvar])
        self.master.solver.bound_columns(column, np.zeros(1), np.array([cvar]))
        self.master.two_stage = replace(self.two_stage, cap=cvar)

    def add_rows(self, rows: Rows) -> NDArray[np.int64]:
        """Add rows over the base columns; give their numbers among the base rows."""
        first, count = self.base.matrix.shape[0], rows.matrix.shape[0]
        self.master.base_rows = np.append(self.master.base_rows, self.master.cut(rows))
        self._became(
            matrix=csr_array(vstack([self.base.matrix, rows.matrix], format="csr")),
            row_lower=np.append(self.base.row_lower, rows.lower),
            row_upper=np.append(self.base.row_upper, rows.upper),
        )
        return np.arange(first, first + count)

    def begin_with(self, plan: Floats) -> None:
        """Try a plan first in the next search; only its whole columns are read, and it need not fit."""
        self._plan = plan

    @contextmanager
    def forced(self, columns: NDArray[np.integer], lower: Floats, upper: Floats) -> Iterator[None]:
        """Hold base columns within other bounds for the length of a ``with``."""
        before = self.base.lower[columns], self.base.upper[columns]
        plan = self._plan
        self.bound_columns(columns, lower, upper)
        try:
            yield
        finally:
            self.bound_columns(columns, *before)
            self._plan = plan

    def solve(self, limits: Limits, *, progress: Report | None = None, stop: Stop | None = None) -> Outcome:
        """Search until a limit; what an earlier call left is where this one begins.

        Parameters
        ----------
        limits : Limits
        progress : callable, optional
            Called in the caller's thread, at least once a second.
        stop : callable, optional
            Says that the search should end; asked twenty times a second. Ctrl-C does the same.

        Returns
        -------
        Outcome
            The best plan so far whatever ended the search.

        Raises
        ------
        SolverError
            HiGHS fails, or a plan lies below the proven bound.
        """
        search = Search(self.master, self.recourse, Effort(limits), self.cuts)
        if self.basis is not None:
            self.master.basis = self.basis
        shown: list[Progress] = []

        def beat(due: bool) -> None:  # noqa: FBT001 - called by the worker alone
            latest = search.latest
            if progress is None or latest is None or (not due and shown and shown[-1] is latest):
                return
            shown[:] = [latest]
            progress(replace(latest, seconds=search.effort.seconds))

        outcome = interruptible(lambda: self._search(search), search.effort.cancel, stop, beat)
        if progress is not None and search.latest is not None:
            progress(replace(search.latest, seconds=search.effort.seconds))
        self.basis = search.root_basis
        self._plan = self._plan if outcome.x is None else outcome.x
        return outcome

    def _search(self, search: Search) -> Outcome:
        status = tail.bound(search)
        search.effort.measure()
        if status == "optimal" and search.root_x is not None:
            if self._plan is not None and search.settle(self._plan) is not None:
                search.note("start")
            binaries = len(self.master.binaries)
            if not binaries:
                search.settle(search.root_x)
                search.note("plan")
            elif search.closed() is None and self._small(binaries):
                status = polish.tree(search)
            elif search.closed() is None:
                _in_parts(search)
            elif (
                search.closed() == "gap" and search.gap > KEEN * search.effort.limits.gap and not self._small(binaries)
            ):
                _one_dive(search)
        if status == "infeasible" and search.plan is None:
            return self._infeasible(search)
        # a run may end at its share of the time left before the whole is used
        reason = search.closed() or (
            "time" if status == "limit" and np.isfinite(search.effort.limits.time_s) else "work"
        )
        if search.plan is None and reason in ("time", "work"):
            _last_resort(search)
        return _outcome(search, reason)

    def _small(self, binaries: int) -> bool:
        return self.master.solver.columns <= SMALL_COLUMNS and binaries <= SMALL_BINARIES

    def _infeasible(self, search: Search) -> Outcome:
        search.lower = np.inf
        search.note("infeasible")
        short = elastic.shortfall(self.base, effort=search.effort)
        if short is not None and not short.any():
            whole = elastic.shortfall(self.base, whole=True, effort=search.effort)
            short = short if whole is None else whole
        outcome = _outcome(search, "infeasible")
        return replace(outcome, status="infeasible", short=np.zeros(0) if short is None else short)


def _one_dive(search: Search) -> None:
    values = dive.dive(search)
    if values is not None:
        search.settle(values)
    search.note("dive")


def _in_parts(search: Search) -> None:
    """Dive, evaluate, dive again if scenarios were missed, polish."""
    for _ in range(AGAIN):
        values = dive.dive(search)
        lost = None if values is None else search.settle(values)
        search.note("dive")
        # a plan whose tail lay outside the model was rounded towards the wrong one
        if lost is None or lost <= search.effort.limits.gap * abs(search.upper) or search.closed():
            break
    if search.plan is None and not search.effort.cancel.is_set():
        _last_resort(search)
    if search.plan is None:
        polish.tree(search)
        return
    if search.master.solver.columns <= MIDDLE_COLUMNS and search.closed() is None:
        polish.tree(search, FIRST_NODES)
    polish.polish(search)


def _last_resort(search: Search) -> None:
    """Try the plan that decides nothing: better than none where a limit came before the first."""
    effort, limits = search.effort, search.effort.limits
    late = effort.seconds + max(GRACE * limits.time_s, 0.0)
    spare = Effort(
        replace(limits, time_s=max(limits.time_s, late)), effort.cancel, used=effort.used, start=effort.start
    )
    search.effort = spare
    search.settle(search.master.two_stage.base.lower)
    search.note("nothing")
    effort.used = spare.used
    search.effort = effort


def _outcome(search: Search, reason: Reason) -> Outcome:
    plan = search.plan
    lower = search.lower if plan is None else min(search.lower, plan.value)
    return Outcome(
        status="none" if plan is None else "plan",
        x=None if plan is None else plan.x,
        lower=lower,
        upper=search.upper,
        gap=search.gap,
        stopped_by=reason,
        trace=tuple(search.trace),
        tail=tuple(search.master.inside),
        root_x=search.root_x,
        evaluated=None if plan is None else plan.evaluated,
        row_dual=None if plan is None else plan.row_dual,
        reduced_cost=None if plan is None else plan.reduced_cost,
    )


def solve(
    two_stage: TwoStage,
    *,
    gap: float = 0.01,
    work_limit: float = 1.0,
    time_limit_s: float = np.inf,
    progress: Report | None = None,
    stop: Stop | None = None,
    cuts: Cuts | None = None,
) -> Outcome:
    """Find a plan and a proven lower bound.

    Parameters
    ----------
    two_stage : TwoStage
    gap : float
        Proven gap at which to stop, a share of the upper bound.
    work_limit : float
        Effort in multiples of the usual; iterations and nodes count, not seconds.
    time_limit_s : float
        Seconds.
    progress : callable, optional
        Takes a ``Progress``, at least once a second.
    stop : callable, optional
        Says that the search should end; Ctrl-C does the same.
    cuts : callable, optional
        Separation of valid rows, see ``Cuts``.

    Returns
    -------
    Outcome
        The best plan so far with its bounds, whatever ended the search.

    Raises
    ------
    SolverError
        HiGHS fails, or a plan lies below the proven bound.

    Notes
    -----
    First the relaxation over those scenarios that its tail asks for; then branch and bound where the program is small,
    otherwise a warm dive and restricted programs around its plan. Every plan is evaluated on all scenarios by programs of
    its own.
    """
    limits = Limits(gap=gap, work=work_limit, time_s=time_limit_s)
    return Prepared(two_stage, cuts).solve(limits, progress=progress, stop=stop)
