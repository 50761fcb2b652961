"""Judging many goods under the rules of many dates."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tierscape.quantities.origin_rules import Bools, Floats, Ints, Ledger, judge_ledger
from tierscape.quantities.origin_walk import terms_of
from tierscape.reference.origin import RuleBook


class Scanned(NamedTuple):
    """Outcome of all goods on one date.

    ``rule`` is the row of ``origin_rules.csv`` of each good, −1 where it has none; ``passes`` and ``margin`` are of shape
    (n, 2): proven, possible.
    """

    on: dt.date
    rule: Ints
    passes: Bools
    margin: Floats


def scan(
    book: RuleBook, agreement: str, dates: Sequence[dt.date], ledger: Ledger, *, use: str = "any"
) -> Iterator[Scanned]:
    """Judge all goods of a ledger on each date, each by the rule of its own code.

    Parameters
    ----------
    book : RuleBook
        The rules.
    agreement : str
        Agreement in force on all the dates.
    dates : sequence of datetime.date
        Dates, in any order.
    ledger : Ledger
        Goods with their materials, as they stand on every date.
    use : str
        What the goods are for.

    Raises
    ------
    ParameterError
        The agreement is not in force on one of the dates.

    Notes
    -----
    O(materials) once for each kind of test, then O(goods · tests) for each period between two changes of the law.
    """
    changes = book.changes(agreement)
    known: dict[int, Scanned] = {}
    for day in dates:
        period = bisect_right(changes, day)
        if period not in known:
            known[period] = _on(book, agreement, day, ledger, use)
        yield known[period]._replace(on=day)


def _on(book: RuleBook, agreement: str, day: dt.date, ledger: Ledger, use: str) -> Scanned:
    book.ruleset(agreement, day)
    codes = ledger.goods.hs
    rule = np.full(len(codes), -1, dtype=np.int64)
    passes, margin = np.zeros((len(codes), 2), dtype=np.bool_), np.full((len(codes), 2), np.nan)
    for row in book.rules_on(agreement, day):
        if row.use not in {use, "any"}:
            continue
        at = np.flatnonzero((rule < 0) & (codes >= row.hs_from) & (codes <= row.hs_to))
        if at.size:
            rule[at] = row.row
            judged = judge_ledger(row.expression, ledger, at, terms_of(book, row, day, ledger))
            passes[at], margin[at] = judged.overall, judged.overall_margin
    return Scanned(day, rule, passes, margin)
