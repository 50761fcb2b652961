"""Ribbons between columns: how much goes from each kind in one column to each kind in the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import INK, MUTED, finish, tidy

GAP = 0.015
"""Room between the kinds of a column."""
HALF = 0.055
"""Half the width of a column, of the distance between two."""
LEAST, LEAST_LABELLED = 0.002, 0.04
"""Thinnest ribbon that is drawn, and thinnest node that bears its share."""


def ribbons(
    flows: pl.DataFrame, *, colors: Mapping[str, str], layers: Mapping[int, str], height: int = 360
) -> dict[str, Any]:
    """Draw columns from right to left and ribbons between them, each as high as its value.

    Parameters
    ----------
    flows : polars.DataFrame
        ``layer``, ``kind``, ``to``, ``value`` (0–1): what goes from a kind to one of the next layer; a row whose ``to`` is no
        kind ends where it is.
    colors : mapping of str to str
        Colour by kind, in the order from the top; a ribbon has that of the kind that it leads to.
    layers : mapping of int to str
        Heading by layer, those of the ends of the last ribbons included.
    height : int
        Height in pixels.
    """
    import altair as alt

    nodes, bands = _places(flows, list(colors))
    x_scale = alt.Scale(domain=[max(layers) + 0.3, min(layers) - 0.3], nice=False)
    x = alt.X("x:Q", scale=x_scale, axis=None)
    bottom = max((node["y2"] for node in nodes), default=1.0)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[bottom, -0.08], nice=False), axis=None, stack=None)
    drawn = [kind for kind in colors if any(node["kind"] == kind for node in nodes)]
    scale = alt.Scale(domain=drawn, range=[colors[kind] for kind in drawn])
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolType="square", symbolSize=90, symbolOpacity=1)
    color = alt.Color("kind:N", scale=scale, legend=legend)
    schema = {"id": pl.Int64, "kind": pl.String, "x": pl.Float64, "y": pl.Float64, "y2": pl.Float64}
    areas = alt.Chart(tidy(pl.DataFrame(bands, schema=schema))).mark_area(interpolate="monotone", opacity=0.45)
    areas = areas.encode(x=x, y=y, y2="y2:Q", color=color, detail="id:N")
    rows = tidy(pl.DataFrame(nodes))
    columns = alt.Chart(rows).mark_rect().encode(
        x=alt.X("x:Q", scale=x_scale, axis=None), x2="x2:Q", y=y, y2="y2:Q", color=color,
        tooltip=[alt.Tooltip("kind:N"), alt.Tooltip("value:Q", title="share of value", format=".1%")],
    )  # fmt: skip
    named = rows.filter(pl.col("value") >= LEAST_LABELLED).with_columns(
        x=(pl.col("x") + pl.col("x2")) / 2, y=(pl.col("y") + pl.col("y2")) / 2,
        word=pl.format("{} %", (100 * pl.col("value")).round(0).cast(pl.Int64)),
    )  # fmt: skip
    words = [
        alt.Chart(named).mark_text(fontSize=10, **look).encode(x=x, y=y, text="word:N")
        for look in ({"stroke": "white", "strokeWidth": 3, "strokeJoin": "round"}, {"color": INK})
    ]
    heads = pl.DataFrame({"x": list(layers), "head": list(layers.values())}, schema={"x": pl.Int64, "head": pl.String})
    tops = alt.Chart(heads).mark_text(fontSize=11, fontWeight=600, color=MUTED, baseline="top")
    tops = tops.encode(x=x, y=alt.value(0), text="head:N")
    return finish(alt.layer(areas, columns, *words, tops).properties(height=height))


def _places(flows: pl.DataFrame, kinds: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the nodes with their places, and four points of each ribbon: both ends, straight at first and at last."""
    value = {row[:3]: float(row[3]) for row in flows.select("layer", "kind", "to", "value").iter_rows()}
    first = min((key[0] for key in value), default=0)
    size: dict[tuple[int, str], float] = {}
    for (layer, kind, to), v in value.items():
        if layer == first:
            size[layer, kind] = size.get((layer, kind), 0.0) + v
        if to in kinds:
            size[layer + 1, to] = size.get((layer + 1, to), 0.0) + v
    top: dict[tuple[int, str], float] = {}
    nodes = []
    for layer in sorted({layer for layer, _ in size}):
        y = 0.0
        for kind in (k for k in kinds if size.get((layer, k), 0.0) > 0.0):
            v = size[layer, kind]
            top[layer, kind] = y
            ends = {"x": layer - HALF, "x2": layer + HALF, "y": y, "y2": y + v}
            nodes.append({"kind": kind, "value": v, **ends})
            y += v + GAP
    left, right, bands = dict(top), dict(top), []
    places = {kind: i for i, kind in enumerate(kinds)}
    inside = sorted((k for k in value if k[2] in places), key=lambda k: (k[0], places[k[1]], places[k[2]]))
    for n, (layer, kind, to) in enumerate(inside):
        v, start, end = value[layer, kind, to], left[layer, kind], right[layer + 1, to]
        left[layer, kind] += v
        right[layer + 1, to] += v
        if v >= LEAST:
            steps = ((HALF, start), (0.3, start), (0.7, end), (1.0 - HALF, end))
            bands += [{"id": n, "kind": to, "x": layer + x, "y": y, "y2": y + v} for x, y in steps]
    return nodes, bands
