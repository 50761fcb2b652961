"""What stands in reach of each region today: sites, cover and completeness, and how related the rest is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape import reference
from tierscape.graph import Tree, sites_of
from tierscape.kernels import completeness, specialisation
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network

Floats = NDArray[np.float64]

HOURS_A_KM = 1.3 / 60.0
"""Road: detour over speed. With the reaches and delays below the defaults of `density`."""
REACH_HOURS = {"product": 6.0, "component": 6.0, "process": 2.0, "service": 3.0, "material": 24.0}
SAME_UNION, SAME_BLOC, OTHER = 0.0, 4.0, 24.0
PLANNED = ("construction", "announced")


@dataclass(frozen=True, eq=False)
class Nearby:
    """Supply in reach of regions; R regions, K parts.

    Parameters
    ----------
    regions : polars.DataFrame
        region, name, country, lat, lon, of those with a point.
    sites : numpy.ndarray of int64, shape (R, K)
        Sites that operate at the start.
    weight : numpy.ndarray, shape (R, K)
        Mean cover that each of them gives; 0 without any.
    planned : polars.DataFrame
        Sites that open later: place (row of regions), code (part), year.
    seen : numpy.ndarray of bool, shape (K,)
        Parts that some site of the network is known to make.
    """

    regions: pl.DataFrame
    sites: NDArray[np.int64]
    weight: Floats
    planned: pl.DataFrame
    seen: NDArray[np.bool_]

    def completeness(self, tree: Tree) -> Floats:
        """Completeness at the start, shape (R,)."""
        cover = np.minimum(self.sites * self.weight, 1.0)
        groups = [(g.parent, g.members, g.essential, g.weight) for g in tree.groups]
        return np.asarray(completeness.walk(cover, tree.own, groups)[:, 0])


def region_points(network: Network) -> pl.DataFrame:
    """Give the regions with a point: their own, else the mean of their sites."""
    located = network["sites"].drop_nulls(["region", "lat", "lon"]).sort("site")
    means = located.group_by("region", maintain_order=True).agg(mean_lat=pl.col("lat").mean(), mean_lon=pl.col("lon").mean(), site_country=pl.col("country").drop_nulls().min())  # fmt: skip
    rows = network["regions"].select("region", "name", "country", "lat", "lon")
    rows = rows.join(means, on="region", how="full" if rows.is_empty() else "left", coalesce=True)
    half = pl.col("lat").is_null() | pl.col("lon").is_null()
    lat, lon = (pl.when(half).then(f"mean_{c}").otherwise(c).alias(c) for c in ("lat", "lon"))
    points = rows.select("region", "name", pl.coalesce("country", "site_country"), lat, lon)
    return points.drop_nulls(["lat", "lon"]).sort("region")


def nearby(network: Network, tree: Tree, year: int, radius_km: float, but: frozenset[str] = frozenset()) -> Nearby:
    """Count what is in reach of each region at the start of a year.

    Parameters
    ----------
    network : Network
    tree : Tree
    year : int
    radius_km : float
        Great circle.
    but : frozenset of str
        Sites that are left out: contracted ones enter by their own door.
    """
    regions = region_points(network)
    rows = sites_of(network, tree.required).filter(~pl.col("site").is_in(list(but)))
    codes = pl.DataFrame({"part": tree.required, "code": np.arange(1, len(tree.parts))})
    opened = network["sites"].select("site", "opened_year")
    rows = rows.join(codes, on="part").join(opened, on="site").sort("site", "code")
    seen = np.zeros(len(tree.parts), np.bool_)
    seen[rows["code"].to_numpy()] = True
    rows = rows.filter(pl.col("qualified").fill_null(value=True))
    points = regions.select("region", region_lat="lat", region_lon="lon")
    rows = rows.join(points, on="region", how="left", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("lat", "region_lat").alias("lat"), pl.coalesce("lon", "region_lon").alias("lon"))  # fmt: skip
    opens = pl.when(pl.col("status").is_in(PLANNED)).then("opened_year").otherwise(year)
    rows = rows.filter(pl.col("status").is_in(["operating", *PLANNED])).with_columns(opens=opens)
    rows = rows.drop_nulls(["lat", "lon", "opens"])
    km = great_circle_km(
        regions["lat"].to_numpy()[:, None], regions["lon"].to_numpy()[:, None], rows["lat"].to_numpy(), rows["lon"].to_numpy()
    )  # fmt: skip
    reach = np.array([REACH_HOURS[kind] for kind in tree.kinds])
    code, opens_year = rows["code"].to_numpy(), rows["opens"].to_numpy()
    decay = np.exp(-(km * HOURS_A_KM + _delays(regions, rows)) / reach[code])
    near = km <= radius_km
    there = near & (opens_year <= year)
    sites = np.zeros((len(regions), len(tree.parts)), np.int64)
    amount = np.zeros(sites.shape)
    for r in range(len(regions)):
        np.add.at(sites[r], code[there[r]], 1)
        np.add.at(amount[r], code[there[r]], decay[r, there[r]])
    weight = np.divide(amount, sites, out=np.zeros(amount.shape), where=sites > 0)
    place, row = np.nonzero(near & (opens_year > year))
    planned = pl.DataFrame({"place": place, "code": code[row], "year": opens_year[row], "cover": decay[place, row]})
    return Nearby(regions, sites, weight, planned, seen)


def _delays(regions: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    delay: dict[tuple[str | None, str | None], float] = {}
    here, there = regions["country"].to_list(), rows["country"].to_list()
    for a in set(here):
        for b in set(there):
            delay[a, b] = _delay(a, b)
    return np.array([[delay[a, b] for b in there] for a in here]).reshape(len(here), len(there))


def _delay(a: str | None, b: str | None) -> float:
    if a is None or b is None:
        return OTHER
    if a == b or reference.same_customs_union(a, b):
        return SAME_UNION
    return SAME_BLOC if reference.same_bloc(a, b) else OTHER


def related(network: Network, tree: Tree, region: str) -> Floats:
    """Relatedness of each part of the tree to what the region's sites make, shape (K,); 0 where nothing can be told."""
    status = pl.col("status").fill_null("operating")
    sites = network["sites"].filter(status == "operating").drop_nulls("region").select("site", "region")
    rows = network["capabilities"].join(sites, on="site").select("site", "region", "part").unique().sort("site", "part")
    out = np.zeros(len(tree.parts))
    regions, parts = rows["region"].unique().sort().to_list(), rows["part"].unique().sort().to_list()
    if region not in regions:
        return out
    e = np.zeros((len(regions), len(parts)))
    at, of = {r: i for i, r in enumerate(regions)}, {p: i for i, p in enumerate(parts)}
    for place, part in rows.select("region", "part").iter_rows():
        e[at[place], of[part]] += 1.0
    totals = np.array([rows.filter(pl.col("region") == r)["site"].n_unique() for r in regions], dtype=np.float64)
    present = specialisation.presence(specialisation.location_quotient(e, totals))
    close = np.nan_to_num(specialisation.relatedness(present, specialisation.proximity(present))[at[region]])
    for k, part in enumerate(tree.parts):
        out[k] = close[of[part]] if part in of else 0.0
    return out
