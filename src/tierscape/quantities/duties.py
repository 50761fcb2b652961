"""Duties of goods: the layers that hold for each good, origin and day, under each tariff case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import DataError, Finding
from tierscape.kernels.duty_layers import stack_layers
from tierscape.quantities.plurals import counted
from tierscape.quantities.tariff_index import (
    NO_CODE,
    NOWHERE,
    SUMS,
    Goods,
    TariffIndex,
    coded_goods,
    day_number,
    day_of,
    place_number,
    places,
    tariff_index,
)
from tierscape.reference import member_of, same_customs_union
from tierscape.reference.tariffs import LAYERS, is_bloc, overlay, tariffs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPEN_HIGH = 0.35
"""Rate that stands for the highest where no row of the importer is known: most of Mexico's tariff of 2026; our judgement."""


@dataclass(frozen=True, eq=False)
class Duties:
    """What goods pay.

    Parameters
    ----------
    totals : polars.DataFrame
        One row a case and good, in the order given: ``case``, ``row``, ``rate`` (sum of the rates, share),
        ``rate_low``, ``rate_high``, ``rate_fob``, ``rate_cif``, ``rate_non_us_content``, ``rate_metal_content`` (shares of
        each base), ``per_kg``, ``per_unit`` (money), ``known``. ``rate`` is null where no ordinary rate is known.
    layers : polars.DataFrame
        One row a case, good and layer that holds: ``case``, ``row``, ``layer``, ``rate``, ``specific_rate``, ``unit``,
        ``base``, ``source``, ``status``, ``valid_to``.
    findings : tuple of Finding
    """

    totals: pl.DataFrame
    layers: pl.DataFrame
    findings: tuple[Finding, ...]


def duty_stack(
    goods: pl.DataFrame, rules: pl.DataFrame | None = None, *, cases: Sequence[str] = ("base",), layers: bool = True
) -> Duties:
    """Stack the layers of duty on goods.

    Parameters
    ----------
    goods : polars.DataFrame
        ``hs6`` (text), ``importer`` and ``origin`` (countries), ``on`` (date), and ``met``: programmes whose origin rules are
        met and claimed, joined by ``;``, empty for none; null where nobody knows.
    rules : polars.DataFrame, optional
        As ``check_tariffs`` gives them; those that are shipped by default.
    cases : sequence of str
        ``base``, overlays of it, or several joined by ``+``.
    layers : bool
        Give the single layers too.

    Returns
    -------
    Duties
        ``rate`` counts a programme only where it is met; the low end where it may be. A good without a code or origin may
        pay anything up to the importer's highest rates. Past the last day that was checked the range spans all cases.

    Raises
    ------
    ParameterError
        There is no such case.
    DataError
        A date is missing.

    Notes
    -----
    In each layer the longest prefix with a row on the day; a row of the country before one for any origin. Goods of the
    importer's own customs union pay nothing. O(cases · goods · layers · log rules).

    Examples
    --------
    >>> import datetime as dt
    >>> row = {"hs6": ["850760"], "importer": ["US"], "origin": ["CN"], "on": [dt.date(2024, 10, 1)], "met": [""]}
    >>> round(duty_stack(pl.DataFrame(row)).totals["rate_fob"][0], 6)
    0.287464
    """
    rules = tariffs() if rules is None else rules
    if goods["on"].null_count():
        raise DataError([_undated(goods)])
    coded = coded_goods(goods)
    free = _free(coded)
    said, late = _past(coded, rules)
    extra = [c for c in sorted(set(rules["case"]) - {"base"}) if c not in cases] if late.any() else []
    totals, detail, ends = [], [], []
    for case in [*cases, *extra]:
        index = tariff_index(overlay(rules, case))
        met = _bits(goods["met"], index.programmes)
        value, known, rows = _stacked(index, coded, met, free, single=layers)
        best = value
        doubt = np.flatnonzero(goods["met"].is_null().to_numpy())
        if len(doubt):
            some = Goods(*(getattr(coded, f.name)[doubt] for f in fields(coded)))
            low, _, _ = _stacked(index, some, _able(some, index.programmes), free[doubt], single=False)
            best = value.copy()
            best[:, doubt] = np.minimum(low, value[:, doubt])
        known |= free
        ends.append(_range(index, coded, (value, best), known))
        if case in cases:
            totals.append(_totals(case, index, value, known))
            detail += [_layers(case, index, rows)] if layers else []
    lows, highs = [e[0] for e in ends], [e[1] for e in ends]
    if late.any():
        least, most = np.min(lows, axis=0), np.max(highs, axis=0)
        lows, highs = [np.where(late, least, x) for x in lows], [np.where(late, most, x) for x in highs]
    wide = pl.concat([
        t.with_columns(rate_low=pl.Series(low), rate_high=pl.Series(high))
        for t, low, high in zip(totals, lows, highs, strict=False)
    ])  # fmt: skip
    return Duties(wide, pl.concat(detail) if detail else pl.DataFrame(), said)


