"""What a place offers a new site of a part: own and nearby sites of the part and of all, and what is related to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.io.panel import Panel
from tierscape.kernels.specialisation import location_quotient, presence, proximity, relatedness
from tierscape.quantities.panel_places import Places

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEATURES = {
    "own": "sites of the part in the place, ln(1 + sites)",
    "near": "sites of the part in reach, ln(1 + sites, faded with distance)",
    "related": "relatedness of the place to the part, 0 to 1",
    "total": "all sites in the place, ln(1 + sites)",
    "near_total": "all sites in reach, ln(1 + sites, faded with distance)",
    "distance": "way to the nearest site of the part, ln(1 + km/10)",
}
"""What a new site is explained by, in the order of the columns."""

SCALE_KM = 60.0 / 1.3
"""A site fades to 1/e over one hour on the road: 60 km/h and a detour of 1.3."""
RADIUS_KM = 200.0
FARTHEST_KM = 500.0
DISTANCE_UNIT_KM = 10.0
ACTIVITY_DIGITS = 4
"""Numeric codes are compared at four digits."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """A panel on its places: gives the features of a part at the end of any year, from the rows up to that year alone.

    Parameters
    ----------
    panel : Panel
        Sites.
    places : Places
        Where they stand; located from rows that may be known.
    """

    panel: Panel
    places: Places

    @cached_property
    def first_year(self) -> NDArray[np.int64]:
        """First year of each row."""
        return np.asarray(self.panel.rows["first_year"].to_numpy())

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Part of each row, empty where it is not known."""
        return tuple(self.panel.rows["part"].fill_null("").to_list())

    @cached_property
    def _activities(self) -> tuple[NDArray[np.int64], int]:
        """Activity of each row, −1 where unknown, and how many there are."""
        cut = pl.col("part").str.slice(0, ACTIVITY_DIGITS)
        numeric = pl.col("part").str.contains(r"^\d+$")
        shown = self.panel.rows.select(pl.when(numeric).then(cut).otherwise("part"))["part"]
        distinct = shown.drop_nulls().unique().sort().to_list()
        order = dict(zip(distinct, range(len(distinct)), strict=True))
        at = shown.replace_strict(order, default=-1, return_dtype=pl.Int64).fill_null(-1)
        return at.to_numpy(), len(distinct)

    @cached_property
    def _reach(self):  # type: ignore[no-untyped-def]  # SciPy's sparse arrays bear no types
        return self.places.neighbours(SCALE_KM, RADIUS_KM)

    def of_part(self, codes: tuple[str, ...]) -> Bools:
        """Mark the rows of a part: a numeric code takes all that begin with it, any other only itself.

        Examples
        --------
        >>> import polars as pl
        >>> from tierscape.quantities.panel_places import find_places
        >>> rows = {"site": ["a", "b"], "part": ["336390", "3344"], "lat": [1.0, 2.0], "lon": [1.0, 2.0]}
        >>> panel = Panel.from_frame(pl.DataFrame(rows | {"first_year": [2001, 2002]}))
        >>> Landscape(panel, find_places(panel, until=2002)).of_part(("336",)).tolist()
        [True, False]
        """
        found = [any(c == code or (code.isdigit() and c.startswith(code)) for code in codes) for c in self.codes]
        return np.array(found, dtype=np.bool_)

    def count(self, marked: Bools) -> Floats:
        """Rows by place; shape (places,)."""
        here = self.places.at[marked & (self.places.at >= 0)]
        return np.bincount(here, minlength=len(self.places.keys)).astype(np.float64)

    def features(self, target: Bools, year: int) -> Floats:
        """Features at the end of a year, as ``FEATURES`` names them; shape (places, features).

        Parameters
        ----------
        target : numpy.ndarray of bool, shape (rows,)
            Rows of the part.
        year : int
            Rows that came later are not looked at: neither for counts nor for what is related to what.

        Notes
        -----
        A place that nobody can locate yet has nothing in reach but itself and its nearest site as far as can be: it would be
        hindsight to score it higher. O(places · activities²) time, O(places · activities) memory.
        """
        then = self.first_year <= year
        same, all_sites = self.count(target & then), self.count(then)
        km = self.places.nearest_km(same > 0, FARTHEST_KM)
        columns = (
            np.log1p(same),
            np.log1p(same + self._reach @ same),
            self._related(target, then, same),
            np.log1p(all_sites),
            np.log1p(all_sites + self._reach @ all_sites),
            np.log1p(km / DISTANCE_UNIT_KM),
        )
        return np.column_stack(columns)

    def _related(self, target: Bools, then: Bools, same: Floats) -> Floats:
        """Relatedness of each place to the part, which stands as one activity beside all others."""
        at, number = self._activities
        counts = np.zeros((len(self.places.keys), number + 1))
        rows = then & ~target & (at >= 0) & (self.places.at >= 0)
        np.add.at(counts, (self.places.at[rows], at[rows]), 1.0)
        counts[:, -1] = same
        present = presence(location_quotient(counts, counts.sum(axis=1)))
        return np.asarray(np.nan_to_num(relatedness(present, proximity(present))[:, -1]))
