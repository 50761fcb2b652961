"""Stacked bars with an interval on each."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MUTED, finish, tidy


def stacked_whiskers(
    frame: pl.DataFrame, spans: pl.DataFrame, *, label: str, part: str, value: str, title: str, rule: tuple[str, float]
) -> dict[str, Any]:
    """Draw each row as a bar of parts from 0 to 100, with a line from the low to the high end of its interval.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a bar and part, in the order in which they are drawn; what is null or 0 is not drawn.
    spans : polars.DataFrame
        One row a bar in the same order: ``label``, ``low``, ``high``, and ``word``, written at the right edge.
    label, part, value : str
        Columns of the bar's name, of the part's name, and of its length.
    title : str
        Title of the value axis, unit included.
    rule : tuple of str and float
        A line across all bars: the word above it, and where it stands.
    """
    import altair as alt

    names = frame[part].unique(maintain_order=True).to_list()
    end = pl.col(value).fill_null(0.0).cum_sum().over(label)
    rows = frame.select(label, part, start=(end - pl.col(value).fill_null(0.0)).round(2), end=end.round(2))
    rows = rows.filter(pl.col("end") > pl.col("start"))
    order = spans[label].to_list()
    y = alt.Y(f"{label}:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8))
    axis = alt.Axis(tickCount=6)
    x = alt.X("start:Q", title=title, scale=alt.Scale(domain=[0, 100], nice=False), axis=axis)
    colors = alt.Scale(domain=names, range=[_pale(CATEGORIES[n % len(CATEGORIES)]) for n in range(len(names))])
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolType="square")
    bars = alt.Chart(rows).mark_bar(height={"band": 0.74}, stroke="white", strokeWidth=1)
    bars = bars.encode(y=y, x=x, x2="end:Q", color=alt.Color(f"{part}:N", scale=colors, legend=legend))
    ends = tidy(spans.select(label, "low", "high", "word"))
    base = alt.Chart(ends).encode(y=y)
    whiskers = base.mark_errorbar(ticks={"size": 9, "color": INK}, rule={"size": 1.6, "color": INK})
    whiskers = whiskers.encode(x=alt.X("low:Q", title=title), x2="high:Q")
    words = base.mark_text(align="left", dx=8, color=INK).encode(x=alt.value("width"), text="word:N")
    lines = pl.DataFrame({"word": [rule[0]], "at": [rule[1]]})
    line = alt.Chart(lines).mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=alt.X("at:Q", title=title))
    above = alt.Chart(lines).mark_text(align="left", dx=4, baseline="bottom", fontSize=10.5, color=MUTED)
    above = above.encode(x=alt.X("at:Q", title=title), y=alt.value(-3), text="word:N")
    return finish(alt.layer(bars, line, whiskers, words, above).properties(height=alt.Step(24)))


def _pale(color: str) -> str:
    """Halfway to white, so that dark lines read on it."""
    return "#" + "".join(f"{(int(color[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))
