"""Findings of the gathering, each in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tierscape.errors import DataError, Finding, Severity


def said(
    rule: str, where: str, keys: Iterable[object], problem: str, remedy: str, *, severity: Severity = "note"
) -> tuple[Finding, ...]:
    """Say that rows are doubtful; nothing where there are none. ``{n}`` in the problem is their number."""
    named = [str(key) for key in keys]
    if not named:
        return ()
    table, _, column = where.partition(".")
    return (
        Finding(
            rule=rule, severity=severity, table=table, column=column, problem=problem.format(n=len(named)),
            remedy=remedy, count=len(named), value=named[0],
        ),
    )  # fmt: skip


def refuse(findings: Sequence[Finding]) -> None:
    """Raise all findings at once, if there are any.

    Raises
    ------
    DataError
        There are.
    """
    if findings:
        raise DataError(findings)
