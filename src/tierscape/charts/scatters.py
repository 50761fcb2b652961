"""Named points on two axes."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, INK, Box, distinct, finish, tidy

NAME_TURNS = 0.55
"""Share of the axis from which on a name stands to the left of its point."""


def labelled_scatter(
    frame: pl.DataFrame, *, label: str, x: str, y: str, titles: tuple[str, str], size: str = ""
) -> dict[str, Any]:
    """Draw points on two axes from 0; rows without either number are left out.

    Rows get their name in the order of the frame, as long as there is room beside the point; pointing at it shows the
    rest. ``titles`` are those of the axes, units included. Points with a larger ``size`` are larger.
    """
    import altair as alt

    rows = tidy(frame.drop_nulls([x, y]).select(distinct(label, x, y, size)))
    rows = rows.with_columns(_side=pl.Series(_with_room(rows, label, x, y), dtype=pl.String))
    base = alt.Chart(rows).encode(
        x=alt.X(f"{x}:Q", title=titles[0], scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6)),
        y=alt.Y(
            f"{y}:Q", title=titles[1], scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6, grid=True)
        ),
    )
    points = base.mark_point(filled=True, size=90, color=ACCENT, opacity=0.85, stroke="white", strokeWidth=1)
    if size:
        points = points.encode(size=alt.Size(f"{size}:Q", scale=alt.Scale(range=[40, 400]), legend=None))
    points = points.encode(tooltip=[alt.Tooltip(f"{name}:{kind}") for name, kind in ((label, "N"), (x, "Q"), (y, "Q"))])
    right = base.transform_filter("datum._side == 'right'").mark_text(align="left", dx=9, color=INK, fontSize=11)
    left = base.transform_filter("datum._side == 'left'").mark_text(align="right", dx=-9, color=INK, fontSize=11)
    texts = [side.encode(text=f"{label}:N") for side in (right, left)]
    return finish(alt.layer(points, *texts).properties(height=380))


def _with_room(rows: pl.DataFrame, label: str, x: str, y: str) -> list[str | None]:
    """Tell on which side of its point each name stands: where it covers no point and no other name; the first always has one."""
    wide, high = (max((abs(v) for v in rows[name].to_list()), default=0.0) or 1.0 for name in (x, y))
    points = list(zip((rows[x] / wide).to_list(), (rows[y] / high).to_list(), strict=True))
    taken: list[Box] = []
    answer: list[str | None] = []
    for at, ((across, up), name) in enumerate(zip(points, rows[label].to_list(), strict=True)):
        length = 0.02 + 0.014 * len(name or "")
        boxes = {
            "right": (across, up - 0.035, across + length, up + 0.035),
            "left": (across - length, up - 0.035, across, up + 0.035),
        }
        inward = "right" if across <= NAME_TURNS else "left"
        others = [*((p[0], p[1], p[0], p[1]) for i, p in enumerate(points) if i != at), *taken]
        free = [
            side
            for side in sorted(boxes, key=lambda side: side != inward)
            if boxes[side][0] >= 0 and boxes[side][2] <= 1.05 and not any(_overlap(boxes[side], o) for o in others)
        ]
        side = free[0] if free else inward if at == 0 else None
        answer.append(side)
        if side is not None:
            taken.append(boxes[side])
    return answer


def _overlap(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
