"""The look that all charts share: colours, type, scales, and values cut to what an eye can tell apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import altair as alt

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
INK, MUTED, GRID, UNKNOWN = "#1b2733", "#55636f", "#e3e8ec", "#c3c9cf"
ACCENT, ACCENT_DARK = "#1d6f8a", "#124a5d"
CATEGORIES = ("#1d6f8a", "#d98a1f", "#6b4c9a", "#4f8a3c", "#b5483f", "#7a7f87", "#2b9c93", "#a2557f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
RAMP = ("#fbf6d3", "#cfe38a", "#7fcb72", "#2fa583", "#26818e", "#35618d", "#46327e", "#440154")
"""Viridis from its light to its dark end, the light end paled so that nothing does not shout."""
MOST_ROWS = 25

Box = tuple[float, float, float, float]


def categorical(column: str, order: Sequence[str]) -> alt.Color:
    """Colour by a word, without a legend: the word must stand beside the mark. The empty word is grey."""
    import altair as alt

    colors = [CATEGORIES[i % len(CATEGORIES)] if word else MUTED for i, word in enumerate(order)]
    scale = alt.Scale(domain=list(order), range=colors)
    return alt.Color(f"{column}:N", scale=scale, legend=None)


def ramp_color(column: str, title: str, *, domain: tuple[float, float]) -> alt.Color:
    """Colour by a number, light is low; the look of all charts makes null grey."""
    import altair as alt

    scale = alt.Scale(range=list(RAMP), domain=list(domain), clamp=True, interpolate="rgb", nice=False)
    legend = alt.Legend(orient="bottom", direction="horizontal", title=title, gradientLength=180, tickCount=5)
    return alt.Color(f"{column}:Q", scale=scale, legend=legend)


def round_above(values: pl.Series) -> float:
    """Give a round number that no value exceeds."""
    top = max((v for v in values.drop_nulls().to_list()), default=0.0)
    if top <= 0:
        return 1.0
    step: float = 10.0 ** math.floor(math.log10(top)) / 2
    return round(math.ceil(round(top / step, 9)) * step, 12)


def distinct(*names: str) -> list[str]:
    """Give each name once, the empty one not at all."""
    return list(dict.fromkeys(name for name in names if name))


def tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """Cut numbers to three significant figures."""
    return frame.with_columns(pl.col(pl.Float64).round_sig_figs(3))


def finish(chart: Any) -> dict[str, Any]:
    """Give the spec of a chart that takes the width of its place."""
    spec: dict[str, Any] = chart.properties(
        width="container", autosize={"type": "fit-x", "contains": "padding"}
    ).to_dict()
    spec.pop("$schema", None)
    spec["config"] = config()
    return spec


def config() -> dict[str, Any]:
    """Give the look that all charts share."""
    axis = {
        "labelColor": MUTED, "titleColor": INK, "gridColor": GRID, "domainColor": UNKNOWN, "tickColor": UNKNOWN,
        "titleFontWeight": 500, "titlePadding": 10, "labelFontSize": 11.5, "titleFontSize": 12, "domain": False, "aria": False,
    }  # fmt: skip
    groups = {"decimal": ".", "thousands": "\u2009", "grouping": [3], "currency": ["", ""]}
    return {
        "font": FONT,
        "aria": False,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"labelColor": INK, "grid": False, "ticks": False},
        "legend": {
            "aria": False,
            "labelColor": INK,
            "titleColor": INK,
            "titleFontWeight": 500,
            "labelFontSize": 11.5,
            "titleFontSize": 12,
        },
        "scale": {"invalid": {"color": {"value": UNKNOWN}}},
        "locale": {"number": groups},
    }
