"""Frontiers: what one goal costs in terms of another, each point with its proven band."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, GRID, INK, MUTED, finish, tidy


def frontier_bands(
    frame: pl.DataFrame, *, x: str, span: tuple[str, str], label: str, apart: str, mark: str, titles: tuple[str, str]
) -> dict[str, Any]:
    """Draw each point as a bar from its lower to its upper bound; points that differ by more than their bands are joined.

    Parameters
    ----------
    frame : polars.DataFrame
        Points in the order of the frontier.
    x : str
        Column of the goal.
    span : tuple of str
        Columns of the lower bound and of the value of the plan found.
    label : str
        Column of a short word at each point.
    apart : str
        Column that says whether the band does not overlap that of the point before.
    mark : str
        Column that says which point is shown first; it is drawn in the other colour and shape.
    titles : tuple of str
        Titles of both axes, units included.
    """
    import altair as alt

    low, high = span
    rows = tidy(frame.select(x, low, high, label, apart, mark)).with_columns(
        _part=(~pl.col(apart)).fill_null(value=True).cast(pl.Int64).cum_sum()
    )
    scale = alt.Scale(zero=False, nice=True, padding=16)
    across = alt.X(f"{x}:Q", title=titles[0], scale=scale, axis=alt.Axis(tickCount=6, grid=True))
    up = alt.Y(f"{high}:Q", title=titles[1], scale=scale, axis=alt.Axis(tickCount=6, grid=True))
    base = alt.Chart(rows)
    line = base.mark_line(color=GRID, strokeWidth=3).encode(x=across, y=up, detail="_part:N")
    bands = base.mark_rule(strokeWidth=7, opacity=0.35, color=ACCENT).encode(
        x=across, y=alt.Y(f"{low}:Q", title=titles[1], scale=scale), y2=f"{high}:Q"
    )
    dots = base.mark_point(filled=True, opacity=1, size=110, stroke="white", strokeWidth=1).encode(
        x=across, y=up, tooltip=[alt.Tooltip(f"{label}:N"), alt.Tooltip(f"{x}:Q"), alt.Tooltip(f"{high}:Q")],
        color=alt.condition(f"datum['{mark}']", alt.value(CATEGORIES[1]), alt.value(ACCENT)),
        shape=alt.condition(f"datum['{mark}']", alt.value("diamond"), alt.value("circle")),
    )  # fmt: skip
    words = base.mark_text(align="left", dx=10, dy=-9, fontSize=10.5).encode(
        x=across, y=up, text=f"{label}:N", color=alt.condition(f"datum['{mark}']", alt.value(INK), alt.value(MUTED))
    )
    return finish(alt.layer(line, bands, dots, words).properties(height=320))
