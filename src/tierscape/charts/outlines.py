"""Shapes cut to what a map shows: borders clipped to a box, the outer edge of a set of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tierscape.charts.look import Box

Ring = list[list[float]]


def clipped(base: Mapping[str, Any], box: Box, *, tolerance: float = 0.0) -> list[dict[str, Any]]:
    """Cut the borders of a map to a box, so that a page carries no more of a large country than it shows.

    Parameters
    ----------
    base : Mapping
        GeoJSON FeatureCollection of polygons and multipolygons.
    box : tuple of float
        West, south, east, north in degrees.
    tolerance : float
        Degrees by which a simplified edge may leave the true one; 0 keeps every corner.

    Returns
    -------
    list of dict
        GeoJSON features that hold a piece inside the box, with their properties and the sense of their rings.

    References
    ----------
    Clipping: Sutherland and Hodgman (1974), Communications of the ACM 17:32. Simplifying: Douglas and Peucker (1973),
    Cartographica 10:112.
    """
    features = []
    for feature in base["features"]:
        given = feature["geometry"]
        pieces = given["coordinates"] if given["type"] == "MultiPolygon" else [given["coordinates"]]
        kept = []
        for outer, *holes in pieces:
            cut = _cut(outer, box, tolerance)
            if cut:
                kept.append([cut, *(hole for hole in (_cut(h, box, tolerance) for h in holes) if hole)])
        if kept:
            features.append({**feature, "geometry": {"type": "MultiPolygon", "coordinates": kept}})
    return features


def _cut(ring: Ring, box: Box, tolerance: float) -> Ring:
    """Cut a closed ring at the four sides of a box, one side after the other; empty if less than a triangle is left."""
    west, south, east, north = box
    points = [list(point) for point in ring]
    for axis, bound, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        kept: Ring = []
        for a, b in pairwise(points):
            inside_a, inside_b = sign * (a[axis] - bound) >= 0, sign * (b[axis] - bound) >= 0
            if inside_a:
                kept.append(a)
            if inside_a != inside_b:
                share = (bound - a[axis]) / (b[axis] - a[axis])
                kept.append([round(p + share * (q - p), 3) for p, q in zip(a, b, strict=True)])
        points = [*kept, kept[0]] if kept else []
    points = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    points = _simpler(points, tolerance) if tolerance else points
    return points if len(points) >= 4 else []


def _simpler(ring: Ring, tolerance: float) -> Ring:
    """Keep the corners of a closed ring that lie farther than the tolerance from the line between those kept."""
    if len(ring) < 4:
        return []
    xy = np.array(ring)
    far = int(np.hypot(*(xy - xy[0]).T).argmax())
    keep = np.zeros(len(ring), dtype=bool)
    keep[[0, far, -1]] = True
    open_ends = [(0, far), (far, len(ring) - 1)]
    while open_ends:
        start, end = open_ends.pop()
        if end - start < 2:
            continue
        along = xy[end] - xy[start]
        away = xy[start + 1 : end] - xy[start]
        length = max(float(np.hypot(*along)), 1e-12)
        off = np.abs(away[:, 0] * along[1] - away[:, 1] * along[0]) / length
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = start + 1 + worst
            keep[middle] = True
            open_ends += [(start, middle), (middle, end)]
    return [point for point, kept in zip(ring, keep, strict=True) if kept]


def cell_outlines(cells: Sequence[str]) -> dict[str, Any] | None:
    """Give the outer edges of a set of H3 cells of one resolution as GeoJSON lines; None if there is no cell."""
    import h3

    if not cells:
        return None
    shape = h3.cells_to_h3shape(list(cells), tight=False)
    rings = [ring for polygon in shape for ring in (polygon.outer, *polygon.holes)]
    lines = [[[round(lon, 3), round(lat, 3)] for lat, lon in (*ring, ring[0])] for ring in rings]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": lines}}
