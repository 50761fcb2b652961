"""Work: how many jobs, at what risk, at what gap to a living wage, with what training."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.esg.flows import EVIDENCED, numbers, place
from tierscape.analyses.esg.parameters import Social
from tierscape.analyses.esg.tables import PEOPLE
from tierscape.network import Network
from tierscape.quantities.stated import stated_values
from tierscape.reference import countries, democracy

OPERATOR_USD, TECHNICIAN_USD = (1000.0, 3000.0), (8000.0, 15000.0)
"""Training of a new hire, least and most; planning defaults."""
RIGHTS, DEMOCRACY, SECTOR, INCIDENTS = 0.4, 0.3, 0.2, 0.1
"""Weights of labour risk: rating of workers' rights, liberal democracy, sector, incidents; our judgement."""
LIVING, RATING = "living_wage_per_hour", "ituc_rating"
"""Indicators of a region or a country; the rating is 1 to 5, and 6 for 5+."""


def wages(network: Network, lines: pl.DataFrame) -> pl.DataFrame:
    """Give ``wage`` and ``living`` an hour by line, and what is lacking as ``gap``; null where either is unknown."""
    own = network["regions"].select("region", wage="wage_per_hour")
    rows = lines.select("region", "country").join(own, on="region", how="left", maintain_order="left")
    rows = _stated(network, rows, LIVING, high=1000, alias="living")
    return rows.with_columns(gap=pl.max_horizontal(pl.lit(0.0), pl.col("living") - pl.col("wage")))\
        .with_columns(gap=pl.when(pl.col("living").is_not_null() & pl.col("wage").is_not_null()).then("gap"))  # fmt: skip


def gap_of(network: Network, lines: pl.DataFrame) -> NDArray[np.float64]:
    """What an hour lacks to a living wage, by line; NaN unknown."""
    return np.asarray(numbers(wages(network, lines)["gap"]))


def _stated(network: Network, rows: pl.DataFrame, name: str, *, high: float, alias: str) -> pl.DataFrame:
    """Add what the region states, else its country."""
    for kind in ("country", "region"):
        said = stated_values(network, name, kind, low=0, high=high).filter(pl.col("indicator") == "")
        said = said.select(pl.col("subject").alias(kind), pl.col("value").alias(f"_{kind}"))
        rows = rows.join(said, on=kind, how="left", maintain_order="left")
    return rows.with_columns(pl.coalesce("_region", "_country").alias(alias)).drop("_region", "_country")


def labour_risk(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``labour_risk_low`` and ``labour_risk_high`` to rows of ``region`` and ``country``; what is missing widens.

    Risk = 0.4 · rights + 0.3 · (100 − liberal democracy) + 0.2 · sector + 0.1 · incidents, each 0 to 100.
    """
    shipped = countries().select(country="iso2", _rating=pl.col("ituc_rating").cast(pl.Float64),
                                 _worst=pl.col("ituc_ten_worst_2025") == "yes")  # fmt: skip
    free = democracy().select(country="iso2", _free="libdem")
    rows = rows.join(shipped, on="country", how="left", maintain_order="left")
    rows = rows.join(free, on="country", how="left", maintain_order="left")
    for name, high in ((RATING, 6), ("labour_sector_risk", 100), ("labour_incidents", 100)):
        rows = _stated(network, rows, name, high=high, alias=f"_{name}")
    rating = pl.coalesce("_ituc_rating", "_rating")
    rights = [(rating - 1.0) * 20.0, pl.when("_worst").then(pl.lit(80.0))]
    parts = (
        (RIGHTS, pl.coalesce(*rights), rights[0]),
        (DEMOCRACY, (1.0 - pl.col("_free")) * 100.0, (1.0 - pl.col("_free")) * 100.0),
        (SECTOR, pl.col("_labour_sector_risk"), pl.col("_labour_sector_risk")),
        (INCIDENTS, pl.col("_labour_incidents"), pl.col("_labour_incidents")),
    )
    low, high_end = pl.lit(0.0), pl.lit(0.0)
    for weight, least, most in parts:
        low = low + weight * least.fill_null(0.0).clip(0.0, 100.0)
        high_end = high_end + weight * most.fill_null(100.0).clip(0.0, 100.0)
    rows = rows.with_columns(labour_risk_low=low, labour_risk_high=high_end)
    return rows.drop(c for c in rows.columns if c.startswith("_"))


def people_rows(network: Network, lines: pl.DataFrame, social: Social) -> pl.DataFrame:
    """Sum work by region."""
    hours = pl.col("output") * pl.col("labour_hours_per_unit")
    paid = wages(network, lines)
    rows = lines.with_columns(place(), hours=hours, wage=paid["wage"], living=paid["living"], gap=paid["gap"])
    rows = rows.filter("counted")
    evidenced = pl.col("hours").filter(pl.col("evidence").is_in(EVIDENCED)).sum()
    sums = rows.group_by(region="place", maintain_order=True).agg(
        pl.col("country", "wage", "living", "gap").first(),
        pl.when(pl.col("hours").is_not_null().any()).then(pl.col("hours").sum()).alias("hours"),
        pl.col("hours").is_null().sum().cast(pl.Int64).alias("unseen_lines"),
        pl.when(pl.col("hours").sum() > 0).then(evidenced / pl.col("hours").sum()).alias("evidence_share"),
    )
    sums = sums.join(network["regions"].select("region", "name"), on="region", how="left", maintain_order="left")
    sums = labour_risk(network, sums.join(_new_jobs(network), on="region", how="left", maintain_order="left"))
    direct = pl.col("hours") / social.hours_per_year
    mean = (social.indirect_low + social.indirect_likely + social.indirect_high) / 3
    technicians = social.technician_share
    training = [
        pl.col("new_jobs") * ((1 - technicians) * OPERATOR_USD[i] + technicians * TECHNICIAN_USD[i]) for i in (0, 1)
    ]
    answer = sums.with_columns(
        direct=direct,
        indirect_low=direct * social.indirect_low,
        indirect=direct * mean,
        indirect_high=direct * social.indirect_high,
        displaced=direct * pl.lit(social.displaced_share, pl.Float64()),
        wage_per_hour="wage",
        living_wage_per_hour="living",
        wage_gap=pl.col("gap") * pl.col("hours"),
        people_below=pl.when(pl.col("gap") > 0).then(direct).when(pl.col("gap") == 0).then(0.0),
        training_low=training[0],
        training_high=training[1],
    )
    return answer.sort(["direct", "region"], descending=[True, False], nulls_last=True).select(PEOPLE.names)


def _new_jobs(network: Network) -> pl.DataFrame:
    """Sum the jobs of projects by region; unknown where one does not say."""
    sites = network["sites"].select("site", place())
    rows = network["projects"].select("site", "jobs").join(sites, on="site", how="left", maintain_order="left")
    jobs = pl.when(pl.col("jobs").is_null().any()).then(None).otherwise(pl.col("jobs").sum()).cast(pl.Float64)
    return rows.group_by(region="place", maintain_order=True).agg(jobs.alias("new_jobs"))
