"""Facts that are shipped with the package: countries, blocs, freight, crossings, hubs, towns and the base map.

``SOURCES.csv`` says for each file where it comes from, under which licence and of which vintage. Tables are read once;
unknown is null; rows that nobody checked say so in their ``label`` or ``source``.
"""

from __future__ import annotations

from tierscape.reference.borders import borders_geojson, country_at, outside_country
from tierscape.reference.codes import country_codes, country_name, currency_codes, subdivision_name
from tierscape.reference.facts import (
    blocs,
    countries,
    country_sources,
    crossings,
    democracy,
    freight,
    gazetteer,
    hubs,
    sources,
    vintages,
)
from tierscape.reference.unions import CUSTOMS_UNIONS, TRADE_BLOCS, member_of, neighbours, same_bloc, same_customs_union

__all__ = [
    "CUSTOMS_UNIONS",
    "TRADE_BLOCS",
    "blocs",
    "borders_geojson",
    "countries",
    "country_at",
    "country_codes",
    "country_name",
    "country_sources",
    "crossings",
    "currency_codes",
    "democracy",
    "freight",
    "gazetteer",
    "hubs",
    "member_of",
    "neighbours",
    "outside_country",
    "same_bloc",
    "same_customs_union",
    "sources",
    "subdivision_name",
    "vintages",
]
