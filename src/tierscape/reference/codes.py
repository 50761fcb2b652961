"""Codes of countries, subdivisions and currencies, with their names."""

from __future__ import annotations

from functools import cache
from typing import Any

from tierscape.reference.facts import countries

KOSOVO = "XK"


def _pycountry() -> Any:
    import pycountry

    return pycountry


@cache
def country_codes() -> frozenset[str]:
    """Give the country codes of ISO 3166-1 alpha-2, and XK for Kosovo, which has none there."""
    return frozenset(c.alpha_2 for c in _pycountry().countries) | {KOSOVO}


@cache
def country_name(code: str) -> str:
    """Give the usual name of a country.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-2, or XK.

    Returns
    -------
    str
        The name; the code itself where it is none.

    Examples
    --------
    >>> country_name("TR"), country_name("BO"), country_name("ZZ")
    ('Türkiye', 'Bolivia', 'ZZ')
    """
    if code == KOSOVO:
        return "Kosovo"
    ours = dict(countries().select("iso2", "name").rows())
    if code in ours:
        return str(ours[code])
    found = _pycountry().countries.get(alpha_2=code) if len(code) == 2 else None
    return code if found is None else str(getattr(found, "common_name", found.name)).split(",")[0]


@cache
def currency_codes() -> frozenset[str]:
    """Give the currency codes of ISO 4217."""
    return frozenset(c.alpha_3 for c in _pycountry().currencies)


@cache
def subdivision_name(code: str) -> str | None:
    """Give the name of a subdivision, null where ISO 3166-2 has no such code.

    Examples
    --------
    >>> subdivision_name("HU-KE"), subdivision_name("SI03")
    ('Komárom-Esztergom', None)
    """
    found = _pycountry().subdivisions.get(code=code)
    return None if found is None else str(found.name)


@cache
def numeric_codes() -> dict[str, str]:
    """Give ISO 3166-1 alpha-2 by the numeric code, three digits."""
    return {c.numeric: c.alpha_2 for c in _pycountry().countries}