def _undated(goods: pl.DataFrame) -> Finding:
    count = goods["on"].null_count()
    return Finding(rule="duty_date", severity="error", table="goods", column="on", count=count,
                   problem=counted(count, "good has no date", "goods have no date"), remedy="Give a day of entry.")  # fmt: skip


def _pairs(goods: Goods) -> tuple[Ints, list[tuple[str | None, str | None]]]:
    """Give the number of the pair of countries of each good, and the two countries of each number; None is unknown."""
    wide = NOWHERE + 1
    pair = goods.home * wide + goods.origin
    found = np.flatnonzero(np.bincount(pair, minlength=wide * wide))
    number = np.zeros(wide * wide, dtype=np.int64)
    number[found] = np.arange(len(found))
    names = [*places().categories, *[None] * (wide - len(places().categories))]
    return number[pair], [(names[p // wide], names[p % wide]) for p in found.tolist()]


def _free(goods: Goods) -> Bools:
    """Tell which goods stay inside a customs union."""
    number, pairs = _pairs(goods)
    inside = [a is not None and b is not None and same_customs_union(a, b) for a, b in pairs]
    found: Bools = np.array(inside, dtype=np.bool_)[number]
    return found


def _bits(met: pl.Series, programmes: Sequence[str]) -> Ints:
    """Programmes that a good meets, as bits; none where nobody knows."""
    words = met.unique().drop_nulls().to_list()
    bits = [sum(1 << n for n, p in enumerate(programmes) if p in w.split(";")) for w in words]
    number = met.cast(pl.Enum(words)).to_physical().cast(pl.Int64).fill_null(len(words)).to_numpy()
    found: Ints = np.array([*bits, 0], dtype=np.int64)[number]
    return found


def _able(goods: Goods, programmes: Sequence[str]) -> Ints:
    """Programmes that a good might meet: those that are no bloc, and blocs of both countries; all where one is unknown."""
    number, pairs = _pairs(goods)
    bits = [
        sum(1 << n for n, p in enumerate(programmes) if not is_bloc(p) or {a, b} - {None} <= member_of(p))
        for a, b in pairs
    ]
    found: Ints = np.array(bits, dtype=np.int64)[number]
    return found


def _stacked(index: TariffIndex, goods: Goods, met: Ints, free: Bools, *, single: bool) -> tuple[Floats, Bools, Ints]:
    """Add the layers up: sums by ``SUMS``, whether an ordinary rate is known, and on request the row of each layer."""
    off = np.where(free, -1, 0)
    return stack_layers(
        goods.wanted, met, off, index.tables, index.says, size=(len(index.sums), len(LAYERS)), single=single
    )


def _range(index: TariffIndex, goods: Goods, sums: tuple[Floats, Floats], known: Bools) -> tuple[Floats, Floats]:
    """Give the low and the high end of the summed rates; content that nobody stated counts from nothing to all."""
    value, best = sums
    low, high = _rates(index, best, SUMS[:2]), _rates(index, value)
    blind = (goods.hs6 == NO_CODE) | (goods.origin == NOWHERE)
    unknown = ~known | blind
    if unknown.any():
        top = index.rows.group_by("importer", "layer").agg(pl.col("rate").max())
        ceiling = dict(top.group_by("importer").agg(pl.col("rate").sum()).rows())
        ordinary = dict(top.filter(pl.col("layer") == "mfn").select("importer", "rate").rows())
        ordinary = {name: max(rate or 0.0, OPEN_HIGH) for name, rate in ordinary.items()}
        most, usual = (_looked_up(goods.importer, rates) for rates in (ceiling, ordinary))
        domestic = (goods.home == goods.origin) & (goods.origin != NOWHERE)
        high = np.where(blind & ~domestic, most, np.where(unknown & ~domestic, high + usual, high))
        low = np.where(blind, 0.0, low)
    return low, high


def _rates(index: TariffIndex, sums: Floats, names: Sequence[str] = SUMS[:4]) -> Floats:
    """Sum the rates of some bases."""
    total = np.zeros(sums.shape[1])
    for name, column in zip(index.sums, sums, strict=True):
        if name in names:
            total += column
    return total


def _looked_up(importer: Ints, rates: dict[str, float]) -> Floats:
    table = np.full(NOWHERE + 1, OPEN_HIGH)
    table[place_number(pl.Series(list(rates), dtype=pl.String))] = list(rates.values())
    return table[importer]


def _totals(case: str, index: TariffIndex, sums: Floats, known: Bools) -> pl.DataFrame:
    rate = np.where(known, _rates(index, sums), np.nan)
    added = [pl.Series(name, column) for name, column in zip(index.sums, sums, strict=True)]
    frame = pl.DataFrame([pl.Series("rate", rate, nan_to_null=True), *added, pl.Series("known", known)])
    others = [pl.lit(0.0).alias(name) for name in SUMS if name not in index.sums]
    return (
        frame.with_row_index("row")
        .with_columns(*others, case=pl.lit(case))
        .select("case", "row", "rate", *SUMS, "known")
    )


def _layers(case: str, index: TariffIndex, chosen: Ints) -> pl.DataFrame:
    row, layer = np.nonzero(chosen >= 0)
    rules = index.rows.select("layer", "rate", "specific_rate", "unit", "base", "source", "status", "valid_to")
    joined = pl.DataFrame({"row": row}).cast(pl.UInt32).hstack(rules[chosen[row, layer]])
    return joined.select(pl.lit(case).alias("case"), *joined.columns)


def _past(goods: Goods, rules: pl.DataFrame) -> tuple[tuple[Finding, ...], Bools]:
    """Find the goods that enter after the last day on which a layer of the importer was checked."""
    known = rules.filter(pl.col("case") == "base").group_by("importer", "layer", maintain_order=True)
    until = known.agg(pl.col("known_until").max()).drop_nulls()
    first = until.group_by("importer").agg(pl.col("known_until").min())
    limit = np.full(NOWHERE + 1, np.iinfo(np.int64).max)
    limit[place_number(first["importer"])] = day_number(first["known_until"])
    late = (goods.day > limit[goods.importer]) & ((goods.home != goods.origin) | (goods.origin == NOWHERE))
    said = []
    names = places().categories
    for place in np.unique(goods.importer[late]).tolist():
        mine = late & (goods.importer == place)
        on = day_of(int(goods.day[mine].max()))
        gone = until.filter((pl.col("importer") == names[place]) & (pl.col("known_until") < on))
        words = [f"{layer}: no rule known after {day}" for _, layer, day in gone.rows()]
        count = int(mine.sum())
        said.append(Finding(
            rule="duty_unchecked", severity="warning", table="tariffs", column="known_until", count=count, value=str(on),
            problem=f"{'; '.join(words)}, and {counted(count, 'good enters', 'goods enter')} {names[place]} later",
            remedy="Rows that are still open apply, and the range spans all cases; check the rules, or give your own.",
        ))  # fmt: skip
    return tuple(said), late
