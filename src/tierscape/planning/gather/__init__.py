"""From a network to the index tables of a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.errors import Finding, ParameterError, worst_first
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.adverse import adverse_years
from tierscape.planning.gather.agreements import agreements_of
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods, goods_of
from tierscape.planning.gather.horizon import Span, wanted
from tierscape.planning.gather.investments import Offers, offers_of, projects_of, rebates_of, requirements_of
from tierscape.planning.gather.makers import Makers, makers_of
from tierscape.planning.gather.preference import claims_of, within_bloc
from tierscape.planning.gather.recipes import recipes_of
from tierscape.planning.gather.support import buffers_of, clusters_of, incentives_of, nodes_of, regions_of
from tierscape.planning.gather.unseen import unseen_share
from tierscape.planning.gather.ways import ways_of
from tierscape.planning.problem import Floats, Problem

__all__ = ["gather"]


def gather(network: Network, ask: Ask, *, product: str | None = None, cheapest: int | None = None) -> Problem:
    """Read a network as a planning problem.

    Parameters
    ----------
    network : Network
    ask : Ask
        What is asked; its groups bound and price the plan.
    product : str, optional
        Product to plan; all that have demand by default.
    cheapest : int, optional
        Lanes kept into each need beside those that exist. By default all stay up to ``ways.MANY_LANES``, and beyond that
        the ``ways.CHEAPEST``; what was cut stands in ``Problem.left_out``.

    Returns
    -------
    Problem
        Its tables are sorted by keys: the order of rows in the network changes nothing.

    Raises
    ------
    ParameterError
        There is no such product, agreement or horizon, or the budget does not fit the periods.
    DataError
        A product has no demand, a quantity is unknown, or requirements contradict each other.

    Notes
    -----
    Cost: some joins over makers times users of each part; a second for a hundred thousand lanes.
    """
    span, demand = wanted(network, ask, product)
    budget = _budget(ask, span)
    planned = goods_of(network, demand, [])
    parts = set(planned.rows["part"].to_list())
    offers = offers_of(network, parts)
    extra = sorted(set(offers.rows["part"].to_list()) - parts)
    goods = goods_of(network, demand, extra) if extra else planned
    makers = makers_of(network, ask, span, goods, offers.rows)
    recipes = recipes_of(goods, makers.rows)
    ways = ways_of(network, ask, (span, demand, goods), makers.rows, recipes, cheapest=cheapest)
    able = makers.rows.with_columns(most=makers.capacity.max(axis=1, initial=0.0))
    agreed = agreements_of(network, span, goods, able, ways.rows)
    invested = _invested(network, span, offers, makers, agreed.contracts)
    incentives, eligible, programmes = incentives_of(network, span, invested.projects)
    classes, covers = clusters_of(goods, makers.rows, invested.regions)
    nodes, nodes_said = nodes_of(network, ask, makers.rows)
    claims, preferences = claims_of(network, ask, (span, demand, goods), makers.rows)
    adverse = adverse_years(network, ask, span, makers, ways.rows)
    wants, unmet_said = _wants(ask, goods, makers, demand.rows)
    tables = {
        "periods": span.table,
        "parts": _parts(goods),
        "wants": wants,
        "pairs": makers.rows.with_columns(part="p"),
        "needs": recipes.needs.with_columns(part="p"),
        "recipes": recipes.recipes,
        "groups": recipes.groups,
        "lanes": ways.rows.with_columns(within=within_bloc(network, ask, span, ways.rows)),
        "projects": invested.projects,
        "requirements": invested.requirements,
        "rebates": rebates_of(network, ask, span, invested.projects),
        "contracts": agreed.contracts,
        "contract_lanes": agreed.lanes,
        "incentives": incentives,
        "eligible": eligible,
        "regions": invested.regions,
        "classes": classes,
        "covers": covers,
        "buffers": buffers_of(ask, span, goods, makers.rows, recipes.needs),
        "nodes": nodes,
        "claims": claims,
        "scenarios": adverse.scenarios,
    }
    findings = (
        *demand.findings, *goods.findings, *offers.findings, *makers.findings, *ways.findings, *agreed.findings,
        *invested.findings, *programmes, *nodes_said, *preferences, *adverse.findings, *unmet_said,
    )  # fmt: skip
    meta = network["meta"]
    return Problem(
        tables=tables, demand=demand.volume, capacity=makers.capacity, lane_duty=ways.duty,
        scenario_capacity=adverse.capacity, scenario_lane=adverse.closed, periods_per_year=span.per_year,
        shares=tuple(sorted(set(ask.finance.co_investment_shares))), budget=budget,
        currency=(meta["currency"].item() or "") if meta.height else "", home=network.home or "",
        left_out=pl.concat([makers.left_out, ways.left_out]), findings=worst_first(findings),
        unseen_share=unseen_share(goods, makers.rows, ways.rows, makers.capacity),
    )  # fmt: skip


def _budget(ask: Ask, span: Span) -> Floats | None:
    given = ask.finance.budget
    if given is None:
        return None
    if len(given) not in (1, span.count):
        raise ParameterError(
            f"finance.budget: give one figure, or one for each of the {span.count} periods; given were {len(given)}."
        )
    return np.broadcast_to(np.array(given, dtype=np.float64), span.count).copy()


def _parts(goods: Goods) -> pl.DataFrame:
    return goods.rows.with_row_index("n").select(
        "part", "name", "kind", "mass_kg", value=pl.Series(goods.value).fill_nan(None),
        need=pl.Series(goods.need.max(axis=1)), product=pl.col("n").is_in(goods.products.tolist()),
    )  # fmt: skip


def _wants(ask: Ask, goods: Goods, makers: Makers, rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Price what stays unmet by its margin, else by its value; null where neither is known.

    What is not delivered is not made either. A price below the cost of making would leave all demand unmet, so that there
    the sale itself counts as lost: the value, and the margin as often as is asked beyond that.
    """
    rows = rows.join(goods.number.rename({"part": "product"}), on="product", how="left", maintain_order="left")
    made = makers.rows.group_by("p").agg(cheapest=pl.col("unit_cost").min())
    facts = {"value": goods.value, "children": goods.children}
    facts_here = [pl.Series(name, figures).fill_nan(None).gather(rows["p"]) for name, figures in facts.items()]
    rows = rows.with_columns(facts_here).join(made, on="p", how="left", maintain_order="left")
    times = ask.finance.unmet_multiple
    priced = times * pl.coalesce("margin", "value")
    idle = pl.col("margin").is_not_null() & (priced < pl.col("cheapest") + pl.col("children"))
    sale = pl.col("value") + max(times - 1.0, 0.0) * pl.col("margin")
    rows = rows.with_columns(
        idle=idle.fill_null(value=False), penalty=pl.when(idle).then(pl.coalesce(sale, priced)).otherwise(priced)
    )
    return rows.select("region", "country", "penalty", part="p"), _unpriced(ask, rows)


