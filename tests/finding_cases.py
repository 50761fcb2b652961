"""A rule of validation, data where it fires, and data where it keeps silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from network_tables import table
from tierscape import validate
from tierscape.errors import Finding


class Case(NamedTuple):
    """What a rule must say: where, how often, the first row and value, and a word of its remedy."""

    rule: str
    severity: str
    where: str
    count: int
    row: int | None
    value: str | None
    remedy: str
    fires: Mapping[str, str | pl.DataFrame]
    silent: Mapping[str, str | pl.DataFrame]


def findings_in(tables: Mapping[str, str | pl.DataFrame]) -> list[Finding]:
    """Parse and check tables as a load does, the header being row 1 and the first row of data row 2."""
    raw = {name: table(given) if isinstance(given, str) else given for name, given in tables.items()}
    first_rows = dict.fromkeys(raw, 2)
    typed, found = validate.typed(raw, first_rows)
    return [*found, *validate.check(typed, first_rows)]


def assert_fires(case: Case) -> None:
    """See that the rule gives exactly the one finding that the case states, at its place."""
    found = [f for f in findings_in(case.fires) if f.rule == case.rule and f.where == case.where]
    assert len(found) == 1, [f.message for f in findings_in(case.fires)]
    (it,) = found
    assert (it.severity, it.count, it.row, it.value) == (case.severity, case.count, case.row, case.value)
    assert case.remedy in it.remedy
    assert it.remedy.endswith((".", "?"))
    assert "{" not in it.message


def assert_silent(case: Case) -> None:
    """See that the rule says nothing of good data."""
    assert [f.message for f in findings_in(case.silent) if f.rule == case.rule] == []
