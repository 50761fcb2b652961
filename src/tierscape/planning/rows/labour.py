"""Family 18, `labour`: a region hires only so many people a year, and pays more for hiring many at once."""

from __future__ import annotations

import numpy as np

from tierscape.planning.problem import Problem
from tierscape.planning.written import Expression, Floats, Numbers, Written, declare, picked, summed

HOURS_PER_JOB = 1750.0
"""Hours that one job works a year."""

FREE_HIRING = 0.02
"""Share of the labour pool that can be hired a year without paying more."""

PREMIUM = 0.5
"""Share of the wage paid more, per share of the pool that is hired beyond the free one."""

_CHORDS = 4


def add(written: Written) -> None:
    """Write jobs_t − jobs_t−1 ≤ hiring · pool a year, and 0.5 · max(0, hires / pool − 2 %) more wage for those hired.

    A region whose labour pool is unknown has no row. Where it is unknown how many work there before, the first period's
    hires are not limited.
    """
    problem = written.problem
    if "output" not in written:
        return
    regions = _limited(problem)
    if not len(regions):
        return
    pool = problem["regions"]["labour_pool"].to_numpy()[regions]
    before = problem["regions"]["jobs_before"].to_numpy()[regions]
    most = written.ask.policy.hiring / problem.periods_per_year * pool
    # without a known number before, whoever works in the first period is there
    limit = np.repeat(most[:, None], len(written.periods), axis=1)
    limit[np.isnan(before), 0] = np.inf
    declare(
        written, "hires", {"hiring": np.arange(len(regions)), "period": np.array(written.periods)}, upper=limit,
        scale=1.0,
    )  # fmt: skip
    jobs = _jobs(written, regions)
    hires = 1 * written["hires"]
    written.rows("labour:start", (jobs - hires).isel(period=[0]) <= written.labelled(np.nan_to_num(before), "hiring"))
    if len(written.periods) > 1:
        label = np.array(written.periods[1:])
        earlier = jobs.isel(period=slice(None, -1)).assign_coords(period=label)
        written.rows("labour", (jobs - hires).isel(period=slice(1, None)) - earlier <= 0)
    _premium(written, regions, limit)


def _limited(problem: Problem) -> Numbers:
    """Give the regions whose pool is known and where some pair's hours are."""
    places = problem["pairs"].filter(problem["pairs"]["hours"].fill_null(0.0) > 0)["region"].unique().to_list()
    known = problem["regions"]["labour_pool"].is_not_null() & problem["regions"]["region"].is_in(places)
    return np.flatnonzero(known.to_numpy())


def _jobs(written: Written, regions: Numbers) -> Expression:
    """Σ hours q / 1750 by (region, period), a year's jobs."""
    problem = written.problem
    row = {name: i for i, name in enumerate(problem["regions"]["region"].gather(regions).to_list())}
    place = np.array([row.get(r, -1) for r in problem["pairs"]["region"].to_list()])
    hours = problem["pairs"]["hours"].fill_null(0.0).to_numpy() * (problem.periods_per_year / HOURS_PER_JOB)
    return summed(written.labelled(hours, "pair") * written["output"], "pair", place, "hiring", len(regions))


def _premium(written: Written, regions: Numbers, limit: Floats) -> None:
    """Cost of hiring a share s of the pool a year: wage · 1750 · pool · s · 0.5 (s − 2 %), by chords between some breaks.

    The curve is convex and its chords lie on or above it: the cost is not understated. A first period whose hires are not
    limited costs nothing more.
    """
    problem, highest = written.problem, written.ask.policy.hiring
    wage = problem["regions"]["wage"].to_numpy()[regions]
    paid = np.flatnonzero(~np.isnan(wage))
    if not len(paid) or highest <= FREE_HIRING:
        return
    pool = problem["regions"]["labour_pool"].to_numpy()[regions][paid]
    declare(written, "premium", {"paid": np.arange(len(paid)), "period": np.array(written.periods)})
    yearly = written.labelled(problem.periods_per_year / pool, "paid")
    share = picked(written["hires"], "hiring", paid, "paid") * yearly
    # a period's wages of the whole pool
    wages = wage[paid] * HOURS_PER_JOB * pool / problem.periods_per_year**2
    counted = written.labelled(wages[:, None] * np.isfinite(limit[paid]), "paid", "period")
    breaks = np.linspace(FREE_HIRING, highest, _CHORDS + 1)
    cost = PREMIUM * breaks * (breaks - FREE_HIRING)
    for i, slope in enumerate(np.diff(cost) / np.diff(breaks)):
        chord = share * (slope * counted) - (slope * breaks[i] - cost[i]) * counted
        written.rows(f"labour:premium_{i}", written["premium"] - chord >= 0)
    written.charge("wage_premium", written["premium"] * written.discount)
