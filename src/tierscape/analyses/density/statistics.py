"""The statistics of `density` that researchers know: specialisation, concentration, hot spots, border crossings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import h3
import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.points import region_points
from tierscape.analyses.density.reach import Places
from tierscape.analyses.density.statistics_tables import CONCENTRATION, CROSSINGS, SPECIALISATION
from tierscape.analyses.density.supply import Supply
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.kernels import concentration as kernel
from tierscape.kernels import hotspot, specialisation
from tierscape.kernels.distance import unit_vectors
from tierscape.network import Network
from tierscape.reference import member_of

EMPLOYEES_KNOWN = 0.9
"""Share of the sites that must state their people for size to be counted in people."""
LEAST_PLANTS, MOST_PLANTS = 10, 2_000
"""Plants of a part between which its distances are tested: fewer say nothing, more take minutes."""
GRID = 101
"""Distances at which the density of distances is compared with random ones."""
MARKET_WEIGHT, USMCA_WEIGHT = 0.2, 0.6
"""Weight of a border inside the EU single market and inside USMCA; any other weighs 1. Our judgement."""


@dataclass(frozen=True, eq=False)
class Activity:
    """Who makes what in which region, over all parts of the network.

    Parameters
    ----------
    regions, parts : tuple of str
        Regions with a counted site, and all parts that such a site makes, both in alphabetical order.
    plants : polars.DataFrame
        One row a counted site with a region: site, region, size (people or 1), place (index of the region).
    rows : polars.DataFrame
        One row a site and part: site, part, size, place, code (index of the part).
    counted : frozenset of str
        All sites of a status that counts, those without a region among them.
    """

    regions: tuple[str, ...]
    parts: tuple[str, ...]
    plants: pl.DataFrame
    rows: pl.DataFrame
    counted: frozenset[str]

    @cached_property
    def e(self) -> np.ndarray:
        """Size by region and part, shape (regions, parts)."""
        size = np.zeros((len(self.regions), len(self.parts)))
        np.add.at(size, (self.rows["place"].to_numpy(), self.rows["code"].to_numpy()), self.rows["size"].to_numpy())
        return size

    @cached_property
    def totals(self) -> np.ndarray:
        """Size of all sites by region, shape (regions,); a site that makes several parts counts once."""
        return np.bincount(self.plants["place"], weights=self.plants["size"], minlength=len(self.regions))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Sites that specialisation could not count."""
        lost = len(self.counted) - self.plants.height
        if not lost:
            return ()
        problem = f"{lost} of {len(self.counted)} counted sites name no region and stand outside of "
        return (
            Finding(
                rule="site_without_region", severity="note", table="sites", column="region", count=lost,
                problem=problem + "specialisation and concentration", remedy="Give the region of each site.",
            ),
        )  # fmt: skip


def counted_activity(network: Network, assumptions: DensityAssumptions) -> Activity:
    """Count all sites with a region, whatever they make; people where nearly all sites state them, else sites."""
    status = pl.col("status").fill_null("operating")
    sites = _with_region(network, network["sites"].filter(status.is_in(assumptions.statuses)))
    plants = sites.drop_nulls("region").select("site", "region", "employees").sort("region", "site")
    known = plants.height - plants["employees"].null_count()
    by_people = known > 0 and known >= EMPLOYEES_KNOWN * plants.height and (plants["employees"].sum() or 0) > 0
    size = pl.col("employees").fill_null(0).cast(pl.Float64) if by_people else pl.lit(1.0)
    regions = plants["region"].unique().sort()
    place = pl.DataFrame({"region": regions, "place": np.arange(len(regions))})
    plants = plants.select("site", "region", size.alias("size")).join(place, on="region", maintain_order="left")
    rows = _able(network).join(plants.select("site", "size", "place"), on="site").sort("place", "part", "site")
    parts = rows["part"].unique().sort()
    code = pl.DataFrame({"part": parts, "code": np.arange(len(parts))})
    rows = rows.join(code, on="part", maintain_order="left")
    return Activity(tuple(regions), tuple(parts), plants, rows, frozenset(sites["site"]))


def _able(network: Network) -> pl.DataFrame:
    return network["capabilities"].filter(pl.col("qualified").fill_null(value=True)).select("site", "part").unique()


