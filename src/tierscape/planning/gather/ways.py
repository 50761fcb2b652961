"""Lanes: which maker may bring which part to whom, and what a unit costs, weighs and takes on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.border import borders_of
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods
from tierscape.planning.gather.horizon import Span, Wanted
from tierscape.planning.gather.recipes import Recipes
from tierscape.quantities.lanes import lanes
from tierscape.quantities.stated import stated

Floats = NDArray[np.float64]

CHEAPEST = 12
"""Lanes kept into each need, the cheapest, beside links and contracts that exist; planning default."""
MANY_LANES = 10_000
"""Up to so many lanes all stay: cutting a small plan saves nothing and costs the proof."""
_STATED = ("mode", "route", "distance_km", "transit_days", "freight_per_unit")


@dataclass(frozen=True, eq=False)
class Ways:
    """Lanes, in the order of ``lanes`` of the problem.

    Parameters
    ----------
    rows : polars.DataFrame
        Columns of ``lanes``, and ``supplier``, ``buyer`` (site or region), ``part``, ``p``, ``country``, ``buyer_country``,
        ``route``.
    duty : numpy.ndarray of float64, shape (L, T)
    left_out : polars.DataFrame
        Lanes that were too long or dear.
    findings : tuple of Finding
    """

    rows: pl.DataFrame
    duty: Floats
    left_out: pl.DataFrame
    findings: tuple[Finding, ...]


def ways_of(
    network: Network,
    ask: Ask,
    base: tuple[Span, Wanted, Goods],
    pairs: pl.DataFrame,
    recipes: Recipes,
    *,
    cheapest: int | None,
) -> Ways:
    """List the lanes from every maker to every user of its part, and cut what is too long, or dear among many.

    Parameters
    ----------
    network : Network
        Reads ``links``, ``contracts``, ``indicators``, ``origin_claims``, and what ``quantities.lanes`` reads.
    ask : Ask
    base : tuple of Span, Wanted, Goods
    pairs : polars.DataFrame
        See ``Makers.rows``.
    recipes : Recipes
    cheapest : int, optional
        Lanes kept into each need beside existing ones; all by default up to ``MANY_LANES``, else ``CHEAPEST``.

    Notes
    -----
    A site brings its own part to itself free and at once. The market's price is that of goods delivered. Processes travel
    there and back, with the mass of what they are done to; services have no freight, and keep their days. A lane over a border
    without a stated route passes where most links of its mode pass: those of its supplier into the country, else those between
    the two countries; closures strike it there. O(lanes).
    """
    span, wanted, goods = base
    rows = _numbered(pairs, recipes, wanted)
    rows = _with_links(network, rows)
    rows = _routed(_moved(network, goods, rows))
    rows, long = _within_days(ask, rows)
    value = pl.Series("value", goods.value).gather(rows["p"]).fill_nan(None)
    days = pl.col("days").fill_null(0.0)
    rate = ask.finance.holding_rate / 365.0
    moved = ~pl.col("free") & (pl.col("kind") != "service")
    rows = rows.with_columns(value=value).with_columns(
        stock=pl.when(moved).then(rate * pl.col("value").fill_null(0.0) * days).otherwise(0.0)
    )
    borders = borders_of(network, ask, span, rows)
    rows, duty, cut = _cut(rows.with_columns(crossings=borders.crossings), borders.duty, cheapest)
    left_out = pl.concat([_named(long, "too long"), _named(cut, "cut")])
    findings = (*_findings(ask, rows, long, cut), *_idle_links(network, goods, rows, left_out), *borders.findings)
    return Ways(rows, duty, left_out, findings)


def _numbered(pairs: pl.DataFrame, recipes: Recipes, wanted: Wanted) -> pl.DataFrame:
    """Pair every maker with every user, in the order of part, wants after needs, buyer and supplier."""
    made = pairs.with_row_index("pair").select(
        pl.col("pair").cast(pl.Int64), "part", "p", "country", "unit_cost", "lead_days", "market", supplier="site"
    )
    needs = recipes.needs.with_row_index("need").select(
        pl.col("need").cast(pl.Int64), "part", buyer="site", buyer_country="country"
    )
    wants = wanted.rows.with_row_index("want").select(
        pl.col("want").cast(pl.Int64), part="product", buyer="region", buyer_country="country"
    )
    users = pl.concat([needs, wants], how="diagonal")
    return made.join(users, on="part").sort("part", pl.col("want").is_not_null(), "buyer", "supplier")


def _with_links(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what links state, whether a link or a contract joins the two, and the freight that indicators give to a region."""
    to_site = pl.col("need").is_not_null()
    links = network["links"].select("supplier", "buyer", "part", *_STATED, existing=pl.lit(value=True))
    keys = ["supplier", "buyer", "part"]
    rows = rows.with_columns(to_site=to_site).join(
        links.with_columns(to_site=pl.lit(value=True)), on=[*keys, "to_site"], how="left", maintain_order="left"
    )
    agreed = (
        network["contracts"].select(keys).unique().with_columns(to_site=pl.lit(value=True), agreed=pl.lit(value=True))
    )
    rows = rows.join(agreed, on=[*keys, "to_site"], how="left", maintain_order="left")
    figures = stated(network, "freight_per_unit", ("lane",), low=0, high=np.inf)
    key = pl.concat_str(keys, separator="/")
    told = key.replace_strict(figures, default=None, return_dtype=pl.Float64) if figures else pl.lit(None, pl.Float64)
    return rows.with_columns(
        pl.col("existing", "agreed").fill_null(value=False),
        freight_per_unit=pl.coalesce("freight_per_unit", told),
        home=to_site & (pl.col("supplier") == pl.col("buyer")),
    )


