"""What origin saves at the border."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.analyses.origin.assess import Assessed
from tierscape.analyses.origin.parameters import Case
from tierscape.reference import member_of
from tierscape.reference.origin import DutyRow, in_force

Row = dict[str, Any]


def duty_rows(assessed: Assessed, order: list[int], content: Mapping[str, tuple[float, float]]) -> list[Row]:
    """Give the charges of every importer of the agreement that is not the maker's own territory."""
    q = assessed.walked.question
    if not len(assessed.walked.ledger.goods.hs):
        return []
    code = int(assessed.walked.ledger.goods.hs[0])
    charges = [
        d for d in in_force(assessed.book.duties, q.on) if d.agreement == q.agreement and d.hs_from <= code <= d.hs_to
    ]
    return [
        _row(assessed, good, charge, content.get(assessed.sites[good]))
        for good in order
        for charge in charges
        if assessed.claims.countries.get(assessed.sites[good]) not in _countries(charge.importer)
    ]


def _row(assessed: Assessed, good: int, charge: DutyRow, content: tuple[float, float] | None) -> Row:
    site = assessed.sites[good]
    value = assessed.claims.number(site, assessed.product, "origin.customs_value")
    if value is None:
        price = float(assessed.walked.ledger.goods.bases["transaction_value"][good])
        value = None if math.isnan(price) else price
    spared = 0.0 if charge.base == "customs_value" else None if content is None else content[0]
    saved = None if value is None or spared is None else saved_per_unit(value, charge, spared, assessed.case)
    volume = _volume(assessed, charge.importer)
    return {
        "product": assessed.product, "site": site, "importer": charge.importer, "charge": charge.charge,
        "customs_value": value, "rate_without_pct": charge.rate_without_pct, "rate_with_pct": charge.rate_with_pct,
        "saved_per_unit": saved, "volume_per_year": volume,
        "saved_per_year": None if saved is None or volume is None else saved * volume,
        "verified": charge.verified, "source": charge.source,
    }  # fmt: skip


def saved_per_unit(customs_value: float, charge: DutyRow, spared_share: float, case: Case) -> float:
    """Give what a unit saves: duty without less duty with origin, less the cost of claiming, where it is claimed.

    With origin the rate falls on the value less the spared share, the national content that an added duty leaves out.
    The cost of claiming stands against the ordinary duty alone.
    """
    without = charge.rate_without_pct / 100.0 * customs_value
    with_origin = charge.rate_with_pct / 100.0 * customs_value * (1.0 - spared_share)
    claiming = case.admin_share * customs_value if charge.charge == "mfn" else 0.0
    return case.utilisation * (without - with_origin - claiming)


def _countries(importer: str) -> frozenset[str]:
    return member_of("eu") if importer == "EU" else frozenset({importer})


def _volume(assessed: Assessed, importer: str) -> float | None:
    """Demand of the importer in the year of the question, else in the first year that is known."""
    regions = assessed.network["regions"].select("region", "country")
    rows = assessed.network["demand"].filter(pl.col("product") == assessed.product).join(regions, on="region")
    rows = rows.filter(pl.col("country").is_in(sorted(_countries(importer))))
    if rows.is_empty():
        return None
    years = sorted(rows["year"].unique().to_list(), key=lambda y: (abs(y - assessed.on.year), y))
    return float(rows.filter(pl.col("year") == years[0])["volume_per_year"].sum())
