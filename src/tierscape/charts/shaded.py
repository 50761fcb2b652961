"""A loss day by day, the days of an event shaded, and days that are artefacts of a rule hatched."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from tierscape.charts.look import ACCENT, GRID, INK, MUTED, finish, tidy

HATCH = "╱"
ROWS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Heights, shares of the panel, at which the hatch is drawn."""


def shaded_days(
    frame: pl.DataFrame, *, x: str, y: str, active: str, flag: str, titles: tuple[str, str]
) -> dict[str, Any]:
    """Draw an area over days with events in grey behind it and flagged days hatched.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a day.
    x, y : str
        Columns of the day and of the value; the axis reaches at least to 1.
    active : str
        Boolean column: an event acts.
    flag : str
        Column of the word of an artefact, null on all other days.
    titles : tuple of str
        Titles of the axes, units included.
    """
    import altair as alt

    rows = tidy(frame.select(x, y))
    across = alt.X(f"{x}:Q", title=titles[0], axis=alt.Axis(tickCount=6), scale=alt.Scale(nice=False))
    top = max(1.0, float(frame[y].cast(pl.Float64).fill_null(0.0).to_numpy().max(initial=0.0)))
    up = alt.Y(f"{y}:Q", title=titles[1], scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=5, grid=True))
    layers: list[Any] = []
    events = _spans(frame, x, pl.col(active).fill_null(value=False))
    if events.height:
        back = alt.Chart(events).mark_rect(color=GRID, opacity=0.9)
        layers.append(back.encode(x=alt.X("from:Q", title=titles[0]), x2="to:Q"))
    area = alt.Chart(rows).mark_area(interpolate="step-after", color=ACCENT, opacity=0.75, line={"color": ACCENT})
    layers.append(area.encode(x=across, y=up))
    flagged = frame.filter(pl.col(flag).is_not_null())
    if flagged.height:
        every = max(frame.height // 60, 1)
        marks = flagged.filter(pl.col(x) % every == 0).select(x, flag)
        marks = marks.join(pl.DataFrame({"at": [top * row for row in ROWS]}), how="cross")
        hatch = alt.Chart(marks).mark_text(text=HATCH, fontSize=15, color=MUTED)
        layers.append(hatch.encode(x=alt.X(f"{x}:Q", title=titles[0]), y=alt.Y("at:Q", title=titles[1])))
        first = flagged.group_by(flag, maintain_order=True).first().select(x, flag)
        half = float(frame[x].cast(pl.Float64).to_numpy().mean())
        sides: tuple[tuple[Literal["left", "right"], pl.Expr], ...] = (
            ("left", pl.col(x) < half),
            ("right", pl.col(x) >= half),
        )
        for align, near in sides:  # a word at the edge is cut
            rest = first.filter(near)
            words = alt.Chart(rest).mark_text(align=align, baseline="bottom", fontSize=10.5, color=INK)
            if rest.height:
                layers.append(words.encode(x=alt.X(f"{x}:Q", title=titles[0]), y=alt.value(-3), text=f"{flag}:N"))
    return finish(alt.layer(*layers).properties(height=220))


def _spans(frame: pl.DataFrame, x: str, inside: pl.Expr) -> pl.DataFrame:
    """Give the beginning and end of each stretch of days."""
    rows = frame.select(day=pl.col(x), inside=inside).with_columns(stretch=pl.col("inside").rle_id())
    stretches = rows.filter("inside").group_by("stretch", maintain_order=True)
    return stretches.agg(pl.col("day").min().alias("from"), (pl.col("day").max() + 1).alias("to")).select("from", "to")
