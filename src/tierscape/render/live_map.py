"""The numbers of a map that its reader can move: cells, sites, links and land as columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.charts.look import CATEGORIES, INK, RAMP, UNKNOWN, Box, round_above
from tierscape.charts.maps import coarser
from tierscape.charts.outlines import clipped

MOST_LINKS = 4000
MOST_SITES = 20_000
MOST_CELLS = 6000
WORLD: Box = (-180.0, -85.0, 180.0, 85.0)
LAND_TOLERANCE = 0.06


def live_map_data(
    base: Mapping[str, Any],
    *,
    box: Box,
    cells: pl.DataFrame,
    sites: pl.DataFrame,
    links: pl.DataFrame,
    regions: pl.DataFrame,
) -> dict[str, Any]:
    """Put together what a map that can be moved is drawn from.

    Parameters
    ----------
    base : Mapping
        GeoJSON borders of the world.
    box : tuple of float
        What is shown first: west, south, east, north in degrees.
    cells : polars.DataFrame
        cell (H3), score.
    sites : polars.DataFrame
        site, name, lat, lon, tier, status, makes, country. Those without a place are left out.
    links : polars.DataFrame
        supplier, buyer, part, inferred, offshore (null: unknown). Those with an end that is not drawn are left out; the first
        stay where there are more than ``MOST_LINKS``.
    regions : polars.DataFrame
        name, lat, lon, score.

    Returns
    -------
    dict
        Plain values for JSON; coordinates at two or three decimals of a degree.
    """
    placed = (
        sites.drop_nulls(["lat", "lon"]).sort("tier", "site", nulls_last=True).head(MOST_SITES).with_row_index("at")
    )
    ends = placed.select("site", "at")
    drawn = links.join(ends.rename({"site": "supplier", "at": "source"}), on="supplier", maintain_order="left")
    drawn = drawn.join(ends.rename({"site": "buyer", "at": "target"}), on="buyer", maintain_order="left")
    shown, _ = coarser(cells.select("cell", "score"), "score", most=MOST_CELLS)
    return {
        "box": [round(edge, 2) for edge in box],
        "top": round_above(shown["score"]),
        "land": _land(base),
        "cells": {"ring": [_ring(cell) for cell in shown["cell"]], "score": _figures(shown["score"])},
        "sites": {
            "lat": placed["lat"].round(4).to_list(), "lon": placed["lon"].round(4).to_list(),
            "name": placed.select(pl.coalesce("name", "site")).to_series().to_list(),
            **{name: placed[name].to_list() for name in ("tier", "status", "makes", "country")},
        },
        "links": drawn.head(MOST_LINKS).select("source", "target", "part", "inferred", "offshore").to_dict(as_series=False),
        "links_left_out": max(0, drawn.height - MOST_LINKS),
        "regions": {**regions.select("name", "lat", "lon").to_dict(as_series=False), "score": _figures(regions["score"])},
        "look": {"ramp": RAMP, "categories": CATEGORIES, "unknown": UNKNOWN, "ink": INK},
    }  # fmt: skip


def _figures(values: pl.Series) -> list[float | None]:
    return values.cast(pl.Float64).round_sig_figs(3).to_list()


def _land(base: Mapping[str, Any]) -> list[list[float]]:
    """Give the outer rings of the world's countries, each a flat list of lon and lat."""
    features = clipped(base, WORLD, tolerance=LAND_TOLERANCE)
    polygons = [polygon for feature in features for polygon in feature["geometry"]["coordinates"]]
    return [[round(number, 2) for point in outer for number in point] for outer, *_ in polygons if len(outer) > 3]


def _ring(cell: str) -> list[float]:
    import h3

    return [round(number, 3) for lat, lon in h3.cell_to_boundary(cell) for number in (lon, lat)]
