"""Family 5, qualification: only a pair that is able makes anything, with the tightest bound that is always true."""

from __future__ import annotations

import numpy as np

from tierscape.planning.rows.reached import able, need, qualified, reachable, share_limit
from tierscape.planning.written import Written


def add(written: Written) -> None:
    """q_et ≤ min(max_share·need_pt, capacity reachable by t)·A_et for pairs not qualified yet, and Σ_t s_et ≤ 1.

    That exact bound is the point: a looser one lets the relaxation qualify a sliver of a pair and use all of it.
    """
    problem = written.problem
    waiting = np.flatnonzero(qualified(problem) == 0)
    if not len(waiting):
        return
    part = problem["pairs"]["part"].to_numpy()
    asked, most = need(problem)[part], reachable(problem)
    if written.copy:
        most = most * (1.0 + problem["pairs"]["surge"].fill_null(0.0).to_numpy())[:, None]
    else:
        asked = asked * share_limit(problem, written.ask.policy)[part]
    bound = written.labelled(np.minimum(asked, most)[:, written.periods], "pair", "period").sel(pair=waiting)
    made = 1 * written["output"].sel(pair=waiting)
    written.rows("qualification", made - able(written).sel(pair=waiting) * bound <= 0)
    if written.copy or "qualify" not in written:
        return
    qualify = written["qualify"]
    written.rows("qualification:once", (1 * qualify).sum("period") <= 1)
    cost = written.column("pairs", "qualify_cost", "pair").sel(pair=qualify.indexes["pair"].to_numpy())
    written.charge("qualification", cost * written.discount_all * qualify)
