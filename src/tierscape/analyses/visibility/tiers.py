"""What is known of each tier: classes of country, and the evidence behind what its sites buy."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.visibility.tables import CLASSES, COVERAGE, TIERS
from tierscape.analyses.visibility.view import UNKNOWN, View
from tierscape.frames import DTYPES
from tierscape.quantities.link_grades import WAY_GRADES

OBSERVED = WAY_GRADES.index("observed")
OUTSIDE = ("ally", "depends", "offshore")
"""Known classes that are neither home nor near."""


def tier_table(view: View, basis: str) -> pl.DataFrame:
    """Describe each tier: who is known there, in which class of country, and how much of what it buys has a supplier."""
    known = view.reached
    unknown = view.trace.unknown.group_by("tier", maintain_order=True).agg(unseen=pl.col("mass").sum())
    by_class = [pl.col("mass").filter(pl.col("class") == name).sum().alias(f"{name}_share") for name in CLASSES]
    tiers = known.group_by("tier", maintain_order=True).agg(
        pl.col("site").n_unique().alias("sites"),
        pl.col("country").drop_nulls().n_unique().alias("countries"),
        *by_class,
        added_share=pl.col("added").sum(),
        mass=pl.col("mass").sum(),
    )
    tiers = tiers.join(unknown, on="tier", how="full", coalesce=True, maintain_order="left_right").with_columns(
        pl.all().exclude("tier").fill_null(0)
    )
    tiers = tiers.with_columns(mass_share=pl.col("mass") + pl.col("unseen"))
    tiers = tiers.with_columns(unknown_share=pl.col("unknown_share") + pl.col("unseen"))
    tiers = tiers.with_columns(pl.col(f"{name}_share") / pl.col("mass_share") for name in CLASSES)
    tiers = tiers.join(disclosure_coverage(view), on="tier", how="left", maintain_order="left").sort("tier")
    outside = pl.sum_horizontal(f"{name}_share" for name in OUTSIDE)
    return tiers.with_columns(pl.lit(basis).alias("basis"), outside.alias("outside_share")).with_columns(
        pl.col(*(f"{name}_share" for name in (*CLASSES, "outside", "mass"))).clip(0.0, 1.0)
    ).select(TIERS.names)  # fmt: skip


def disclosure_coverage(view: View) -> pl.DataFrame:
    """Give by tier the share of what known sites buy that has a supplier of grade observed or better."""
    graph, values, mass = view.trace.graph, view.trace.values, view.trace.mass
    good = np.bincount(graph.arc_slot, view.evidence.grade <= OBSERVED, len(graph.slot_line)) > 0
    bought = np.bincount(graph.arc_slot, values.arc_value, len(graph.slot_line)) + values.slot_unknown
    named = np.bincount(graph.slot_line, bought * good, graph.n)
    needed = np.bincount(graph.slot_line, bought, graph.n) + values.line_unknown
    by_tier, all_by_tier = named @ mass, needed @ mass
    tiers = np.flatnonzero(all_by_tier > 0.0)
    share = np.minimum(by_tier[tiers] / all_by_tier[tiers], 1.0)
    return pl.DataFrame(
        {"tier": tiers, "disclosure_coverage": share}, schema={"tier": pl.Int64, "disclosure_coverage": pl.Float64}
    )


def coverage_table(view: View) -> pl.DataFrame:
    """Split what the known sites of each tier buy by the best grade among the suppliers of the need."""
    graph, values, mass = view.trace.graph, view.trace.values, view.trace.mass
    slots = len(graph.slot_line)
    best = np.full(slots, len(WAY_GRADES), np.int64)
    np.minimum.at(best, graph.arc_slot, view.evidence.grade.astype(np.int64))
    brought = np.bincount(graph.arc_slot, values.arc_value, slots)
    names = [*WAY_GRADES, UNKNOWN]
    found = []
    for place, name in enumerate(names):
        by_slot = np.where(best == place, brought, 0.0) + (values.slot_unknown if name == UNKNOWN else 0.0)
        by_line = np.bincount(graph.slot_line, by_slot, graph.n) + (values.line_unknown if name == UNKNOWN else 0.0)
        found.append(by_line @ mass)
    bought = np.array(found)
    total = bought.sum(axis=0)
    share = np.divide(bought, total, out=np.zeros_like(bought), where=total > 0.0)
    tier, grade = np.nonzero(share.T > 0.0)
    return pl.DataFrame(
        {"tier": tier, "grade": [names[g] for g in grade.tolist()], "share": np.minimum(share.T[tier, grade], 1.0)},
        schema={c.name: DTYPES[c.kind] for c in COVERAGE.columns},
    )
