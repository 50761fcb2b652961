"""Small networks of the worked cases of `stress`: a chain, two suppliers of one input, and what is wrong with some of them."""

from __future__ import annotations

import polars as pl

from network_tables import make_network
from tierscape.network import Network

YEAR = 365
SITES = """
site organization country region ttr_days
FG   A            DE      R1     20
CO   B            DE      R2     20
RW   C            PL      R3     20
"""
PARTS = """
part kind      unit_value
fg   product   500
comp component 50
raw  material  5
"""
BOM = """
parent child quantity essential
fg     comp  1        true
comp   raw   1        true
"""
MADE = """
site part capacity_per_year finished_stock_days
FG   fg   3650              5
CO   comp 3650              0
RW   raw  3650              2
"""
LINKS = """
supplier buyer part volume_per_year stock_days unit_price
CO       FG    comp 3650            3          50
RW       CO    raw  3650            0          5
"""
DEMAND = """
region product year volume_per_year unit_margin
R1     fg      2026 3650            100
"""
REGIONS = """
region name  country lat  lon
R1     One   DE      50.0 10.0
R2     Two   DE      51.0 11.0
R3     Three PL      52.0 17.0
"""


def chain(*, ttr: tuple[float | None, ...] = (20, 20, 20), **changed: str | pl.DataFrame) -> Network:
    """T1 of the method page: stocks of 50, 30 and 20 units at the maker of the good, of the component and of the raw material."""
    lines = SITES.strip().splitlines()
    sites = [
        lines[0],
        *(f"{line.rsplit(maxsplit=1)[0]} {'.' if t is None else t}" for line, t in zip(lines[1:], ttr, strict=True)),
    ]
    tables = {
        "regions": REGIONS, "sites": "\n".join(sites), "parts": PARTS, "bom": BOM, "capabilities": MADE, "links": LINKS,
        "demand": DEMAND,
    }  # fmt: skip
    organizations = "organization country\nA DE\nB DE\nC PL"
    return make_network(**(tables | {"organizations": organizations} | changed))


def star() -> Network:
    """T2 of the method page: a good of two components, of which one has two makers, and one raw material."""
    return make_network(
        regions=REGIONS,
        organizations="organization country\nA DE\nB DE\nC PL\nD PL",
        sites="""
        site organization country region ttr_days
        FG   A            DE      R1     20
        C12  B            DE      R2     20
        C8   D            PL      R3     20
        RW   C            PL      R3     20
        """,
        parts=PARTS,
        bom="""
        parent child quantity essential
        fg     comp  2        true
        fg     raw   1        true
        """,
        capabilities="""
        site part capacity_per_year finished_stock_days
        FG   fg   3650              5
        C12  comp 4380              0
        C8   comp 2920              0
        RW   raw  3650              0
        """,
        links="""
        supplier buyer part volume_per_year stock_days unit_price
        C12      FG    comp 4380            3          50
        C8       FG    comp 2920            3          50
        RW       FG    raw  3650            2          5
        """,
        demand=DEMAND,
    )
