"""What a file holds before it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tierscape.errors import DataError, Finding, Severity


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
    """

    name: str
    tables: Mapping[str, pl.DataFrame]
    first_rows: Mapping[str, int]
    findings: tuple[Finding, ...] = ()


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
