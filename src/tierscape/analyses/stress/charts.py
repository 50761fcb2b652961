"""The pictures of `stress`: who is exposed, where, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.analyses.stress.risk_charts import risk_charts
from tierscape.charts import Box, Chart, small_maps
from tierscape.charts.dumbbells import dumbbells
from tierscape.charts.logs import log_scatter
from tierscape.reference import borders_geojson

KINDS = ("quiet giant: large loss, small spend", "others with a loss")
MOST_NAMED = 8
EDGE_DEGREES = 1.2


class StressLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def survive(self) -> pl.DataFrame:
        """Time to survive of each target."""
        ...

    @property
    def impact(self) -> pl.DataFrame:
        """Loss of each target."""
        ...

    @property
    def systemic(self) -> pl.DataFrame:
        """Systemic index of each site."""
        ...

    @property
    def scenarios(self) -> pl.DataFrame:
        """Simulated scenarios."""
        ...

    @property
    def paths(self) -> pl.DataFrame:
        """Deliveries day by day."""
        ...

    @property
    def tail(self) -> pl.DataFrame:
        """Losses of groups."""
        ...

    @property
    def causes(self) -> pl.DataFrame:
        """Losses by root."""
        ...

    @property
    def supply_clusters(self) -> pl.DataFrame:
        """Regions as a whole."""
        ...

    @property
    def mitigations(self) -> pl.DataFrame:
        """What would help."""
        ...

    @property
    def days(self) -> pl.DataFrame:
        """Scenarios day by day."""
        ...

    @property
    def staircase(self) -> pl.DataFrame:
        """What is left after each step."""
        ...

    @property
    def currency(self) -> str:
        """Currency of all money."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...


