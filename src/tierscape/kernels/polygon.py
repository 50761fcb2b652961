"""Points and polygons: which points lie inside, and how far the others are from the edge.

A polygon is its edges: an array of shape (m, 4) with the columns lon 1, lat 1, lon 2, lat 2 in degrees, holes included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KM_PER_DEGREE = 6371.0088 * np.pi / 180.0
_BLOCK = 2_000_000


def ring_edges(ring: Floats) -> Floats:
    """Turn a ring of vertices into edges.

    Parameters
    ----------
    ring : array, shape (n, 2)
        Longitude and latitude of the vertices in degrees; the last may repeat the first or not.

    Returns
    -------
    array, shape (m, 4)
        The edges, the closing one included, without edges of no length.

    Examples
    --------
    >>> ring_edges(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).tolist()
    [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]]
    """
    edges = np.hstack([ring, np.roll(ring, -1, axis=0)])
    long: Floats = edges[(edges[:, :2] != edges[:, 2:]).any(axis=1)]
    return long


def points_inside(lon: Floats, lat: Floats, edges: Floats) -> Bools:
    """Tell which points lie inside a polygon, by the even-odd rule.

    A ray from the point to the east crosses the edges of the polygon an odd number of times if the point is inside.
    Edges are straight in the plane of longitude and latitude. A point on an edge may fall on either side.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Points in degrees, in the same run of longitudes as the polygon.
    edges : array, shape (m, 4)
        Edges of all rings of the polygon, holes included, in any order and direction.

    Returns
    -------
    array of bool, shape (n,)
        Inside or not; a NaN coordinate is not.

    Notes
    -----
    Time O(n m), memory bounded by a block of two million pairs.

    References
    ----------
    M. Shimrat (1962), Algorithm 112: Position of point relative to polygon, Comm. ACM 5(8) 434,
    doi:10.1145/368637.368653.
    """
    x1, y1, x2, y2 = edges.T
    level = y1 == y2
    slope = (x2 - x1) / np.where(level, 1.0, y2 - y1)
    inside = np.zeros(lon.shape, dtype=np.bool_)
    step = max(1, _BLOCK // max(1, len(edges)))
    for start in range(0, lon.size, step):
        x, y = lon[start : start + step, None], lat[start : start + step, None]
        crosses = ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * slope)
        inside[start : start + step] = crosses.sum(axis=1) % 2 == 1
    return inside


def distance_km(lon: Floats, lat: Floats, edges: Floats) -> Floats:
    """Measure how far points are from the nearest of some edges.

    Each point has a plane of its own, with x = (lon - lon_p) cos(lat_p) and y = lat - lat_p: right to within a per cent
    up to some hundred kilometres, away from the poles. An edge is taken on the side of the antimeridian where its first
    vertex is nearer.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Points in degrees.
    edges : array, shape (m, 4)
        Edges in degrees.

    Returns
    -------
    array, shape (n,)
        Kilometres; infinite where there are no edges.

    Notes
    -----
    Time O(n m), memory bounded by a block of two million pairs.
    """
    distance = np.full(lon.shape, np.inf)
    if len(edges) == 0:
        return distance
    x1, y1, x2, y2 = edges.T
    step = max(1, _BLOCK // len(edges))
    for start in range(0, lon.size, step):
        x, y = lon[start : start + step, None], lat[start : start + step, None]
        shrink = np.cos(np.radians(y))
        ax, ay = ((x1 - x + 180.0) % 360.0 - 180.0) * shrink, y1 - y
        dx, dy = (x2 - x1) * shrink, y2 - y1
        square = dx * dx + dy * dy
        share = np.clip(-(ax * dx + ay * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
        gap = np.hypot(ax + share * dx, ay + share * dy)
        distance[start : start + step] = gap.min(axis=1) * KM_PER_DEGREE
    return distance
