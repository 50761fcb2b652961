"""Graphs in layers, and bars that carry a second reading and a range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, INK, MOST_ROWS, MUTED, UNKNOWN, finish, tidy

RING = "#111111"
PALE = "#b9d6de"
SPAN = 1.11
"""Height of the view in units of y: the nodes take 1, headings and labels the rest."""
OTHERS = "#e0d7bd"


def layered_graph(
    nodes: pl.DataFrame, edges: pl.DataFrame, *, colors: Mapping[str, str], layers: Mapping[int, str], height: int = 430
) -> dict[str, Any]:
    """Draw nodes in columns and lines between them; the width of a line and the area of a node are values.

    Parameters
    ----------
    nodes : polars.DataFrame
        ``label`` (may be empty), ``name`` (for the tooltip), ``layer`` (whole number, drawn from right to left), ``y`` (0 at
        the top to 1), ``value`` (0–1), ``kind``, ``ring`` (bool: a dark ring around the node).
    edges : polars.DataFrame
        ``layer``, ``y`` and ``layer2``, ``y2`` of the ends, ``value`` (0–1).
    colors : mapping of str to str
        Colour by kind, in the order of the legend; ``unknown`` is a grey square.
    layers : mapping of int to str
        Heading by layer.
    height : int
        Height in pixels.
    """
    import altair as alt

    last = max(layers, default=1)
    x_scale = alt.Scale(domain=[last + 0.45, -0.45], nice=False)
    x = alt.X("layer:Q", scale=x_scale, axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[SPAN - 0.08, -0.08], nice=False), axis=None)
    lines = tidy(edges.select("layer", "y", "layer2", "y2", "value").sort("value"))
    width = alt.StrokeWidth("value:Q", scale=alt.Scale(type="sqrt", range=[0.3, 9], domain=[0, 1]), legend=None)
    rules = alt.Chart(lines).mark_rule(color=MUTED, opacity=0.35, strokeCap="round")
    rules = rules.encode(x=x, y=y, x2="layer2:Q", y2="y2:Q", strokeWidth=width)
    rows = tidy(nodes.select("label", "name", "layer", "y", "value", "kind", "ring"))
    drawn = [kind for kind in colors if kind in set(rows["kind"])]
    scale = alt.Scale(domain=drawn, range=[colors[kind] for kind in drawn])
    size = alt.Size("value:Q", scale=alt.Scale(range=[24, 900], domain=[0, 1]), legend=None)
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolType="circle", symbolSize=90)
    base = alt.Chart(rows).encode(x=x, y=y)
    wider = alt.Size("value:Q", scale=alt.Scale(range=[120, 1350], domain=[0, 1]), legend=None)
    rings = base.transform_filter("datum.ring").mark_point(filled=False, stroke=RING, strokeWidth=2, opacity=1)
    rings = rings.encode(size=wider)
    dots = base.mark_point(filled=True, opacity=1, stroke="white", strokeWidth=1).encode(
        size=size,
        color=alt.Color("kind:N", scale=scale, legend=legend),
        shape=alt.condition("datum.kind === 'unknown'", alt.value("square"), alt.value("circle")),
        tooltip=[
            alt.Tooltip("name:N"),
            alt.Tooltip("kind:N"),
            alt.Tooltip("value:Q", title="share of value", format=".1%"),
        ],
    )
    below = pl.col("y") + (9.0 + ((24.0 + 1326.0 * pl.col("value")) / math.pi).sqrt()) * SPAN / height
    words = alt.Chart(rows.filter(pl.col("label") != "").with_columns(y=below.round(4)))
    words = words.mark_text(fontSize=9.5, color=INK, limit=92).encode(x=x, y=y, text="label:N")
    heads = pl.DataFrame(
        {"layer": list(layers), "head": list(layers.values())}, schema={"layer": pl.Int64, "head": pl.String}
    )
    tops = alt.Chart(heads).mark_text(fontSize=11, fontWeight=600, color=MUTED, baseline="top")
    tops = tops.encode(x=x, y=alt.value(0), text="head:N")
    chart = alt.layer(rules, rings, dots, words, tops).resolve_scale(size="independent", strokeWidth="independent")
    return finish(chart.properties(height=height))


def bars_with_second_reading(
    frame: pl.DataFrame, *, label: str, value: str, high: str, second: str, titles: tuple[str, str, str, str]
) -> dict[str, Any]:
    """Draw a bar a row, paler on to what it could at most be, with a diamond where a second reading puts it.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, best first; at most ``MOST_ROWS`` are drawn.
    label, value, high, second : str
        Columns of the row's name, of the bar's length, of its greatest possible length, and of the diamond.
    titles : tuple of str
        Title of the axis, unit included; words of the legend for the bar, the pale end and the diamond.
    """
    import altair as alt

    rows = tidy(frame.head(MOST_ROWS).select(label, value, high, second))
    axis, *words = titles
    scale = alt.Scale(domain=words, range=[ACCENT, PALE, CATEGORIES[1]])
    legend = alt.Legend(orient="top", title=None, columns=1, symbolType="square", labelLimit=320)
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8))
    x = alt.X(f"{value}:Q", title=axis, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6))
    rows = rows.with_columns(pl.lit(word).alias(f"_{i}") for i, word in enumerate(words))
    base = alt.Chart(rows).encode(y=y)
    color = [alt.Color(f"_{i}:N", scale=scale, legend=legend) for i in range(len(words))]
    pale = base.mark_bar(height={"band": 0.36}).encode(x=x, x2=f"{high}:Q", color=color[1])
    bars = base.mark_bar(height={"band": 0.64}).encode(x=x, color=color[0])
    marks = base.mark_point(filled=True, shape="diamond", size=70, opacity=1, stroke="white", strokeWidth=1)
    marks = marks.encode(x=alt.X(f"{second}:Q", title=axis), color=color[2])
    return finish(alt.layer(pale, bars, marks).properties(height=alt.Step(22)))


CLASS_COLORS: Mapping[str, str] = {
    "home": CATEGORIES[0],
    "near": CATEGORIES[1],
    "ally": CATEGORIES[2],
    "depends": CATEGORIES[3],
    "offshore": CATEGORIES[4],
    "others": OTHERS,
    "unknown": UNKNOWN,
}
"""Colours of the classes of country, the same in all pictures."""
