"""Rules of origin as dated rows: rule sets, product rules, thresholds and the duties that hang on them.

Four tables with one way of looking up: the row with ``valid_from`` ≤ date < ``valid_to``. A rule set of one's own is a
folder with files of the same names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.reference.origin_checks import check_dates, check_rules, check_rulesets
from tierscape.reference.origin_expression import Rule
from tierscape.reference.origin_rows import DutyRow, RuleRow, RuleSet, Threshold, read_rows

FOLDER = Path(__file__).parent
Row = TypeVar("Row", RuleSet, RuleRow, Threshold, DutyRow)


@dataclass(frozen=True, eq=False)
class RuleBook:
    """Rule sets with their rules, thresholds and duties, checked.

    Parameters
    ----------
    rulesets, rules, thresholds, duties : tuple of rows
        As in the files, in their order.
    """

    rulesets: tuple[RuleSet, ...]
    rules: tuple[RuleRow, ...]
    thresholds: tuple[Threshold, ...]
    duties: tuple[DutyRow, ...] = ()

    @cached_property
    def agreements(self) -> tuple[str, ...]:
        """Agreements, in the order of the file."""
        return tuple(dict.fromkeys(row.agreement for row in self.rulesets))

    def ruleset(self, agreement: str, on: dt.date) -> RuleSet:
        """Give the attributes of an agreement on a date.

        Raises
        ------
        ParameterError
            There is no such agreement, or it is not in force on that date.
        """
        rows = [row for row in self.rulesets if row.agreement == agreement]
        if not rows:
            raise ParameterError(f"agreement: '{agreement}' is unknown; known are {', '.join(self.agreements)}.")
        found = in_force(rows, on)
        if not found:
            first, last = min(r.valid_from for r in rows), max(r.valid_to or dt.date.max for r in rows)
            span = f"from {first}" if last == dt.date.max else f"from {first} to before {last}"
            raise ParameterError(f"on: {agreement} is in force {span}, given was {on}.")
        return found[0]

    def rules_on(self, agreement: str, on: dt.date) -> tuple[RuleRow, ...]:
        """Give the product rules in force, the narrowest range of codes first, a vehicle's own use before ``any``."""
        rows = in_force((row for row in self.rules if row.agreement == agreement), on)
        return tuple(sorted(rows, key=lambda r: (r.use == "any", r.hs_to - r.hs_from, r.hs_from)))

    def rule_for(self, agreement: str, hs6: int, use: str, on: dt.date) -> RuleRow | None:
        """Give the rule of a good, null where there is none."""
        rows = self.rules_on(agreement, on)
        return next((r for r in rows if r.hs_from <= hs6 <= r.hs_to and r.use in {use, "any"}), None)

    def threshold(self, agreement: str, key: str, method: str, on: dt.date, *, scenario: str = "") -> Threshold | None:
        """Give a threshold on a date; with a scenario its own row where it has one."""
        rows = self._thresholds.get((agreement, key, method), ())
        found = in_force((r for r in rows if r.scenario in {"", scenario}), on)
        return max(found, key=lambda r: r.scenario, default=None)

    @cached_property
    def _thresholds(self) -> dict[tuple[str, str, str], list[Threshold]]:
        by_key: dict[tuple[str, str, str], list[Threshold]] = {}
        for row in self.thresholds:
            by_key.setdefault((row.agreement, row.key, row.method), []).append(row)
        return by_key

    def changes(self, agreement: str) -> tuple[dt.date, ...]:
        """Give the dates on which a rule, a threshold or the rule set itself changes, in order."""
        rows: list[RuleSet | RuleRow | Threshold] = [
            *(r for r in self.rulesets if r.agreement == agreement),
            *(r for r in self.rules if r.agreement == agreement),
            *(r for r in self.thresholds if r.agreement == agreement and not r.scenario),
        ]
        dates = {d for r in rows for d in (r.valid_from, r.valid_to) if d is not None}
        return tuple(sorted(dates))


def in_force(rows: Iterable[Row], on: dt.date) -> list[Row]:
    """Give the rows with ``valid_from`` ≤ ``on`` < ``valid_to``."""
    return [r for r in rows if r.valid_from <= on and (r.valid_to is None or on < r.valid_to)]


@cache
def origin_rules() -> RuleBook:
    """Give the rules that are shipped: USMCA, the EU-UK agreement and CPTPP.

    A row whose ``verified`` is false was remembered, not read in a source.
    """
    return read_rulebook(FOLDER)


def read_rulebook(folder: str | Path) -> RuleBook:
    """Read a folder with ``origin_rulesets.csv``, ``origin_rules.csv``, ``origin_thresholds.csv`` and, if there, duties.

    Raises
    ------
    DataError
        A file or column is missing, a value cannot be read, a leaf or threshold is unknown, or the periods of one key
        overlap or leave a gap; each finding names file and row.
    """
    folder = Path(folder)
    found: list[Finding] = []
    rulesets = read_rows(folder / "origin_rulesets.csv", RuleSet, found)
    rules = read_rows(folder / "origin_rules.csv", RuleRow, found)
    thresholds = read_rows(folder / "origin_thresholds.csv", Threshold, found)
    has_duties = (folder / "origin_duties.csv").is_file()
    duties: Sequence[DutyRow] = read_rows(folder / "origin_duties.csv", DutyRow, found) if has_duties else ()
    if not found:
        found += check_dates("origin_rulesets.csv", rulesets, lambda r: (r.agreement,))
        found += check_dates("origin_rules.csv", rules, lambda r: (r.agreement, r.rule, r.hs_from, r.hs_to, r.use))
        found += check_dates("origin_thresholds.csv", thresholds, lambda r: (r.agreement, r.key, r.method, r.scenario))
        found += check_dates(
            "origin_duties.csv", duties, lambda r: (r.agreement, r.importer, r.hs_from, r.hs_to, r.charge)
        )
        found += check_rulesets(rulesets)
        found += check_rules(rules, thresholds, {r.agreement for r in rulesets})
    if found:
        raise DataError(found)
    return RuleBook(tuple(rulesets), tuple(rules), tuple(thresholds), tuple(duties))


__all__ = [
    "DutyRow",
    "Rule",
    "RuleBook",
    "RuleRow",
    "RuleSet",
    "Threshold",
    "in_force",
    "origin_rules",
    "read_rulebook",
]
