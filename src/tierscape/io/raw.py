"""What a file holds before it is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tierscape.errors import DataError, Finding, Severity
from tierscape.schema import SUPPLIERS, TABLES
from tierscape.validate.data import several

MARK = "#"
"""A row right under the header whose first cell starts with it says units or meaning; it holds no data."""
MOST_MARKED = 2


@dataclass(frozen=True)
class Raw:
    """Tables as a file has them.

    Parameters
    ----------
    name : str
        Name of the folder or file.
    tables : Mapping of str to polars.DataFrame
        Frames of text (CSV, workbook) or of the file's own types (Parquet).
    first_rows : Mapping of str to int
        Row number of the first row of each table as a spreadsheet shows it: the header is row 1.
    findings : tuple of Finding
        What reading alone has found.
    listed : Mapping of str to tuple of int
        For the last rows of a table that come from a supplier list: their rows there.
    """

    name: str
    tables: Mapping[str, pl.DataFrame]
    first_rows: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    listed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def finding(
    rule: str, table: str, problem: str, remedy: str, *, severity: Severity = "error", value: str | None = None,
    row: int | None = None, count: int = 1,
) -> Finding:  # fmt: skip
    """Make a finding about a file or one of its tables."""
    return Finding(
        rule=rule, severity=severity, table=table, problem=problem, remedy=remedy, value=value, row=row, count=count
    )


def refuse(rule: str, table: str, problem: str, remedy: str, *, value: str | None = None) -> DataError:
    """Make the error for a file that cannot be read or written at all."""
    return DataError([finding(rule, table, problem, remedy, value=value)])


def headed(table: str, cells: pl.DataFrame) -> tuple[pl.DataFrame, int, list[Finding]]:
    """Take the names of columns from the first row of cells, and skip the rows under it that say units or meaning.

    Returns
    -------
    frame : polars.DataFrame
        The rows of data; without columns where the table is blank.
    first_row : int
        Row number of the first of them; the header is row 1.
    findings : list of Finding
        Names that are missing or stand twice, and rows that were skipped though they do not look like a template's.
    """
    header = [(cell or "").strip() for cell in cells.row(0)] if cells.height else []
    if not any(header):
        blank = all(values.null_count() == cells.height for values in cells)
        if blank:
            empty = finding("empty", table, "the table is blank", "Fill it, or take it away.", severity="note")
            return pl.DataFrame(), 2, [empty]
        bare = "the first row is blank"
        return pl.DataFrame(), 2, [finding("no_header", table, bare, "Put the names of the columns in the first row.")]
    marked, findings = _marked(table, [row[0] or "" for row in cells.slice(1, MOST_MARKED).iter_rows()])
    body = cells.slice(1 + marked)
    named = [i for i, name in enumerate(header) if name and name not in header[:i]]
    frame = body.select(body.to_series(i).alias(header[i]) for i in named)
    return frame, 2 + marked, [*findings, *_doubled(table, header), *_unnamed(table, header, body)]


def _marked(table: str, first_cells: Sequence[str]) -> tuple[int, list[Finding]]:
    """Count the rows under the header that say units or meaning."""
    skipped = []
    for cell in first_cells:
        if not cell.startswith(MARK):
            break
        skipped.append(cell)
    odd = [(row, cell) for row, cell in enumerate(skipped, 2) if cell != MARK and not cell.startswith(f"{MARK} ")]
    if not odd:
        return len(skipped), []
    row, cell = odd[0]
    problem = several(len(odd), "rows", f"look like units or meaning, for the first cell begins with '{MARK}'")
    remedy = f"If they are data, begin the key with another sign than '{MARK}'."
    return len(skipped), [
        finding("marked", table, problem, remedy, severity="warning", value=cell, row=row, count=len(odd))
    ]


def _doubled(table: str, header: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            rule="doubled_column", severity="error", table=table, column=name, row=1, count=count,
            problem=f"{count} columns have this name, and it cannot be told which is meant",
            remedy="Keep one of them, or give the others another name.",
        )
        for name, count in Counter(filter(None, header)).items() if count > 1
    ]  # fmt: skip


def _unnamed(table: str, header: Sequence[str], body: pl.DataFrame) -> list[Finding]:
    bare = [i for i, name in enumerate(header) if not name and body.to_series(i).null_count() < body.height]
    if not bare:
        return []
    problem = several(len(bare), "columns", "hold values without a name in the header")
    remedy = "Write a name in the first row; a cell that is merged over several columns names the first of them alone."
    return [
        finding(
            "unnamed_column", table, problem, remedy, severity="warning", value=f"column {bare[0] + 1}", row=1,
            count=len(bare),
        )
    ]  # fmt: skip


def looks_marked(frame: pl.DataFrame) -> bool:
    """Whether the first row of data would be taken for units or meaning."""
    return frame.height > 0 and str(frame.row(0)[0] or "").startswith(MARK)


def table_name(text: str) -> str:
    """Give the table that a file or a sheet is named after, without regard to case, blanks and hyphens.

    Examples
    --------
    >>> table_name(" Origin-Claims "), table_name("notes 2026")
    ('origin_claims', 'notes 2026')
    """
    name = "_".join(text.casefold().replace("-", " ").split())
    return name if name in TABLES or name == SUPPLIERS.name else text
