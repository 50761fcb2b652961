"""What a search gives back: the best plan, what is proven, how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tierscape.planning.program import Floats
from tierscape.planning.solve.evaluation import Evaluated
from tierscape.planning.solve.limits import Reason


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the trace; no seconds, so that two runs compare byte for byte.

    Parameters
    ----------
    stage : str
    work : float
        Iterations and nodes so far, an iteration of a scenario's program by its size.
    lower, upper, gap : float
        Infinite while unknown.
    scenarios : int
        Scenarios in the model.
    """

    stage: str
    work: float
    lower: float
    upper: float
    gap: float
    scenarios: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step and the seconds it came after."""

    seconds: float
    step: Step


Report = Callable[[Progress], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """The best plan found and what is proven of it.

    Parameters
    ----------
    status : {"plan", "none", "infeasible"}
        ``none``: stopped before a plan was found; ``lower`` still holds.
    x : numpy.ndarray of float64, shape (n,), or None
        The plan's base columns; whole columns are exactly whole.
    lower, upper, gap : float
        upper is the plan's value over all scenarios; gap = (upper - lower) / |upper|.
    stopped_by : {"gap", "work", "time", "user", "cutoff", "infeasible"}
        Runs stopped by gap or work repeat byte for byte, those stopped by time or user do not.
    trace : tuple of Step
    tail : tuple of int
        Scenarios in the model at the end.
    root_x : numpy.ndarray of float64, shape (n,), or None
        The relaxation's columns.
    evaluated : Evaluated or None
        The plan's cost and targets in every scenario.
    row_dual, reduced_cost : numpy.ndarray of float64, shapes (m,) and (n,), or None
        Of the linear program with the plan's whole columns fixed: marginal values, true for small steps only.
    short : numpy.ndarray of float64, shape (m,)
        Where infeasible: least total amounts, each as a share of its row's size, by which rows of the base would have to
        give way; positive above the lower side, negative below the upper. Empty otherwise.
    """

    status: Literal["plan", "none", "infeasible"]
    x: Floats | None
    lower: float
    upper: float
    gap: float
    stopped_by: Reason
    trace: tuple[Step, ...]
    tail: tuple[int, ...]
    root_x: Floats | None = None
    evaluated: Evaluated | None = None
    row_dual: Floats | None = None
    reduced_cost: Floats | None = None
    short: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def work(self) -> float:
        """Iterations and nodes in all."""
        return self.trace[-1].work if self.trace else 0.0

    @property
    def repeats(self) -> bool:
        """Whether another run with the same input gives the same bytes."""
        return self.stopped_by not in ("time", "user")


def relative_gap(lower: float, upper: float) -> float:
    """Give (upper - lower) / |upper|; infinite where a side is unknown, 0 where they agree.

    Examples
    --------
    >>> relative_gap(99.0, 100.0)
    0.01
    """
    if not np.isfinite(lower) or not np.isfinite(upper):
        return float("inf")
    distance = max(upper - lower, 0.0)
    if distance <= 1e-9 * max(1.0, abs(lower)):
        return 0.0
    return distance / abs(upper) if upper != 0 else float("inf")
