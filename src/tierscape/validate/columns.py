"""Checks of one column, or of a table's key: keys, choices, bounds and forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import polars as pl

from tierscape.errors import Finding
from tierscape.reference import country_codes, country_name, currency_codes
from tierscape.schema import TABLES, Column, Table
from tierscape.validate.data import Data, Fault, did_you_mean, plain

_ALSO = {
    "uk": "GB", "greatbritain": "GB", "england": "GB", "scotland": "GB", "el": "GR", "turkey": "TR", "kosovo": "XK",
    "xkx": "XK", "czechrepublic": "CZ", "southkorea": "KR", "korea": "KR", "northkorea": "KP", "russia": "RU",
    "vietnam": "VN", "taiwan": "TW", "iran": "IR", "ivorycoast": "CI", "holland": "NL", "macedonia": "MK",
    "prc": "CN", "burma": "MM", "uae": "AE", "america": "US", "usofa": "US",
}  # fmt: skip
"""Names and codes in daily use that ISO 3166-1 does not list."""

_CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "EURO": "EUR", "RMB": "CNY"}


def unique_key(data: Data) -> Iterator[Finding]:
    """No two rows share a key; ``meta`` has one row."""
    if data["meta"].height > 1:
        extra = pl.Series(range(data["meta"].height)) > 0
        fault = Fault(rule="duplicate", clause="stand beside the first", remedy="Keep one row: a network has one name.")
        yield from data.found(("meta", ""), extra, fault)
    for name, table in TABLES.items():
        frame = data[name]
        if not table.key or frame.is_empty():
            continue
        key = frame.select(table.key)
        must = [c for c in table.key if table[c].required]
        whole = key.select(pl.all_horizontal(pl.col(must).is_not_null())).to_series()
        text = pl.all().cast(pl.String).fill_null("-")
        shown, whole_key = key.select(pl.concat_str(text, separator="/"), whole=pl.concat_str(text, separator="\x1f"))
        fault = Fault(
            rule="duplicate", clause="repeat an earlier key", remedy="Merge the rows, or give one another key."
        )
        yield from data.found((name, "+".join(table.key)), whole & ~whole_key.is_first_distinct(), fault, shown)


def key_form(data: Data) -> Iterator[Finding]:
    """Keys are of one line, begin with no sign that has a meaning here, and hold no ``/`` or ``;``."""
    fault = Fault(
        rule="key", clause="have a key that cannot be pointed at",
        remedy="Use a key of one line without '/' and ';', without blanks at its ends, that begins with neither '#' nor '!'.",
    )  # fmt: skip
    for table, column in _declared(lambda c: c.form == "key"):
        values = data[table.name][column.name]
        yield from data.found((table.name, column.name), values.str.contains(r"[/;\n\r\t]|^[\s#!]|\s$"), fault)


LONGEST = 1_000_000
"""Characters of a text: a page of notes fits many times, a file that stands in one cell does not."""


def length(data: Data) -> Iterator[Finding]:
    """Texts are no longer than 1,000,000 characters."""
    fault = Fault(
        rule="long",
        clause=f"hold a text of more than {LONGEST:,} characters",
        remedy="Shorten it; keep documents elsewhere.",
    )
    for table, column in _declared(lambda c: c.kind == "text"):
        values = data[table.name][column.name]
        yield from data.found((table.name, column.name), values.str.len_chars() > LONGEST, fault, values.str.head(40))


def choices(data: Data) -> Iterator[Finding]:
    """Values of a column with choices are among them."""
    for table, column in _declared(lambda c: bool(c.choices)):
        values = data[table.name][column.name]
        bad = ~values.is_in(list(column.choices))
        if bad.any():
            offered = did_you_mean(_first(values, bad), column.choices)
            remedy = f"{offered}Allowed: {', '.join(column.choices)}."
            fault = Fault(rule="choice", clause="have a word that is not a choice", remedy=remedy)
            yield from data.found((table.name, column.name), bad, fault)


LARGEST = 1e30
"""Bound of numbers that declare none: far beyond any price, volume or distance, and small enough to multiply a few."""
SMALLEST = 1 / LARGEST


def low(data: Data) -> Iterator[Finding]:
    """Values are not below the declared bound nor minus 1e30, nor nearer to 0 than 1e-30 without being 0."""
    for table, column in _declared(lambda c: c.low is not None or c.kind == "number"):
        values = data[table.name][column.name]
        least = -LARGEST if column.low is None else column.low
        fault = Fault(rule="low", clause=f"are below {least:g}", remedy=_bounds_remedy(column))
        yield from data.found((table.name, column.name), values < least, fault)
        if column.kind == "number":
            tiny = Fault(rule="low", clause=f"are nearer to 0 than {SMALLEST:g}", remedy="Write 0, or another unit.")
            yield from data.found((table.name, column.name), (values != 0) & (values.abs() < SMALLEST), tiny)


def high(data: Data) -> Iterator[Finding]:
    """Values are not above the declared bound, nor above 1e30."""
    for table, column in _declared(lambda c: c.high is not None or c.kind == "number"):
        values = data[table.name][column.name]
        most = LARGEST if column.high is None else column.high
        remedy = f"Write a value of at most {most:g}." if column.high is None else _bounds_remedy(column)
        fault = Fault(rule="high", clause=f"are above {most:g}", remedy=remedy)
        yield from data.found((table.name, column.name), values > most, fault)


def _bounds_remedy(column: Column) -> str:
    if column.unit in ("share", "1/year") and column.high == 1:
        return "Write a share from 0 to 1, not per cent."
    if column.unit == "deg":
        return f"Write degrees from {column.low:g} to {column.high:g}; are lat and lon swapped?"
    if column.low is None and column.high is None:
        return f"Write a value from {-LARGEST:g} to {LARGEST:g}."
    if column.low is None:
        return f"Write a value of at most {column.high:g}."
    if column.high is None:
        return f"Write a value of at least {column.low:g}, or leave the cell empty where it is not known."
    return f"Write a value from {column.low:g} to {column.high:g}."


MOST_NAMED = 8
"""Distinct wrong values for which a finding says what to write."""


def country_form(data: Data) -> Iterator[Finding]:
    """Countries are ISO 3166-1 alpha-2, or XK."""
    codes = sorted(country_codes())
    for table, column in _declared(lambda c: c.form == "country"):
        values = data[table.name][column.name]
        bad = ~values.is_in(codes)
        if bad.any():
            fault = Fault(
                rule="country", clause="have a country that is no code of ISO 3166-1 alpha-2",
                remedy=" ".join(dict.fromkeys(country_remedy(str(v)) for v in values.filter(bad.fill_null(value=False)).unique(maintain_order=True).head(MOST_NAMED))),
            )  # fmt: skip
            yield from data.found((table.name, column.name), bad, fault)


def currency_form(data: Data) -> Iterator[Finding]:
    """Currencies are ISO 4217."""
    for table, column in _declared(lambda c: c.form == "currency"):
        values = data[table.name][column.name]
        bad = ~values.is_in(sorted(currency_codes()))
        if bad.any():
            value = _first(values, bad).upper()
            code = _CURRENCY_SIGNS.get(value, value if value in currency_codes() else "")
            remedy = f"Write '{code}'." if code else "Write three letters, for example 'EUR'."
            fault = Fault(rule="currency", clause="have no code of ISO 4217", remedy=remedy)
            yield from data.found((table.name, column.name), bad, fault)


def hs6_form(data: Data) -> Iterator[Finding]:
    """HS codes have six digits and a chapter from 01 to 97 that is not 77."""
    for table, column in _declared(lambda c: c.form == "hs6"):
        values = data[table.name][column.name]
        bad = ~values.str.contains(r"^(0[1-9]|[1-689][0-9]|7[0-689])[0-9]{4}$") | values.str.contains(r"^9[89]")
        if bad.any():
            first = _first(values, bad)
            short = first.isdecimal() and len(first) in (5, 7, 9)
            remedy = (
                f"Write '0{first}' as text: a spreadsheet dropped the leading zero."
                if short
                else "Write the six digits of the Harmonised System 2022, for example '850760'."
            )
            fault = Fault(rule="hs6", clause="have no HS code of six digits", remedy=remedy)
            yield from data.found((table.name, column.name), bad, fault)


def identifier_form(data: Data) -> Iterator[Finding]:
    """LEI, GLN and D-U-N-S numbers are well-formed; a good check digit proves spelling, not existence.

    References
    ----------
    ISO 17442-1 and ISO/IEC 7064 (MOD 97-10) for the LEI; GS1 General Specifications, section 7.9, for the GLN.
    """
    for table, column in _declared(lambda c: c.form in _IDENTIFIERS):
        values = data[table.name][column.name]
        good, what, remedy = _IDENTIFIERS[column.form]
        distinct = values.drop_nulls().unique(maintain_order=True).to_list()
        bad = values.is_in([v for v in distinct if not good(v)])
        yield from data.found(
            (table.name, column.name), bad, Fault(rule=column.form, clause=f"have no {what}", remedy=remedy)
        )


def is_lei(text: str) -> bool:
    """Whether a text is a well-formed legal entity identifier.

    Examples
    --------
    >>> is_lei("5493006MHB84DD0ZWV18"), is_lei("5493006MHB84DD0ZWV19")
    (True, False)
    """
    if len(text) != 20 or not text.isascii() or not text.isalnum() or text != text.upper() or not text[18:].isdecimal():
        return False
    return int("".join(str(int(c, 36)) for c in text)) % 97 == 1


def is_gln(text: str) -> bool:
    """Whether a text is a well-formed global location number.

    Examples
    --------
    >>> is_gln("5060012340001"), is_gln("5060012340009")
    (True, False)
    """
    if len(text) != 13 or not text.isascii() or not text.isdecimal():
        return False
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(text[:12])))
    return (10 - total % 10) % 10 == int(text[12])


def is_duns(text: str) -> bool:
    """Whether a text has the nine digits of a D-U-N-S number, which has no public check digit.

    Examples
    --------
    >>> is_duns("081466849"), is_duns("08146684")
    (True, False)
    """
    return len(text) == 9 and text.isascii() and text.isdecimal()


_IDENTIFIERS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "lei": (is_lei, "well-formed LEI", "Correct it: 20 letters and digits, the last two of which check the rest."),
    "gln": (is_gln, "well-formed GLN", "Correct it: 13 digits, the last of which checks the rest; keep it as text."),
    "duns": (is_duns, "D-U-N-S number of nine digits", "Write nine digits, leading zeros included, as text."),
}


@cache
def find_country(text: str) -> str | None:
    """Give the code of a country written as a name, as alpha-3, in small letters or in another usual way.

    Examples
    --------
    >>> [find_country(text) for text in ("UK", "HUN", "hu", "Hungary", "Türkiye", "South Korea", "Atlantis")]
    ['GB', 'HU', 'HU', 'HU', 'TR', 'KR', None]
    """
    import pycountry

    if text.strip().upper() in country_codes():
        return text.strip().upper()
    named = {plain(country_name(code)): code for code in country_codes()} | _ALSO
    if plain(text) in named:
        return named[plain(text)]
    try:
        return str(pycountry.countries.lookup(text.strip()).alpha_2)
    except LookupError:
        return None


def country_remedy(text: str) -> str:
    """Say which code was meant, or where to look."""
    code = find_country(text)
    if code is not None:
        return f"Write '{code}' for {country_name(code)}."
    return "Write the two letters of ISO 3166-1, for example 'HU' for Hungary."


def _declared(wanted: Callable[[Column], bool]) -> Iterator[tuple[Table, Column]]:
    return ((table, column) for table in TABLES.values() for column in table.columns if wanted(column))


def _first(values: pl.Series, bad: pl.Series) -> str:
    return str(values.filter(bad.fill_null(value=False))[0])


COLUMN_CHECKS = (
    unique_key, key_form, length, choices, low, high, country_form, currency_form, hs6_form, identifier_form,
)  # fmt: skip
