"""Family 1, demand: what reaches a region, or stays unmet at a price."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.written import Floats, Numbers, Written, summed


def add(written: Written) -> None:
    """Σ_{a into the want} x_at + L_kt = D_kt; where each want has one source, x_at = D_kt d_at and Σ_a d_at ≤ 1."""
    problem = written.problem
    wants = problem["wants"].height
    if not wants:
        return
    asked = written.labelled(problem.demand, "want", "period").sel(period=written.periods)
    arriving = summed(written["flow"], "lane", want_of_lane(problem), "want", wants)
    written.rows("demand", arriving + written["unmet"] == asked)
    penalty = written.labelled(_penalty(written), "want")
    written.charge("unmet", penalty * written.discount * written["unmet"])
    if "serve" in written:
        serve = written["serve"]
        lanes = serve.indexes["lane"].to_numpy()
        want = want_of_lane(problem)[lanes]
        whole = written.labelled(problem.demand[want], "lane", "period").assign_coords(lane=lanes)
        written.rows("demand:served", written["flow"].sel(lane=lanes) - whole * serve == 0)
        written.rows("demand:one_source", summed(serve, "lane", want, "want", wants) <= 1)


def _penalty(written: Written) -> Floats:
    """Money a unit unmet. Where nobody knows it, only adverse years ask: a multiple of the part's value, or the dearest."""
    problem, multiple = written.problem, written.ask.finance.unmet_multiple
    wants = problem["wants"].select("penalty", value=problem["parts"]["value"][problem["wants"]["part"]])
    known = wants["penalty"].drop_nulls().to_numpy()
    costs = problem["pairs"]["unit_cost"].fill_null(0.0).to_numpy()
    dearest = max(float(known.max(initial=0.0)), multiple * float(costs.sum()))
    filled = wants.select(pl.coalesce("penalty", multiple * pl.col("value"), pl.lit(dearest)))
    return filled.to_series().to_numpy()


def want_of_lane(problem: Problem) -> Numbers:
    """Give the want that each lane serves, -1 for a lane between sites."""
    return problem["lanes"].select(pl.col("want").fill_null(-1)).to_series().to_numpy().astype(np.int64)
