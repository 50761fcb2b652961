"""Points with what is open about them, on two axes from 0 to 100."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, INK, MUTED, UNKNOWN, distinct, finish, tidy

Span = tuple[str, str, str]


def span_scatter(
    frame: pl.DataFrame, *, label: str, x: Span, y: Span, size: str, titles: tuple[str, str, str]
) -> dict[str, Any]:
    """Draw a point in a cross of two intervals for each row, numbered in the order of the frame, the names below.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, best first.
    label : str
        Column of the name.
    x, y : tuple of str
        Columns of the low end, the point and the high end, 0 to 100.
    size : str
        Column of a number from 0 to 100; larger points are more.
    titles : tuple of str
        Titles of both axes and of the size, units included.
    """
    import altair as alt

    rows = tidy(frame.select(distinct(label, *x, *y, size))).with_row_index("_n", offset=1)
    rows = rows.with_columns(pl.col("_n").cast(pl.Int64))
    scale = alt.Scale(domain=[0, 100], nice=False)
    across = alt.X(f"{x[1]}:Q", title=titles[0], scale=scale, axis=alt.Axis(tickCount=6))
    up = alt.Y(f"{y[1]}:Q", title=titles[1], scale=scale, axis=alt.Axis(tickCount=6, grid=True))
    base = alt.Chart(rows)
    flat = base.mark_rule(color=UNKNOWN, strokeWidth=1.2).encode(
        x=alt.X(f"{x[0]}:Q", title=titles[0], scale=scale), x2=f"{x[2]}:Q", y=up
    )
    tall = base.mark_rule(color=UNKNOWN, strokeWidth=1.2).encode(
        x=across, y=alt.Y(f"{y[0]}:Q", title=titles[1], scale=scale), y2=f"{y[2]}:Q"
    )
    sized = alt.Size(
        f"{size}:Q",
        scale=alt.Scale(domain=[0, 100], range=[30, 420]),
        legend=alt.Legend(orient="top", title=titles[2], values=[20, 50, 80]),
    )
    dots = base.mark_point(filled=True, color=ACCENT, opacity=0.75, stroke="white", strokeWidth=1)
    tips = [alt.Tooltip(f"{label}:N"), alt.Tooltip(f"{x[1]}:Q"), alt.Tooltip(f"{y[1]}:Q"), alt.Tooltip(f"{size}:Q")]
    dots = dots.encode(x=across, y=up, size=sized, tooltip=tips)
    numbers = base.mark_text(fontSize=10.5, dx=11, dy=-9, color=INK).encode(x=across, y=up, text="_n:Q")
    key = base.transform_calculate(_word=f"datum._n + '  ' + datum['{label}']", _y="450 + 15 * datum._n")
    key = key.mark_text(align="left", baseline="middle", fontSize=10.5, color=MUTED)
    key = key.encode(x=alt.value(6), y=alt.Y("_y:Q", scale=None), text="_word:N")
    return finish(alt.layer(flat, tall, dots, numbers, key).resolve_scale(y="shared").properties(height=400))
