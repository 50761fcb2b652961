"""The places of a panel: regions or cells, where they lie, and which site belongs to which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from tierscape.errors import Finding, ParameterError
from tierscape.io.panel import Panel
from tierscape.kernels.cells import FINEST, parent
from tierscape.kernels.distance import EARTH_RADIUS_KM, chord, unit_vectors
from tierscape.validate.data import did_you_mean

RESOLUTION = 5
"""H3 resolution of the cells where a panel has no regions."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Places:
    """Places and what belongs to them.

    Parameters
    ----------
    keys : tuple of str, length places
        Regions, or H3 cells as text.
    at : numpy.ndarray of int64, shape (rows of the panel,)
        Place of each row; −1 where it has none.
    lat, lon : numpy.ndarray, shape (places,)
        Degrees; NaN where unknown.
    cells : bool
        Whether they are cells.
    findings : tuple of Finding
        Rows that belong to no place.
    """

    keys: tuple[str, ...]
    at: Ints
    lat: Floats
    lon: Floats
    cells: bool
    findings: tuple[Finding, ...] = ()

    @property
    def word(self) -> str:
        """What a place is called, in the plural."""
        return "cells" if self.cells else "regions"

    def neighbours(self, scale_km: float, radius_km: float) -> csr_array:
        """Weights exp(−d/scale) of the other places within the radius; shape (places, places), nothing on the diagonal."""
        i, j, km = self._pairs(radius_km)
        return csr_array((np.exp(-km / scale_km), (i, j)), shape=(len(self.keys), len(self.keys)))

    def nearest_km(self, held: NDArray[np.bool_], most_km: float) -> Floats:
        """Kilometres to the nearest place that holds something, 0 where it does itself, at most ``most_km``."""
        answer = np.full(len(self.keys), most_km)
        known = np.flatnonzero(np.isfinite(self.lat))
        there = np.flatnonzero(held & np.isfinite(self.lat))
        if len(there) and len(known):
            tree = KDTree(unit_vectors(self.lat[there], self.lon[there]))
            straight, _ = tree.query(unit_vectors(self.lat[known], self.lon[known]))
            answer[known] = np.minimum(_arc(straight), most_km)
        answer[held] = 0.0
        return answer

    def _pairs(self, radius_km: float) -> tuple[Ints, Ints, Floats]:
        known = np.flatnonzero(np.isfinite(self.lat))
        if not len(known):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        tree = KDTree(unit_vectors(self.lat[known], self.lon[known]))
        pairs = tree.query_pairs(chord(radius_km), output_type="ndarray")
        km = _arc(np.linalg.norm(tree.data[pairs[:, 0]] - tree.data[pairs[:, 1]], axis=1))
        i, j = known[pairs[:, 0]], known[pairs[:, 1]]
        return np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([km, km])


def _arc(straight: Floats) -> Floats:
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(straight / 2, 0.0, 1.0)))


def find_places(panel: Panel, *, column: str = "region", resolution: int | None = None, until: int) -> Places:
    """Give every row of a panel its place: the region that a column names, else an H3 cell.

    Parameters
    ----------
    panel : Panel
        Sites.
    column : str
        Column of the panel that names the region.
    resolution : int, optional
        Cells of this resolution, whatever the column holds.
    until : int
        Last year that may be known: a region lies at the mean direction of its sites up to then, and one that has none
        yet lies where nobody knows. A cell always lies at its centre.

    Raises
    ------
    ParameterError
        The panel has no such column.

    Notes
    -----
    One call of H3 a row for cells; O(rows) else.
    """
    if column not in panel.rows.columns:
        known = [name for name in panel.rows.columns if panel.rows.schema[name] == pl.String()]
        raise ParameterError(f"places: the panel has no column '{column}'. {did_you_mean(column, known)}".strip())
    if resolution is None and panel.rows[column].null_count() < panel.rows.height:
        return _regions(panel, column, until)
    return _cells(panel, resolution or RESOLUTION)


def _regions(panel: Panel, column: str, until: int) -> Places:
    names = panel.rows[column].cast(pl.String)
    keys = names.drop_nulls().unique().sort().to_list()
    order = dict(zip(keys, range(len(keys)), strict=True))
    at = names.replace_strict(order, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    lat, lon = (panel.rows[c].fill_null(float("nan")).to_numpy() for c in ("lat", "lon"))
    seen = (at >= 0) & np.isfinite(lat) & (panel.rows["first_year"].to_numpy() <= until)
    total = np.zeros((len(keys), 3))
    np.add.at(total, at[seen], unit_vectors(lat[seen], lon[seen]))
    length = np.linalg.norm(total, axis=1)
    length[length == 0] = np.nan
    middle = total / length[:, None]
    north, east = (
        np.degrees(np.arcsin(np.clip(middle[:, 2], -1, 1))),
        np.degrees(np.arctan2(middle[:, 1], middle[:, 0])),
    )
    return Places(tuple(keys), at, north, east, cells=False, findings=_unplaced(at, f"have no '{column}'"))


def _cells(panel: Panel, resolution: int) -> Places:
    import h3.api.basic_int as h3

    points = zip(panel.rows["lat"].to_list(), panel.rows["lon"].to_list(), strict=True)
    fine = np.array([-1 if lat is None else h3.latlng_to_cell(lat, lon, FINEST) for lat, lon in points], dtype=np.int64)
    coarse = np.where(fine >= 0, parent(np.maximum(fine, 0), resolution), -1)
    cells = np.unique(coarse[coarse >= 0])
    at = np.where(coarse >= 0, np.searchsorted(cells, coarse), -1)
    centres = np.array([h3.cell_to_latlng(int(c)) for c in cells]).reshape(-1, 2)
    keys = tuple(h3.int_to_str(int(c)) for c in cells)
    return Places(keys, at, centres[:, 0], centres[:, 1], cells=True, findings=_unplaced(at, "have no coordinates"))


def _unplaced(at: Ints, clause: str) -> tuple[Finding, ...]:
    count = int((at < 0).sum())
    if not count:
        return ()
    problem = f"{count:,} of {len(at):,} rows {clause} and belong to no place"
    remedy = "They are left out of counts and of truth; fill them in where they are known."
    return (Finding(rule="unplaced", severity="warning", table="panel", problem=problem, remedy=remedy, count=count),)
