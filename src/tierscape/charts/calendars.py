"""What is under way when: bars over years."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MOST_ROWS, finish


def calendar_bars(
    frame: pl.DataFrame, *, label: str, kind: str, span: tuple[str, str], word: str, title: str
) -> dict[str, Any]:
    """Draw a bar a row from one year to another, a row each; rows of the same label share a line.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order in which they are drawn; at most ``MOST_ROWS`` labels.
    label, kind : str
        Columns of the name, and of what the bar stands for: its colour and its word in the legend.
    span : tuple of str
        Columns of the beginning and of the end, years; the end is where the bar ends.
    word : str
        Column of a few words written right of the bars.
    title : str
        Title of the axis of time.
    """
    import altair as alt

    names = frame[label].unique(maintain_order=True).head(MOST_ROWS).to_list()
    rows = frame.filter(pl.col(label).is_in(names)).select(label, kind, *span, word)
    kinds = frame[kind].unique(maintain_order=True).to_list()
    colors = alt.Scale(domain=kinds, range=[CATEGORIES[n % len(CATEGORIES)] for n in range(len(kinds))])
    first, last = float(frame[span[0]].min()), float(frame[span[1]].max())  # type: ignore[arg-type]
    y = alt.Y(f"{label}:N", sort=names, title=None, axis=alt.Axis(labelLimit=190, labelPadding=8))
    across = alt.X(
        f"{span[0]}:Q", title=title, scale=alt.Scale(domain=[first, last], nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, grid=True),
    )  # fmt: skip
    legend = alt.Legend(orient="top", title=None, columns=4, symbolType="square")
    base = alt.Chart(rows)
    bars = base.mark_bar(height={"band": 0.6}, stroke="white", strokeWidth=1, cornerRadius=2).encode(
        y=y, x=across, x2=f"{span[1]}:Q", color=alt.Color(f"{kind}:N", scale=colors, legend=legend)
    )
    words = alt.Chart(rows.unique(label, keep="first", maintain_order=True)).mark_text(align="left", dx=8, color=INK)
    words = words.encode(y=y, x=alt.value("width"), text=f"{word}:N")
    return finish(alt.layer(bars, words).properties(height=alt.Step(26)))
