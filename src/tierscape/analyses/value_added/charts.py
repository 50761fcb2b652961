"""The pictures of `value_added`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tierscape.analyses.value_added.published import FIGURES
from tierscape.analyses.value_added.tables import AT_FACE_VALUE, LOOKED_THROUGH, UNKNOWN
from tierscape.charts import Chart, dots_side_by_side, ranked_bars, stacked_bars

if TYPE_CHECKING:
    from tierscape.analyses.value_added.result import ValueAdded

MOST_ORIGINS, MOST_PARTS, MOST_SECTORS = 8, 5, 12
OTHERS = "all others"
WORDS = {LOOKED_THROUGH: "looked through", AT_FACE_VALUE: AT_FACE_VALUE}


def value_added_charts(answer: ValueAdded) -> tuple[Chart, ...]:
    """Draw the answer."""
    charts = [_origins(answer), _tiers(answer), _sectors(answer)]
    return (*charts, *([_published(answer)] if answer.published.height else []))


def _origins(answer: ValueAdded) -> Chart:
    first = answer.origins.filter(pl.col("method") == LOOKED_THROUGH).head(MOST_ORIGINS)["origin"]
    rows = answer.origins.filter(pl.col("origin").is_in(first.to_list()))
    order = pl.col("origin").replace_strict(first.to_list(), list(range(len(first))), return_dtype=pl.Int64)
    rows = rows.sort(order, maintain_order=True).with_columns(pl.col("method").replace_strict(WORDS))
    top = ", ".join(f"{name} {share:.1%}" for name, share in answer.foreign[:2])
    return Chart(
        name="origins",
        title="Where the value of the exports is added",
        spec=dots_side_by_side(rows, row="name", group="method", value="share", title="Share of the exports"),
        description=f"Share of {answer.about} by country of origin, looked through and at face value; {top}.",
        table="origins",
        note="Two readings of one table; neither is a firm's own content.",
    )


def _tiers(answer: ValueAdded) -> Chart:
    rows = answer.tiers.filter((pl.col("tier") > 0) & (pl.col("origin") != UNKNOWN))
    weight = rows.filter(pl.col("name") != answer.exporter).group_by("name").agg(pl.col("face_share").sum())
    kept = [answer.exporter, *weight.sort(-pl.col("face_share"), "name").head(MOST_PARTS - 1)["name"]]
    part = pl.when(pl.col("name").is_in(kept)).then("name").otherwise(pl.lit(OTHERS)).alias("part")
    at = pl.col("part").replace_strict([*kept, OTHERS], list(range(len(kept) + 1)), return_dtype=pl.Int64)
    shown = rows.with_columns(part).group_by("tier", "part").agg(pl.col("face_share").sum() * 100).sort("tier", at)
    shown = shown.with_columns(pl.format("tier {}", "tier").alias("label"))
    return Chart(
        name="tiers",
        title="What is bought at each tier, by country",
        spec=stacked_bars(
            shown, label="label", part="part", value="face_share", title="Purchases at the tier, %", rules={}, most=100
        ),
        description="Purchases at each tier upstream of the exports by country of origin, at face value.",
        table="tiers",
        note="Tier 1 is what the exporting sectors buy, tier 2 what their suppliers buy.",
    )


def _sectors(answer: ValueAdded) -> Chart:
    rows = answer.sectors.head(MOST_SECTORS)
    partner = answer.partner
    split = rows.select(
        "sector",
        pl.col("domestic_share").alias(answer.exporter),
        *([pl.col("partner_share").alias(partner)] if partner else []),
        (1.0 - pl.col("domestic_share") - pl.col("partner_share").fill_null(0.0) - pl.col("unknown_share")).alias(
            OTHERS
        ),
        pl.col("unknown_share").alias(UNKNOWN),
    )
    long = split.unpivot(index="sector", variable_name="part", value_name="share")
    at = pl.col("sector").replace_strict(rows["sector"].to_list(), list(range(rows.height)), return_dtype=pl.Int64)
    long = long.sort(at, maintain_order=True).with_columns(pl.col("share") * 100)
    return Chart(
        name="sectors",
        title="Origin of the value by exporting sector",
        spec=stacked_bars(
            long, label="sector", part="part", value="share", title="Share of the exports, %", rules={}, most=100
        ),
        description=f"Origin of the value of the largest exporting sectors of {answer.exporter}, looked through.",
        table="sectors",
        note="Sectors by the table's own code, largest exports first.",
    )


def _published(answer: ValueAdded) -> Chart:
    short = {(f.claim, f.method): f.short for f in FIGURES}
    words = {LOOKED_THROUGH: "This table, looked through", AT_FACE_VALUE: "This table, direct inputs"}
    about = answer.published.filter(pl.col("claim").str.contains("content of"))
    rows = [
        (short.get((claim, method), words.get(method, method)), 100 * share)
        for claim, share, method in about.select("claim", "share", "method").rows()
    ]
    frame = pl.DataFrame(rows, schema=["method", "share"], orient="row").sort("share", "method")
    return Chart(
        name="published",
        title="US content of Mexican exports, by method",
        spec=ranked_bars(frame, label="method", value="share", title="Share of the exports, %"),
        description="The same question by other methods: figures differ by more than a factor of two.",
        table="published",
        note="* unverified. The questions differ a little too: see the table.",
    )
