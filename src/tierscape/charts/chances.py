"""How often a loss is exceeded, and what many scenarios deliver day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, INK, MUTED, distinct, finish, tidy


def exceedance(
    frame: pl.DataFrame, *, x: str, y: str, rules: Sequence[tuple[float, str]], titles: tuple[str, str]
) -> dict[str, Any]:
    """Draw how likely each value is exceeded, a falling line in steps on a logarithmic axis of chances.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a step; chances above 0.
    x, y : str
        Columns of the value and of the chance.
    rules : sequence of (float, str)
        Values that get a dashed line, with the word beside it.
    titles : tuple of str
        Titles of the axes, units included.
    """
    import altair as alt

    across = alt.X(f"{x}:Q", title=titles[0], scale=alt.Scale(zero=True), axis=alt.Axis(format="~s", tickCount=6))
    chances = [10.0**n for n in range(-6, 1)]
    axis = alt.Axis(format="~%", grid=True, values=chances)
    up = alt.Y(f"{y}:Q", title=titles[1], scale=alt.Scale(type="log"), axis=axis)
    line = alt.Chart(tidy(frame.select(distinct(x, y)))).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=ACCENT
    )
    marks = pl.DataFrame({"_at": [at for at, _ in rules], "_word": [word for _, word in rules]})
    at = alt.X("_at:Q", title=titles[0])
    standing = alt.Chart(marks).mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=at)
    words = [
        alt.Chart(marks.slice(i, 1)).mark_text(align="left", dx=4, fontSize=10.5, color=MUTED)
        .encode(x=at, y=alt.value(10 + 14 * i), text="_word:N")
        for i in range(marks.height)
    ]  # fmt: skip
    return finish(alt.layer(line.encode(x=across, y=up), standing, *words).properties(height=300))


def fan(
    frame: pl.DataFrame, *, x: str, middle: str, mean: str, span: tuple[str, str], titles: tuple[str, str]
) -> dict[str, Any]:
    """Draw a band from the low to the high end over x, with the middle as a line and the mean as a dashed one.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a value of x.
    x, middle, mean : str
        Columns.
    span : tuple of str
        Columns of the low and the high end.
    titles : tuple of str
        Titles of the axes, units included.
    """
    import altair as alt

    low, high = span
    base = alt.Chart(tidy(frame.select(distinct(x, middle, mean, low, high)))).encode(
        x=alt.X(f"{x}:Q", title=titles[0], scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=7))
    )
    up = alt.Y(f"{low}:Q", title=titles[1], scale=alt.Scale(zero=True), axis=alt.Axis(format="~s", grid=True))
    band = base.mark_area(color=ACCENT, opacity=0.22).encode(y=up, y2=f"{high}:Q")
    line = base.mark_line(color=ACCENT, strokeWidth=2.4).encode(y=alt.Y(f"{middle}:Q", title=titles[1]))
    dashed = base.mark_line(color=CATEGORIES[1], strokeDash=[5, 3], strokeWidth=2)
    return finish(alt.layer(band, line, dashed.encode(y=alt.Y(f"{mean}:Q", title=titles[1]))).properties(height=260))
