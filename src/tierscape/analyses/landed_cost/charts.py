"""The pictures of `landed_cost`: terms of each option, tornado of the gap, total against volume, totals over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.charts import Chart, stacked_bars
from tierscape.charts.curves import line_curves
from tierscape.charts.tornado import tornado_bars

MOST_OPTIONS = 12
MOST_INPUTS = 10
GROUPS = {
    "price": "price", "freight": "freight", "insurance": "freight", "duty": "duty", "fees": "duty",
    "compliance": "duty", "pipeline_stock": "stock", "safety_stock": "stock", "cycle_stock": "stock",
}  # fmt: skip
ORDER = ("price", "freight", "duty", "stock", "other", "unknown")
WORDS = {
    "price": "price", "duty_rate": "duty", "freight": "freight", "lead_days": "lead time", "lead_sd": "spread of lead time",
    "defects": "defects", "lot": "lot", "wage": "wage", "holding": "cost of holding", "service_z": "service level",
    "defect_cost": "cost of a defect", "risk": "risk",
}  # fmt: skip


class LandedLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def options(self) -> pl.DataFrame:
        """Options."""
        ...

    @property
    def terms(self) -> pl.DataFrame:
        """Terms."""
        ...

    @property
    def tornado(self) -> pl.DataFrame:
        """Swings."""
        ...

    @property
    def gaps(self) -> pl.DataFrame:
        """Gaps."""
        ...

    @property
    def volume(self) -> pl.DataFrame:
        """Volumes."""
        ...

    @property
    def break_evens(self) -> pl.DataFrame:
        """Break-evens."""
        ...

    @property
    def timeline(self) -> pl.DataFrame:
        """Times."""
        ...

    @property
    def currency(self) -> str:
        """Currency."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters."""
        ...

    @property
    def against(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The two options compared."""
        ...

    def of(self, table: pl.DataFrame) -> pl.DataFrame:
        """Rows in focus."""
        ...

    def money(self, value: float) -> str:
        """An amount in words."""
        ...


def landed_charts(answer: LandedLike) -> tuple[Chart, ...]:
    """Draw what the answer has numbers for."""
    drawn = (stacked_terms(answer), gap_tornado(answer), volume_crossing(answer), tariff_times(answer))
    return tuple(chart for chart in drawn if chart is not None)


def _names(answer: LandedLike) -> pl.DataFrame:
    """Give the options in focus with names that are unlike each other."""
    rows = answer.of(answer.options).filter(pl.col("total").is_not_null())
    twice = pl.col("name").is_duplicated()
    return rows.with_columns(label=pl.when(twice).then(pl.format("{} ({})", "name", "option")).otherwise("name"))


def stacked_terms(answer: LandedLike) -> Chart | None:
    """Draw each option as a bar of its terms, grey for what the unknown may add."""
    rows = _names(answer).head(MOST_OPTIONS)
    if rows.is_empty():
        return None
    group = pl.col("term").replace_strict(GROUPS, default="other", return_dtype=pl.String)
    known = pl.coalesce("money_per_unit", "low").fill_null(0.0)
    parts = (
        answer.of(answer.terms)
        .with_columns(part=group, money=known)
        .group_by("option", "part")
        .agg(pl.col("money").sum())
    )
    blank = rows.select("option", part=pl.lit("unknown"), money=pl.col("high") - pl.col("total"))
    parts = pl.concat([parts, blank.with_columns(pl.col("money").fill_null(0.0))])
    rank = pl.col("part").replace_strict({n: k for k, n in enumerate(ORDER)}, return_dtype=pl.Int64)
    shown = rows.select("option", "label", "rank").join(parts, on="option").sort("rank", rank)
    most = float(shown.group_by("label").agg(pl.col("money").sum())["money"].to_numpy().max()) * 1.04
    spec = stacked_bars(
        shown, label="label", part="part", value="money", title=f"Money a unit, {answer.currency}".rstrip(", "),
        rules={}, most=most,
    )  # fmt: skip
    first = rows.row(0, named=True)
    says = f"{rows.height} options as bars of price, freight, duty, stock and other terms; the cheapest is {first['name']} with {answer.money(first['total'])} a unit."
    return Chart("landed_terms", "What a unit costs, term by term", spec, says, "terms",
                 "Grey: what ranges and unknown terms may add.")  # fmt: skip


def gap_tornado(answer: LandedLike) -> Chart | None:
    """Draw what each input does to the gap."""
    both = answer.against
    rows = answer.of(answer.tornado).head(MOST_INPUTS)
    if both is None or rows.is_empty():
        return None
    names = dict(answer.options.select("option", "name").rows())
    labels = [
        WORDS.get(row["input"], row["input"]) + ("" if row["option"] == "both" else f", {_short(names[row['option']])}")
        for row in rows.iter_rows(named=True)
    ]
    gap = float(answer.of(answer.gaps)["gap"].item())
    near, far = both
    spec = tornado_bars(
        rows.with_columns(label=pl.Series(labels)), label="label", ends=("gap_low", "gap_high"), now=gap,
        title=f"Gap, {answer.currency or 'money'} a unit",
    )  # fmt: skip
    flips = [label for label, row in zip(labels, rows.iter_rows(named=True), strict=True) if row["flips"]]
    says = f"Swing of the gap between {far['name']} and {near['name']} as each input goes from its low to its high end; the widest is {labels[0]}."
    says += f" The choice turns with {', '.join(flips)}." if flips else " None turns the choice."
    return Chart(
        "gap_tornado",
        "What the gap hangs on",
        spec,
        says,
        "tornado",
        f"The gap is {far['name']} less {near['name']}; each input alone from its low to its high end.",
    )


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def volume_crossing(answer: LandedLike) -> Chart | None:
    """Draw the totals against the volume, where one option has a fixed cost."""
    rows = answer.of(answer.volume)
    if rows.is_empty():
        return None
    names = _names(answer).select("option", series="label")
    even = answer.of(answer.break_evens).filter(pl.col("input") == "volume")
    crossing = even["break_even"].item() if even.height else None
    spec = line_curves(
        rows.join(names, on="option", maintain_order="left"), x="volume_per_year", y="total", series="series",
        titles=("Units a year", f"Money a unit, {answer.currency}".rstrip(", ")), scale="log",
        rule=None if crossing is None else (f"{crossing:,.0f} units", crossing),
    )  # fmt: skip
    says = "Total a unit against yearly volume, with fixed cost spread over its years"
    says += "." if crossing is None else f"; both cost the same at {crossing:,.0f} units a year."
    return Chart("volume_crossing", "From which volume the fixed cost pays", spec, says, "volume")


def _unlike(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out a case that costs an option the same on every day as a case before it."""
    seen: dict[tuple[object, ...], object] = {}
    kept = []
    for (option, _), part in rows.group_by("option", "case", maintain_order=True):
        path = (option, *part["total"].round(6).to_list())
        if path not in seen:
            seen[path] = None
            kept.append(part)
    return pl.concat(kept)


def tariff_times(answer: LandedLike) -> Chart | None:
    """Draw the totals over time under each tariff case."""
    rows = answer.of(answer.timeline).drop_nulls("total")
    if rows.is_empty():
        return None
    names = _names(answer).select("option", "label")
    shown = _unlike(rows).join(names, on="option", maintain_order="left")
    many = pl.col("case").n_unique().over("option") > 1
    shown = shown.with_columns(series=pl.when(many).then(pl.format("{}, {}", "label", "case")).otherwise("label"))
    on = answer.parameters.get("on")
    spec = line_curves(
        shown, x="on", y="total", series="series", titles=("Day of entry", f"Money a unit, {answer.currency}".rstrip(", ")),
        scale="time", rule=None if on is None else ("day of entry", dt.date.fromisoformat(str(on))),
    )  # fmt: skip
    ends = shown.group_by("series", maintain_order=True).agg(
        pl.col("total").min().alias("least"), pl.col("total").max().alias("most")
    )
    spans = [f"{s} {answer.money(a)} to {answer.money(b)}" for s, a, b in ends.rows()]
    return Chart("tariff_times", "What a unit costs over time", spec, f"Totals by day of entry: {'; '.join(spans)}.", "timeline",
                 "All terms as today, duties as of each day.")  # fmt: skip