def stress_charts(answer: StressLike) -> tuple[Chart, ...]:
    """Give the pictures for which the answer holds numbers."""
    drawn = (
        survival(answer, "site"), exposure_map(answer), survival(answer, "region"), against_spend(answer),
        rank_size(answer), *risk_charts(answer),
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def survival(answer: StressLike, kind: str) -> Chart | None:
    """Draw time to survive against time to recover of the targets of a kind that demand does not outlast for ever."""
    rows = answer.survive.filter((pl.col("target_kind") == kind) & pl.col("tts_days").is_not_null())
    if rows.is_empty():
        return None
    whole = answer.survive.filter(pl.col("target_kind") == kind)
    exposed = int(rows["exposed"].sum())
    spend = answer.impact.select("target_kind", "target", "spend")
    rows = rows.join(spend, on=["target_kind", "target"], how="left", maintain_order="left")
    sized = rows["spend"].fill_null(0.0).max() != 0.0
    rows = rows.sort("margin_days", "target").with_columns(
        word=pl.when("exposed")
        .then(pl.format("{} d short", (-pl.col("margin_days")).round(0).cast(pl.Int64)))
        .otherwise(pl.lit("holds")),
        # what would last for years is drawn at the edge, where days can still be read
        tts_days=pl.min_horizontal("tts_days", 2.0 * pl.col("ttr_days").max()),
        name=pl.when(pl.col("name").is_duplicated()).then(pl.format("{} ({})", "name", "target")).otherwise("name"),
    )
    spec = dumbbells(
        rows,
        label="name",
        first="tts_days",
        second="ttr_days",
        title="Days: ● time to survive, | time to recover",
        word="word",
        size="spend" if sized else None,
    )
    first = rows.row(0, named=True)
    words = {"site": "sites", "region": "regions"}.get(kind, f"{kind}s")
    says = (
        f"Time to survive and time to recover of {rows.height} {words}; {exposed} of {whole.height} are exposed, first "
        f"{first['name']} ({first['word']})."
    )
    note = f"Red: demand is missed before the {kind} is back. {whole.height - rows.height} {words} are not drawn: demand is met for ever without them."
    note += " Larger dots: more is bought there." if sized else ""
    return Chart(f"survive_{kind}", f"Which {words} run out before they are back", spec, says, "survive", note)


def exposure_map(answer: StressLike) -> Chart | None:
    """Draw the sites on a map by the share of their time to recover that stock and others do not cover."""
    rows = answer.survive.filter(
        (pl.col("target_kind") == "site") & pl.col("lat").is_not_null() & pl.col("lon").is_not_null()
    )
    if rows.is_empty() or not rows["exposed"].any():
        return None
    short = pl.when("exposed").then(-pl.col("margin_days") / pl.col("ttr_days")).otherwise(0.0)
    points = rows.with_columns(value=short, panel=pl.lit("")).sort("value", "target")
    west, south, east, north = box = _box(points.filter("exposed"), points)
    inside = points.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
    title = "Not covered of time to recover"
    spec = small_maps(borders_geojson(box), bbox=box, points=inside, panel="panel", value="value", title=title)
    exposed = inside.filter("exposed")
    says = f"Map of {inside.height} sites, {exposed.height} of them exposed: {', '.join(exposed['name'].reverse().head(5).to_list())}."
    outside = points.height - inside.height
    note = "The lightest circles are not exposed." + (f" {outside} sites lie outside the frame." if outside else "")
    return Chart("map", "Where the exposed sites are", spec, says, "survive", note)


def against_spend(answer: StressLike) -> Chart | None:
    """Draw the loss of each site against what is bought from it."""
    rows = answer.impact.filter(
        (pl.col("target_kind") == "site") & (pl.col("performance_impact") > 0) & (pl.col("spend") > 0)
    )
    if rows.is_empty():
        return None
    rows = rows.sort("impact_rank").with_row_index("place").with_columns(
        kind=pl.when("quiet_giant").then(pl.lit(KINDS[0])).otherwise(pl.lit(KINDS[1])),
        name=pl.when(pl.col("quiet_giant") | (pl.col("place") < MOST_NAMED)).then("name"),
    )  # fmt: skip
    across = ("spend", f"Bought from it, {answer.currency} a year", "~s")
    up = ("performance_impact", f"Margin lost if it stops, {answer.currency}", "~s")
    spec = log_scatter(rows, label="name", x=across, y=up, kind="kind", order=KINDS)
    sites = answer.impact.filter(pl.col("target_kind") == "site").height
    giants = rows.filter("quiet_giant")
    says = f"Margin lost against spend of the {rows.height} of {sites} sites whose stop costs anything; {giants.height} are quiet giants"
    says += f": {', '.join(giants['name'].head(5).to_list())}." if giants.height else "."
    note = "Both axes are logarithmic. Sites without a loss are not drawn. The worst site is often a cheap one: what it makes cannot be replaced in time."
    return Chart("spend", "What a stop costs against what is spent", spec, says, "impact", note)


def rank_size(answer: StressLike) -> Chart | None:
    """Draw the systemic index of all sites by rank."""
    rows = answer.systemic.filter(pl.col("esri") > 0).sort("rank", "site").with_row_index("place", offset=1)
    if rows.is_empty():
        return None
    rows = rows.with_columns(
        place=pl.col("place").cast(pl.Float64),
        kind=pl.when(pl.col("esri_down") >= pl.col("esri_up"))
        .then(pl.lit("through missing inputs"))
        .otherwise(pl.lit("through missing customers")),
        name=pl.when(pl.col("place") <= 6).then("name"),
    )
    order = ("through missing inputs", "through missing customers")
    axes = (("place", "Rank", "d"), ("esri", "Share of the network's output that is lost", "~%"))
    spec = log_scatter(rows, label="name", x=axes[0], y=axes[1], kind="kind", order=order)
    first = answer.systemic.row(0, named=True)
    says = f"Share of all output lost with each of {rows.height} sites by rank; the first is {first['name']} with {first['esri']:.0%}."
    note = "Both axes are logarithmic. A flat start means that several sites hold the whole network; stock and time are not in this index."
    return Chart("systemic", "How much hangs on each site", spec, says, "systemic", note)


def _box(first: pl.DataFrame, rows: pl.DataFrame) -> Box:
    """Frame the points of which there are few, and the others that are not much further from their middle."""
    middle = first.select(pl.col("lat", "lon").median()).row(0)
    near = rows.filter(((pl.col("lat") - middle[0]).abs() < 12) & ((pl.col("lon") - middle[1]).abs() < 20))
    near = near if near.height else first
    low, high = near.select(pl.col("lat", "lon").min()).row(0), near.select(pl.col("lat", "lon").max()).row(0)
    return (low[1] - EDGE_DEGREES, low[0] - EDGE_DEGREES, high[1] + EDGE_DEGREES, high[0] + EDGE_DEGREES)
