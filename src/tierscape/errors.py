"""Every error that tierscape raises, and the shape of a finding.

The tree, with the exit code of the command line and the status of the HTTP door::

    TierscapeError
    ├── DataError          3    422   tables that cannot be used; carries every finding
    ├── ParameterError     4    422   a parameter outside what the analysis accepts
    ├── InfeasibleError    5    409   no plan meets all that was asked
    ├── MissingExtra       6    501   an optional library is absent; carries the pip line
    ├── SolverError        7    500   the solver failed on a well-posed problem
    └── Stopped          130    409   interrupted; what was done so far is kept

Usage errors of the command line (an unknown flag or command) leave with exit code 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or doubtful in the data: where, what, how many, the first case, what to do.

    Parameters
    ----------
    rule : str
        Name of the check, for example ``"reference"``.
    severity : {"error", "warning", "note"}
        An error stops the load; a warning changes what an answer may claim; a note only informs.
    table, column : str
        Where; ``column`` is empty where the whole table is meant.
    problem : str
        What is wrong and how often, as a clause without a final stop.
    remedy : str
        What to do about it, as a sentence.
    count : int
        Number of rows concerned.
    row : int, optional
        Row of the first case as a spreadsheet shows it (the header is row 1).
    value : str, optional
        The first case itself.
    """

    rule: str
    severity: Severity
    table: str
    problem: str
    remedy: str
    column: str = ""
    count: int = 1
    row: int | None = None
    value: str | None = None

    @property
    def where(self) -> str:
        """``table.column``, or the table alone."""
        return f"{self.table}.{self.column}" if self.column else self.table

    @property
    def first(self) -> str:
        """The first case in words, empty where there is none."""
        shown = "" if self.value is None else f"'{self.value[:80]}'"
        return " ".join(part for part in (shown, f"(row {self.row})" if self.row is not None else "") if part)

    @property
    def message(self) -> str:
        """The whole finding as one line."""
        case = f", the first {self.first}" if self.first else ""
        return f"{self.where}: {self.problem}{case}. {self.remedy}"

    def to_dict(self) -> dict[str, str | int | None]:
        """Give the finding as plain values, the same for JSON, HTTP and the report."""
        return {
            "severity": self.severity,
            "where": self.where,
            "table": self.table,
            "column": self.column or None,
            "rule": self.rule,
            "problem": self.problem,
            "count": self.count,
            "row": self.row,
            "value": self.value,
            "remedy": self.remedy,
            "message": self.message,
        }


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Order findings by severity, then table, column and rule."""
    return tuple(sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.table, f.column, f.rule, f.row or 0)))


class TierscapeError(Exception):
    """Base of all errors that tierscape raises on purpose."""

    exit_code = 1
    http_status = 500


class DataError(TierscapeError):
    """Tables that cannot be used.

    Raised once, after every check has run; ``findings`` holds all of them, worst first.
    """

    exit_code = 3
    http_status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = worst_first(findings)
        errors = [f for f in self.findings if f.severity == "error"]
        head = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__("\n".join([f"{head} in the data", *(f"  {f.message}" for f in errors)]))


class ParameterError(TierscapeError):
    """A parameter outside what the analysis accepts; the message names each one, what was given and what fits."""

    exit_code = 4
    http_status = 422


class InfeasibleError(TierscapeError):
    """No plan meets all that was asked; the message names the demands that conflict."""

    exit_code = 5
    http_status = 409


class MissingExtra(TierscapeError):  # noqa: N818 - the name says what to install, not that something broke
    """An optional library is absent; the message holds the pip line that brings it."""

    exit_code = 6
    http_status = 501


class SolverError(TierscapeError):
    """The solver failed on a problem that is well posed."""

    exit_code = 7
    http_status = 500


class Stopped(TierscapeError):  # noqa: N818 - an interruption is not an error of the program
    """Interrupted by the user; the message says where the work done so far is kept."""

    exit_code = 130
    http_status = 409
