"""Two numbers a row on one axis, joined by a line."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, INK, MOST_ROWS, MUTED, UNKNOWN, distinct, finish, tidy

SHORT, LONG = "#b5483f", ACCENT


def dumbbells(
    frame: pl.DataFrame, *, label: str, first: str, second: str, title: str, word: str, size: str | None = None
) -> dict[str, Any]:
    """Draw a dot at the first number and a tick at the second, with a red line between them where the first is the less.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order in which they are drawn; at most ``MOST_ROWS``. A null first number has no mark.
    label, first, second : str
        Columns of the row's name and of the two numbers.
    title : str
        Title of the axis, unit included; it says what the dot is and what the tick.
    word : str
        Column of what is written at the right edge.
    size : str, optional
        Column that the area of the dot grows with; null is the smallest.
    """
    import altair as alt

    rows = tidy(frame.head(MOST_ROWS).select(distinct(label, first, second, word, *(() if size is None else (size,)))))
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X(f"{first}:Q", title=title, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6))
    base = alt.Chart(rows).encode(y=y)
    short = f"datum['{first}'] < datum['{second}']"
    line = base.transform_filter(f"isValid(datum['{first}'])").mark_rule(strokeWidth=4, strokeCap="round", opacity=0.55)
    line = line.encode(x=x, x2=f"{second}:Q", color=alt.condition(short, alt.value(SHORT), alt.value(UNKNOWN)))
    dots = base.mark_point(filled=True, size=90, opacity=1, color=INK).encode(x=x)
    if size is not None:
        grows = alt.Size(f"{size}:Q", legend=None, scale=alt.Scale(range=[40, 320], zero=True))
        dots = dots.encode(size=grows)
    ticks = base.mark_tick(thickness=2.5, size=15, color=LONG).encode(x=alt.X(f"{second}:Q", title=title))
    text = base.mark_text(align="left", dx=8, color=MUTED).encode(x=alt.value("width"), text=f"{word}:N")
    return finish(alt.layer(line, ticks, dots, text).properties(height=alt.Step(24)))
