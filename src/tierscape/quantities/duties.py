"""Duties of goods: the layers that hold for each good, origin and day, under each tariff case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import DataError, Finding
from tierscape.quantities.tariff_index import (
    NO_CODE,
    NOWHERE,
    Goods,
    TariffIndex,
    day_number,
    place_number,
    tariff_index,
)
from tierscape.reference import member_of, same_customs_union
from tierscape.reference.tariffs import BASES, LAYERS, is_bloc, overlay, tariffs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPEN_HIGH = 0.35
"""Rate that stands for the highest where no row of the importer is known: most of Mexico's tariff of 2026; our judgement."""
SUMS = (*(f"rate_{base}" for base in BASES), "per_kg", "per_unit")
"""What a stack adds up to: a rate for each base, and money a kilogram and a unit."""


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
    coded = _coded(goods)
    free = _free(goods)
    late = _past(goods, rules)
    extra = [c for c in sorted(set(rules["case"]) - {"base"}) if c not in cases] if late[1].any() else []
    totals, detail, ends = [], [], []
    for case in [*cases, *extra]:
        index = tariff_index(overlay(rules, case))
        value, rows = _stacked(index, coded, _bits(goods["met"], index.programmes, none=0), free)
        best = value
        doubt = np.flatnonzero(goods["met"].is_null().to_numpy())
        if len(doubt):
            able = _able(goods[doubt], index.programmes)
            low, _ = _stacked(index, _some(coded, doubt), able, free[doubt])
            best = value.copy()
            best[doubt] = np.minimum(low, value[doubt])
        known = (rows[0] >= 0) | (rows[1] >= 0) | free
        ends.append(_range(index, coded, goods, (value, best), known))
        if case in cases:
            totals.append(_totals(case, value, known))
            detail += [_layers(case, index, rows)] if layers else []
    lows, highs = np.array([e[0] for e in ends]), np.array([e[1] for e in ends])
    spread = [pl.DataFrame({"rate_low": np.where(late[1], lows.min(axis=0), lows[n]),
                            "rate_high": np.where(late[1], highs.max(axis=0), highs[n])}) for n in range(len(totals))]  # fmt: skip
    wide = pl.concat([t.hstack(s) for t, s in zip(totals, spread, strict=True)])
    return Duties(wide, pl.concat(detail) if detail else pl.DataFrame(), late[0])


def _undated(goods: pl.DataFrame) -> Finding:
    count = goods["on"].null_count()
    return Finding(rule="duty_date", severity="error", table="goods", column="on", count=count,
                   problem=f"{count} goods have no date", remedy="Give a day of entry.")  # fmt: skip


def _coded(goods: pl.DataFrame) -> Goods:
    union = member_of("eu")
    importer = (
        goods["importer"]
        .to_frame("i")
        .select(pl.when(pl.col("i").is_in(list(union))).then(pl.lit("EU")).otherwise("i"))
    )
    hs6 = goods["hs6"].cast(pl.Int64, strict=False).fill_null(NO_CODE)
    return Goods(
        place_number(importer.to_series()), place_number(goods["origin"]), hs6.to_numpy(), day_number(goods["on"])
    )


def _some(goods: Goods, at: Ints) -> Goods:
    return Goods(goods.importer[at], goods.origin[at], goods.hs6[at], goods.day[at])


def _free(goods: pl.DataFrame) -> Bools:
    """Tell which goods stay inside a customs union."""
    pairs = goods.select("importer", "origin").unique().drop_nulls()
    inside = pairs.filter(pl.Series([same_customs_union(a, b) for a, b in pairs.rows()], dtype=pl.Boolean))
    if inside.is_empty():
        return np.zeros(goods.height, dtype=np.bool_)
    pair = pl.concat_str("importer", "origin")
    return (
        goods.select(pair.is_in(inside.select(pair).to_series().implode()).fill_null(value=False))
        .to_series()
        .to_numpy()
    )


def _bits(met: pl.Series, programmes: Sequence[str], *, none: int) -> Ints:
    words = met.unique().drop_nulls().to_list()
    bits = {w: sum(1 << n for n, p in enumerate(programmes) if p in w.split(";")) for w in words}
    return met.replace_strict(bits, default=none, return_dtype=pl.Int64).to_numpy()


