"""The pictures of `density`."""

from __future__ import annotations

import math

import polars as pl

from tierscape.analyses.density.chart_input import DensityLike, by_rank, first_drawn, ranked
from tierscape.analyses.density.moves import WORDS
from tierscape.analyses.density.statistics_charts import maturity_bars, rank_intervals, side_by_side
from tierscape.charts import (
    MOST_ROWS,
    Box,
    Chart,
    cell_maps,
    coarser,
    heat_grid,
    labelled_scatter,
    ranked_bars,
    region_map,
    small_maps,
)
from tierscape.reference import borders_geojson

KM_PER_DEGREE = 111.2
MOST_SMALL = 250
"""Cells of a small map."""


def density_charts(answer: DensityLike) -> tuple[Chart, ...]:
    """Map, ranking and how sure it is, tiers, gaps, regions side by side, what density risks, borders, maturity.

    A picture for which the answer holds no number is left out.
    """
    drawn = (
        cell_map(answer), border_maps(answer), ranked_regions(answer), rank_intervals(answer), side_by_side(answer), tier_grid(answer),
        tier_maps(answer), best_gaps(answer), gap_matrix(answer), paradox(answer), borders(answer), maturity_bars(answer),
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def cell_map(answer: DensityLike) -> Chart | None:
    """Draw the score of each cell, or its completeness where no cell has a score, with the counted sites by tier."""
    if answer.cells.is_empty():
        return None
    product, radius = answer.product, answer.parameters.get("radius_km", 100.0)
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
    nodes = answer.nodes.filter(inside).sort("kind", "node")
    nodes = nodes.select("lat", "lon", name=pl.coalesce("name", "node"), mark=pl.col("kind").str.replace_all("_", " "))
    hot = framed.filter(pl.col("hotspot") == "hot")["cell"].to_list()
    spec = region_map(
        borders_geojson(box), bbox=box, cells=cells, value=value, title=title, layers=[marks, nodes], outlined=hot
    )
    note = "Darker is better; land without colour was not scored. The shape of a hollow sign is the lowest tier that a site makes"
    note += ", that of a solid one the kind of a logistics node or laboratory." if nodes.height else "."
    if hot:
        note += f" Dark lines enclose {len(hot)} cells that are hot spots: more sites in and beside them than chance would put there."
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
        says += f" The best cell drawn reaches {row[value]:.3g}, near latitude {row['lat']:.1f}, longitude {row['lon']:.1f}."
    return Chart("map", f"Where {product} could be supplied from nearby", spec, says, "cells", note)


def border_maps(answer: DensityLike) -> Chart | None:
    """Draw completeness and fragmentation of every cell side by side, where borders take anything anywhere."""
    west, south, east, north = box = scored_box(answer, margin_km=40.0) if answer.cells.height else (0.0, 0.0, 0.0, 0.0)
    inside = pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)
    framed = answer.cells.filter(inside & pl.col("completeness").is_not_null())
    if not (framed["fragmentation"] > 0).any():
        return None
    whole, _ = coarser(framed, "completeness", most=MOST_SMALL)
    split, steps = coarser(framed, "fragmentation", most=MOST_SMALL)
    captions = {"completeness": "Completeness, share", "fragmentation": "Lost to borders, share"}
    cells = whole.join(split, on="cell", maintain_order="left")
    spec = cell_maps(borders_geojson(box), bbox=box, cells=cells, values=captions)
    lost = framed.filter(pl.col("fragmentation") > 0).height
    says = f"Two maps of {framed.height} cells, completeness and fragmentation; borders take something from {lost} of them."
    note = "Dark on the left and light on the right is the place to scale; each map has its own scale. Grey on the right: nothing is in reach even without borders."
    if steps:
        note += f" Cells are {steps} H3 step{'s' * (steps > 1)} coarser than in the table: the mean of their parts."
    return Chart("border_maps", "What is within reach, and what borders take of it", spec, says, "cells", note)


def ranked_regions(answer: DensityLike) -> Chart | None:
    """Draw the score of each region, with the span from unknown taken low to unknown taken high."""
    rows = ranked(answer).filter(pl.col("score").is_not_null())
    if rows.is_empty():
        return None
    spec = ranked_bars(rows, label="label", value="score", title="Score, points of 100", low="score", high="score_high")
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    says = (
        f"{rows.height} regions by score: {first['label']} leads with {first['score']:.3g} points, "
        f"{last['label']} closes with {last['score']:.3g}."
    )
    note = "The bar takes what is unknown as low, the end of the line takes it as high." + first_drawn(rows.height)
    return Chart("ranking", "Regions by score", spec, says, "regions", note)


