"""Who can make what: pairs of a site and a part, what a unit costs there, and how much fits in each period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods
from tierscape.planning.gather.horizon import Span
from tierscape.planning.gather.standing import standing
from tierscape.planning.rows.labour import HOURS_PER_JOB
from tierscape.quantities.stated import stated, stated_values
from tierscape.reference import countries

Floats = NDArray[np.float64]

MARKET = "market"
"""Site of the unlimited source of a part that nobody makes."""
QUALIFICATION_SHARE = 0.03
"""Cost of a qualification, share of the value added to a year's need; planning default."""
QUALIFICATION_WEEKS = 26.0
"""Planning default."""
WEEKS_BY_HEADING = {"8507": 104.0, "8534": 33.0, "8537": 33.0, "8544": 25.0, "3923": 21.0, "3926": 21.0}
"""Weeks of a qualification by HS heading: cells, boards, harnesses, moulded goods. Middles of remembered ranges, unverified."""
NEVER = 9999
"""A year that no plan reaches."""


@dataclass(frozen=True, eq=False)
class Makers:
    """Pairs, in the order of ``pairs`` of the problem.

    Parameters
    ----------
    rows : polars.DataFrame
        Columns of ``pairs`` (``value_added``: the running cost of a project is part of it), ``offered`` (a project adds to it), ``place`` (site, country and coordinates are of the
        table ``sites``).
    capacity : numpy.ndarray of float64, shape (P, T)
    left_out : polars.DataFrame
        Makers whose cost is not known.
    findings : tuple of Finding
    """

    rows: pl.DataFrame
    capacity: Floats
    left_out: pl.DataFrame
    findings: tuple[Finding, ...]


def makers_of(network: Network, ask: Ask, span: Span, goods: Goods, offered: pl.DataFrame) -> Makers:
    """List the pairs.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``capabilities``, ``links``, ``regions``, ``indicators``.
    ask : Ask
    span : Span
    goods : Goods
    offered : polars.DataFrame
        Projects: ``site``, ``part``, ``added_capacity_per_year``, ``opex_per_year``, ``jobs``.

    Notes
    -----
    Operating sites act always; those announced or under construction from ``opened_year``; candidates through projects
    only; closed ones never. A site that a project opens makes a unit for at most what is left of the part's value after its
    children and the project's running cost at full load, which is paid apart; it takes the hours of the project's jobs. A null ``qualified`` is true where a link of that part leaves the site, where the site needs its own part, or
    where it delivers a product: then nobody else has to release it.
    """
    rows = _pairs(network, goods, offered)
    closed = rows.filter(pl.col("status") == "closed")
    rows = rows.filter(pl.col("status") != "closed")
    rows, doubts = _costed(rows, goods)
    unpriced = rows.filter(pl.col("unit_cost").is_null())
    rows = rows.filter(pl.col("unit_cost").is_not_null())
    rows = pl.concat([rows, _market(ask, goods, rows)], how="diagonal").sort("part", "market", "site")
    rows, capacity, more = _with_capacity(network, ask, span, rows)
    rows, again = _with_qualification(network, span, goods, rows)
    rows, capacity, unnamed = _only_short(goods, rows, capacity)
    rows, standings = standing(network, ask, _with_energy(network, goods, rows))
    left_out = unpriced.select(supplier="site", buyer=pl.lit(None, pl.String), part="part", reason=pl.lit("unknown cost"),
                               days=pl.lit(None, pl.Float64)).sort("part", "supplier")  # fmt: skip
    findings = (
        *doubts, *more, *again, *standings,
        *said("cost_unknown", "capabilities.conversion_cost", _keys(unpriced),
              "{n} makers have no cost of their own and are left out", "Give capabilities.conversion_cost.", severity="warning"),
        *said("bought_at_value", "capabilities.part", rows.filter("market", pl.col("part").is_in(unnamed).not_())["part"],
              "{n} parts have no maker whose cost is known; they are bought at their value from an unlimited market",
              "Add their makers to 'capabilities'."),
        *_short(goods, rows, capacity),
        *said("unnamed_supply", "capabilities.part", unnamed,
              "the makers of {n} parts cannot make what is needed; what they lack is bought at its value from makers that nobody names",
              "Add the makers that are missing, or set policy.unnamed_supply to 'none'.", severity="warning"),
        *said("closed_maker", "sites.status", _keys(closed), "{n} makers are closed and left out", "Correct sites.status."),
    )  # fmt: skip
    return Makers(rows, capacity, left_out, findings)


