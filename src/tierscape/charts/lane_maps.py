"""Maps of lanes: who ships where, how much, by what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, MUTED, UNKNOWN, finish
from tierscape.charts.maps import LAND, SEA, SHORE
from tierscape.charts.outlines import clipped

MOST_LANES = 80
_WORLD, _DETAIL = (-179.99, -58.0, 179.99, 80.0), 0.7


def lane_map(base: Mapping[str, Any], lanes: pl.DataFrame, *, words: tuple[str, ...], title: str) -> dict[str, Any]:
    """Draw lanes as great circles over the world, turned so that they lie in the middle.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of the borders of the world, rings wound as d3 has it.
    lanes : polars.DataFrame
        ``lat1``, ``lon1``, ``lat2``, ``lon2``, ``value`` (width of the line), ``word``, ``name``; the first
        ``MOST_LANES`` are drawn.
    words : tuple of str
        All words, so that each keeps its colour.
    title : str
        What the width is, unit included; for the tooltip.
    """
    import altair as alt

    rows = lanes.head(MOST_LANES).sort("value")
    middle = _middle(rows)
    borders = alt.Chart(alt.InlineData(values=clipped(base, _WORLD, tolerance=_DETAIL)))
    land = borders.mark_geoshape(fill=LAND, stroke=SHORE, strokeWidth=0.5, aria=False, tooltip=None)
    features = [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[round(x1, 2), round(y1, 2)], [round(x2, 2), round(y2, 2)]]},
         "value": float(f"{value:.3g}"), "word": word, "name": name}
        for y1, x1, y2, x2, value, word, name in rows.select("lat1", "lon1", "lat2", "lon2", "value", "word", "name").iter_rows()
    ]  # fmt: skip
    drawn = [w for w in words if w in set(rows["word"])]
    colors = alt.Scale(domain=drawn, range=[CATEGORIES[words.index(w) % len(CATEGORIES)] for w in drawn])
    legend = alt.Legend(
        orient="bottom", title=None, columns=4, symbolType="stroke", symbolSize=300, symbolStrokeWidth=3
    )
    lines = alt.Chart(alt.InlineData(values=features)).mark_geoshape(filled=False, opacity=0.65, strokeCap="round")
    lines = lines.encode(
        stroke=alt.Stroke("word:N", scale=colors, legend=legend),
        strokeWidth=alt.StrokeWidth("value:Q", scale=alt.Scale(type="sqrt", range=[0.6, 5], zero=True), legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="lane"),
            alt.Tooltip("word:N", title="by"),
            alt.Tooltip("value:Q", title=title),
        ],
    )
    ends = pl.concat([rows.select(lat=f"lat{i}", lon=f"lon{i}") for i in (1, 2)]).unique(maintain_order=True)
    dots = alt.Chart(ends.with_columns(pl.all().round(2))).mark_circle(size=12, color=MUTED, opacity=1, aria=False)
    dots = dots.encode(latitude="lat:Q", longitude="lon:Q")
    whole = alt.layer(land, lines, dots).project(type="naturalEarth1", rotate=[-middle, 0, 0])
    return finish(
        whole.properties(
            height=320,
            usermeta={"aspect": 0.5},
            view=alt.ViewBackground(fill=SEA, stroke=UNKNOWN, cornerRadius=4),
        )
    )


def _middle(rows: pl.DataFrame) -> float:
    """Longitude in the middle of the ends, to ten degrees: the mean of directions, which knows no antimeridian."""
    angles = [math.radians(x) for column in ("lon1", "lon2") for x in rows[column]]
    east, north = sum(map(math.cos, angles)), sum(map(math.sin, angles))
    return round(math.degrees(math.atan2(north, east)) / 10.0) * 10.0 if angles else 0.0
