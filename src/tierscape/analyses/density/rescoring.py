"""Sums and scores again, but only of the places that an edit reaches and the parts that it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.analyses.density import dimensions as dim
from tierscape.analyses.density import frames
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import Places, Reach, cell_centres, within_reach
from tierscape.analyses.density.supply import Measure, Supply, counted_supply
from tierscape.graph import Tree
from tierscape.kernels.distance import chord, unit_vectors
from tierscape.network import Network

KEPT = ("site", "organization", "country", "code", "cell", "count", "n")
"""Columns of the counted rows that the sums need."""
MARGIN = 1 + 1e-9
"""On chords, so that no neighbour is missed by a rounding; what is too far then drops out by its distance."""


class Sums(NamedTuple):
    """What stands in reach of every place of one part; arrays of shape (places,), see ``Reach``."""

    cover: np.ndarray
    open: np.ndarray
    own: np.ndarray
    sites: np.ndarray
    n_effective: np.ndarray


def columns_of(reach: Reach) -> tuple[Sums, ...]:
    """Cut the arrays of a full run into one set a part."""
    arrays = reach.cover, reach.open, reach.own, reach.sites, reach.n_effective
    parts = range(reach.cover.shape[1])
    return tuple(Sums(*(np.ascontiguousarray(a[:, k]) for a in arrays)) for k in parts)


def rows_by_part(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Cut the counted rows by part, with the direction of their cell's centre in x, y, z."""
    return {int(key[0]): part for key, part in _directed(rows).partition_by("code", as_dict=True).items()}


def _directed(rows: pl.DataFrame) -> pl.DataFrame:
    cells = rows["cell"].unique().sort()
    centre = unit_vectors(*cell_centres(cells.to_numpy()))
    table = pl.DataFrame({"cell": cells, "x": centre[:, 0], "y": centre[:, 1], "z": centre[:, 2]})
    return rows.select(KEPT).join(table, on="cell", maintain_order="left")


