"""Values as people read them, and as a spreadsheet takes them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl

from tierscape.schema import Column, Table

UNKNOWN = "–"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet read text as a formula."""


def shown(value: Any, unit: str = "") -> str:
    """Write a value: three significant figures, thin spaces between groups, a dash for the unknown.

    Examples
    --------
    >>> shown(1234567.0), shown(0.0721), shown(None), shown(True), shown(2027, "year")
    ('1\u2009230\u2009000', '0.0721', '–', 'yes', '2027')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if unit == "year" else f"{value:,}".replace(",", "\u2009").replace("-", "−")
    if isinstance(value, float):
        return f"{value:.3f}".replace("-", "−") if unit == "deg" else _three_figures(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _three_figures(value: float) -> str:
    if value == 0:
        return "0"
    decimals = 2 - math.floor(math.log10(abs(value)))
    text = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(",", "\u2009").replace("-", "−")


def label(column: Column) -> str:
    """Name a column in words; its unit stands apart from it."""
    name = column.name.removesuffix(f"_{column.unit}") if column.unit else column.name
    return name.replace("_", " ")


def unit_words(unit: str) -> str:
    """Name a unit for a table's head; a pure number and a date have none."""
    return {"1": "", "date": "", "share": "share, 0–1", "points": "points of 100"}.get(unit, unit)


def as_text(value: str) -> str:
    """Keep a spreadsheet from reading a text as a formula: an apostrophe before a first character that could start one."""
    return f"'{value}" if value.startswith(_RISKY) else value


def to_csv(frame: pl.DataFrame, table: Table, *, figures: int | None = None) -> str:
    """Write a declared table as CSV, texts safe for spreadsheets, numbers whole or at so many significant figures."""
    texts = [c.name for c in table.columns if c.kind == "text"]
    frame = frame.with_columns(pl.col(name).map_elements(as_text, return_dtype=pl.String) for name in texts)
    if figures is not None:
        frame = frame.with_columns(pl.col(pl.Float64).round_sig_figs(figures))
    return frame.write_csv()
