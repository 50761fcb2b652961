"""The rule that holds: longest prefix first, on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
DAY_BITS = 21
"""Bits for a day: 5,700 years."""


@dataclass(frozen=True, eq=False)
class DatedRules:
    """Rules of one length of prefix, sorted for lookup.

    Parameters
    ----------
    start : numpy.ndarray of int64, shape (m,)
        Key and first day in one number, ascending.
    key, end, rule : numpy.ndarray of int64, shape (m,)
        Key; first day on which the rule no longer holds; number of the rule.
    """

    start: Ints
    key: Ints
    end: Ints
    rule: Ints


def dated_rules(key: Ints, first: Ints, end: Ints, rule: Ints) -> DatedRules:
    """Sort rules by key and first day.

    Parameters
    ----------
    key : numpy.ndarray of int64, shape (m,)
        Key, from 0 to below 2**42; rules of one key must not overlap.
    first, end : numpy.ndarray of int64, shape (m,)
        First day, and first day after the last, from 0 to below 2**21.
    rule : numpy.ndarray of int64, shape (m,)
        Number of the rule.
    """
    start = (key << DAY_BITS) + first
    order = np.argsort(start, kind="stable")
    return DatedRules(start[order], key[order], end[order], rule[order])


def rule_on(rules: DatedRules, key: Ints, day: Ints) -> Ints:
    """Find the rule of each key on its day; -1 where none holds.

    Parameters
    ----------
    rules : DatedRules
    key, day : numpy.ndarray of int64, shape (n,)

    Returns
    -------
    numpy.ndarray of int64, shape (n,)

    Notes
    -----
    Binary search for the last rule that began by the day, in ascending order, which a cache likes: O(n log n).
    """
    if not len(rules.start):
        return np.full(len(key), -1, dtype=np.int64)
    wanted = (key << DAY_BITS) + day
    order = np.argsort(wanted)
    at = np.empty(len(wanted), dtype=np.int64)
    at[order] = np.searchsorted(rules.start, wanted[order], side="right") - 1
    found = np.maximum(at, 0)
    here = np.flatnonzero((at >= 0) & (rules.key[found] == key))
    at = at[here]
    holds = day[here] < rules.end[at]
    answer = np.full(len(key), -1, dtype=np.int64)
    answer[here[holds]] = rules.rule[at[holds]]
    return answer


def first_found(tables: Sequence[tuple[DatedRules, Ints, Ints]]) -> Ints:
    """Take for each row the rule from the first table that has one.

    Parameters
    ----------
    tables : sequence of (DatedRules, key, day)
        From the longest prefix to the shortest.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
    """
    found: Ints | None = None
    for rules, key, day in tables:
        if found is None:
            found = rule_on(rules, key, day)
            continue
        open_rows = np.flatnonzero(found < 0)
        found[open_rows] = rule_on(rules, key[open_rows], day[open_rows])
    return np.empty(0, dtype=np.int64) if found is None else found
