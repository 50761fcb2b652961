"""Who trades with whom under common rules: trade blocs and customs unions."""

from __future__ import annotations

from functools import cache

from tierscape.reference.facts import blocs

TRADE_BLOCS: tuple[str, ...] = (
    "eu", "eea", "efta", "usmca", "cptpp", "rcep", "asean", "cafta_dr", "mercosur", "pacific_alliance",
    "andean_community", "eaeu", "gcc", "sacu",
)  # fmt: skip
"""Blocs that free trade among all their members. Not here: ``nato``, ``quad``, ``mnna`` (security), ``schengen`` and
``euro_area`` (persons, money), ``pem`` (a convention on rules of origin), ``afcfta_signatory`` (signed, not in force)."""

CUSTOMS_UNIONS: tuple[str, ...] = ("eu", "eaeu", "gcc", "mercosur", "sacu")
"""Blocs with a common outer tariff; the European Union's with Türkiye and with Monaco, and Switzerland's with
Liechtenstein, stand in ``same_customs_union``."""


@cache
def member_of(bloc: str) -> frozenset[str]:
    """Give the members of a bloc.

    Parameters
    ----------
    bloc : str
        A bloc of ``blocs()``.

    Raises
    ------
    KeyError
        There is no such bloc.

    Examples
    --------
    >>> sorted(member_of("usmca"))
    ['CA', 'MX', 'US']
    """
    table = blocs()
    members = frozenset(table.filter(table["bloc"] == bloc)["iso2"])
    if not members:
        raise KeyError(f"no bloc '{bloc}'; the blocs are {', '.join(table['bloc'].unique().sort())}")
    return members


@cache
def neighbours(country: str) -> frozenset[str]:
    """Give a country and the members of the first of ``TRADE_BLOCS`` that it belongs to: what counts as near by default.

    Examples
    --------
    >>> sorted(neighbours("US")), sorted(neighbours("CN") & {"CN", "US"})
    (['CA', 'MX', 'US'], ['CN'])
    """
    bloc = next((bloc for bloc in TRADE_BLOCS if country in member_of(bloc)), None)
    return frozenset({country}) | (member_of(bloc) if bloc else frozenset())


@cache
def same_customs_union(a: str, b: str) -> bool:
    """Tell whether goods pass between two countries without duty or proof of origin.

    A free trade area (USMCA, EEA, CPTPP …) is no customs union: goods must prove their origin there.

    Examples
    --------
    >>> same_customs_union("DE", "HU"), same_customs_union("DE", "TR"), same_customs_union("US", "MX")
    (True, True, False)
    """
    groups = [member_of(u) for u in CUSTOMS_UNIONS] + [member_of("eu") | {"TR"}, member_of("eu") | {"MC"}, {"CH", "LI"}]
    return a == b or any(a in g and b in g for g in groups)


@cache
def same_bloc(a: str, b: str) -> bool:
    """Tell whether two countries share a trade bloc of ``TRADE_BLOCS`` or a customs union.

    Examples
    --------
    >>> same_bloc("US", "MX"), same_bloc("DE", "NO"), same_bloc("DE", "CN")
    (True, True, False)
    """
    return same_customs_union(a, b) or any(a in member_of(x) and b in member_of(x) for x in TRADE_BLOCS)
