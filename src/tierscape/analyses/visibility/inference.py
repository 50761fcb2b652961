"""Links that nobody declared: those on record and those that the data make likely."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tierscape.analyses.visibility.groups import Inference
from tierscape.graph import SupplyGraph, supply_graph
from tierscape.network import Network
from tierscape.quantities.inferred import infer_links
from tierscape.quantities.link_grades import newest
from tierscape.quantities.link_skill import link_skill


class Guess(NamedTuple):
    """Links that nobody declared.

    Parameters
    ----------
    shown : polars.DataFrame
        Columns of the table ``inferred_links`` but ``counted``: recorded rows, and what the model adds where no link and no
        supply in house meets a need.
    links : polars.DataFrame
        All links to use when inference counts: declared, recorded, and of the model.
    outside : polars.DataFrame
        ``site``, ``part`` (of the slot), ``outside``: share of a need that the model leaves to suppliers outside the network.
    skill : polars.DataFrame
        The table ``inference_skill``.
    """

    shown: pl.DataFrame
    links: pl.DataFrame
    outside: pl.DataFrame
    skill: pl.DataFrame


def inferred_links(network: Network, settings: Inference) -> Guess:
    """Complete the needs without a supplier, as surely as hidden links were found."""
    recorded = network["links"].filter(pl.col("evidence").fill_null("") == "inferred")
    scale = settings.distance_scale_km
    by_kind = {"product": scale.component, "component": scale.component, "material": scale.material,
               "process": scale.process, "service": scale.process}  # fmt: skip
    weight = settings.outside_weight
    skill = link_skill(network, distance_scale_km=by_kind, outside_weight=weight, seed=settings.seed)
    rates = dict(skill.select("kind", "hit_rate").rows())
    model = infer_links(network, distance_scale_km=by_kind, outside_weight=weight, hit_rate=rates)
    bare = _bare_needs(supply_graph(network), network["bom"])
    model = model.join(
        bare.select(buyer="site", part="child").unique(), on=["buyer", "part"], how="semi", maintain_order="left"
    )
    columns = ["supplier", "buyer", "part", "origin", "volume_per_year", "share", "confidence", "distance_km"]
    shown = pl.concat(
        [
            recorded.with_columns(origin=pl.lit("recorded"), share=pl.lit(None, pl.Float64)).select(columns),
            model.with_columns(origin=pl.lit("model")).select(columns),
        ]
    )
    known = ("supplier", "buyer", "part", "volume_per_year", "distance_km", "confidence")
    added = model.select(
        *known,
        evidence=pl.lit("inferred"),
        as_of=pl.lit(newest(network), pl.Date),
        source=pl.lit("model of maximum entropy"),
    )
    links = pl.concat([network["links"], added], how="diagonal")
    return Guess(shown.sort("part", "buyer", "supplier"), links, _left_open(model, bare), skill)


def _bare_needs(graph: SupplyGraph, bom: pl.DataFrame) -> pl.DataFrame:
    """Needs that neither a link nor the site itself meets: ``site``, ``key`` of the slot, ``child``, ``quantity``."""
    empty = (graph.arc_start[1:] == graph.arc_start[:-1]) & ~graph.relay[graph.slot_line]
    at = graph.lines[graph.slot_line[empty]]
    slots = pl.DataFrame(
        {
            "site": at["site"],
            "parent": at["part"],
            "key": [key for key, bare in zip(graph.slot_part, empty, strict=True) if bare],
        },
        schema={"site": pl.String, "parent": pl.String, "key": pl.String},
    )
    members = bom.select("parent", "child", "quantity", key=pl.coalesce("choice", "child"))
    return slots.join(members, on=["parent", "key"], maintain_order="left")


def _left_open(model: pl.DataFrame, bare: pl.DataFrame) -> pl.DataFrame:
    """Share of each slot, in units of the parent, that the model leaves open."""
    needs = (
        model.group_by("buyer", "part", maintain_order=True)
        .agg(met=pl.col("volume_per_year").sum(), share=pl.col("share").sum())
        .with_columns(need=pl.col("met") / pl.col("share"))
    )
    slots = bare.unique(["site", "key", "child"], keep="first", maintain_order=True)
    slots = slots.join(needs, left_on=["site", "child"], right_on=["buyer", "part"], maintain_order="left")
    per = pl.when(pl.col("quantity") > 0).then("quantity").otherwise(1.0)
    return slots.group_by(site="site", part="key", maintain_order=True).agg(
        outside=(1.0 - (pl.col("met") / per).sum() / (pl.col("need") / per).sum()).clip(0.0, 1.0)
    )
