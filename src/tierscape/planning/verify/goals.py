"""Families 12 and 14: the allied share of value added, and how much hangs on single sources."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.problem import Problem
from tierscape.planning.rows.reached import first_possible, makers, share_limit
from tierscape.planning.standing import Floats
from tierscape.planning.verify.held import Check, Held, onto, over

GRACE_YEARS = 3
"""Years after the start from which the allied share counts, where no year is asked."""


def ally_share_of(problem: Problem, output: Floats) -> Floats:
    """Give the allied share of the value added in each period, shape (T,); NaN where nothing is made.

    Pairs whose value added or side nobody knows do not count.
    """
    pairs = problem["pairs"]
    added = pairs["value_added"].fill_null(0.0).to_numpy()[:, None] * output
    ally = pairs["ally"].fill_null(value=False).to_numpy()
    total = added.sum(axis=0)
    share: Floats = np.divide(added[ally].sum(axis=0), total, out=np.full_like(total, np.nan), where=total > 0)
    return share


def _ally_share(held: Held) -> float:
    floor = held.ask.policy.ally_share
    if floor is None:
        return 0.0
    years = held.problem["periods"]["year"].to_numpy()
    asked = held.ask.policy.ally_from_year
    share = ally_share_of(held.problem, held.output)[years >= (years[0] + GRACE_YEARS if asked is None else asked)]
    return float(np.maximum(floor - share[~np.isnan(share)], 0.0).max(initial=0.0))


def _sources(held: Held) -> float:
    """No site, country or region makes more than its share of a part, from the time on that enough others could."""
    policy, pairs = held.ask.policy, held.problem["pairs"]
    part, parts = pairs["part"].to_numpy(), held.problem["parts"].height
    total, able = onto(part, held.output, parts), makers(held.problem)
    worst = 0.0
    if policy.max_share < 1:
        worst = over(held.output[able], (share_limit(held.problem, policy) * total)[part][able])
    for place, limit in (("country", policy.max_country_share), ("region", policy.max_region_share)):
        if limit >= 1:
            continue
        rows = pairs.with_row_index("row").filter(pl.Series(able) & pl.col(place).is_not_null())
        for (of,), group in rows.group_by("part"):
            by_place = [own["row"].to_numpy() for _, own in group.group_by(place)]
            if len(by_place) < 2:
                continue
            start = _from([int(first_possible(held.problem)[own].min()) for own in by_place], limit, held)
            for own in by_place:
                most = limit * total[int(of)][start:]
                worst = max(worst, over(held.output[own].sum(axis=0)[start:], most))
    return worst


def _from(first: list[int], limit: float, held: Held) -> int:
    """Give the period from which enough places can stand; 0 where they never can."""
    ready, enough = sorted(first), int(np.ceil(1.0 / limit - 1e-9))
    started = ready[enough - 1] if len(ready) >= enough else held.problem.horizon
    return started if started < held.problem.horizon else 0


def _several(held: Held) -> float:
    """Enough sites can deliver each part, and each of them has its least share."""
    policy, part = held.ask.policy, held.problem["pairs"]["part"].to_numpy()
    if policy.min_sources < 2 and policy.min_share <= 0:
        return 0.0
    able, total = makers(held.problem), onto(part, held.output, held.problem["parts"].height)
    there = held.stand.able & (held.stand.capacity > 0) & able[:, None]
    needed = held.problem["parts"]["need"].fill_null(0.0).to_numpy() > 0
    first, worst = first_possible(held.problem), 0.0
    for p in np.unique(part[able]):
        own: NDArray[np.intp] = np.flatnonzero(able & (part == p))
        if policy.min_sources > 1 and len(own) >= policy.min_sources and needed[p]:
            start = _from(first[own].tolist(), 1.0 / policy.min_sources, held)
            worst = max(worst, float(policy.min_sources - there[own, start:].sum(axis=0).min(initial=99)))
        if policy.min_share > 0 and len(own) > 1:
            least = np.where(there[own], policy.min_share * total[p], 0.0)
            worst = max(worst, over(least, held.output[own]))
    return worst


CHECKS: dict[str, Check] = {"ally_share": _ally_share, "sources": _sources, "sources:number": _several}