def tier_grid(answer: DensityLike) -> Chart | None:
    """Draw cover by region and tier."""
    rows = by_rank(answer, answer.layers, "tier").with_columns(step=pl.format("tier {}", pl.col("tier")))
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
    note += first_drawn(regions.len())
    return Chart("tiers", "How deep the supply reaches, tier by tier", spec, says, "layers", note)


def tier_maps(answer: DensityLike) -> Chart | None:
    """Draw one small map a tier, the regions as circles coloured by the cover of that tier."""
    places = answer.regions.filter(pl.col("score").is_not_null()).drop_nulls(["lat", "lon"])
    rows = by_rank(answer, answer.layers, "tier").join(places.select("region", "lat", "lon"), on="region")
    if rows.is_empty():
        return None
    west, south, east, north = box = scored_box(answer, margin_km=40.0)
    inside = rows.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
    inside = inside.sort("tier", "order", descending=[False, True])
    tiers = inside["tier"].unique().sort()
    drawn = inside.select("lat", "lon", "cover", name="label", map=pl.format("Tier {}", pl.col("tier")))
    spec = small_maps(
        borders_geojson(box), bbox=box, points=drawn, panel="map", value="cover", title="Cover, share 0–1"
    )
    good = inside.group_by("tier").agg(pl.col("sourced").sum()).sort("tier")
    counts = ", ".join(f"{n} at tier {t}" for t, n in good.rows())
    says = (
        f"{tiers.len()} maps of {inside['region'].n_unique()} regions, one a tier, by cover. Regions that source the tier "
        f"within reach: {counts}."
    )
    note = "A circle is a region; darker is better covered. The better ranked region lies on top where circles meet."
    outside = places.height - inside["region"].n_unique()
    if outside:
        note += f" {outside} of {places.height} regions lie outside the frame."
    return Chart("tier_maps", "Where each tier is within reach", spec, says, "layers", note)


def best_gaps(answer: DensityLike) -> Chart | None:
    """Draw the gaps of the best region by what closing each gains, coloured by the move that would close it."""
    places = ranked(answer)
    if places.is_empty():
        return None
    best = places.row(0, named=True)
    rows = answer.gaps.filter((pl.col("region") == best["region"]) & (pl.col("gain") > 0))
    rows = rows.sort("gain", "part", descending=[True, False]).head(15)
    if rows.is_empty():
        return None
    rows = rows.with_columns(way=pl.col("move").replace(WORDS))
    spec = ranked_bars(rows, label="name", value="gain", title="Gain in completeness, points of 100", color="way")
    name, first = best["name"] or best["region"], rows.row(0, named=True)
    says = f"The {rows.height} gaps of {name} that matter most; closing {first['name']} alone adds {first['gain']:.3g} points of completeness."
    note = (
        "Each bar is the gain of closing that gap alone; gains do not add up. The word is the move that would close it."
    )
    return Chart("gaps", f"What {name} lacks", spec, says, "gaps", note)


def gap_matrix(answer: DensityLike, *, most_parts: int = 40, most_regions: int = 16) -> Chart | None:
    """Draw cover by part and region for the parts that are a gap somewhere, widest gaps first."""
    rows = by_rank(answer, answer.parts, "part")
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
    rows = ranked(answer).drop_nulls(["completeness", "cluster_at_risk"])
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


def borders(answer: DensityLike) -> Chart | None:
    """Draw completeness against what borders take from it, where they take anything from any region."""
    rows = ranked(answer).drop_nulls(["completeness", "fragmentation"])
    if rows.is_empty() or not (rows["fragmentation"] > 0).any():
        return None
    titles = ("Completeness, share 0–1", "Fragmentation, share lost to borders 0–1")
    split = rows.filter(pl.col("fragmentation") > 0).sort("fragmentation", descending=True, maintain_order=True)
    rows = pl.concat([split, rows.filter(pl.col("fragmentation") == 0)])
    spec = labelled_scatter(rows, label="label", x="completeness", y="fragmentation", titles=titles)
    most = split.row(0, named=True)
    says = (
        f"Completeness against fragmentation for {rows.height} regions. Borders take something from {split.height} of them, "
        f"most from {most['label']} ({100 * most['fragmentation']:.0f}% of what it would have without borders)."
    )
    note = (
        "The place to scale is at the lower right: much within reach, little of it behind a border. Fragmentation is what is "
        "missing if only sites of the own territory count, against no border delay at all."
    )
    return Chart("borders", "What borders cost each region", spec, says, "regions", note)


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
