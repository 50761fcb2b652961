"""The pictures of `density`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.charts import MOST_ROWS, Box, Chart, coarser, heat_grid, labelled_scatter, ranked_bars, region_map
from tierscape.reference import borders_geojson

KM_PER_DEGREE = 111.2
MOVES = {
    "qualify": "qualify",
    "project": "project",
    "co_locate": "co-locate",
    "reach": "nearest maker",
    "search": "search",
}


class DensityLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def regions(self) -> pl.DataFrame:
        """Scored places, best first."""
        ...

    @property
    def cells(self) -> pl.DataFrame:
        """H3 cells of the surface."""
        ...

    @property
    def parts(self) -> pl.DataFrame:
        """Required parts by place."""
        ...

    @property
    def gaps(self) -> pl.DataFrame:
        """Missing parts by place."""
        ...

    @property
    def layers(self) -> pl.DataFrame:
        """Tiers by place."""
        ...

    @property
    def sites(self) -> pl.DataFrame:
        """Counted sites."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...


def density_charts(answer: DensityLike) -> tuple[Chart, ...]:
    """Map, ranking, gaps of the best region, regions by tier, regions by missing part, completeness against risk.

    A picture for which the answer holds no number is left out.
    """
    drawn = (
        cell_map(answer), ranked_regions(answer), tier_grid(answer), best_gaps(answer), gap_matrix(answer),
        paradox(answer),
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def cell_map(answer: DensityLike) -> Chart | None:
    """Draw the score of each cell, or its completeness where no cell has a score, with the counted sites by tier."""
    if answer.cells.is_empty():
        return None
    product, radius = answer.parameters.get("product", "the product"), answer.parameters.get("radius_km", 100.0)
    box = scored_box(answer, margin_km=radius)
    west, south, east, north = box
    inside = pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)
    scored = answer.cells["score"].null_count() < answer.cells.height
    value, title = ("score", "Score, points of 100") if scored else ("completeness", "Completeness, share 0–1")
    framed = answer.cells.filter(inside)
    cells, steps = coarser(framed, value)
    marks = answer.sites.filter(inside).sort("tier", "site", nulls_last=True)
    tiers = pl.format("tier {}", pl.col("tier")).fill_null("tier unknown")
    marks = marks.select("lat", "lon", name=pl.coalesce("name", "site"), mark=tiers)
    spec = region_map(borders_geojson(box), bbox=box, cells=cells, value=value, title=title, layers=[marks])
    note = "Darker is better; land without colour was not scored. The shape of a site is the lowest tier that it makes."
    if cells[value].null_count():
        note += " Grey cells have no value."
    if steps:
        note += f" Cells are {steps} H3 step{'s' * (steps > 1)} coarser than in the table: the mean of their parts."
    outside = answer.sites.height - marks.height
    if outside:
        note += f" {outside} of {answer.sites.height} counted sites lie outside the frame."
    says = f"Map of {framed.height} cells by {value} for {product} within {radius:g} km, and {marks.height} sites."
    best = framed.drop_nulls(value).sort(value, "cell", descending=[True, False]).head(1)
    for row in best.iter_rows(named=True):
        says += f" The best cell reaches {row[value]:.3g}, near latitude {row['lat']:.1f}, longitude {row['lon']:.1f}."
    return Chart("map", f"Where {product} could be supplied from nearby", spec, says, "cells", note)


def ranked_regions(answer: DensityLike) -> Chart | None:
    """Draw the score of each region, with the span from unknown taken low to unknown taken high."""
    rows = answer.regions.filter(pl.col("score").is_not_null()).with_columns(label=pl.coalesce("name", "region"))
    if rows.is_empty():
        return None
    rows = rows.sort("rank", "region", nulls_last=True)
    spec = ranked_bars(rows, label="label", value="score", title="Score, points of 100", low="score", high="score_high")
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    says = (
        f"{rows.height} regions by score: {first['label']} leads with {first['score']:.3g} points, "
        f"{last['label']} closes with {last['score']:.3g}."
    )
    note = "The bar takes what is unknown as low, the end of the line takes it as high." + _first(rows.height)
    return Chart("ranking", "Regions by score", spec, says, "regions", note)


def tier_grid(answer: DensityLike) -> Chart | None:
    """Draw cover by region and tier."""
    rows = _by_rank(answer, answer.layers, "tier").with_columns(step=pl.format("tier {}", pl.col("tier")))
    if rows.is_empty():
        return None
    regions = rows["label"].unique(maintain_order=True)
    drawn = rows.filter(pl.col("label").is_in(regions.head(MOST_ROWS).implode()))
    spec = heat_grid(drawn, row="label", column="step", value="cover", titles=("", "", "Cover, share 0–1"))
    strong = (
        rows.group_by("tier").agg(pl.col("cover").mean()).drop_nulls().sort("cover", "tier", descending=[True, False])
    )
    says = f"Cover of {rows['tier'].n_unique()} tiers in {regions.len()} regions."
    if strong.height:
        says += f" Tier {strong['tier'][0]} is best covered on average ({strong['cover'][0]:.2f}), tier {strong['tier'][-1]} least ({strong['cover'][-1]:.2f})."
    note = "Tier 1 goes straight into the product. Weighted mean cover of the parts of the tier within the radius."
    note += _first(regions.len())
    return Chart("tiers", "How deep the supply reaches, tier by tier", spec, says, "layers", note)


