"""CSV text, in and out: separators and encodings as people have them; numbers to the last bit."""

from __future__ import annotations

import csv
import io
from itertools import zip_longest

import polars as pl

from tierscape.errors import Finding
from tierscape.io.raw import MARK, MOST_MARKED, finding, headed, looks_marked
from tierscape.validate.data import several

SEPARATORS = ",;\t"
MOST_CELL = 2**31 - 1
"""Characters that a cell may have; Python's own limit is shorter than a polygon can be."""
_FORMULA = r"^('*[=+\-@|%\t＝＋－＠])"
"""Text that a spreadsheet would take for a formula: written with an apostrophe before it, which reading takes off."""
_SHIELDED = r"^'('*[=+\-@|%\t＝＋－＠])"


def parse(table: str, content: bytes) -> tuple[pl.DataFrame, int, list[Finding]]:
    """Read CSV bytes as a frame of text.

    Returns
    -------
    frame : polars.DataFrame
        Every cell as text, an empty cell as null.
    first_row : int
        Row number of the first row of data; the header is row 1.
    findings : list of Finding
        Encodings that were guessed, rows that do not fit the header, names that are missing or stand twice.
    """
    text, findings = _decode(table, content)
    if not text.strip():
        cells = pl.DataFrame()
    else:
        head = text.split("\n", 1)[0]
        cells, more = _cells(table, text, max(SEPARATORS, key=head.count))
        findings += more
    frame, first_row, more = headed(table, cells)
    return frame.with_columns(pl.all().str.replace(_SHIELDED, "$1")), first_row, [*findings, *more]


def _decode(table: str, content: bytes) -> tuple[str, list[Finding]]:
    """Decode text, lines ended by LF alone."""
    encoding, findings = _encoding(table, content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n"), findings


def _encoding(table: str, content: bytes) -> tuple[str, list[Finding]]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", []
    if b"\0" in content[:2]:
        return ("utf-16-be" if content[:1] == b"\0" else "utf-16-le"), [_guessed(table, "UTF-16", 1)]
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return "cp1252", [_guessed(table, "Windows-1252", content[: error.start].count(b"\n") + 1)]
    return "utf-8", []


def _guessed(table: str, encoding: str, line: int) -> Finding:
    problem = f"the file is not UTF-8 and was read as {encoding}"
    return finding("encoding", table, problem, "Save it as UTF-8 to be sure of accents.", severity="warning", row=line)


def _cells(table: str, text: str, separator: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Split text into cells; what polars refuses is read row by row."""
    try:
        cells = pl.read_csv(
            io.BytesIO(text.encode()), separator=separator, infer_schema=False, has_header=False, encoding="utf8"
        )
    except pl.exceptions.PolarsError:
        return _lenient(table, text, separator)
    return cells.with_columns(pl.when(pl.all() != "").then(pl.all())), []


def _lenient(table: str, text: str, separator: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Read what can be read, so that the other findings are listed too."""
    rows, findings = _rows(table, text, separator)
    width = len(rows[0]) if rows and any(rows[0]) else max(map(len, rows), default=0)
    long = [(number, row) for number, row in enumerate(rows, 1) if any(row[width:])]
    if long:
        number, row = long[0]
        remedy = f"The separator is '{separator}': put text that holds it in quotation marks."
        findings.append(
            finding(
                "too_many_cells", table, several(len(long), "rows", "have more cells than the header"), remedy,
                value=separator.join(row[width:]), row=number, count=len(long),
            )
        )  # fmt: skip
    columns = list(zip_longest(*(row[:width] for row in rows), fillvalue=""))
    cells = {f"column_{i}": [cell or None for cell in column] for i, column in enumerate(columns)}
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), findings


def _rows(table: str, text: str, separator: str) -> tuple[list[list[str]], list[Finding]]:
    """Read rows up to the first that is no well-formed CSV."""
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        remedy = "Look there for a quotation mark without its partner; save the file again from the spreadsheet."
        problem = "the file is no well-formed CSV, and could be read only up to a row"
        return rows, [finding("malformed", table, problem, remedy, row=len(rows) + 1)]
    return rows, []


def render(frame: pl.DataFrame) -> bytes:
    """Write a frame as CSV: UTF-8, LF, numbers in the shortest form that reads back to the same bits.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; a first row that begins with the mark of
    a template is kept from being taken for one by two marked rows above it.
    """
    shielded = frame.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))
    lines = shielded.write_csv(line_terminator="\n")
    if looks_marked(frame):
        header, _, rest = lines.partition("\n")
        lines = "\n".join([header, *[MARK + "," * (frame.width - 1)] * MOST_MARKED, rest])
    return lines.encode()
