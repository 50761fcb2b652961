"""Origin under an agreement: who may claim it, at which threshold, and what a claim saves."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods
from tierscape.planning.gather.horizon import Span, Wanted
from tierscape.planning.problem import empty
from tierscape.quantities.duties import duty_stack
from tierscape.quantities.origin_claims import Claims
from tierscape.quantities.stated import stated
from tierscape.reference.origin import RuleBook, origin_rules
from tierscape.reference.origin_expression import METHODS, Leaf, leaves

_FOUND = {
    "pair": pl.Int64, "p": pl.Int64, "site": pl.String, "part": pl.String, "method": pl.String, "base_value": pl.Float64,
    "threshold": pl.Float64,
}  # fmt: skip
_METHOD = {"transaction_value": "build_down", "build_down": "build_down", "rvc_fob": "build_down", "max_nom": "build_down",
           "net_cost": "net_cost", "build_up": "build_up"}  # fmt: skip
"""Value tests that the plan can hold, the preferred first, and their row in it."""
THRESHOLD, SAVING = "origin.threshold", "origin.saving_per_unit"
"""Indicators of a part or a capability that go before the rule tables and the tariff."""


class _Test(NamedTuple):
    """A value test of a part: what of, and the least share."""

    leaf: str
    threshold: float


def within_bloc(network: Network, ask: Ask, span: Span, lanes: pl.DataFrame) -> pl.Series:
    """Tell which lanes bring goods that may originate: maker and user in the territory, and not declared otherwise."""
    if ask.policy.origin is None:
        return pl.Series("within", np.zeros(lanes.height, dtype=np.bool_))
    territory = sorted(origin_rules().ruleset(ask.policy.origin, span.middles[0]).territory)
    against = network["origin_claims"].filter((pl.col("agreement") == ask.policy.origin) & ~pl.col("originating"))
    denied = against.select(supplier="site", part="part").unique().with_columns(denied=pl.lit(value=True))
    rows = lanes.select("supplier", "part", "country", "buyer_country").join(
        denied, on=["supplier", "part"], how="left", maintain_order="left"
    )
    both = pl.col("country").is_in(territory) & pl.col("buyer_country").is_in(territory) & pl.col("denied").is_null()
    return rows.select(both.fill_null(value=False).alias("within")).to_series()


def claims_of(
    network: Network, ask: Ask, base: tuple[Span, Wanted, Goods], pairs: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Make rows of ``claims``: makers in the territory whose part has children and a value test.

    Parameters
    ----------
    network : Network
        Reads ``origin_claims``, ``indicators``, ``parts``.
    ask : Ask
    base : tuple of Span, Wanted, Goods
    pairs : polars.DataFrame
        See ``Makers.rows``.

    Raises
    ------
    ParameterError
        There is no such agreement, or it is not in force.

    Notes
    -----
    The strictest threshold over the horizon holds throughout. Of alternatives the first that the plan can hold is taken; a
    change of classification alone, or a test beside the value test, is named in a finding and checked by `origin` on the
    finished plan. A claim saves the duty that the agreement takes away, the mean over the regions that want the product.
    """
    span, goods = base[0], base[2]
    agreement = ask.policy.origin
    if agreement is None:
        return empty("claims"), ()
    book = origin_rules()
    claims = Claims(network, book.ruleset(agreement, span.middles[0]), span.middles[0])
    composed, products = goods.composed, set(goods.products.tolist())
    thresholds = stated(network, THRESHOLD, ("capability", "part"), low=0, high=1)
    tests, doubts = _tests(book, agreement, span, goods)
    made = pairs.with_row_index("pair").filter(~pl.col("market"))
    rows = []
    for pair, site, part, p, cost in made.select("pair", "site", "part", "p", "unit_cost").iter_rows():
        if not composed[p] or not claims.inside(site):
            continue
        own = thresholds.get(f"{site}/{part}", thresholds.get(part))
        test = (
            tests.get(part) if own is None else _Test(tests[part].leaf if part in tests else "transaction_value", own)
        )
        value = math.nan if test is None else _base(claims, goods, (site, part, p, cost), METHODS[test.leaf])
        if test is not None and value > 0:
            rows.append((pair, p, site, part, _METHOD[test.leaf], value, test.threshold))
    found = pl.DataFrame(rows, schema=_FOUND, orient="row")
    told = (
        *doubts,
        *said("claim_none", "parts.hs6", [agreement] if not products & set(found["p"].to_list()) else [],
              "no product of the plan can claim origin under the agreement: no maker in its territory, or no value test for its code",
              "Give parts.hs6, or another agreement in policy.origin.", severity="warning"),
    )  # fmt: skip
    if found.is_empty():
        return empty("claims"), told
    saving = _savings(network, agreement, base, pairs, found)
    return found.select("pair", "method", "base_value", "threshold", saving=saving, whole=pl.lit(value=False)), told