def _unpriced(ask: Ask, wants: pl.DataFrame) -> tuple[Finding, ...]:
    if ask.finance.unmet == "forbidden":
        return ()

    def keys(some: pl.Expr) -> pl.Series:
        return wants.filter(some).select(pl.concat_str("region", "product", separator="/")).to_series()

    remedy = "Give demand.unit_margin or parts.unit_value, or set finance.unmet to 'forbidden'."
    return (
        *said("unmet_unpriced", "demand.unit_margin", keys(pl.col("penalty").is_null()),
              "{n} regions want a product without margin or value; it must be met", remedy, severity="warning"),
        *said("unmet_free", "demand.unit_margin", keys(pl.col("penalty") <= 0),
              "{n} regions want a product that costs nothing when it is not delivered", remedy, severity="warning"),
        *said("unmet_below_cost", "demand.unit_margin", keys(pl.col("idle")),
              f"{{n}} regions lose less than making costs, even at {ask.finance.unmet_multiple:g} times the margin; the value of the sale counts as lost too",
              "Set finance.unmet_multiple higher, or finance.unmet to 'forbidden'."),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Invested:
    projects: pl.DataFrame
    requirements: pl.DataFrame
    regions: pl.DataFrame
    findings: tuple[Finding, ...]


def _invested(network: Network, span: Span, offers: Offers, makers: Makers, contracts: pl.DataFrame) -> _Invested:
    """Number projects and what they require; those whose requirement is missing go, and with them who requires those."""
    hubs = offers.requires.filter(pl.col("kind") == "hub")["key"].to_list()
    lost: list[str] = []
    while True:
        projects, found = projects_of(span, offers, makers.rows)
        regions, pools = regions_of(network, makers.rows, projects, hubs)
        requirements, missing = requirements_of(offers, projects, contracts, regions)
        if not missing:
            break
        lost += missing
        offers = Offers(offers.rows.filter(~pl.col("project").is_in(missing)), offers.requires, offers.findings)
    told = said("project_unmet", "projects.requires", sorted(lost), "{n} projects require what is not in the plan, and are not offered",
                "Complete what is required, or plan more years.")  # fmt: skip
    return _Invested(projects, requirements, regions, (*found, *pools, *told))