def _able(goods: pl.DataFrame, programmes: Sequence[str]) -> Ints:
    """Programmes that a good might meet: those that are no bloc, and blocs of both countries; all where one is unknown."""
    pairs = goods.select("importer", "origin").unique()
    bits = []
    for importer, origin in pairs.rows():
        both = {importer, origin} - {None}
        bits.append(sum(1 << n for n, p in enumerate(programmes) if not is_bloc(p) or both <= member_of(p)))
    found = goods.join(
        pairs.with_columns(bits=pl.Series(bits, dtype=pl.Int64)), on=["importer", "origin"], how="left",
        nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return found["bits"].to_numpy()


def _stacked(index: TariffIndex, goods: Goods, met: Ints, free: Bools) -> tuple[Floats, list[Ints]]:
    """Add the layers up: shape (n, 6) as ``SUMS``, and the row of each layer, -1 where none counts."""
    n = len(goods.day)
    off = np.where(free, -1, 0).astype(np.int64)
    chosen: list[Ints] = []
    for number, layer in enumerate(LAYERS):
        found = index.find(layer, goods) if layer in index.layers else np.full(n, -1, dtype=np.int64)
        hit = np.flatnonzero(found >= 0)
        if len(hit):
            rows, has = found[hit], met[hit]
            needs = index.only_if[rows]
            counts = (off[hit] & (1 << number)) == 0
            counts &= ((needs == 0) | (has & needs > 0)) & ((index.exempt_if[rows] & has) == 0)
            found[hit[~counts]] = -1
            off[hit[counts]] |= index.excludes[rows[counts]]
        chosen.append(found)
    chosen[0] = np.where(chosen[1] >= 0, -1, chosen[0])
    sums = np.zeros((n, len(SUMS)))
    by_kg = (index.rows["unit"].fill_null("") == "money/kg").to_numpy()
    for found in chosen:
        hit = np.flatnonzero(found >= 0)
        rows = found[hit]
        sums[hit, index.base[rows]] += index.rate[rows]
        if index.specific.any():
            sums[hit, np.where(by_kg[rows], 4, 5)] += index.specific[rows]
    return sums, chosen


def _range(
    index: TariffIndex, goods: Goods, given: pl.DataFrame, sums: tuple[Floats, Floats], known: Bools
) -> tuple[Floats, Floats]:
    """Give the low and the high end of the summed rates; content that nobody stated counts from nothing to all."""
    value, best = sums
    low, high = best[:, :2].sum(axis=1), value[:, :4].sum(axis=1)
    unknown = ~known | (goods.hs6 == NO_CODE) | (goods.origin == NOWHERE)
    if unknown.any():
        top = index.rows.with_columns(at=pl.col("importer")).group_by("at", "layer").agg(pl.col("rate").max())
        ceiling = dict(top.group_by("at").agg(pl.col("rate").sum()).rows())
        ordinary = dict(top.filter(pl.col("layer") == "mfn").select("at", "rate").rows())
        ordinary = {name: max(rate or 0.0, OPEN_HIGH) for name, rate in ordinary.items()}
        for table in (ceiling, ordinary):
            table.update(dict.fromkeys(member_of("eu"), table.get("EU", OPEN_HIGH)))
        blind = (goods.hs6 == NO_CODE) | (goods.origin == NOWHERE)
        most = _looked_up(given["importer"], ceiling)
        usual = _looked_up(given["importer"], ordinary)
        domestic = (given["importer"] == given["origin"]).fill_null(value=False).to_numpy()
        high = np.where(blind & ~domestic, most, np.where(unknown & ~domestic, high + usual, high))
        low = np.where(blind, 0.0, low)
    return low, high


def _looked_up(importer: pl.Series, rates: dict[str, float]) -> Floats:
    return importer.replace_strict(rates, default=OPEN_HIGH, return_dtype=pl.Float64).to_numpy()


def _totals(case: str, sums: Floats, known: Bools) -> pl.DataFrame:
    frame = pl.DataFrame(dict(zip(SUMS, sums.T, strict=True)))
    rate = pl.Series("rate", sums[:, :4].sum(axis=1)).zip_with(pl.Series(known), pl.Series([None], dtype=pl.Float64))
    head = pl.select(case=pl.lit(case)).select(pl.col("case").repeat_by(frame.height).explode(empty_as_null=False))
    return (
        head.with_row_index("row")
        .select("case", "row")
        .with_columns(rate)
        .hstack(frame)
        .with_columns(known=pl.Series(known))
    )


def _layers(case: str, index: TariffIndex, chosen: list[Ints]) -> pl.DataFrame:
    parts = []
    rules = index.rows.select("layer", "rate", "specific_rate", "unit", "base", "source", "status", "valid_to")
    for found in chosen:
        hit = np.flatnonzero(found >= 0)
        parts.append(pl.DataFrame({"row": hit}).cast(pl.UInt32).hstack(rules[found[hit]]))
    joined = pl.concat(parts).sort("row", maintain_order=True)
    return joined.select(pl.lit(case).alias("case"), *joined.columns)


def _past(goods: pl.DataFrame, rules: pl.DataFrame) -> tuple[tuple[Finding, ...], Bools]:
    """Find the goods that enter after the last day on which a layer of the importer was checked."""
    known = rules.filter(pl.col("case") == "base").group_by("importer", "layer", maintain_order=True)
    until = known.agg(pl.col("known_until").max()).drop_nulls()
    union = list(member_of("eu"))
    importer = pl.when(pl.col("importer").is_in(union)).then(pl.lit("EU")).otherwise("importer")
    at = goods.select(importer.alias("importer"), "origin", "on", "hs6")
    first = dict(until.group_by("importer").agg(pl.col("known_until").min()).rows())
    if not first:
        return (), np.zeros(goods.height, dtype=np.bool_)
    limit = pl.col("importer").replace_strict(first, default=None, return_dtype=pl.Date)
    abroad = (pl.col("importer") != pl.col("origin")).fill_null(value=True)
    late = at.select((pl.col("on") > limit).fill_null(value=False) & abroad).to_series()
    if not late.any():
        return (), late.to_numpy()
    newest: dict[str, dt.date] = dict(at.filter(late).group_by("importer").agg(pl.col("on").max()).rows())
    said = []
    for importer_name, on in sorted(newest.items()):
        gone = until.filter((pl.col("importer") == importer_name) & (pl.col("known_until") < on))
        words = [f"{layer}: no rule known after {day}" for _, layer, day in gone.rows()]
        count = int((late & (at["importer"] == importer_name)).sum())
        said.append(Finding(
            rule="duty_unchecked", severity="warning", table="tariffs", column="known_until", count=count, value=str(on),
            problem=f"{'; '.join(words)}, and {count} goods enter {importer_name} later",
            remedy="Rows that are still open apply, and the range spans all cases; check the rules, or give your own.",
        ))  # fmt: skip
    return tuple(said), late.to_numpy()
