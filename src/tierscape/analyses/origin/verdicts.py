"""Verdicts by test and overall, and the tests of a vehicle."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from tierscape.analyses.origin.assess import OVERALL, Assessed, verified, word
from tierscape.kernels.value_content import headroom
from tierscape.quantities.origin_rules import Judged, judge_ledger
from tierscape.reference.origin import Threshold
from tierscape.reference.origin_expression import METHODS, Group, Leaf, Rule, leaves

Row = dict[str, Any]


def number(value: float) -> float | None:
    """Give a number, null for NaN and infinity."""
    return float(value) if np.isfinite(value) else None


def ends(leaf: Leaf, pct: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Give what is proven, the lower and the upper end of a percentage with both ends (proven, possible)."""
    proven, best = number(pct[0]), number(pct[1])
    low, high = (best, proven) if leaf.what == "max_nom" else (proven, best)
    return proven, low, high


def decided(judged: Judged, good: int) -> tuple[int, Leaf]:
    """Give the test on the path taken.

    It is the one that decides what is proven, unless only the best case passes and that test fails even there: then it is
    the one that decides the best case.
    """
    k = int(judged.deciding[good, 0])
    if word(judged.overall[good]) == "depends" and not judged.passes[k, good, 1]:
        k = int(judged.deciding[good, 1])
    return k, judged.leaves[k]


def headroom_of(assessed: Assessed, leaf: Leaf, good: int, limit: float) -> float | None:
    """Give the value of foreign materials that may still be added under a value test, undetermined ones counted in."""
    if leaf.kind != "value":
        return None
    sums = assessed.walked.ledger.sums(leaf)
    base = assessed.walked.ledger.goods.bases[METHODS[leaf.what]][good] if sums.base is None else sums.base[good]
    amount = sums.amount[good, 0]
    if sums.unpriced[good, 0] > 0:
        return None
    if leaf.what == "build_up":
        return number(amount - limit / 100.0 * base)
    least = 100.0 - limit if leaf.what == "max_nom" else limit
    return number(headroom(np.array([base]), np.array([amount]), least)[0])


def verdict_rows(assessed: Assessed) -> list[Row]:
    """Give overall and test rows of every site, best site first."""
    order = ranked(assessed)
    return [row for good in order for row in _site_rows(assessed, good)]


def ranked(assessed: Assessed) -> list[int]:
    """Give the goods in order: what qualifies, what depends, what fails; by margin within each."""
    words = ("qualifies", "depends", "fails", "no_rule")

    def key(good: int) -> tuple[int, float, str]:
        margin = np.nan if assessed.judged is None else assessed.judged.overall_margin[good, 0]
        return words.index(assessed.verdict(good)), -np.nan_to_num(margin, nan=-np.inf), assessed.sites[good]

    return sorted(range(len(assessed.sites)), key=key)


def _head(assessed: Assessed, good: int) -> Row:
    site, row = assessed.sites[good], assessed.walked.row
    return {
        "product": assessed.product, "site": site, "name": assessed.supply.names.get(site, site),
        "agreement": assessed.walked.question.agreement, "rule": None if row is None else row.rule,
    }  # fmt: skip


def _site_rows(assessed: Assessed, good: int) -> list[Row]:
    judged, row, terms = assessed.judged, assessed.walked.row, assessed.terms
    empty = dict.fromkeys(("method", "value_pct", "low", "high", "threshold", "margin_pp", "margin_high_pp", "headroom", "path", "valid_to", "source"))  # fmt: skip
    if judged is None or row is None or terms is None:
        return [
            {**_head(assessed, good), **empty, "leaf": OVERALL, "verdict": "no_rule", "thin": False, "verified": False}
        ]
    k, leaf = decided(judged, good)
    proven, low, high = ends(leaf, judged.pct[k, good])
    margin = number(judged.margin[k, good, 0])
    outside = assessed.claims.inside(assessed.sites[good]) is False
    overall = {
        **_head(assessed, good), "leaf": OVERALL, "method": leaf.what or leaf.kind, "value_pct": proven, "low": low, "high": high,
        "threshold": number(terms.limits.get(leaf, np.nan)), "margin_pp": margin,
        "margin_high_pp": number(judged.margin[k, good, 1]),
        "headroom": headroom_of(assessed, leaf, good, terms.limits.get(leaf, np.nan)), "verdict": assessed.verdict(good),
        "path": "made outside the territory" if outside else leaf.words,
        "thin": bool(judged.overall[good, 0] and margin is not None and margin < assessed.case.safety_margin),
        "verified": verified(row, leaf, assessed, assessed.on),
        "valid_to": _first_end([row.valid_to, *(_end(assessed.threshold(x)) for x in judged.leaves)]),
        "source": row.source,
    }  # fmt: skip
    return [overall, *(_leaf_row(assessed, good, k) for k in range(len(judged.leaves)))]


