"""Values against limits: intervals beside a threshold, steps of a waterfall, thresholds over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, GRID, INK, MUTED, categorical, distinct, finish, tidy

LIMIT = "#b5483f"


def interval_limits(frame: pl.DataFrame, *, label: str, value: str, span: tuple[str, str], limit: str, word: str, title: str) -> dict[str, Any]:  # fmt: skip
    """Draw for each row an interval, a dot at its value and a mark at its limit, with a word at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order in which they are drawn. A null value has a name and no dot.
    label, value, limit, word : str
        Columns of the row's name, of the dot, of the limit, and of what is written at the edge.
    span : tuple of str
        Columns of the low and the high end.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    low, high = span
    rows = tidy(frame.select(distinct(label, value, low, high, limit, word)))
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    scale = alt.Scale(zero=True, nice=True)
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_rule(strokeWidth=9, strokeCap="round", color=ACCENT, opacity=0.35).encode(
        x=alt.X(f"{low}:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6)), x2=f"{high}:Q"
    )
    dots = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1, stroke="white", strokeWidth=1.2).encode(
        x=alt.X(f"{value}:Q", title=title, scale=scale)
    )
    marks = base.mark_tick(color=LIMIT, thickness=2.5, size=24).encode(x=alt.X(f"{limit}:Q", title=title, scale=scale))
    text = base.mark_text(align="left", dx=8, color=INK).encode(x=alt.value("width"), text=f"{word}:N")
    return finish(alt.layer(bars, marks, dots, text).properties(height=alt.Step(34)))


def waterfall(frame: pl.DataFrame, *, label: str, value: str, kind: str, order: Sequence[str], limit: float | None, title: str) -> dict[str, Any]:  # fmt: skip
    """Draw amounts that add up, each from where the one before ended, with a line at the most that is allowed.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order in which they add up.
    label, value, kind : str
        Columns of the row's name, of the amount, and of a category whose word stands beside the amount.
    order : sequence of str
        All words of the category, so that each keeps its colour.
    limit : float, optional
        Where the line stands; null draws none.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    end = pl.col(value).cum_sum()
    rows = frame.select(label, kind, value).with_columns(_start=end - pl.col(value), _end=end)
    rows = tidy(rows)
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X("_start:Q", title=title, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6))
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(height={"band": 0.7}).encode(x=x, x2="_end:Q", color=categorical(kind, order))
    written = f"format(datum['{value}'], '.3~r') + ' · ' + datum['{kind}']"
    text = base.transform_calculate(_label=written).mark_text(align="left", dx=8, color=INK)
    layers: list[Any] = [bars, text.encode(x=alt.value("width"), text="_label:N")]
    if limit is not None:
        line = alt.Chart(pl.DataFrame({"_at": [limit], "_word": ["allowed"]}))
        at = alt.X("_at:Q", title=title)
        layers.append(line.mark_rule(color=LIMIT, strokeDash=[4, 3], strokeWidth=1.5).encode(x=at))
        above = line.mark_text(baseline="bottom", fontSize=10.5, color=LIMIT)
        layers.append(above.encode(x=at, y=alt.value(-3), text="_word:N"))
    return finish(alt.layer(*layers).properties(height=alt.Step(24)))


def limit_steps(frame: pl.DataFrame, *, columns: tuple[str, str, str, str], today: tuple[str, pl.DataFrame], title: str) -> dict[str, Any]:  # fmt: skip
    """Draw limits as steps over time, and the value of today on the day of the question.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a period.
    columns : tuple of str
        Columns of the series, of first and last day, and of the limit. The name of a series stands at its first step.
    today : tuple of str and polars.DataFrame
        Day, ISO 8601, and one row a series: its name and ``value``.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    series, start, end, limit = columns
    names = frame[series].unique(maintain_order=True).to_list()
    days = pl.col(start, end).dt.to_string("%Y-%m-%d")
    rows = frame.select(series, start, end, limit).with_columns(days)
    values = tidy(today[1].with_columns(_day=pl.lit(today[0])))
    colors = alt.Scale(domain=names, range=[CATEGORIES[i % len(CATEGORIES)] for i in range(len(names))])
    legend = alt.Legend(orient="top", title=None, columns=1, labelLimit=320, symbolType="stroke")
    color = alt.Color(f"{series}:N", scale=colors, legend=legend)
    x = alt.X(f"{start}:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap=True))
    y = alt.Y(f"{limit}:Q", title=title, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(grid=True, tickCount=6))
    steps = alt.Chart(rows).mark_rule(strokeWidth=3).encode(x=x, x2=f"{end}:T", y=y, color=color)
    words = alt.Chart(rows).mark_text(align="left", dx=3, dy=-8, fontSize=10.5, color=INK)
    words = words.encode(x=x, y=y, text=alt.Text(f"{limit}:Q", format=".3~r"))
    day = alt.Chart(values).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=alt.X("_day:T"))
    dots = alt.Chart(values).mark_point(filled=True, size=120, opacity=1, stroke=GRID).encode(
        x=alt.X("_day:T"), y=alt.Y("value:Q", title=title), color=color
    )  # fmt: skip
    return finish(alt.layer(day, steps, words, dots).properties(height=260))
