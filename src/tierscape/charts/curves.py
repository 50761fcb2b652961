"""Lines over a number or over time, told apart by colour and dash."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MUTED, finish, tidy
from tierscape.charts.steps import DASHES


def line_curves(
    frame: pl.DataFrame, *, x: str, y: str, series: str, titles: tuple[str, str],
    scale: Literal["linear", "log", "time"] = "linear", rule: tuple[str, object] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Draw one line a series; over time in steps.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a series and point.
    x, y, series : str
        Columns of the two numbers, or of a date and a number, and of the name of the line.
    titles : tuple of str
        Titles of the axes, units included.
    scale : {"linear", "log", "time"}
        Of the x axis.
    rule : tuple of str and value, optional
        A line across: the word above it, and where it stands.
    """
    import altair as alt

    names = frame[series].unique(maintain_order=True).to_list()
    rows = frame.select(x, y, series).with_columns(pl.col(y).round_sig_figs(5))
    rows = (
        rows.with_columns(pl.col(x).dt.to_string("%Y-%m-%d")) if scale == "time" else tidy(rows).with_columns(rows[y])
    )
    kind = "T" if scale == "time" else "Q"
    axis = (
        alt.Axis(tickCount=6, format="%b %Y", labelOverlap=True)
        if scale == "time"
        else alt.Axis(tickCount=5, format="~s")
    )
    across = alt.X(f"{x}:{kind}", title=titles[0], axis=axis,
                   scale=alt.Undefined if scale == "time" else alt.Scale(type=scale, nice=False))  # fmt: skip
    up = alt.Y(f"{y}:Q", title=titles[1], scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(grid=True, tickCount=6))
    colors = alt.Scale(domain=names, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(names))])
    dashes = alt.Scale(domain=names, range=[DASHES[n % len(DASHES)] for n in range(len(names))])
    legend = alt.Legend(orient="bottom", title=None, columns=1, symbolType="stroke", symbolSize=400, labelLimit=360)
    lines = alt.Chart(rows).mark_line(interpolate="step-after" if scale == "time" else "linear", strokeWidth=2.4)
    layers = [lines.encode(
        x=across, y=up, color=alt.Color(f"{series}:N", scale=colors, legend=legend),
        strokeDash=alt.StrokeDash(f"{series}:N", scale=dashes, legend=legend),
    )]  # fmt: skip
    if rule is not None:
        place = rule[1].isoformat() if hasattr(rule[1], "isoformat") else rule[1]
        marks = alt.Chart(pl.DataFrame({"at": [place], "word": [rule[0]]}))
        at = alt.X(f"at:{kind}", title=titles[0])
        layers.append(marks.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=at))
        word = marks.mark_text(align="left", dx=4, baseline="bottom", fontSize=10.5, color=MUTED)
        layers.append(word.encode(x=at, y=alt.value(-3), text="word:N"))
    return finish(alt.layer(*layers).properties(height=300))
