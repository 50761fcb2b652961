"""The network as the lines, slots and links of the firm dynamics, in units a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import DataError, Finding
from tierscape.graph import SupplyGraph
from tierscape.kernels.firm_network import FirmNetwork, Links, firm_network
from tierscape.network import Network
from tierscape.quantities.firm_checks import firm_findings
from tierscape.quantities.firm_flows import (
    OUTSIDE,
    SPOT,
    STORE,
    network_lines,
    network_links,
    outside_links,
    product_demand,
)

UNLIMITED = 1e6
"""Capacity of an outside line or a store over its normal output."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FirmLines:
    """Lines of the graph, then stores of finished products, then outside lines; n lines, Q slots, E links.

    Parameters
    ----------
    arrays : FirmNetwork
        What the kernels read, units a day.
    lines : polars.DataFrame
        ``site``, ``part``; row i is line i. The site of a store is ``store:`` and its site, of an outside line ``outside:`` and
        its part.
    graph : SupplyGraph
        Its line i is line i here.
    link : numpy.ndarray of int64, shape (E,)
        Row of ``graph.links``; −1 for what a store or an outside line brings.
    link_line : numpy.ndarray of int64, shape (E,)
        Line that takes each link.
    worth : numpy.ndarray of float64, shape (n,)
        Money a unit: mean sales price, else ``parts.unit_value``; NaN unknown.
    margin : numpy.ndarray of float64, shape (n,)
        Margin lost with a unit of final demand; NaN unknown, and without final demand.
    default_stock_share : float
        Share of the value of all inputs whose stock is not declared.
    unseen_share : float
        Share of the value of all inputs and of products without a maker that comes from outside lines.
    findings : tuple of Finding
    """

    arrays: FirmNetwork
    lines: pl.DataFrame
    graph: SupplyGraph
    link: Ints
    link_line: Ints
    worth: Floats
    margin: Floats
    default_stock_share: float
    unseen_share: float
    findings: tuple[Finding, ...]

    @property
    def n(self) -> int:
        """Number of lines, stores and outside lines included."""
        return self.lines.height

    @property
    def pipeline(self) -> bool:
        """Whether some link takes a day or more on its way."""
        return bool((self.arrays.lead >= 1).any())


def network_at(network: Network, year: int | None = None) -> tuple[Network, int | None]:
    """Keep the demand of one year.

    Parameters
    ----------
    network : Network
    year : int, optional
        By default the first year in ``demand`` from ``meta.price_year`` on, else the last.

    Returns
    -------
    network : Network
        With the rows of ``demand`` of that year.
    year : int or None
        None without any demand.

    Raises
    ------
    DataError
        There is demand, but none in that year; the message names the years that are there.
    """
    years = network["demand"]["year"].unique().sort().to_list()
    if not years:
        return network, None
    if year is None:
        price_year = network["meta"]["price_year"].item() if network["meta"].height else None
        later = [y for y in years if price_year is None or y >= price_year]
        year = later[0] if later else years[-1]
    if year not in years:
        finding = Finding(
            rule="no_demand_in_year",
            severity="error",
            table="demand",
            column="year",
            problem=f"there is no demand in {year}; the years are {', '.join(map(str, years))}",
            remedy="Choose one of them as 'year', or add rows.",
        )
        raise DataError([finding])
    tables = dict(network.tables) | {"demand": network["demand"].filter(pl.col("year") == year)}
    return replace(network, tables=MappingProxyType(tables)), int(year)


def firm_lines(
    network: Network, graph: SupplyGraph, *, default_stock_days: float = 15.0, product_stock_days: float = 0.0
) -> FirmLines:
    """Turn a network into what the firm dynamics run on.

    Parameters
    ----------
    network : Network
        With the demand of one year: see ``network_at``. Reads ``capabilities``, ``links``, ``bom``, ``demand``, ``parts`` and
        ``contracts``.
    graph : SupplyGraph
        Of that network.
    default_stock_days : float
        Stock of inputs for which none is declared.
    product_stock_days : float
        Finished stock of products for which none is declared, in days of demand.

    Returns
    -------
    FirmLines

    Notes
    -----
    Demand of a product goes to its lines without an outgoing link, by inflow or capacity, else in equal shares. A line with
    final demand and a day or more of finished stock gets a *store*: a line that meets the demand from that stock, so that it
    runs out f days after its maker stops. Finished stock of other lines is not counted. A need without any supplier is
    bought from an *outside* line without limit, as is a product with demand that nobody makes. A link with unknown volume
    carries nothing. O(lines + links).
    """
    own = network_lines(network, graph, product_stock_days)
    links = network_links(network, graph)
    output = np.bincount(links["supplier"].to_numpy(), links["flow"].to_numpy(), graph.n) + own["demand"].to_numpy()
    lines, stored = _all_lines(network, own, outside_links(network, graph, pl.Series(output)))
    links = _all_links(network, graph, lines, stored, output, links)
    arrays = _arrays(graph, lines, links, default_stock_days)
    worth = _worth(graph, network, lines)
    value = links["flow"].to_numpy() * np.nan_to_num(worth[links["supplier"].to_numpy()])
    seen, undeclared = links["link"].is_not_null().to_numpy(), links["undeclared"].to_numpy()
    outside = lines["site"].str.starts_with(OUTSIDE).to_numpy()
    unmade = float((lines["demand"].to_numpy() * np.nan_to_num(worth))[outside].sum())
    bare = float(value[outside[links["supplier"].to_numpy()]].sum())
    inputs = float(value[seen].sum()) + bare
    return FirmLines(
        arrays=arrays,
        lines=lines.select("site", "part"),
        graph=graph,
        link=links["link"].fill_null(-1).to_numpy(),
        link_line=links["line"].to_numpy(),
        worth=worth,
        margin=lines["margin"].fill_null(np.nan).to_numpy(),
        default_stock_share=float(value[seen & undeclared].sum()) / inputs if inputs > 0 else 0.0,
        unseen_share=(bare + unmade) / (inputs + unmade) if inputs + unmade > 0 else 0.0,
        findings=(*graph.findings, *firm_findings(network, graph, own, output, default_stock_days)),
    )


