"""Family 16, `survival`: every site may be out for its time to recover, and demand is still met.

One copy of the operations a site: its output is nothing, everyone else's capacity stretches by its flex share, stock is
drawn. The copy stands in the last period, which is what the plan has built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.rows.demand import want_of_lane
from tierscape.planning.rows.reached import able, need, qualified, reachable, ready
from tierscape.planning.written import (
    Expression,
    Floats,
    Labelled,
    Numbers,
    Term,
    Written,
    declare,
    part_scale,
    picked,
    summed,
)

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class There:
    """What is there while a site is out; P pairs, B buffers.

    Parameters
    ----------
    capacity : linopy.LinearExpression or xarray.DataArray, by pair
        Units a period, flex share included; pairs without a limit have any number.
    able : linopy.LinearExpression or xarray.DataArray, by pair
        1 qualified, 0 not.
    stock : linopy.Variable, linopy.LinearExpression or xarray.DataArray, by buffer; None without buffers
        Units.
    """

    capacity: Term | Labelled
    able: Term | Labelled
    stock: Term | Labelled | None


def add(written: Written) -> None:
    """Write the copies of rows 1 to 5 over each site's time to recover; nothing unless survival is asked for.

    A site whose time to recover is unknown is not constrained.
    """
    nodes = outages(written.problem)
    if not written.ask.risk.time_to_survive or "flow" not in written or nodes.is_empty():
        return
    last = written.problem.horizon - 1
    surge = written.column("pairs", "surge", "pair")
    limited = written.problem.capacity[:, last]
    capacity = 0 * written["output"].sel(period=last, drop=True)
    capacity = capacity + written.labelled(np.where(np.isfinite(limited), limited, 0.0), "pair")
    added = ready(written)
    if not isinstance(added, float):
        capacity = capacity + added.sel(period=last, drop=True)
    now = able(written).sel(period=last, drop=True)
    stock = 1 * written["buffer"] if "buffer" in written else None
    days = written.labelled(nodes["ttr_days"].to_numpy(), "outage")
    operate(written, nodes, days, There(capacity * (1 + surge), now, stock))


def outages(problem: Problem) -> pl.DataFrame:
    """Give the sites that make something and whose time to recover is known, in order of ``nodes``."""
    sites = problem["pairs"].filter(~pl.col("market").fill_null(value=False))["site"].unique().to_list()
    return problem["nodes"].filter((pl.col("ttr_days") > 0) & pl.col("site").is_in(sites))


def operate(written: Written, nodes: pl.DataFrame, days: Term | Labelled, there: There) -> None:
    """Write one copy of the operations a site that is out, over so many days.

    Parameters
    ----------
    written : Written
    nodes : polars.DataFrame
        One row an outage: ``site``.
    days : xarray.DataArray or linopy.Variable, by outage
        How long each lasts: a number, or what is looked for.
    there : There
    """
    problem = written.problem
    _declare(written, nodes)
    # what one day is of a period
    period_share = problem.periods_per_year / DAYS_PER_YEAR
    last = problem.horizon - 1
    flow, output = 1 * written["survive_flow"], 1 * written["survive_output"]
    drawn = 1 * written["survive_drawn"] if "survive_drawn" in written else None

    asked = written.labelled(problem.demand[:, last] * period_share, "want")
    arriving = summed(flow, "lane", want_of_lane(problem), "want", problem["wants"].height)
    least = written.ask.risk.service
    written.rows("survival", arriving - days * (least * asked) >= 0)

    leaving = summed(flow, "lane", problem["lanes"]["pair"].to_numpy(), "pair", problem["pairs"].height)
    made = output if drawn is None else output + _stocked_at_maker(problem, drawn)
    written.rows("survival:output", made - leaving == 0)
    _inputs(written, flow, output, drawn)

    limited = np.flatnonzero(np.isfinite(problem.capacity[:, last]))
    if len(limited):
        most = (days * period_share) * there.capacity
        written.rows("survival:capacity", (output - most).sel(pair=limited) <= 0)
    waiting = np.flatnonzero(qualified(problem) == 0)
    if len(waiting):
        bound = written.labelled(_bound(problem) * period_share, "pair") * there.able
        written.rows("survival:qualification", (output - days * bound).sel(pair=waiting) <= 0)
    if drawn is not None and there.stock is not None:
        written.rows("survival:buffers", drawn - there.stock <= 0)


def _declare(written: Written, nodes: pl.DataFrame) -> None:
    """Flows, output, choices and stock of each outage; the site that is out makes nothing."""
    problem = written.problem
    outage = np.arange(nodes.height)
    out = problem["pairs"]["site"].to_numpy()[None, :] == nodes["site"].to_numpy()[:, None]
    size = part_scale(problem)
    of_pair = size[problem["pairs"]["part"].to_numpy()]
    lanes = of_pair[problem["lanes"]["pair"].to_numpy()]
    options = np.flatnonzero(problem["recipes"]["group"].is_not_null().to_numpy())
    mixed = of_pair[problem["recipes"]["pair"].to_numpy()[options]]
    stored = size[problem["buffers"]["part"].to_numpy()]

    def over(name: str, dim: str, rows: Numbers, scale: Floats, upper: float | Floats = np.inf) -> None:
        each = np.tile(scale, (len(outage), 1))
        declare(written, name, {"outage": outage, dim: rows}, scale=each, upper=upper)

    over("survive_flow", "lane", np.arange(len(lanes)), lanes)
    over("survive_output", "pair", np.arange(len(of_pair)), of_pair, np.where(out, 0.0, np.inf))
    over("survive_mix", "option", options, mixed)
    over("survive_drawn", "buffer", np.arange(len(stored)), stored)


def _stocked_at_maker(problem: Problem, drawn: Expression) -> Expression:
    """Stock of finished goods, by pair: it outlasts the site's outage."""
    pairs = problem["pairs"].with_row_index("pair").select("pair", "site", "part")
    held = problem["buffers"].join(pairs, on=["site", "part"], how="left", maintain_order="left")
    row = held.select(pl.when(pl.col("need").is_null()).then(pl.col("pair").cast(pl.Int64)).fill_null(-1))
    return summed(drawn, "buffer", row.to_series().fill_null(-1).to_numpy(), "pair", problem["pairs"].height)


