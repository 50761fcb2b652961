"""Outcomes by how likely they are."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, MUTED, finish, tidy


def outcome_columns(
    frame: pl.DataFrame, *, low: str, high: str, value: str, word: str, titles: tuple[str, str], mean: float
) -> dict[str, Any]:
    """Draw a column from ``low`` to ``high`` for each class, with the zero and the mean marked.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a class, in order; the first word has the second colour of the look.
    low, high, value, word : str
        Columns of the ends, of the chance, 0 to 1, and of what the class is, for colour and legend.
    titles : tuple of str
        Titles of the axes, units included.
    mean : float
        Mean of all outcomes.
    """
    import altair as alt

    rows = tidy(frame.select(low, high, value, word)).with_columns(_floor=pl.lit(0.0))
    words = rows[word].unique(maintain_order=True).to_list()
    scale = alt.Scale(domain=words, range=[CATEGORIES[(n + 1) % 2] for n in range(len(words))])
    x = alt.X(f"{low}:Q", title=titles[0], axis=alt.Axis(format="~s", tickCount=6))
    bars = alt.Chart(rows).mark_bar(stroke="white", strokeWidth=0.5).encode(
        x=x, x2=f"{high}:Q", y=alt.Y(f"{value}:Q", title=titles[1], axis=alt.Axis(format="~p", grid=True, tickCount=5)),
        y2="_floor:Q", color=alt.Color(f"{word}:N", scale=scale, legend=alt.Legend(orient="top", title=None, labelLimit=300)),
    )  # fmt: skip
    marks = tidy(pl.DataFrame({"at": [mean], "word": ["mean"]}))
    at = alt.X("at:Q", title=titles[0])
    line = alt.Chart(marks).mark_rule(color=INK, strokeDash=[4, 3]).encode(x=at)
    name = (
        alt.Chart(marks)
        .mark_text(align="left", dx=4, color=MUTED, fontSize=10.5)
        .encode(x=at, y=alt.value(8), text="word:N")
    )
    return finish(alt.layer(bars, line, name).properties(height=260))
