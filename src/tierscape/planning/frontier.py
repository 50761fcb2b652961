"""The frontier of several objectives: each point with a proven band, and whether its band tells it from its neighbour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from tierscape.errors import SolverError
from tierscape.planning.program import Floats, TwoStage
from tierscape.planning.solve.limits import Limits, Reason
from tierscape.planning.solve.master import Cuts, Rows
from tierscape.planning.solve.outcome import Outcome, Report, Stop, relative_gap
from tierscape.planning.solve.prepared import Prepared

REWARD = 1e-3
"""Weight of the slack under the caps, as a share of the first objective's range over the axis's own."""
SHARP, BLUNT = 20.0, 0.05
"""The tight end lies so many gaps short of an axis's least, as a share of its range, at most the second figure: the last bit is dear,
and no plan near it is told from its neighbour at that gap."""
LATER = 0.1
"""Work of a later search as a share of the first's: it begins at a bound and a plan that are nearly its own."""
MET = 1e-6
"""Relative room within which a plan meets a cap."""
Caps = tuple[float, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Axis:
    """A further objective, to be small.

    Parameters
    ----------
    name : str
    cost : numpy.ndarray of float64, shape (n,), or None
        What each base column adds; None stands for the CVaR of the copies.
    """

    name: str
    cost: Floats | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Point:
    """One point of the frontier.

    Parameters
    ----------
    caps : tuple of float
        Largest value of each axis; infinite where there is none.
    values : tuple of float
        What the plan has on each axis; empty without a plan.
    lower, upper, gap : float
        Proven band of the first objective under the caps, and its width as a share of upper.
    outcome : Outcome
        The search that found the plan: a neighbour's where its plan meets these caps too.
    searched : bool
        Whether a search was run at these caps.
    stopped_by : str
        What ended that search.
    distinguishable : bool
        Whether the band lies above that of the looser neighbour on the last axis. Points of which this does not hold are never
        joined to it by a line.
    """

    caps: Caps
    values: tuple[float, ...]
    lower: float
    upper: float
    gap: float
    outcome: Outcome
    searched: bool
    stopped_by: Reason
    distinguishable: bool = True


def frontier(
    two_stage: TwoStage,
    axes: Sequence[Axis],
    points: int,
    limits: Limits,
    *,
    cuts: Cuts | None = None,
    progress: Report | None = None,
    stop: Stop | None = None,
) -> tuple[Point, ...]:
    """Trace the least first objective, cost and weighted CVaR of ``two_stage``, under caps on the axes.

    min f_1 - sum_k r_k s_k, f_k + s_k = cap_k, s_k >= 0, r_k = 1e-3 range_1 / range_k. The slack is eliminated: with
    s_k = cap_k - f_k the objective is f_1 + sum r_k f_k at all points and only right-hand sides move. As f_k <= cap_k,
    f_1 >= lower bound - sum r_k cap_k.

    Parameters
    ----------
    two_stage : TwoStage
    axes : sequence of Axis
        The CVaR may be one of them.
    points : int
        Grid points on each axis: from where the first objective stands alone down to the axis's least. 1 gives the first.
    limits : Limits
        Of each search; those after the first have a tenth of the work.
    cuts, progress, stop
        As in ``solve``.

    Returns
    -------
    tuple of Point
        From loose to tight caps, the last axis fastest; those that were found before the user's stop, and the tight end of a single axis.

    Raises
    ------
    SolverError
        HiGHS fails, or bounds contradict each other: a plan that lies below the bound of a looser point.

    Notes
    -----
    Two searches for each end and at most one a grid point, each warm from the one before. A point whose looser neighbour's plan
    meets its caps within the gap needs none: the neighbour's bound holds here too.

    References
    ----------
    Mavrotas & Florios (2013), An improved version of the augmented epsilon-constraint method (AUGMECON2), Applied
    Mathematics and Computation 219(18):9652-9669, doi:10.1016/j.amc.2013.03.002.
    """
    walk = _Walk(
        two_stage, tuple(axes), cuts, lambda held, within: held.solve(within, progress=progress, stop=stop), limits
    )
    walk.short = min(SHARP * limits.gap, BLUNT)
    walk.stopped = (lambda: False) if stop is None else stop
    free = (np.inf,) * len(axes)
    alone = walk.search(free, walk.cost)
    first = walk.point(free, alone, alone.lower)
    if first.outcome.x is None or alone.stopped_by == "user" or not axes or points == 1:
        return (first,)
    home = walk.prepared.basis
    least = walk.least(first)
    if least is None:
        return (first,)
    walk.prepared.basis = home  # the walk begins where caps are loose
    walk.reward(first, least)
    grids = [
        np.linspace(loose, tight.caps[k], points)
        for k, (loose, tight) in enumerate(zip(first.values, least, strict=True))
    ]
    # with one axis its lexicographic end is the last point already
    known: dict[tuple[int, ...], Point] = {(points - 1,): least[0]} if len(axes) == 1 else {}
    return _grid(walk, grids, first, limits.gap, known)


def _middle(axis: Axis) -> float:
    """Give the power of two nearest to the middle of an axis's figures."""
    there = np.zeros(0) if axis.cost is None else np.abs(axis.cost[axis.cost != 0])
    return float(np.exp2(np.rint(np.log2(np.median(there))))) if there.size else 1.0


class _Walk:
    """A prepared program whose caps and costs move from point to point."""

    def __init__(
        self,
        two_stage: TwoStage,
        axes: tuple[Axis, ...],
        cuts: Cuts | None,
        run: Callable[[Prepared, Limits], Outcome],
        limits: Limits,
    ) -> None:
        self.limits, self.later = limits, LATER * limits.work
        self.two_stage, self.cuts = two_stage, cuts
        self.axes, self.run, self.constant = axes, run, two_stage.base.constant
        self.cost, self.weight = two_stage.base.cost, two_stage.weight
        self.rates = np.zeros(len(axes))
        # by so much the reward may loosen a bound
        self.loosened = 0.0
        self.stopped: Stop = lambda: False
        # share of an axis's range by which its tight end falls short of the least
        self.short = 0.0
        self.prepared = Prepared(two_stage, cuts)
        # rows and goals in the solver's sizes: kilograms beside thousands of money would drown in its tolerances
        self.sizes = [_middle(axis) for axis in axes]
        matrix = [
            np.zeros_like(self.cost) if axis.cost is None else axis.cost / size
            for axis, size in zip(axes, self.sizes, strict=True)
        ]
        sides = np.full(len(axes), np.inf)
        rows = csr_array(np.reshape(matrix, (len(axes), len(self.cost))))
        self.rows = self.prepared.add_rows(Rows(rows, -sides, sides))
        self.cap = two_stage.cap

    def search(self, caps: Caps, cost: Floats, weight: float | None = None) -> Outcome:
        """Minimise ``cost`` and a weight of the CVaR under caps."""
        for axis, size, row, value in zip(self.axes, self.sizes, self.rows, caps, strict=True):
            if axis.cost is None:
                self.prepared.cap(min(value, self.cap))
            else:
                self.prepared.bound_rows(
                    np.array([row]),
                    np.array([-np.inf]),
                    np.array([value]) / size,
                )
        self.prepared.price(cost, self.weight if weight is None else weight)
        outcome = self.run(self.prepared, self.limits)
        if outcome.x is not None:
            self.limits = replace(self.limits, work=min(self.limits.work, self.later))
        return outcome

    def point(self, caps: Caps, outcome: Outcome, lower: float, *, searched: bool = True) -> Point:
        """Give an outcome's plan as a point of the first objective."""
        values: tuple[float, ...] = ()
        upper = np.inf
        if outcome.x is not None and outcome.evaluated is not None:
            x, cvar = outcome.x, outcome.evaluated.cvar
            values = tuple(cvar if axis.cost is None else float(axis.cost @ x) for axis in self.axes)
            upper = float(self.cost @ x) + self.constant + (self.weight * cvar if self.weight else 0.0)
            lower = min(lower, upper)
        return Point(
            caps=caps, values=values, lower=lower, upper=upper, gap=relative_gap(lower, upper), outcome=outcome,
            searched=searched, stopped_by=outcome.stopped_by,
        )  # fmt: skip

    def least(self, first: Point) -> list[Point] | None:
        """Find the lexicographic ends: the least of each axis, then the least first objective there; None if stopped."""
        found = []
        free = (np.inf,) * len(self.axes)
        for k, axis in enumerate(self.axes):
            least = self._alone(free, axis, self.sizes[k])
            if least.x is None or least.stopped_by == "user":
                return None
            tight = self.point(free, least, 0.0).values[k]
            tight += self.short * max(first.values[k] - tight, 0.0)
            caps = tuple(np.inf if j != k else tight for j in range(len(self.axes)))
            outcome = self.search(caps, self.cost)
            if outcome.x is None or outcome.stopped_by == "user":
                return None
            found.append(self.point(caps, outcome, outcome.lower))
        return found

    def _alone(self, free: Caps, axis: Axis, size: float) -> Outcome:
        """Minimise one axis: without the copies where it does not look at them, so that the walk's own basis stays near."""
        if axis.cost is None or np.isfinite(self.cap):
            own = np.zeros_like(self.cost) if axis.cost is None else axis.cost / size
            return self.search(free, own, float(axis.cost is None))
        base = replace(self.two_stage.base, cost=axis.cost / size, constant=0.0)
        least = self.run(Prepared(replace(self.two_stage, base=base, copies=(), weight=0.0), self.cuts), self.limits)
        if least.x is not None:
            self.prepared.begin_with(least.x)
        return least

    def reward(self, first: Point, least: Sequence[Point]) -> None:
        """Set the rates at which slack under the caps is rewarded."""
        wide = max((end.upper for end in least), default=first.upper) - first.upper
        own = np.array([loose - end.caps[k] for k, (loose, end) in enumerate(zip(first.values, least, strict=True))])
        self.loosened = REWARD * max(wide, 0.0) * len(self.axes)
        self.rates = np.where(own > 0, REWARD * max(wide, 0.0) / np.where(own > 0, own, 1.0), 0.0)

    def under(self, caps: Caps) -> Point:
        """Search under caps, with the reward."""
        cost, weight = self.cost.copy(), self.weight
        for axis, rate in zip(self.axes, self.rates, strict=True):
            if axis.cost is None:
                weight += rate
            else:
                cost += rate * axis.cost
        outcome = self.search(caps, cost, weight)
        return self.point(caps, outcome, outcome.lower - float(self.rates @ np.array(caps)))


def _grid(
    walk: _Walk, grids: Sequence[Floats], first: Point, gap: float, known: Mapping[tuple[int, ...], Point]
) -> tuple[Point, ...]:
    """Walk the caps from loose to tight, taking over what a looser neighbour has proven or found."""
    found: dict[tuple[int, ...], Point] = {}
    for index in product(*(range(len(grid)) for grid in grids)):
        if walk.stopped():
            return _so_far(found, first, known)
        caps = tuple(float(grid[i]) for grid, i in zip(grids, index, strict=True))
        looser = [found[_step(index, k)] for k, i in enumerate(index) if i > 0] or [first]
        lower = max(point.lower for point in looser)
        here = _taken_over(walk, caps, looser, lower)
        room = gap + walk.loosened / max(abs(lower), 1e-12)
        # the first is searched again for the least of the axes at its cost
        sure = index not in known and any(index) and here is not None and here.gap <= room
        if here is None or not (sure or here.outcome.status == "infeasible"):
            own = known.get(index) or walk.under(caps)
            if own.stopped_by == "user" and own.outcome.x is None:
                return _so_far(found, first, known)
            held = own if here is None or own.upper <= here.upper else here
            here = replace(walk.point(caps, held.outcome, max(own.lower, lower)), stopped_by=own.stopped_by)
        if here.upper < lower - MET * max(1.0, abs(lower)):
            raise SolverError(
                f"A plan of {here.upper:.9g} at caps {caps} lies below the bound {lower:.9g} of looser caps."
            )
        before = found.get(_step(index, len(index) - 1))
        found[index] = replace(here, distinguishable=before is None or before.upper < here.lower)
        if here.stopped_by == "user":
            return _so_far(found, first, known)
    return tuple(found.values())


def _so_far(
    found: Mapping[tuple[int, ...], Point], first: Point, known: Mapping[tuple[int, ...], Point]
) -> tuple[Point, ...]:
    """Give what stands when the user stops: the points walked, and the tight end where it was found before them."""
    points = [*found.values()] or [first]
    ends = [replace(end, distinguishable=points[-1].upper < end.lower) for at, end in known.items() if at not in found]
    return (*points, *ends)


def _step(index: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Give the neighbour that is looser on one axis."""
    return (*index[:axis], index[axis] - 1, *index[axis + 1 :])


def _taken_over(walk: _Walk, caps: Caps, looser: Sequence[Point], lower: float) -> Point | None:
    """Give the best plan of looser neighbours that meets the caps; a neighbour without any plan leaves none here either."""
    for point in looser:
        if point.outcome.status == "infeasible":
            return walk.point(caps, point.outcome, np.inf, searched=False)
    fits = [
        point
        for point in looser
        if point.values
        and all(value <= cap + MET * max(1.0, abs(cap)) for value, cap in zip(point.values, caps, strict=True))
    ]
    if not fits:
        return None
    return walk.point(caps, min(fits, key=lambda point: point.upper).outcome, lower, searched=False)
