"""Frames to Vega-Lite specs: the few pictures that every analysis draws with.

A spec holds one view, is built through Altair from a polars frame, and stays small: values at three significant figures,
coordinates at three decimals. Axis titles carry the unit. Grey means unseen or not scored and is never the colour of 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tierscape.charts.bars import dots_side_by_side, interval_dots, ranked_bars, stacked_bars
from tierscape.charts.grids import heat_grid
from tierscape.charts.look import CATEGORIES, FONT, MOST_ROWS, UNKNOWN, Box
from tierscape.charts.maps import MOST_CELLS, cell_maps, coarser, region_map, small_maps
from tierscape.charts.scatters import labelled_scatter

__all__ = [
    "CATEGORIES",
    "FONT",
    "MOST_CELLS",
    "MOST_ROWS",
    "UNKNOWN",
    "Box",
    "Chart",
    "cell_maps",
    "coarser",
    "dots_side_by_side",
    "heat_grid",
    "interval_dots",
    "labelled_scatter",
    "ranked_bars",
    "region_map",
    "small_maps",
    "stacked_bars",
]


@dataclass(frozen=True)
class Chart:
    """A picture, and what stands in for it where it cannot be seen.

    Parameters
    ----------
    name : str
        Short key, unique within a result; also a file name.
    title : str
        Heading for people.
    spec : dict
        Vega-Lite spec without a title.
    description : str
        Alternative text: one sentence that says what is drawn and what stands out.
    table : str
        Name of the result's table that holds the same numbers.
    note : str
        How to read it, empty if it needs no word.
    """

    name: str
    title: str
    spec: Mapping[str, Any]
    description: str
    table: str
    note: str = ""

    def standalone(self) -> dict[str, Any]:
        """Give the spec with its title and description, to be opened outside a report."""
        return {"title": {"text": self.title, "subtitle": self.note}, "description": self.description, **self.spec}
