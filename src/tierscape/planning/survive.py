"""How long a plan survives the outage of each site: what row 16 asks of it, looked at from the other side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.ask import Ask
from tierscape.planning.handoff import program
from tierscape.planning.problem import Problem
from tierscape.planning.rows.survival import There, operate, outages
from tierscape.planning.solve.highs import Solver
from tierscape.planning.standing import Standing
from tierscape.planning.written import Floats, Written, declare, meaning

LONGEST_DAYS = 3650.0
"""An outage that is survived for so long is survived."""


def time_to_survive(problem: Problem, ask: Ask, standing: Standing, stock: Floats) -> Floats:
    """Give the longest outage of each site over which demand is still met.

    Parameters
    ----------
    problem : Problem
    ask : Ask
        `risk.service` is the share of demand that must be met.
    standing : Standing
        What the plan has built and qualified; the last period counts.
    stock : numpy.ndarray of float64, shape (buffers,)
        Units in each buffer.

    Returns
    -------
    numpy.ndarray of float64, shape (outages,)
        Days, for the sites of `rows.survival.outages` in order; infinite where nothing is ever short.

    Notes
    -----
    One linear program a site, max days, each warm from the one before: only the bounds of the site's output change.

    References
    ----------
    Simchi-Levi et al. (2015), Interfaces 45(5), doi:10.1287/inte.2015.0804.
    """
    nodes = outages(problem)
    if nodes.is_empty():
        return np.empty(0)
    last = problem.horizon - 1
    capacity = standing.capacity[:, last] * (1 + problem["pairs"]["surge"].fill_null(0.0).to_numpy())
    handed = program(_one_outage(problem, ask, capacity, standing.able[:, last], stock))
    form, solver = handed.program, Solver()
    solver.load(form.cost, (form.lower, form.upper), form.matrix, (form.row_lower, form.row_upper), form.constant)
    output, days = handed.columns["survive_output"][0], np.empty(nodes.height)
    site = problem["pairs"]["site"].to_numpy()
    for i, name in enumerate(nodes["site"].to_list()):
        out = output[site == name]
        solver.bound_columns(out, form.lower[out], np.zeros(len(out)))
        solver.run()
        days[i] = handed.quantity(solver.x, "days")[0]
        solver.bound_columns(out, form.lower[out], form.upper[out])
    return np.where(days >= LONGEST_DAYS * (1 - 1e-9), np.inf, days)


def _one_outage(problem: Problem, ask: Ask, capacity: Floats, able: NDArray[np.bool_], stock: Floats) -> Written:
    """Write one copy of the operations over as many days as can be; nobody is out yet."""
    import linopy

    last = problem.horizon - 1
    with meaning():
        written = Written(problem=problem, ask=ask, model=linopy.Model(sparse=True), periods=[last])
        declare(written, "days", {"outage": np.arange(1)}, upper=LONGEST_DAYS)
        there = There(
            written.labelled(np.where(np.isfinite(capacity), capacity, 0.0), "pair"),
            written.labelled(able, "pair"),
            written.labelled(stock, "buffer") if len(stock) else None,
        )
        operate(written, pl.DataFrame({"site": [""]}), written["days"], there)
        written.charge("days", -1 * written["days"])
    return written


def critical(problem: Problem, ask: Ask) -> Problem:
    """Leave out sites whose outage is survived whatever is decided: their copies could never bind.

    Projects, qualifications and stock only help, so a site that is survived without any of them needs no rows.

    Parameters
    ----------
    problem : Problem
    ask : Ask

    Returns
    -------
    Problem
        With fewer rows of ``nodes``; the same where survival is not asked for.
    """
    nodes = outages(problem)
    if not ask.risk.time_to_survive or nodes.is_empty():
        return problem
    able = problem["pairs"]["qualified"].fill_null(value=False).to_numpy()
    able = np.repeat(able[:, None], problem.horizon, axis=1)
    projects = problem["projects"].height
    nothing = Standing(
        np.full(projects, -1), np.zeros(projects), np.zeros_like(problem.capacity), problem.capacity, able
    )
    days = time_to_survive(problem, ask, nothing, np.zeros(problem["buffers"].height))
    ttr = nodes["ttr_days"].to_numpy()
    kept = nodes.filter(pl.Series(days < ttr * (1 - 1e-9)))
    return replace(problem, tables={**problem.tables, "nodes": kept})
