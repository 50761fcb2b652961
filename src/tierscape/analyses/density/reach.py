"""Places, what is within reach of each, and how much of every part that covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import h3
import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from tierscape import reference
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.points import region_points
from tierscape.analyses.density.supply import Supply
from tierscape.errors import ParameterError
from tierscape.graph import Tree
from tierscape.kernels import smooth
from tierscape.kernels.distance import chord, great_circle_km, unit_vectors
from tierscape.network import Network
from tierscape.quantities.stated import stated

SURFACE_LIMIT = 50_000
"""Most cells of a surface; above it only cells that hold sites are scored."""


@dataclass(frozen=True, eq=False)
class Places:
    """Points that are scored: ``key``, ``country``, ``lat``, ``lon``, all of the same length."""

    key: tuple[str, ...]
    country: tuple[str | None, ...]
    lat: np.ndarray
    lon: np.ndarray

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, eq=False)
class Reach:
    """What is within reach of every place; arrays have the shape (places, parts).

    ``cover`` counts border delays, ``open`` no delay, ``own`` only the own territory; ``amount`` is the cover before it is cut
    at 1. ``pairs`` lists the neighbours: place,
    cell (int64) and km.
    """

    cover: np.ndarray
    open: np.ndarray
    own: np.ndarray
    sites: np.ndarray
    n_effective: np.ndarray
    amount: np.ndarray
    pairs: pl.DataFrame


def region_places(network: Network, assumptions: DensityAssumptions) -> tuple[Places, tuple[str, ...]]:
    """Give the regions that have a point, and the keys of those that have none.

    Raises
    ------
    ParameterError
        A region that is asked for is no row of ``regions``.
    """
    regions = region_points(network)
    if assumptions.regions is not None:
        unknown = sorted(set(assumptions.regions) - set(regions["region"]))
        if unknown:
            near = get_close_matches(unknown[0], regions["region"].to_list(), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise ParameterError(f"assumptions.regions: '{unknown[0]}' is no region of the network.{hint}")
        regions = regions.filter(pl.col("region").is_in(list(assumptions.regions)))
    lost = regions.filter(pl.col("lat").is_null())["region"].to_list()
    placed = regions.drop_nulls(["lat", "lon"])
    places = Places(
        tuple(placed["region"]), tuple(placed["country"]), placed["lat"].to_numpy(), placed["lon"].to_numpy()
    )
    return places, tuple(lost)


def surface_places(supply: Supply, countries: Sequence[str], radius_km: float, resolution: int) -> Places:
    """Give the cells of the density surface: those that hold sites, and all within reach of one in the given countries."""
    occupied = supply.rows.group_by("cell", maintain_order=True).agg(pl.col("country").drop_nulls().min())
    home = dict(occupied.iter_rows())
    edge = h3.average_hexagon_edge_length(resolution, unit="km")
    rings = int(np.ceil(radius_km / (edge * np.sqrt(3))))
    wanted = [h3.int_to_str(c) for c, country in home.items() if country in set(countries)]
    filled: set[int] = set()
    if len(wanted) * 3 * rings * (rings + 1) < 40 * SURFACE_LIMIT:
        filled = {h3.str_to_int(c) for cell in wanted for c in h3.grid_disk(cell, rings)}
    cells = sorted(home) if len(filled) > SURFACE_LIMIT else sorted(filled | set(home))
    lat, lon = cell_centres(np.array(cells, dtype=np.int64))
    there = reference.country_at(lat, lon)
    keep, country_of = [], []
    for i, cell in enumerate(cells):
        country = home.get(cell) or there[i]
        if cell in home or country in countries:
            keep.append(i)
            country_of.append(country)
    return Places(tuple(f"{cells[i]:x}" for i in keep), tuple(country_of), lat[keep], lon[keep])


def cell_centres(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude of the centres of H3 cells given as int64."""
    centres = [h3.cell_to_latlng(h3.int_to_str(int(cell))) for cell in cells]
    lat_lon = np.array(centres, dtype=np.float64).reshape(-1, 2)
    return lat_lon[:, 0], lat_lon[:, 1]


