"""What suppliers declare about origin, and what a declaration is worth on a date."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network
from tierscape.reference.origin import RuleSet

LEGAL = ("audited", "declared")
"""Grades of evidence that count in a legal verdict."""
NON_PREFERENTIAL = "non_preferential"
"""Word in ``origin_claims.agreement`` for a row that overrides the country of origin outside any agreement."""


class Statement(NamedTuple):
    """What is known of a part from a site: whether it originates, and regional value a unit if it does not.

    ``possible`` and the second of ``regional`` are null where nothing is declared and the bill of materials may tell.
    """

    proven: bool
    possible: bool | None
    regional: tuple[float, float | None]
    grade: str | None = None
    expires: dt.date | None = None


class Claim(NamedTuple):
    """A row of ``origin_claims`` that was read."""

    originating: bool | None
    foreign: float | None
    grade: str | None
    start: dt.date | None
    end: dt.date | None
    as_of: dt.date | None


class Number(NamedTuple):
    """A row of ``indicators`` that was read."""

    value: float
    unit: str
    grade: str | None
    start: dt.date | None
    end: dt.date | None
    as_of: dt.date | None


@dataclass(eq=False)
class Claims:
    """Declarations under one agreement on one date.

    Parameters
    ----------
    network : Network
        Its ``origin_claims`` and ``indicators`` are read.
    ruleset : RuleSet
        Territory and longest validity of a declaration.
    on : datetime.date
        Date of the question.
    """

    network: Network
    ruleset: RuleSet
    on: dt.date
    cases: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.countries = dict(self.network["sites"].select("site", "country").rows())
        names = ("site", "part", "originating", "foreign_value_per_unit", "evidence", "valid_from", "valid_to", "as_of")
        rows = self.network["origin_claims"]
        ours = rows.filter(pl.col("agreement") == self.ruleset.agreement).select(names)
        self.claims = {(r[0], r[1]): Claim(*r[2:]) for r in ours.iter_rows()}
        other = rows.filter(pl.col("agreement") == NON_PREFERENTIAL).select("site", "part", "originating")
        self.overrides = {(r[0], r[1]): r[2] for r in other.iter_rows()}
        self.numbers = dict(_numbers(self.network, self.on))

    def inside(self, site: str | None) -> bool | None:
        """Tell whether a site stands in the territory; null where its country is unknown."""
        country = self.countries.get(site) if site else None
        return None if country is None else country in self.ruleset.territory

    def counts(self, site: str | None) -> bool | None:
        """Tell whether what originates at a site counts: in the territory, or in a partner of diagonal cumulation."""
        country = self.countries.get(site) if site else None
        return None if country is None else country in self.ruleset.territory | self.ruleset.partners

    def number(self, site: str, part: str, name: str) -> float | None:
        """Give a figure that the maker states about its own good, null where there is none in force."""
        found = self.numbers.get((f"{site}/{part}", name))
        if found is None or (found.start and found.start > self.on):
            return None
        if found.end and self.on >= found.end:
            self._note("origin_number_lapsed", f"{site}/{part} {name}")
            return None
        return found.value

    def transaction_value(self, site: str, part: str) -> float | None:
        """Give the transaction value without international freight.

        Raises
        ------
        DataError
            It is given as CIF and freight and insurance do not stand beside it.
        """
        value = self.number(site, part, "origin.transaction_value")
        found = self.numbers.get((f"{site}/{part}", "origin.transaction_value"))
        if value is None or found is None or "cif" not in found.unit.lower():
            return value
        freight, insurance = (self.number(site, part, f"origin.{name}") for name in ("freight", "insurance"))
        if freight is None or insurance is None:
            raise DataError([_cif(f"{site}/{part}")])
        return value - freight - insurance

    def statement(self, site: str, part: str, unit_value: float | None) -> Statement:
        """Say what is declared of a part from a site, checked against date, grade and territory."""
        inside, key = self.counts(site), f"{site}/{part}"
        claim = self.claims.get((site, part))
        expires = None if claim is None else self._expires(claim)
        if claim is not None and not self._valid(claim):
            self._note("origin_claim_lapsed", key)
            claim = None
        regional = self._regional(site, part, claim, unit_value)
        if claim is None or claim.originating is None:
            possible = None if inside else inside is None
            return Statement(False, possible, regional, None if claim is None else claim.grade, expires)
        if claim.grade not in LEGAL:
            self._note("origin_claim_grade", key)
        if not claim.originating:
            return Statement(False, False, regional, claim.grade, expires)
        if inside is False:
            self._note("origin_claim_outside", key)
        return Statement(bool(inside) and claim.grade in LEGAL, True, regional, claim.grade, expires)

    def _regional(self, site: str, part: str, claim: Claim | None, value: float | None) -> tuple[float, float | None]:
        """Regional value inside a unit, proven and possible; nothing is proven of a site outside the territory."""
        found: list[tuple[float, str | None]] = []
        stated = self.numbers.get((f"{site}/{part}", f"origin.{self.ruleset.agreement}.regional_value"))
        if stated is not None:
            if self._valid(stated):
                found.append((stated.value, stated.grade))
            else:
                self._note("origin_number_lapsed", f"{site}/{part} regional_value")
        if claim is not None and claim.foreign is not None and value is not None:
            found.append((value - claim.foreign, claim.grade))
        most = float("inf") if value is None else value
        kept = [(min(max(v, 0.0), most), grade) for v, grade in found]
        inside = self.inside(site)
        proven = max((v for v, grade in kept if grade in LEGAL and inside), default=0.0)
        best = max((v for v, _ in kept), default=None)
        return proven, best if best is not None else (0.0 if inside is False else None)

    def _expires(self, row: Claim | Number) -> dt.date | None:
        """Give the first day on which a declaration no longer counts, null where it bears no date at all."""
        start = row.start or row.as_of
        ends = [row.end, None if start is None else plus_months(start, self.ruleset.claim_months)]
        return min((e for e in ends if e is not None), default=None)

    def _valid(self, row: Claim | Number) -> bool:
        expires = self._expires(row)
        return expires is not None and self.on < expires and not (row.start and row.start > self.on)

    def _note(self, rule: str, case: str) -> None:
        cases = self.cases.setdefault(rule, [])
        if case not in cases:
            cases.append(case)

    def findings(self) -> Iterator[Finding]:
        """Give what was found on the way, one finding a rule."""
        for rule, table, problem, remedy in (
            (
                "origin_claim_grade",
                "origin_claims",
                "declarations are not graded audited or declared; they prove nothing and move the best case alone",
                "Have the supplier sign the declaration, then set evidence to declared.",
            ),
            (
                "origin_claim_lapsed",
                "origin_claims",
                "declarations bear no date or are not valid on the date of the question; their materials are undetermined",
                "Ask for a new declaration with valid_from and valid_to.",
            ),
            (
                "origin_claim_outside",
                "origin_claims",
                "originating parts are declared by sites outside the territory; they count as undetermined",
                "Check the site and its country, or the agreement of the declaration.",
            ),
            (
                "origin_number_lapsed",
                "indicators",
                "declared figures bear no date or are not valid on the date of the question and do not count",
                "Ask for a new figure with valid_from and valid_to.",
            ),
        ):
            cases = self.cases.get(rule)
            if cases:
                said = f"{len(cases)} {problem}"
                yield Finding(rule=rule, severity="warning", table=table, problem=said, remedy=remedy, count=len(cases), value=min(cases))  # fmt: skip


def plus_months(day: dt.date, months: int) -> dt.date:
    """Give the same day some months later, the last of a month that is shorter.

    Examples
    --------
    >>> plus_months(dt.date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _numbers(network: Network, on: dt.date) -> Iterator[tuple[tuple[str, str], Number]]:
    """Figures of capabilities, the newest year that is not after the date last."""
    rows = network["indicators"].filter(
        (pl.col("subject_kind") == "capability")
        & (pl.col("indicator").str.starts_with("origin.") | pl.col("indicator").str.starts_with("lvc."))
        & (pl.col("year").is_null() | (pl.col("year") <= on.year))
    )
    names = ("subject", "indicator", "value", "unit", "evidence", "valid_from", "valid_to", "as_of")
    for subject, indicator, value, unit, *rest in rows.sort("year", nulls_last=False).select(names).iter_rows():
        yield (subject, indicator), Number(value, unit or "", *rest)


def _cif(subject: str) -> Finding:
    return Finding(
        rule="origin_cif", severity="error", table="indicators", column="unit", value=subject,
        problem="1 transaction value is given as CIF, which holds international freight",
        remedy="Give origin.freight and origin.insurance beside it, or the value without them.",
    )  # fmt: skip
