"""Bands that open over time, two or more on one axis."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from tierscape.charts.look import CATEGORIES, finish, tidy
from tierscape.charts.steps import DASHES


def fan_bands(
    frame: pl.DataFrame, *, x: str, series: str, levels: tuple[str, ...], titles: tuple[str, str],
    domain: Literal["share", "free"] = "free",
) -> dict[str, Any]:  # fmt: skip
    """Draw one fan a series: nested bands and the line in their middle, told apart by colour and dash.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a series and point of x.
    x, series : str
        Columns; x is a number, a calendar year for example.
    levels : tuple of str
        Columns from the lowest to the highest percentile, an odd number: the one in the middle is the line.
    titles : tuple of str
        Titles of the axes, units included.
    domain : {"share", "free"}
        From 0 to 1, or as the numbers are.
    """
    import altair as alt

    names = frame[series].unique(maintain_order=True).to_list()
    year = frame.select(x, series).with_columns(pl.col(x).cast(pl.Float64))
    rows = tidy(frame.select(levels)).hstack(year)
    colors = alt.Scale(domain=names, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(names))])
    dashes = alt.Scale(domain=names, range=[DASHES[n % len(DASHES)] for n in range(len(names))])
    legend = alt.Legend(
        orient="top", title=None, columns=1, symbolType="stroke", symbolSize=400, symbolOpacity=1, labelLimit=320
    )
    scale = alt.Scale(domain=[0, 1], nice=False) if domain == "share" else alt.Scale(nice=True)
    across = alt.X(
        f"{x}:Q", title=titles[0], scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=6),
    )  # fmt: skip
    color = alt.Color(f"{series}:N", scale=colors, legend=legend)
    base = alt.Chart(rows).encode(x=across, color=color)
    middle = len(levels) // 2
    layers: list[Any] = [
        base.mark_area(opacity=1.0, fillOpacity=0.26).encode(
            y=alt.Y(f"{levels[n]}:Q", title=titles[1], scale=scale, axis=alt.Axis(grid=True, tickCount=5)),
            y2=f"{levels[-1 - n]}:Q",
        )
        for n in range(middle)
    ]
    line = base.mark_line(strokeWidth=2.6).encode(
        y=alt.Y(f"{levels[middle]}:Q", title=titles[1], scale=scale),
        strokeDash=alt.StrokeDash(f"{series}:N", scale=dashes, legend=legend),
    )
    return finish(alt.layer(*layers, line).properties(height=280))
