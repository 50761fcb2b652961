"""Family 4, capacity: what is there, and what projects add with their lead time and ramp."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tierscape.planning.problem import Problem
from tierscape.planning.rows.demand import want_of_lane
from tierscape.planning.rows.reached import reached_share, ready
from tierscape.planning.written import Written, picked, summed


def add(written: Written) -> None:
    """q_et ≤ (cap_et + Σ_j Σ_{τ≤t} ramp(t − τ − lead_j) dcap_j Σ_o y_joτ)·(1 + surge_e, in an adverse year only).

    A pair without limit has no row. Scenarios scale the rows named ``capacity`` by what is left.
    """
    problem = written.problem
    there = problem.capacity[:, written.periods]
    limited = np.flatnonzero(np.isfinite(there).any(axis=1))
    if not len(limited):
        return
    surge = problem["pairs"]["surge"].fill_null(0.0).to_numpy() if written.copy else np.zeros(len(there))
    stretch = written.labelled(1.0 + surge, "pair").sel(pair=limited)
    base = written.labelled(np.where(np.isfinite(there), there, 0.0), "pair", "period").sel(pair=limited)
    made = 1 * written["output"].sel(pair=limited)
    added = ready(written)
    if not isinstance(added, float):
        made = made - added.sel(pair=limited) * stretch
    mask = written.labelled(np.isfinite(there), "pair", "period").sel(pair=limited).astype(bool)
    written.model.add_constraints(made <= base * stretch, name="capacity", mask=mask)
    _opened(written)
    if not written.copy:
        _enough(written)


def _opened(written: Written) -> None:
    """Strong location rows: x_at ≤ D_kt · opened_et on demand lanes of pairs that only projects give any capacity."""
    problem = written.problem
    pairs, lanes = _only_by_project(problem), want_of_lane(problem)
    rows = np.flatnonzero((lanes >= 0) & pairs[problem["lanes"]["pair"].to_numpy()])
    if "start" not in written or not len(rows):
        return
    start = (1 * written["start"]).sum("share").rename({"period": "begun"})
    there = (reached_share(problem)[:, :, written.periods] > 0).astype(np.float64)
    factor = written.labelled(there, "project", "begun", "period")
    owner = problem["projects"]["pair"].to_numpy()
    opened = summed((start * factor).sum("begun"), "project", owner, "pair", problem["pairs"].height)
    of_lane = picked(opened, "pair", problem["lanes"]["pair"].to_numpy()[rows], "row")
    asked = written.labelled(problem.demand[lanes[rows]][:, written.periods], "row", "period")
    written.rows("capacity:opened", picked(written["flow"], "lane", rows, "row") - asked * of_lane <= 0)


def _only_by_project(problem: Problem) -> NDArray[np.bool_]:
    """Say which pairs have no capacity of their own in any period and get some from a project."""
    owned = np.isin(np.arange(problem["pairs"].height), problem["projects"]["pair"].to_numpy())
    return owned & ~(problem.capacity > 0).any(axis=1)


def _enough(written: Written) -> None:
    """Σ_{e of f} (cap_et + added_et) + Σ_k L_kt ≥ Σ_k D_kt per product f: implied, but it lets a solver count projects."""
    problem = written.problem
    part, parts = problem["pairs"]["part"].to_numpy(), problem["parts"].height
    wanted = problem["wants"]["part"].to_numpy()
    finite = np.ones(parts, dtype=bool)
    np.logical_and.at(finite, part, np.isfinite(problem.capacity).all(axis=1))
    products = np.intersect1d(np.unique(wanted), np.flatnonzero(finite))
    added = ready(written)
    if isinstance(added, float) or not len(products):
        return
    base, asked = np.zeros((parts, problem.horizon)), np.zeros((parts, problem.horizon))
    np.add.at(base, part, np.where(np.isfinite(problem.capacity), problem.capacity, 0.0))
    np.add.at(asked, wanted, problem.demand)
    more = summed(added, "pair", part, "part", parts) + summed(written["unmet"], "want", wanted, "part", parts)
    short = written.labelled(asked - base, "part", "period")
    written.rows("capacity:enough", more.sel(part=products) >= short.sel(part=products))
