"""What is made and shipped in a year: the lines and lanes that `esg` counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.graph import SupplyGraph, supply_graph
from tierscape.network import Network
from tierscape.quantities.lanes import LaneOptions, lane_legs, lanes
from tierscape.quantities.stated import stated_values

EVIDENCED = ("audited", "declared", "observed")
PCF = "pcf_kg_per_unit"
"""Indicator of a part, or of a capability (site/part): CO2e of a unit from cradle to gate, as its maker declares it."""


@dataclass(frozen=True, eq=False)
class Flows:
    """Lines and lanes with their figures.

    Parameters
    ----------
    graph : SupplyGraph
    lines : polars.DataFrame
        In the order of ``graph.lines``: ``site``, ``part``, ``output``, ``energy_kwh_per_unit``, ``labour_hours_per_unit``,
        ``conversion_cost``, ``lead_time_days``, ``evidence``, ``pcf``, ``counted`` (asked for), and of the site ``name``,
        ``region``, ``country``, ``organization``.
    links : polars.DataFrame
        Rows of ``links`` between operating sites that are asked for, with the columns of ``lanes`` in place of the stated.
    legs : polars.DataFrame
        Legs of those, with ``volume_per_year`` and ``evidence``.
    arcs : polars.DataFrame
        In the order of ``graph.links``: ``mode``, ``kg_per_unit``, ``kg_low``, ``kg_high``, ``evidenced``; 0 in house.
    """

    graph: SupplyGraph
    lines: pl.DataFrame
    links: pl.DataFrame
    legs: pl.DataFrame
    arcs: pl.DataFrame


def flows_of(network: Network, parts: tuple[str, ...] | None, options: LaneOptions) -> Flows:
    """Gather lines and lanes; ``parts`` are those asked for, None for all."""
    graph = supply_graph(network)
    home = pl.col("supplier") == pl.col("buyer")
    shipped = graph.links.filter(~home)
    found = lanes(network, shipped, options)
    both = pl.concat([shipped.drop(c for c in found.columns if c in shipped.columns), found], how="horizontal")
    wanted = pl.lit(value=True) if parts is None else pl.col("part").is_in(list(parts))
    links = both.filter(wanted)
    legs = lane_legs(network, shipped.filter(wanted), options)
    about = links.with_row_index("lane").select("lane", "supplier", "buyer", "volume_per_year", "evidence")
    legs = legs.cast({"mode": pl.String()}).join(about, on="lane", how="left", maintain_order="left")
    carried = both.select("supplier", "buyer", "part", "mode", "kg_per_unit", "kg_low", "kg_high")
    inside = pl.col("mode").is_null() & home
    arcs = graph.links.select("supplier", "buyer", "part", "evidence").join(
        carried, on=["supplier", "buyer", "part"], how="left", maintain_order="left"
    )
    zero = [pl.when(inside).then(0.0).otherwise(pl.col(c)).alias(c) for c in ("kg_per_unit", "kg_low", "kg_high")]
    arcs = arcs.with_columns(*zero, evidenced=pl.col("evidence").is_in(EVIDENCED).fill_null(value=False))
    return Flows(graph, _lines(network, graph, wanted), links, legs, arcs)


def _lines(network: Network, graph: SupplyGraph, wanted: pl.Expr) -> pl.DataFrame:
    figures = network["capabilities"].select(
        "site", "part", "energy_kwh_per_unit", "labour_hours_per_unit", "conversion_cost", "lead_time_days", "evidence"
    )
    sites = network["sites"].select(
        "site", pl.coalesce("name", "site").alias("name"), "region", "country", "organization"
    )
    rows = graph.lines.with_columns(output=pl.Series(graph.output).fill_nan(None))
    rows = rows.join(figures, on=["site", "part"], how="left", maintain_order="left")
    rows = rows.join(sites, on="site", how="left", maintain_order="left").with_columns(counted=wanted)
    return _with_footprints(network, rows)


def _with_footprints(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.with_columns(capability=pl.concat_str("site", "part", separator="/"), pcf=pl.lit(None, pl.Float64()))
    for kind in ("part", "capability"):
        said = stated_values(network, PCF, kind, low=0, high=float("inf")).filter(pl.col("indicator") == "")
        said = said.select(pl.col("subject").alias(kind), said="value")
        rows = rows.join(said, on=kind, how="left", maintain_order="left")
        rows = rows.with_columns(pcf=pl.coalesce("said", "pcf")).drop("said")
    return rows.drop("capability")


def numbers(column: pl.Series) -> np.ndarray:
    """Give a column as floats, null as NaN."""
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def place() -> pl.Expr:
    """Region of a site, or its country where it has none."""
    return pl.coalesce("region", "country", pl.lit("unknown")).alias("place")


def shown(number: float) -> str:
    """Write a number at three significant figures, thousands apart.

    Examples
    --------
    >>> shown(5894.2), shown(0.02014)
    ('5,890', '0.0201')
    """
    return f"{float(f'{number:.3g}'):,.10g}"
