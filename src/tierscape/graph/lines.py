"""Lines of a network, makers and relays, in the order of the bills of materials."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tierscape.errors import Finding
from tierscape.graph.relations import dropped, operating
from tierscape.network import Network

LINK_KEY = ["supplier", "buyer", "part"]


def supply_lines(network: Network, links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """List the lines, and number the links with the line of each supplier.

    Returns
    -------
    lines : polars.DataFrame
        ``line`` (row number), ``site``, ``part``, ``relay``, ``capacity``.
    links : polars.DataFrame
        The links without circles among relays, with ``link`` (row number) and ``supplier_line``.
    findings : tuple of Finding
    """
    makers = (
        network["capabilities"]
        .join(operating(network), on="site", how="semi", maintain_order="left")
        .select("site", "part", capacity="capacity_per_year")
    )
    shipped = links.select(site="supplier", part="part").unique()
    received = links.select(site="buyer", part="part").unique()
    others = shipped.join(makers, on=["site", "part"], how="anti", maintain_order="left")
    relays = others.join(received, on=["site", "part"], how="semi", maintain_order="left").sort("part", "site")
    links, chain, findings = _without_circles(links, relays)
    unlisted = others.join(received, on=["site", "part"], how="anti", maintain_order="left")
    lines = pl.concat(
        [
            makers.with_columns(relay=pl.lit(value=False), chain=pl.lit(None, pl.Int64)),
            unlisted.with_columns(capacity=pl.lit(None, pl.Float64), relay=pl.lit(value=False), chain=pl.lit(None, pl.Int64)),
            chain.with_columns(capacity=pl.lit(None, pl.Float64), relay=pl.lit(value=True)).select("site", "part", "capacity", "relay", "chain"),
        ]
    )  # fmt: skip
    depth, links, circular = _depths(network, lines, links)
    lines = (
        lines.join(depth, on="part", maintain_order="left")
        .sort("depth", "part", "chain", "site", nulls_last=True)
        .with_row_index("line")
        .with_columns(pl.col("line").cast(pl.Int64))
        .select("line", "site", "part", "relay", "capacity")
    )
    links = links.join(
        lines.select(supplier="site", part="part", supplier_line="line"), on=["supplier", "part"], maintain_order="left"
    )
    links = links.with_row_index("link").with_columns(pl.col("link").cast(pl.Int64))
    return lines, links, (*_without_capability(unlisted), *findings, *circular)


def _without_circles(
    links: pl.DataFrame, relays: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Drop links in circles of relays, and give each relay its place in the chain, the last before the user first."""
    numbered = relays.with_row_index("relay")
    inner = (
        links.select(LINK_KEY)
        .join(numbered.select(supplier="site", part="part", up="relay"), on=["supplier", "part"], maintain_order="left")
        .join(numbered.select(buyer="site", part="part", down="relay"), on=["buyer", "part"], maintain_order="left")
    )
    up, down = inner["up"].to_numpy().astype(np.int64), inner["down"].to_numpy().astype(np.int64)
    circle = strongly_connected(len(relays), up, down)
    turning = inner.filter(pl.Series(circle[up] == circle[down], dtype=pl.Boolean)).sort(LINK_KEY)
    straight = circle[up] != circle[down]
    chain = longest_paths(len(relays), down[straight], up[straight])
    findings = dropped(
        turning, "relay_circle", "{count} pass a part in a circle among sites that cannot make it, and were left out",
        "Correct supplier and buyer, or give the maker a row in 'capabilities'.", "warning",
    )  # fmt: skip
    kept = links.join(turning, on=LINK_KEY, how="anti", maintain_order="left")
    return kept, relays.with_columns(chain=pl.Series(chain, dtype=pl.Int64)), findings


def _depths(
    network: Network, lines: pl.DataFrame, links: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Give each part its longest way down the bills of materials and the unlisted needs; drop links that close a circle."""
    bom = network["bom"].select("parent", "child").unique()
    stray = unlisted_links(bom, lines, links)
    parts = pl.concat([lines["part"], bom["parent"], bom["child"]]).unique().sort()
    number = pl.DataFrame({"part": parts}).with_row_index("i")
    extra = stray.select("parent", child="part").unique().with_columns(listed=pl.lit(value=False))
    edges = pl.concat([bom.with_columns(listed=pl.lit(value=True)), extra])
    edges = edges.join(number.select(parent="part", a="i"), on="parent", maintain_order="left").join(
        number.select(child="part", b="i"), on="child", maintain_order="left"
    )
    a, b = edges["a"].to_numpy().astype(np.int64), edges["b"].to_numpy().astype(np.int64)
    circle = strongly_connected(len(parts), a, b)
    turning = edges.filter(pl.Series(circle[a] == circle[b], dtype=pl.Boolean)).select("parent", part="child")
    bad = (
        stray.join(turning, on=["parent", "part"], how="semi", maintain_order="left")
        .select(LINK_KEY)
        .unique()
        .sort(LINK_KEY)
    )
    straight = edges["listed"].to_numpy() | (circle[a] != circle[b])
    depth = pl.DataFrame({"part": parts, "depth": longest_paths(len(parts), a[straight], b[straight])})
    findings = dropped(
        bad, "unlisted_circle", "{count} bring a part that no bill of materials of the buyer asks for, in a circle; they were left out",
        "Add the part to 'bom' under what the buyer makes of it, or take the link out.", "warning",
    )  # fmt: skip
    return depth, links.join(bad, on=LINK_KEY, how="anti", maintain_order="left"), findings


def unlisted_links(bom: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Give the links whose part none of the buyer's lines asks for, once for each line of the buyer (``parent``)."""
    asked = (
        lines.filter(~pl.col("relay"))
        .select(buyer="site", parent="part")
        .join(bom, on="parent", maintain_order="left")
        .select("buyer", part="child")
        .unique()
    )
    passed_on = lines.filter("relay").select(buyer="site", part="part")
    stray = links.select(LINK_KEY).join(asked, on=["buyer", "part"], how="anti", maintain_order="left")
    stray = stray.join(passed_on, on=["buyer", "part"], how="anti", maintain_order="left")
    return stray.join(
        lines.filter(~pl.col("relay")).select(buyer="site", parent="part"), on="buyer", maintain_order="left"
    )


def strongly_connected(n: int, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give nodes in a common circle the same number, shape (n,)."""
    if not n:
        return np.zeros(0, dtype=np.int64)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=True, connection="strong")[1], dtype=np.int64)


def longest_paths(n: int, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the length of the longest path of edges a → b that ends in each node of a graph without circles, shape (n,)."""
    depth = np.zeros(n, dtype=np.int64)
    while True:
        deeper = depth.copy()
        np.maximum.at(deeper, b, depth[a] + 1)
        if np.array_equal(deeper, depth):
            return depth
        depth = deeper


def _without_capability(lines: pl.DataFrame) -> tuple[Finding, ...]:
    if lines.is_empty():
        return ()
    return (
        Finding(
            rule="ships_without_capability",
            severity="note",
            table="capabilities",
            problem=f"{lines.height} sites ship a part that they are not known to make and do not receive; they count as its makers",
            remedy="Add the site and the part to 'capabilities'.",
            count=lines.height,
            value="/".join(lines.sort("part", "site").row(0)),
        ),
    )
