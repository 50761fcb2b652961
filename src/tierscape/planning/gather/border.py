"""What lanes meet at borders: crossings, duties by period, and whether goods may count for an agreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.horizon import Span
from tierscape.quantities.duties import duty_stack
from tierscape.reference import same_customs_union

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Borders:
    """What lanes meet, in their order.

    Parameters
    ----------
    crossings : polars.Series
        Customs borders that a unit crosses.
    duty : numpy.ndarray of float64, shape (L, T)
        Money a unit; 0 where it is not known.
    findings : tuple of Finding
    """

    crossings: pl.Series
    duty: Floats
    findings: tuple[Finding, ...]


def borders_of(network: Network, ask: Ask, span: Span, rows: pl.DataFrame) -> Borders:
    """Find crossings and duties.

    Parameters
    ----------
    network : Network
        Reads ``parts``, ``origin_claims``, ``nodes``.
    ask : Ask
        On the way to a region the agreement of ``policy.origin`` is left out: what it saves there stands in ``claims``.
    span : Span
    rows : polars.DataFrame
        Lanes.

    Notes
    -----
    Only goods pay: what comes from the market is delivered, processes and services have no customs value here. A rate on
    the CIF base falls on value and freight.
    """
    abroad = _abroad(rows)
    times = pl.when(pl.col("kind") == "process").then(2.0).otherwise(1.0)
    passed = _route_crossings(network, rows)
    crossings = (
        rows.with_columns(passed=passed, abroad=abroad)
        .select(pl.when(pl.col("free")).then(0.0).otherwise(times * pl.max_horizontal(pl.col("passed") * pl.col("abroad"), "abroad")))
        .to_series().alias("crossings")
    )  # fmt: skip
    duty, findings = _duties(network, ask, span, rows.with_columns(abroad=abroad))
    return Borders(crossings, duty, findings)


def _abroad(rows: pl.DataFrame) -> pl.Series:
    """Tell which lanes lead out of a customs union: 1 or 0, 0 where a country is not known."""
    pairs = rows.select("country", "buyer_country").unique().drop_nulls()
    out = [float(not same_customs_union(a, b)) for a, b in pairs.rows()]
    pairs = pairs.with_columns(abroad=pl.Series(out, dtype=pl.Float64))
    found = rows.select("country", "buyer_country").join(
        pairs, on=["country", "buyer_country"], how="left", maintain_order="left"
    )
    return found["abroad"].fill_null(0.0)


def _route_crossings(network: Network, rows: pl.DataFrame) -> pl.Series:
    """Count the border crossings on the way, as far as a route is stated."""
    nodes = network["nodes"].filter(pl.col("kind") == "border_crossing")["node"]
    passed = pl.col("route").str.split(";").list.eval(pl.element().str.strip_chars().is_in(nodes.implode())).list.sum()
    return rows.select(passed.cast(pl.Float64).fill_null(0.0).alias("passed")).to_series()


def _duties(network: Network, ask: Ask, span: Span, rows: pl.DataFrame) -> tuple[Floats, tuple[Finding, ...]]:
    duty = np.zeros((rows.height, span.count))
    goods = ~pl.col("free") & ~pl.col("kind").is_in(["process", "service"])
    paying = rows.with_row_index("lane").filter(
        goods & ((pl.col("abroad") > 0) | pl.col("country").is_null() | pl.col("buyer_country").is_null())
    )
    if paying.is_empty():
        return duty, ()
    codes = network["parts"].select("part", "hs6", mass="unit_mass_kg")
    paying = paying.join(codes, on="part", how="left", maintain_order="left")
    asked = [
        _met(network, ask, paying, day).with_columns(period=pl.lit(t, pl.Int64), on=pl.lit(day))
        for t, day in enumerate(span.middles)
    ]
    keys = ["hs6", "importer", "origin", "met", "on"]
    every = pl.concat(asked)
    distinct = every.select(keys).unique().sort(keys)
    found = duty_stack(distinct, layers=False)
    columns = ("rate_fob", "rate_cif", "rate_non_us_content", "rate_metal_content", "per_kg", "per_unit", "known")
    rates = distinct.hstack(found.totals.select(columns))
    every = every.join(rates, on=keys, how="left", nulls_equal=True, maintain_order="left")
    on_value = pl.col("rate_fob") + pl.col("rate_non_us_content") + pl.col("rate_metal_content")
    by_mass = pl.when(pl.col("per_kg") > 0).then(pl.col("per_kg") * pl.col("mass").fill_null(0.0)).otherwise(0.0)
    money = (
        on_value * pl.col("value").fill_null(0.0) + pl.col("rate_cif") * (pl.col("value").fill_null(0.0) + pl.col("freight"))
        + by_mass + pl.col("per_unit")
    )  # fmt: skip
    priced = every.select("lane", "period", "known", money=pl.when("known").then(money).otherwise(0.0))
    duty[priced["lane"].to_numpy(), priced["period"].to_numpy()] = priced["money"].to_numpy()
    blind = every.filter(~pl.col("known")).unique("lane", maintain_order=True)
    names = blind.select(pl.concat_str("supplier", "buyer", "part", separator="/")).to_series()
    return duty, (
        *found.findings,
        *said("duty_unseen", "parts.hs6", names, "{n} lanes cross a border at a duty that is not known; none is counted",
              "Give parts.hs6, or countries to both ends.", severity="warning"),
    )  # fmt: skip


def _met(network: Network, ask: Ask, paying: pl.DataFrame, day: object) -> pl.DataFrame:
    """Give lanes as goods of a day: with the agreements that the supplier declares to meet on it."""
    on = pl.lit(day)
    claims = network["origin_claims"].filter(
        (pl.col("valid_from").is_null() | (pl.col("valid_from") <= on)) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))
        & pl.col("originating").fill_null(value=False)
    )  # fmt: skip
    agreements = pl.col("agreement").unique().sort()
    held = claims.group_by(supplier="site", part="part").agg(
        met=agreements.str.join(";"), other=agreements.filter(agreements != (ask.policy.origin or "")).str.join(";")
    )
    return paying.join(held, on=["supplier", "part"], how="left", maintain_order="left").select(
        "lane", "supplier", "buyer", "part", "value", "freight", "mass", "hs6",
        met=pl.when(pl.col("want").is_null()).then("met").otherwise("other").fill_null(""), importer="buyer_country", origin="country",
    )  # fmt: skip
