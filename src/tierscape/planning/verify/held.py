"""A plan in plain arrays, and how far numbers are over a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats, Standing, Values, value

HOURS_PER_JOB = 1750.0
"""Hours that one job works a year."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """A plan that is held against the rules; L lanes, P pairs, T periods.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    values : mapping of str to numpy.ndarray
        Numbers by variable.
    flow : numpy.ndarray of float64, shape (L, T)
    output : numpy.ndarray of float64, shape (P, T)
    stand : Standing
        What the decisions amount to.
    """

    problem: Problem
    ask: Ask
    values: Values
    flow: Floats
    output: Floats
    stand: Standing

    def number(self, name: str, table: str) -> Floats:
        """Give a variable over the rows of a table and the periods."""
        return value(self.values, name, self.problem[table].height, self.problem.horizon)

    def once(self, name: str, table: str) -> Floats:
        """Give a variable over the rows of a table."""
        return value(self.values, name, self.problem[table].height)

    @property
    def start(self) -> Floats:
        """Starts of projects, shape (J, options, T)."""
        shares = len(self.problem.shares)
        return value(self.values, "start", self.problem["projects"].height, shares, self.problem.horizon)

    def column(self, table: str, name: str, missing: float = 0.0) -> Floats:
        """Give a column as numbers."""
        return self.problem[table][name].cast(pl.Float64).fill_null(missing).to_numpy()


Check = Callable[[Held], float]


def over(left: Floats, right: Floats) -> float:
    """How far the left side exceeds the right, relative to the larger of 1 and the right."""
    left, right = np.broadcast_arrays(left, right)
    finite = np.isfinite(right)
    return float(((left - right)[finite] / np.maximum(1.0, np.abs(right[finite]))).max(initial=0.0))


def apart(left: Floats, right: Floats) -> float:
    """How far two sides differ, relative to the larger of 1 and the right."""
    return float((np.abs(left - right) / np.maximum(1.0, np.abs(right))).max(initial=0.0))


def onto(rows: pl.Series | NDArray[np.integer], numbers: Floats, size: int) -> Floats:
    """Add rows of numbers up by the row of another table that each names; null or negative names none."""
    names = rows.fill_null(-1).to_numpy() if isinstance(rows, pl.Series) else rows
    total = np.zeros((size, *numbers.shape[1:]))
    known = names >= 0
    np.add.at(total, names[known].astype(np.int64), numbers[known])
    return total


def jobs(held: Held, pairs: NDArray[np.integer]) -> Floats:
    """Give the jobs at some pairs in each period, shape (T,): hours of what they make by 1750 a year."""
    hours = held.column("pairs", "hours")[pairs]
    work: Floats = hours @ held.output[pairs] * held.problem.periods_per_year / HOURS_PER_JOB
    return work