def _all_lines(network: Network, own: pl.DataFrame, bare: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """List lines of the graph, stores and outside lines; and the stores with the line that fills each."""
    stored = own.filter((pl.col("finished") >= 1) & (pl.col("demand") > 0))
    kept = pl.col("line").is_in(stored["line"].implode())
    own = own.with_columns(demand=pl.when(kept).then(0.0).otherwise("demand"), margin=pl.when(~kept).then("margin"))
    stores = stored.select("demand", "margin", "part", site=STORE + pl.col("site"))
    unmade = product_demand(network).filter(
        ~pl.col("part").is_in(own.filter((pl.col("demand") > 0) | kept)["part"].implode())
    )
    outside = (
        bare.select("part").unique().join(unmade, on="part", how="full", coalesce=True).sort("part")
        .select("part", "margin", pl.col("demand").fill_null(0.0), site=OUTSIDE + pl.col("part"))
    )  # fmt: skip
    lines = pl.concat([own.drop("line"), stores, outside], how="diagonal").with_row_index("line")
    return lines.with_columns(pl.col("line").cast(pl.Int64)), stored


def _all_links(
    network: Network, graph: SupplyGraph, lines: pl.DataFrame, stored: pl.DataFrame, output: Floats, links: pl.DataFrame
) -> pl.DataFrame:
    """Add what stores and outside lines bring, in the order of slots and suppliers."""
    slots = len(graph.slot_line)
    number = pl.int_range(stored.height, eager=True)
    store_links = stored.select(
        slot=slots + number, supplier="line", flow="demand", stock=pl.col("finished") - 1.0
    )  # what a maker shipped yesterday still arrives on the day it stops
    outside = lines.filter(pl.col("site").str.starts_with(OUTSIDE)).select("part", supplier="line")
    bare = outside_links(network, graph, pl.Series(output)).join(outside, on="part").drop("part")
    links = pl.concat([links, store_links, bare], how="diagonal").sort("slot", "supplier", "link")
    takers = np.concatenate((graph.slot_line, graph.n + np.arange(stored.height))).astype(np.int64)
    return links.with_columns(
        pl.col("weight").fill_null(1.0),
        pl.col("rank").fill_null(SPOT),
        pl.col("transit").fill_null(0),
        undeclared=pl.col("stock").is_null(),
        line=pl.Series(takers[links["slot"].to_numpy()], dtype=pl.Int64),
    )


def _arrays(graph: SupplyGraph, lines: pl.DataFrame, links: pl.DataFrame, default_stock_days: float) -> FirmNetwork:
    n, stores = lines.height, int(lines["site"].str.starts_with(STORE).sum())
    slot_line = np.concatenate((graph.slot_line, graph.n + np.arange(stores)))
    supplier, flow = links["supplier"].to_numpy(), links["flow"].to_numpy()
    demand = lines["demand"].to_numpy()
    capacity = lines["capacity"].fill_null(np.nan).to_numpy().copy()
    capacity[graph.n :] = UNLIMITED * (np.bincount(supplier, flow, n) + demand)[graph.n :]
    return firm_network(
        Links(
            slot_start=np.searchsorted(slot_line, np.arange(n + 1)).astype(np.int64),
            essential=np.concatenate((graph.slot_kind != 1, np.ones(stores, np.bool_))),
            arc_start=np.searchsorted(links["slot"].to_numpy(), np.arange(len(slot_line) + 1)).astype(np.int64),
            supplier=supplier.astype(np.uint32),
            flow=flow,
            stock_days=links["stock"].fill_null(default_stock_days).to_numpy(),
            transit_days=links["transit"].to_numpy(),
            weight=links["weight"].to_numpy(),
            rank=links["rank"].to_numpy(),
        ),
        demand,
        capacity,
        np.full(n, SPOT, np.int64),
    )


def _worth(graph: SupplyGraph, network: Network, lines: pl.DataFrame) -> Floats:
    priced = graph.links.filter((pl.col("unit_price") > 0) & (pl.col("volume_per_year") > 0))
    spend = (pl.col("unit_price") * pl.col("volume_per_year")).sum() / pl.col("volume_per_year").sum()
    sold = priced.group_by(site="supplier", part="part").agg(price=spend)
    stated = network["parts"].select("part", "unit_value")
    # a store sells at the price of its part
    known = lines.join(sold, on=["site", "part"], how="left", maintain_order="left")
    known = known.join(stated, on="part", how="left", maintain_order="left")
    return np.asarray(known.select(pl.coalesce("price", "unit_value").fill_null(np.nan)).to_series().to_numpy())
