"""What a check sees, and how it says what it found."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from tierscape.errors import Finding, Severity

FEW = 20_000
"""Up to so many names the ones most like a text are looked for; beyond it only the one that is the same but for signs."""
_SINGULAR = {"are": "is", "have": "has", "do": "does"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a check says of the rows that it found.

    Parameters
    ----------
    rule : str
        Name of the rule.
    clause : str
        What the rows do, in the plural: ``"name a site that 'sites' lacks"``.
    remedy : str
        What to do, as a sentence; ``{value}`` stands for the first case.
    severity : {"error", "warning", "note"}
        How bad it is.
    """

    rule: str
    clause: str
    remedy: str
    severity: Severity = "error"


@dataclass(frozen=True)
class Data:
    """Typed tables, and the row number of the first row of each.

    Parameters
    ----------
    tables : Mapping of str to polars.DataFrame
        Every declared table with every declared column.
    first_rows : Mapping of str to int
        Row number of a table's first row, 1 where absent.
    """

    tables: Mapping[str, pl.DataFrame]
    first_rows: Mapping[str, int]

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    def keys(self, table: str) -> pl.Series:
        """Give the keys of a table with a key of one column, without nulls."""
        frame = self.tables[table]
        return frame.to_series(0).drop_nulls() if frame.width else pl.Series([], dtype=pl.String)

    def found(
        self, where: tuple[str, str], bad: pl.Series, fault: Fault, values: pl.Series | None = None
    ) -> Iterator[Finding]:
        """Yield one finding for all the rows marked, none where no row is.

        Parameters
        ----------
        where : tuple of str
            Table and column; the column may be empty or name several, joined by ``+``.
        bad : polars.Series of bool, shape (rows,)
            The rows; null counts as false.
        fault : Fault
            What is wrong with them.
        values : polars.Series, shape (rows,), optional
            What to show of the first case; the column itself where absent.
        """
        table, column = where
        rows = bad.fill_null(value=False).arg_true()
        if rows.is_empty():
            return
        frame = self.tables[table]
        if values is None and column in frame.columns:
            values = frame[column]
        first = int(rows[0])
        value = None if values is None or values[first] is None else str(values[first])
        yield Finding(
            rule=fault.rule, severity=fault.severity, table=table, column=column,
            problem=rows_that(len(rows), frame.height, fault.clause),
            remedy=fault.remedy.replace("{value}", value or ""),
            count=len(rows), row=self.first_rows.get(table, 1) + first, value=value,
        )  # fmt: skip


def rows_that(count: int, total: int, clause: str) -> str:
    """Say how many rows do something.

    Examples
    --------
    >>> rows_that(3, 812, "name a site that 'sites' lacks")
    "3 of 812 rows name a site that 'sites' lacks"
    >>> rows_that(1, 1, "are empty"), rows_that(1, 2, "repeat a key")
    ('1 of 1 row is empty', '1 of 2 rows repeats a key')
    """
    return several(count, f"of {total:,} {'row' if total == 1 else 'rows'}", clause)


def several(count: int, things: str, clause: str) -> str:
    """Say how many things do something; things and clause are given in the plural.

    Examples
    --------
    >>> several(2, "columns", "hold values"), several(1, "columns", "hold values")
    ('2 columns hold values', '1 column holds values')
    """
    if count == 1:
        verb, _, rest = clause.partition(" ")
        clause = f"{_SINGULAR.get(verb, verb + 's')} {rest}"
        things = things if things.startswith("of ") else things.removesuffix("s")
    return f"{count:,} {things} {clause}"


def plain(text: str) -> str:
    """Fold case, accents and everything but letters and digits.

    Examples
    --------
    >>> plain("Györ_Works (2)")
    'gyorworks2'
    """
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def nearest(text: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Give the names most like a text, best first, without regard to case, accents and signs.

    Examples
    --------
    >>> nearest("cathod NMC", ["cathode_nmc", "anode", "pcam"])
    ['cathode_nmc']
    """
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    if len(by_plain) > FEW:
        return [by_plain[plain(text)]] if plain(text) in by_plain else []
    return [by_plain[match] for match in difflib.get_close_matches(plain(text), by_plain, n=limit, cutoff=0.6)]


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """Offer the nearest name as a sentence with a blank behind it, empty where none is near."""
    offered = nearest(text, names, 1)
    return f"Did you mean '{offered[0]}'? " if offered else ""
