"""Points of a few kinds over borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, SHAPES, UNKNOWN, Box, finish
from tierscape.charts.maps import LAND, MAP_DETAIL, SEA, SHORE
from tierscape.charts.outlines import clipped

MARGIN_DEGREES = 3.0


def point_map(base: Mapping[str, Any], *, bbox: Box, points: pl.DataFrame, kinds: Sequence[str]) -> dict[str, Any]:
    """Draw points told apart by colour and shape, the first kind on top.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of borders, rings wound as d3 has it.
    bbox : tuple of float
        West, south, east, north in degrees: what the view is fitted to.
    points : polars.DataFrame
        ``lat``, ``lon``, ``name``, ``kind`` and ``words``, what pointing at it says.
    kinds : sequence of str
        Words of the legend, in order.
    """
    import altair as alt

    west, south, east, north = bbox
    seen = (west - MARGIN_DEGREES, south - MARGIN_DEGREES, east + MARGIN_DEGREES, north + MARGIN_DEGREES)
    borders = alt.Chart(alt.InlineData(values=clipped(base, seen, tolerance=(east - west) / MAP_DETAIL)))
    land = borders.mark_geoshape(fill=LAND, stroke=SHORE, strokeWidth=0.7, clip=True, aria=False, tooltip=None)
    order = pl.col("kind").replace_strict(list(kinds), list(range(len(kinds))), return_dtype=pl.Int64)
    rows = points.select("name", "kind", "words", pl.col("lat", "lon").round(3)).sort(-order, maintain_order=True)
    legend = alt.Legend(orient="top", title=None, symbolSize=90, columns=1, labelLimit=360, symbolOpacity=1)
    colors = alt.Scale(domain=list(kinds), range=list(CATEGORIES[: len(kinds)]))
    shapes = alt.Scale(domain=list(kinds), range=list(SHAPES[: len(kinds)]))
    marks = alt.Chart(rows).mark_point(filled=True, size=58, opacity=0.9, stroke="white", strokeWidth=0.8, clip=True, aria=False)  # fmt: skip
    marks = marks.encode(
        longitude="lon:Q", latitude="lat:Q", color=alt.Color("kind:N", scale=colors, legend=legend),
        shape=alt.Shape("kind:N", scale=shapes, legend=legend),
        tooltip=[alt.Tooltip("name:N", title="place"), alt.Tooltip("kind:N", title="is"), alt.Tooltip("words:N", title="with")],
    )  # fmt: skip
    corners = [[lon, lat] for lon in (west, (west + east) / 2, east) for lat in (south, north)]
    third = (north - south) / 6
    drawn = alt.layer(land, marks).project(
        type="conicEqualArea",
        rotate=[-(west + east) / 2, 0, 0],
        parallels=[south + third, north - third],
        fit={"type": "Feature", "properties": {}, "geometry": {"type": "MultiPoint", "coordinates": corners}},
    )
    return finish(drawn.properties(height=440, view=alt.ViewBackground(fill=SEA, stroke=UNKNOWN, cornerRadius=4)))
