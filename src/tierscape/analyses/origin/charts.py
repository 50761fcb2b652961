"""The pictures of `origin`: margins, ladder, foreign value, thresholds over time, flips."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

import polars as pl

from tierscape.charts import Chart, ranked_bars
from tierscape.charts.limits import interval_limits, limit_steps, waterfall

CAVEAT = "Decision support, no customs ruling."
RUNGS = {
    "all_foreign": "all bought material foreign",
    "traced": "regional value traced",
    "rolled_up": "originating rolled up",
    "rolled_up_high": "if all undetermined originates",
}


class OriginLike(Protocol):
    """What the pictures need of an answer."""

    @property
    def verdicts(self) -> pl.DataFrame:
        """Table of that name."""

    @property
    def materials(self) -> pl.DataFrame:
        """Table of that name."""

    @property
    def ladder(self) -> pl.DataFrame:
        """Table of that name."""

    @property
    def flips(self) -> pl.DataFrame:
        """Table of that name."""

    @property
    def timeline(self) -> pl.DataFrame:
        """Table of that name."""

    @property
    def first(self) -> dict[str, Any]:
        """Overall row of the best site."""

    @property
    def day(self) -> dt.date | None:
        """Date of the question."""


def origin_charts(answer: OriginLike) -> tuple[Chart, ...]:
    """Give the pictures for the best site; those without anything to draw are left out."""
    if answer.first["verdict"] == "no_rule":
        return ()
    made = (margins(answer), ladder(answer), foreign_value(answer), thresholds(answer), flips(answer))
    return tuple(chart for chart in made if chart is not None)


def _of(answer: OriginLike, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("site") == answer.first["site"])


def _site(answer: OriginLike) -> str:
    return str(answer.first["name"])


def _mark(verified: bool | None) -> str:  # noqa: FBT001
    return "" if verified else " · unverified"


def margins(answer: OriginLike) -> Chart | None:
    """Draw the tests with a number: interval, proven value, threshold."""
    rows = _of(answer, answer.verdicts).filter((pl.col("leaf") != "overall") & pl.col("threshold").is_not_null())
    if rows.is_empty():
        return None
    sign = pl.when(pl.col("method") == "max_nom").then(pl.lit("≤")).otherwise(pl.lit("≥"))
    limit = pl.format("{} {}", sign, pl.col("threshold").round(1))
    unsure = pl.when("verified").then(pl.lit("")).otherwise(pl.lit(" · unverified"))
    rows = rows.with_columns(word=pl.format("{} · {}{}", limit, pl.col("verdict"), unsure))
    spec = interval_limits(rows, label="leaf", value="value_pct", span=("low", "high"), limit="threshold", word="word", title="Value, percent of its base")  # fmt: skip
    tests = "; ".join(
        f"{r['leaf']} {_pct(r['value_pct'])} against {r['threshold']:g} ({r['verdict']}{_mark(r['verified'])})"
        for r in rows.iter_rows(named=True)
    )
    note = f"Dot: what is proven. Bar: all that is still possible. Red mark: threshold. {CAVEAT}"
    return Chart("margins", f"How far {_site(answer)} is from each threshold", spec, f"Tests with a number: {tests}.", "verdicts", note)  # fmt: skip


def ladder(answer: OriginLike) -> Chart | None:
    """Draw the value by the method that decides on the rungs of tracing."""
    rows = _of(answer, answer.ladder)
    first = answer.first
    if rows.is_empty():
        return None
    chosen = rows.filter(pl.col("method") == first["method"])
    row = (rows if chosen.is_empty() else chosen).row(0, named=True)
    frame = pl.DataFrame(
        [{"rung": words, "value": row[name], "low": 0.0, "limit": row["threshold"]} for name, words in RUNGS.items()],
        schema={"rung": pl.String, "value": pl.Float64, "low": pl.Float64, "limit": pl.Float64},
    ).with_columns(word=pl.format("{} %", pl.col("value").round(1).cast(pl.String).fill_null("?")))
    method = str(row["method"]).replace("_", " ")
    spec = interval_limits(frame, label="rung", value="value", span=("low", "value"), limit="limit", word="word", title=f"Value by {method}, percent")  # fmt: skip
    steps = ", ".join(f"{words} {_pct(row[name])}" for name, words in RUNGS.items())
    better = " (less is better)" if row["method"] == "max_nom" else ""
    note = (
        f"Red mark: threshold{better}. What each rung adds is what proof of the inside of materials is worth. {CAVEAT}"
    )
    return Chart("ladder", "What tracing and roll-up add", spec, f"By {method}: {steps}; threshold {_pct(row['threshold'])}.", "ladder", note)  # fmt: skip


def foreign_value(answer: OriginLike, *, most: int = 14) -> Chart | None:
    """Draw the non-originating value by material, largest first, against what the threshold allows."""
    rows = _of(answer, answer.materials).filter(pl.col("vnm_rolled") > 0)
    first = answer.first
    if rows.is_empty():
        return None
    kind = pl.when(pl.col("status_high") == "originating").then(pl.lit("undetermined")).otherwise(pl.lit("foreign"))
    grouped = rows.group_by(pl.col("part_name").alias("label"), kind.alias("kind"), maintain_order=True)
    parts = grouped.agg(value=pl.col("vnm_rolled").sum()).sort("value", "label", descending=[True, False])
    total, small = float(parts["value"].sum()), parts.slice(most)
    shown = parts.head(most)
    if small.height:
        shown = pl.concat([shown, pl.DataFrame({"label": [f"{small.height} others"], "kind": ["both"], "value": [small["value"].sum()]})])  # fmt: skip
    doubled = shown["label"].is_duplicated()
    named = pl.when(doubled).then(pl.format("{}: {}", "kind", "label")).otherwise("label")
    room = first["headroom"]
    allowed = None if not isinstance(room, float) else total + room
    if allowed is not None and allowed < 0:
        allowed = None
    spec = waterfall(shown.with_columns(label=named), label="label", value="value", kind="kind", order=("undetermined", "foreign", "both"), limit=allowed, title="Non-originating value in one unit, money")  # fmt: skip
    top = shown.row(0, named=True)
    says = f"Non-originating value of {total:,.0f} by material; the largest is {top['label']} with {top['value']:,.0f}."
    if allowed is not None:
        says += f" The threshold allows {allowed:,.0f}."
    note = f"Undetermined material counts as foreign until its supplier declares it. {CAVEAT}"
    return Chart("foreign_value", "Where the non-originating value sits", spec, says, "materials", note)


def thresholds(answer: OriginLike) -> Chart | None:
    """Draw the thresholds of today's rule over time, and today's values."""
    law = answer.timeline.filter(pl.col("scenario") == "")
    if law.is_empty() or answer.day is None:
        return None
    last = max(*law["valid_from"].to_list(), answer.day)
    end = dt.date(last.year + 2, 1, 1)
    spans = law.with_columns(valid_to=pl.col("valid_to").fill_null(end))
    today = law.group_by("leaf", maintain_order=True).agg(value=pl.col("value_today").first())
    columns = ("leaf", "valid_from", "valid_to", "threshold")
    spec = limit_steps(
        spans, columns=columns, today=(answer.day.isoformat(), today), title="Threshold and value, percent"
    )
    unsure = law.filter(~pl.col("verified")).height
    says = f"{law.height} steps of {today.height} thresholds; {unsure} of them unverified. Dots are the proven values on {answer.day}."
    note = f"Dashed line and dots: {answer.day}. {f'{unsure} steps are unverified. ' if unsure else ''}{CAVEAT}"
    return Chart("thresholds", "Thresholds over time", spec, says, "timeline", note)


def flips(answer: OriginLike) -> Chart | None:
    """Draw the materials by share of value, coloured by whether reversing one alone changes the verdict."""
    rows = _of(answer, answer.flips).filter(pl.col("value_share").is_not_null())
    if rows.is_empty():
        return None
    whole = rows.filter(pl.col("supplier").is_null())["part"].to_list()
    rows = rows.filter(pl.col("supplier").is_null() | ~pl.col("part").is_in(whole))
    rows = rows.group_by("part", "becomes", maintain_order=True).agg(
        pl.col("part_name").first(), pl.col("value_share").sum(), pl.col("flips").any()
    )
    rows = rows.sort("flips", "value_share", "part", descending=[True, True, False]).head(15)
    word = pl.when("flips").then(pl.lit("flips it")).otherwise(pl.lit("alone does not"))
    rows = rows.with_columns(share=100 * pl.col("value_share"), word=word)
    spec = ranked_bars(rows, label="part_name", value="share", title="Share of material value, percent", color="word")
    hits = rows.filter("flips")["part_name"].to_list()
    says = f"Of {rows.height} materials, reversing one alone changes the verdict for {', '.join(hits) or 'none'}."
    note = f"A bar is one material from all its suppliers; its status is reversed and all else stays. {CAVEAT}"
    return Chart("flips", "Which single material would flip the verdict", spec, says, "flips", note)


def _pct(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} %"
