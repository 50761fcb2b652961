"""Rows of bars and dots: rankings, intervals, shares of a whole, groups side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tierscape.charts.look import (
    ACCENT,
    CATEGORIES,
    GRID,
    INK,
    MOST_ROWS,
    MUTED,
    SHAPES,
    categorical,
    distinct,
    finish,
    tidy,
)


def ranked_bars(
    frame: pl.DataFrame, *, label: str, value: str, title: str, low: str = "", high: str = "", color: str = ""
) -> dict[str, Any]:
    """Draw horizontal bars in the order of the frame, with the value written at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, best first; at most ``MOST_ROWS`` are drawn.
    label, value : str
        Column of the bar's name; column of its length. A null value has a name and no bar.
    title : str
        Title of the value axis, unit included.
    low, high : str
        Columns of an interval, drawn as a line with end caps.
    color : str
        Column of a category; its word stands beside the value, so that colour is never alone and needs no legend.
    """
    import altair as alt

    rows = tidy(frame.head(MOST_ROWS).select(distinct(label, value, low, high, color)))
    base = alt.Chart(rows)
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X(f"{value}:Q", title=title, scale=alt.Scale(nice=True, zero=True), axis=alt.Axis(tickCount=6))
    bars = base.mark_bar(height={"band": 0.64}, color=ACCENT).encode(y=y, x=x)
    word = f"isValid(datum['{value}']) ? format(datum['{value}'], '.3~r') : '–'"
    if high:
        word = f"({word}) + (datum['{high}'] > datum['{value}'] ? '–' + format(datum['{high}'], '.3~r') : '')"
    if color:
        bars = bars.encode(color=categorical(color, rows[color].drop_nulls().unique(maintain_order=True).to_list()))
        word = f"({word}) + (datum['{color}'] ? ' · ' + datum['{color}'] : '')"
    layers: list[Any] = [bars]
    if low and high:
        span = {"y": y, "x": alt.X(f"{low}:Q", title=title), "x2": f"{high}:Q"}
        layers.append(
            base.mark_errorbar(ticks={"size": 8, "color": INK}, rule={"size": 1.4, "color": INK}).encode(**span)
        )
    text = base.transform_calculate(_label=word).mark_text(align="left", dx=8, color=INK)
    text = text.encode(y=y, x=alt.value("width"), text="_label:N")
    return finish(alt.layer(*layers, text).properties(height=alt.Step(24)))


def interval_dots(
    frame: pl.DataFrame,
    *,
    label: str,
    interval: tuple[str, str, str],
    title: str,
    word: str,
    order: Sequence[str],
    least: int = 1,
) -> dict[str, Any]:
    """Draw a dot on a bar for each row, the smallest value at the left, with the interval and a word at the right edge.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows, best first; at most ``MOST_ROWS`` are drawn. Rows without an interval have a name and no mark.
    label : str
        Column of the row's name.
    interval : tuple of str
        Columns of the low end, of the dot and of the high end, whole numbers.
    title : str
        Title of the axis, unit included.
    word : str
        Column of a category that colours the row; its word stands at the edge, so that colour is never alone.
    order : sequence of str
        All words, so that each keeps its colour from chart to chart.
    least : int
        Begin of the axis: 1 for ranks, 0 for points.
    """
    import altair as alt

    low, dot, high = interval
    rows = tidy(frame.head(MOST_ROWS).select(distinct(label, *interval, word))).with_columns(pl.col(word).fill_null(""))
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    top = max(rows[high].drop_nulls().to_list(), default=1)
    scale = alt.Scale(domain=[least, max(top, least + 1)], nice=False, padding=8)
    step = 5 if top <= 40 else 10 if top <= 100 else 50
    axis = alt.Axis(values=[least, *range(step, int(top) + 1, step)], format="d")
    base = alt.Chart(rows).encode(y=y, color=categorical(word, [*order, ""]))
    bars = base.mark_rule(strokeWidth=5, strokeCap="round", opacity=0.45).encode(
        x=alt.X(f"{low}:Q", title=title, scale=scale, axis=axis), x2=f"{high}:Q"
    )
    dots = base.mark_point(filled=True, size=80, opacity=1, stroke="white", strokeWidth=1).encode(
        x=alt.X(f"{dot}:Q", title=title, scale=scale, axis=axis)
    )
    span = f"datum['{low}'] == datum['{high}'] ? format(datum['{low}'], 'd') : format(datum['{low}'], 'd') + '–' + format(datum['{high}'], 'd')"
    written = f"isValid(datum['{low}']) ? ({span}) + (datum['{word}'] ? ' · ' + datum['{word}'] : '') : '–'"
    text = alt.Chart(rows).transform_calculate(_label=written).mark_text(align="left", dx=8, color=INK)
    text = text.encode(y=y, x=alt.value("width"), text="_label:N")
    return finish(alt.layer(bars, dots, text).properties(height=alt.Step(22)))


def stacked_bars(
    frame: pl.DataFrame, *, label: str, part: str, value: str, title: str, rules: Mapping[str, float], most: float
) -> dict[str, Any]:
    """Draw each row as a bar of parts from 0 to ``most``; the part named ``unknown`` is grey and comes last.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a bar and part, in the order in which they are drawn; what is null or 0 is not drawn.
    label, part, value : str
        Columns of the bar's name, of the part's name, and of its length.
    title : str
        Title of the value axis, unit included.
    rules : mapping of str to float
        Lines across all bars: the word above each, and where it stands.
    most : float
        End of the axis.

    Notes
    -----
    The name of a part stands inside it where there is room, and in the legend in the order of drawing.
    """
    import altair as alt

    drawn = set(frame.filter(pl.col(value) > 0)[part])
    colors = {name: _pale(name, n) for n, name in enumerate(frame[part].unique(maintain_order=True)) if name in drawn}
    rows = frame.select(label, part, value).with_columns(pl.col(value).fill_null(0.0))
    end = pl.col(value).cum_sum().over(label)
    rows = rows.with_columns(start=(end - pl.col(value)).round_sig_figs(6), end=end.round_sig_figs(6))
    rows = rows.filter(pl.col(value) > 0).select(label, part, "start", "end")
    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    legend = alt.Legend(orient="bottom", title=None, columns=1, symbolType="square")
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelPadding=8))
    x = alt.X("start:Q", title=title, scale=alt.Scale(domain=[0, most], nice=False), axis=alt.Axis(tickCount=6))
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(height={"band": 0.72}, stroke="white", strokeWidth=1).encode(
        x=x, x2="end:Q", color=alt.Color(f"{part}:N", scale=scale, legend=legend)
    )
    room = f"(datum.end - datum.start) * width / {most:g} > 6 * length(datum['{part}']) + 6"
    words = base.transform_filter(room).transform_calculate(_middle="(datum.start + datum.end) / 2")
    words = words.mark_text(fontSize=10.5, color=INK).encode(x=alt.X("_middle:Q", title=title), text=f"{part}:N")
    lines = pl.DataFrame(
        {"word": list(rules), "at": list(rules.values())}, schema={"word": pl.String, "at": pl.Float64}
    )
    line = alt.Chart(lines).mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=alt.X("at:Q", title=title))
    above = alt.Chart(lines).mark_text(align="left", dx=4, baseline="bottom", fontSize=10.5, color=MUTED)
    above = above.encode(x=alt.X("at:Q", title=title), y=alt.value(-3), text="word:N")
    return finish(alt.layer(bars, line, words, above).properties(height=alt.Step(27)))


def _pale(name: str, place: int) -> str:
    """Colour of a part: halfway to white, so that dark words read on it."""
    if name == "unknown":
        return GRID
    color = CATEGORIES[place % len(CATEGORIES)]
    return "#" + "".join(f"{(int(color[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))


def dots_side_by_side(frame: pl.DataFrame, *, row: str, group: str, value: str, title: str) -> dict[str, Any]:
    """Draw for every row one dot a group on an axis from 0 to 1, under each other, its value beside it.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a pair, in order of drawing; a null value has a question mark and no dot.
    row, group, value : str
        Column of the row's name; column of the group, told apart by colour and shape; column of the number.
    title : str
        Title of the value axis, unit included.
    """
    import altair as alt

    groups = frame[group].unique(maintain_order=True).to_list()
    rows = tidy(frame.select(row, group, value))
    colors = alt.Scale(domain=groups, range=[CATEGORIES[i % len(CATEGORIES)] for i in range(len(groups))])
    shapes = alt.Scale(domain=groups, range=[SHAPES[i % len(SHAPES)] for i in range(len(groups))])
    legend = alt.Legend(orient="top", title=None, symbolSize=90, columns=1, labelLimit=170)
    y = alt.Y(
        f"{row}:N",
        sort=None,
        title=None,
        scale=alt.Scale(paddingInner=0.24, paddingOuter=0.12),
        axis=alt.Axis(labelLimit=150, labelPadding=8),
    )
    x = alt.X(f"{value}:Q", title=title, scale=alt.Scale(domain=[0, 1], nice=False), axis=alt.Axis(tickCount=6))
    base = alt.Chart(rows).encode(y=y, yOffset=alt.YOffset(f"{group}:N", sort=groups))
    stems = base.mark_rule(color=GRID, strokeWidth=2).encode(x=x, x2=alt.datum(0))
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=x,
        color=alt.Color(f"{group}:N", scale=colors, legend=legend),
        shape=alt.Shape(f"{group}:N", scale=shapes, legend=legend),
    )
    known = f"isValid(datum['{value}'])"
    text = base.transform_calculate(
        _label=f"{known} ? format(datum['{value}'], '.2f') : '?'", _at=f"datum['{value}'] || 0"
    )
    text = text.mark_text(align="left", dx=9, fontSize=10.5, color=MUTED)
    text = text.encode(x=alt.X("_at:Q", title=title), text="_label:N")
    height = 15 * len(groups) * rows[row].n_unique() + 12 * rows[row].n_unique()
    return finish(alt.layer(stems, dots, text).properties(height=height))
