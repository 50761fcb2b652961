"""The pictures of `density` that say how sure an answer is: rank intervals, regions side by side, maturity."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.density.chart_input import DensityLike, by_rank, first_drawn, ranked
from tierscape.analyses.density.maturity import LARGE, SMALL
from tierscape.charts import MOST_ROWS, Chart, dots_side_by_side, interval_dots, stacked_bars
from tierscape.kernels.smaa import DRIVERS

MOST_BARS = 12
"""Regions whose maturity is drawn."""
UNKNOWN_PART = "unknown"


def rank_intervals(answer: DensityLike) -> Chart | None:
    """Draw the median rank of each region on the span of nine draws in ten, with the choice that moves it most."""
    rows = ranked(answer).filter(pl.col("rank_p50").is_not_null() & pl.col("rank").is_not_null())
    if rows.is_empty():
        return None
    spec = interval_dots(
        rows, label="label", interval=("rank_p5", "rank_p50", "rank_p95"), title="Rank, 1 is best", word="main_driver",
        order=DRIVERS,
    )  # fmt: skip
    first = rows.row(0, named=True)
    shown = rows.head(MOST_ROWS).with_columns(width=pl.col("rank_p95") - pl.col("rank_p5"))
    widest = shown.sort("width", descending=True, maintain_order=True).row(0, named=True)
    says = f"Rank intervals of {shown.height} regions. {first['label']} ranks {_span(first)}"
    says += "." if first["p_first"] is None else f" and first in {first['p_first']:.0%} of the draws."
    if widest["width"] > 0:
        says += f" The least sure rank is that of {widest['label']} ({_span(widest)})."
    note = (
        "The dot is the median rank over drawn weights and rules, the bar holds nine draws in ten. Bars that overlap: the "
        "order of these regions is a matter of choice. The word is the choice that moves the rank most; without a word the "
        "rank never moves."
    )
    return Chart("ranks", "How sure each rank is", spec, says, "regions", note + first_drawn(rows.height))


def _span(row: dict[str, object]) -> str:
    low, high = row["rank_p5"], row["rank_p95"]
    return f"{low}" if low == high else f"{low} to {high}"


def side_by_side(answer: DensityLike) -> Chart | None:
    """Draw the compared regions on every dimension, the score as a share of 100 points."""
    pairs = answer.comparison
    sides = [pairs.select(region=f"region_{side}", dimension="dimension", value=f"value_{side}") for side in ("a", "b")]
    rows = by_rank(answer, pl.concat(sides).unique(maintain_order=True), "dimension")
    if rows.is_empty() or rows["value"].null_count() == rows.height:
        return None
    score = pl.col("dimension") == "score"
    names = pairs["dimension"].unique(maintain_order=True)
    place = pl.col("dimension").replace_strict(names, pl.int_range(names.len(), eager=True), return_dtype=pl.Int64)
    rows = rows.sort(place, "order", maintain_order=True).with_columns(
        value=pl.when(score).then(pl.col("value") / 100).otherwise("value"),
        dimension=pl.when(score).then(pl.lit("score ÷ 100")).otherwise("dimension"),
    )
    title = "Value, share 0–1 (score: points of 100 ÷ 100)"
    spec = dots_side_by_side(rows, row="dimension", group="label", value="value", title=title)
    apart = rows.group_by("dimension", maintain_order=True).agg(apart=pl.col("value").max() - pl.col("value").min())
    most = apart.drop_nulls().sort("apart", descending=True, maintain_order=True).head(1)
    labels = rows["label"].unique(maintain_order=True).to_list()
    says = f"{', '.join(labels)} side by side in {names.len()} dimensions."
    for name, width in most.rows():
        says += f" They differ most in {name}, by {width:.2f}."
    note = (
        "Further right is better in every dimension. The table says for each pair how often the first is above the second "
        "under other weights and rules."
    )
    return Chart("side_by_side", "The best regions side by side", spec, says, "comparison", note)


def maturity_bars(answer: DensityLike) -> Chart | None:
    """Draw the points of maturity of the best regions item by item, and behind them what is not known."""
    items = answer.maturity["item"].unique(maintain_order=True)
    rows = by_rank(answer, answer.maturity, "item")
    regions = rows["label"].unique(maintain_order=True)
    if rows.is_empty():
        return None
    drawn = rows.filter(pl.col("label").is_in(regions.head(MOST_BARS).implode()))
    place = pl.col("item").replace_strict(items, pl.int_range(items.len(), eager=True), return_dtype=pl.Int64)
    known = drawn.sort("order", place).select("order", "label", part="item", points="points")
    gap = (pl.col("points_high") - pl.col("points")).sum()
    open_ends = drawn.group_by("order", "label", maintain_order=True).agg(points=gap)
    open_ends = open_ends.select("order", "label", part=pl.lit(UNKNOWN_PART), points="points")
    whole = pl.concat([known, open_ends]).sort("order", maintain_order=True)
    spec = stacked_bars(
        whole, label="label", part="part", value="points", title="Maturity, points of 100",
        rules={f"{SMALL:g}": SMALL, f"{LARGE:g}": LARGE}, most=100.0,
    )  # fmt: skip
    ends = drawn.group_by("order", "label", maintain_order=True).agg(pl.col("points", "points_high").sum())
    best = ends.row(0, named=True)
    says = (
        f"Maturity of {ends.height} regions by item: {best['label']}, first by score, has {best['points']:.0f} points for "
        f"what is known and up to {best['points_high']:.0f} with what is not."
    )
    note = (
        "A judgement, not a measurement, and not part of the score. Grey at the end of a bar is what could still come from "
        f"items that the data do not show. Stages change at {SMALL:g} and {LARGE:g} points, and with the net entry of sites."
    )
    if regions.len() > ends.height:
        note += f" The first {ends.height} of {regions.len()} regions by rank are drawn."
    return Chart("maturity", "How mature the supply is", spec, says, "maturity", note)