def _base(claims: Claims, goods: Goods, made: tuple[str, str, int, float], kind: str) -> float:
    """Give the value that a test is taken of."""
    site, part, p, cost = made
    if kind == "net_cost":
        net = claims.number(site, part, "origin.net_cost")
        return float(cost + goods.children[p]) if net is None else net
    price = claims.transaction_value(site, part)
    exworks = claims.number(site, part, "origin.exworks") if kind == "exworks" else None
    return float(goods.value[p]) if price is None and exworks is None else float(exworks or price or 0.0)


def _tests(book: RuleBook, agreement: str, span: Span, goods: Goods) -> tuple[dict[str, _Test], tuple[Finding, ...]]:
    """Give the value test of each part that has children."""
    tests, unplanned, partial = {}, [], []
    for part, hs6 in goods.rows.filter(pl.Series(goods.composed)).select("part", "hs6").iter_rows():
        rule = None if hs6 is None else book.rule_for(agreement, int(hs6), "any", span.middles[0])
        if rule is None:
            continue
        found = [leaf for leaf in leaves(rule.expression) if leaf.kind == "value" and leaf.what in _METHOD]
        if not found:
            unplanned.append(part)
            continue
        chosen = min(found, key=lambda leaf: list(_METHOD).index(leaf.what))
        tests[part] = _Test(chosen.what, _strictest(book, agreement, chosen, span))
        if not isinstance(rule.expression, Leaf) and rule.expression.op == "all_of":
            partial.append(part)
    return tests, (
        *said("origin_unplanned", "parts.hs6", unplanned, "{n} parts have a rule without a value test; the plan does not hold them to it",
              "Check the finished plan with 'origin'."),
        *said("origin_partial", "parts.hs6", partial, "{n} parts must also meet other tests of their rule; the plan holds the value test alone",
              "Check the finished plan with 'origin'."),
    )  # fmt: skip


def _strictest(book: RuleBook, agreement: str, leaf: Leaf, span: Span) -> float:
    found = [book.threshold(agreement, leaf.threshold or "", leaf.what, day) for day in span.middles]
    shares = [
        (100.0 - row.value_pct if leaf.what == "max_nom" else row.value_pct) / 100.0 for row in found if row is not None
    ]
    return max(shares, default=1.0)


def _savings(
    network: Network, agreement: str, base: tuple[Span, Wanted, Goods], pairs: pl.DataFrame, found: pl.DataFrame
) -> pl.Series:
    """Give what a claimed unit saves at the border, money; 0 for parts that no region wants."""
    span, wanted, goods = base
    volume = wanted.rows.select("country", part="product").with_columns(
        pl.Series(wanted.volume, dtype=pl.Array(pl.Float64, span.count)).arr.to_list().alias("volume")
    ).filter(pl.col("country").is_not_null())  # fmt: skip
    days = pl.lit(list(span.middles), dtype=pl.List(pl.Date))
    codes = goods.rows.select("part", "hs6", "mass_kg")
    asked = (
        found.with_columns(origin=pairs["country"].gather(found["pair"])).join(volume, on="part", maintain_order="left")
        .join(codes, on="part", maintain_order="left").with_columns(on=days).explode("volume", "on")
    )  # fmt: skip
    goods_asked = asked.select("hs6", "origin", "on", importer="country")
    money = {}
    for met in ("", agreement):
        totals = duty_stack(goods_asked.with_columns(met=pl.lit(met)), layers=False).totals
        rate, mass = totals["rate"].fill_null(0.0), asked["mass_kg"].fill_null(0.0)
        money[met] = (
            rate * asked["base_value"] + totals["per_kg"].fill_nan(0.0) * mass + totals["per_unit"].fill_nan(0.0)
        )
    saved = asked.select("pair", "volume", saved=money[""] - money[agreement]).group_by("pair").agg(
        pl.when(pl.col("volume").sum() > 0).then((pl.col("saved") * pl.col("volume")).sum() / pl.col("volume").sum()).otherwise(0.0).alias("saving")
    )  # fmt: skip
    own = stated(network, SAVING, ("capability", "part"), low=0, high=math.inf)
    rows = found.join(saved, on="pair", how="left", maintain_order="left")
    told = [own.get(f"{site}/{part}", own.get(part)) for site, part in rows.select("site", "part").iter_rows()]
    return pl.Series("saving", told, dtype=pl.Float64).fill_null(rows["saving"].fill_null(0.0))