def _moved(network: Network, goods: Goods, rows: pl.DataFrame) -> pl.DataFrame:
    """Add mode, days, freight and CO2e; a lane that moves nothing has none."""
    kinds = goods.rows.select("part", "kind")
    rows = rows.join(kinds, on="part", how="left", maintain_order="left").with_columns(
        free=pl.col("home") | pl.col("market")
    )
    outside = pl.concat_str(pl.lit("region "), "buyer")  # keys of sites have no such head
    asked = rows.filter(~pl.col("free")).select(
        "supplier", "part", "kind", *_STATED, "need",
        buyer=pl.when(pl.col("to_site")).then("buyer").otherwise(outside),
    )  # fmt: skip
    found = lanes(_with_regions(network), asked.select("supplier", "buyer", "part", *_STATED))
    found = found.hstack(_carried(goods, asked).to_frame("times")).with_columns(
        stated=pl.col("freight_source") == "stated"
    )
    kind = asked["kind"]
    service, process = kind == "service", kind == "process"
    both_ways = pl.when(pl.lit(process)).then(2.0).otherwise(1.0)
    times = pl.col("times")
    figures = found.select(
        pl.when(pl.lit(service)).then(0.0).when("stated").then("freight_per_unit").otherwise(pl.col("freight_per_unit") * times).alias("freight"),
        pl.when(pl.lit(service)).then(0.0).otherwise(pl.col("kg_per_unit") * times).alias("kg"),
        pl.when(pl.lit(service)).then(0.0).otherwise(pl.col("kg_high") * times).alias("kg_high"),
        (pl.col("transit_days") * both_ways).alias("days"),
        "mode", "mode_inferred", "distance_km",
    )  # fmt: skip
    lane = rows.with_row_index("lane").filter(~pl.col("free"))["lane"]
    rows = rows.with_row_index("lane").drop("mode").join(
        figures.hstack(lane.to_frame()), on="lane", how="left", maintain_order="left"
    ).drop("lane")  # fmt: skip
    zero = [pl.when("free").then(0.0).otherwise(pl.col(c)).alias(c) for c in ("freight", "kg", "kg_high", "days")]
    return rows.with_columns(zero).with_columns(
        freight_known=pl.col("freight").is_not_null(), freight=pl.col("freight").fill_null(0.0)
    )


def _routed(rows: pl.DataFrame) -> pl.DataFrame:
    """Give lanes over a border without a route the one that most links of the same mode take."""
    rows = rows.with_columns(pl.col("route").replace("", None))
    told = rows.filter("existing", pl.col("route").is_not_null())
    for nearest in (["supplier", "buyer_country", "mode"], ["country", "buyer_country", "mode"]):
        counted = told.group_by(*nearest, "route").len().sort("len", "route", descending=[True, False])
        usual = counted.group_by(nearest, maintain_order=True).agg(usual=pl.col("route").first())
        rows = rows.join(usual, on=nearest, how="left", maintain_order="left")
        free = pl.col("free") | (pl.col("country") == pl.col("buyer_country"))
        rows = rows.with_columns(route=pl.coalesce("route", pl.when(~free).then("usual"))).drop("usual")
    return rows


def _with_regions(network: Network) -> Network:
    """Let regions of demand stand as places that goods go to."""
    places = network["regions"].select(
        pl.concat_str(pl.lit("region "), "region").alias("site"), "country", "lat", "lon"
    )
    unlisted = network["demand"].select(site=pl.concat_str(pl.lit("region "), "region")).unique()
    unlisted = unlisted.join(places, on="site", how="anti")
    masses = pl.when(pl.col("kind") == "process").then(1.0).otherwise("unit_mass_kg").alias("unit_mass_kg")
    tables = {
        **network.tables,
        "sites": pl.concat([network["sites"], places, unlisted], how="diagonal"),
        "parts": network["parts"].with_columns(masses),
    }
    return Network(network.name, tables)


