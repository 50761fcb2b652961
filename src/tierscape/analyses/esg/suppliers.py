"""Suppliers of a part beside each other: cost, time and emissions."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.esg.flows import Flows
from tierscape.analyses.esg.tables import SUPPLIERS


def supplier_rows(flows: Flows, lines: pl.DataFrame) -> pl.DataFrame:
    """Give each shipping line its cost, its time and its emissions, means weighted by volume where it is known."""
    weight = pl.when(pl.col("volume_per_year").is_null().any().over("supplier", "part")).then(1.0)
    links = flows.links.with_columns(weight=weight.otherwise("volume_per_year"))
    means = [_mean(c) for c in ("unit_price", "transit_days", "kg_per_unit")]
    shipped = links.group_by(site="supplier", part="part", maintain_order=True).agg(
        *means, pl.when(pl.col("volume_per_year").is_not_null().all()).then(pl.col("volume_per_year").sum())
    )
    rows = lines.select(
        "site", "name", "part", "conversion_cost", "lead_time_days", making=pl.coalesce("pcf", "kg_unit")
    )
    rows = rows.join(shipped, on=["site", "part"], maintain_order="left")
    priced = pl.col("unit_price").is_not_null()
    basis = pl.when(priced).then(pl.lit("price")).when(pl.col("conversion_cost").is_not_null())
    return rows.select(
        "site", "name", "part",
        cost=pl.coalesce("unit_price", "conversion_cost"),
        cost_basis=basis.then(pl.lit("conversion_cost")),
        lead_days=pl.col("lead_time_days") + pl.col("transit_days"),
        kg_per_unit=pl.col("making") + pl.col("kg_per_unit"),
        volume_per_year="volume_per_year",
    ).sort(["part", "volume_per_year", "site"], descending=[False, True, False], nulls_last=True).select(SUPPLIERS.names)  # fmt: skip


def _mean(column: str) -> pl.Expr:
    """Mean over the links that know it, unknown where none does."""
    known = pl.col(column).is_not_null()
    total = pl.col("weight").filter(known).sum()
    mean = (pl.col(column) * pl.col("weight")).sum() / total
    return pl.when(total > 0).then(mean).when(known.any()).then(pl.col(column).mean()).alias(column)
