"""Small networks for the tests of `density`: everything stands at the centre of one cell unless a line says otherwise."""

from __future__ import annotations

from typing import Any

import h3
import polars as pl

from network_tables import make_network
from tierscape.analyses.density import Density
from tierscape.network import Network

CELL = "8548a207fffffff"
LAT, LON = h3.cell_to_latlng(CELL)
HERE = f"{LAT!r} {LON!r}"
FAR = "52.5 13.4"  # Berlin, out of any reach in these tests
NORTH = f"{LAT + 0.45!r} {LON!r}"  # 50 km north

# The oracle tree of the method: P <- {A, B}, A <- H, B <- {M1 | M2}; no values, so equal weights.
PARTS = """
    part  kind
    P     product
    A     component
    B     component
    H     component
    M1    component
    M2    component
"""
BOM = """
    parent  child  choice
    P       A      .
    P       B      .
    A       H      .
    B       M1     m
    B       M2     m
"""
TWO_PARTS = "part kind\nP product\nA component\nB component"
TWO = "parent child quantity\nP A 1\nP B 1"
REGION = f"region name country lat lon\nR Place MX {HERE}"


def makers(*lines: str, country: str = "MX") -> dict[str, str]:
    """Sites and capabilities from lines ``site parts [place [organization [country]]]``; parts are joined by ``;``."""
    sites, capabilities = ["site country organization lat lon status"], ["site part"]
    organizations: dict[str, None] = {}
    for line in lines:
        words = line.split()
        site, parts, place, owner, land = (*words, *("", "", "here", ".", country)[len(words) :])
        at = {"here": HERE, "far": FAR, "north": NORTH}.get(place, place.replace(",", " "))
        sites.append(f"{site} {land} {owner} {at} operating")
        if owner != ".":
            organizations[owner] = None
        capabilities += [f"{site} {part}" for part in parts.split(";") if part != "."]
    tables = {"sites": "\n".join(sites), "capabilities": "\n".join(capabilities)}
    if organizations:
        tables["organizations"] = "\n".join(["organization", *organizations])
    return tables


def two_parts(*lines: str, **tables: str) -> Network:
    """P <- {A, B}, and the makers in the lines."""
    return make_network(**{"parts": TWO_PARTS, "bom": TWO, "regions": REGION} | makers(*lines) | tables)


def oracle_tree(*lines: str, **tables: str) -> Network:
    """The oracle tree of the method, and the makers in the lines."""
    return make_network(**{"parts": PARTS, "bom": BOM, "regions": REGION} | makers(*lines) | tables)


def row(frame: pl.DataFrame, **where: object) -> dict[str, Any]:
    """Give the one row in which the columns have these values."""
    for name, value in where.items():
        frame = frame.filter(frame[name] == value)
    assert frame.height == 1
    return frame.row(0, named=True)


def region(answer: Density, key: str = "R") -> dict[str, Any]:
    """Give the row of a region."""
    return row(answer.regions, region=key)