def _inputs(written: Written, flow: Expression, output: Expression, drawn: Expression | None) -> None:
    """Σ lanes in + stock ≥ Σ β q over essential children; of a choice Σ gx = q."""
    problem = written.problem
    recipes, size = problem["recipes"], problem["needs"].height
    essential = recipes["essential"].fill_null(value=True).to_numpy()
    if not essential.any():
        return
    need_of, pair, quantity = (recipes[c].to_numpy() for c in ("need", "pair", "quantity"))
    option = recipes["group"].is_not_null().to_numpy()
    arriving = summed(flow, "lane", _rows(problem["lanes"]["need"]), "need", size)
    if drawn is not None:
        arriving = arriving + summed(drawn, "buffer", _rows(problem["buffers"]["need"]), "need", size)
    plain = np.flatnonzero(essential & ~option)
    if len(plain):
        used = picked(output, "pair", pair[plain], "recipe") * written.labelled(quantity[plain], "recipe")
        arriving = arriving - summed(used, "recipe", need_of[plain], "need", size)
    if "survive_mix" in written:
        mix = 1 * written["survive_mix"]
        chosen = mix.indexes["option"].to_numpy()
        units = np.where(essential, quantity, 0.0)[chosen]
        used = picked(mix, "option", chosen, "recipe") * written.labelled(units, "recipe")
        arriving = arriving - summed(used, "recipe", need_of[chosen], "need", size)
        group = _rows(recipes["group"])[chosen]
        together = summed(mix, "option", group, "group", problem["groups"].height)
        of_pair = picked(output, "pair", problem["groups"]["pair"].to_numpy(), "group")
        written.rows("survival:choice", together - of_pair == 0)
    written.rows("survival:input", arriving >= 0)


def _rows(numbers: pl.Series) -> Numbers:
    return numbers.fill_null(-1).to_numpy().astype(np.int64)


def _bound(problem: Problem) -> Floats:
    """Most that a pair could make in a period of an outage: what is needed, and what it can reach with its flex share."""
    last = problem.horizon - 1
    surge = problem["pairs"]["surge"].fill_null(0.0).to_numpy()
    most = reachable(problem)[:, last] * (1 + surge)
    asked = need(problem)[problem["pairs"]["part"].to_numpy(), last]
    return np.asarray(np.minimum(asked, most), dtype=np.float64)
