"""Grids of scores in which what is unknown is hatched."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import GRID, MUTED, finish, ramp_color, tidy

HATCH = "╱╱╱"


def hatched_grid(frame: pl.DataFrame, *, row: str, column: str, value: str, faint: str, title: str) -> dict[str, Any]:
    """Draw a cell a pair, coloured from 0 to 100; a null is hatched on grey, a vague value fills the cell only in part.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a pair; rows and columns are drawn in order of first appearance.
    row, column, value : str
        Columns of the frame.
    faint : str
        Column of how vague the value is, 0 to 100; above 50 the cell is small.
    title : str
        Title of the value, unit included.
    """
    import altair as alt

    rows = tidy(frame.select(row, column, value, faint))
    y = alt.Y(
        f"{row}:N",
        sort=rows[row].unique(maintain_order=True).to_list(),
        title=None,
        axis=alt.Axis(labelLimit=170, labelPadding=8, ticks=False, domain=False),
    )
    x = alt.X(
        f"{column}:N",
        sort=rows[column].unique(maintain_order=True).to_list(),
        title=None,
        axis=alt.Axis(orient="top", labelAngle=-50, ticks=False, domain=False, labelLimit=150),
    )
    base = alt.Chart(rows).encode(x=x, y=y)
    known = f"isValid(datum['{value}'])"
    color = ramp_color(value, title, domain=(0.0, 100.0))
    blank = base.transform_filter(f"!{known}")
    under = blank.mark_rect(color=GRID, stroke="white")
    hatch = blank.mark_text(text=HATCH, fontSize=11, color=MUTED)
    firm = base.transform_filter(f"{known} && datum['{faint}'] <= 50").mark_rect(stroke="white").encode(color=color)
    vague = base.transform_filter(f"{known} && datum['{faint}'] > 50")
    vague = vague.mark_square(size=90, opacity=1, stroke=MUTED, strokeWidth=0.6).encode(
        fill=alt.Fill(f"{value}:Q", legend=None, scale=color["scale"])
    )
    return finish(alt.layer(under, hatch, firm, vague).properties(height=alt.Step(19)))
