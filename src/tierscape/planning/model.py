"""From a `Problem` to a linopy model: all variables here, each family of rows in its own file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tierscape.planning.ask import Ask
from tierscape.planning.families import FAMILIES, RECOURSE
from tierscape.planning.fast_track import with_fast_tracks
from tierscape.planning.problem import Problem
from tierscape.planning.rows.reached import qualifiable
from tierscape.planning.written import Floats, Numbers, Written, declare, meaning, money_scale, part_scale

Family = Callable[[Written], None]


def build(
    problem: Problem, ask: Ask, *, families: tuple[Family, ...] | None = None, periods: list[int] | None = None
) -> Written:
    """Write the model of a plan, or of one period's recourse.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    families : tuple of callable, optional
        Families of rows to write; all of them by default. Leaving one out shows what it does.
    periods : list of int, optional
        Gives the recourse of an adverse year (a copy) that strikes these periods; None for the calm plan.

    Returns
    -------
    Written

    Notes
    -----
    Columns: T (lanes + pairs + wants) and the decisions; nothing grows with lanes squared.
    """
    import linopy

    copy = periods is not None
    problem = with_fast_tracks(problem)
    with meaning():
        written = Written(
            problem=problem,
            ask=ask,
            model=linopy.Model(sparse=True),
            periods=list(range(problem.horizon)) if periods is None else periods,
            copy=copy,
        )
        _first_stage(written)
        _operations(written)
        for add in families if families is not None else (RECOURSE if copy else FAMILIES):
            add(written)
        if written.terms:
            written.model.add_objective(sum(list(written.terms.values())[1:], next(iter(written.terms.values()))))
    return written


def _first_stage(written: Written) -> None:
    """Decisions. Groups: project, pair, contract, region, incentive, want, numbered one after the other."""
    problem, ask = written.problem, written.ask
    count = {t: problem[t].height for t in ("projects", "pairs", "contracts", "regions", "incentives", "lanes")}
    period = np.arange(problem.horizon)
    after = np.cumsum([0, *count.values()])
    project, pair, contract, region, incentive = (
        after[i] + np.arange(n) for i, n in enumerate(list(count.values())[:5])
    )
    shares = np.arange(len(problem.shares))

    declare(
        written, "start", {"project": np.arange(count["projects"]), "share": shares, "period": period},
        binary=True, group=project,
    )  # fmt: skip
    offered = qualifiable(problem)
    declare(written, "qualify", {"pair": offered, "period": period}, binary=True, group=pair[offered])
    buffers = problem["buffers"]
    most = buffers["most"].fill_null(np.inf).to_numpy()
    size = part_scale(problem)
    declare(
        written, "buffer", {"buffer": np.arange(buffers.height)}, upper=most, scale=size[buffers["part"].to_numpy()]
    )
    if written.copy:
        return
    contracts = {"contract": np.arange(count["contracts"])}
    declare(written, "sign", contracts, binary=True, group=contract)
    if "sign" in written:
        written["sign"].update(lower=written.column("contracts", "signed", "contract"))
    incentives = {"incentive": np.arange(count["incentives"])}
    declare(written, "take", incentives, binary=True, group=incentive)
    declare(written, "clawed", incentives, binary=True, group=incentive)
    capital = money_scale(problem)
    declare(written, "grant", {**incentives, "period": period}, scale=capital)
    declare(written, "repaid", incentives, scale=capital)
    covers = written.cover_classes
    if covers.height:
        regions = np.arange(count["regions"])
        declare(written, "hub", {"region": regions, "period": period}, binary=True, group=region)
        declare(written, "covered", {"cover": np.arange(covers.height), "period": period}, upper=1.0)
    if ask.policy.single_sourced_demand:
        wants = problem["lanes"]["want"]
        lanes = np.flatnonzero(wants.is_not_null().to_numpy())
        group = after[-1] + wants.fill_null(0).to_numpy()[lanes]
        declare(written, "serve", {"lane": lanes, "period": period}, binary=True, group=group)


def _operations(written: Written) -> None:
    """Flows, output and what hangs on them, in the periods that stand here; units are counted by part."""
    problem = written.problem
    period = np.array(written.periods)
    size = part_scale(problem)
    part_of_pair = problem["pairs"]["part"].to_numpy()
    of_pair = size[part_of_pair]

    def rows(table: str) -> Numbers:
        return np.arange(problem[table].height)

    def by_pair(table: str) -> Floats:
        sizes: Floats = of_pair[problem[table]["pair"].to_numpy()]
        return sizes

    declare(written, "flow", {"lane": rows("lanes"), "period": period}, scale=by_pair("lanes"))
    declare(written, "output", {"pair": rows("pairs"), "period": period}, scale=of_pair)
    # demand that has no price when it is lost must be met, but in an adverse year
    must = problem["wants"]["penalty"].is_null().to_numpy() | (written.ask.finance.unmet == "forbidden")
    declare(
        written, "unmet", {"want": rows("wants"), "period": period},
        upper=np.where(must & (not written.copy), 0.0, np.inf), scale=size[problem["wants"]["part"].to_numpy()],
    )  # fmt: skip
    options = np.flatnonzero(problem["recipes"]["group"].is_not_null().to_numpy())
    declare(written, "mix", {"option": options, "period": period}, scale=by_pair("recipes")[options])
    if written.copy:
        parts = problem["buffers"]["part"].to_numpy()
        declare(written, "drawn", {"buffer": rows("buffers"), "period": period}, scale=size[parts])
        spare = np.unique(problem["recipes"].filter(~pl.col("essential").fill_null(value=True))["need"].to_numpy())
        needs = problem["needs"]["part"].to_numpy()
        declare(written, "spared", {"need": spare, "period": period}, scale=size[needs[spare]])
        return
    contracts = {"contract": rows("contracts"), "period": period}
    declare(written, "taken", contracts, scale=by_pair("contracts"))
    declare(written, "shortfall", contracts, scale=by_pair("contracts"))
    projects = {"project": rows("projects"), "share": np.arange(len(problem.shares)), "period": period}
    if problem["rebates"].height:
        declare(written, "rebated", projects, scale=by_pair("projects"))
    declare(written, "claimed", {"claim": rows("claims"), "period": period}, scale=by_pair("claims"))
    children = written.claim_children
    needs = problem["needs"]["part"].to_numpy()[children["need"].to_numpy()]
    declare(written, "from_bloc", {"claim_child": np.arange(children.height), "period": period}, scale=size[needs])
