"""What is doubtful in the figures that the firm dynamics run on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.graph import IN_HOUSE, SupplyGraph
from tierscape.network import Network

ROUNDING = 1e-9
SHORT = 0.95
"""Inflow over need below which a finding is raised."""

Floats = NDArray[np.float64]


def firm_findings(
    network: Network, graph: SupplyGraph, own: pl.DataFrame, output: Floats, default_stock_days: float
) -> tuple[Finding, ...]:
    """Say which volumes, stocks and capacities are unknown, and which flows contradict each other.

    Parameters
    ----------
    network, graph
    own : polars.DataFrame
        Of ``network_lines``.
    output : numpy.ndarray, shape (lines,)
        Units a day that leave each line.
    default_stock_days : float
        What stands in for an unknown stock.
    """
    return (
        *_links(graph, default_stock_days),
        *_capacities(own, output),
        *_isolated(graph, own, output),
        *_short_inputs(graph, output),
        *_margins(network),
    )


def _links(graph: SupplyGraph, default_stock_days: float) -> Iterator[Finding]:
    bought = graph.links.filter(pl.col("source").ne_missing(pl.lit(IN_HOUSE)))
    for column, problem, remedy in (
        ("volume_per_year", "have no volume; they carry nothing", "Give the volume."),
        ("stock_days", f"have no stock; {default_stock_days:g} days are taken", "Give the days of use that the buyer holds."),
    ):  # fmt: skip
        lacking = bought.filter(pl.col(column).is_null())
        if lacking.height:
            yield Finding(
                rule=f"unknown_{column.split('_')[0]}",
                severity="warning" if column == "volume_per_year" else "note",
                table="links",
                column=column,
                problem=f"{lacking.height} of {bought.height} links {problem}",
                remedy=remedy,
                count=lacking.height,
                value="/".join(lacking.sort("supplier", "buyer", "part").select("supplier", "buyer", "part").row(0)),
            )


def _capacities(own: pl.DataFrame, output: Floats) -> Iterator[Finding]:
    own = own.with_columns(output=pl.Series(output))
    lacking = own.filter(pl.col("capacity").is_null() & (pl.col("output") > 0))
    if lacking.height:
        yield Finding(
            rule="unknown_capacity",
            severity="note",
            table="capabilities",
            column="capacity_per_year",
            problem=f"{lacking.height} sites and parts have no capacity; they can make what they make now and no more",
            remedy="Give the capacity.",
            count=lacking.height,
            value="/".join(lacking.select("site", "part").row(0)),
        )
    over = own.filter(pl.col("output") > pl.col("capacity") * (1 + ROUNDING)).with_columns(
        ratio=pl.col("output") / pl.col("capacity")
    )
    if over.height:
        worst = over.sort("ratio", "line", descending=[True, False]).row(0, named=True)
        ratio = "without any capacity" if np.isinf(worst["ratio"]) else f"{worst['ratio']:.2f} times it"
        yield Finding(
            rule="flow_above_capacity",
            severity="warning",
            table="capabilities",
            column="capacity_per_year",
            problem=f"{over.height} sites and parts ship more than their capacity, at worst {ratio}; the flow is kept",
            remedy="Correct the capacity, or the volumes that leave the site.",
            count=over.height,
            value=f"{worst['site']}/{worst['part']}",
        )


def _isolated(graph: SupplyGraph, own: pl.DataFrame, output: Floats) -> Iterator[Finding]:
    fed = np.bincount(graph.arc_line, np.nan_to_num(graph.arc_volume), graph.n)
    alone = own.filter(pl.Series((output <= 0) & (fed <= 0)))
    if alone.height:
        yield Finding(
            rule="isolated",
            severity="note",
            table="links",
            problem=f"{alone.height} sites and parts have no flow in or out; nothing is lost with them",
            remedy="Give their links with volumes, or the demand that they meet.",
            count=alone.height,
            value="/".join(alone.select("site", "part").row(0)),
        )


def _short_inputs(graph: SupplyGraph, output: Floats) -> Iterator[Finding]:
    """Compare the inflow of each need with quantity times output; needs with alternatives are in units of the parent."""
    inflow = np.bincount(graph.arc_slot, graph.arc_volume / graph.arc_quantity, len(graph.slot_line)) / 365.0
    need = output[graph.slot_line]
    known = np.isfinite(inflow) & (need > 0) & (graph.slot_kind > 0) & (np.diff(graph.arc_start) > 0)
    ratio = np.divide(inflow, need, out=np.ones(len(need)), where=known)
    short = np.flatnonzero(known & (ratio < SHORT))
    if len(short):
        worst = int(short[np.argmin(ratio[short])])
        site, part = graph.lines.row(int(graph.slot_line[worst]))
        yield Finding(
            rule="inflow_below_need",
            severity="note",
            table="links",
            column="volume_per_year",
            problem=f"{len(short)} needs get less than bill of materials and output ask for, at worst {ratio[worst]:.0%}; the flows are kept, and taken to be enough",
            remedy="Correct volumes or quantities, or add the suppliers that are missing.",
            count=len(short),
            value=f"{site}/{part}/{graph.slot_part[worst]}",
        )


def _margins(network: Network) -> Iterator[Finding]:
    lacking = network["demand"].filter(pl.col("unit_margin").is_null())
    if lacking.height:
        yield Finding(
            rule="unknown_margin",
            severity="warning",
            table="demand",
            column="unit_margin",
            problem=f"{lacking.height} rows have no margin; losses of these products are given in units, not in money",
            remedy="Give the margin lost with each unit.",
            count=lacking.height,
            value=str(lacking["product"].sort()[0]),
        )