def _short(goods: Goods, rows: pl.DataFrame, capacity: Floats) -> tuple[Finding, ...]:
    """Name the parts of which the makers cannot make what the first period needs, the scarcest first."""
    total = np.bincount(rows["p"].to_numpy(), capacity[:, 0], goods.rows.height)
    asked = np.setdiff1d(np.flatnonzero(total < goods.need[:, 0]), rows.filter("offered")["p"].to_numpy())
    asked = asked[~np.isin(asked, goods.alternatives)]
    order = asked[np.argsort(total[asked] / goods.need[asked, 0], kind="stable")]
    least = f"{total[order[0]] / goods.need[order[0], 0]:.0%}" if len(order) else ""
    return said("capacity_short", "capabilities.capacity_per_year", goods.rows["part"].gather(order),
                f"all makers of {{n}} parts together cannot make what the first period needs, of the scarcest {least}; demand stays unmet for want of them",
                "Add the makers that are missing, or take their rows out: a part without any maker is bought from the market.",
                severity="warning")  # fmt: skip


def _keys(rows: pl.DataFrame) -> list[str]:
    return rows.sort("site", "part").select(pl.concat_str("site", "part", separator="/")).to_series().to_list()


def _pairs(network: Network, goods: Goods, offered: pl.DataFrame) -> pl.DataFrame:
    """Join capabilities and what projects open with their parts and sites."""
    rows = network["capabilities"].select(
        "site", "part", "capacity_per_year", "qualified", unit_cost="conversion_cost", lead_days="lead_time_days",
        surge=pl.col("flex_share").fill_null(0.0), hours="labour_hours_per_unit", kwh="energy_kwh_per_unit",
    )  # fmt: skip
    added = pl.col("added_capacity_per_year")
    named = offered.group_by("site", "part").agg(
        running=pl.when(added.sum() > 0).then(pl.col("opex_per_year").sum() / added.sum()).otherwise(0.0),
        staffed=pl.when((added.sum() > 0) & (pl.col("jobs").sum() > 0)).then(HOURS_PER_JOB * pl.col("jobs").sum() / added.sum()),
    )  # fmt: skip
    rows = rows.with_columns(base=pl.lit(value=True), market=pl.lit(value=False))
    new = named.select("site", "part", hours="staffed").join(rows, on=["site", "part"], how="anti").with_columns(
        base=pl.lit(value=False), market=pl.lit(value=False), surge=pl.lit(0.0)
    )  # fmt: skip
    rows = pl.concat([rows, new], how="diagonal").join(
        named.select("site", "part", "running", offered=pl.lit(value=True)), on=["site", "part"], how="left"
    )
    sites = network["sites"].select(
        "site", "country", "region", "opened_year", "closed_year", pl.col("status").fill_null("operating"),
        pl.col("organization").fill_null(pl.col("site")),
    )  # fmt: skip
    rows = rows.join(sites, on="site", how="left").with_columns(pl.col("offered").fill_null(value=False))
    return rows.join(goods.number, on="part").sort("part", "site")


