"""The pictures of `growth`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.charts import MOST_ROWS, Chart, heat_grid, ranked_bars
from tierscape.charts.curves import line_curves
from tierscape.charts.fans import fan_bands
from tierscape.charts.paired import paired_whiskers
from tierscape.charts.swings import swing_bars

SCENARIO = "Scenario under stated priors."
MOST_FURTHER = 8
"""Further commitments that are drawn."""
READINGS = {"p_filled_if_spillover": "if suppliers follow", "p_filled": "whole prior", "p_filled_if_none": "if nobody follows"}  # fmt: skip


class GrowthLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def paths(self) -> pl.DataFrame:
        """Bands of completeness."""
        ...

    @property
    def parts(self) -> pl.DataFrame:
        """Required parts."""
        ...

    @property
    def closing(self) -> pl.DataFrame:
        """Chance that gaps close, by year."""
        ...

    @property
    def tiers(self) -> pl.DataFrame:
        """Entrants by tier."""
        ...

    @property
    def jobs(self) -> pl.DataFrame:
        """Jobs by year."""
        ...

    @property
    def response(self) -> pl.DataFrame:
        """Chance that gaps close, by volume."""
        ...

    @property
    def second(self) -> pl.DataFrame:
        """Further commitments."""
        ...

    @property
    def drivers(self) -> pl.DataFrame:
        """Uncertain numbers."""
        ...

    @property
    def place(self) -> str:
        """Name of the place."""
        ...

    @property
    def product(self) -> str:
        """What to call the product."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...


def growth_charts(answer: GrowthLike) -> tuple[Chart, ...]:
    """Give the pictures for which the answer holds numbers."""
    drawn = (
        fans(answer),
        closing(answer),
        critical(answer),
        further(answer),
        entrants(answer),
        jobs(answer),
        drivers(answer),
    )
    return tuple(chart for chart in drawn if chart is not None)


def fans(answer: GrowthLike) -> Chart:
    """Draw completeness with and without the anchor as two fans on one axis."""
    rows = answer.paths.sort("arm", "quarter")
    spec = fan_bands(
        rows, x="year", series="arm", levels=("p5", "p25", "p50", "p75", "p95"), titles=("Year", "Completeness, share 0–1"), domain="share"
    )  # fmt: skip
    last = answer.paths.filter(pl.col("quarter") == pl.col("quarter").max()).sort("arm")
    said = "; ".join(f"{r['arm']} {r['p50']:.2f} ({r['p5']:.2f}–{r['p95']:.2f})" for r in last.iter_rows(named=True))
    says = f"Completeness of {answer.place} for {answer.product} over time, median and 90 % band at the end: {said}."
    note = f"Line: median; bands: half and nine tenths of the draws. Most of their width is the prior. {SCENARIO}"
    return Chart("fans", f"How complete {answer.place} becomes, with and without the anchor", spec, says, "paths", note)


def closing(answer: GrowthLike) -> Chart | None:
    """Draw the chance that each gap has been filled by the end of each year."""
    parts = answer.closing["part"].unique(maintain_order=True)
    if parts.is_empty():
        return None
    rows = answer.closing.filter(pl.col("part").is_in(parts.head(MOST_ROWS).implode()))
    order = answer.parts.select("part", "p_filled_end").join(rows.select("part").unique(), on="part")
    order = order.sort("p_filled_end", "part", descending=[True, False]).with_row_index("place").select("part", "place")
    rows = rows.join(order, on="part").sort("place", "year")
    spec = heat_grid(rows, row="name", column="year", value="p_filled", titles=("", "", "Chance filled by then, 0–1"), written=False)  # fmt: skip
    last = rows.filter(pl.col("year") == pl.col("year").max())
    first, least = last.row(0, named=True), last.row(-1, named=True)
    says = f"{parts.len()} gaps by year: {first['name']} is filled by {first['year']} in {first['p_filled']:.0%} of the draws, {least['name']} in {least['p_filled']:.0%}."
    note = f"Filled: cover of at least a half from sites that operate. Darker is likelier. {SCENARIO}"
    return Chart("closing", "Which gaps close, and by when", spec, says, "closing", note)


def critical(answer: GrowthLike) -> Chart | None:
    """Draw the chance that the gap which a volume can best close is filled in time, against the volume."""
    rows = answer.response.filter(pl.col("volume") > 0)
    if rows.is_empty():
        return None
    target = answer.parameters["assumptions"]["target"]
    lift = rows.group_by("part", maintain_order=True).agg(
        gain=pl.col("p_filled_if_spillover").max() - pl.col("p_filled_if_spillover").min()
    )
    part = lift.sort("gain", "part", descending=[True, False])["part"][0]
    rows = rows.filter(pl.col("part") == part)
    long = pl.concat([rows.select("volume", chance=pl.col(c), reading=pl.lit(w)) for c, w in READINGS.items()])
    stars = answer.parts.filter(pl.col("part") == part).row(0, named=True)
    v = stars["v_star"] if stars["v_star"] is not None else stars["v_star_if_spillover"]
    word = "V*" if stars["v_star"] is not None else "V* if they follow"
    title = (f"Committed volume, units of {answer.product} a year", f"Chance filled in {target['within_years']} years")
    rule = None if v is None or v <= 0 else (word, v)
    spec = line_curves(long, x="volume", y="chance", series="reading", titles=title, scale="log", rule=rule)
    name, largest = stars["name"], float(rows.sort("volume")["volume"][-1])
    reached = f"a chance of {target['chance']:.0%} needs {v:,.0f} a year ({'all draws' if stars['v_star'] is not None else 'if suppliers follow at all'})" if v is not None else f"no volume up to {largest:,.0f} a year gives a chance of {target['chance']:.0%}"  # fmt: skip
    says = (
        f"Chance that {name} is filled in {target['within_years']} years against the volume of the anchor: {reached}."
    )
    note = f"The gap that answers most to volume. The chance that nobody follows holds the whole prior down. {SCENARIO}"
    return Chart("critical", f"What volume brings {name}", spec, says, "response", note)


