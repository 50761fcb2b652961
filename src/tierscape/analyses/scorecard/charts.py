"""The pictures of `scorecard`, for the part with most suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from tierscape.analyses.scorecard.catalogue import CATALOGUE, LACKS
from tierscape.charts import Chart, interval_dots
from tierscape.charts.clouds import span_scatter
from tierscape.charts.hatched import hatched_grid

MOST = 16
"""Suppliers that are drawn."""


class ScorecardLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def rows(self) -> pl.DataFrame:
        """Suppliers of the part, best first."""
        ...

    @property
    def dimensions(self) -> pl.DataFrame:
        """Dimensions."""
        ...

    @property
    def indicators(self) -> pl.DataFrame:
        """Indicators."""
        ...

    @property
    def names(self) -> Mapping[str, str]:
        """Names of parts."""
        ...

    @property
    def part(self) -> str | None:
        """The part."""
        ...


def scorecard_charts(answer: ScorecardLike) -> tuple[Chart, ...]:
    """Scores, ranks, stability against agility, and the grid of indicators; nothing without suppliers."""
    rows = answer.rows.head(MOST)
    if rows.is_empty():
        return ()
    labels = rows.select("site", "part", label=_label())
    name = answer.names.get(answer.part or "", answer.part or "")
    return (
        scores(answer, labels, name),
        ranks(rows, labels, name),
        scatter(answer, labels, name),
        grid(answer, labels, name),
    )


def _label() -> pl.Expr:
    """Names, made distinct by the key where two sites share one."""
    twice = pl.col("name").is_duplicated()
    return pl.when(twice).then(pl.format("{} ({})", "name", "site")).otherwise("name")


def scores(answer: ScorecardLike, labels: pl.DataFrame, part: str) -> Chart:
    """Draw each score from its low to its high end."""
    rows = labels.join(answer.rows, on=["site", "part"], maintain_order="left")
    whole = rows.with_columns(pl.col("low", "value", "high").round(0).cast(pl.Int64), word=pl.lit(""))
    spec = interval_dots(
        whole,
        label="label",
        interval=("low", "value", "high"),
        title="Score, points of 100",
        word="word",
        order=(),
        least=0,
    )
    first = rows.row(0, named=True)
    says = f"Scores of {rows.height} suppliers of {part}: {first['name']} has the best low end, {first['low']:.0f}, and reaches {first['high']:.0f}."
    note = "The bar holds every score that the evidence leaves open; its left end counts. The dot is the middle, no estimate."
    return Chart("scores", f"Suppliers of {part}: how good, and how sure", spec, says, "suppliers", note)


def ranks(rows: pl.DataFrame, labels: pl.DataFrame, part: str) -> Chart:
    """Draw the ranks that weights and answers allow."""
    drawn = labels.join(rows, on=["site", "part"], maintain_order="left").with_columns(
        word=pl.when(pl.col("rank_by_price") == 1).then(pl.lit("first on price")).otherwise(pl.lit(""))
    )
    spec = interval_dots(
        drawn,
        label="label",
        interval=("rank_best", "rank", "rank_worst"),
        title="Rank, 1 is best",
        word="word",
        order=("first on price",),
    )
    firm = drawn.filter(pl.col("rank_best") == pl.col("rank_worst")).height
    says = f"Possible ranks of {drawn.height} suppliers of {part}; {firm} have only one."
    note = "Bars that overlap: no order is proven, whatever the dots say."
    return Chart("ranks", "Which ranks are possible", spec, says, "suppliers", note)


def scatter(answer: ScorecardLike, labels: pl.DataFrame, part: str) -> Chart:
    """Draw stability against agility as crosses of their intervals, with the price score as size."""
    wide = answer.dimensions.with_columns(middle=(pl.col("low") + pl.col("high")) / 2)
    picked = {}
    for name in ("stability", "agility", "price"):
        of = wide.filter(pl.col("dimension") == name)
        picked[name] = of.select("site", "part", **{f"{name}_low": "low", f"{name}_high": "high", name: "middle"})
    rows = labels
    for frame in picked.values():
        rows = rows.join(frame, on=["site", "part"], maintain_order="left")
    spec = span_scatter(
        rows, label="label", x=("agility_low", "agility", "agility_high"), y=("stability_low", "stability", "stability_high"), size="price",
        titles=("Agility, points", "Stability, points", "Price score"),
    )  # fmt: skip
    best = rows.sort("stability_low", descending=True).row(0, named=True)
    says = f"Stability against agility of {rows.height} suppliers of {part}; {best['label']} has the best proven stability, {best['stability_low']:.0f}."
    note = "Crosses hold what the evidence leaves open; a larger dot is the better price. Top right is wanted."
    return Chart("scatter", "Stable and agile, or only cheap", spec, says, "dimensions", note)


def grid(answer: ScorecardLike, labels: pl.DataFrame, part: str) -> Chart:
    """Draw every indicator of every supplier; what nothing is known of is hatched."""
    order = {i.name: n for n, i in enumerate(CATALOGUE)}
    rows = labels.with_row_index("at").join(answer.indicators, on=["site", "part"]).sort(
        "at", pl.col("indicator").replace_strict(order, return_dtype=pl.Int64)
    )  # fmt: skip
    middle = (pl.col("score_low") + pl.col("score_high")) / 2
    rows = rows.select(
        "label",
        pl.col("indicator").replace_strict(LACKS, default=pl.col("indicator"), return_dtype=pl.String),
        value=pl.when(pl.col("weight").is_not_null()).then(middle),
        width=pl.col("score_high") - pl.col("score_low"),
    )
    spec = hatched_grid(
        rows, row="indicator", column="label", value="value", faint="width", title="Middle of the score, points"
    )
    unknown = rows["value"].null_count() / rows.height
    says = f"Indicators of {labels.height} suppliers of {part}; {unknown:.0%} of the cells are unknown."
    note = "Hatched: nothing is known. Small: the evidence leaves more than half of the scale open. Middles are no estimates."
    return Chart("grid", "What is known of whom", spec, says, "indicators", note)
