"""What the map and the graph of tiers of the app are drawn from, as columns."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import polars as pl

from tierscape.analyses.visibility.groups import Limits
from tierscape.analyses.visibility.result import Visibility
from tierscape.analyses.visibility.view import near_countries, place_classes
from tierscape.errors import ParameterError
from tierscape.graph import bom_tree
from tierscape.kernels.layer_order import layer_places
from tierscape.network import Network

MOST_NODES = 2000
UNKNOWN = "unknown"


def map_json(network: Network, product: str | None) -> bytes:
    """Give sites, links, nodes and regions as columns, as JSON.

    Parameters
    ----------
    network : Network
    product : str, optional
        Product by whose bill of materials sites get their tier; the only one by default, none where there are several.

    Returns
    -------
    bytes
        Tables by name, each a list of values a column.

    Raises
    ------
    ParameterError
        The network has no such product.

    Notes
    -----
    Columns are written by polars, which leaves the interpreter to others meanwhile; the JSON of 500,000 links written by Python
    holds up every other request for seconds.
    """
    if product is not None and product not in network["bom"]["parent"].to_list():
        raise ParameterError(f"product: '{product}' has no bill of materials in this network.")
    chosen = product or (network.products[0] if len(network.products) == 1 else None)
    frames = {
        "sites": _sites(network, chosen),
        "links": _links(network),
        "nodes": network["nodes"].select("node", "kind", "name", "lat", "lon", "country"),
        "regions": network["regions"].select("region", "name", "lat", "lon", "country"),
    }
    told = [b'"%s":%s' % (name.encode(), _columns(frame)) for name, frame in frames.items()]
    head = json.dumps({"product": chosen, "products": list(network.products)}, ensure_ascii=False)
    return b",".join([head[:-1].encode(), *told]) + b"}"


def _columns(frame: pl.DataFrame) -> bytes:
    """Write a table as one object, a list of values a column."""
    sink = io.BytesIO()
    frame.select(pl.all().implode()).write_ndjson(sink)
    return sink.getvalue().rstrip()


def _sites(network: Network, product: str | None) -> pl.DataFrame:
    tiers = {"part": pl.Series([], dtype=pl.String), "tier": pl.Series([], dtype=pl.Int64)}
    if product is not None:
        tree = bom_tree(network, product)
        tiers = {"part": pl.Series(tree.parts), "tier": pl.Series(tree.tiers, dtype=pl.Int64)}
    makes = network["capabilities"].join(pl.DataFrame(tiers), on="part", how="left", maintain_order="left")
    by_site = makes.group_by("site", maintain_order=True).agg(
        pl.col("part").unique(maintain_order=True).alias("parts"),
        pl.col("tier").min(),
        pl.when(pl.col("capacity_per_year").count() > 0).then(pl.col("capacity_per_year").sum()).alias("capacity"),
    )
    facts = network["sites"].select(
        "site", "name", "organization", "lat", "lon", "status", "country", "region", "evidence"
    )
    rows = facts.join(by_site, on="site", how="left", maintain_order="left")
    return rows.with_columns(pl.col("parts").fill_null([]), pl.col("lat", "lon").round(5))


def _links(network: Network) -> pl.DataFrame:
    links = network["links"].select(
        "supplier", "buyer", "part", "mode", "evidence", "confidence", volume="volume_per_year"
    )
    country = network["sites"].select(supplier="site", country="country")
    rows = links.join(country, on="supplier", how="left", maintain_order="left")
    try:
        classes = place_classes(network, near_countries(network, None), Limits())
    except ParameterError:  # nothing says where the buyer stands: offshore is unknown
        return rows.drop("country").with_columns(offshore=pl.lit(None, pl.Boolean))
    joined = rows.join(classes, on="country", how="left", maintain_order="left")
    far = joined.with_columns(offshore=pl.col("class").cast(pl.String).is_in(["offshore", "depends"]))
    return far.with_columns(offshore=pl.when(pl.col("country").is_not_null()).then("offshore")).drop("country", "class")


def tier_graph(network: Network, answer: Visibility) -> dict[str, Any]:
    """Give the graph of who stands behind whom, each node with its place.

    Returns
    -------
    dict
        ``nodes`` (id, site, part, name, country, tier, x, y, offshore, class, evidence, share, single_point, unknown), x
        within the tier and y from the product (0) upstream, both 0 to 1; ``edges``; ``unknown`` by tier; ``cut``, the number
        of sites left out, those with the least value first.
    """
    sites = answer.sites.sort("value_share", "site", descending=[True, False])
    cut = max(0, sites.height - MOST_NODES)
    kept = sites.head(MOST_NODES).sort("tier", "value_share", "site", descending=[False, True, False])
    evidence = network["sites"].select("site", "evidence")
    kept = kept.join(evidence, on="site", how="left", maintain_order="left")
    named = kept.select(
        id="site", site="site", part="parts", name=pl.coalesce("name", "site"), country="country", tier="tier",
        offshore=pl.col("class").is_in(["offshore"]), kind="class", evidence="evidence", share="value_share",
        single_point="single_point", unknown=pl.lit(value=False),
    )  # fmt: skip
    unseen = answer.counted_tiers.select("tier", share=pl.col("unknown_share") * pl.col("mass_share"))
    unseen = unseen.filter(pl.col("share") > 1e-6)
    nothing = {"site": None, "part": None, "country": None, "offshore": None, "evidence": None, "single_point": None}
    stubs = unseen.select(id=pl.format("unknown {}", "tier"), name=pl.lit("no site named"), kind=pl.lit(UNKNOWN),
        tier="tier", share="share", unknown=pl.lit(value=True), **{k: pl.lit(v) for k, v in nothing.items()},
    ).select(named.columns).cast(named.schema)  # fmt: skip
    nodes = pl.concat([named, stubs])
    flows = answer.flows.filter(
        pl.col("supplier").is_in(kept["site"].to_list()) & pl.col("buyer").is_in(kept["site"].to_list())
    )
    edges = flows.select(
        "part", "evidence", "inferred", share="value_share", **{"from": pl.col("supplier"), "to": pl.col("buyer")}
    )
    placed = _placed(nodes, edges)
    return {
        "product": answer.parameters.get("product"),
        "nodes": placed.rename({"kind": "class"}).to_dicts(),
        "edges": edges.select("from", "to", "part", "share", "evidence", "inferred").to_dicts(),
        "unknown": unseen.to_dicts(),
        "tiers": answer.counted_tiers.drop("basis").to_dicts(),
        "cut": cut,
    }


def _placed(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    at = {key: number for number, key in enumerate(nodes["id"].to_list())}
    start = np.array([at[key] for key in edges["from"].to_list()], np.int64)
    end = np.array([at[key] for key in edges["to"].to_list()], np.int64)
    tier = nodes["tier"].to_numpy().astype(np.int64)
    x = layer_places(tier, start, end, edges["share"].fill_null(0.0).to_numpy().astype(np.float64))
    last = max(int(tier.max()), 1) if len(tier) else 1
    return nodes.with_columns(x=pl.Series(x).round(5), y=pl.Series(tier / last).round(5))
