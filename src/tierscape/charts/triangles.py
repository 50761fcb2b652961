"""Splits among three as points in a triangle."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import ACCENT, CATEGORIES, INK, SHAPES, UNKNOWN, finish

HEIGHT = 3**0.5 / 2


def split_triangle(
    splits: pl.DataFrame, region: pl.DataFrame, *, names: tuple[str, str, str], label: str
) -> dict[str, Any]:
    """Draw splits in a triangle whose corners give all to one, with the region of splits that nobody leaves.

    Parameters
    ----------
    splits : polars.DataFrame
        A row a split: its name in ``label`` and the shares ``first``, ``second``, ``third``, which sum to 1.
    region : polars.DataFrame
        Corners of the region in order, the same three columns; none where it is empty.
    names : tuple of str
        Who gets all at the left, the right and the upper corner.
    label : str
        Column of the split's name.
    """
    import altair as alt

    place = (
        (pl.col("second") + pl.col("third") / 2).round(4).alias("x"),
        (pl.col("third") * HEIGHT).round(4).alias("y"),
    )
    ends = pl.DataFrame({"x": [0.0, 1.0, 0.5], "y": [0.0, 0.0, HEIGHT], "name": names, "n": [0, 1, 2]})
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.12], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.1, HEIGHT + 0.1], nice=False))
    frame = (
        alt.Chart(ends)
        .mark_line(color=UNKNOWN, strokeWidth=1.5, interpolate="linear-closed")
        .encode(x=x, y=y, order="n:O")
    )
    low = alt.Chart(ends.head(2)).mark_text(baseline="top", dy=8, color=INK).encode(x=x, y=y, text="name:N")
    top = alt.Chart(ends.tail(1)).mark_text(baseline="bottom", dy=-8, color=INK).encode(x=x, y=y, text="name:N")
    layers = [frame, low, top]
    if region.height:
        corners = region.select(*place).with_row_index("n")
        layers.append(
            alt.Chart(corners)
            .mark_line(filled=True, fill=ACCENT, fillOpacity=0.18, stroke=ACCENT, interpolate="linear-closed")
            .encode(x=x, y=y, order="n:O")
        )
    rows = splits.select(
        label,
        *place,
        how=pl.format("{}–{}–{} %", *((100 * pl.col(c)).round(0).cast(pl.Int64) for c in ("first", "second", "third"))),
    )
    rows = rows.with_columns(word=pl.format("{} {}", label, "how"))
    kinds = rows["word"].to_list()
    scale = alt.Scale(domain=kinds, range=[CATEGORIES[(i + 1) % len(CATEGORIES)] for i in range(len(kinds))])
    shapes = alt.Scale(domain=kinds, range=[SHAPES[i % len(SHAPES)] for i in range(len(kinds))])
    legend = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300)
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, size=110, opacity=1, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("word:N", scale=scale, legend=legend),
            shape=alt.Shape("word:N", scale=shapes, legend=legend),
        )
    )
    return finish(alt.layer(*layers, dots).properties(height=320))