def measured(tree: Tree, reach: Reach, assumptions: DensityAssumptions) -> pl.DataFrame:
    """Compute all columns that rest on the sites in reach, one row a place."""
    least, lowest = frames.bottleneck(tree, reach.cover)
    layers = dim.layer_cover(tree, reach.cover)
    return frames.from_supply(tree, reach, assumptions).with_columns(
        pl.Series("average", dim.completeness(tree, reach.cover, assumptions, rho=-1.0)),
        pl.Series("bottleneck", least),
        pl.Series("bottleneck_part", [tree.parts[i] if i else None for i in lowest], dtype=pl.String),
        pl.Series("layers_sourced", dim.layers_sourced(layers, assumptions.layer_threshold)),
    )


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What no edit changes, and how an edit is worked out in it."""

    network: Network
    tree: Tree
    places: Places
    radius_km: float
    resolution: int
    measure: Measure
    assumptions: DensityAssumptions

    @cached_property
    def directions(self) -> np.ndarray:
        """Unit vectors of the places, shape (places, 3)."""
        return unit_vectors(self.places.lat, self.places.lon)

    def count(self, site: pl.DataFrame, makes: pl.DataFrame) -> pl.DataFrame:
        """Count one site by the rule that counts all: rows of ``capabilities`` that are of use, with cell and count."""
        links = self.network["links"].clear()
        tables = {**self.network.tables, "sites": site, "capabilities": makes, "links": links}
        alone = Network(self.network.name, tables)
        return counted_supply(alone, self.tree, self.measure, self.resolution, self.assumptions).rows

    def replaced(
        self, rows: Mapping[int, pl.DataFrame], site: str, codes: Sequence[int], fresh: pl.DataFrame
    ) -> tuple[dict[int, pl.DataFrame], np.ndarray, pl.DataFrame]:
        """Put the fresh rows of a site in place of its old ones.

        Returns
        -------
        rows : dict of int to polars.DataFrame
            All rows by part.
        touched : numpy.ndarray of int
            Places within reach of an old or a new cell of the site.
        near : polars.DataFrame
            Rows of the given parts in reach of those places.
        """
        fresh = _directed(fresh)
        now = dict(rows)
        moved = [fresh]
        for code in codes:
            stood = rows.get(code, fresh.clear())
            mine = stood["site"] == site
            moved.append(stood.filter(mine))
            others = [stood.filter(~mine), fresh.filter(pl.col("code") == code)]
            now[code] = pl.concat(others, how="vertical_relaxed").sort("cell", "site")
        centres = pl.concat(moved, how="vertical_relaxed").select("x", "y", "z").unique().to_numpy()
        touched = np.flatnonzero(_within(self.directions, centres, self.radius_km))
        candidates = pl.concat([fresh.clear(), *(now[code] for code in codes)], how="vertical_relaxed")
        near = candidates.filter(_within(candidates.select("x", "y", "z").to_numpy(), centres, 2 * self.radius_km))
        return now, touched, near.sort("cell", "code", "site")

    def summed(
        self, sums: Sequence[Sums], codes: Sequence[int], touched: Sequence[int] | np.ndarray, near: pl.DataFrame
    ) -> tuple[tuple[Sums, ...], pl.DataFrame]:
        """Sum anew the given parts at the touched places; give all sums, and the covers that changed."""
        at = np.asarray(touched, dtype=np.int64)
        now = list(sums)
        some, counted = self.some(at), Supply(near, near, near, np.zeros(0, dtype=bool), np.zeros(0), ())
        found = within_reach(self.network, self.tree, some, counted, self.radius_km, self.assumptions)
        place, part, name, before, cover = [], [], [], [], []
        for code in codes:
            fresh = (a[:, code] for a in (found.cover, found.open, found.own, found.sites, found.n_effective))
            now[code] = Sums(*(_put(old, at, new) for old, new in zip(sums[code], fresh, strict=True)))
            for i in np.flatnonzero(now[code].cover[at] != sums[code].cover[at]):
                place.append(some.key[i])
                part.append(self.tree.parts[code])
                name.append(self.tree.names[code])
                before.append(float(sums[code].cover[at[i]]))
                cover.append(float(now[code].cover[at[i]]))
        changed = {"place": place, "part": part, "name": name, "cover_before": before, "cover": cover}
        types = {
            "place": pl.String,
            "part": pl.String,
            "name": pl.String,
            "cover_before": pl.Float64,
            "cover": pl.Float64,
        }
        return tuple(now), pl.DataFrame(changed, schema=types)

    def some(self, at: np.ndarray) -> Places:
        """Give the places at the given positions."""
        p = self.places
        return Places(tuple(p.key[i] for i in at), tuple(p.country[i] for i in at), p.lat[at], p.lon[at])

    def rescored(self, table: pl.DataFrame, sums: Sequence[Sums], touched: np.ndarray) -> pl.DataFrame:
        """Walk the bill of materials again at the touched places, and score all: the score asks what is assessed anywhere."""
        if not len(touched):
            return table
        of = {name: np.stack([getattr(s, name)[touched] for s in sums], axis=1) for name in Sums._fields}
        reach = Reach(**of, amount=of["cover"], pairs=pl.DataFrame())
        fresh = measured(self.tree, reach, self.assumptions)
        changed = table[touched].with_columns(fresh)
        position = np.arange(table.height)
        position[touched] = table.height + np.arange(len(touched))
        return self.scored(pl.concat([table, changed])[position])

    def scored(self, table: pl.DataFrame) -> pl.DataFrame:
        """Add the score, or bring it up to date."""
        return table.with_columns(frames.score(table, self.assumptions).alias("score"))


def _within(points: np.ndarray, centres: np.ndarray, km: float) -> np.ndarray:
    """Tell which points lie within a distance of any centre; all are unit vectors."""
    inside = np.zeros(len(points), dtype=bool)
    for centre in centres:
        inside |= ((points - centre) ** 2).sum(axis=1) <= (chord(km) * MARGIN) ** 2
    return inside


def _put(old: np.ndarray, at: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Give a copy with some values replaced."""
    copy = old.copy()
    copy[at] = new
    return copy
