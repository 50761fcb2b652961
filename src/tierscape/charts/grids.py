"""Grids of coloured cells."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import finish, ramp_color, tidy


def heat_grid(
    frame: pl.DataFrame, *, row: str, column: str, value: str, titles: tuple[str, str, str], written: bool = True
) -> dict[str, Any]:
    """Draw a grid of coloured cells, one a pair, on a scale from 0 to 1; a null is grey with a question mark.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a pair; rows and columns are drawn in order of first appearance.
    row, column, value : str
        Columns of the frame.
    titles : tuple of str
        Titles of the column axis, of the row axis, and of the value with its unit.
    written : bool
        Write the value into each cell; else only the mark of the unknown.
    """
    import altair as alt

    rows = tidy(frame.select(row, column, value))
    across = alt.Scale(paddingInner=min(0.0025 * rows[column].n_unique(), 0.1), paddingOuter=0)
    base = alt.Chart(rows).encode(
        y=alt.Y(
            f"{row}:N",
            sort=None,
            scale=alt.Scale(paddingInner=0.07, paddingOuter=0),
            title=titles[1] or None,
            axis=alt.Axis(labelLimit=170, labelPadding=8, ticks=False, domain=False),
        ),
        x=alt.X(
            f"{column}:O",
            sort=None,
            scale=across,
            title=titles[0] or None,
            axis=alt.Axis(orient="top", labelAngle=0 if written else -60, ticks=False, domain=False, labelLimit=120),
        ),
    )
    known = f"isValid(datum['{value}'])"
    cells = base.mark_rect(invalid="show").encode(color=ramp_color(value, titles[2], domain=(0.0, 1.0)))
    word = f"{known} ? format(datum['{value}'], '.2f') : '?'"
    base = base if written else base.transform_filter(f"!{known}")
    text = base.transform_calculate(_label=word).mark_text(fontSize=11 if written else 9)
    text = text.encode(
        text="_label:N",
        color=alt.condition(f"{known} && datum['{value}'] > 0.57", alt.value("white"), alt.value("black")),
    )
    step = 27 if written else 17
    return finish(alt.layer(cells, text).properties(height=alt.Step(step)))
