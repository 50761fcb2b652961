"""Faster permits as a choice: an accelerated copy of each project that a fast-track incentive supports.

The copy is a project of its own with a shorter lead. It may only start where the incentive is taken, and it excludes the
ordinary one, so every other family treats it like any project.
"""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl

from tierscape.planning.problem import Problem


def with_fast_tracks(problem: Problem) -> Problem:
    """Add accelerated copies of projects.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Problem
        With one more row of ``projects`` for each project and fast-track incentive that shortens its lead by a period or
        more; rebates, eligibility for other incentives and requirements are those of the ordinary project. The same
        problem where no incentive does, or where the copies stand already.
    """
    fast = _copies(problem)
    if fast.is_empty() or not problem["projects"]["fast_of"].is_null().all():
        return problem
    projects = pl.concat([problem["projects"], fast])
    copies = fast.select("fast_of").with_row_index("project", offset=problem["projects"].height)
    copies = copies.select(pl.all().cast(pl.Int64))
    tables = {
        **problem.tables,
        "projects": projects,
        "rebates": _copied(problem["rebates"], copies),
        "requirements": _copied(problem["requirements"], copies),
        "eligible": _copied(problem["eligible"], copies),
    }
    return replace(problem, tables=tables)


def _copies(problem: Problem) -> pl.DataFrame:
    """Give one row a project and incentive, with the lead that is left: whole periods, rounded up."""
    projects = problem["projects"].with_row_index("row")
    supported = (
        problem["incentives"]
        .with_row_index("by")
        .filter(pl.col("kind") == "fast_track")
        .join(problem["eligible"], left_on="by", right_on="incentive")
        .select(pl.col("by").cast(pl.Int64), "project", "rate")
        .join(projects, left_on="project", right_on=pl.col("row").cast(pl.Int64))
    )
    left = [math.ceil(lead * (1 - (rate or 0.0)) - 1e-9) for lead, rate in supported.select("lead", "rate").iter_rows()]
    return (
        supported.with_columns(shorter=pl.Series(left, dtype=pl.Int64), fast_of=pl.col("project"), fast_by=pl.col("by"))
        .filter(pl.col("shorter") < pl.col("lead"))
        .sort("fast_by", "fast_of")
        .with_columns(lead=pl.col("shorter"), project=pl.col("project_right"))
        .select(problem["projects"].columns)
    )


def _copied(rows: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    """Append the rows of the ordinary projects once more for their copies."""
    more = (
        rows.rename({"project": "fast_of"})
        .join(copies, on="fast_of", how="inner", maintain_order="left")
        .select(rows.columns)
    )
    return pl.concat([rows, more])
