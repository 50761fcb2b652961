"""What each uncertain number alone moves, and other spans around a mean."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, INK, MUTED, finish, tidy


def swing_bars(frame: pl.DataFrame, *, label: str, ends: tuple[str, str], middle: float, title: str) -> dict[str, Any]:
    """Draw a bar a row from the value where a number is low to that where it is high, and a line at the mean of all.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, the most important first.
    label : str
        Column of the name of the number.
    ends : tuple of str
        Columns of the value where the number is low and where it is high.
    middle : float
        Mean of all.
    title : str
        Title of the axis, unit included.

    Notes
    -----
    The ends differ in colour and shape, and carry the words ``low`` and ``high`` once, in the legend.
    """
    import altair as alt

    low, high = ends
    rows = tidy(frame.select(label, low, high))
    parts = [
        rows.select(label, at=pl.col(c), end=pl.lit(w))
        for c, w in ((low, "where it is low"), (high, "where it is high"))
    ]
    words = ["where it is low", "where it is high"]
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, labelPadding=8))
    scale = alt.Scale(zero=False, nice=True, padding=12)
    x = alt.X("at:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6, grid=True))
    bars = alt.Chart(rows).mark_rule(strokeWidth=9, opacity=0.3, color=ACCENT, strokeCap="round")
    bars = bars.encode(y=y, x=alt.X(f"{low}:Q", title=title, scale=scale), x2=f"{high}:Q")
    legend = alt.Legend(orient="top", title=None, symbolSize=90)
    dots = alt.Chart(pl.concat(parts)).mark_point(filled=True, size=90, opacity=1).encode(
        y=y, x=x, color=alt.Color("end:N", scale=alt.Scale(domain=words, range=[CATEGORIES[1], ACCENT]), legend=legend),
        shape=alt.Shape("end:N", scale=alt.Scale(domain=words, range=["square", "circle"]), legend=legend),
    )  # fmt: skip
    mark = alt.Chart(pl.DataFrame({"at": [middle], "word": ["mean"]}))
    line = mark.mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.X("at:Q", title=title))
    word = mark.mark_text(baseline="bottom", fontSize=10.5, color=MUTED).encode(
        x="at:Q", y=alt.value(-3), text="word:N"
    )
    return finish(alt.layer(bars, line, dots, word).properties(height=alt.Step(28)))
