"""Which pairs can deliver: qualified *and* with capacity, from the start or after a project."""

from __future__ import annotations

import numpy as np

from tierscape.planning.rows.reached import able, qualified, reached_share
from tierscape.planning.written import Expression, Floats, Numbers, Written, declare, picked, summed


def opened_by(written: Written) -> Expression:
    """Give 1 where a project has begun to add capacity, by (project, period that stands here)."""
    begins = (reached_share(written.problem)[:, :, written.periods] > 0).astype(np.float64)
    counts = written.labelled(begins, "project", "begun", "period")
    start = (1 * written["start"]).sum("share").rename({"period": "begun"})
    return (start * counts).sum("begun")


def opened(written: Written) -> Expression:
    """Give the number of a pair's projects that have begun to add capacity, by (pair, period that stands here)."""
    problem = written.problem
    owner = problem["projects"]["pair"].to_numpy()
    return summed(opened_by(written), "project", owner, "pair", problem["pairs"].height)


def stands(written: Written) -> Floats:
    """Give 1 where a pair has capacity without any project, shape (P, periods that stand here)."""
    return (written.problem.capacity[:, written.periods] > 0).astype(np.float64)


def operating(written: Written) -> Expression:
    """Give, by (pair, period), what a count of sources may not exceed: 1 where the pair can deliver, else 0.

    Where that takes a project and a qualification, or one of several projects, the helper variable ``present`` lies below
    both; rows that want pairs to operate push it up.
    """
    problem = written.problem
    has = written.labelled(stands(written), "pair", "period")
    if "start" not in written:
        return able_now(written) * has
    projects = problem["projects"]
    ordinary = projects["pair"].to_numpy()[projects["fast_of"].is_null().to_numpy()]
    count = np.bincount(ordinary, minlength=problem["pairs"].height)
    idle = ~has.to_numpy().astype(bool)
    plain = (count == 1) & (qualified(problem) > 0)
    by_project = written.labelled((idle & plain[:, None]).astype(np.float64), "pair", "period")
    total = able_now(written) * has + opened(written) * by_project
    helped = np.flatnonzero((count > 0) & ~plain & idle.any(axis=1))
    if not len(helped):
        return total
    waits = written.labelled(idle.astype(np.float64), "pair", "period")
    return total + summed(_present(written, helped), "pair", helped, "pair", len(count)) * waits


def _present(written: Written, pairs: Numbers) -> Expression:
    """Lies below able and below opened; written once, whoever asks first."""
    if "present" not in written:
        declare(written, "present", {"pair": pairs, "period": np.array(written.periods)}, upper=1.0)
        present = picked(written["present"], "pair", pairs, "helped")
        may = picked(able_now(written), "pair", pairs, "helped")
        written.rows("qualification:present", present - may <= 0)
        written.rows("capacity:present", present - picked(opened(written), "pair", pairs, "helped") <= 0)
    return 1 * written["present"]


def able_now(written: Written) -> Expression:
    """Give A_et as an expression in any case: a row without any variable would be dropped, and what it says with it."""
    return 0 * written["output"] + able(written)
