"""How concentrated the makers of each part are, with bounds for what is unknown."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.visibility.view import View

DIMENSIONS = ("site", "organization", "owner", "country")


def concentration_table(view: View, needs: pl.DataFrame) -> pl.DataFrame:
    """Give the Herfindahl–Hirschman index of each part's value by site, firm, owner's country and country."""
    relay = pl.Series(view.trace.graph.relay, dtype=pl.Boolean)
    made = view.reached.filter(~relay[view.reached["line"]] & (pl.col("tier") > 0))
    unnamed = (
        needs.filter(pl.col("gap") != "inputs")
        .group_by("part", maintain_order=True)
        .agg(unnamed=pl.col("value_share").sum())
    )
    table = pl.concat([_by(made, unnamed, dimension) for dimension in DIMENSIONS])
    order = made.group_by("part", maintain_order=True).agg(total=pl.col("mass").sum(), lowest=pl.col("tier").min())
    table = table.join(order, on="part", maintain_order="left").sort(
        "total", "part", descending=[True, False], maintain_order=True
    )
    return table.select(
        "part", pl.col("part").replace(view.part_names).alias("name"), pl.col("lowest").alias("tier"), "dimension", "groups",
        "hhi", "hhi_low", "hhi_high", (1.0 / pl.col("hhi")).alias("n_effective"), "largest_share", "largest", "unknown_share",
    )  # fmt: skip


def _by(made: pl.DataFrame, unnamed: pl.DataFrame, dimension: str) -> pl.DataFrame:
    mass = (
        made.group_by("part", key=dimension, maintain_order=True)
        .agg(pl.col("mass").sum())
        .join(unnamed, on="part", how="left", maintain_order="left")
    )
    blank = pl.col("mass").filter(pl.col("key").is_null()).sum().over("part")
    mass = mass.with_columns(unseen=pl.col("unnamed").fill_null(0.0) + blank).drop_nulls("key")
    known = pl.col("mass").sum().over("part")
    mass = mass.with_columns(
        share=pl.col("mass") / known, part_of_all=pl.col("mass") / (known + pl.col("unseen")),
        u=pl.col("unseen") / (known + pl.col("unseen")),
    ).sort("part", "mass", "key", descending=[False, True, False])  # fmt: skip
    low = (pl.col("part_of_all") ** 2).sum()
    u = pl.col("u").first()
    return mass.group_by("part", maintain_order=True).agg(
        dimension=pl.lit(dimension),
        groups=pl.len().cast(pl.Int64),
        hhi=(pl.col("share") ** 2).sum().clip(upper_bound=1.0),
        hhi_low=low.clip(upper_bound=1.0),
        hhi_high=(low + 2 * u * pl.col("part_of_all").max() + u**2).clip(upper_bound=1.0),
        largest_share=pl.col("share").max().clip(upper_bound=1.0),
        largest=pl.col("key").first(),
        unknown_share=u,
    )
