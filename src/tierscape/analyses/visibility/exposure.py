"""Where the value is: by tier, and by country, region, site and owner, at face value and looked through."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.visibility.tables import CLASSES
from tierscape.analyses.visibility.view import UNKNOWN, View, country_label
from tierscape.quantities.link_grades import WAY_GRADES

DIMENSIONS = {"country": "country", "region": "region", "site": "site", "owner": "owner"}


def exposure_table(view: View, *, inferred: bool) -> pl.DataFrame:
    """List where value passes and is added, by dimension, key and tier, without what others add (prior, criticality)."""
    frames = [_dimension(view, dimension, column, inferred=inferred) for dimension, column in DIMENSIONS.items()]
    return pl.concat(frames)


def _dimension(view: View, dimension: str, column: str, *, inferred: bool) -> pl.DataFrame:
    known = view.reached.select(
        "tier", "mass", "added", key=pl.col(column).fill_null(UNKNOWN), guessed=pl.col("added") * pl.col("guessed")
    )
    blank = view.trace.unknown.select("tier", "mass", added="mass", key=pl.lit(UNKNOWN), guessed=pl.lit(0.0))
    rows = pl.concat([known, blank.select(known.columns)])
    by_tier = rows.group_by("key", "tier", maintain_order=True).agg(pl.col("mass", "added", "guessed").sum())
    total = pl.col("mass").sum().over("tier")
    unseen = rows.filter(pl.col("key") == UNKNOWN)
    unseen_by_tier = unseen.group_by("tier", maintain_order=True).agg(unseen=pl.col("added").sum())
    tiers = rows.select("tier").unique().sort("tier").join(unseen_by_tier, on="tier", how="left", maintain_order="left")
    tiers = tiers.sort("tier").with_columns(unseen=pl.col("unseen").fill_null(0.0).cum_sum())
    each = by_tier.join(tiers, on="tier", maintain_order="left").with_columns(
        face=pl.col("mass") / total, tier=pl.col("tier").cast(pl.String)
    )
    face = pl.when(pl.col("tier") == 0).then("added").when(pl.col("tier") == 1).then("mass").otherwise(0.0)
    whole = rows.group_by("key", maintain_order=True).agg(pl.col("added", "guessed").sum(), face=face.sum())
    whole = whole.with_columns(tier=pl.lit("all"), unseen=pl.lit(float(unseen["added"].sum())))
    columns = ["key", "tier", "added", "guessed", "face", "unseen"]
    both = pl.concat([whole.select(columns), each.select(columns)])
    none = pl.col("key") == UNKNOWN
    high = pl.when(none).then("added").otherwise(pl.col("added") + pl.col("unseen"))
    ordered = both.join(whole.select("key", rank="added"), on="key", maintain_order="left").sort(
        [
            pl.col("key") == UNKNOWN,
            -pl.col("rank"),
            pl.col("key"),
            pl.col("tier") != "all",
            pl.col("tier").str.to_integer(strict=False),
        ]
    )
    return ordered.select(
        pl.lit(dimension).alias("dimension"),
        "key",
        _names(view, dimension).alias("name"),
        "tier",
        _class_of(view, dimension).alias("class"),
        face_share=pl.col("face").clip(0.0, 1.0),
        look_through_share="added",
        look_through_declared=pl.when(~none).then((pl.col("added") - pl.col("guessed")).clip(lower_bound=0.0)),
        look_through_inferred=pl.when(pl.lit(inferred) & ~none).then("guessed"),
        low=pl.when(none).then(0.0).otherwise("added"),
        high=high.clip(upper_bound=1.0),
    )


def _names(view: View, dimension: str) -> pl.Expr:
    if dimension in {"country", "owner"}:
        return pl.col("key").map_elements(country_label, return_dtype=pl.String)
    known = (
        view.names
        if dimension == "site"
        else dict(view.network["regions"].select("region", "name").drop_nulls().rows())
    )
    return pl.col("key").replace(known)


def _class_of(view: View, dimension: str) -> pl.Expr:
    if dimension not in {"country", "owner"}:
        return pl.lit(None, pl.String)
    known = dict(view.classes.with_columns(pl.col("class").cast(pl.String)).rows())
    return pl.col("key").replace_strict(known, default=UNKNOWN, return_dtype=pl.String)


def face_by_class(view: View) -> dict[str, float]:
    """Share of value by class at face value: the makers' own and the places of their direct suppliers."""
    rows = view.reached.filter(pl.col("tier") <= 1)
    value = pl.when(pl.col("tier") == 0).then("added").otherwise("mass")
    found = dict(rows.group_by("class", maintain_order=True).agg(value.sum()).rows())
    first = view.trace.unknown.filter(pl.col("tier") == 1)["mass"].sum()
    return {name: float(found.get(name, 0.0)) + (float(first) if name == UNKNOWN else 0.0) for name in CLASSES}


def overview_row(view: View, basis: str, order: tuple[int | None, int | None]) -> dict[str, object]:
    """Sum one reading up: what is traced, where it lies, how sure it is, and how many losses stop the product."""
    shares = view.by_class("added")
    used = view.trace.reach[view.trace.graph.arc_line] * view.trace.values.arc_value > 0.0
    rows = np.unique(view.trace.graph.arc_link[used])
    carrying = view.trace.graph.links[rows].filter(pl.col("supplier") != pl.col("buyer")).height
    return {
        "basis": basis,
        "traced_share": min(max(1.0 - view.trace.unknown_share, 0.0), 1.0),
        **{f"{name}_share": min(share, 1.0) for name, share in shares.items()},
        "offshore_high": min(shares["offshore"] + shares["depends"] + shares[UNKNOWN], 1.0),
        "offshore_face": min(face_by_class(view)["offshore"], 1.0),
        "weighted_share": min(float(view.by_grade[1].sum()), 1.0),
        "makers": len(view.trace.focal),
        "links": carrying,
        "redundancy_order": order[0],
        "redundancy_bound": order[1],
    }


def evidence_table(view: View) -> pl.DataFrame:
    """Share of value by the weakest grade on the way, and weighted."""
    plain, weighted = view.by_grade
    rows = [*zip(WAY_GRADES, plain, weighted, strict=True), (UNKNOWN, view.trace.unknown_share, 0.0)]
    return pl.DataFrame(rows, schema=["grade", "value_share", "weighted_share"], orient="row").filter(
        pl.col("value_share") > 0.0
    )
