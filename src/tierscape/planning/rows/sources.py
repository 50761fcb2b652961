"""Family 14, `sources`: no site, country or region makes too much of a part, and enough sites make it."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.parameters import Policy
from tierscape.planning.problem import Problem
from tierscape.planning.rows.operating import able_now, opened_by, operating, stands
from tierscape.planning.rows.reached import first_possible, makers, need, share_limit
from tierscape.planning.written import Expression, Numbers, Written, picked, summed


def add(written: Written) -> None:
    """Write q ≤ max_share Σ q of the part (by site, country, region); Σ A ≥ min_sources; q ≥ min_share Σ q where able.

    A limit starts when enough sources can stand, so that no plan fails for want of time only.
    """
    policy = written.ask.policy
    if "output" not in written:
        return
    if policy.max_share < 1:
        _site(written)
    for what, limit in (("country", policy.max_country_share), ("region", policy.max_region_share)):
        if limit < 1:
            _place(written, what, limit)
    if policy.min_sources > 1:
        _count(written)
    if policy.min_share > 0:
        _least(written)


def made(written: Written) -> Expression:
    """Σ_e q_et by (part, period)."""
    problem = written.problem
    parts = problem["pairs"]["part"].to_numpy()
    return summed(written["output"], "pair", parts, "part", problem["parts"].height)


def let_off(problem: Problem, policy: Policy) -> pl.DataFrame:
    """Give the parts that are needed and that fewer sites could ever make than the policy asks for: no rule holds them.

    Returns
    -------
    polars.DataFrame
        part (row number), makers, asked; empty where the policy asks for nothing.
    """
    asked = max(policy.min_sources, 2 if policy.max_share < 1 or policy.min_share > 0 else 1)
    count = np.bincount(_part_made(problem) + 1, minlength=problem["parts"].height + 1)[1:]
    short = (need(problem).max(axis=1, initial=0.0) > 0) & (count > 0) & (count < asked)
    return pl.DataFrame({"part": np.flatnonzero(short), "makers": count[short]}).with_columns(asked=pl.lit(asked))


def _part_made(problem: Problem) -> Numbers:
    """Give the part of each pair that could ever make it, -1 of others and of the market; shape (P,)."""
    return np.where(makers(problem), problem["pairs"]["part"].to_numpy(), -1)


def _site(written: Written) -> None:
    problem = written.problem
    limit = share_limit(problem, written.ask.policy)[:, written.periods]
    part = _part_made(problem)
    rows = np.flatnonzero((part >= 0) & (limit[part] < 1).any(axis=1))
    if not len(rows):
        return
    own = picked(written["output"], "pair", rows, "sourced")
    # a row of a period that is not held yet says q ≤ Σ q
    share = written.labelled(limit[part[rows]], "sourced", "period")
    written.rows("sources", own - picked(made(written), "part", part[rows], "sourced") * share <= 0)


def _place(written: Written, what: str, limit: float) -> None:
    """The same by country or region, for parts that several of them could make."""
    problem = written.problem
    places, of_pair = _places(problem, what)
    part = places["part"].to_numpy()
    first = np.full(len(part), problem.horizon)
    np.minimum.at(first, of_pair[of_pair >= 0], first_possible(problem)[of_pair >= 0])
    from_period = _from(part, first, int(np.ceil(1.0 / limit - 1e-9)), problem)
    several = np.bincount(part, minlength=problem["parts"].height) > 1
    held = (np.array(written.periods)[None, :] >= from_period[part][:, None]) & several[part][:, None]
    rows = np.flatnonzero(held.any(axis=1))
    if not len(rows):
        return
    by_place = summed(written["output"], "pair", of_pair, "place", len(part))
    share = written.labelled(np.where(held, limit, 1.0)[rows], "sourced", "period")
    total = picked(made(written), "part", part[rows], "sourced")
    written.rows(f"sources:{what}", picked(by_place, "place", rows, "sourced") - total * share <= 0)


def _places(problem: Problem, what: str) -> tuple[pl.DataFrame, Numbers]:
    """Give (part, place) in order and, by pair, its row of them; -1 for the market and for an unknown place."""
    pairs = problem["pairs"].select(place=pl.col(what)).with_columns(part=pl.Series(_part_made(problem)))
    places = pairs.filter((pl.col("part") >= 0) & pl.col("place").is_not_null()).unique().sort("part", "place")
    row = pairs.join(places.with_row_index("row"), on=["part", "place"], how="left", maintain_order="left")["row"]
    return places, row.cast(pl.Int64).fill_null(-1).to_numpy()


def _count(written: Written) -> None:
    """Σ_e A_et ≥ min_sources for parts that so many sites could ever make, from when they can."""
    problem, least = written.problem, written.ask.policy.min_sources
    part = _part_made(problem)
    count = np.bincount(part[part >= 0], minlength=problem["parts"].height)
    asked = (count >= least) & (need(problem).max(axis=1) > 0)
    from_period = _from(part, first_possible(problem), least, problem)
    held = asked[:, None] & (np.array(written.periods)[None, :] >= from_period[:, None])
    rows = np.flatnonzero(held.any(axis=1))
    if not len(rows):
        return
    wanted = written.labelled((least * held)[rows].astype(np.float64), "sourced", "period")
    sources = summed(operating(written), "pair", part, "part", problem["parts"].height)
    written.rows("sources:number", picked(sources, "part", rows, "sourced") >= wanted)


def _least(written: Written) -> None:
    """Write q_e ≥ min_share (Σ q − need (1 − A_e)), for each site of a part that several could make.

    Equal to q ≥ min_share Σ q where the pair is able, and nothing where it is not: no plan makes more than the need. A pair
    without capacity of its own is held to it once one of its projects has opened it.
    """
    problem = written.problem
    part = _part_made(problem)
    count = np.bincount(part[part >= 0], minlength=problem["parts"].height)
    held = (part >= 0) & (count[part] > 1)
    unable = 1 - able_now(written)
    rows = np.flatnonzero(held & (stands(written) > 0).any(axis=1))
    if len(rows):
        idle = written.labelled(1 - stands(written)[rows], "sourced", "period")
        _hold(written, "sources:least", rows, picked(unable, "pair", rows, "sourced") + idle)
    owner = problem["projects"]["pair"].to_numpy()
    projects = np.flatnonzero(held[owner])
    if len(projects):
        shut = 1 - picked(opened_by(written), "project", projects, "sourced")
        pairs = owner[projects]
        _hold(written, "sources:least_built", pairs, picked(unable, "pair", pairs, "sourced") + shut)


def _hold(written: Written, name: str, pairs: Numbers, away: Expression) -> None:
    """Hold each pair to its least share where ``away`` is 0; where it is 1 or more nothing is asked of it."""
    problem, least = written.problem, written.ask.policy.min_share
    part = problem["pairs"]["part"].to_numpy()[pairs]
    most = written.labelled(need(problem)[part][:, written.periods], "sourced", "period")
    total = picked(made(written), "part", part, "sourced")
    own = picked(written["output"], "pair", pairs, "sourced")
    written.rows(name, own - least * total + least * (away * most) >= 0)


def _from(part: Numbers, first: Numbers, sources: int, problem: Problem) -> Numbers:
    """Give, by part, the first period in which so many sources can stand; 0 where they never can: then it cannot be met."""
    start = np.zeros(problem["parts"].height, dtype=np.int64)
    for p in np.unique(part[part >= 0]):
        ready = np.sort(first[part == p])
        if len(ready) >= sources and ready[sources - 1] < problem.horizon:
            start[p] = ready[sources - 1]
    return start
