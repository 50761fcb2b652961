"""Frames to Vega-Lite specs: the few pictures that every analysis draws with.

A spec holds one view, is built through Altair from a polars frame, and stays small: values at three significant figures,
coordinates at three decimals. Axis titles carry the unit. Grey means unseen or not scored and is never the colour of 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import altair as alt

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
INK, MUTED, GRID, UNKNOWN = "#1b2733", "#55636f", "#e3e8ec", "#c3c9cf"
ACCENT, ACCENT_DARK = "#1d6f8a", "#124a5d"
CATEGORIES = ("#1d6f8a", "#d98a1f", "#6b4c9a", "#4f8a3c", "#b5483f", "#7a7f87", "#2b9c93", "#a2557f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
RAMP = ("#fbf6d3", "#cfe38a", "#7fcb72", "#2fa583", "#26818e", "#35618d", "#46327e", "#440154")
"""Viridis from its light to its dark end, the light end paled so that nothing does not shout."""
MOST_CELLS = 2500
MOST_ROWS = 25
NAME_TURNS = 0.55

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Chart:
    """A picture, and what stands in for it where it cannot be seen.

    Parameters
    ----------
    name : str
        Short key, unique within a result; also a file name.
    title : str
        Heading for people.
    spec : dict
        Vega-Lite spec without a title.
    description : str
        Alternative text: one sentence that says what is drawn and what stands out.
    table : str
        Name of the result's table that holds the same numbers.
    note : str
        How to read it, empty if it needs no word.
    """

    name: str
    title: str
    spec: Mapping[str, Any]
    description: str
    table: str
    note: str = ""

    def standalone(self) -> dict[str, Any]:
        """Give the spec with its title and description, to be opened outside a report."""
        return {"title": {"text": self.title, "subtitle": self.note}, "description": self.description, **self.spec}


def ranked_bars(
    frame: pl.DataFrame, *, label: str, value: str, title: str, low: str = "", high: str = "", color: str = ""
) -> dict[str, Any]:
    """Draw horizontal bars in the order of the frame, with the value written at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, best first; at most ``MOST_ROWS`` are drawn.
    label, value : str
        Column of the bar's name; column of its length. A null value has a name and no bar.
    title : str
        Title of the value axis, unit included.
    low, high : str
        Columns of an interval, drawn as a line with end caps.
    color : str
        Column of a category; its word stands beside the value, so that colour is never alone and needs no legend.
    """
    import altair as alt

    rows = _tidy(frame.head(MOST_ROWS).select(_distinct(label, value, low, high, color)))
    base = alt.Chart(rows)
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X(f"{value}:Q", title=title, scale=alt.Scale(nice=True, zero=True), axis=alt.Axis(tickCount=6))
    bars = base.mark_bar(height={"band": 0.64}, color=ACCENT, cornerRadiusEnd=2).encode(y=y, x=x)
    word = f"isValid(datum['{value}']) ? format(datum['{value}'], '.3~r') : '–'"
    if high:
        word = f"({word}) + (datum['{high}'] > datum['{value}'] ? '–' + format(datum['{high}'], '.3~r') : '')"
    if color:
        bars = bars.encode(color=_category(color, rows[color].drop_nulls().unique(maintain_order=True).to_list()))
        word = f"({word}) + (datum['{color}'] ? ' · ' + datum['{color}'] : '')"
    layers: list[Any] = [bars]
    if low and high:
        span = {"y": y, "x": alt.X(f"{low}:Q", title=title), "x2": f"{high}:Q"}
        layers.append(
            base.mark_errorbar(ticks={"size": 8, "color": INK}, rule={"size": 1.4, "color": INK}).encode(**span)
        )
    text = base.transform_calculate(_label=word).mark_text(align="left", dx=8, color=INK)
    text = text.encode(y=y, x=alt.value("width"), text="_label:N")
    return _finish(alt.layer(*layers, text).properties(height=alt.Step(24)), width="container")


def heat_grid(
    frame: pl.DataFrame, *, row: str, column: str, value: str, titles: tuple[str, str, str], written: bool = True
) -> dict[str, Any]:
    """Draw a grid of coloured cells, one a pair, on a scale from 0 to 1; a null is grey with a question mark.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a pair; rows and columns are drawn in order of first appearance.
    row, column, value : str
        Columns of the frame.
    titles : tuple of str
        Titles of the column axis, of the row axis, and of the value with its unit.
    written : bool
        Write the value into each cell; else only the mark of the unknown.
    """
    import altair as alt

    rows = _tidy(frame.select(row, column, value))
    base = alt.Chart(rows).encode(
        y=alt.Y(
            f"{row}:N",
            sort=None,
            title=titles[1] or None,
            axis=alt.Axis(labelLimit=170, labelPadding=8, ticks=False, domain=False),
        ),
        x=alt.X(
            f"{column}:O",
            sort=None,
            title=titles[0] or None,
            axis=alt.Axis(orient="top", labelAngle=0 if written else -60, ticks=False, domain=False, labelLimit=120),
        ),
    )
    known = f"isValid(datum['{value}'])"
    cells = base.mark_rect(stroke="white", strokeWidth=1.5, invalid="show").encode(
        color=_ramp(value, titles[2], domain=(0.0, 1.0))
    )
    word = f"{known} ? format(datum['{value}'], '.2f') : '?'"
    base = base if written else base.transform_filter(f"!{known}")
    text = base.transform_calculate(_label=word).mark_text(fontSize=11 if written else 9)
    text = text.encode(
        text="_label:N",
        color=alt.condition(f"{known} && datum['{value}'] > 0.57", alt.value("white"), alt.value("black")),
    )
    step = 27 if written else 17
    return _finish(alt.layer(cells, text).properties(height=alt.Step(step)), width="container")


def labelled_scatter(
    frame: pl.DataFrame, *, label: str, x: str, y: str, titles: tuple[str, str], size: str = ""
) -> dict[str, Any]:
    """Draw points on two axes from 0; rows without either number are left out.

    Rows get their name in the order of the frame, as long as there is room beside the point; pointing at it shows the
    rest. ``titles`` are those of the axes, units included. Points with a larger ``size`` are larger.
    """
    import altair as alt

    rows = _tidy(frame.drop_nulls([x, y]).select(_distinct(label, x, y, size)))
    rows = rows.with_columns(_named=pl.Series(_with_room(rows, label, x, y), dtype=pl.Boolean))
    base = alt.Chart(rows).encode(
        x=alt.X(f"{x}:Q", title=titles[0], scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6)),
        y=alt.Y(
            f"{y}:Q", title=titles[1], scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6, grid=True)
        ),
    )
    points = base.mark_point(filled=True, size=90, color=ACCENT, opacity=0.85, stroke="white", strokeWidth=1)
    if size:
        points = points.encode(size=alt.Size(f"{size}:Q", scale=alt.Scale(range=[40, 400]), legend=None))
    points = points.encode(tooltip=[alt.Tooltip(f"{name}:{kind}") for name, kind in ((label, "N"), (x, "Q"), (y, "Q"))])
    middle = max(rows[x].to_list(), default=0.0) * NAME_TURNS
    named = base.transform_filter("datum._named")
    right = named.transform_filter(f"datum['{x}'] <= {middle:g}").mark_text(align="left", dx=9, color=INK, fontSize=11)
    left = named.transform_filter(f"datum['{x}'] > {middle:g}").mark_text(align="right", dx=-9, color=INK, fontSize=11)
    texts = [side.encode(text=f"{label}:N") for side in (right, left)]
    return _finish(alt.layer(points, *texts).properties(height=380), width="container")


def _with_room(rows: pl.DataFrame, label: str, x: str, y: str) -> list[bool]:
    """Tell which points can carry their name: the first, and each whose name would cover no point and no other name."""
    wide, high = (max((abs(v) for v in rows[name].to_list()), default=0.0) or 1.0 for name in (x, y))
    points = list(zip((rows[x] / wide).to_list(), (rows[y] / high).to_list(), strict=True))
    taken: list[Box] = []
    answer = []
    for at, ((across, up), name) in enumerate(zip(points, rows[label].to_list(), strict=True)):
        length = 0.02 + 0.014 * len(name or "")
        west, east = (across, across + length) if across <= NAME_TURNS else (across - length, across)
        box = (west, up - 0.035, east, up + 0.035)
        others = [(p[0], p[1], p[0], p[1]) for i, p in enumerate(points) if i != at]
        free = at == 0 or not any(_overlap(box, other) for other in [*others, *taken])
        answer.append(free)
        if free:
            taken.append(box)
    return answer


def _overlap(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _category(column: str, order: Sequence[str]) -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(order), range=[CATEGORIES[i % len(CATEGORIES)] for i in range(len(order))])
    return alt.Color(f"{column}:N", scale=scale, legend=None)


def _ramp(column: str, title: str, *, domain: tuple[float, float]) -> alt.Color:
    """Colour by a number, light is low; the look of all charts makes null grey."""
    import altair as alt

    scale = alt.Scale(range=list(RAMP), domain=list(domain), clamp=True, interpolate="rgb", nice=False)
    legend = alt.Legend(orient="bottom", direction="horizontal", title=title, gradientLength=180, tickCount=5)
    return alt.Color(f"{column}:Q", scale=scale, legend=legend)


def _above(values: pl.Series) -> float:
    """Give a round number that no value exceeds."""
    top = max((v for v in values.drop_nulls().to_list()), default=0.0)
    if top <= 0:
        return 1.0
    step: float = 10.0 ** math.floor(math.log10(top)) / 2
    return round(math.ceil(round(top / step, 9)) * step, 12)


def _distinct(*names: str) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float64).round_sig_figs(3))


def _finish(chart: Any, *, width: str) -> dict[str, Any]:
    spec: dict[str, Any] = chart.properties(width=width, autosize={"type": "fit-x", "contains": "padding"}).to_dict()
    spec.pop("$schema", None)
    spec["config"] = config()
    return spec


def config() -> dict[str, Any]:
    """Give the look that all charts share."""
    axis = {
        "labelColor": MUTED, "titleColor": INK, "gridColor": GRID, "domainColor": UNKNOWN, "tickColor": UNKNOWN,
        "titleFontWeight": 500, "titlePadding": 10, "labelFontSize": 11.5, "titleFontSize": 12, "domain": False, "aria": False,
    }  # fmt: skip
    groups = {"decimal": ".", "thousands": "\u2009", "grouping": [3], "currency": ["", ""]}
    return {
        "font": FONT,
        "aria": False,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"labelColor": INK, "grid": False, "ticks": False},
        "legend": {
            "aria": False,
            "labelColor": INK,
            "titleColor": INK,
            "titleFontWeight": 500,
            "labelFontSize": 11.5,
            "titleFontSize": 12,
        },
        "scale": {"invalid": {"color": {"value": UNKNOWN}}},
        "locale": {"number": groups},
    }


def region_map(
    base: Mapping[str, Any],
    *,
    bbox: Box,
    cells: pl.DataFrame,
    value: str,
    title: str,
    layers: Sequence[pl.DataFrame] = (),
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
        Points by ``lon`` and ``lat`` with ``name`` and ``mark``, the word that picks the shape; see `point_layer`.

    Notes
    -----
    Give at most ``MOST_CELLS`` cells; `coarser` makes their parents.

    References
    ----------
    Conic equal-area projection: Snyder, Map Projections, a Working Manual, USGS Professional Paper 1395, 1987, p. 98.
    """
    import altair as alt

    west, south, east, north = bbox
    borders = alt.Chart(alt.InlineData(values=list(base["features"])))
    land = borders.mark_geoshape(fill="#f0f2f0", stroke="#b4bdc4", strokeWidth=0.7, clip=True, aria=False, tooltip=None)
    ramp = _ramp(value, title, domain=(0.0, _above(cells[value])))
    hexagons = alt.Chart(alt.InlineData(values=_hexagons(cells, value)))
    surface = hexagons.mark_geoshape(
        fillOpacity=0.82, stroke="white", strokeWidth=0.25, clip=True, aria=False, invalid="show"
    ).encode(color=ramp, tooltip=alt.Tooltip(f"{value}:Q", title=title, format=".3~r"))
    points = [point_layer(frame) for frame in layers if not frame.is_empty()]
    corners = [[lon, lat] for lon in (west, (west + east) / 2, east) for lat in (south, north)]
    third = (north - south) / 6
    drawn = alt.layer(land, surface, *points).project(
        type="conicEqualArea",
        rotate=[-(west + east) / 2, 0, 0],
        parallels=[south + third, north - third],
        fit={"type": "Feature", "properties": {}, "geometry": {"type": "MultiPoint", "coordinates": corners}},
    )
    aspect = round((north - south) / max((east - west) * math.cos(math.radians((south + north) / 2)), 0.1), 2)
    drawn = drawn.properties(
        height=500,
        usermeta={"aspect": min(max(aspect, 0.45), 1.1)},
        view=alt.ViewBackground(fill="#e9eff3", stroke=UNKNOWN, cornerRadius=4),
    )
    return _finish(drawn.resolve_scale(color="independent", shape="independent"), width="container")


def point_layer(frame: pl.DataFrame) -> Any:
    """Draw points whose shape follows the word in ``mark``; the legend names each shape."""
    import altair as alt

    rows = frame.select("name", "mark", pl.col("lat", "lon").round(3))
    order = rows["mark"].drop_nulls().unique(maintain_order=True).sort().to_list()
    scale = alt.Scale(domain=order, range=[SHAPES[i % len(SHAPES)] for i in range(len(order))])
    legend = alt.Legend(orient="top", title=None, symbolSize=80)
    points = alt.Chart(rows).mark_point(
        filled=False, size=46, fill="white", stroke=INK, strokeWidth=1.1, clip=True, aria=False
    )
    return points.encode(
        longitude="lon:Q", latitude="lat:Q", shape=alt.Shape("mark:N", scale=scale, legend=legend),
        fill=alt.value("white"), stroke=alt.value(INK),
        tooltip=[alt.Tooltip("name:N", title="site"), alt.Tooltip("mark:N", title="makes")],
    )  # fmt: skip


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
    for cell, number in _tidy(cells.select("cell", value)).rows():
        ring = [[round(lon, 3), round(lat, 3)] for lat, lon in reversed(h3.cell_to_boundary(cell))]
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", value: number, "geometry": geometry})
    return features
