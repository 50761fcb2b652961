"""What a supplier's unit costs where it is needed, against the value of the part."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from tierscape.analyses.scorecard.facts import FACT, KEYS, weakest
from tierscape.analyses.scorecard.series import MONTHS, PRICE
from tierscape.errors import DataError, Finding
from tierscape.network import Network
from tierscape.quantities.evidence import HALF_LIFE_MONTHS, age_weight, grade_weight
from tierscape.quantities.landed import landed
from tierscape.quantities.landed_choices import Stock, Study, Tariffs
from tierscape.quantities.landed_options import landed_options
from tierscape.quantities.link_grades import newest


def price_facts(
    network: Network, part: str | None, year: int, seen: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give the landed cost over ``parts.unit_value``, as a range, of several buyers the mean by volume.

    A price that was observed goes before one that is built up from costs, which is inferred, and weighs as such. Without a
    link there is no lane, and no cost.
    """
    nothing = pl.DataFrame(schema=FACT)
    lines = network["links"] if part is None else network["links"].filter(pl.col("part") == part)
    if lines.is_empty():
        return nothing, ()
    study = Study(candidates="linked")
    try:
        options = landed_options(network, study, part=part)
        options = replace(options, frame=_as_observed(options.frame, seen, network["meta"]["currency"]))
        cost = landed(options, on=dt.date(year, 7, 1), tariffs=Tariffs(), stock=Stock(), study=study)
    except DataError as error:
        return nothing, (*(f for f in error.findings if f.severity != "error"), _uncosted(error))
    low, high = (np.sum(list(terms.values()), axis=0) for terms in cost.ends)
    day = pl.lit(newest(network), dtype=pl.Date())
    frame = cost.frame.select(
        site="supplier", part="part", buyer="buyer", volume=pl.col("volume").fill_null(0.0), evidence="price_evidence"
    )
    frame = (
        frame.with_columns(low=pl.Series(low), high=pl.Series(high)).fill_nan(None).drop_nulls(["low", "high", "site"])
    )
    dated = network["links"].select(site="supplier", buyer="buyer", part="part", as_of="as_of")
    value = network["parts"].filter(pl.col("unit_value") > 0).select("part", "unit_value")
    frame = frame.join(dated, on=["site", "buyer", "part"], how="left", maintain_order="left").join(
        value, on="part", maintain_order="left"
    )
    frame = frame.with_columns(
        weight=grade_weight() * age_weight(day, HALF_LIFE_MONTHS["supplier"]),
        age_days=(day - pl.col("as_of")).dt.total_days().clip(lower_bound=0), share=pl.col("volume") + 1e-9,
    )  # fmt: skip
    mean = {name: (pl.col(name) * pl.col("share")).sum() / pl.col("share").sum() for name in ("low", "high", "weight")}
    rows = frame.with_columns(pl.col("low", "high") / pl.col("unit_value")).group_by(KEYS, maintain_order=True)
    found = rows.agg(**mean, evidence=weakest(), age_days=pl.col("age_days").max())
    return found.with_columns(indicator=pl.lit("landed_cost"), bonus=pl.lit(value=False)).select(list(FACT)), ()


def _as_observed(options: pl.DataFrame, seen: pl.DataFrame, currency: pl.Series) -> pl.DataFrame:
    """Put the mean price of the last months where a supplier's prices were observed in the network's money."""
    money = (currency.to_list() or [None])[0]
    rows = seen.filter((pl.col("indicator") == PRICE) & pl.col("unit").str.starts_with(f"{money}/"))
    rows = rows.filter(pl.col("time") > pl.col("time").max().over(KEYS).dt.offset_by(f"-{MONTHS}mo"))
    mean = rows.group_by(supplier="site", part="part").agg(observed=pl.col("value").mean(), grade=weakest())
    joined = options.join(mean, on=["supplier", "part"], how="left", maintain_order="left")
    built = pl.col("price_source").is_in(["bottom-up cost", "value of the part"]) | pl.col("price").is_null()
    known = pl.col("observed").is_not_null() & built
    return joined.with_columns(
        *(pl.when(known).then("observed").otherwise(name).alias(name) for name in ("price", "price_low", "price_high")),
        price_source=pl.when(known).then(pl.lit("observations")).otherwise("price_source"),
        price_evidence=pl.when(known).then("grade").otherwise("price_evidence"),
    ).drop("observed", "grade")


def _uncosted(error: DataError) -> Finding:
    first = error.findings[0]
    return Finding(
        rule="uncosted", severity="warning", table=first.table, column=first.column, count=first.count, value=first.value,
        problem=f"landed cost is not known, so that prices are open: {first.problem}", remedy=first.remedy,
    )  # fmt: skip
