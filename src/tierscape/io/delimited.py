"""CSV text, in and out: separators and encodings as people have them; numbers to the last bit."""

from __future__ import annotations

import csv
import io
from itertools import islice

import polars as pl

from tierscape.errors import Finding
from tierscape.io.raw import finding

SEPARATORS = ",;\t"
MARK = "#"
"""A row right under the header whose first cell starts with it says units or meaning; it holds no data."""


def parse(table: str, content: bytes) -> tuple[pl.DataFrame, int, list[Finding]]:
    """Read CSV bytes as a frame of text.

    Returns
    -------
    frame : polars.DataFrame
        Every cell as text, an empty cell as null.
    first_row : int
        Row number of the first row of data; the header is row 1.
    findings : list of Finding
        Encodings that were guessed and rows that do not fit the header.
    """
    text, findings = _decode(table, content)
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    top = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 3))
    if not top or not any(cell.strip() for cell in top[0]):
        return pl.DataFrame(), 2, findings
    marked = _marked([row[0] if row else "" for row in top[1:]])
    options = {"separator": separator, "infer_schema": False, "skip_rows_after_header": marked, "encoding": "utf8"}
    body = io.BytesIO(text.encode())
    try:
        frame = pl.read_csv(body, **options)  # type: ignore[arg-type]
    except pl.exceptions.PolarsError:
        findings += _ragged(table, text, separator)
        body.seek(0)
        frame = _lenient(text, separator, marked)
    return frame, 2 + marked, findings


def _decode(table: str, content: bytes) -> tuple[str, list[Finding]]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        guessed = finding(
            "encoding", table, "the file is not UTF-8 and was read as Windows-1252", "Save it as UTF-8 to be sure of accents.",
            severity="warning", row=line,
        )  # fmt: skip
        return content.decode("cp1252", errors="replace"), [guessed]


def _marked(first_cells: list[str]) -> int:
    """Count the rows under the header that say units or meaning."""
    count = 0
    for cell in first_cells:
        if not cell.startswith(MARK):
            break
        count += 1
    return count


def _ragged(table: str, text: str, separator: str) -> list[Finding]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    width = len(next(rows))
    long = [(number, row) for number, row in enumerate(rows, 2) if len(row) > width]
    if not long:
        remedy = "Look for a quotation mark without its partner; save the file again from the spreadsheet."
        return [finding("malformed", table, "the file is no well-formed CSV", remedy)]
    number, row = long[0]
    return [
        finding(
            "too_many_cells", table, f"{len(long)} rows have more cells than the header", value=separator.join(row[width:]),
            remedy=f"The separator is '{separator}': put text that holds it in quotation marks.", row=number, count=len(long),
        )
    ]  # fmt: skip


def _lenient(text: str, separator: str, marked: int) -> pl.DataFrame:
    """Read what can be read, so that the other findings are listed too."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name or f"column_{i}" for i, name in enumerate(header)]
    cells = [[cell or None for cell in (row + [""] * len(names))[: len(names)]] for row in rows[marked:] if row]
    return pl.DataFrame(cells, schema=dict.fromkeys(dict.fromkeys(names), pl.String), orient="row")


def render(frame: pl.DataFrame) -> bytes:
    """Write a frame as CSV: UTF-8, LF, numbers in the shortest form that reads back to the same bits."""
    return frame.write_csv(line_terminator="\n").encode()
