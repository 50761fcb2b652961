"""Lines in steps: what holds from one value of a choice to the next."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, GRID, INK, MUTED, finish, tidy

DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


def step_lines(
    frame: pl.DataFrame, *, x: str, y: str, series: str, band: str, titles: tuple[str, str], rules: tuple[float, float]
) -> dict[str, Any]:
    """Draw one line in steps a series on an axis from 0 to 1; the unknown above the first one is a grey band.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a series and step; the series that comes first has the band.
    x, y, series : str
        Column of the choice; column of what it gives; column of the series, told apart by colour, dash and legend.
    band : str
        Column of the upper end of the band.
    titles : tuple of str
        Titles of the axes, units included.
    rules : tuple of float
        Where the choice stands today, and the level that is asked for.
    """
    import altair as alt

    names = frame[series].unique(maintain_order=True).to_list()
    rows = tidy(frame.select(x, y, series, band))
    low, high = float(frame[x].to_numpy().min()), float(frame[x].to_numpy().max())
    across = alt.X(
        f"{x}:Q", title=titles[0], scale=alt.Scale(domain=[low, high], nice=False), axis=alt.Axis(tickCount=10)
    )
    up = alt.Y(
        f"{y}:Q", title=titles[1], scale=alt.Scale(domain=[0, 1], nice=False), axis=alt.Axis(grid=True, tickCount=5)
    )
    first = rows.filter(pl.col(series) == names[0])
    area = alt.Chart(first).mark_area(interpolate="step-after", color=GRID, opacity=0.9)
    area = area.encode(x=across, y=up, y2=f"{band}:Q")
    colors = alt.Scale(domain=names, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(names))])
    dashes = alt.Scale(domain=names, range=[DASHES[n % len(DASHES)] for n in range(len(names))])
    legend = alt.Legend(orient="bottom", title=None, columns=1, symbolType="stroke", symbolSize=400, labelLimit=300)
    lines = alt.Chart(rows).mark_line(interpolate="step-after", strokeWidth=2.4)
    lines = lines.encode(
        x=across,
        y=up,
        color=alt.Color(f"{series}:N", scale=colors, legend=legend),
        strokeDash=alt.StrokeDash(f"{series}:N", scale=dashes, legend=legend),
    )
    marks = pl.DataFrame({"at": [rules[0]], "level": [rules[1]], "word": ["threshold"], "asked": ["asked for"]})
    base = alt.Chart(marks)
    today = base.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=alt.X("at:Q", title=titles[0]))
    asked = base.mark_rule(color=MUTED, strokeDash=[4, 3], strokeWidth=1).encode(y=alt.Y("level:Q", title=titles[1]))
    word = base.mark_text(align="left", dx=4, baseline="bottom", fontSize=10.5, color=MUTED)
    word = word.encode(x=alt.X("at:Q", title=titles[0]), y=alt.value(-3), text="word:N")
    beside = base.mark_text(align="right", dx=-4, dy=-4, baseline="bottom", fontSize=10.5, color=MUTED)
    beside = beside.encode(x=alt.value("width"), y=alt.Y("level:Q", title=titles[1]), text="asked:N")
    return finish(alt.layer(area, lines, today, asked, word, beside).properties(height=300))
