"""Rows of the tables of rules of origin, and how they are read from CSV."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from tierscape.errors import Finding
from tierscape.reference.origin_expression import Rule, parse
from tierscape.reference.unions import member_of

BASES = ("transaction_value", "net_cost", "adjusted_value", "exworks", "fob")
"""Values of a good that a test or a tolerance is taken of."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    row: int
    agreement: str
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class RuleSet(_Row):
    """What holds for all goods of an agreement in a period.

    Parameters
    ----------
    territory : frozenset of str
        Countries whose production counts.
    tracing : bool
        Regional value inside a non-originating material may be taken out.
    partners : frozenset of str
        Countries outside it whose originating materials count as well: ``accumulation`` is diagonal, the rules are the same there.
    tolerance : str
        Key of the tolerance threshold, empty for none; ``tolerance_base`` is the value that it is a share of.
    claim_months : int
        Longest validity of a declaration.
    review_from, review : date or None, str
        From when the rules may have changed unseen, and what to say.
    drawback : str
        What to say of duties that may no longer be paid back, empty for nothing.
    """

    name: str
    territory: frozenset[str]
    tracing: bool
    tolerance: str
    tolerance_base: str
    accumulation: str
    claim_months: int
    review_from: dt.date | None
    review: str
    partners: frozenset[str]
    drawback: str


@dataclass(frozen=True, kw_only=True)
class RuleRow(_Row):
    """The rule of a range of HS codes in a period."""

    rule: str
    hs_from: int
    hs_to: int
    use: str
    expression: Rule
    hs_edition: int


@dataclass(frozen=True, kw_only=True)
class Threshold(_Row):
    """A limit in percent in a period; a row with a scenario is no law."""

    key: str
    method: str
    value_pct: float
    scenario: str


@dataclass(frozen=True, kw_only=True)
class DutyRow(_Row):
    """A charge at the border of an importer (a country or ``EU``), without and with origin."""

    importer: str
    hs_from: int
    hs_to: int
    charge: str
    rate_without_pct: float
    rate_with_pct: float
    base: str


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text == "true"


def _code(text: str) -> int:
    if len(text) != 6 or not text.isdigit():
        raise ValueError("must have six digits")
    return int(text)


def _territory(text: str) -> frozenset[str]:
    words = text.split(";")
    return frozenset(c for w in words for c in ([w] if w.isupper() and len(w) == 2 else sorted(_members(w))))


def _members(bloc: str) -> frozenset[str]:
    try:
        return member_of(bloc)
    except KeyError as error:
        raise ValueError(f"'{bloc}' is no country and no bloc") from error


def _partners(text: str) -> frozenset[str]:
    return _territory(text) if text else frozenset()


def _choice(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _given(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise ValueError("must lie between 0 and 100")
    return value


_READERS: Mapping[str, Callable[[str], Any]] = {
    "agreement": _given, "source": _given, "rule": _given, "use": _given, "key": _given, "method": _given,
    "valid_from": _date, "verified": _flag, "tracing": _flag, "territory": _territory, "partners": _partners, "hs_from": _code, "hs_to": _code,
    "value_pct": _share, "claim_months": int, "hs_edition": int, "rate_without_pct": float, "rate_with_pct": float,
    "tolerance_base": _choice(*BASES), "accumulation": _choice("full", "bilateral", "diagonal"),
    "base": _choice("customs_value", "non_us_content"),
}  # fmt: skip
_OPTIONAL: Mapping[str, Callable[[str], Any]] = {"valid_to": _date, "review_from": _date}
_MAY_LACK = ("scenario", "partners", "drawback")
"""Columns that a file of one's own may leave out."""

Kind = TypeVar("Kind", bound=_Row)


def read_rows(path: Path, kind: type[Kind], found: list[Finding]) -> list[Kind]:
    """Read one file; what cannot be read goes to ``found`` with its row."""
    names = [f.name for f in fields(kind) if f.name != "row"]
    if not path.is_file():
        found.append(_fault(path, "", "the file is missing", "Add the file, or name the folder that holds it."))
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [n for n in names if n not in (reader.fieldnames or ()) and n not in _MAY_LACK]
        if missing:
            found.append(_fault(path, missing[0], f"{len(missing)} columns are missing", "Add the columns."))
            return []
        return [
            row for n, cells in enumerate(reader, start=2) if (row := _row(path, kind, n, cells, found)) is not None
        ]


def _row(path: Path, kind: type[Kind], n: int, cells: Mapping[str, str | None], found: list[Finding]) -> Kind | None:
    values: dict[str, Any] = {"row": n}
    before = len(found)
    for name in (f.name for f in fields(kind) if f.name != "row"):
        text = (cells.get(name) or "").strip()
        try:
            if name in _OPTIONAL:
                values[name] = _OPTIONAL[name](text) if text else None
            elif name == "expression":
                values[name] = parse(text, cells.get("agreement") or "")
            else:
                values[name] = _READERS.get(name, str)(text)
        except ValueError as error:
            found.append(_fault(path, name, f"1 value cannot be read: {error}", "Correct the cell.", n, text))
    return kind(**values) if len(found) == before else None


def _fault(
    path: Path, column: str, problem: str, remedy: str, row: int | None = None, value: str | None = None
) -> Finding:
    return Finding(
        rule="origin_file", severity="error", table=path.name, column=column, problem=problem, remedy=remedy, row=row, value=value
    )  # fmt: skip
