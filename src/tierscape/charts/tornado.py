"""A tornado: what each input alone does to a difference, the widest swing on top."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, INK, MUTED, finish, tidy


def tornado_bars(frame: pl.DataFrame, *, label: str, ends: tuple[str, str], now: float, title: str) -> dict[str, Any]:
    """Draw a bar a row from the value at the low to the value at the high end of an input, split where it stands today.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, widest first.
    label : str
        Column of the name of the input.
    ends : tuple of str
        Columns of the difference at the low and at the high end of the input.
    now : float
        Difference today.
    title : str
        Title of the axis, unit included.

    Notes
    -----
    A line at 0 marks where the choice turns. Low and high ends differ in colour and carry the words ``low`` and ``high``; of two
    ends on one side only the farther has its word.
    """
    import altair as alt

    low, high = ends
    parts = [
        frame.select(label, end=pl.lit(word), at=pl.col(column)) for column, word in ((low, "low"), (high, "high"))
    ]
    from_now = (pl.col("at") - now).abs()
    one_side = ((pl.col("at").min() >= now) | (pl.col("at").max() <= now)).over(label)
    same_side = one_side & (from_now < from_now.max().over(label))
    rows = tidy(pl.concat(parts).with_columns(now=pl.lit(now), word=pl.when(~same_side).then("end")))
    order = frame[label].to_list()
    y = alt.Y(f"{label}:N", sort=order, title=None, axis=alt.Axis(labelLimit=190, labelPadding=8))
    x = alt.X(
        "at:Q", title=title, scale=alt.Scale(nice=True, zero=True, padding=26), axis=alt.Axis(tickCount=6, grid=True)
    )
    color = alt.Color("end:N", legend=None, scale=alt.Scale(domain=["low", "high"], range=[CATEGORIES[1], ACCENT]))
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(height={"band": 0.62}).encode(x=x, x2="now:Q", color=color)
    left = base.transform_filter("datum.at < datum.now").mark_text(align="right", dx=-4, fontSize=10.5, color=INK)
    right = base.transform_filter("datum.at >= datum.now").mark_text(align="left", dx=4, fontSize=10.5, color=INK)
    words = [side.transform_filter("datum.word").encode(x=x, text="end:N") for side in (left, right)]
    marks = pl.DataFrame({"at": [0.0, now], "word": ["turns here", "today"]})
    lines = alt.Chart(marks).mark_rule(color=INK, strokeWidth=1, strokeDash=[4, 3]).encode(x=alt.X("at:Q", title=title))
    above = alt.Chart(marks).encode(x=alt.X("at:Q", title=title), y=alt.value(-3), text="word:N")
    first, second = ("turns here", "today") if now >= 0 else ("today", "turns here")
    before = above.transform_filter(alt.datum.word == first).mark_text(
        baseline="bottom", align="right", dx=-4, fontSize=10.5, color=MUTED
    )
    after = above.transform_filter(alt.datum.word == second).mark_text(
        baseline="bottom", align="left", dx=4, fontSize=10.5, color=MUTED
    )
    return finish(alt.layer(bars, lines, *words, before, after).properties(height=alt.Step(24)))
