"""Flows of the firm dynamics: final demand of each line, what each link brings, and what comes from outside or from stores."""

from __future__ import annotations

import polars as pl

from tierscape.graph import IN_HOUSE, SupplyGraph
from tierscape.network import Network

DAYS_A_YEAR = 365.0
OUTSIDE = "outside:"
"""Before the part in the name of a line that stands for suppliers whom nobody named."""
STORE = "store:"
"""Before the site in the name of a line that holds the finished stock of a product."""
SPOT, CONTRACT, TAKE_OR_PAY = 2, 1, 0
"""Order of service under rationing by priority."""


def network_lines(network: Network, graph: SupplyGraph, product_stock_days: float) -> pl.DataFrame:
    """Give the lines of the graph with their own figures.

    Returns
    -------
    polars.DataFrame
        ``line``, ``site``, ``part``, ``capacity`` (units a day, surge included; null unknown), ``finished`` (days),
        ``qualified``, ``demand`` (units a day), ``margin`` (money a unit; null unknown and without demand).
    """
    known = network["capabilities"].select(
        "site", "part", "qualified",
        capacity=pl.col("capacity_per_year") * (1.0 + pl.col("flex_share").fill_null(0.0)) / DAYS_A_YEAR,
        finished=pl.col("finished_stock_days"),
    )  # fmt: skip
    lines = graph.lines.with_row_index("line").with_columns(pl.col("line").cast(pl.Int64), relay=pl.Series(graph.relay))
    lines = lines.join(known, on=["site", "part"], how="left", maintain_order="left").with_columns(
        capacity=pl.when(pl.col("qualified").eq_missing(pl.lit(value=False))).then(0.0).otherwise("capacity"),
        finished=pl.col("finished").fill_null(product_stock_days),
    )
    bought = graph.links.filter(pl.col("source").ne_missing(pl.lit(IN_HOUSE)))
    inflow = bought.group_by(site="buyer", part="part").agg(inflow=pl.col("volume_per_year").sum())
    ships = bought.select(site="supplier", part="part").unique().with_columns(ships=pl.lit(value=True))
    ends = (
        lines.join(inflow, on=["site", "part"], how="left", maintain_order="left")
        .join(ships, on=["site", "part"], how="left", maintain_order="left")
        .filter(pl.col("ships").is_null())
        .with_columns(size=pl.when("relay").then("inflow").otherwise("capacity"))
        .join(product_demand(network), on="part")
    )
    sized = (pl.col("size").is_not_null().all() & (pl.col("size").sum() > 0)).over("part")
    ends = ends.with_columns(size=pl.when(sized).then("size").otherwise(1.0))
    ends = ends.select("line", "margin", demand=pl.col("demand") * pl.col("size") / pl.col("size").sum().over("part"))
    lines = lines.drop("relay").join(ends, on="line", how="left", maintain_order="left")
    return lines.with_columns(pl.col("demand").fill_null(0.0)).sort("line")


def product_demand(network: Network) -> pl.DataFrame:
    """Give ``part``, ``demand`` (units a day) and ``margin`` (mean over regions; null where one is unknown)."""
    margin = (pl.col("unit_margin") * pl.col("volume_per_year")).sum() / pl.col("volume_per_year").sum()
    known = pl.col("unit_margin").is_not_null().all() & (pl.col("volume_per_year").sum() > 0)
    return (
        network["demand"]
        .group_by(part="product")
        .agg(demand=pl.col("volume_per_year").sum() / DAYS_A_YEAR, margin=pl.when(known).then(margin))
        .sort("part")
    )


def network_links(network: Network, graph: SupplyGraph) -> pl.DataFrame:
    """Give what each arc of the graph brings.

    Returns
    -------
    polars.DataFrame
        ``slot``, ``supplier``, ``link`` (row of ``graph.links``), ``flow`` (units a day, 0 where unknown), ``stock`` and
        ``transit`` (days, null unknown), ``weight`` (units of the slot a unit is worth), ``rank``.
    """
    choice = pl.Series(graph.slot_choice)
    terms = network["contracts"].select("contract", binding=pl.col("take_or_pay_share").fill_null(0.0) > 0)
    facts = graph.links.with_row_index("link").join(terms, on="contract", how="left", maintain_order="left")
    rank = pl.when("binding").then(TAKE_OR_PAY).when(pl.col("contract").is_null()).then(SPOT).otherwise(CONTRACT)
    facts = facts.select(
        pl.col("link").cast(pl.Int64), rank=rank.cast(pl.Int64), stock="stock_days",
        transit=pl.col("transit_days").round().cast(pl.Int64),
    )  # fmt: skip
    quantity = pl.when(pl.col("quantity") > 0).then("quantity").otherwise(1.0)
    return (
        pl.DataFrame(
            {
                "slot": graph.arc_slot.astype("int64"),
                "supplier": graph.arc_supplier.astype("int64"),
                "link": graph.arc_link.astype("int64"),
                "flow": graph.arc_volume / DAYS_A_YEAR,
                "quantity": graph.arc_quantity,
            }
        )
        .with_columns(
            pl.col("flow").fill_nan(0.0),
            weight=pl.when(choice.gather(pl.Series(graph.arc_slot, dtype=pl.UInt32)) if len(graph.arc_slot) else pl.lit(value=False))
            .then(1.0 / quantity)
            .otherwise(1.0),
        )
        .drop("quantity")
        .join(facts, on="link", how="left", maintain_order="left")
    )  # fmt: skip


def outside_links(network: Network, graph: SupplyGraph, output: pl.Series) -> pl.DataFrame:
    """Give what lines buy from nobody known: ``slot``, ``part``, ``flow``, ``weight``; alternatives in equal shares.

    Parameters
    ----------
    network, graph
    output : polars.Series
        Units a day that leave each line of the graph.
    """
    bare = pl.DataFrame(
        {
            "slot": range(len(graph.slot_line)),
            "line": graph.slot_line.astype("int64"),
            "key": graph.slot_part,
            "arcs": graph.arc_start[1:] - graph.arc_start[:-1],
        },
        schema={"slot": pl.Int64, "line": pl.Int64, "key": pl.String, "arcs": pl.Int64},
    ).filter(pl.col("arcs") == 0)
    lines = graph.lines.with_row_index("line").select(pl.col("line").cast(pl.Int64), parent="part", output=output)
    bom = network["bom"].select("parent", "quantity", key=pl.coalesce("choice", "child"), part="child")
    quantity = pl.when(pl.col("quantity") > 0).then("quantity").otherwise(1.0)
    alternatives = pl.len().over("slot")
    return (
        bare.join(lines, on="line")
        .join(bom, on=["parent", "key"])
        .sort("slot", "part")
        .select(
            "slot",
            "part",
            flow=quantity * pl.col("output") / alternatives,
            weight=pl.when(alternatives > 1).then(1.0 / quantity).otherwise(1.0),
        )
    )
