"""Tariff rows as arrays: which row of a layer holds for a good, an origin and a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.kernels.duty_layers import DAY_BITS, RuleRows, RuleTables, packed
from tierscape.reference import country_codes, member_of
from tierscape.reference.tariffs import BASES, LAYERS, is_bloc

Ints = NDArray[np.int64]

NOWHERE = 1023
NO_CODE = 999_999
"""A code that no rule names, for goods without one."""
SUMS = (*(f"rate_{base}" for base in BASES), "per_kg", "per_unit")
"""What a stack can add up to: a rate for each base, and money a kilogram and a unit."""
_LAST_DAY = 2**DAY_BITS - 1
_FIRST_YEAR = 719162  # days from the year 1 to 1970, so that no day is negative


@cache
def places() -> pl.Enum:
    """Countries and customs territories as an enumeration; the first stands for any origin."""
    return pl.Enum(["*", *sorted(country_codes() | {"EU"})])


@dataclass(frozen=True, eq=False)
class Goods:
    """Goods as integers, each of shape (n,).

    Parameters
    ----------
    home, importer : numpy.ndarray of int64
        Country that imports, and its customs territory (the EU for its members); ``NOWHERE`` where unknown.
    origin : numpy.ndarray of int64
        Country of origin; ``NOWHERE`` where unknown.
    hs6, day : numpy.ndarray of int64
        Code of six digits, ``NO_CODE`` where unknown; day.
    wanted : numpy.ndarray of int64
        The four packed for lookup.
    """

    home: Ints
    importer: Ints
    origin: Ints
    hs6: Ints
    day: Ints
    wanted: Ints


@dataclass(frozen=True, eq=False)
class TariffIndex:
    """Rows of one case, ready for lookup.

    Parameters
    ----------
    rows : polars.DataFrame
    tables : RuleTables
    says : RuleRows
        What the rows say, in their order.
    programmes : tuple of str
        Programmes, one a bit.
    sums : tuple of str
        Those of ``SUMS`` that some row adds to.
    """

    rows: pl.DataFrame
    tables: RuleTables
    says: RuleRows
    programmes: tuple[str, ...]
    sums: tuple[str, ...]


def coded_goods(goods: pl.DataFrame) -> Goods:
    """Give goods as integers: ``importer``, ``origin``, ``hs6``, ``on``."""
    home, origin = place_number(goods["importer"]), place_number(goods["origin"])
    territory = np.arange(NOWHERE + 1)
    territory[place_number(pl.Series(sorted(member_of("eu"))))] = place_number(pl.Series(["EU"]))[0]
    importer = territory[home]
    hs6 = goods["hs6"].cast(pl.Int64, strict=False).fill_null(NO_CODE).to_numpy()
    day = day_number(goods["on"])
    return Goods(home, importer, origin, hs6, day, packed(importer, origin, hs6, day))


def day_number(days: pl.Series) -> Ints:
    """Give days as integers from 0."""
    return days.to_physical().cast(pl.Int64).to_numpy() + _FIRST_YEAR


def day_of(number: int) -> dt.date:
    """Give the day of a number.

    Examples
    --------
    >>> day_of(int(day_number(pl.Series([dt.date(2026, 7, 1)]))[0]))
    datetime.date(2026, 7, 1)
    """
    return dt.date.fromordinal(number + 1)


def place_number(names: pl.Series) -> Ints:
    """Give places as integers; ``NOWHERE`` where unknown."""
    return names.cast(places(), strict=False).to_physical().cast(pl.Int64).fill_null(NOWHERE).to_numpy()


def tariff_index(rows: pl.DataFrame) -> TariffIndex:
    """Sort the rows of one case by layer and length of prefix; rows of a bloc become rows of its members."""
    rows = rows.with_row_index("rule")
    programmes = tuple(sorted({*rows["only_if"].unique(), *rows["exempt_if"].unique()} - {""}))
    bit = {"": 0} | {name: 1 << n for n, name in enumerate(programmes)}
    layer_bit = {name: 1 << n for n, name in enumerate(LAYERS)}
    switched = {text: sum(layer_bit[w] for w in text.split(";") if w) for text in rows["excludes"].unique()}
    adds = pl.format("rate_{}", "base"), "per_" + pl.col("unit").fill_null("money/unit").str.strip_prefix("money/")
    used = [pl.col(amount).fill_null(0.0) > 0 for amount in ("rate", "specific_rate")]
    named = pl.concat([rows.filter(u).select(to=a) for a, u in zip(adds, used, strict=True)])["to"].unique()
    sums = tuple(name for name in SUMS if name in named) or SUMS[:1]
    number = {name: sums.index(name) if name in sums else 0 for name in SUMS}
    says = RuleRows(
        _numbered(rows["only_if"], bit),
        _numbered(rows["exempt_if"], bit),
        _numbered(rows["excludes"], switched),
        _numbered(rows.select(adds[0]).to_series(), number),
        rows["rate"].fill_null(0.0).to_numpy(),
        _numbered(rows.select(adds[1]).to_series(), number),
        rows["specific_rate"].fill_null(0.0).to_numpy(),
    )
    return TariffIndex(rows, _tables(rows), says, programmes, sums)


def _numbered(words: pl.Series, numbers: dict[str, int]) -> Ints:
    return words.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()


def _tables(rows: pl.DataFrame) -> RuleTables:
    """Sort rules by layer, then longest prefix and single origin first, then by what they are looked up by."""
    spread = _by_country(rows)
    first = spread["valid_from"].to_physical().cast(pl.Int64) + _FIRST_YEAR
    end = spread["valid_to"].to_physical().cast(pl.Int64) + _FIRST_YEAR
    prefix = spread["hs_prefix"].replace("", "0").cast(pl.Int64).to_numpy()
    start = packed(
        place_number(spread["importer"]), place_number(spread["origin"]), prefix, first.fill_null(0).to_numpy()
    )
    ordered = spread.select(
        pl.col("layer").replace_strict({name: n for n, name in enumerate(LAYERS)}, return_dtype=pl.Int64),
        length=pl.col("hs_prefix").str.len_chars().cast(pl.Int64), any=pl.col("origin") == "*", start=pl.Series(start),
        end=end.fill_null(_LAST_DAY), rule=pl.col("rule").cast(pl.Int64),
    ).sort("layer", "length", "any", "start", descending=[False, True, False, False], maintain_order=True)  # fmt: skip
    kinds = ordered.group_by("layer", "length", "any", maintain_order=True).agg(rules=pl.len())
    return RuleTables(
        kinds["layer"].to_numpy(),
        10 ** (6 - kinds["length"].to_numpy()),
        kinds["any"].to_numpy(),
        np.concatenate([[0], np.cumsum(kinds["rules"].to_numpy().astype(np.int64))]),
        *(ordered[name].to_numpy() for name in ("start", "end", "rule")),
    )


def _by_country(rows: pl.DataFrame) -> pl.DataFrame:
    """Repeat the rows of a bloc for its members; a row of the country itself goes before those of its blocs."""
    named = [name for name in rows["origin"].unique() if is_bloc(name)]
    members = {name: sorted(member_of(name)) for name in named}
    plain = rows.filter(~pl.col("origin").is_in(named))
    if not named:
        return plain
    listed = pl.DataFrame({"origin": list(members), "member": list(members.values())}).explode("member")
    wide = rows.join(listed, on="origin").with_columns(origin="member").drop("member")
    key = ["importer", "hs_prefix", "origin", "layer"]
    wide = wide.join(plain, on=key, how="anti").unique([*key, "valid_from"], keep="first", maintain_order=True)
    return pl.concat([plain, wide.select(plain.columns)])
