"""A result as an Excel workbook: a sheet a table with its units, and what a reader needs to trust it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from tierscape.schema import Table

_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CREATED = dt.datetime(2000, 1, 1)
"""Fixed, so that the same answer gives the same bytes."""
_MOST_TEXT = 32_767


def write_workbook(path: Path, answer: Mapping[str, Any], tables: Sequence[tuple[Table, pl.DataFrame]]) -> None:
    """Write a workbook; texts never become formulas, links or numbers.

    Parameters
    ----------
    path : pathlib.Path
        File to write, replaced if it is there.
    answer : Mapping
        What `tierscape.results.Result.to_dict` gives; its summary, parameters, findings and provenance get a sheet each.
    tables : sequence of Table and polars.DataFrame
        Declared tables: name, unit and description of a column stand in the first three rows.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    origin = answer["provenance"] or {}
    findings = answer["findings"]
    heads = ("severity", "where", "rule", "problem", "count", "row", "value", "remedy")
    with path.open("wb") as file, xlsxwriter.Workbook(file, _SAFE) as book:
        book.set_properties({"title": answer["title"], "created": _CREATED})
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F4"}),
            "unit": book.add_format({"italic": True, "font_color": "#55636F"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        _sheet(book, "summary", [(answer["title"],), (answer["summary"],)], styles)
        for table, frame in tables:
            rows: list[Sequence[Any]] = [
                table.names,
                [c.unit for c in table.columns],
                [c.description for c in table.columns],
            ]
            _sheet(book, table.name, [*rows, *frame.iter_rows()], styles, heads=3)
        _sheet(book, "parameters", [("parameter", "value"), *_flat(answer["parameters"])], styles, heads=1)
        _sheet(book, "findings", [heads, *([f[h] for h in heads] for f in findings)], styles, heads=1)
        _sheet(book, "provenance", [("item", "value"), *_flat(origin)], styles, heads=1)


def _sheet(book: Any, name: str, rows: Iterable[Sequence[Any]], styles: Mapping[str, Any], *, heads: int = 0) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(heads, 0)
    widths: dict[int, int] = {}
    for at, row in enumerate(rows):
        style = styles["head"] if at == 0 and heads else styles["unit"] if at < heads else None
        for column, value in enumerate(row):
            _cell(sheet, (at, column), value, style or (styles["date"] if isinstance(value, dt.date) else None))
            if at < 200 and not 0 < at < heads:
                widths[column] = max(widths.get(column, 8), min(len(str(value)), 48))
    for column, width in widths.items():
        sheet.set_column(column, column, width + 2)


def _cell(sheet: Any, at: tuple[int, int], value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(*at, value, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(*at, value, style)
    else:
        sheet.write_string(*at, str(value)[:_MOST_TEXT], style)


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            rows.append((f"{prefix}{name}", ", ".join(map(str, value))))
        else:
            rows.append((f"{prefix}{name}", value))
    return rows
