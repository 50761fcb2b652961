"""What the pictures of `visibility` need of the answer, and where the nodes of its graph stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

MOST_IN_LAYER = 9
LABELLED = 3
OTHERS = "others"


class VisibilityLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def product_name(self) -> str:
        """Name of the product for people."""
        ...

    @property
    def counted_tiers(self) -> pl.DataFrame:
        """Tiers by class of country, in the reading that counts."""
        ...

    @property
    def coverage(self) -> pl.DataFrame:
        """Tiers by grade of evidence."""
        ...

    @property
    def exposure(self) -> pl.DataFrame:
        """Places, at face value and looked through."""
        ...

    @property
    def questionnaires(self) -> pl.DataFrame:
        """Sites to ask."""
        ...

    @property
    def single_points(self) -> pl.DataFrame:
        """What stops everything."""
        ...

    @property
    def sites(self) -> pl.DataFrame:
        """Sites that value reaches."""
        ...

    @property
    def flows(self) -> pl.DataFrame:
        """Links that carry value."""
        ...

    @property
    def passages(self) -> pl.DataFrame:
        """Value from class to class of country."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...


def graph_nodes(answer: VisibilityLike) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Place the largest sites of each tier in a column, single points first, the rest as one node, and the unknown below.

    Returns
    -------
    nodes : polars.DataFrame
        As ``layered_graph`` takes them, with ``node``.
    edges : polars.DataFrame
        As ``layered_graph`` takes them.
    """
    sites = answer.sites.sort("tier", "single_point", "value_share", "site", descending=[False, True, True, False])
    place = pl.int_range(pl.len()).over("tier")
    count = pl.len().over("tier")
    drawn = (place < MOST_IN_LAYER - 1) | (count <= MOST_IN_LAYER)
    sites = sites.with_columns(drawn=drawn, place=place)
    node = pl.when("drawn").then("site").otherwise(pl.format("others {}", "tier"))
    sites = sites.with_columns(node=node)
    shown = pl.when(pl.col("drawn") & ((pl.col("place") < LABELLED) | pl.col("single_point"))).then(
        pl.coalesce("name", "site")
    )
    named = sites.filter("drawn").select(
        "node", shown.fill_null("").alias("label"), pl.coalesce("name", "site").alias("name"), layer="tier",
        value=pl.col("value_share").clip(upper_bound=1.0), kind="class", ring="single_point",
    )  # fmt: skip
    rest = sites.filter(~pl.col("drawn")).group_by("tier", "node", maintain_order=True).agg(
        value=pl.col("value_share").sum().clip(upper_bound=1.0), n=pl.len()
    ).select(
        "node", label=pl.format("{} others", "n"), name=pl.format("{} other sites", "n"), layer="tier", value="value",
        kind=pl.lit(OTHERS), ring=pl.lit(value=False),
    )  # fmt: skip
    unseen = answer.counted_tiers.filter(pl.col("unknown_share") * pl.col("mass_share") > 1e-6).select(
        node=pl.format("unknown {}", "tier"), label=pl.lit("unknown"), name=pl.lit("no site named"), layer="tier",
        value=pl.col("unknown_share") * pl.col("mass_share"), kind=pl.lit("unknown"), ring=pl.lit(value=False),
    )  # fmt: skip
    nodes = pl.concat([named, rest, unseen]).sort("layer", maintain_order=True)
    y = (pl.int_range(pl.len()).over("layer") + 0.5) / pl.len().over("layer")
    nodes = nodes.with_columns(y=y.round(4))
    return nodes, _edges(answer, sites, nodes)


def _edges(answer: VisibilityLike, sites: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    at = sites.select("site", "node").join(nodes.select("node", "layer", "y"), on="node", maintain_order="left")
    flows = answer.flows.join(at, left_on="buyer", right_on="site", maintain_order="left").join(
        at, left_on="supplier", right_on="site", suffix="2", maintain_order="left"
    )
    flows = flows.filter(pl.col("layer2") > pl.col("layer"))  # a site stands in its lowest tier alone
    return flows.group_by("layer", "y", "layer2", "y2", maintain_order=True).agg(value=pl.col("value_share").sum().clip(upper_bound=1.0)).sort(
        "layer", "y", "layer2", "y2"
    )  # fmt: skip
