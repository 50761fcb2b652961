"""The value of a product traced through all tiers: what reaches each line, what is added there, what stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.graph import SupplyGraph, supply_graph
from tierscape.kernels.look_through import look_through
from tierscape.network import Network
from tierscape.quantities.values import OWN_UNKNOWN, LineValues, line_values

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """The value of one product through all tiers; n lines, Q slots, T tiers. All masses are shares of the product's value.

    Parameters
    ----------
    graph : SupplyGraph
        Lines, slots and arcs of the whole network.
    values : LineValues
        How the value of each line is made up.
    focal : numpy.ndarray of int64
        Lines that make the product.
    start : numpy.ndarray of float64, shape (n,)
        Share of the product that each line makes.
    mass : numpy.ndarray of float64, shape (n, T)
        Mass that reaches each line, by tier.
    findings : tuple of Finding
        What was dropped or assumed on the way.
    """

    graph: SupplyGraph
    values: LineValues
    focal: NDArray[np.int64]
    start: Floats
    mass: Floats
    findings: tuple[Finding, ...]

    @cached_property
    def reach(self) -> Floats:
        """Mass that reaches each line over all tiers, shape (n,)."""
        return np.asarray(self.mass.sum(axis=1))

    @cached_property
    def reached(self) -> pl.DataFrame:
        """Lines upstream of the product: ``line``, ``site``, ``part``, ``tier``, ``mass``, ``added`` (kept by the line)."""
        line, tier = np.nonzero(self.mass > 0.0)
        mass = self.mass[line, tier]
        at = self.graph.lines[line]
        return pl.DataFrame(
            {"line": line, "site": at["site"], "part": at["part"], "tier": tier, "mass": mass, "added": mass * self.values.own[line]},
            schema={"line": pl.Int64, "site": pl.String, "part": pl.String, "tier": pl.Int64, "mass": pl.Float64, "added": pl.Float64},
        )  # fmt: skip

    @cached_property
    def unknown(self) -> pl.DataFrame:
        """Needs whose suppliers nobody named.

        ``line`` that has the need, ``slot`` (−1: inputs that no bill of materials names), ``tier`` on which the suppliers
        would stand, ``mass``.
        """
        by_slot = self.mass[self.graph.slot_line] * self.values.slot_unknown[:, None]
        by_line = self.mass * self.values.line_unknown[:, None]
        slot, tier = np.nonzero(by_slot > 0.0)
        line, step = np.nonzero(by_line > 0.0)
        return pl.DataFrame(
            {
                "line": np.concatenate([self.graph.slot_line[slot], line]),
                "slot": np.concatenate([slot, np.full(len(line), -1)]),
                "tier": np.concatenate([tier, step]) + 1,
                "mass": np.concatenate([by_slot[slot, tier], by_line[line, step]]),
            },
            schema={"line": pl.Int64, "slot": pl.Int64, "tier": pl.Int64, "mass": pl.Float64},
        )

    @cached_property
    def unknown_share(self) -> float:
        """Share of the value that is not traced to a site."""
        return float(self.unknown["mass"].sum())


def trace_value(
    network: Network,
    product: str,
    *,
    site: str | None = None,
    links: pl.DataFrame | None = None,
    outside: pl.DataFrame | None = None,
    own: pl.DataFrame | None = None,
) -> Trace:
    """Follow the value of a product upstream.

    Parameters
    ----------
    network : Network
        Sites, parts, bill of materials, capabilities, demand.
    product : str
        The focal product.
    site : str, optional
        The focal site; all makers by default, weighted by what leaves them in a year.
    links : polars.DataFrame, optional
        Rows to use in place of ``network["links"]``.
    outside : polars.DataFrame, optional
        ``site``, ``part``, ``outside``: share of a need that the links leave open; none by default.
    own : polars.DataFrame, optional
        ``site``, ``part``, ``own``: share that a site keeps of a part whose inputs are not known; ``OWN_UNKNOWN`` where
        there is no row.

    Returns
    -------
    Trace

    Raises
    ------
    DataError
        No operating site makes the product, or a quantity is unknown.
    ParameterError
        ``site`` is unknown or does not make the product.

    Notes
    -----
    Σ added + Σ unknown = 1. O(arcs · tiers).
    """
    graph = supply_graph(network, links=links)
    focal = _makers(network, graph, product, site)
    start, equal = _weights(graph, focal, product)
    reachable = look_through(start, graph.line_arcs, graph.arc_supplier, np.ones(len(graph.arc_supplier))) > 0.0
    values = line_values(
        network, graph, reached=np.asarray(reachable.any(axis=1)), slot_outside=_outside(graph, outside),
        own_unknown=_kept(graph, own),
    )  # fmt: skip
    mass = look_through(start, graph.line_arcs, graph.arc_supplier, values.arc_value)
    return Trace(graph, values, focal, start, mass, (*graph.findings, *equal, *values.findings))


def _outside(graph: SupplyGraph, outside: pl.DataFrame | None) -> Floats:
    if outside is None or outside.is_empty():
        return np.zeros(len(graph.slot_line))
    slots = pl.DataFrame({"site": graph.lines["site"].gather(graph.slot_line.tolist()), "part": list(graph.slot_part)})
    found = slots.join(outside, on=["site", "part"], how="left", maintain_order="left")
    return np.asarray(found["outside"].fill_null(0.0).clip(0.0, 1.0).to_numpy())


def _kept(graph: SupplyGraph, own: pl.DataFrame | None) -> Floats | None:
    if own is None or own.is_empty():
        return None
    found = graph.lines.join(own, on=["site", "part"], how="left", maintain_order="left")
    return np.asarray(found["own"].fill_null(OWN_UNKNOWN).to_numpy())


def no_maker(product: str) -> Finding:
    """Say that no operating site makes a product."""
    return Finding(
        rule="no_maker", severity="error", table="capabilities", column="part", value=product,
        problem=f"no operating site makes '{product}'",
        remedy="Add its makers to 'capabilities', or correct sites.status.",
    )  # fmt: skip


def _makers(network: Network, graph: SupplyGraph, product: str, site: str | None) -> NDArray[np.int64]:
    lines = graph.lines.with_row_index("line").with_columns(relay=pl.Series(graph.relay, dtype=pl.Boolean))
    makers = lines.filter((pl.col("part") == product) & ~pl.col("relay"))
    if makers.is_empty():
        raise DataError([no_maker(product)])
    if site is None:
        return np.asarray(makers["line"].to_numpy(), dtype=np.int64)
    chosen = makers.filter(pl.col("site") == site)
    if chosen.is_empty():
        known = site in network["sites"]["site"].to_list()
        near = get_close_matches(site, makers["site"].to_list(), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else f" Makers are {', '.join(makers['site'].head(5))}."
        raise ParameterError(
            f"site: '{site}' {'does not make' if known else 'is no site of the network; it cannot make'} '{product}'.{hint}"
        )
    return np.asarray(chosen["line"].to_numpy(), dtype=np.int64)


def _weights(graph: SupplyGraph, focal: NDArray[np.int64], product: str) -> tuple[Floats, tuple[Finding, ...]]:
    """Share the product among its makers by what leaves them; equally where that is not known."""
    start = np.zeros(graph.n)
    output = graph.output[focal]
    known = bool(np.isfinite(output).all() and output.sum() > 0)
    start[focal] = output / output.sum() if known else 1.0 / len(focal)
    if known or len(focal) == 1:
        return start, ()
    finding = Finding(
        rule="makers_weigh_equally",
        severity="note",
        table="demand",
        column="volume_per_year",
        problem=f"{len(focal)} makers of '{product}' weigh equally, since what leaves them in a year is not known",
        remedy="Give the demand for the product, or the volumes of the links that carry it.",
        count=len(focal),
        value=product,
    )
    return start, (finding,)
