"""Estimates with their intervals beside a value that means no effect."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, INK, MOST_ROWS, MUTED, finish, tidy


def forest(
    frame: pl.DataFrame, *, label: str, value: str, ends: tuple[str, str], neutral: float, title: str
) -> dict[str, Any]:
    """Draw a dot and an interval a row on a logarithmic axis; grey where the interval holds the neutral value.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order in which they are drawn, positive numbers; at most ``MOST_ROWS``.
    label, value : str
        Columns of the name and of the estimate.
    ends : tuple of str
        Columns of the ends of the interval.
    neutral : float
        Value that means no effect: a dark line.
    title : str
        Title of the axis, unit included.
    """
    import altair as alt

    low, high = ends
    rows = tidy(frame.head(MOST_ROWS).select(label, value, low, high))
    held = f"datum['{low}'] <= {neutral} && datum['{high}'] >= {neutral}"
    color = alt.condition(held, alt.value(MUTED), alt.value(ACCENT))
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelPadding=8))
    scale = alt.Scale(type="log", nice=False, padding=24)
    base = alt.Chart(rows).encode(y=y)
    spans = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=alt.X(f"{low}:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5, format="~r")),
        x2=f"{high}:Q",
        color=color,
    )
    at = alt.X(f"{value}:Q", title=title)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(x=at, color=color)
    words = base.mark_text(dy=-11, fontSize=10.5, color=INK).encode(x=at, text=alt.Text(f"{value}:Q", format=".2f"))
    line = alt.Chart(pl.DataFrame({"_at": [neutral]})).mark_rule(color=INK, strokeWidth=1)
    line = line.encode(x=alt.X("_at:Q", title=title))
    return finish(alt.layer(line, spans, dots, words).properties(height=alt.Step(34)))