def second_words(row: Mapping[str, Any], product: str) -> str:
    """Name a further commitment."""
    if row["kind"] == "anchor again":
        return f"the anchor's volume of {product} once more"
    return f"a plant signed for {row['name']}" if row["kind"] == "signed plant" else f"buying {row['name']} there"


def further(answer: GrowthLike) -> Chart | None:
    """Draw what each further commitment adds to completeness."""
    rows = answer.second.filter(pl.col("gain") > 0)
    if rows.is_empty():
        return None
    ways = {"anchor again": "once more", "offtake": "bought", "signed plant": "plant signed"}
    shown = pl.concat([rows.head(MOST_FURTHER), *(rows.filter(pl.col("kind") == kind).head(1) for kind in ways)])
    rows = shown.unique(["kind", "part"], maintain_order=True).with_columns(
        label=pl.when(pl.col("kind") == "anchor again").then(pl.lit("the anchor")).when(pl.col("kind") == "offtake").then(
            pl.format("{} (bought)", pl.col("name").str.split(",").list.first())).otherwise(pl.col("name").str.split(",").list.first()),
        points=(100.0 * pl.col("gain")).round(2), way=pl.col("kind").replace(ways),
    )  # fmt: skip
    title = "Completeness gained at the end, points of 100"
    spec = ranked_bars(rows, label="label", value="points", title=title, color="way")
    best = rows.row(0, named=True)
    says = f"What a further commitment adds to completeness, mean of the draws: most {second_words(best, answer.product)}, {best['gain']:.2f} ({best['gain_p5']:.2f} to {best['gain_p95']:.2f} in nine tenths of the draws)."
    note = f"A plant that is signed comes for certain; what is only bought draws suppliers if they follow. {SCENARIO}"
    return Chart("second", "What a second commitment would add", spec, says, "second", note)


def entrants(answer: GrowthLike) -> Chart:
    """Draw entrants by tier in both arms."""
    rows = answer.tiers.select(pl.format("tier {}", "tier").alias("tier"), pl.all().exclude("tier"))
    spec = paired_whiskers(
        rows, label="tier", pairs={"with the anchor": ("with_p5", "with_p50", "with_p95"), "without it": ("without_p5", "without_p50", "without_p95")},
        title="Suppliers that came to operate, sites",
    )  # fmt: skip
    said = "; ".join(
        f"{r['tier']} {r['with_p50']:.0f} against {r['without_p50']:.0f}" for r in rows.iter_rows(named=True)
    )
    says = f"Suppliers that entered by tier with and without the anchor, medians: {said}."
    note = f"Dot: median; line: nine tenths of the draws. Only the difference is the anchor's. {SCENARIO}"
    return Chart("entrants", "Who comes, tier by tier", spec, says, "tiers", note)


def jobs(answer: GrowthLike) -> Chart | None:
    """Draw jobs beyond those without the anchor."""
    rows = answer.jobs.drop_nulls("effect_p50").sort("kind", "year")
    if rows.is_empty():
        return None
    levels = ("effect_p5", "effect_p50", "effect_p95")
    spec = fan_bands(rows, x="year", series="kind", levels=levels, titles=("Year", "Jobs more than without the anchor"))
    last = rows.filter(pl.col("year") == pl.col("year").max())
    said = "; ".join(f"{r['kind']} {r['effect_p50']:,.0f} ({r['effect_p5']:,.0f} to {r['effect_p95']:,.0f})" for r in last.iter_rows(named=True))  # fmt: skip
    says = f"Jobs beyond those without the anchor by {int(last['year'][0])}, median and 90 % band: {said}."
    note = f"Jobs at suppliers that follow, not those of the anchor itself. {SCENARIO}"
    return Chart("jobs", "Jobs that the anchor brings beyond its own", spec, says, "jobs", note)


def drivers(answer: GrowthLike) -> Chart | None:
    """Draw final completeness where each uncertain number is low and where it is high."""
    if answer.drivers.is_empty():
        return None
    rows = answer.drivers.with_columns(label=pl.format("{} {}", "symbol", pl.col("name").str.split(",").list.first()))
    spec = swing_bars(
        rows,
        label="label",
        ends=("low", "high"),
        middle=answer.drivers["mean"][0],
        title="Completeness at the end, share 0–1",
    )
    first = rows.row(0, named=True)
    says = f"What moves final completeness: first {first['name']}, {first['share']:.0%} of the variance ({first['low']:.2f} to {first['high']:.2f})."
    note = f"Means of the fifths of the draws where a number is lowest and highest. {SCENARIO}"
    return Chart("drivers", "What the answer hangs on", spec, says, "drivers", note)
