"""A plan held against every rule once more, from its numbers alone: nothing here shares the optimiser's rows.

`violations` goes through the families of the page one by one; `bad_years` runs each adverse year on operations that are written
a second time, straight from the tables; `money` adds the cost up again, term by term.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.standing import Values, standing, value
from tierscape.planning.verify import decisions, goals, operations, outages, preference, support
from tierscape.planning.verify.goals import ally_share_of
from tierscape.planning.verify.held import Held
from tierscape.planning.verify.operations import emissions

__all__ = ["ally_share_of", "emissions", "integrality", "violations"]

WHOLE = ("start", "qualify", "sign", "take", "clawed", "hub", "serve", "whole")
"""Decisions that are made or not."""


def integrality(values: Values) -> float:
    """Give the largest distance of a decision from a whole number."""
    return max((float(np.abs(v - np.rint(v)).max(initial=0.0)) for n, v in values.items() if n in WHOLE), default=0.0)


def violations(problem: Problem, ask: Ask, values: Values) -> Mapping[str, float]:
    """Hold a plan against each family of rules.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    values : mapping of str to numpy.ndarray of float64
        Numbers of the plan by variable, in units and money.

    Returns
    -------
    Mapping of str to float
        Largest violation by family, relative to the larger of 1 and the limit.

    Notes
    -----
    O(lanes · periods), and one small linear program for each site whose outage must be survived. Balances are tested on both
    sides, limits on theirs.
    """
    held = Held(
        problem=problem,
        ask=ask,
        values=values,
        flow=value(values, "flow", problem["lanes"].height, problem.horizon),
        output=value(values, "output", problem["pairs"].height, problem.horizon),
        stand=standing(problem, values),
    )
    found: dict[str, float] = {}
    for family, check in {
        **operations.CHECKS, **decisions.CHECKS, **support.CHECKS, **preference.CHECKS, **goals.CHECKS, **outages.CHECKS
    }.items():  # fmt: skip
        found[family] = check(held)
    negative = max((float(-v.min(initial=0.0)) for v in values.values()), default=0.0)
    return {**found, "non-negative": negative}
