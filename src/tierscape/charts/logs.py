"""Named points on logarithmic axes."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, SHAPES, distinct, finish, tidy

Axis = tuple[str, str, str]
"""Column, title with its unit, and how numbers are written."""


def log_scatter(
    frame: pl.DataFrame, *, label: str, x: Axis, y: Axis, kind: str, order: tuple[str, ...]
) -> dict[str, Any]:
    """Draw points on two logarithmic axes; rows without a positive number on both are left out.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a point, those that should carry their name first; a row whose label is null has none. Names for which there
        is no room are left out; pointing at a point shows the rest.
    label, kind : str
        Columns of the name, and of a word that picks colour and shape.
    x, y : (column, title, format)
        What stands on the axes.
    order : tuple of str
        All words, so that each keeps its colour.
    """
    import altair as alt

    right, up = x[0], y[0]
    rows = tidy(frame.select(distinct(label, right, up, kind))).filter((pl.col(right) > 0) & (pl.col(up) > 0))
    spans = [_span(rows[name]) for name in (right, up)]
    rows = rows.with_columns(_named=pl.Series(_with_room(rows, (label, right, up), spans), dtype=pl.Boolean))
    words = [word for word in order if word in rows[kind].to_list()]
    at = [order.index(word) for word in words]
    color = alt.Scale(domain=words, range=[CATEGORIES[i % len(CATEGORIES)] for i in at])
    shape = alt.Scale(domain=words, range=[SHAPES[i % len(SHAPES)] for i in at])
    legend = alt.Legend(orient="top", title=None, labelLimit=300, columns=1)
    scales = [alt.Scale(type="log", domain=list(span), nice=False) for span in spans]
    ticks = [
        alt.Axis(format=form, values=_decades(span), grid=True) for form, span in zip((x[2], y[2]), spans, strict=True)
    ]
    base = alt.Chart(rows).encode(
        x=alt.X(f"{right}:Q", title=x[1], scale=scales[0], axis=ticks[0]),
        y=alt.Y(f"{up}:Q", title=y[1], scale=scales[1], axis=ticks[1]),
    )
    points = base.mark_point(filled=True, size=85, opacity=0.85, stroke="white", strokeWidth=0.8).encode(
        color=alt.Color(f"{kind}:N", scale=color, legend=legend),
        shape=alt.Shape(f"{kind}:N", scale=shape, legend=legend),
        tooltip=[f"{label}:N", f"{right}:Q", f"{up}:Q"],
    )
    middle = math.sqrt(spans[0][0] * spans[0][1])
    named = base.transform_filter("datum._named")
    sides = [
        named.transform_filter(f"datum['{right}'] {compare} {middle:g}").mark_text(
            align="left" if dx > 0 else "right", dx=dx, fontSize=11, color=INK, limit=150, clip=True
        )
        for compare, dx in (("<=", 8), (">", -8))
    ]
    return finish(alt.layer(points, *(side.encode(text=f"{label}:N") for side in sides)).properties(height=340))


def _span(values: pl.Series) -> tuple[float, float]:
    """Give round ends around all values, a factor of 2 apart from them at least."""
    known = [float(v) for v in values.to_list() if v]
    return (min(known) / 2, max(known) * 2) if known else (0.5, 2.0)


def _decades(span: tuple[float, float]) -> list[float]:
    """Give the powers of ten in a span; with 2 and 5 times as much where they are few."""
    powers = range(math.floor(math.log10(span[0])), math.ceil(math.log10(span[1])) + 1)
    inside = [10.0**n for n in powers if span[0] <= 10.0**n <= span[1]]
    if len(inside) >= 3:
        return inside
    return [k * 10.0**n for n in powers for k in (1, 2, 5) if span[0] <= k * 10.0**n <= span[1]]


def _with_room(rows: pl.DataFrame, names: tuple[str, str, str], spans: list[tuple[float, float]]) -> list[bool]:
    """Tell which points can carry their name without covering another name."""
    label, *axes = names
    places = [
        [math.log(v / low) / math.log(high / low) for v in rows[axis].to_list()]
        for axis, (low, high) in zip(axes, spans, strict=True)
    ]
    taken: list[tuple[float, float, float]] = []
    answer = []
    for name, across, up in zip(rows[label].to_list(), *places, strict=True):
        length = 0.03 + 0.019 * min(len(name or ""), 24)
        west, east = (across, across + length) if across <= 0.5 else (across - length, across)
        free = bool(name) and not any(west < e and w < east and abs(up - u) < 0.045 for w, e, u in taken)
        answer.append(free)
        if free:
            taken.append((west, east, up))
    return answer
