"""What the observations say: spread of lead times and of prices, and whether there is any series at all."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from tierscape.analyses.scorecard.facts import FACT, KEYS, weakest
from tierscape.kernels.score_box import variation
from tierscape.network import Network
from tierscape.quantities.evidence import HALF_LIFE_MONTHS, age_weight, grade_weight
from tierscape.quantities.link_grades import newest

LEAD = ("lead_time_days", "transit_days")
PRICE = "unit_price"
MONTHS = 24
"""Months over which prices are looked at."""


def observed(network: Network, suppliers: pl.DataFrame) -> pl.DataFrame:
    """Give every observation of a supplier of a part: of its capability, of a link that leaves it, or of the site."""
    rows = network["observations"].with_columns(steps=pl.col("subject").str.split("/"))
    steps = pl.col("steps")
    of_part = rows.filter(steps.list.len() >= 2).with_columns(site=steps.list.first(), part=steps.list.last())
    of_site = rows.filter(pl.col("subject_kind") == "site").with_columns(site=pl.col("subject")).drop("steps")
    direct = suppliers.select(KEYS).join(of_part.drop("steps"), on=KEYS)
    return pl.concat([direct, suppliers.select(KEYS).join(of_site, on="site").select(direct.columns)]).sort(
        *KEYS, "indicator", "subject", "time"
    )


def series_facts(network: Network, seen: pl.DataFrame, points: int) -> pl.DataFrame:
    """Give the spread of lead times and of prices where there are enough points; of several links the mean spread."""
    today = newest(network)
    rows = []
    for (site, part, indicator, _), whole in seen.group_by("site", "part", "indicator", "subject", maintain_order=True):
        if indicator not in (*LEAD, PRICE):
            continue
        since = (
            pl.col("time").max().dt.offset_by(f"-{MONTHS}mo")
            if indicator == PRICE
            else pl.col("time").min().dt.offset_by("-1d")
        )
        group = whole.filter(pl.col("time") > since)
        spread = variation(group["value"].to_numpy(), points)
        if not np.isnan(spread):
            name = "price_variation" if indicator == PRICE else "lead_variation"
            rows.append(
                {"site": site, "part": part, "indicator": name, "low": spread, "high": spread, **_worth(group, today)}
            )
    frame = pl.DataFrame(rows, schema={k: t for k, t in FACT.items() if k != "bonus"})
    same = frame.group_by(*KEYS, "indicator", maintain_order=True).agg(
        pl.col("low", "high", "weight").mean(), evidence=weakest(), age_days=pl.col("age_days").max()
    )
    return same.with_columns(bonus=pl.lit(value=False)).select(list(FACT))


def _worth(group: pl.DataFrame, today: dt.date | None) -> dict[str, object]:
    """Weigh a series by its mean grade and by the day of its last point."""
    last = group["time"].max()
    day = today if today is not None else last
    one = group.select(
        grade=grade_weight().mean(), evidence=weakest(), day=pl.coalesce("as_of", "time").max()
    ).with_columns(age=age_weight(pl.lit(day, dtype=pl.Date()), HALF_LIFE_MONTHS["supplier"], as_of="day"))
    row = one.row(0, named=True)
    age = max((day - row["day"]).days, 0) if isinstance(day, dt.date) and row["day"] is not None else None
    return {"weight": row["grade"] * row["age"], "evidence": row["evidence"], "age_days": age}
