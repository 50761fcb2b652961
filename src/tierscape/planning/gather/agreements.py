"""Contracts, signed and offered: when they run, what they commit, and what the same goods cost without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods
from tierscape.planning.gather.horizon import Span

KEYS = ["supplier", "buyer", "part"]


@dataclass(frozen=True, eq=False)
class Agreements:
    """Tables ``contracts`` and ``contract_lanes`` of the problem."""

    contracts: pl.DataFrame
    lanes: pl.DataFrame
    findings: tuple[Finding, ...]


def agreements_of(network: Network, span: Span, goods: Goods, pairs: pl.DataFrame, lanes: pl.DataFrame) -> Agreements:
    """Number the contracts whose part is of the plan.

    Parameters
    ----------
    network : Network
        Reads ``contracts``, ``links``.
    span : Span
    goods : Goods
    pairs, lanes : polars.DataFrame
        See ``Makers`` and ``Ways``.

    Notes
    -----
    A contract that began before the plan runs on for what is left of its term; what lies beyond the horizon is cut off.
    Offers without a lane are left out; what is signed stays, and costs what it commits. ``pairs`` also has ``most``, what each
    can make in a period.
    """
    rows = network["contracts"].filter(pl.col("part").is_in(goods.rows["part"].implode())).sort("contract")
    blank = rows.filter(pl.col("unit_price").is_null() | pl.col("committed_per_year").is_null())["contract"]
    rows = rows.filter(~pl.col("contract").is_in(blank.implode()))
    undated = rows.filter(pl.col("start_year").is_null() | pl.col("term_years").is_null())["contract"]
    first = (pl.col("start_year").fill_null(span.start) - span.start) * span.per_year
    periods = (pl.col("term_years") * span.per_year - 1e-9).ceil()
    last = pl.when(pl.col("term_years").is_null()).then(span.count).otherwise(first + periods).cast(pl.Int64) - 1
    rows = rows.with_columns(first=first, last=last)
    beyond = rows.filter((pl.col("first") >= span.count) | (pl.col("last") < 0) | (pl.col("last") < pl.col("first")))
    rows = rows.join(beyond, on="contract", how="anti", maintain_order="left")
    clipped = rows.filter((pl.col("first") < 0) | (pl.col("last") >= span.count))["contract"]
    rows = rows.with_columns(pl.col("first").clip(lower_bound=0), pl.col("last").clip(upper_bound=span.count - 1))
    rows = _priced(network, goods, rows, pairs)
    ridden = (
        lanes.with_row_index("lane").filter(pl.col("need").is_not_null()).select(*KEYS, pl.col("lane").cast(pl.Int64))
    )
    signed = (pl.col("status") == "signed").fill_null(value=False)
    served = rows.join(ridden, on=KEYS, how="semi", maintain_order="left")["contract"]
    stays = pl.col("pair").is_not_null() & (signed | pl.col("contract").is_in(served.implode()))
    idle = rows.filter(~stays)["contract"]
    rows = rows.filter(stays)
    tiers = rows.select(KEYS).unique().sort(KEYS).with_row_index("tier")
    rows = rows.join(tiers, on=KEYS, how="left", maintain_order="left")
    found = rows.select(
        "contract", "pair", "buyer", "first", "last", volume=pl.col("committed_per_year") / span.per_year,
        theta=pl.col("take_or_pay_share").fill_null(0.0), price="unit_price", spot="spot", signed=signed,
        tier=pl.col("tier").cast(pl.Int64),
    )  # fmt: skip
    on = rows.with_row_index("n").join(ridden, on=KEYS, maintain_order="left").select(
        pl.col("n").cast(pl.Int64).alias("contract"), "lane"
    )  # fmt: skip
    findings = (
        *said("contract_incomplete", "contracts.unit_price", blank, "{n} contracts have no price or no volume and are left out",
              "Give contracts.unit_price and contracts.committed_per_year.", severity="warning"),
        *said("contract_undated", "contracts.start_year", undated,
              "{n} contracts have no first year or no term; they start with the plan, or run to its end", "Give both."),
        *said("contract_beyond", "contracts.start_year", beyond["contract"], "{n} contracts lie outside the plan's years and are left out",
              "Plan more years."),
        *said("contract_clipped", "contracts.term_years", clipped,
              "{n} contracts reach beyond the plan's years; what lies outside is not counted", "Plan more years."),
        *said("contract_idle", "contracts.buyer", idle, "{n} contracts are left out: the supplier is no maker of the part, or no lane leads to a need of the buyer",
              "Correct supplier, buyer or part."),
        *said("contract_too_large", "contracts.committed_per_year", _too_large(goods, rows, pairs, span),
              "{n} contracts commit the buyer to more than its plants can ever use; what is above is paid for nothing",
              "Correct the buyer, or the volume.", severity="warning"),
    )  # fmt: skip
    return Agreements(found, on, findings)


def _priced(network: Network, goods: Goods, rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Add ``pair`` and ``spot``: the supplier's mean price by volume, else the value for what a project opens, else cost and children."""
    sold = network["links"].filter(pl.col("unit_price").is_not_null()).sort(KEYS)
    weight = pl.col("volume_per_year").fill_null(0.0)
    spot = sold.group_by("supplier", "part", maintain_order=True).agg(
        pl.when(weight.sum() > 0).then((pl.col("unit_price") * weight).sum() / weight.sum()).otherwise(pl.col("unit_price").mean())
        .alias("sold")
    )  # fmt: skip
    made = pairs.with_row_index("pair").select(
        pl.col("pair").cast(pl.Int64), "part", "unit_cost", "p", "inferred", supplier="site"
    )
    rows = rows.join(spot, on=["supplier", "part"], how="left", maintain_order="left")
    rows = rows.join(made, on=["supplier", "part"], how="left", maintain_order="left")
    children = pl.Series(np.nan_to_num(goods.children)).gather(rows["p"])
    value = pl.Series(goods.value).fill_nan(None).gather(rows["p"])
    market = pl.when("inferred").then(value)
    return rows.with_columns(spot=pl.coalesce("sold", market, pl.col("unit_cost") + children))


def _too_large(goods: Goods, rows: pl.DataFrame, pairs: pl.DataFrame, span: Span) -> list[str]:
    """Name the contracts whose take-or-pay volume is above what all that the buyer makes can take of the part."""
    uses = goods.bom.select("parent", "child", "quantity")
    able = pairs.select("most", buyer="site", parent="part").join(uses, on="parent")
    able = able.group_by("buyer", part="child").agg(usable=(pl.col("most") * pl.col("quantity")).sum() * span.per_year)
    held = rows.join(able, on=["buyer", "part"], how="left", maintain_order="left")
    promised = pl.col("committed_per_year") * pl.col("take_or_pay_share").fill_null(0.0)
    return held.filter(promised > pl.col("usable").fill_null(0.0) * (1 + 1e-9))["contract"].to_list()