def _leaf_row(assessed: Assessed, good: int, k: int) -> Row:
    judged, row, terms = assessed.judged, assessed.walked.row, assessed.terms
    assert judged is not None  # noqa: S101 - the caller has a rule
    assert row is not None  # noqa: S101
    assert terms is not None  # noqa: S101
    leaf, limit = judged.leaves[k], assessed.threshold(judged.leaves[k])
    proven, low, high = ends(leaf, judged.pct[k, good])
    alike = [other for other in judged.leaves if other.words == leaf.words]
    passes = judged.passes[k, good] & assessed.walked.ledger.goods.inside[good]
    return {
        **_head(assessed, good), "leaf": leaf.words if len(alike) == 1 else f"{leaf.words} ({alike.index(leaf) + 1})",
        "method": leaf.what or leaf.kind, "value_pct": proven, "low": low, "high": high,
        "threshold": number(terms.limits.get(leaf, np.nan)), "margin_pp": number(judged.margin[k, good, 0]),
        "margin_high_pp": number(judged.margin[k, good, 1]),
        "headroom": headroom_of(assessed, leaf, good, terms.limits.get(leaf, np.nan)), "verdict": word(passes),
        "path": leaf.words, "thin": False, "verified": row.verified and (limit is None or limit.verified),
        "valid_to": _first_end([row.valid_to, _end(limit)]), "source": row.source if limit is None else limit.source,
    }  # fmt: skip


def _end(limit: Threshold | None) -> dt.date | None:
    return None if limit is None else limit.valid_to


def _first_end(dates: list[dt.date | None]) -> dt.date | None:
    return min((d for d in dates if d is not None), default=None)


def automotive_rows(assessed: Assessed) -> list[Row]:
    """Give the five tests of a vehicle, where the rule is one of a vehicle."""
    row, terms = assessed.walked.row, assessed.terms
    if row is None or terms is None or not isinstance(row.expression, Group) or row.expression.op != "all_of":
        return []
    tests = {_test_name(member): member for member in row.expression.members}
    if "labour_value" not in tests:
        return []
    found = []
    for good, site in enumerate(assessed.sites):
        labour = assessed.walked.labour.get(good)
        for name, member in tests.items():
            judged = judge_ledger(member, assessed.walked.ledger, np.array([good]), terms)
            k, leaf = decided(judged, 0)
            proven, low, high = ends(leaf, judged.pct[k, 0])
            limits = [assessed.threshold(x) for x in judged.leaves]
            found.append({
                "product": assessed.product, "site": site, "test": name, "path": leaf.words, "value_pct": proven, "low": low,
                "high": high, "threshold": number(terms.limits.get(leaf, np.nan)),
                "margin_pp": number(judged.margin[k, 0, 0]), "verdict": word(judged.overall[0]),
                "coverage": labour.coverage if labour is not None and name == "labour_value" else None,
                "verified": row.verified and all(x.verified for x in limits if x is not None),
            })  # fmt: skip
    return found


def _test_name(member: Rule) -> str:
    kinds = list(leaves(member))
    if any(leaf.kind == "originating" for leaf in kinds):
        return "core_parts"
    return "vehicle" if kinds[0].kind == "value" else kinds[0].what
