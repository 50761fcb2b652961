"""Which single material would change the verdict, and whom to ask first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.origin.assess import Assessed
from tierscape.analyses.origin.tracing import STATUS
from tierscape.analyses.origin.verdicts import decided, headroom_of, number
from tierscape.quantities.origin_rules import judge, variants
from tierscape.reference.origin_expression import Leaf

Row = dict[str, Any]
Ints = NDArray[np.int64]
ORIGIN, REGIONAL = "whether it originates", "regional value inside"
FAR_ABOVE = 1e18
"""Stands for an unknown value where materials are put in order: it comes first."""


def flip_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """Reverse the status of each material alone, and of all suppliers of a part together where there are several."""
    if assessed.judged is None or assessed.rule is None or assessed.terms is None:
        return []
    rows: list[Row] = []
    for good in order:
        groups = _groups(assessed, assessed.walked.of(good))
        goods, sums = variants(assessed.walked.ledger, good, [g for _, g in groups], reverse=True)
        after = judge(assessed.rule, goods, sums, assessed.terms)
        made = [
            _row(assessed, good, supplier, at, (bool(after.overall[k, 0]), after.overall_margin[k, 0]))
            for k, (supplier, at) in enumerate(groups)
        ]
        rows += sorted(made, key=lambda r: (not r["flips"], -(r["value_share"] or 0.0), r["part"], r["supplier"] or ""))
    return rows


def _groups(assessed: Assessed, at: Ints) -> list[tuple[str | None, Ints]]:
    """Materials by supplier and part; then by part alone, where several suppliers share a status."""
    proven = assessed.walked.ledger.materials.originates[:, 0]
    single: dict[tuple[str, str | None], list[int]] = {}
    whole: dict[tuple[str, bool], list[int]] = {}
    for i in at.tolist():
        item = assessed.walked.items[i]
        single.setdefault((item.part, item.supplier), []).append(i)
        whole.setdefault((item.part, bool(proven[i])), []).append(i)
    alone = [(supplier, np.array(places)) for (_, supplier), places in single.items()]
    together = [(None, np.array(p)) for p in whole.values() if len({assessed.walked.items[i].supplier for i in p}) > 1]
    return alone + together


def _row(assessed: Assessed, good: int, supplier: str | None, at: Ints, after: tuple[bool, float]) -> Row:
    m, judged = assessed.walked.ledger.materials, assessed.judged
    total = np.nansum(m.value[assessed.walked.of(good)])
    part = assessed.walked.items[int(at[0])].part
    proven = bool(m.originates[at[0], 0])
    before = judged is not None and bool(judged.overall[good, 0])
    return {
        "product": assessed.product, "site": assessed.sites[good], "part": part,
        "part_name": assessed.supply.parts[part].name, "supplier": supplier, "becomes": STATUS[not proven],
        "value_share": number(m.value[at].sum() / total) if total > 0 else None, "margin_after": number(after[1]),
        "flips": after[0] != before, "price_change_to_zero": None if proven else _price_change(assessed, good, at),
    }  # fmt: skip


def _price_change(assessed: Assessed, good: int, at: Ints) -> float | None:
    """Headroom over the non-originating value: the base stays as it is."""
    judged, terms = assessed.judged, assessed.terms
    if judged is None or terms is None:
        return None
    leaf = value_test(assessed, good)
    room = None if leaf is None else headroom_of(assessed, leaf, good, terms.limits[leaf])
    if leaf is None or room is None or leaf.what == "build_up":
        return None
    m = assessed.walked.ledger.materials
    amounts = assessed.walked.ledger.amounts(leaf)
    own = np.where(m.originates[at, 0], amounts.originating[at, 0], amounts.foreign[at, 0]).sum()
    return number(room / own) if own > 0 else None


def value_test(assessed: Assessed, good: int) -> Leaf | None:
    """Give the value test on the path taken, else the one with the largest proven margin; null where there is none."""
    judged = assessed.judged
    if judged is None:
        return None
    _, leaf = decided(judged, good)
    if leaf.kind == "value":
        return leaf
    tests = [(judged.margin[k, good, 0], -k) for k, x in enumerate(judged.leaves) if x.kind == "value"]
    known = [t for t in tests if not np.isnan(t[0])]
    return judged.leaves[-max(known)[1]] if known else None


def ask_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """List the materials of which more is possible than proven; first the fewest whose answers would make it qualify."""
    if assessed.judged is None or assessed.terms is None:
        return []
    rows: list[Row] = []
    m = assessed.walked.ledger.materials
    for good in order:
        if assessed.verdict(good) != "depends":
            continue
        at = assessed.walked.of(good)
        status = ~m.originates[:, 0] & m.originates[:, 1]
        inside = ~m.originates[:, 0] & (m.regional[:, 1] > m.regional[:, 0]) & assessed.walked.ledger.tracing
        open_ones = at[(status | inside)[at]]
        shortest = _shortest(assessed, good, open_ones)
        leaf = value_test(assessed, good)
        room = None if leaf is None else headroom_of(assessed, leaf, good, assessed.terms.limits[leaf])
        needed = None if room is None else max(-room, 0.0)
        total = np.nansum(m.value[at])
        for i in sorted(open_ones.tolist(), key=lambda i: (i not in shortest, -np.nan_to_num(m.value[i]), i)):
            item = assessed.walked.items[i]
            rows.append({
                "product": assessed.product, "site": assessed.sites[good], "supplier": item.supplier, "part": item.part,
                "part_name": assessed.supply.parts[item.part].name, "ask": ORIGIN if status[i] else REGIONAL,
                "value": number(m.value[i]), "value_share": number(m.value[i] / total) if total > 0 else None,
                "needed": needed, "would_settle": i in shortest,
            })  # fmt: skip
    return rows


def _shortest(assessed: Assessed, good: int, open_ones: Ints) -> set[int]:
    """Fewest materials whose best case, once proven, makes the verdict pass, tried largest first for each test of the rule.

    For one value test largest first is optimal in count; over several tests it is the best of these orders.
    """
    ledger, judged = assessed.walked.ledger, assessed.judged
    if judged is None or assessed.rule is None or assessed.terms is None or not len(open_ones):
        return set()
    originates = ledger.materials.originates
    best: set[int] = set()
    for leaf in judged.leaves:
        if leaf.kind in {"process", "share"}:
            continue
        a = ledger.amounts(leaf)
        low, high = (np.where(originates[:, e], a.originating[:, e], a.foreign[:, e]) for e in (0, 1))
        gain = np.abs(low - high) + a.unpriced * FAR_ABOVE
        line = open_ones[np.argsort(-gain[open_ones], kind="stable")]
        goods, sums = variants(ledger, good, [line[: n + 1] for n in range(len(line))], reverse=False)
        passes = judge(assessed.rule, goods, sums, assessed.terms).overall[:, 0]
        if passes.any():
            found = set(line[: int(passes.argmax()) + 1].tolist())
            best = found if not best or len(found) < len(best) else best
    return best
