"""Intervals of two or more groups under each other in every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, SHAPES, finish, tidy


def paired_whiskers(
    frame: pl.DataFrame, *, label: str, pairs: Mapping[str, tuple[str, str, str]], title: str
) -> dict[str, Any]:
    """Draw for every row one dot on its interval a group, the value of the dot at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in order of drawing.
    label : str
        Column of the row's name.
    pairs : mapping of str to tuple of str
        Name of a group to the columns of its low end, dot and high end.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    names = list(pairs)
    parts = [
        frame.select(label, low=pl.col(a), dot=pl.col(b), high=pl.col(c), group=pl.lit(n))
        for n, (a, b, c) in pairs.items()
    ]
    rows = tidy(pl.concat(parts))
    colors = alt.Scale(domain=names, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(names))])
    shapes = alt.Scale(domain=names, range=[SHAPES[n % len(SHAPES)] for n in range(len(names))])
    legend = alt.Legend(orient="top", title=None, symbolSize=90, columns=2)
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8),
              scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15))  # fmt: skip
    scale = alt.Scale(zero=True, nice=True)
    base = alt.Chart(rows).encode(
        y=y, yOffset=alt.YOffset("group:N", sort=names), color=alt.Color("group:N", scale=colors, legend=legend)
    )
    spans = base.mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round")
    spans = spans.encode(x=alt.X("low:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6)), x2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1)
    dots = dots.encode(x=alt.X("dot:Q", title=title), shape=alt.Shape("group:N", scale=shapes, legend=legend))
    text = alt.Chart(rows).mark_text(align="left", dx=8, color=INK, fontSize=11)
    text = text.encode(
        y=y, yOffset=alt.YOffset("group:N", sort=names), x=alt.value("width"), text=alt.Text("dot:Q", format=",.3~r")
    )
    return finish(alt.layer(spans, dots, text).properties(height=alt.Step(22)))