def _carried(goods: Goods, asked: pl.DataFrame) -> pl.Series:
    """Give how many times the mass that lanes were asked for goes over the lane; null unknown.

    A process is asked for with one kilogram, and carries there and back its heaviest parent a unit of process.
    """
    mass = goods.rows.select(parent="part", mass="mass_kg")
    per_unit = goods.bom.filter(pl.col("quantity") > 0).join(mass, on="parent", how="left")
    heaviest = per_unit.group_by(part="child").agg(
        pl.when(pl.col("mass").is_not_null().all()).then((pl.col("mass") / pl.col("quantity")).max()).alias("parent_kg")
    )
    found = asked.select("part", "kind").join(heaviest, on="part", how="left", maintain_order="left")
    return found.select(
        pl.when(pl.col("kind") == "process").then(2.0 * pl.col("parent_kg")).otherwise(1.0).alias("times")
    ).to_series()


def _within_days(ask: Ask, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    most = ask.policy.max_transit_days
    if most is None:
        return rows, rows.clear()
    total = pl.col("days").fill_null(0.0) + pl.col("lead_days").fill_null(0.0)
    long = rows.filter((total > most) & ~pl.col("free")).with_columns(days=total)
    return rows.filter((total <= most) | pl.col("free")), long


def _cut(rows: pl.DataFrame, duty: Floats, cheapest: int | None) -> tuple[pl.DataFrame, Floats, pl.DataFrame]:
    """Keep the cheapest lanes into each need and want, and those that a link or a contract names."""
    if cheapest is None:
        if rows.height <= MANY_LANES:
            return rows, duty, rows.clear()
        cheapest = CHEAPEST
    cost = rows["unit_cost"] + rows["freight"] + rows["stock"] + pl.Series(duty[:, 0] if rows.height else [])
    rank = cost.to_frame("cost").with_columns(rows["need"], rows["want"]).select(
        pl.col("cost").rank("ordinal").over("need", "want")
    ).to_series()  # fmt: skip
    kept = (rank <= cheapest) | rows["existing"] | rows["agreed"]
    return rows.filter(kept), duty[kept.to_numpy()], rows.filter(~kept)


def _idle_links(network: Network, goods: Goods, rows: pl.DataFrame, left_out: pl.DataFrame) -> tuple[Finding, ...]:
    """Name the links of planned parts that are no lane: between sites that do not make it, or do not need it."""
    keys = ["supplier", "buyer", "part"]
    links = network["links"].filter(pl.col("part").is_in(goods.rows["part"].implode())).select(keys).sort(keys)
    idle = links.join(rows.filter("existing"), on=keys, how="anti", maintain_order="left").join(
        left_out, on=keys, how="anti", maintain_order="left"
    )
    return said("link_idle", "links.supplier", idle.select(pl.concat_str(keys, separator="/")).to_series(),
                "{n} links are of no use to the plan: the supplier is no maker of the part, or the buyer makes nothing that takes it",
                "Add the part to 'capabilities' or 'bom', or plan all products.")  # fmt: skip


def _named(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    return rows.select("supplier", "buyer", "part", pl.lit(reason).alias("reason"), "days")


def _findings(ask: Ask, rows: pl.DataFrame, long: pl.DataFrame, cut: pl.DataFrame) -> tuple[Finding, ...]:
    def keys(some: pl.DataFrame) -> pl.Series:
        return some.select(pl.concat_str("supplier", "buyer", "part", separator="/")).to_series()

    guessed = rows.filter(pl.col("mode_inferred").fill_null(value=False))
    limited = ask.policy.max_transit_days is not None or ask.policy.mean_transit_days is not None
    undated = rows.filter(pl.col("days").is_null()) if limited else rows.clear()
    fastest = "" if long.is_empty() else f", the fastest of them takes {float(str(long['days'].min())):g} days"
    return (
        *said("lane_too_long", "links.transit_days", keys(long), "{n} lanes take longer than policy.max_transit_days and are left out" + fastest,
              "Allow more days, or find nearer makers.", severity="warning"),
        *said("lane_cut", "links.supplier", keys(cut), "{n} lanes are dearer than the cheapest into the same need and are left out at first",
              "Nothing to do: they are priced back where they would pay."),
        *said("freight_unseen", "links.freight_per_unit", keys(rows.filter(~pl.col("freight_known"))),
              "{n} lanes have no freight and count none: mass, place or rate is not known",
              "Give links.freight_per_unit, the indicator freight_per_unit, or mass and coordinates.", severity="warning"),
        *said("kg_unseen", "parts.unit_mass_kg", keys(rows.filter(pl.col("kg").is_null())), "{n} lanes have no known CO2e",
              "Give parts.unit_mass_kg and coordinates."),
        *said("mode_inferred", "links.mode", keys(guessed), "{n} lanes have no stated mode: road by land up to 3,000 km, else sea",
              "Give links.mode."),
        *said("days_unseen", "links.transit_days", keys(undated), "{n} lanes have no known days and pass every limit of time",
              "Give links.transit_days, or coordinates to both ends.", severity="warning"),
    )  # fmt: skip
