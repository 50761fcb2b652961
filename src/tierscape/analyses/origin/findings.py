"""What a reader must know before using the verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
import polars as pl

from tierscape.analyses.origin.assess import Assessed
from tierscape.errors import Finding, Severity
from tierscape.quantities.origin_materials import Item
from tierscape.quantities.origin_rules import UNKNOWN_CODE
from tierscape.reference.origin import origin_rules

HS_EDITION = 2022
"""Edition of the codes in ``parts.hs6``."""
MOVED = {"870120": "870121, 870122, 870123, 870124 or 870129", "854140": "854141, 854142, 854143 or 854149",
         "851712": "851713 or 851714"}  # fmt: skip
"""Codes that HS 2022 split, with what they became."""


def origin_findings(assessed: Assessed, *, dated: bool) -> tuple[Finding, ...]:
    """Gather all findings of an assessment."""
    return (
        _note("origin_no_ruling", "note", "origin_claims", "the verdict is decision support and no customs ruling", "Ask customs for an advance ruling before relying on it."),
        *assessed.claims.findings(),
        *assessed.supply.findings(),
        *_law(assessed, dated=dated),
        *_agreements(assessed),
        *_codes(assessed),
        *_materials(assessed),
    )  # fmt: skip


def _note(
    rule: str, severity: Severity, table: str, problem: str, remedy: str, *, count: int = 1, value: str | None = None
) -> Finding:
    return Finding(rule=rule, severity=severity, table=table, problem=problem, remedy=remedy, count=count, value=value)


def _law(assessed: Assessed, *, dated: bool) -> Iterator[Finding]:
    ruleset, row = assessed.claims.ruleset, assessed.walked.row
    if not dated:
        yield _note("origin_date", "note", "meta", f"no row bears as_of; the date of the question is {assessed.on}", "Give the date with on.")  # fmt: skip
    if ruleset.review_from and assessed.on >= ruleset.review_from:
        yield _note(
            "origin_review", "warning", "origin_rulesets.csv", ruleset.review, "Check the rules that are in force."
        )
    if not ruleset.verified:
        yield _note("origin_unverified_ruleset", "note", "origin_rulesets.csv", f"territory, accumulation or validity of {ruleset.name} were partly remembered", "Confirm them in the agreement.")  # fmt: skip
    if ruleset.drawback and not assessed.walked.ledger.materials.originates[:, 0].all():
        yield _note("origin_drawback", "note", "origin_rulesets.csv", ruleset.drawback, "Take refunds of duties out of the case, or ask customs.")  # fmt: skip
    designated = assessed.walked.question.designated
    if designated:
        yield _note("origin_designated", "warning", "origin_rulesets.csv", f"{len(designated)} own intermediates are designated; that two in one chain do not stack is remembered, unverified", "Confirm it in the agreement.", count=len(designated), value=designated[0])  # fmt: skip
    if row is None:
        yield _note("origin_no_rule", "warning", "origin_rules.csv", f"{ruleset.name} has no rule here for this code on {assessed.on}; that is no pass", "Add the rule to a custom rule set.")  # fmt: skip
        return
    if not row.verified:
        yield _note("origin_unverified_rule", "warning", "origin_rules.csv", f"rule {row.rule} is unverified: {row.source}", "Confirm it before use.")  # fmt: skip
    if row.hs_edition != HS_EDITION:
        yield _note("origin_hs_edition", "warning", "origin_rules.csv", f"the rule is written in HS {row.hs_edition}, materials in HS {HS_EDITION}", "Map the codes.")  # fmt: skip


def _agreements(assessed: Assessed) -> Iterator[Finding]:
    """Declarations under an agreement that no rule set has: a misspelt name would else be passed over in silence."""
    known = sorted({*assessed.book.agreements, *origin_rules().agreements})
    rows = assessed.network["origin_claims"].filter(~pl.col("agreement").is_in(known))
    if rows.height:
        first = rows.sort("site", "part").row(0, named=True)
        near = get_close_matches(first["agreement"].lower(), known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"Known are {', '.join(known)}."
        yield Finding(rule="origin_claim_agreement", severity="warning", table="origin_claims", column="agreement", problem=f"{rows.height} declarations name an agreement without rules here and do not count", remedy=remedy, count=rows.height, value=f"{first['site']}/{first['part']}: {first['agreement']}")  # fmt: skip


def _codes(assessed: Assessed) -> Iterator[Finding]:
    items, supply = assessed.walked.items, assessed.supply
    unknown = sorted(
        {i.part for i, code in zip(items, assessed.walked.ledger.materials.hs, strict=True) if code == UNKNOWN_CODE}
    )
    if unknown:
        yield _note("origin_hs_unknown", "warning", "parts", f"{len(unknown)} materials have no HS code; a change of classification cannot be shown for them", "Give parts.hs6.", count=len(unknown), value=unknown[0])  # fmt: skip
    for part in sorted({i.part for i in items} | {assessed.product}):
        code = supply.parts[part].hs6
        if code in MOVED:
            yield _note("origin_hs_moved", "warning", "parts", f"{code} is no code of HS 2022; it became {MOVED[code]}", "Correct parts.hs6.", value=part)  # fmt: skip


def _materials(assessed: Assessed) -> Iterator[Finding]:
    w = assessed.walked
    value = np.nan_to_num(w.ledger.materials.value)
    total = value.sum()
    unpriced = sorted({i.part for i in w.items if np.isnan(i.value)})
    if unpriced:
        yield _note("origin_unpriced", "warning", "parts", f"{len(unpriced)} materials have no value; no value test is proven with them", "Give parts.unit_value or links.unit_price.", count=len(unpriced), value=unpriced[0])  # fmt: skip
    unknown, inferred = ([test(i) for i in w.items] for test in (_no_supplier, _guessed))
    for rule, rows, problem, remedy in (
        ("origin_unknown_supplier", unknown, "of the value of materials has no known supplier", "Add links."),
        (
            "origin_inferred_links",
            inferred,
            "of the value of materials rests on links that are only inferred; they prove nothing",
            "Replace them by purchases.",
        ),
    ):
        share = value[np.array(rows, dtype=np.bool_)].sum() / total if total > 0 else 0.0
        if share > 0:
            first = min(i.part for i, hit in zip(w.items, rows, strict=True) if hit)
            said = f"{share:.0%} {problem}"
            yield Finding(rule=rule, severity="warning", table="links", problem=said, remedy=remedy, count=sum(rows), value=first)  # fmt: skip
    base = w.ledger.goods.bases.get("transaction_value", np.zeros(0))
    over = [s for n, s in enumerate(assessed.sites) if value[w.of(n)].sum() > base[n]]
    if over:
        yield _note("origin_above_price", "warning", "parts", f"{len(over)} sites buy materials worth more than the product; regional value may be negative", "Check prices and quantities.", count=len(over), value=over[0])  # fmt: skip


def _no_supplier(item: Item) -> bool:
    return item.supplier is None


def _guessed(item: Item) -> bool:
    return item.grade == "inferred"
