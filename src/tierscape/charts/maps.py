"""Maps: hexagons over borders, points on top, and small maps side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import (
    INK,
    SHAPES,
    UNKNOWN,
    Box,
    finish,
    ramp_color,
    round_above,
    tidy,
)
from tierscape.charts.outlines import cell_outlines, clipped

MOST_CELLS = 2500
LAND, SHORE, SEA = "#f0f2f0", "#b4bdc4", "#e9eff3"
MAP_DETAIL, PANEL_DETAIL = 800, 150
"""Width of a map, and of a small one, over the detail of its borders: one to two pixels on a wide screen."""


def region_map(
    base: Mapping[str, Any],
    *,
    bbox: Box,
    cells: pl.DataFrame,
    value: str,
    title: str,
    layers: Sequence[pl.DataFrame] = (),
    outlined: Sequence[str] = (),
) -> dict[str, Any]:
    """Draw H3 cells over a base map, fitted to a box, and points on top.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of borders, rings wound as d3 has it (outer ring clockwise).
    bbox : tuple of float
        West, south, east, north in degrees: what the view is fitted to; the rest is cut off.
    cells : polars.DataFrame
        Columns ``cell`` (H3 index as text) and ``value``; the null is grey.
    value, title : str
        Column that colours the cells, from 0 to its largest value, and the title of its legend, unit included.
    layers : sequence of polars.DataFrame
        Points by ``lon`` and ``lat`` with ``name`` and ``mark``, the word that picks the shape; see `point_layer`. The first
        layer lies on top and is drawn hollow, the others solid.
    outlined : sequence of str
        H3 cells of one resolution that a dark line encloses.

    Notes
    -----
    Give at most ``MOST_CELLS`` cells; `coarser` makes their parents.

    References
    ----------
    Conic equal-area projection: Snyder, Map Projections, a Working Manual, USGS Professional Paper 1395, 1987, p. 98.
    """
    import altair as alt

    west, south, east, north = bbox
    borders = alt.Chart(alt.InlineData(values=clipped(base, _seen(bbox), tolerance=(east - west) / MAP_DETAIL)))
    land = borders.mark_geoshape(fill=LAND, stroke=SHORE, strokeWidth=0.7, clip=True, aria=False, tooltip=None)
    ramp = ramp_color(value, title, domain=(0.0, round_above(cells[value])))
    hexagons = alt.Chart(alt.InlineData(values=_hexagons(cells, value)))
    surface = hexagons.mark_geoshape(fillOpacity=0.82, clip=True, aria=False, invalid="show").encode(
        color=ramp, tooltip=alt.Tooltip(f"{value}:Q", title=title, format=".3~r")
    )
    edges = cell_outlines(outlined)
    lines = [
        alt.Chart(alt.InlineData(values=[edge])).mark_geoshape(
            filled=False, stroke=INK, strokeWidth=1.6, clip=True, aria=False, tooltip=None
        )
        for edge in (edges,)
        if edge is not None
    ]
    points = [point_layer(frame, solid=n > 0) for n, frame in enumerate(layers) if not frame.is_empty()][::-1]
    corners = [[lon, lat] for lon in (west, (west + east) / 2, east) for lat in (south, north)]
    third = (north - south) / 6
    drawn = alt.layer(land, surface, *lines, *points).project(
        type="conicEqualArea",
        rotate=[-(west + east) / 2, 0, 0],
        parallels=[south + third, north - third],
        fit={"type": "Feature", "properties": {}, "geometry": {"type": "MultiPoint", "coordinates": corners}},
    )
    drawn = drawn.properties(
        height=500,
        usermeta={"aspect": _aspect(north - south, (east - west) * _narrow(bbox))},
        view=alt.ViewBackground(fill=SEA, stroke=UNKNOWN, cornerRadius=4),
    )
    return finish(drawn.resolve_scale(color="independent", shape="independent"))


def _aspect(height: float, width: float) -> float:
    return min(max(round(height / max(width, 0.1), 2), 0.45), 1.1)


def _narrow(bbox: Box) -> float:
    """Length of a degree of longitude in the middle of the box, over that of one of latitude."""
    return max(math.cos(math.radians((bbox[1] + bbox[3]) / 2)), 0.1)


def _seen(bbox: Box) -> Box:
    """Give a box that holds all that a view fitted to ``bbox`` can show, whatever its shape on the page.

    A view is at most as wide as its height over 0.45 and at most 0.8 as high as it is wide. What is cut is cut along
    meridians and parallels, which bend in the view: hence the margin.
    """
    west, south, east, north = bbox
    narrow = _narrow(bbox)
    width, height = (east - west) * narrow, north - south
    margin = 1.0 + 0.15 * max(width, height)
    across = (max(height / 0.45 - width, 0.0) / 2 + margin) / narrow
    up = max(0.8 * width - height, 0.0) / 2 + margin
    return west - across, south - up, east + across, north + up


def point_layer(frame: pl.DataFrame, *, solid: bool = False) -> Any:
    """Draw points whose shape follows the word in ``mark``; the legend names each shape, three in a row if solid."""
    import altair as alt

    rows = frame.select("name", "mark", pl.col("lat", "lon").round(3))
    order = rows["mark"].drop_nulls().unique(maintain_order=True).sort().to_list()
    scale = alt.Scale(domain=order, range=[SHAPES[i % len(SHAPES)] for i in range(len(order))])
    fill, edge = (INK, "white") if solid else ("white", INK)
    legend = alt.Legend(orient="top", title=None, symbolSize=80, columns=3 if solid else alt.Undefined)
    points = alt.Chart(rows).mark_point(
        filled=False, size=42 if solid else 46, fill=fill, stroke=edge, strokeWidth=1.1, clip=True, aria=False
    )
    titles = ("place", "is") if solid else ("site", "makes")
    return points.encode(
        longitude="lon:Q", latitude="lat:Q", shape=alt.Shape("mark:N", scale=scale, legend=legend),
        fill=alt.value(fill), stroke=alt.value(edge),
        tooltip=[alt.Tooltip(f"{c}:N", title=t) for c, t in zip(("name", "mark"), titles, strict=True)],
    )  # fmt: skip


def small_maps(
    base: Mapping[str, Any], *, bbox: Box, points: pl.DataFrame, panel: str, value: str, title: str
) -> dict[str, Any]:
    """Draw the same small map once for every word of a column, with circles coloured on a scale from 0 to 1.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of borders, rings wound as d3 has it.
    bbox : tuple of float
        West, south, east, north in degrees: what each map shows.
    points : polars.DataFrame
        ``lat``, ``lon``, ``name``, ``panel`` and ``value``; a null value is grey.
    panel, value, title : str
        Column of the words, one map each in order of first appearance; column that colours; title of its legend.

    Notes
    -----
    All maps lie in one view, moved beside each other, so that they keep their shape at every width. Degrees of longitude are
    shortened as in the middle of the box, which is fair for a box of some tens of degrees.
    """
    import altair as alt

    shift, aspect = _panels(points[panel].unique(maintain_order=True).to_list(), bbox)
    (west, south, _, _), narrow = bbox, _narrow(bbox)
    sea, land, texts = _backdrop(base, bbox, shift)
    by_x, by_y = (
        pl.col(panel).replace_strict({word: by[i] for word, by in shift.items()}, return_dtype=pl.Float64)
        for i in (0, 1)
    )
    rows = tidy(points.select("name", panel, value, "lat", "lon")).select(
        "name", panel, value,
        ((points["lon"] - west) * narrow + by_x).round(2).alias("x"), (points["lat"] - south + by_y).round(2).alias("y"),
    )  # fmt: skip
    circles = alt.Chart(rows).mark_circle(size=52, opacity=1, stroke=INK, strokeWidth=0.6, invalid="show", aria=False)
    circles = circles.encode(
        longitude="x:Q", latitude="y:Q", color=ramp_color(value, title, domain=(0.0, 1.0)),
        tooltip=[alt.Tooltip("name:N"), alt.Tooltip(f"{panel}:N"), alt.Tooltip(f"{value}:Q", format=".2f")],
    )  # fmt: skip
    drawn = alt.layer(sea, land, circles, texts).project(type="identity", reflectY=True)
    return finish(drawn.properties(height=500, usermeta={"aspect": aspect}))


def cell_maps(base: Mapping[str, Any], *, bbox: Box, cells: pl.DataFrame, values: Mapping[str, str]) -> dict[str, Any]:
    """Draw the same cells once for each of several columns, each on a scale of its own from 0 to its largest value.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of borders, rings wound as d3 has it.
    bbox : tuple of float
        West, south, east, north in degrees: what each map shows; cells that cross its edge are left out.
    cells : polars.DataFrame
        ``cell`` (H3 index as text) and the columns of ``values``; a null is grey.
    values : Mapping of str to str
        Column to the caption of its map, which its legend bears too, in order.

    Notes
    -----
    As in `small_maps`, one view holds all maps. A cell takes about 150 bytes a map.
    """
    import altair as alt
    import h3

    shift, aspect = _panels(list(values.values()), bbox)
    (west, south, east, north), narrow = bbox, _narrow(bbox)
    sea, land, texts = _backdrop(base, bbox, shift)
    inside = []
    for cell, *numbers in tidy(cells.select("cell", *values)).rows():
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
        if all(west <= lon <= east and south <= lat <= north for lon, lat in ring):
            inside.append((ring, numbers))
    layers = []
    for n, (column, caption) in enumerate(values.items()):
        dx, dy = shift[caption]
        features = []
        for ring, numbers in inside:
            moved = [[round((x - west) * narrow + dx, 2), round(y - south + dy, 2)] for x, y in ring]
            geometry = {"type": "Polygon", "coordinates": [[*moved, moved[0]]]}
            features.append({"type": "Feature", column: numbers[n], "geometry": geometry})
        hexagons = alt.Chart(alt.InlineData(values=features)).mark_geoshape(aria=False, invalid="show")
        ramp = ramp_color(column, caption, domain=(0.0, round_above(cells[column])))
        layers.append(hexagons.encode(color=ramp, tooltip=alt.Tooltip(f"{column}:Q", title=caption, format=".3~r")))
    drawn = (
        alt.layer(sea, land, *layers, texts).project(type="identity", reflectY=True).resolve_scale(color="independent")
    )
    return finish(drawn.properties(height=500, usermeta={"aspect": aspect}))


def _panels(words: Sequence[str], bbox: Box) -> tuple[dict[str, tuple[float, float]], float]:
    """Give the place of every small map in the one view, and the shape of that view."""
    columns = min(len(words), 2 if len(words) <= 4 else 3)
    west, south, east, north = bbox
    wide, high = (east - west) * _narrow(bbox), north - south
    right, down = wide * 1.05, high + 0.12 * max(wide, high)
    shift = {word: (n % columns * right, -(n // columns) * down) for n, word in enumerate(words)}
    return shift, _aspect(-(-len(words) // columns) * down, columns * right)


def _backdrop(base: Mapping[str, Any], bbox: Box, shift: Mapping[str, tuple[float, float]]) -> tuple[Any, Any, Any]:
    """Draw sea, land and caption of every small map."""
    import altair as alt

    west, south, east, north = bbox
    frame = [[[[west, south], [west, north], [east, north], [east, south], [west, south]]]]
    lands = [f["geometry"]["coordinates"] for f in clipped(base, bbox, tolerance=(east - west) / PANEL_DETAIL)]
    sea = _moved([frame], bbox, shift).mark_geoshape(fill=SEA, stroke=UNKNOWN, aria=False, tooltip=None)
    land = _moved(lands, bbox, shift).mark_geoshape(fill=LAND, stroke=SHORE, strokeWidth=0.5, aria=False, tooltip=None)
    captions = [(word, round(x, 2), round(north - south + y, 2)) for word, (x, y) in shift.items()]
    texts = alt.Chart(pl.DataFrame(captions, schema=["word", "x", "y"], orient="row"))
    texts = texts.mark_text(align="left", baseline="bottom", dy=-3, fontSize=12, color=INK)
    return sea, land, texts.encode(longitude="x:Q", latitude="y:Q", text="word:N")


def _moved(shapes: list[Any], bbox: Box, shift: Mapping[str, tuple[float, float]]) -> Any:
    """Draw every shape once in each panel: degrees of longitude shortened, moved to the panel's place."""
    import altair as alt

    narrow = _narrow(bbox)
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [
                        [[round((x - bbox[0]) * narrow + dx, 2), round(y - bbox[1] + dy, 2)] for x, y in ring]
                        for ring in rings
                    ]
                    for rings in pieces
                ],
            },
        }
        for dx, dy in shift.values()
        for pieces in shapes
    ]
    return alt.Chart(alt.InlineData(values=features))


def coarser(cells: pl.DataFrame, value: str, *, most: int = MOST_CELLS) -> tuple[pl.DataFrame, int]:
    """Replace cells by their H3 parents, with the mean of the known values, until there are few enough.

    Returns
    -------
    tuple of polars.DataFrame and int
        Columns ``cell`` and ``value``, and how many steps coarser they are than what was given.
    """
    import h3

    cells, steps = cells.select("cell", value), 0
    while cells.height > most:
        parents = [h3.cell_to_parent(cell, h3.get_resolution(cell) - 1) for cell in cells["cell"]]
        cells = cells.with_columns(cell=pl.Series(parents, dtype=pl.String))
        cells, steps = cells.group_by("cell", maintain_order=True).agg(pl.col(value).mean()), steps + 1
    return cells, steps


def _hexagons(cells: pl.DataFrame, value: str) -> list[dict[str, Any]]:
    """Give each cell as a GeoJSON feature, its ring clockwise."""
    import h3

    features = []
    for cell, number in tidy(cells.select("cell", value)).rows():
        ring = [[round(lon, 3), round(lat, 3)] for lat, lon in reversed(h3.cell_to_boundary(cell))]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", value: number, "geometry": geometry})
    return features