def best_gaps(answer: DensityLike) -> Chart | None:
    """Draw the gaps of the best region by what closing each gains, coloured by the move that would close it."""
    ranked = answer.regions.sort("rank", "region", nulls_last=True)
    if ranked.is_empty():
        return None
    best = ranked.row(0, named=True)
    rows = answer.gaps.filter((pl.col("region") == best["region"]) & (pl.col("gain") > 0))
    rows = rows.sort("gain", "part", descending=[True, False]).head(15)
    if rows.is_empty():
        return None
    rows = rows.with_columns(way=pl.col("move").replace(MOVES))
    spec = ranked_bars(rows, label="name", value="gain", title="Gain in completeness, points of 100", color="way")
    name, first = best["name"] or best["region"], rows.row(0, named=True)
    says = f"The {rows.height} gaps of {name} that matter most; closing {first['name']} alone adds {first['gain']:.3g} points of completeness."
    note = "Each bar is the gain of closing that gap alone; gains do not add up. The word is the cheapest move that is open."
    return Chart("gaps", f"What {name} lacks", spec, says, "gaps", note)


def gap_matrix(answer: DensityLike, *, most_parts: int = 40, most_regions: int = 16) -> Chart | None:
    """Draw cover by part and region for the parts that are a gap somewhere, widest gaps first."""
    rows = _by_rank(answer, answer.parts, "part")
    regions = rows["label"].unique(maintain_order=True).head(most_regions)
    rows = rows.filter(pl.col("label").is_in(regions.implode()))
    rows = rows.with_columns(cover=pl.when(pl.col("seen").fill_null(value=False)).then("cover"))
    worst = rows.group_by("tier", "part", "name").agg(
        low=pl.col("cover").min(), mean=pl.col("cover").mean(), unseen=pl.col("cover").null_count()
    )
    worst = (
        worst.filter((pl.col("low") < 0.5) | (pl.col("unseen") > 0))
        .sort("mean", "part", nulls_last=False)
        .head(most_parts)
    )
    rows = rows.join(worst.select("part").with_row_index("place"), on="part").sort("place", maintain_order=True)
    if rows.is_empty():
        return None
    spec = heat_grid(
        rows, row="name", column="label", value="cover", titles=("", "", "Cover, share 0–1"), written=False
    )
    unseen = worst.filter(pl.col("mean").is_null())["name"].to_list()
    says = f"Cover of the {worst.height} parts that are missing somewhere, in {regions.len()} regions."
    if unseen:
        says += f" No site of the network is known to make {', '.join(unseen[:6])}{' and others' * (len(unseen) > 6)}."
    note = "Grey with a question mark: no site of the network is known to make the part, so its absence is not proven."
    shown = answer.regions.height
    if regions.len() < shown or worst.height == most_parts:
        note += (
            f" Drawn are the {worst.height} parts with the least cover in the {regions.len()} best of {shown} regions."
        )
    return Chart("matrix", "Which parts are missing where", spec, says, "parts", note)


def paradox(answer: DensityLike) -> Chart | None:
    """Draw completeness against the loss if the whole place stops."""
    rows = answer.regions.drop_nulls(["completeness", "cluster_at_risk"]).with_columns(
        label=pl.coalesce("name", "region")
    )
    if rows.is_empty():
        return None
    titles = ("Completeness, share 0–1", "Lost if the place stops, share of supply 0–1")
    spec = labelled_scatter(rows, label="label", x="completeness", y="cluster_at_risk", titles=titles)
    worst = rows.sort("cluster_at_risk", descending=True, maintain_order=True).row(0, named=True)
    says = (
        f"Completeness against supply at risk for {rows.height} regions; most would be lost with {worst['label']} "
        f"({100 * worst['cluster_at_risk']:.0f}% of the product's supply)."
    )
    note = "Dense places cost less and fail together: the further right, the more is near; the higher, the more stops at once."
    return Chart("paradox", "What density gives and what it risks", spec, says, "regions", note)


def scored_box(answer: DensityLike, *, margin_km: float) -> Box:
    """Give west, south, east, north around the scored regions that have sites, or around all cells if there are none.

    A region more than three times as far from the middle as regions are on average stays outside the frame; a site
    stands inside if it is no farther from the middle than the last region inside.
    """
    points = answer.regions.filter(pl.col("score").is_not_null() & (pl.col("sites") > 0)).drop_nulls(["lat", "lon"])
    points = (answer.cells if points.is_empty() else points).select("lat", "lon")
    middle = points.median().row(0)
    narrow = math.cos(math.radians(middle[0]))
    away = ((pl.col("lat") - middle[0]) ** 2 + ((pl.col("lon") - middle[1]) * narrow) ** 2).sqrt() * KM_PER_DEGREE
    points = points.with_columns(away=away)
    points = points.filter(pl.col("away") <= max(3 * points["away"].to_numpy().mean(), 300.0))
    sites = answer.sites.select("lat", "lon").drop_nulls().with_columns(away=away)
    points = pl.concat([points, sites.filter(pl.col("away") <= points["away"].to_numpy().max(initial=0.0))])
    (south, west), (north, east) = points.select("lat", "lon").min().row(0), points.select("lat", "lon").max().row(0)
    up = max(margin_km, 60.0) / KM_PER_DEGREE
    across = up / max(math.cos(math.radians((south + north) / 2)), 0.1)
    return (max(west - across, -180.0), max(south - up, -85.0), min(east + across, 180.0), min(north + up, 85.0))


def _first(rows: int) -> str:
    """Say that only the first rows are drawn."""
    return f" The first {MOST_ROWS} of {rows} regions by rank are drawn." if rows > MOST_ROWS else ""


def _by_rank(answer: DensityLike, frame: pl.DataFrame, then: str) -> pl.DataFrame:
    """Order the rows of a table by the rank of their region, and name the region in ``label``."""
    names = answer.regions.sort("rank", "region", nulls_last=True).with_row_index("order")
    names = names.select("region", "order", label=pl.coalesce("name", "region"))
    return frame.join(names, on="region").sort("order", then, maintain_order=True)