def _costed(rows: pl.DataFrame, goods: Goods) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give pairs that a project adds to what its price leaves after children and running cost, where nobody states their cost.

    The running cost of a project is paid whether it makes much or little; a price covers both.
    """
    left = pl.Series("left", np.maximum(goods.value - goods.children, 0.0)).fill_nan(None)
    listed = goods.rows["unit_value"]
    rows = rows.with_columns(left=left.gather(rows["p"]), listed=listed.gather(rows["p"]))
    inferred = pl.col("unit_cost").is_null() & pl.col("offered") & pl.col("left").is_not_null()
    own = (pl.col("left") - pl.col("running").fill_null(0.0)).clip(lower_bound=0.0)
    rows = rows.with_columns(
        inferred=inferred, unit_cost=pl.when(inferred).then(own).otherwise("unit_cost"),
        value_added=pl.when(inferred).then("left").otherwise("unit_cost"),
    )  # fmt: skip
    composed = pl.Series(goods.composed).gather(rows["p"])
    full = rows.filter(composed & (pl.col("unit_cost") >= pl.col("listed")) & ~pl.col("inferred"))
    findings = (
        *said("cost_of_project", "capabilities.conversion_cost", _keys(rows.filter("inferred")),
              "{n} makers that projects open state no cost of their own; the part's value less that of its children and the running cost stands in",
              "Add the site and part to 'capabilities', with capacity 0."),
        *said("full_price", "capabilities.conversion_cost", _keys(full),
              "{n} makers' own cost is at least the part's value: it looks like a full price, and children would be counted twice",
              "Give the site's own cost, without the children of the bill of materials.", severity="warning"),
    )  # fmt: skip
    return rows.drop("left", "listed", "running"), findings


def _market(ask: Ask, goods: Goods, rows: pl.DataFrame) -> pl.DataFrame:
    """Give the source of each needed part of known value that no maker of known cost supplies, or that they may lack."""
    made = set(rows.filter("base")["part"].to_list())
    if ask.policy.unnamed_supply == "shortfall":
        made &= set(goods.rows["part"].gather(goods.products).to_list())
    value = pl.Series("unit_cost", goods.value).fill_nan(None)
    needed = pl.Series(goods.need.max(axis=1, initial=0.0) > 0)
    some = goods.number.with_columns(value).filter(needed & pl.col("unit_cost").is_not_null())
    some = some.filter(~pl.col("part").is_in(sorted(made)))
    return some.with_columns(
        value_added="unit_cost", site=pl.lit(MARKET), surge=pl.lit(0.0), base=pl.lit(value=False), market=pl.lit(value=True), qualified=pl.lit(value=True),
        offered=pl.lit(value=False), inferred=pl.lit(value=True), organization=pl.lit(MARKET), status=pl.lit("operating"),
    )  # fmt: skip


def _only_short(goods: Goods, rows: pl.DataFrame, capacity: Floats) -> tuple[pl.DataFrame, Floats, list[str]]:
    """Limit the market of a part that has makers to what they lack in each period; gone where they lack nothing.

    A maker counts from the period on in which it can be qualified.
    """
    part, market = rows["p"].to_numpy(), rows["market"].to_numpy()
    makes = rows["base"].to_numpy()
    ready = rows["qualify_periods"].fill_null(NEVER).to_numpy()[:, None] <= np.arange(goods.need.shape[1])
    known = np.zeros_like(goods.need)
    np.add.at(known, part[makes], (capacity * ready)[makes])
    named = np.isin(part, part[makes])
    short = np.maximum(goods.need - known, 0.0)[part]
    capacity = np.where((market & named)[:, None], short, capacity)
    kept = ~(market & named) | (capacity > 0).any(axis=1)
    unnamed = rows.filter(pl.Series(market & named & kept))["part"].to_list()
    return rows.filter(pl.Series(kept)), capacity[kept], unnamed


def _with_capacity(
    network: Network, ask: Ask, span: Span, rows: pl.DataFrame
) -> tuple[pl.DataFrame, Floats, tuple[Finding, ...]]:
    shipped = network["links"].group_by(site="supplier", part="part").agg(shipped=pl.col("volume_per_year").sum())
    rows = rows.join(shipped, on=["site", "part"], how="left", maintain_order="left")
    stand_in = {"observed": pl.col("shipped").fill_null(0.0), "exclude": pl.lit(0.0), "unbounded": pl.lit(np.inf)}
    yearly = (
        pl.when("market").then(np.inf).when(~pl.col("base")).then(0.0)
        .otherwise(pl.coalesce("capacity_per_year", stand_in[ask.policy.unknown_capacity]))
    )  # fmt: skip
    planned = pl.col("status").is_in(["construction", "announced"])
    opens = (
        pl.when(pl.col("status") == "candidate").then(NEVER).when(planned).then(pl.col("opened_year").fill_null(NEVER))
    )
    rows = rows.with_columns(yearly=yearly, opens=opens.otherwise(0), closes=pl.col("closed_year").fill_null(NEVER))
    year = span.years[None, :]
    acts = (rows["opens"].to_numpy()[:, None] <= year) & (year < rows["closes"].to_numpy()[:, None])
    capacity = np.where(acts, rows["yearly"].to_numpy()[:, None] / span.per_year, 0.0)
    blank = rows.filter("base", pl.col("capacity_per_year").is_null())
    how = {"observed": "the volume of their links stands in, 0 where none is known", "exclude": "they make nothing",
           "unbounded": "they are taken as unlimited"}[ask.policy.unknown_capacity]  # fmt: skip
    undated = rows.filter("base", planned & pl.col("opened_year").is_null())
    findings = (
        *said("capacity_unknown", "capabilities.capacity_per_year", _keys(blank), f"{{n}} makers have no capacity; {how}",
              "Give capabilities.capacity_per_year, or set policy.unknown_capacity.", severity="warning"),
        *said("opening_unknown", "sites.opened_year", _keys(undated),
              "{n} makers stand at sites that are planned without a year; they add nothing", "Give sites.opened_year."),
        *said("status_unknown", "sites.status", _no_status(network, rows), "{n} sites have no status and count as operating",
              "Give sites.status."),
    )  # fmt: skip
    return rows.drop("shipped", "yearly", "opens", "closes"), capacity, findings


def _no_status(network: Network, rows: pl.DataFrame) -> list[str]:
    blank = network["sites"].filter(pl.col("status").is_null())["site"]
    return rows.filter(pl.col("site").is_in(blank.implode()))["site"].unique().sort().to_list()


def _with_qualification(
    network: Network, span: Span, goods: Goods, rows: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    leaves = network["links"].select(site="supplier", part="part").unique().with_columns(leaves=pl.lit(value=True))
    own = rows.select("site", parent="part").join(goods.bom.select("parent", part="child"), on="parent")
    own = own.select("site", "part").unique().with_columns(itself=pl.lit(value=True))
    rows = rows.join(leaves, on=["site", "part"], how="left", maintain_order="left")
    rows = rows.join(own, on=["site", "part"], how="left", maintain_order="left")
    sold = pl.col("p").is_in(goods.products.tolist()) & pl.col("base")
    told = pl.coalesce("qualified", "leaves", "itself", sold)
    blank = rows.filter("base", pl.col("qualified").is_null())
    rows = rows.with_columns(qualified=told)
    findings = said("qualified_unknown", "capabilities.qualified", _keys(blank),
                    "{n} makers do not say whether they are qualified; they count as such where a link of the part leaves them, where they make it for themselves, or where it is a product",
                    "Give capabilities.qualified.")  # fmt: skip
    yearly = pl.Series("need", goods.need.max(axis=1, initial=0.0) * span.per_year).gather(rows["p"])
    heading = goods.rows["hs6"].str.slice(0, 4).replace_strict(
        WEEKS_BY_HEADING, default=QUALIFICATION_WEEKS, return_dtype=pl.Float64
    ).fill_null(QUALIFICATION_WEEKS)  # fmt: skip
    rows = rows.with_columns(
        qualify_cost=QUALIFICATION_SHARE * yearly * pl.col("value_added"), weeks=heading.gather(rows["p"])
    )
    for name, column in (("qualification_cost", "qualify_cost"), ("qualification_weeks", "weeks")):
        said_here = stated(network, name, ("capability", "site", "part"), low=0, high=np.inf)
        rows = rows.with_columns(pl.coalesce(*_by_subject(said_here), column).alias(column))
    periods = (rows["weeks"] / 52.0 * span.per_year - 1e-9).ceil().cast(pl.Int64)
    rows = rows.with_columns(qualify_periods=periods)
    fixed = pl.col("qualified")
    return rows.with_columns(
        qualify_cost=pl.when(fixed).then(0.0).otherwise("qualify_cost"),
        qualify_periods=pl.when(fixed).then(0).otherwise("qualify_periods"),
    ).drop("leaves", "itself", "weeks"), findings


def _by_subject(figures: dict[str, float]) -> list[pl.Expr]:
    """Look a figure up by site and part, then by site, then by part."""
    keys = (pl.concat_str("site", "part", separator="/"), pl.col("site"), pl.col("part"))
    return [key.replace_strict(figures, default=None, return_dtype=pl.Float64) for key in keys] if figures else []


def _with_energy(network: Network, goods: Goods, rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``kg``, CO2e of the own making of a unit: electricity times the grid; declared from cradle to gate for what is bought whole."""
    own = network["regions"].select("region", region_grid="grid_kg_per_kwh")
    shipped = countries().select(country="iso2", country_grid="grid_kg_per_kwh")
    rows = rows.join(own, on="region", how="left", maintain_order="left")
    rows = rows.join(shipped, on="country", how="left", maintain_order="left")
    names = {kind: stated(network, "grid_kg_per_kwh", (kind,), low=0, high=3) for kind in ("site", "region", "country")}
    told = {
        kind: pl.col(kind).replace_strict(figures, default=None, return_dtype=pl.Float64) if figures else pl.lit(None, pl.Float64)
        for kind, figures in names.items()
    }  # fmt: skip
    grid = pl.coalesce(told["site"], told["region"], "region_grid", told["country"], "country_grid")
    declared = stated_values(network, "pcf_kg_per_unit", "part", low=0, high=np.inf)
    declared = pl.concat([declared, stated_values(network, "pcf_kg_per_unit", "capability", low=0, high=np.inf)])
    figures = dict(declared.filter(pl.col("indicator") == "").select("subject", "value").iter_rows())
    whole = pl.Series(~goods.composed).gather(rows["p"]) | rows["market"]
    pcf = pl.coalesce(*_by_subject(figures)) if figures else pl.lit(None, pl.Float64)
    kg = pl.coalesce(pl.when(whole).then(pcf), pl.col("kwh") * grid)
    rows = rows.with_columns(kg=kg)
    worst = pl.coalesce("kg", pl.col("kg").max().over("p"))  # what nobody states is at most that of the dirtiest known
    return rows.with_columns(kg_high=worst).drop("region_grid", "country_grid", "kwh")
