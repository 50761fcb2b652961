"""The same goods under another threshold, in a named scenario, and under the rules of a later date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np

from tierscape.analyses.origin.assess import Assessed, verified, word
from tierscape.analyses.origin.verdicts import decided, ends, headroom_of, number
from tierscape.quantities.origin_rules import Terms, judge_ledger
from tierscape.quantities.origin_walk import by_method, terms_of
from tierscape.reference.origin import RuleRow
from tierscape.reference.origin_expression import Leaf, Rule, leaves

Row = dict[str, Any]


def what_if_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """Judge again under each alternative: declarations stay as they are today."""
    rows: list[Row] = []
    for name, on, row, terms in _alternatives(assessed):
        rule = _rule(assessed, row)
        judged = judge_ledger(rule, assessed.walked.ledger, np.arange(len(assessed.sites)), terms)
        for good in order:
            k, leaf = decided(judged, good)
            room = headroom_of(assessed, leaf, good, terms.limits.get(leaf, np.nan))
            rows.append({
                "product": assessed.product, "site": assessed.sites[good], "scenario": name, "on": on, "path": leaf.words,
                "value_pct": ends(leaf, judged.pct[k, good])[0], "threshold": number(terms.limits.get(leaf, np.nan)),
                "margin_pp": number(judged.margin[k, good, 0]), "verdict_now": assessed.verdict(good),
                "verdict_then": word(judged.overall[good]),
                "bring_home": None if room is None else max(-room, 0.0),
                "verified": _sure(assessed, name, row, leaf, on),
            })  # fmt: skip
    return rows


def _sure(assessed: Assessed, name: str, row: RuleRow, leaf: Leaf, on: dt.date) -> bool:
    """A threshold of one's own or of a scenario is nobody's law."""
    return name.startswith("from ") and verified(row, leaf, assessed, on)


def _rule(assessed: Assessed, row: RuleRow) -> Rule:
    method = assessed.calculation.method
    allowed = {leaf.what for leaf in leaves(row.expression)}
    return by_method(row.expression, method) if method in allowed else row.expression


def _alternatives(assessed: Assessed) -> Iterator[tuple[str, dt.date, RuleRow, Terms]]:
    row, case, ledger, q = assessed.walked.row, assessed.case, assessed.walked.ledger, assessed.walked.question
    if row is None:
        return
    if case.threshold_override is not None:
        terms = terms_of(assessed.book, row, q.on, ledger, override=case.threshold_override)
        yield f"threshold {case.threshold_override:g} %", q.on, row, terms
    if case.scenario:
        yield case.scenario, q.on, row, terms_of(assessed.book, row, q.on, ledger, scenario=case.scenario)
    for day in changes(assessed):
        later = assessed.book.rule_for(q.agreement, int(ledger.goods.hs[0]), q.use, day)
        if later is not None:
            yield f"from {day}", day, later, terms_of(assessed.book, later, day, ledger)


def changes(assessed: Assessed) -> list[dt.date]:
    """Give the later dates on which the rule of this good, or a threshold of it, changes."""
    q, book = assessed.walked.question, assessed.book
    if not len(assessed.walked.ledger.goods.hs):
        return []
    code, before, found = int(assessed.walked.ledger.goods.hs[0]), _law(assessed, q.on), []
    for day in book.changes(q.agreement):
        if day <= q.on or not any(r.valid_from <= day and (r.valid_to is None or day < r.valid_to) for r in book.rulesets if r.agreement == q.agreement):  # fmt: skip
            continue
        row = book.rule_for(q.agreement, code, q.use, day)
        law = None if row is None else _law(assessed, day, row)
        if law != before:
            found.append(day)
        before = law
    return found


def _law(assessed: Assessed, on: dt.date, row: RuleRow | None = None) -> tuple[Any, ...] | None:
    """What the law says on a date: the expression and its thresholds."""
    row = row or assessed.walked.row
    if row is None:
        return None
    found = [assessed.threshold(leaf, on) for leaf in leaves(row.expression)]
    return row.expression, tuple(None if t is None else t.value_pct for t in found)


def timeline_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """Give every step of the thresholds of today's rule, with today's value of the first site."""
    judged = assessed.judged
    if judged is None or not order:
        return []
    rows: list[Row] = []
    for k, leaf in enumerate(judged.leaves):
        steps = [t for t in assessed.book.thresholds if (t.agreement, t.key, t.method) == (assessed.walked.question.agreement, leaf.threshold, leaf.what)]  # fmt: skip
        rows += [
            {"leaf": leaf.words, "valid_from": t.valid_from, "valid_to": t.valid_to, "threshold": t.value_pct,
             "value_today": ends(leaf, judged.pct[k, order[0]])[0], "scenario": t.scenario, "verified": t.verified}
            for t in steps
        ]  # fmt: skip
    return rows
