"""What is left after each step, against what all steps so far cost."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, INK, finish, tidy


def staircase(frame: pl.DataFrame, *, x: str, y: str, label: str, titles: tuple[str, str]) -> dict[str, Any]:
    """Draw a falling line in steps with the name of each step on it.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a step, from today on.
    x, y : str
        Columns of the cost so far and of what is left.
    label : str
        Column of the number and name of the step, written at its point.
    titles : tuple of str
        Titles of the axes, units included.
    """
    import altair as alt

    rows = tidy(frame.select(x, y, label))
    across = alt.X(
        f"{x}:Q", title=titles[0], scale=alt.Scale(nice=True, padding=12), axis=alt.Axis(tickCount=5, format="~s")
    )
    up = alt.Y(
        f"{y}:Q", title=titles[1], scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5, format="~s", grid=True)
    )
    base = alt.Chart(rows)
    steps = base.mark_line(interpolate="step-after", color=ACCENT, strokeWidth=2.6).encode(x=across, y=up)
    dots = base.mark_point(filled=True, size=60, color=ACCENT, opacity=1).encode(x=across, y=up)
    words = base.mark_text(align="left", dx=5, dy=-9, fontSize=10.5, color=INK).encode(
        x=across, y=up, text=f"{label}:N"
    )
    return finish(alt.layer(steps, dots, words).properties(height=260))