def within_reach(
    network: Network, tree: Tree, places: Places, supply: Supply, radius_km: float, assumptions: DensityAssumptions
) -> Reach:
    """Sum the decayed supply around every place."""
    rows = supply.rows
    cells = rows["cell"].unique(maintain_order=True).to_numpy()
    indptr, near_cell, near_km = _neighbours(places, cells, radius_km)
    codes, borders = _borders(network, places, rows["country"].to_list(), assumptions)
    slots, firms = supply.firm_slots()
    entry_ptr = np.searchsorted(rows["cell"].to_numpy(), np.append(cells, np.iinfo(np.int64).max)).astype(np.int64)
    amounts = rows["count"].to_numpy(), rows["n"].to_numpy()
    entries = (entry_ptr, rows["code"].to_numpy(), codes, *amounts, slots)
    hours = speed(network, tree, assumptions)
    headline, opened, own, sites, n_effective = smooth.smooth(
        (indptr, near_cell, near_km), entries, hours, borders, firms
    )
    full = smooth.ONE * assumptions.sites_for_full
    place = np.repeat(np.arange(len(places)), np.diff(indptr))
    pairs = pl.DataFrame({"place": place, "cell": cells[near_cell], "km": near_km})
    cover, free, home = (np.minimum(1.0, sums / full) for sums in (headline, opened, own))
    return Reach(cover, free, home, sites, n_effective, headline / full, pairs)


def ends_of(
    reach: Reach,
    network: Network,
    tree: Tree,
    places: Places,
    supply: Supply,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> tuple[np.ndarray, Reach]:
    """Give the cover that rests on evidence alone, and the reach if all that is unknown were there."""
    known = within_reach(network, tree, places, supply.without_inferred(), radius_km, assumptions)
    if (supply.rows["count"] == supply.rows["count_high"]).all():
        return known.cover, reach
    return known.cover, within_reach(network, tree, places, supply.at_best(), radius_km, assumptions)


def _neighbours(places: Places, cells: np.ndarray, radius_km: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not len(cells) or not len(places):
        return np.zeros(len(places) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
    lat, lon = cell_centres(cells)
    tree = cKDTree(unit_vectors(lat, lon))
    found = tree.query_ball_point(
        unit_vectors(places.lat, places.lon), chord(radius_km) * (1 + 1e-9), return_sorted=True
    )
    counts = np.array([len(f) for f in found], dtype=np.int64)
    near = np.concatenate([np.asarray(f, dtype=np.int64) for f in found])
    place = np.repeat(np.arange(len(places)), counts)
    km = great_circle_km(places.lat[place], places.lon[place], lat[near], lon[near])
    inside = km <= radius_km
    indptr = np.concatenate([[0], np.cumsum(np.bincount(place[inside], minlength=len(places)))]).astype(np.int64)
    return indptr, near[inside], km[inside]


def speed(network: Network, tree: Tree, assumptions: DensityAssumptions) -> tuple[np.ndarray, np.ndarray]:
    """Hours of travel a kilometre of great circle, and hours of reach, of every part, shape (parts,) each."""
    kinds = ["component" if kind == "product" else kind for kind in tree.kinds]
    modes = [getattr(assumptions.mode_by_kind, kind) for kind in kinds]
    per_km = [getattr(assumptions.detour, mode) / getattr(assumptions.speed_kmh, mode) for mode in modes]
    given = stated(network, "reach_hours", ["part"], low=0.1, high=1000)
    reach = [
        given.get(part, getattr(assumptions.reach_hours, kind)) for part, kind in zip(tree.parts, kinds, strict=True)
    ]
    return np.array(per_km), np.array(reach)


def _borders(
    network: Network, places: Places, site_country: list[str | None], assumptions: DensityAssumptions
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    known = sorted({c for c in (*places.country, *site_country) if c is not None})
    index: dict[str | None, int] = {c: i for i, c in enumerate(known)} | {None: len(known)}
    delay = np.full((len(index), len(index)), assumptions.border_hours.other)
    same = np.zeros((len(index), len(index)), dtype=np.bool_)
    given = border_delays(network)
    for a, i in index.items():
        for b, j in index.items():
            if a is not None and b is not None:
                delay[i, j] = border_delay(a, b, assumptions, given)
                same[i, j] = _same_territory(a, b, assumptions.territory)
    place = np.array([index[c] for c in places.country], dtype=np.int64)
    return np.array([index[c] for c in site_country], dtype=np.int64), (place, delay, same)


def border_delays(network: Network) -> dict[str, float]:
    """Give the delays that the network states itself, by pair of countries in alphabetical order."""
    return stated(network, "border_delay_hours", ["country_pair"], low=0, high=720)


def border_delay(a: str, b: str, assumptions: DensityAssumptions, given: dict[str, float]) -> float:
    """Hours lost between two countries."""
    if a == b:
        return 0.0
    pair = "-".join(sorted((a, b)))
    if pair in given:
        return given[pair]
    if reference.same_customs_union(a, b):
        return assumptions.border_hours.same_union
    return assumptions.border_hours.same_bloc if reference.same_bloc(a, b) else assumptions.border_hours.other


def _same_territory(a: str, b: str, territory: str) -> bool:
    if a == b:
        return True
    if territory == "customs_union":
        return reference.same_customs_union(a, b)
    return territory == "bloc" and (reference.same_bloc(a, b) or reference.same_customs_union(a, b))
