"""Lines on two linear axes, one a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MUTED, distinct, finish, tidy

DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])


def series_lines(
    frame: pl.DataFrame,
    *,
    x: str,
    y: str,
    series: str,
    titles: tuple[str, str],
    rules: Sequence[tuple[float, str]] = (),
) -> dict[str, Any]:
    """Draw one line a series, told apart by colour, dash and legend; a null breaks the line.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a series and point.
    x, y, series : str
        Columns.
    titles : tuple of str
        Titles of the axes, units included.
    rules : sequence of (float, str)
        Levels of y that get a dashed line, with the word above it.
    """
    import altair as alt

    names = frame[series].unique(maintain_order=True).to_list()
    rows = tidy(frame.select(distinct(x, y, series)))
    colors = alt.Scale(domain=names, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(names))])
    dashes = alt.Scale(domain=names, range=[DASHES[n % len(DASHES)] for n in range(len(names))])
    legend = alt.Legend(orient="top", title=None, columns=1, symbolType="stroke", symbolSize=400, labelLimit=320)
    up = alt.Y(f"{y}:Q", title=titles[1], axis=alt.Axis(format="~s", grid=True, tickCount=5))
    across = alt.X(f"{x}:Q", title=titles[0], scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=6))
    lines = alt.Chart(rows).mark_line(strokeWidth=2.4, point={"size": 26}).encode(
        x=across, y=up, color=alt.Color(f"{series}:N", scale=colors, legend=legend),
        strokeDash=alt.StrokeDash(f"{series}:N", scale=dashes, legend=legend),
    )  # fmt: skip
    marks = pl.DataFrame(
        {"_at": [r[0] for r in rules], "_word": [r[1] for r in rules]}, schema={"_at": pl.Float64, "_word": pl.String}
    )
    level = alt.Y("_at:Q", title=titles[1])
    standing = alt.Chart(tidy(marks)).mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(y=level)
    words = alt.Chart(tidy(marks)).mark_text(align="right", dx=-4, dy=-6, fontSize=10.5, color=MUTED)
    words = words.encode(y=level, x=alt.value("width"), text="_word:N")
    return finish(alt.layer(lines, standing, words).properties(height=280))
