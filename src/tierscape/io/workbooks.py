"""Excel workbooks: a sheet a table."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
import python_calamine
import xlsxwriter

from tierscape.errors import Finding, Severity
from tierscape.io.archive import open_zip, unpack
from tierscape.io.raw import MARK, MOST_MARKED, Raw, finding, headed, looks_marked, refuse, table_name
from tierscape.schema import TABLES, Table
from tierscape.validate.data import several

GUIDES = ("README", "lists")
"""Sheets of a template that hold no table."""
MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
LARGEST = 9.99999999999999e307
"""Largest number of a sheet."""
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^<>]*>[^<]")
_EMPTY_TEXT = re.compile(rb"<(?:\w+:)?v\b[^<>]*>")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*\bhidden="(?:1|true)"')
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""How an .xls, and an .xlsx with a password, begins."""


def read_workbook(path: Path) -> Raw:
    """Read the sheets of a workbook as frames of text.

    Raises
    ------
    DataError
        The file is no workbook, or carries a document type, which no spreadsheet program writes.
    """
    with path.open("rb") as file:
        if file.read(4) == _OLD_OR_LOCKED:
            problem = "the workbook has a password, or is of the old form .xls"
            raise refuse("unreadable", path.name, problem, "Save it as .xlsx without a password.")
    with open_zip(path) as archive:
        findings = _inspected(path, archive)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        shown = {s.name: s.visible for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet}
        sheets = {name: _grid(book.get_sheet_by_name(name)) for name in shown if name not in GUIDES}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        remedy = f"Save it again as .xlsx ({error})."
        raise refuse("unreadable", path.name, "the workbook cannot be read", remedy) from error
    tables: dict[str, pl.DataFrame] = {}
    first_rows: dict[str, int] = {}
    for sheet, cells in sheets.items():
        name = table_name(sheet)
        if name in tables:
            raise refuse("doubled", path.name, "two sheets name the same table", "Keep one of them.", value=sheet)
        tables[name], first_rows[name], more = headed(name, cells)
        findings += more
        if shown[sheet] != python_calamine.SheetVisibleEnum.Visible:
            findings.append(finding("hidden", name, "the sheet is hidden, yet read", _UNHIDE, severity="note"))
    return Raw(path.stem, {n: f for n, f in tables.items() if f.width}, first_rows, tuple(findings))


_UNHIDE = "Show it to see what is read, or delete it."


def _grid(sheet: python_calamine.CalamineSheet) -> pl.DataFrame:
    """Give every cell of a sheet as text, from its first corner on."""
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    names = [f"column_{i}" for i in range(len(rows[0]))] if rows else []
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


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


def _inspected(path: Path, archive: zipfile.ZipFile) -> list[Finding]:
    """Look for what reading the values alone would not show: document types, empty formulas, errors, hidden rows."""
    findings: list[Finding] = []
    names = _sheet_names(path, archive)
    for entry in archive.infolist():
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        content = unpack(path, archive, entry)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            problem = "the workbook carries a document type"
            raise refuse("unreadable", path.name, problem, "Save it again from a spreadsheet program.")
        if entry.filename.startswith("xl/worksheets/"):
            sheet = names.get(entry.filename, entry.filename)
            findings += _faulty_cells(table_name(sheet), content) if sheet not in GUIDES else []
    return findings


def _faulty_cells(table: str, content: bytes) -> list[Finding]:
    """Find cells that read as empty, which must not pass for unknown: formulas without a value, and errors."""
    cases: dict[str, list[str]] = {"uncomputed": [], "empty": [], "error": []}
    if _FORMULA.search(content) or b't="e"' in content:
        starts = chain((cell.end() for cell in _CELL.finditer(content)), [len(content)])
        for start, end in pairwise(starts):
            attributes, _, body = content[start:end].partition(b">")
            at = re.search(rb'\br="([A-Z]+\d+)"', attributes)
            kind = _kind(attributes, body)
            if at and kind:
                cases[kind].append(at.group(1).decode())
    hidden = len(_HIDDEN_ROW.findall(content))
    made = [_cells_finding(table, kind, cells) for kind, cells in cases.items() if cells]
    if hidden:
        problem = several(hidden, "rows", "are hidden, yet read")
        made.append(finding("hidden", table, problem, _UNHIDE, severity="note", count=hidden))
    return made


def _kind(attributes: bytes, body: bytes) -> str | None:
    if re.search(rb'\bt="e"', attributes):
        return "error"
    if not _FORMULA.search(body) or _VALUE.search(body):
        return None
    text = re.search(rb'\bt="str"', attributes) and _EMPTY_TEXT.search(body)
    return "empty" if text else "uncomputed"


def _cells_finding(table: str, kind: str, cells: Sequence[str]) -> Finding:
    severity: Severity = "warning" if kind == "empty" else "error"
    things, clause, remedy = {
        "uncomputed": ("formula cells", "carry no value", "Open the workbook in a spreadsheet program and save it, or paste the values."),
        "empty": ("formula cells", "give an empty text, which reads as unknown", "Nothing to do if that is meant."),
        "error": ("cells", "hold an error, such as #N/A", "Correct the formula, or leave the cell empty where it is not known."),
    }[kind]  # fmt: skip
    rule = "cell_error" if kind == "error" else "formula"
    row = int(cells[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    problem = several(len(cells), things, clause)
    return finding(rule, table, problem, remedy, severity=severity, value=cells[0], row=row, count=len(cells))


def _sheet_names(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the name of a sheet by the file that holds it, as far as the workbook tells."""
    texts = []
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if name not in archive.namelist():
            return {}
        texts.append(unpack(path, archive, archive.getinfo(name)).decode(errors="replace"))
    book, links = texts
    targets = {
        _attribute(t, "Id"): _attribute(t, "Target") for t in re.findall(r"<(?:\w+:)?Relationship\b[^<>]*>", links)
    }
    sheets = re.findall(r"<(?:\w+:)?sheet\b[^<>]*>", book)
    return {
        str(PurePosixPath("/xl", targets.get(_attribute(sheet, "id"), "")))[1:]: html.unescape(
            _attribute(sheet, "name")
        )
        for sheet in sheets
    }


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


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
        marked = MOST_MARKED if looks_marked(frame) else 0
        for i in range(marked):
            sheet.write_string(1 + i, 0, MARK)
        for j, column in enumerate(frame.columns):
            sheet.write_string(0, j, column, bold)
            findings += _write_column(sheet, (1 + marked, j), TABLES[name], frame[column])
    book.close()
    return target.getvalue(), findings


def _write_column(sheet: Any, at: tuple[int, int], table: Table, values: pl.Series) -> list[Finding]:
    kind = table[values.name].kind
    rounded: list[tuple[int, float]] = []
    first, j = at
    for i, value in enumerate(values, first):
        if value is None:
            continue
        if kind in ("number", "integer"):
            kept = max(-LARGEST, min(LARGEST, float(f"{value:.15g}")))
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
            value=repr(value), problem=f"{len(rounded)} of {len(values)} numbers lost digits beyond the fifteenth",
            remedy="Write a folder or a .zip to keep every digit.",
        )
    ]  # fmt: skip
