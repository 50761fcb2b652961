"""Checks of columns that point at a row of one of several tables: targets and subjects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import polars as pl

from tierscape.errors import Finding
from tierscape.reference import country_codes
from tierscape.schema import MODES
from tierscape.validate.columns import country_remedy
from tierscape.validate.data import Data, Fault, did_you_mean

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_CIRCLE = re.compile(rf"^({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})$")
_POLYGON = re.compile(r"^POLYGON\s*\(\((.+)\)\)$", re.IGNORECASE | re.DOTALL)
_CORRIDOR = re.compile(r"^([A-Z]{2})-([A-Z]{2})(?::([a-z]+))?$")
_TABLES = {"site": "sites", "organization": "organizations", "part": "parts", "node": "nodes", "project": "projects",
           "contract": "contracts"}  # fmt: skip


def is_corridor(text: str) -> bool:
    """Whether a text is two countries in alphabetical order, with or without a mode.

    Examples
    --------
    >>> [is_corridor(text) for text in ("MX-US", "CN-DE:rail", "US-MX", "MX-US:mule", "MX-XX")]
    [True, True, False, False, False]
    """
    found = _CORRIDOR.match(text)
    if found is None:
        return False
    one, other, mode = found.groups()
    return one < other and {one, other} <= country_codes() and mode in (None, *MODES)


def is_area(text: str) -> bool:
    """Whether a text is a circle ``lat,lon,radius_km`` or a WKT polygon (longitude before latitude) whose rings close.

    Examples
    --------
    >>> [is_area(text) for text in ("47.7,17.6,50", "47.7,17.6,-5", "POLYGON ((17 47, 18 47, 18 48, 17 47))")]
    [True, False, True]
    """
    circle = _CIRCLE.match(text.strip())
    if circle is not None:
        lat, lon, radius_km = map(float, circle.groups())
        return abs(lat) <= 90 and abs(lon) <= 180 and radius_km > 0
    polygon = _POLYGON.match(text.strip())
    return polygon is not None and all(_is_ring(ring) for ring in re.split(r"\)\s*,\s*\(", polygon.group(1)))


def _is_ring(ring: str) -> bool:
    points = [point.split() for point in ring.split(",")]
    if len(points) < 4 or any(len(p) != 2 or not all(re.fullmatch(_NUMBER, x) for x in p) for p in points):
        return False
    numbers = [(float(lon), float(lat)) for lon, lat in points]
    return numbers[0] == numbers[-1] and all(
        abs(lon) <= 180 and abs(lat) <= 90 and math.isfinite(lon) for lon, lat in numbers
    )


def targets(data: Data) -> Iterator[Finding]:
    """What is hit by a disruption or an event exists, or has the form of its kind."""
    for table in ("disruptions", "events"):
        yield from _pointing(data, table, "target_kind", "target", strict=True)


def subjects(data: Data) -> Iterator[Finding]:
    """What an indicator or an observation is about exists; kinds that no table here must hold give a note."""
    for table in ("indicators", "observations"):
        yield from _pointing(data, table, "subject_kind", "subject", strict=False)


def _pointing(data: Data, table: str, kind_column: str, column: str, *, strict: bool) -> Iterator[Finding]:
    frame = data[table]
    for kind in frame[kind_column].drop_nulls().unique(maintain_order=True).to_list():
        chosen = frame[kind_column] == kind
        distinct = frame.filter(chosen)[column].drop_nulls().unique(maintain_order=True)
        absent = [v for v in distinct if not _HARD[kind](v)] if kind in _HARD else _absent(data, kind, distinct)
        if not absent:
            continue
        error = strict or kind in ("country", "country_pair", "site", "part", "region")
        fault = Fault(
            rule=column, severity="error" if error else "note", clause=f"name no {kind.replace('_', ' ')} that is known",
            remedy=_remedy(data, kind, absent[0]),
        )  # fmt: skip
        bad = chosen & frame[column].is_in(absent)
        yield from data.found((table, column), bad, fault)


_HARD: dict[str, Callable[[str], bool]] = {
    "country": lambda text: text in country_codes(),
    "country_pair": lambda text: is_corridor(text) and ":" not in text,
    "mode": lambda text: text in MODES,
    "area": is_area,
}
"""Kinds whose form alone decides."""


def _absent(data: Data, kind: str, values: pl.Series) -> list[str]:
    """List the values that name nothing of the kind; kinds that no table holds (good, network, lane) name anything."""
    if kind == "corridor":
        nodes = set(data.keys("nodes"))
        return [v for v in values if v not in nodes and not is_corridor(v)]
    if kind == "region":
        known = {*data.keys("regions"), *data["sites"]["region"].drop_nulls()}
        return [v for v in values if v not in known]
    if kind in ("capability", "link"):
        columns = ("site", "part") if kind == "capability" else ("supplier", "buyer", "part")
        table = data["capabilities" if kind == "capability" else "links"]
        joined = set(table.select(pl.concat_str(columns, separator="/")).to_series())
        return [v for v in values if v not in joined]
    if kind in _TABLES:
        return values.filter(~values.is_in(data.keys(_TABLES[kind]).implode())).to_list()
    return []


def _remedy(data: Data, kind: str, first: str) -> str:
    if kind == "country":
        return country_remedy(first)
    if kind in ("country_pair", "corridor"):
        nodes = " or the key of a node" if kind == "corridor" else ""
        return f"Write two country codes in alphabetical order, such as MX-US{nodes}."
    if kind == "mode":
        return f"Write one of {', '.join(MODES)}."
    if kind == "area":
        return "Write 'lat,lon,radius_km', or a WKT polygon (longitude before latitude) that ends where it starts."
    if kind in _TABLES:
        return (
            f"{did_you_mean(first, data.keys(_TABLES[kind]).to_list())}Add it to '{_TABLES[kind]}' or correct the row."
        )
    return f"Correct the row, or add the {kind}; several keys are joined by '/'."


SUBJECT_CHECKS = (targets, subjects)
