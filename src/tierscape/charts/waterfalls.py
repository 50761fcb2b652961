"""Waterfalls: bars that each begin where the one before ended, down to the total."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, finish, tidy


def waterfall(frame: pl.DataFrame, *, label: str, part: str, value: str, title: str, total: str) -> dict[str, Any]:
    """Draw rows of parts that add up from row to row, and the total below.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a bar and part, in the order in which they are drawn; what is null or 0 is not drawn.
    label, part, value : str
        Columns of the bar's name, of the part's name, and of its length, not negative.
    title : str
        Title of the value axis, unit included.
    total : str
        Name of the last bar.
    """
    import altair as alt

    rows = frame.select(label, part, value).filter(pl.col(value) > 0)
    whole = rows.group_by(part, maintain_order=True).agg(pl.col(value).sum())
    below = whole.select(pl.lit(total).alias(label), part, value)
    parts = frame[part].unique(maintain_order=True).to_list()
    drawn = [name for name in parts if name in set(rows[part])]
    order = [*frame[label].unique(maintain_order=True), total]
    below = below.sort(pl.col(part).replace_strict({n: i for i, n in enumerate(drawn)}, return_dtype=pl.Int64))
    end = pl.col(value).cum_sum()
    stacked = pl.concat([rows.with_columns(end=end), below.with_columns(end=end)])
    stacked = stacked.with_columns(start=pl.col("end") - pl.col(value))
    sums = stacked.group_by(label, maintain_order=True).agg(pl.col(value).sum().alias("sum"), pl.col("end").max())
    y = alt.Y(f"{label}:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8))
    x = alt.X("start:Q", title=title, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=6))
    colors = alt.Scale(domain=drawn, range=[CATEGORIES[parts.index(n) % len(CATEGORIES)] for n in drawn])
    legend = alt.Legend(orient="bottom", title=None, columns=3, symbolType="square")
    bars = alt.Chart(tidy(stacked.select(label, part, "start", "end"))).mark_bar(height={"band": 0.66})
    bars = bars.encode(y=y, x=x, x2="end:Q", color=alt.Color(f"{part}:N", scale=colors, legend=legend))
    words = alt.Chart(tidy(sums)).transform_calculate(_label="format(datum.sum, ',.3~r')")
    words = words.mark_text(align="left", dx=8, color=INK).encode(y=y, x=alt.value("width"), text="_label:N")
    return finish(alt.layer(bars, words).properties(height=alt.Step(28)))
