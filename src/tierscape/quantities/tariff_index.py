"""Tariff rows as arrays: which row of a layer holds for a good, an origin and a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.kernels.dated_prefix import DatedRules, dated_rules, first_found
from tierscape.reference import country_codes, member_of
from tierscape.reference.tariffs import LAYERS, is_bloc

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_PREFIX = np.zeros(1, dtype=np.int64)
NOWHERE = 1023
NO_CODE = 999_999
"""A code that no rule names, for goods without one."""
_LAST_DAY = 2**21 - 1
_FIRST_YEAR = 719162  # days from the year 1 to 1970, so that no day is negative


@cache
def places() -> pl.Enum:
    """Countries and customs territories as an enumeration; the first stands for any origin."""
    return pl.Enum(["*", *sorted(country_codes() | {"EU"})])


@dataclass(frozen=True, eq=False)
class Goods:
    """Goods as integers, each of shape (n,): places, ``NOWHERE`` unknown; six digits, ``NO_CODE`` unknown; day."""

    importer: Ints
    origin: Ints
    hs6: Ints
    day: Ints


@dataclass(frozen=True, eq=False)
class TariffIndex:
    """Rows of one case, ready for lookup.

    Parameters
    ----------
    rows : polars.DataFrame
        The rows; the arrays below follow them, shape (m,).
    rate, specific : numpy.ndarray of float64
    base, excludes : numpy.ndarray of int64
        Number of the base; bits of the layers that the row switches off.
    only_if, exempt_if : numpy.ndarray of int64
        Bit of the programme; 0 for none.
    programmes : tuple of str
        Programmes, one a bit.
    layers : dict
        Layer to its tables: length of the prefix, whether any origin, and the table, longest prefix first.
    """

    rows: pl.DataFrame
    rate: Floats
    specific: Floats
    base: Ints
    excludes: Ints
    only_if: Ints
    exempt_if: Ints
    programmes: tuple[str, ...]
    layers: dict[str, list[tuple[int, bool, DatedRules]]]

    def find(self, layer: str, goods: Goods) -> Ints:
        """Give the row of a layer for each good, -1 where none holds."""
        found = []
        for length, any_origin, table in self.layers.get(layer, ()):
            prefix = goods.hs6 if length == 6 else goods.hs6 // 10 ** (6 - length) if length else NO_PREFIX
            found.append((table, _key(goods.importer, NO_PREFIX if any_origin else goods.origin, prefix), goods.day))
        return first_found(found) if found else np.full(len(goods.day), -1, dtype=np.int64)


def day_number(days: pl.Series) -> Ints:
    """Give days as integers from 0."""
    return days.to_physical().cast(pl.Int64).to_numpy() + _FIRST_YEAR


def place_number(names: pl.Series) -> Ints:
    """Give places as integers; ``NOWHERE`` where unknown."""
    return names.cast(places(), strict=False).to_physical().cast(pl.Int64).fill_null(NOWHERE).to_numpy()


def _key(importer: Ints, origin: Ints, prefix: Ints) -> Ints:
    return (importer * 1024 + origin) * 10**6 + prefix


def tariff_index(rows: pl.DataFrame) -> TariffIndex:
    """Sort the rows of one case by layer and length of prefix; rows of a bloc become rows of its members."""
    rows = rows.with_row_index("rule")
    programmes = tuple(sorted({*rows["only_if"].unique(), *rows["exempt_if"].unique()} - {""}))
    bit = {"": 0} | {name: 1 << n for n, name in enumerate(programmes)}
    layer_bit = {name: 1 << n for n, name in enumerate(LAYERS)}
    switched = {text: sum(layer_bit[w] for w in text.split(";") if w) for text in rows["excludes"].unique()}
    bases = {"fob": 0, "cif": 1, "non_us_content": 2, "metal_content": 3}
    return TariffIndex(
        rows,
        rows["rate"].fill_null(0.0).to_numpy(),
        rows["specific_rate"].fill_null(0.0).to_numpy(),
        _numbered(rows["base"], bases),
        _numbered(rows["excludes"], switched),
        _numbered(rows["only_if"], bit),
        _numbered(rows["exempt_if"], bit),
        programmes,
        _tables(rows),
    )


def _numbered(words: pl.Series, numbers: dict[str, int]) -> Ints:
    return words.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()


def _tables(rows: pl.DataFrame) -> dict[str, list[tuple[int, bool, DatedRules]]]:
    spread = _by_country(rows).with_columns(length=pl.col("hs_prefix").str.len_chars(), any=pl.col("origin") == "*")
    found: dict[str, list[tuple[int, bool, DatedRules]]] = {}
    for (layer, length, any_origin), part in spread.sort(
        "length", "any", "bloc", descending=[True, False, False], maintain_order=True
    ).group_by("layer", "length", "any", maintain_order=True):
        prefix = part["hs_prefix"].replace("", "0").cast(pl.Int64).to_numpy()
        key = _key(place_number(part["importer"]), place_number(part["origin"]), prefix)
        last = pl.Series(np.full(part.height, _LAST_DAY))
        first = part["valid_from"].to_physical().cast(pl.Int64) + _FIRST_YEAR
        end = part["valid_to"].to_physical().cast(pl.Int64) + _FIRST_YEAR
        table = dated_rules(
            key,
            first.fill_null(0).to_numpy(),
            end.zip_with(end.is_not_null(), last).to_numpy(),
            part["rule"].cast(pl.Int64).to_numpy(),
        )
        found.setdefault(str(layer), []).append((int(str(length)), bool(any_origin), table))
    return found


def _by_country(rows: pl.DataFrame) -> pl.DataFrame:
    """Repeat the rows of a bloc for its members; a row of the country itself goes before those of its blocs."""
    named = [name for name in rows["origin"].unique() if is_bloc(name)]
    members = {name: sorted(member_of(name)) for name in named}
    plain = rows.filter(~pl.col("origin").is_in(named)).with_columns(bloc=pl.lit(value=False))
    if not named:
        return plain
    listed = pl.DataFrame({"origin": list(members), "member": list(members.values())}).explode("member")
    wide = rows.join(listed, on="origin").with_columns(origin="member", bloc=pl.lit(value=True)).drop("member")
    key = ["importer", "hs_prefix", "origin", "layer"]
    wide = wide.join(plain, on=key, how="anti").unique([*key, "valid_from"], keep="first", maintain_order=True)
    return pl.concat([plain, wide.select(plain.columns)])
