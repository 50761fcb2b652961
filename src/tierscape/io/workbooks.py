"""Excel workbooks: a sheet a table."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine
import xlsxwriter

from tierscape.errors import Finding
from tierscape.io.archive import open_zip
from tierscape.io.delimited import MARK
from tierscape.io.raw import Raw, finding, refuse
from tierscape.schema import TABLES, Table

GUIDES = ("README", "lists")
"""Sheets of a template that hold no table."""
MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)


def read_workbook(path: Path) -> Raw:
    """Read the sheets of a workbook as frames of text.

    Raises
    ------
    DataError
        The file is no workbook, or carries a document type, which no spreadsheet program writes.
    """
    with open_zip(path) as archive:
        uncached = _uncached_formulas(path, archive)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError) as error:
        raise refuse(
            "unreadable", path.name, "the workbook cannot be read", f"Save it again as .xlsx: {error}."
        ) from error
    tables, first_rows, findings = {}, {}, list(uncached)
    for name, rows in sheets.items():
        if name in GUIDES or not rows or not any(cell not in ("", None) for cell in rows[0]):
            continue
        marked = next((i for i, row in enumerate(rows[1:]) if not str(row[0]).startswith(MARK)), len(rows) - 1)
        tables[name], first_rows[name] = _frame(rows[0], rows[1 + marked :]), 2 + marked
    return Raw(path.stem, tables, first_rows, tuple(findings))


def _frame(header: list[Any], rows: list[list[Any]]) -> pl.DataFrame:
    names = [str(cell).strip() or f"column_{i}" for i, cell in enumerate(header)]
    keep = [
        i
        for i, cell in enumerate(header)
        if str(cell).strip() or any(row[i] not in ("", None) for row in rows if i < len(row))
    ]
    while rows and not any(cell not in ("", None) for cell in rows[-1]):
        rows = rows[:-1]
    columns = {names[i]: [_text(row[i]) if i < len(row) else None for row in rows] for i in keep}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    return str(cell)


def _uncached_formulas(path: Path, archive: zipfile.ZipFile) -> list[Finding]:
    """Find formula cells that were never computed: they read as empty, which must not pass for unknown."""
    findings = []
    for name in (n for n in archive.namelist() if n.endswith((".xml", ".rels"))):
        content = archive.read(name)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise refuse(
                "unreadable", path.name, "the workbook carries a document type", "Save it again from a spreadsheet."
            )
        if name.startswith("xl/worksheets/sheet"):
            empty = [
                (column.decode(), int(row))
                for column, row, body in _CELL.findall(content)
                if b"<f" in body and not re.search(rb"<v>[^<]|<is>", body)
            ]
            if empty:
                column, row = empty[0]
                sheet = _sheet_name(archive, name)
                remedy = "Open the workbook in a spreadsheet program and save it, or paste the values."
                problem = f"{len(empty)} formula cells carry no value and read as empty"
                findings.append(
                    finding("formula", sheet, problem, remedy, value=f"{column}{row}", row=row, count=len(empty))
                )
    return findings


def _sheet_name(archive: zipfile.ZipFile, member: str) -> str:
    """Look up the name of a sheet by the file that holds it."""
    book, links = archive.read("xl/workbook.xml").decode(), archive.read("xl/_rels/workbook.xml.rels").decode()
    target = member.removeprefix("xl/")
    for link in re.findall(r"<Relationship\b[^>]*>", links):
        if re.search(rf'Target="(/xl/)?{re.escape(target)}"', link) and (key := re.search(r'Id="([^"]+)"', link)):
            for sheet in re.findall(r"<sheet\b[^>]*>", book):
                if f'"{key.group(1)}"' in sheet and (name := re.search(r'name="([^"]+)"', sheet)):
                    return name.group(1)
    return member


def render_workbook(tables: Mapping[str, pl.DataFrame]) -> tuple[bytes, list[Finding]]:
    """Write tables as a workbook; text stays text, dates are ISO text, and the same tables give the same bytes.

    Raises
    ------
    DataError
        A table has more rows, or a cell more text, than a sheet can hold.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    bold = book.add_format({"bold": True})
    findings: list[Finding] = []
    for name, frame in tables.items():
        if frame.height > MOST_ROWS:
            raise refuse(
                "too_long", name, f"{frame.height:,} rows are more than a sheet holds", "Write a folder or a .zip."
            )
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for j, column in enumerate(frame.columns):
            sheet.write_string(0, j, column, bold)
            findings += _write_column(sheet, j, TABLES[name], frame[column])
    book.close()
    return target.getvalue(), findings


def _write_column(sheet: Any, j: int, table: Table, values: pl.Series) -> list[Finding]:
    kind = table[values.name].kind
    rounded: list[tuple[int, float]] = []
    for i, value in enumerate(values, 1):
        if value is None:
            continue
        if kind in ("number", "integer"):
            kept = float(f"{value:.15g}")
            if kept != value:
                rounded.append((i + 1, value))
            sheet.write_number(i, j, kept)
        elif kind == "boolean":
            sheet.write_boolean(i, j, value)
        elif len(text := str(value)) > MOST_TEXT:
            raise refuse(
                "too_long",
                f"{table.name}.{values.name}",
                "a text is longer than a cell holds",
                "Write a folder or a .zip.",
                value=text,
            )
        else:
            sheet.write_string(i, j, text)
    if not rounded:
        return []
    row, value = rounded[0]
    return [
        Finding(
            rule="rounded", severity="warning", table=table.name, column=values.name, count=len(rounded), row=row,
            value=repr(value), problem=f"{len(rounded)} of {len(values)} numbers have more than 15 digits and were rounded",
            remedy="Write a folder or a .zip to keep every digit.",
        )
    ]  # fmt: skip
