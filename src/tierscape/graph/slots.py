"""Needs of each line, and what a site makes for itself."""

from __future__ import annotations

import polars as pl

from tierscape.errors import Finding
from tierscape.graph.lines import unlisted_links
from tierscape.graph.relations import IN_HOUSE
from tierscape.network import Network

ESSENTIAL, PLAIN, UNLISTED = 2, 1, 0
SLOT = ["line", "key", "choice"]


def line_needs(network: Network, lines: pl.DataFrame, links: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """List what every line takes.

    Returns
    -------
    needs : polars.DataFrame
        ``line``, ``site``, ``key`` (child or word of the choice), ``choice`` (bool), ``child``, ``quantity``, ``kind``.
    findings : tuple of Finding
    """
    bom = network["bom"].select("parent", "child", "quantity", "essential", "choice")
    kind = pl.when(pl.col("essential").fill_null(value=True)).then(ESSENTIAL).otherwise(PLAIN)
    makers = lines.filter(~pl.col("relay")).select("line", "site", parent="part")
    listed = makers.join(bom, on="parent", maintain_order="left").select(
        "line", "site", key=pl.coalesce("choice", "child"), choice=pl.col("choice").is_not_null(), child="child",
        quantity="quantity", kind=kind,
    )  # fmt: skip
    passed = lines.filter("relay").select(
        "line",
        "site",
        key="part",
        choice=pl.lit(value=False),
        child="part",
        quantity=pl.lit(1.0),
        kind=pl.lit(ESSENTIAL),
    )
    stray = unlisted_links(bom.select("parent", "child"), lines, links).select(
        site="buyer", parent="parent", child="part"
    )
    unlisted = stray.unique().join(makers, on=["site", "parent"], maintain_order="left").select(
        "line", "site", key="child", choice=pl.lit(value=False), child="child", quantity=pl.lit(None, pl.Float64),
        kind=pl.lit(UNLISTED),
    )  # fmt: skip
    return pl.concat([listed, passed, unlisted]), _unlisted(stray.select("site", "child").unique())


def in_house(
    needs: pl.DataFrame, lines: pl.DataFrame, links: pl.DataFrame, capabilities: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """List the needs that no link meets and that the site can make itself.

    Returns
    -------
    rows : polars.DataFrame
        Columns of ``links``, one row a site and part, supplier = buyer.
    arcs : polars.DataFrame
        ``link``, ``line``, ``key``, ``choice``, ``child``, ``quantity``, ``supplier_line``.
    """
    brought = links.select(site="buyer", child="part").unique().with_columns(brought=pl.lit(value=True))
    asked = needs.filter(pl.col("kind") > UNLISTED).join(
        brought, on=["site", "child"], how="left", maintain_order="left"
    )
    bare = asked.filter(pl.col("brought").is_null().all().over(SLOT))
    made = lines.filter(~pl.col("relay")).select("site", child="part", supplier_line="line")
    arcs = bare.join(made, on=["site", "child"], maintain_order="left").filter(
        pl.col("line") != pl.col("supplier_line")
    )
    graded = capabilities.select("site", "evidence", "as_of", child="part")
    inside = arcs.select("site", "child").unique().sort("child", "site").with_row_index("link", offset=links.height)
    inside = inside.with_columns(pl.col("link").cast(pl.Int64))
    rows = inside.join(graded, on=["site", "child"], how="left", maintain_order="left").with_columns(
        supplier="site", buyer="site", part="child", source=pl.lit(IN_HOUSE)
    )
    known = {"supplier", "buyer", "part", "evidence", "as_of", "source"}
    rows = rows.select(
        pl.col(name) if name in known else pl.lit(None, dtype).alias(name)
        for name, dtype in links.drop("link", "supplier_line").schema.items()
    )
    arcs = arcs.join(inside, on=["site", "child"], maintain_order="left")
    return rows, arcs.select("link", *SLOT, "child", "quantity", "supplier_line")


def _unlisted(taken: pl.DataFrame) -> tuple[Finding, ...]:
    if taken.is_empty():
        return ()
    return (
        Finding(
            rule="unlisted_need",
            severity="warning",
            table="links",
            column="part",
            problem=f"{taken.height} sites and parts have a link for which no bill of materials of the site asks",
            remedy="Add the part to 'bom' under what the site makes of it, or take the link out.",
            count=taken.height,
            value="/".join(taken.sort("site", "child").row(0)),
        ),
    )
