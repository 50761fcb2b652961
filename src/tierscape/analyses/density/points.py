"""Where the scored regions stand."""

from __future__ import annotations

import polars as pl

from tierscape.network import Network


def region_points(network: Network) -> pl.DataFrame:
    """Give every region with its point.

    A region without coordinates stands at the mean direction of its sites. A network without regions has those that its
    sites name, else their towns, else the sites themselves.

    Returns
    -------
    polars.DataFrame
        region, name, country, lat, lon, sorted by region; lat and lon are null where nothing says where it is.
    """
    if network["regions"].is_empty():
        return _implied(network["sites"])
    regions = network["regions"].select("region", "name", "country", "lat", "lon").sort("region")
    means = _mean_directions(network["sites"], "region").select("region", "mean_lat", "mean_lon")
    joined = regions.join(means, on="region", how="left", maintain_order="left")
    half = pl.col("lat").is_null() | pl.col("lon").is_null()
    lat, lon = (pl.when(half).then(f"mean_{name}").otherwise(name).alias(name) for name in ("lat", "lon"))
    return joined.select("region", "name", "country", lat, lon)


def _implied(sites: pl.DataFrame) -> pl.DataFrame:
    column = next((c for c in ("region", "town") if sites.drop_nulls(["lat", "lon"])[c].count()), "site")
    means = _mean_directions(sites, column, "country")
    several = pl.len().over(column) > 1  # towns of one name in two countries
    key = pl.when(several).then(pl.format("{} ({})", column, pl.col("country").fill_null("?"))).otherwise(column)
    named = means.select(key.alias("region"), pl.col(column).alias("name"), "country", lat="mean_lat", lon="mean_lon")
    return named.sort("region")


def _mean_directions(sites: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Mean direction of the located sites of each group; a sum of floats depends on its order, so rows are sorted."""
    phi, lam = pl.col("lat").radians(), pl.col("lon").radians()
    located = sites.drop_nulls([by[0], "lat", "lon"]).sort("lat", "lon")
    sums = located.group_by(by, maintain_order=True).agg(
        x=(phi.cos() * lam.cos()).sum(), y=(phi.cos() * lam.sin()).sum(), z=phi.sin().sum()
    )
    flat = (pl.col("x") ** 2 + pl.col("y") ** 2).sqrt()
    return sums.with_columns(
        mean_lat=pl.arctan2("z", flat).degrees(),
        mean_lon=pl.arctan2("y", "x").degrees(),
    )
