"""The three origins of a good, side by side: preferential, non-preferential, and national content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierscape.analyses.origin.assess import Assessed
from tierscape.quantities.origin_bases import Place
from tierscape.quantities.origin_materials import Item

Row = dict[str, Any]


def origin_rows(assessed: Assessed, order: list[int], content: Mapping[str, tuple[float, float]]) -> list[Row]:
    """Give one row a site; ``content`` is the share of value added in the United States by site, least and most."""
    rows = []
    for good in order:
        site = assessed.sites[good]
        country, note = marked_country(assessed, (site, assessed.product))
        low, high = content.get(site, (None, None))
        rows.append({
            "product": assessed.product, "site": site, "preferential": assessed.verdict(good),
            "non_preferential_country": country, "non_preferential_note": f"indication: {note}",
            "us_content_low": low, "us_content_high": high,
        })  # fmt: skip
    return rows


def marked_country(assessed: Assessed, place: Place) -> tuple[str | None, str]:
    """Give the country of the last site whose output differs in heading from its foreign inputs, and why.

    Where a foreign input has the heading of the output, the origin is that of the largest such input. A claim with the
    agreement ``non_preferential`` overrides: originating true makes it the site's country.
    """
    claims, supply, seen = assessed.claims, assessed.supply, set()
    while True:
        site, part = place
        country = claims.countries.get(site)
        override = claims.overrides.get(place)
        items = supply.items(*place) if place in assessed.walked.upstream else []
        if override or not items or country is None or place in seen:
            return (
                country,
                "stated by the site" if override else f"{supply.names.get(site, site)} is the last known maker",
            )
        seen.add(place)
        code = supply.parts[part].hs6
        alike = _same_heading(assessed, items, country, code)
        if code is None or alike is None:
            return None, "an HS code is unknown"
        if not alike and override is not False:
            return country, f"every foreign input of {supply.names.get(site, site)} changes heading there"
        foreign = alike or [i for i in items if i.supplier is not None]
        largest = max(foreign, key=lambda i: (i.value == i.value, i.value))
        if largest.supplier is None:
            return None, f"the maker of {largest.part}, of the same heading, is unknown"
        place = (largest.supplier, largest.part)


def _same_heading(assessed: Assessed, items: list[Item], country: str, code: str | None) -> list[Item] | None:
    """Inputs that may be foreign and share the first four digits of the output; null where a code is unknown."""
    foreign = [i for i in items if i.supplier is None or assessed.claims.countries.get(i.supplier) != country]
    codes = [assessed.supply.parts[i.part].hs6 for i in foreign]
    if code is None or None in codes:
        return None
    return [i for i, c in zip(foreign, codes, strict=True) if c is not None and c[:4] == code[:4]]
