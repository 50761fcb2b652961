"""Volumes: what leaves each line in a year, and what each line takes of a link."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.network import Network


def line_outputs(
    network: Network, lines: pl.DataFrame, links: pl.DataFrame, own: pl.DataFrame
) -> tuple[NDArray[np.float64], tuple[Finding, ...]]:
    """Give the units a year that leave each line: links, demand, and use in house; NaN where a volume is unknown."""
    output = np.zeros(lines.height)
    unknown_as_nan = links.select("supplier_line", volume=pl.col("volume_per_year").fill_null(np.nan)).drop_nulls()
    np.add.at(output, unknown_as_nan["supplier_line"].to_numpy(), unknown_as_nan["volume"].to_numpy())
    served, findings = _demand(network, lines, links)
    output += served
    alternatives = pl.len().over("line", "key", "choice")
    inside = own.sort("line").with_columns(each=pl.col("quantity").fill_null(np.nan) / alternatives)
    for line, supplier, each in inside.select("line", "supplier_line", "each").iter_rows():
        output[supplier] += output[line] * each  # users stand before their suppliers
    return output, findings


def _demand(
    network: Network, lines: pl.DataFrame, links: pl.DataFrame
) -> tuple[NDArray[np.float64], tuple[Finding, ...]]:
    """Share the demand of its first year among the lines that ship the product to nobody, by inflow or capacity."""
    demand = network["demand"]
    wanted = (
        demand.filter(pl.col("year") == pl.col("year").min().over("product"))
        .group_by(part="product", maintain_order=True)
        .agg(demand=pl.col("volume_per_year").sum())
    )
    ends = lines.join(links.select(line="supplier_line").unique(), on="line", how="anti", maintain_order="left").join(
        wanted, on="part", maintain_order="left"
    )
    inflow = links.group_by(site="buyer", part="part", maintain_order=True).agg(
        inflow=pl.col("volume_per_year").fill_null(np.nan).sum()
    )
    size = pl.when("relay").then("inflow").otherwise("capacity").fill_nan(None)
    ends = ends.join(inflow, on=["site", "part"], how="left", maintain_order="left").with_columns(
        size=size.cast(pl.Float64)
    )
    known = (pl.col("size").is_not_null().all() & (pl.col("size").sum() > 0)).over("part")
    ends = ends.with_columns(known=known)
    ends = ends.with_columns(size=pl.when("known").then("size").otherwise(1.0)).sort("line")
    share = pl.col("demand") * pl.col("size") / pl.col("size").sum().over("part")
    served = np.zeros(lines.height)
    served[ends["line"].to_numpy()] = ends.select(share).to_series().to_numpy()
    equal = ends.filter(~pl.col("known") & (pl.len().over("part") > 1))
    if equal.is_empty():
        return served, ()
    finding = Finding(
        rule="demand_shared_equally",
        severity="note",
        table="capabilities",
        column="capacity_per_year",
        problem=f"{equal.height} makers share the demand for their product equally, since a capacity is unknown",
        remedy="Give the capacity of every maker of the product.",
        count=equal.height,
        value="/".join(equal.select("site", "part").row(0)),
    )
    return served, (finding,)


def arc_volumes(
    arcs: pl.DataFrame, output: NDArray[np.float64], bought: int
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give what each line takes of each link, as ``volume``.

    A link that feeds several lines is shared by quantity times output; by quantity alone where an output is unknown or all
    are 0. Links from ``bought`` on stand for supply in house: their volume is quantity times output.
    """
    arcs = arcs.with_columns(output=pl.Series(output)[arcs["line"].cast(pl.UInt32)]) if arcs.height else arcs.with_columns(
        output=pl.lit(None, pl.Float64)
    )  # fmt: skip
    each = pl.col("quantity").fill_null(1.0)
    use = each * pl.col("output")
    arcs = arcs.with_columns(use=use, several=pl.len().over("link") > 1, inside=pl.col("link") >= bought)
    total = pl.col("use").sum().over("link")
    arcs = arcs.with_columns(by_use=total.is_finite() & (total > 0))
    weight = pl.when("by_use").then("use").otherwise(each)
    arcs = arcs.with_columns(share=weight / weight.sum().over("link"))
    outside = pl.when("several").then(pl.col("brings") * pl.col("share")).otherwise("brings")
    alternatives = pl.len().over("slot")
    inside = (pl.col("quantity") * pl.col("output") / alternatives).fill_nan(None)
    guessed = arcs.filter(pl.col("several") & ~pl.col("by_use") & ~pl.col("inside"))["link"].n_unique()
    arcs = arcs.with_columns(volume=pl.when("inside").then(inside).otherwise(outside))
    if not guessed:
        return arcs, ()
    finding = Finding(
        rule="link_shared_by_quantity",
        severity="note",
        table="links",
        column="volume_per_year",
        problem=f"{guessed} links feed several lines of their buyer and are shared by quantity, since what leaves the lines is unknown",
        remedy="Give the volumes that leave the buyer, or its demand.",
        count=guessed,
    )
    return arcs, (finding,)
