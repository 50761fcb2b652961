"""The sites that value reaches, and the links that carry it: what the pictures draw."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.visibility.tables import SITES
from tierscape.analyses.visibility.view import View
from tierscape.quantities.link_grades import WAY_GRADES

MOST_FLOWS = 2000


def site_table(view: View, single: pl.DataFrame) -> pl.DataFrame:
    """List the sites upstream of the product, most value first."""
    grouped = view.reached.sort("tier", "part").group_by("site", maintain_order=True).agg(
        pl.col("name", "organization", "country", "class").first(),
        pl.col("tier").min(),
        parts=pl.col("part").unique(maintain_order=True).str.join("; "),
        value_share=pl.col("mass").sum(),
        added_share=pl.col("added").sum().clip(upper_bound=1.0),
        lat=pl.col("lat").first(),
        lon=pl.col("lon").first(),
    )  # fmt: skip
    grouped = grouped.with_columns(
        pl.col("class").cast(pl.String), single_point=pl.col("site").is_in(single["site"].implode())
    )
    return grouped.sort("value_share", "site", descending=[True, False]).select(SITES.names)


def flow_table(view: View) -> pl.DataFrame:
    """List the links that carry value, most first."""
    graph = view.trace.graph
    value = view.trace.reach[graph.arc_line] * view.trace.values.arc_value
    arcs = np.flatnonzero(value > 0.0)
    rows = pl.DataFrame(
        {
            "link": graph.arc_link[arcs],
            "value_share": value[arcs],
            "tier": view.tier_of[graph.arc_line[arcs]] + 1,
            "grade": view.evidence.grade[arcs],
            "weight": view.evidence.weight[arcs],
            "inferred": view.evidence.inferred[arcs],
        }
    )
    keys = (
        graph.links.select("supplier", "buyer", "part")
        .with_row_index("link")
        .with_columns(pl.col("link").cast(pl.Int32))
    )
    by_link = rows.group_by("link", maintain_order=True).agg(
        pl.col("value_share").sum().clip(upper_bound=1.0),
        pl.col("tier").min(),
        pl.col("grade", "weight", "inferred").first(),
    )
    names = dict(enumerate(WAY_GRADES))
    return (
        by_link.join(keys, on="link", maintain_order="left")
        .filter(pl.col("supplier") != pl.col("buyer"))
        .sort("value_share", "supplier", "buyer", "part", descending=[True, False, False, False])
        .head(MOST_FLOWS)
        .select(
            "supplier", "buyer", "part", "tier", "value_share",
            pl.col("grade").cast(pl.Int64).replace_strict(names, return_dtype=pl.String).alias("evidence"), "weight", "inferred",
        )
    )  # fmt: skip
