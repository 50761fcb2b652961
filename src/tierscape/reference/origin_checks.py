"""What must hold across the rows of the tables of rules of origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from tierscape.errors import Finding
from tierscape.reference.origin_expression import leaves
from tierscape.reference.origin_rows import DutyRow, RuleRow, RuleSet, Threshold

Row = TypeVar("Row", RuleSet, RuleRow, Threshold, DutyRow)
_OPEN = dt.date.max


def check_dates(file: str, rows: Sequence[Row], key: Callable[[Row], Hashable]) -> Iterator[Finding]:
    """Periods of one key follow each other without overlap or gap."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    for name, group in groups.items():
        group.sort(key=lambda r: r.valid_from)
        for row in group:
            if row.valid_to is not None and row.valid_to <= row.valid_from:
                yield _fault(
                    "origin_period", file, row.row, str(name), "1 period ends before it begins", "Correct the dates."
                )
        for a, b in pairwise(group):
            if (a.valid_to or _OPEN) > b.valid_from:
                text = f"the periods of one key overlap, the earlier in row {a.row}"
                yield _fault(
                    "origin_overlap", file, b.row, str(name), text, "End the earlier row where the later begins."
                )
            elif a.valid_to is not None and a.valid_to < b.valid_from:
                text = f"the periods of one key leave a gap from {a.valid_to} to {b.valid_from}, after row {a.row}"
                yield _fault("origin_gap", file, b.row, str(name), text, "Close the gap with a row of its own.")


def check_rulesets(rulesets: Sequence[RuleSet]) -> Iterator[Finding]:
    """Partners stand where cumulation is diagonal, and nowhere else; none of them is in the territory."""
    for row in rulesets:
        if (row.accumulation == "diagonal") != bool(row.partners):
            text = "diagonal cumulation needs partners, and no other takes any"
            yield _fault("origin_partners", "origin_rulesets.csv", row.row, row.agreement, text, "Name the partners, or correct accumulation.")  # fmt: skip
        both = sorted(row.territory & row.partners)
        if both:
            text = f"{len(both)} countries are partner and territory"
            yield _fault("origin_partners", "origin_rulesets.csv", row.row, both[0], text, "Keep each in one of the two.")  # fmt: skip


def check_rules(rules: Sequence[RuleRow], thresholds: Sequence[Threshold], agreements: set[str]) -> Iterator[Finding]:
    """Every rule is of a known rule set, has its thresholds at all times, and one rule alone fits a good."""
    spans: dict[tuple[str, str, str], list[tuple[dt.date, dt.date]]] = {}
    for t in thresholds:
        if not t.scenario:
            spans.setdefault((t.agreement, t.key, t.method), []).append((t.valid_from, t.valid_to or _OPEN))
    for row in rules:
        if row.agreement not in agreements:
            yield _fault("origin_ruleset", "origin_rules.csv", row.row, row.agreement, "1 rule is of an agreement that origin_rulesets.csv lacks", "Add the rule set.")  # fmt: skip
        if row.hs_to < row.hs_from:
            yield _fault(
                "origin_codes", "origin_rules.csv", row.row, row.rule, "hs_to is below hs_from", "Swap the codes."
            )
        for leaf in leaves(row.expression):
            periods = spans.get((row.agreement, leaf.threshold, leaf.what), [])
            if leaf.threshold and not _covered(row.valid_from, row.valid_to or _OPEN, periods):
                text = f"threshold '{leaf.threshold}' by {leaf.what} has no row for every date of this rule"
                yield _fault("origin_threshold", "origin_rules.csv", row.row, row.rule, text, "Add rows to origin_thresholds.csv, or shorten the rule.")  # fmt: skip
    yield from _ambiguous(rules)


def _covered(start: dt.date, end: dt.date, periods: Sequence[tuple[dt.date, dt.date]]) -> bool:
    return bool(periods) and min(a for a, _ in periods) <= start and max(b for _, b in periods) >= end


def _ambiguous(rules: Sequence[RuleRow]) -> Iterator[Finding]:
    """Two rules that are as narrow as each other, fit the same code and use, and are in force together."""
    for a, b in combinations(rules, 2):
        same = a.agreement == b.agreement and a.use == b.use and a.hs_to - a.hs_from == b.hs_to - b.hs_from
        codes = a.hs_from <= b.hs_to and b.hs_from <= a.hs_to
        dates = a.valid_from < (b.valid_to or _OPEN) and b.valid_from < (a.valid_to or _OPEN)
        if same and codes and dates and (a.rule, a.hs_from) != (b.rule, b.hs_from):
            text = f"two rules fit the same goods, the other in row {a.row}"
            yield _fault("origin_ambiguous", "origin_rules.csv", b.row, b.rule, text, "Narrow the codes, the use or the dates of one.")  # fmt: skip


def _fault(rule: str, file: str, row: int, value: str, problem: str, remedy: str) -> Finding:
    return Finding(rule=rule, severity="error", table=file, problem=problem, remedy=remedy, row=row, value=value)
