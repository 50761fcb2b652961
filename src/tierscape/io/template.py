"""Empty tables for people to fill, with a guide to every column in plain words."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from tierscape.errors import ParameterError
from tierscape.io import place, refuse_to_replace
from tierscape.io.raw import MARK
from tierscape.io.workbooks import OPTIONS
from tierscape.schema import SUPPLIERS, TABLES, Column, Table
from tierscape.units import UNITS

KINDS = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "day, YYYY-MM-DD",
}
FILLED_ROWS = 1000
"""Rows of a workbook's sheet that get a drop-down."""

OPENING = (
    "# How to fill these tables",
    "",
    "One file a table. The first row names the columns; the two rows that begin with `#` say units and meaning and hold "
    "no data: leave or remove them. Leave a cell empty where you do not know: unknown is never read as zero. Tables and "
    "columns that you do not need may go.",
    "",
    "The shortest way in: fill `suppliers` (name, town, what it makes) and the parts and bill of materials of your product.",
    "Then run `tierscape check` on the folder or workbook: it lists everything that needs a look, in one run.",
)


def write_template(
    target: Path, *, tables: Sequence[str] | None = None, starter: Mapping[str, pl.DataFrame] | None = None
) -> None:
    """Write empty tables: a header row, a row of units, a row of descriptions; and a guide.

    Parameters
    ----------
    target : pathlib.Path
        A folder, or a workbook if it ends in ``.xlsx``; it must not hold anything yet.
    tables : sequence of str, optional
        Tables to write; all of them, and the supplier list, by default.
    starter : mapping of str to polars.DataFrame, optional
        Rows to begin with, by table.

    Raises
    ------
    ParameterError
        There is no table of that name.
    DataError
        The target exists and is not empty.
    """
    known = {SUPPLIERS.name: SUPPLIERS, **TABLES}
    for name in tables or ():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise ParameterError(
                f"tables: there is no table '{name}'." + (f" Did you mean '{near[0]}'?" if near else "")
            )
    rows = starter or {}
    write_tables(target, [known[name] for name in known if not tables or name in tables or name in rows], rows=rows)


def write_tables(
    target: Path,
    tables: Sequence[Table],
    *,
    rows: Mapping[str, pl.DataFrame] | None = None,
    opening: Sequence[str] = OPENING,
) -> None:
    """Write the given tables, whole or cut to some columns, with a guide that begins with ``opening``.

    Raises
    ------
    DataError
        The target exists and is not empty.
    """
    refuse_to_replace(target)
    given = rows or {}
    if target.suffix.lower() == ".xlsx":
        place({"": _workbook(tables, given, opening)}, target)
    else:
        files = {f"{t.name}.csv": _csv(t, given.get(t.name)) for t in tables}
        place({"README.md": guide(tables, opening).encode(), **files}, target)


def _heads(table: Table) -> tuple[list[str], list[str], list[str]]:
    units = [f"{UNITS[c.unit]}" if c.unit else KINDS[c.kind] for c in table.columns]
    texts = [f"{'required: ' if c.required else ''}{c.description}" for c in table.columns]
    units[0], texts[0] = f"{MARK} {units[0]}", f"{MARK} {texts[0]}"
    return list(table.names), units, texts


def _rows(table: Table, frame: pl.DataFrame | None) -> list[list[Any]]:
    if frame is None:
        return []
    columns = [frame[n] if n in frame.columns else pl.Series(n, [None] * frame.height) for n in table.names]
    return [list(row) for row in zip(*columns, strict=True)]


def _csv(table: Table, frame: pl.DataFrame | None) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([*_heads(table), *_rows(table, frame)])
    return text.getvalue().encode()


def guide(tables: Sequence[Table], opening: Sequence[str] = OPENING) -> str:
    """Explain tables and columns in plain words, as Markdown."""
    lines = list(opening)
    for table in tables:
        lines += ["", f"## {table.name}", "", f"A row is {table.row}.", ""]
        lines += [f"- `{c.name}`: {_explained(c)}" for c in table.columns]
    return "\n".join(lines) + "\n"


def _explained(column: Column) -> str:
    parts = [
        column.description,
        f"{KINDS[column.kind].capitalize()}{f', {UNITS[column.unit]}' if column.unit else ''}.",
    ]
    if column.choices:
        parts.append(f"One of {', '.join(column.choices)}.")
    if column.reference:
        parts.append(f"A key of `{column.reference}`.")
    parts.append("Required." if column.required else f"Empty means {column.null or 'unknown'}.")
    if column.example:
        parts.append(f"Example: {column.example}.")
    return " ".join(parts)


def _workbook(tables: Sequence[Table], starter: Mapping[str, pl.DataFrame], opening: Sequence[str]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    bold, grey = book.add_format({"bold": True}), book.add_format({"italic": True, "font_color": "#555555"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    readme = book.add_worksheet("README")
    readme.set_column(0, 0, 120, wrapped)
    for i, line in enumerate(guide(tables, opening).splitlines()):
        readme.write_string(i, 0, line.lstrip("# ").replace("`", ""), bold if line.startswith("#") else wrapped)
    sheets = [(table, book.add_worksheet(table.name)) for table in tables]
    lists, column = book.add_worksheet("lists"), 0
    for table, sheet in sheets:
        for i, (cells, form) in enumerate(zip(_heads(table), (bold, grey, grey), strict=True)):
            for j, cell in enumerate(cells):
                sheet.write_string(i, j, cell, form)
        for i, row in enumerate(_rows(table, starter.get(table.name)), 3):
            for j, value in enumerate(row):
                if value is not None and table.columns[j].kind in ("number", "integer"):
                    sheet.write_number(i, j, float(value))
                elif value is not None:
                    sheet.write_string(i, j, str(value))
        sheet.freeze_panes(3, 1)
        sheet.set_column(0, len(table.columns) - 1, 18)
        for j, declared in enumerate(table.columns):
            options = declared.choices or (("true", "false") if declared.kind == "boolean" else ())
            if options:
                column = _dropdown(sheet, j, lists, column, f"{table.name}.{declared.name}", options)
    lists.hide()
    book.close()
    return target.getvalue()


def _dropdown(sheet: Any, j: int, lists: Any, column: int, name: str, options: Sequence[str]) -> int:
    """Offer the options in a column of the sheet; they stand in a column of the sheet ``lists``."""
    for i, text in enumerate((name, *options)):
        lists.write_string(i, column, text)
    letters = xlsxwriter.utility.xl_col_to_name(column, col_abs=True)
    source = f"=lists!{letters}$2:{letters}${len(options) + 1}"
    sheet.data_validation(3, j, 3 + FILLED_ROWS, j, {"validate": "list", "source": source, "error_type": "warning"})
    return column + 1
