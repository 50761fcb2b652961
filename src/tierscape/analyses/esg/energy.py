"""Energy at the sites: kilowatt-hours, the grid they come from, and what that emits."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.esg.flows import EVIDENCED, Flows, place
from tierscape.analyses.esg.tables import REGIONS, SITES
from tierscape.network import Network
from tierscape.quantities.stated import stated_values
from tierscape.reference import countries

GRID, MARKET = "grid_kg_per_kwh", "market_kg_per_kwh"
"""Indicators: the grid's mean; and a site's power contract, valid as long as its certificate."""


def with_grid(network: Network, lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``grid_kg_per_kwh``, ``grid_source``, ``market_kg_per_kwh`` and ``kg_unit`` (energy of a unit, location-based).

    The nearest statement counts: the site's, the region's (``indicators``, then ``regions``), the country's, the shipped.
    """
    own = network["regions"].select("region", _regions="grid_kg_per_kwh", _regions_source="source")
    shipped = countries().select(country="iso2", _shipped=GRID, _shipped_source="grid_source")
    rows = lines.join(own, on="region", how="left", maintain_order="left")
    rows = rows.join(shipped, on="country", how="left", maintain_order="left")
    for kind in ("site", "region", "country"):
        rows = _stated(network, rows, GRID, kind)
    rows = _stated(network, rows, MARKET, "site", prefix="_market_")
    order = ("_site", "_region", "_regions", "_country", "_shipped")
    source = pl.coalesce(
        pl.when(pl.col(c).is_not_null()).then(pl.coalesce(f"{c}_source", pl.lit("no source"))) for c in order
    )
    rows = rows.with_columns(pl.coalesce(order).alias(GRID), source.alias("grid_source"))
    rows = rows.with_columns(market_kg_per_kwh="_market_site", kg_unit=pl.col("energy_kwh_per_unit") * pl.col(GRID))
    return rows.drop(c for c in rows.columns if c.startswith("_"))


def _stated(network: Network, rows: pl.DataFrame, name: str, kind: str, prefix: str = "_") -> pl.DataFrame:
    said = stated_values(network, name, kind, low=0, high=3).filter(pl.col("indicator") == "")
    new = said.select(pl.col("subject").alias(kind), pl.col("value").alias(prefix + kind),
                      pl.col("source").alias(f"{prefix}{kind}_source"))  # fmt: skip
    return rows.join(new, on=kind, how="left", maintain_order="left")


def site_rows(lines: pl.DataFrame, flows: Flows) -> pl.DataFrame:
    """Sum lines by site, with the freight that arrives; unknown where nothing is known."""
    kwh = pl.col("output") * pl.col("energy_kwh_per_unit")
    rows = lines.filter("counted").with_columns(kwh=kwh, known=kwh.is_not_null())
    evidenced = pl.col("kwh").filter(pl.col("evidence").is_in(EVIDENCED)).sum()
    sums = rows.group_by("site", maintain_order=True).agg(
        pl.col("name", "region", "country", "grid_kg_per_kwh", "grid_source", "market_kg_per_kwh").first(),
        pl.when(pl.col("known").any()).then(pl.col("kwh").sum()).alias("kwh"),
        (~pl.col("known")).sum().cast(pl.Int64).alias("unseen_parts"),
        pl.when(pl.col("kwh").sum() > 0).then(evidenced / pl.col("kwh").sum()).alias("evidence_share"),
    )
    inbound = _freight(flows, "buyer").rename({"buyer": "site", "kg": "kg_inbound"})
    sums = sums.join(inbound, on="site", how="left", maintain_order="left").with_columns(
        kg_location=pl.col("kwh") * pl.col("grid_kg_per_kwh"), kg_market=pl.col("kwh") * pl.col("market_kg_per_kwh")
    )
    return sums.sort(["kg_location", "site"], descending=[True, False], nulls_last=True).select(SITES.names)


def _freight(flows: Flows, end: str) -> pl.DataFrame:
    """Sum the freight by site at one end of the lanes; unknown where no lane is seen."""
    kg = pl.col("volume_per_year") * pl.col("kg_per_unit")
    return (
        flows.legs.with_columns(kg=kg).group_by(end, maintain_order=True)
        .agg(pl.when(pl.col("kg").is_not_null().any()).then(pl.col("kg").sum()).alias("kg"))
    )  # fmt: skip


def region_rows(network: Network, sites: pl.DataFrame, flows: Flows) -> pl.DataFrame:
    """Sum sites and freight by region."""
    where = network["sites"].select("site", "country", place())
    parts = [
        sites.select("site", kg_energy="kg_location"),
        _freight(flows, "buyer").select(site="buyer", kg_inbound="kg"),
        _freight(flows, "supplier").select(site="supplier", kg_outbound="kg"),
    ]
    rows = pl.concat(parts, how="diagonal").join(where, on="site", how="left", maintain_order="left")
    sums = [
        pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c)
        for c in ("kg_energy", "kg_inbound", "kg_outbound")
    ]
    rows = rows.group_by(region="place", maintain_order=True).agg(pl.col("country").first(), *sums)
    rows = rows.join(network["regions"].select("region", "name"), on="region", how="left", maintain_order="left")
    total = pl.sum_horizontal("kg_energy", "kg_inbound")
    return rows.sort(total, "region", descending=[True, False]).select(REGIONS.names)
