"""Bars of parts whose sum is a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MOST_ROWS, finish, tidy


def ranged_bars(frame: pl.DataFrame, *, label: str, parts: Mapping[str, str], title: str) -> dict[str, Any]:
    """Draw each row as a bar of parts, with a line from the low to the high end of their sum, written at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in order of drawing, at most ``MOST_ROWS``: ``label``, the columns of ``parts``, ``low`` and ``high``.
    label : str
        Column of the bar's name.
    parts : mapping of str to str
        Column to the word of the legend; a single part has none.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    rows = frame.head(MOST_ROWS)
    words = list(parts.values())
    long = rows.select(label, **{word: pl.col(column) for column, word in parts.items()})
    long = long.with_row_index("_at").unpivot(on=words, index=["_at", label], variable_name="part", value_name="value")
    end = pl.col("value").fill_null(0.0).cum_sum().over("_at")
    long = long.sort("_at", maintain_order=True).with_columns(start=end - pl.col("value").fill_null(0.0), end=end)
    y = alt.Y(f"{label}:N", sort=rows[label].to_list(), title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X("start:Q", title=title, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=5))
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolType="square") if len(words) > 1 else None
    color = alt.Color("part:N", scale=alt.Scale(domain=words, range=list(CATEGORIES[: len(words)])), legend=legend)
    bars = alt.Chart(tidy(long.select(label, "part", "start", "end"))).mark_bar(height={"band": 0.64})
    bars = bars.encode(y=y, x=x, x2="end:Q", color=color)
    base = alt.Chart(tidy(rows.select(label, "low", "high"))).encode(y=y)
    lines = base.mark_errorbar(ticks={"size": 8, "color": INK}, rule={"size": 1.4, "color": INK})
    lines = lines.encode(x=alt.X("low:Q", title=title), x2="high:Q")
    low, high = ("format(datum.low, ',.3~r')", "format(datum.high, ',.3~r')")
    text = base.transform_calculate(_label=f"datum.low == datum.high ? {low} : {low} + '–' + {high}")
    text = text.mark_text(align="left", dx=8, color=INK).encode(x=alt.value("width"), text="_label:N")
    return finish(alt.layer(bars, lines, text).properties(height=alt.Step(24)))
