"""Maps of sites and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.graphs import RING
from tierscape.charts.look import INK, UNKNOWN, Box, finish, tidy
from tierscape.charts.maps import LAND, MAP_DETAIL, SEA, SHORE
from tierscape.charts.outlines import clipped

WIDE = 90.0
"""Degrees of longitude from which a map shows the curved world, not a flat piece of it."""


def link_map(
    base: Mapping[str, Any], *, bbox: Box, sites: pl.DataFrame, links: pl.DataFrame, colors: Mapping[str, str]
) -> dict[str, Any]:
    """Draw links as great circles over a base map and sites on top; width and area are values.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of borders, rings wound as d3 has it.
    bbox : tuple of float
        West, south, east, north in degrees: what the view is fitted to.
    sites : polars.DataFrame
        ``name``, ``lat``, ``lon``, ``value`` (0–1), ``kind``, ``ring`` (bool: a dark ring around the site).
    links : polars.DataFrame
        ``lat``, ``lon``, ``lat2``, ``lon2``, ``value`` (0–1).
    colors : mapping of str to str
        Colour by kind, in the order of the legend.
    """
    import altair as alt

    west, south, east, north = bbox
    land = alt.Chart(alt.InlineData(values=clipped(base, bbox, tolerance=(east - west) / MAP_DETAIL)))
    land = land.mark_geoshape(fill=LAND, stroke=SHORE, strokeWidth=0.6, clip=True, aria=False, tooltip=None)
    lines = tidy(links.select("value")).hstack(links.select(pl.col("lat", "lon", "lat2", "lon2").round(2)))
    arcs = [
        {
            "type": "Feature",
            "value": value,
            "geometry": {"type": "LineString", "coordinates": [[lon, lat], [lon2, lat2]]},
        }
        for value, lat, lon, lat2, lon2 in lines.sort("value").iter_rows()
    ]
    top = max(lines["value"].to_list(), default=1.0)
    width = alt.StrokeWidth("value:Q", scale=alt.Scale(type="sqrt", domain=[0, top], range=[0.2, 4]), legend=None)
    drawn = alt.Chart(alt.InlineData(values=arcs)).mark_geoshape(
        filled=False, stroke=INK, strokeOpacity=0.2, clip=True, aria=False, tooltip=None
    )
    rows = tidy(sites.select("name", "value", "kind", "ring")).hstack(sites.select(pl.col("lat", "lon").round(2)))
    kinds = [kind for kind in colors if kind in set(rows["kind"])]
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolSize=90)
    color = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[colors[kind] for kind in kinds]), legend=legend)
    size = alt.Size("value:Q", scale=alt.Scale(domain=[0, 0.5], range=[16, 420], clamp=True), legend=None)
    base_points = alt.Chart(rows).encode(longitude="lon:Q", latitude="lat:Q", size=size)
    rings = base_points.transform_filter("datum.ring").mark_point(filled=True, fill="white", stroke=RING, strokeWidth=5, opacity=1, clip=True)  # fmt: skip
    points = base_points.mark_point(filled=True, shape="circle", opacity=1, stroke="white", strokeWidth=0.7, clip=True)
    points = points.encode(color=color, tooltip=[alt.Tooltip("name:N"), alt.Tooltip("value:Q", title="share of value", format=".1%")])  # fmt: skip
    corners = [[lon, lat] for lon in (west, (west + east) / 2, east) for lat in (south, north)]
    fit = {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPoint", "coordinates": corners}}
    middle = -(west + east) / 2
    flat: dict[str, Any] = {"type": "equalEarth"} if east - west > WIDE else {
        "type": "conicEqualArea", "parallels": [south + (north - south) / 6, north - (north - south) / 6]
    }  # fmt: skip
    chart = alt.layer(land, drawn.encode(strokeWidth=width), rings, points).project(
        rotate=[middle, 0, 0], fit=fit, **flat
    )
    aspect = min(max(round((north - south) / max(0.75 * (east - west), 1.0), 2), 0.45), 1.0)
    chart = chart.properties(
        height=380, usermeta={"aspect": aspect}, view=alt.ViewBackground(fill=SEA, stroke=UNKNOWN, cornerRadius=4)
    )
    return finish(chart.resolve_scale(size="shared", strokeWidth="independent"))
