"""The base map: borders of the world at 1:50 million, and which country a point lies in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tierscape.kernels.polygon import KM_PER_DEGREE, Bools, Floats, distance_km, points_inside, ring_edges
from tierscape.reference.codes import KOSOVO, country_name, numeric_codes
from tierscape.reference.facts import FOLDER

_WITHOUT_NUMBER = {"Kosovo": KOSOVO, "N. Cyprus": "CY", "Somaliland": "SO"}
"""Features of the map without an ISO number: the code under which ISO 3166-1 counts them."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Polygon:
    """A piece of a country.

    Parameters
    ----------
    country : str or None
        ISO alpha-2; null for the few features that have none.
    name : str
        Name on the map.
    rings : tuple of array, shape (n, 2)
        Longitude and latitude, outer ring first; closed, clockwise outside as d3-geo has it.
    edges : array, shape (m, 4)
        All edges, with longitudes that run on across the antimeridian.
    box : array, shape (4,)
        West, south, east, north of the edges.
    """

    country: str | None
    name: str
    rings: tuple[Floats, ...]
    edges: Floats
    box: Floats


@cache
def polygons() -> tuple[Polygon, ...]:
    """Give all pieces of all countries, in the order of the map.

    Notes
    -----
    TopoJSON keeps borders once, as arcs of integers: each point is the step from the one before, to be scaled and
    shifted; a ring names its arcs in order, with ``~i`` for arc i backwards.

    References
    ----------
    The TopoJSON Format Specification 1.0, sections 2.1.3 to 2.1.4.
    """
    world = json.loads((FOLDER / "countries-50m.json").read_text(encoding="utf-8"))
    scale, shift = np.array(world["transform"]["scale"]), np.array(world["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in world["arcs"]]
    numeric, found = numeric_codes(), []
    for feature in world["objects"]["countries"]["geometries"]:
        name = feature["properties"]["name"]
        country = numeric[feature["id"]] if "id" in feature else _WITHOUT_NUMBER.get(name)
        pieces = feature["arcs"] if feature["type"] == "MultiPolygon" else [feature["arcs"]]
        for piece in pieces:
            rings = tuple(_ring(arcs, numbers) for numbers in piece)
            edges = np.vstack([ring_edges(_unrolled(ring)) for ring in rings])
            ends = edges.reshape(-1, 2)
            found.append(Polygon(country, name, rings, edges, np.concatenate([ends.min(axis=0), ends.max(axis=0)])))
    return tuple(found)


def _ring(arcs: list[Floats], numbers: list[int]) -> Floats:
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers]
    return np.vstack([parts[0], *(p[1:] for p in parts[1:])])


def _unrolled(ring: Floats) -> Floats:
    """Let longitudes run on across the antimeridian; a ring around a pole is closed along the pole."""
    lon = np.unwrap(ring[:, 0], period=360.0)
    flat = np.column_stack([lon, ring[:, 1]])
    if abs(lon[-1] - lon[0]) < 180.0:
        return flat
    pole = -90.0 if ring[:, 1].mean() < 0 else 90.0
    return np.vstack([flat, [[lon[-1], pole], [lon[0], pole]]])


@cache
def _boxes() -> Floats:
    """Boxes of all pieces, shape (n, 4)."""
    return np.array([polygon.box for polygon in polygons()])


def _around(lon: Floats, lat: Floats) -> Iterator[Polygon]:
    """Give the pieces whose box touches that of the points: for a point or two, a handful of all there are."""
    west, south = (np.fmin.reduce(x, initial=np.inf) for x in (lon, lat))
    east, north = (np.fmax.reduce(x, initial=-np.inf) for x in (lon, lat))
    box = _boxes()
    touch = np.zeros(len(box), dtype=np.bool_)
    for turn in (-360.0, 0.0, 360.0):
        touch |= (box[:, 0] <= east + turn) & (box[:, 2] >= west + turn)
    touch &= (box[:, 1] <= north) & (box[:, 3] >= south)
    return (polygons()[i] for i in np.flatnonzero(touch))


def _near(lon: Floats, lat: Floats, polygon: Polygon, margin_km: float = 0.0) -> Iterator[tuple[np.ndarray, float]]:
    """Give the points in the box of a polygon, by the turn of 360 degrees that brings them there."""
    west, south, east, north = polygon.box
    margin = margin_km / KM_PER_DEGREE
    wide = margin / np.maximum(np.cos(np.radians(np.minimum(np.abs(lat) + margin, 89.9))), 1e-3)
    for turn in (-360.0, 0.0, 360.0):
        x = lon + turn
        at = np.flatnonzero((x >= west - wide) & (x <= east + wide) & (lat >= south - margin) & (lat <= north + margin))
        if at.size:
            yield at, turn


def country_at(lat: Floats, lon: Floats) -> list[str | None]:
    """Name the country that each point lies in.

    Parameters
    ----------
    lat, lon : array, shape (n,)
        Degrees; NaN for no point.

    Returns
    -------
    list of str or None
        ISO alpha-2, or XK; null at sea, and on the few specks of the map that have no code. Overseas parts that the map
        draws with their state have its code.

    Examples
    --------
    >>> country_at(np.array([52.52, 0.0]), np.array([13.40, -30.0]))
    ['DE', None]
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    answer: list[str | None] = [None] * lat.size
    for polygon in _around(lon, lat):
        for at, turn in _near(lon, lat, polygon):
            for i in at[points_inside(lon[at] + turn, lat[at], polygon.edges)]:
                answer[i] = polygon.country
    return answer


def outside_country(country: Sequence[str | None], lat: Floats, lon: Floats, tolerance_km: float = 20.0) -> Bools:
    """Tell which points lie outside the country that they are said to lie in.

    Parameters
    ----------
    country : sequence of str or None, length n
        ISO alpha-2.
    lat, lon : array, shape (n,)
        Degrees; NaN for no point.
    tolerance_km : float
        Distance from the border up to which a point still counts as inside: the map is generalised.

    Returns
    -------
    array of bool, shape (n,)
        Outside by more than the tolerance. False where the country is null or not on the map, or a coordinate is NaN.

    Examples
    --------
    >>> outside_country(["HU", "DE"], np.array([47.74, 47.74]), np.array([18.12, 18.12])).tolist()
    [False, True]
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    stated = np.array([c or "" for c in country], dtype=object)
    outside = np.isin(stated, [p.country for p in polygons() if p.country]) & np.isfinite(lat) & np.isfinite(lon)
    asked = set(stated[outside])
    for polygon in polygons():
        if polygon.country not in asked:
            continue
        mine = np.flatnonzero(outside & (stated == polygon.country))
        if mine.size == 0:
            continue
        for near, turn in _near(lon[mine], lat[mine], polygon, tolerance_km):
            at = mine[near]
            x, y = lon[at] + turn, lat[at]
            inside = points_inside(x, y, polygon.edges)
            inside[~inside] = distance_km(x[~inside], y[~inside], polygon.edges) <= tolerance_km
            outside[at[inside]] = False
    return outside


def borders_geojson(bbox: Box | None = None, decimals: int = 2) -> dict[str, Any]:
    """Give the borders of the countries as GeoJSON for a map.

    Parameters
    ----------
    bbox : tuple of float, optional
        West, south, east, north in degrees: pieces that lie wholly outside are left out. None for the world.
    decimals : int
        Decimals of a degree that coordinates keep; points that fall together are one.

    Returns
    -------
    dict
        A FeatureCollection with one feature a country in the order of the map, with the properties ``iso2`` (null for
        the few that have none) and ``name``. Outer rings run clockwise, as d3-geo and so Vega-Lite want them; RFC 7946
        has them the other way round.
    """
    features: dict[tuple[str | None, str], list[list[list[list[float]]]]] = {}
    for polygon in polygons():
        if bbox is not None and not _touches(polygon.box, bbox):
            continue
        outer, *holes = (_rounded(ring, decimals) for ring in polygon.rings)
        if outer:
            features.setdefault((polygon.country, polygon.name), []).append([outer, *(h for h in holes if h)])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"iso2": iso2, "name": country_name(iso2) if iso2 and iso2 != "CY" else name},
                "geometry": {"type": "MultiPolygon", "coordinates": pieces},
            }
            for (iso2, name), pieces in features.items()
        ],
    }


def _touches(box: Floats, bbox: Box) -> bool:
    west, south, east, north = bbox
    return bool(
        box[1] <= north and box[3] >= south
        and any(box[0] + turn <= east and box[2] + turn >= west for turn in (-360.0, 0.0, 360.0))
    )  # fmt: skip


def _rounded(ring: Floats, decimals: int) -> list[list[float]]:
    """Round a ring and drop points that fall together; empty where no area is left, or it would turn inside out."""
    points = np.round(ring, decimals) + 0.0
    keep = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
    kept: list[list[float]] = points[keep].tolist()
    return kept if len(kept) >= 4 and _area(points) * _area(ring) > 0 else []


def _area(ring: Floats) -> float:
    """Area of a closed ring in square degrees, negative where it runs clockwise."""
    x, y = np.unwrap(ring[:, 0], period=360.0), ring[:, 1]
    x, y = x - x[0], y - y[0]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2.0
