"""Periods of the plan, and what must be delivered in each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding, ParameterError
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import refuse, said

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Span:
    """The periods; T of them.

    Parameters
    ----------
    start, per_year, count : int
        First year, periods in a year, T.
    discount_rate : float
        A year.
    """

    start: int
    per_year: int
    count: int
    discount_rate: float

    @property
    def years(self) -> NDArray[np.int64]:
        """Year of each period, shape (T,)."""
        return np.asarray(self.start + np.arange(self.count) // self.per_year, dtype=np.int64)

    @property
    def begins(self) -> tuple[dt.date, ...]:
        """First day of each period."""
        return tuple(dt.date(int(y), 7 if n % self.per_year else 1, 1) for n, y in enumerate(self.years))

    @property
    def middles(self) -> tuple[dt.date, ...]:
        """Day on which dated rules are looked up: the middle of each period."""
        half = dt.timedelta(days=182 if self.per_year == 1 else 91)
        return tuple(day + half for day in self.begins)

    @property
    def table(self) -> pl.DataFrame:
        """Rows of ``periods``."""
        number = np.arange(self.count)
        discount = (1.0 + self.discount_rate) ** (-number / self.per_year)
        return pl.DataFrame({"year": self.years, "part_of_year": number % self.per_year, "discount": discount})


@dataclass(frozen=True, eq=False)
class Wanted:
    """Demand; D regions and products.

    Parameters
    ----------
    rows : polars.DataFrame
        ``region``, ``product``, ``country``, ``margin`` (money a unit, null unknown), by region and product.
    volume : numpy.ndarray of float64, shape (D, T)
        Units.
    findings : tuple of Finding
    """

    rows: pl.DataFrame
    volume: Floats
    findings: tuple[Finding, ...]

    @property
    def products(self) -> tuple[str, ...]:
        """Products that have demand, sorted."""
        return tuple(self.rows["product"].unique().sort().to_list())


def wanted(network: Network, ask: Ask, product: str | None) -> tuple[Span, Wanted]:
    """Read demand over the horizon.

    Between two years that are stated demand runs straight, after the last it stays, before the first there is none.

    Raises
    ------
    ParameterError
        There is no such product, or no demand by the end of the horizon.
    DataError
        The product has no demand.
    """
    demand = network["demand"].sort("region", "product", "year")
    demand = _chosen(network, demand, product)
    asked = ask.horizon
    first = int(str(demand["year"].min()))
    start = first if asked.start_year is None else asked.start_year
    if first > start + asked.years - 1:
        raise ParameterError(
            f"horizon: the plan ends in {start + asked.years - 1}, and the first demand is of {first}."
        )
    span = Span(start, asked.periods_per_year, asked.years * asked.periods_per_year, ask.finance.discount_rate)
    country = network["regions"].select("region", "country")
    rows = demand.group_by("region", "product", maintain_order=True).agg(
        "year", "volume_per_year", margin=pl.col("unit_margin").drop_nulls().mean()
    )
    years = span.years.astype(np.float64)
    volume = np.empty((rows.height, span.count))
    for n, (year, volumes) in enumerate(rows.select("year", "volume_per_year").iter_rows()):
        volume[n] = np.interp(years, year, volumes, left=0.0) / span.per_year
    rows = rows.join(country, on="region", how="left", maintain_order="left")
    stated = demand.group_by("region", "product").agg(
        pl.col("year").filter(pl.col("year").is_between(start, int(span.years[-1]))).n_unique().alias("n"),
        pl.col("year").min().clip(lower_bound=start).alias("from"),
    )  # fmt: skip
    gaps = stated.filter(pl.col("n") < int(span.years[-1]) + 1 - pl.col("from")).sort("region", "product")
    findings = (
        *said("demand_filled", "demand.year", gaps.select(pl.concat_str("region", "product", separator="/")).to_series(),
              "{n} regions and products have no demand for some years of the plan; between two years it runs straight, after the last it stays",
              "Give a row for each year, 0 where there is none."),
        *said("region_unplaced", "regions.country", rows.filter(pl.col("country").is_null())["region"],
              "{n} rows of demand are of a region whose country is not known; their duties are unseen",
              "Add the region to 'regions'."),
    )  # fmt: skip
    return span, Wanted(rows.select("region", "product", "country", "margin"), volume, findings)


def _chosen(network: Network, demand: pl.DataFrame, product: str | None) -> pl.DataFrame:
    if product is not None:
        if product not in network["parts"]["part"].to_list():
            known = ", ".join(demand["product"].unique().sort().to_list()) or "none"
            raise ParameterError(f"product: '{product}' is no part of the network; products with demand: {known}.")
        demand = demand.filter(pl.col("product") == product)
    if demand.is_empty():
        refuse(said("no_demand", "demand.product", [product or network.name],
                    "nothing is to be delivered: {n} product has no demand" if product else "nothing is to be delivered",
                    "Give demand by region, product and year.", severity="error"))  # fmt: skip
    return demand
