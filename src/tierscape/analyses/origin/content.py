"""National content: the share of a good's value that is added in one country, least and most."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tierscape.analyses.origin.assess import Assessed
from tierscape.errors import Finding
from tierscape.quantities.tracing import trace_value
from tierscape.reference.origin import DutyRow

CONTENT_COUNTRY = "US"
"""Country whose content the added US duty on vehicles spares."""


def national_content(assessed: Assessed) -> dict[str, tuple[float, float]]:
    """Give the share of value added in the United States by site, where the agreement is one that asks for it.

    The value is followed through all tiers along the links as they stand; what is traced to nobody, or to a site of an
    unknown country, may or may not be added there.
    """
    if not any(charge.base == "non_us_content" for charge in _charges(assessed)):
        return {}
    return {site: _share(assessed, site) for site in assessed.sites}


def _charges(assessed: Assessed) -> Iterator[DutyRow]:
    yield from (d for d in assessed.book.duties if d.agreement == assessed.walked.question.agreement)


def _share(assessed: Assessed, site: str) -> tuple[float, float]:
    trace = trace_value(assessed.network, assessed.product, site=site)
    added = trace.reached.select("site", "added").join(assessed.network["sites"].select("site", "country"), on="site")
    low = float(added.filter(pl.col("country") == CONTENT_COUNTRY)["added"].sum())
    unplaced = float(added.filter(pl.col("country").is_null())["added"].sum())
    return min(low, 1.0), min(low + unplaced + trace.unknown_share, 1.0)


def content_findings(content: dict[str, tuple[float, float]]) -> Iterator[Finding]:
    """Say what the content rests on."""
    if content:
        yield Finding(
            rule="origin_us_content",
            severity="note",
            table="links",
            problem="US content follows the links as they stand, inferred ones included; what is traced to nobody makes its width",
            remedy="Replace inferred links by purchases, and look at the value added by country in visibility.",
        )