def _with_region(network: Network, sites: pl.DataFrame) -> pl.DataFrame:
    """Give every site the key of its place as `density` ranks places, null where it names none."""
    if network["regions"].height:
        return sites
    located = network["sites"].drop_nulls(["lat", "lon"])
    column = next((c for c in ("region", "town") if located[c].count()), "site")
    keys = region_points(network).select(pl.col("region").alias("key"), pl.col("name").alias(column), "country")
    joined = sites.join(keys, on=[column, "country"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("key").alias("region"))


def specialisation_table(tree: Tree, regions: Places, activity: Activity) -> pl.DataFrame:
    """One row a scored region and required part, by the declaration ``SPECIALISATION``.

    A region without a counted site has size 0 and no quotient; a part that nobody makes has neither quotient nor
    relatedness.
    """
    e, totals = activity.e, activity.totals
    quotient, shrunk = specialisation.location_quotient(e, totals), specialisation.shrunk_quotient(e, totals)
    present = specialisation.presence(quotient)
    related = specialisation.relatedness(present, specialisation.proximity(present))
    star = specialisation.stars(e, totals)
    row_of = {region: i for i, region in enumerate(activity.regions)}
    column_of = {part: j for j, part in enumerate(activity.parts)}
    rows: list[tuple[object, ...]] = []
    for region in regions.key:
        i = row_of.get(region)
        for part, name in zip(tree.required, tree.names[1:], strict=True):
            j = column_of.get(part)
            found: tuple[object, ...] = (0.0, None, None, None, None)
            if i is not None and j is not None:
                size, lq, lq_shrunk, close = (float(x[i, j]) for x in (e, quotient, shrunk, related))
                found = (size, lq, lq_shrunk, int(star[i, j]) if np.isfinite(lq) else None, close)
            rows.append((region, part, name, *found))
    return pl.DataFrame(rows, schema=empty(SPECIALISATION).schema, orient="row").fill_nan(None)


def concentration_table(
    network: Network, tree: Tree, activity: Activity, *, redraws: int = 1_000, seed: int = 0
) -> pl.DataFrame:
    """One row a required part, by the declaration ``CONCENTRATION``.

    Distances count only sites whose coordinates are their own, down to the town; plants are redrawn from all such sites of
    the network that `density` counts, whatever they make.
    """
    standing = _standing(network, activity)
    everyone = unit_vectors(standing["lat"], standing["lon"])
    half = _median_km(standing) if standing.height >= LEAST_PLANTS else 0.0
    at = np.linspace(0.0, half, GRID)
    index = dict(zip(standing["site"], range(standing.height), strict=True))
    able = _able(network).filter(pl.col("site").is_in(sorted(activity.counted)))
    makers = dict(able.group_by("part").agg("site").iter_rows())
    made = activity.rows.group_by("part").agg("size", "place")
    plants = {part: (np.array(size), np.array(place)) for part, size, place in made.iter_rows()}
    reference = activity.totals / max(activity.totals.sum(), 1e-300)
    rows = []
    for part, name in zip(tree.required, tree.names[1:], strict=True):
        size, place = plants.get(part, (np.zeros(0), np.zeros(0, dtype=int)))
        hhi = kernel.herfindahl(size)
        by_region = np.bincount(place, weights=size, minlength=len(activity.regions))
        gamma = kernel.ellison_glaeser(by_region / size.sum(), reference, hhi) if size.sum() > 0 else np.nan
        sites = makers.get(part, [])
        own = np.array(sorted(index[s] for s in sites if s in index), dtype=np.int64)
        rows.append((part, name, gamma, hhi, len(sites), *_localised(everyone, own, at, redraws, seed)))
    return pl.DataFrame(rows, schema=empty(CONCENTRATION).schema, orient="row").fill_nan(None)


def _standing(network: Network, activity: Activity) -> pl.DataFrame:
    exact = ~pl.col("geo_precision").fill_null("site").is_in(["region", "country"])
    sites = network["sites"].filter(exact).drop_nulls(["lat", "lon"]).select("site", "lat", "lon")
    return sites.filter(pl.col("site").is_in(sorted(activity.counted))).sort("site")


def _median_km(standing: pl.DataFrame) -> float:
    step = -(
        -standing.height // MOST_PLANTS
    )  # every site, or so many evenly over the keys that the pairs fit into memory
    some = standing.gather_every(step)
    return float(np.median(kernel.pair_km(unit_vectors(some["lat"], some["lon"]))))


def _localised(
    everyone: np.ndarray, own: np.ndarray, at: np.ndarray, redraws: int, seed: int
) -> tuple[float | None, float | None]:
    """Kilometres of ``at`` over which K leaves the global band upwards, and downwards if never upwards."""
    if not LEAST_PLANTS <= len(own) <= MOST_PLANTS or at[-1] <= 0:
        return None, None
    bandwidth = kernel.silverman(kernel.pair_km(everyone[own]))
    if not np.isfinite(bandwidth):
        return None, None
    k = kernel.plant_density(everyone[own], at, bandwidth)
    band = kernel.envelopes(everyone, len(own), at, bandwidth, redraws=redraws, seed=seed)
    tolerance = 1e-3 * float(band.global_high.max())  # distances of redraws are binned
    closer = float((k > band.global_high + tolerance).mean()) * float(at[-1])
    apart = float((k < band.global_low - tolerance).mean()) * float(at[-1])
    return closer, 0.0 if closer else apart


def hotspots(surface: Places, supply: Supply) -> pl.DataFrame:
    """Give cell, gi_z and hotspot of every cell of the surface, in its order.

    Sites a cell, summed over the cell and the ring of cells around it that belong to the surface.
    """
    counts = supply.held()
    held = {f"{cell:x}": n for cell, n in counts.iter_rows()}
    x = np.array([held.get(cell, 0) for cell in surface.key], dtype=np.float64)
    index = {cell: i for i, cell in enumerate(surface.key)}
    rings = [[index[n] for n in h3.grid_disk(cell, 1) if n in index] for cell in surface.key]
    indptr = np.cumsum([0, *(len(ring) for ring in rings)]).astype(np.int64)
    neighbours = np.array([n for ring in rings for n in sorted(ring)], dtype=np.int64)
    z = hotspot.gi_star(x, indptr, neighbours)
    believed = hotspot.discoveries(hotspot.two_sided(z))
    score = pl.Series("gi_z", z, dtype=pl.Float64).fill_nan(None)
    side = pl.when(pl.col("gi_z") > 0).then(pl.lit("hot")).otherwise(pl.lit("cold"))
    kind = pl.when(pl.Series(believed)).then(side).when(pl.col("gi_z").is_not_null()).then(pl.lit("none"))
    return pl.DataFrame({"cell": pl.Series(surface.key, dtype=pl.String), "gi_z": score}).with_columns(hotspot=kind)


def crossing_table(network: Network, tree: Tree) -> pl.DataFrame:
    """One row a row of the product's bill of materials, by the declaration ``CROSSINGS``.

    A link counts for a row if it carries the child to a site that makes the parent. A row counts once whatever its
    quantity, so that screws do not swamp cells. Without a link of known countries share, weight and crossings are null.
    """
    country = network["sites"].select("site", "country")
    links = (
        network["links"]
        .join(country.rename({"site": "supplier", "country": "from"}), on="supplier", maintain_order="left")
        .join(country.rename({"site": "buyer", "country": "to"}), on="buyer", maintain_order="left")
        .drop_nulls(["from", "to"])
    )
    makers = network["capabilities"].select("site", "part").unique()
    edges = [(g.parent, m) for g in tree.groups for m in g.members]
    rows = []
    for parent, child in edges:
        buyers = makers.filter(pl.col("part") == tree.parts[parent])["site"].to_list()
        used = links.filter((pl.col("part") == tree.parts[child]) & pl.col("buyer").is_in(buyers))
        used = used.sort("supplier", "buyer")
        key = tree.parts[parent], tree.parts[child], tree.names[child], int(tree.tiers[child]), used.height
        rows.append((*key, *_crossed(used)))
    return pl.DataFrame(rows, schema=empty(CROSSINGS).schema, orient="row").sort("tier", "parent", "child")


def _crossed(used: pl.DataFrame) -> tuple[float | None, float | None, float | None, float | None, bool | None]:
    if used.is_empty():
        return None, None, None, None, None
    by_volume = used["volume_per_year"].null_count() == 0 and used["volume_per_year"].sum() > 0
    volume = used["volume_per_year"].to_numpy() if by_volume else np.ones(used.height)
    volume = volume / volume.sum()
    weight = np.array([border_weight(a, b) for a, b in used.select("from", "to").iter_rows()])
    share, weighted = float(volume[weight > 0].sum()), float((volume * weight).sum())
    inferred = float(volume[(used["evidence"] == "inferred").fill_null(value=False).to_numpy()].sum())
    return share, weighted / share if share > 0 else None, weighted, inferred, by_volume


def border_weight(a: str, b: str) -> float:
    """Weight of the border between two countries.

    Examples
    --------
    >>> [border_weight(*pair) for pair in (("DE", "DE"), ("DE", "NO"), ("US", "MX"), ("DE", "TR"))]
    [0.0, 0.2, 0.6, 1.0]
    """
    if a == b:
        return 0.0
    if {a, b} <= member_of("eea") | member_of("eu"):
        return MARKET_WEIGHT
    return USMCA_WEIGHT if {a, b} <= member_of("usmca") else 1.0
