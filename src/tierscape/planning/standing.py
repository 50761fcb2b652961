"""What a plan's decisions amount to in each period, in plain arrays: capacity, qualified pairs, projects under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tierscape.planning.problem import Problem

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]
"""Numbers of a plan by variable, dense over all rows of the tables that its axes count; a variable without columns is absent."""


@dataclass(frozen=True, eq=False)
class Standing:
    """What stands in each period; J projects, P pairs, T periods.

    Parameters
    ----------
    started : numpy.ndarray of int64, shape (J,)
        Period in which a project starts; -1 for never.
    share : numpy.ndarray of float64, shape (J,)
        The buyer's share of its capital; 0 where it never starts.
    added, capacity : numpy.ndarray of float64, shape (P, T)
        Capacity that projects add; all of it.
    able : numpy.ndarray of bool, shape (P, T)
        Qualified.
    """

    started: NDArray[np.int64]
    share: Floats
    added: Floats
    capacity: Floats
    able: NDArray[np.bool_]


def value(values: Values, name: str, *shape: int) -> Floats:
    """Give the numbers of a variable, zeros where the plan has none."""
    return values[name] if name in values else np.zeros(shape)


def standing(problem: Problem, values: Values) -> Standing:
    """Work out what a plan's decisions amount to, without the optimiser's rows."""
    projects, pairs, horizon = problem["projects"], problem["pairs"], problem.horizon
    start = value(values, "start", projects.height, len(problem.shares), horizon)
    by_period = start.sum(axis=1) > 0.5
    started = np.where(by_period.any(axis=1), by_period.argmax(axis=1), -1)
    chosen = start.sum(axis=2).argmax(axis=1)
    share = np.where(started >= 0, np.asarray(problem.shares)[chosen], 0.0)
    added = np.zeros((pairs.height, horizon))
    for j, (pair, units, lead, ramp) in enumerate(projects.select("pair", "added", "lead", "ramp").iter_rows()):
        if started[j] < 0 or not units or pair is None:
            continue
        age = np.arange(horizon) - started[j] - (lead or 0)
        added[pair] += units * np.where(age < 0, 0.0, np.minimum(1.0, (age + 1) / ((ramp or 0.0) + 1)))
    able = np.repeat(pairs["qualified"].fill_null(value=False).to_numpy()[:, None], horizon, axis=1)
    qualify = value(values, "qualify", pairs.height, horizon) > 0.5
    wait = pairs["qualify_periods"].fill_null(0).to_numpy()
    for pair, period in np.argwhere(qualify):
        able[pair, period + wait[pair] :] = True
    return Standing(started, share, added, problem.capacity + added, able)
