"""Typed facts of an example, as rows of the declared tables."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

from tierscape.reference import subdivision_name

FACTS = Path(__file__).parent / "facts"
Row = dict[str, Any]

AREAS = {
    "ev-battery-central-europe": frozenset({"HU", "SK", "CZ", "PL", "DE", "AT", "SI", "RO", "RS"}),
    "auto-electronics-mexico": frozenset({"MX"}),
}
BILLS = {"ev-battery-central-europe": ("pack",), "auto-electronics-mexico": ("pack", "ecu", "harness")}
HOMES = {"ev-battery-central-europe": "DE", "auto-electronics-mexico": "US"}
NAMES = {
    "ev-battery-central-europe": "EV battery packs, Central Europe",
    "auto-electronics-mexico": "Automotive electronics and harnesses, Mexico",
}
ASSEMBLY = {"pack_assembly": "ev_pack_75"}
"""Process of assembly and the product that a site with it is taken to make."""

EVIDENCE = {"verified": "observed", "public knowledge": "inferred"}
SOURCES = {
    "verified": "verified: public source, read",
    "public knowledge": "public knowledge, not read again",
    "retc": "RETC 2022 (SEMARNAT), read as facts",
    "naatbatt": "RETC 2022 (SEMARNAT) and NAATBatt battery supplier list 2026, read as facts",
    "press": "press report, read as facts",
}
AS_OF = {"retc": "2022-12-31", "naatbatt": "2026-01-01"}
UNITS = {
    "t": 1e3, "GWh": 1e6, "million m2": 1e6, "million piece": 1e6,
    "million small set": 1e4, "hundred small set": 1.0,
}  # fmt: skip
"""Units of a part in each unit of an offer; offers count connector housings in small sets, a hundred of which are the part's set."""
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "æ": "ae", "ı": "i"})
_NUTS = {"SI03": "Vzhodna Slovenija", "SI04": "Zahodna Slovenija"}


def read(*path: str) -> list[Row]:
    """Read typed rows; an empty cell is None."""
    with FACTS.joinpath(*path).open(encoding="utf-8", newline="") as file:
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]


def key(name: str) -> str:
    """Make a key of a name: plain letters, lower case, underscores."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return "_".join("".join(c if c.isalnum() else " " for c in plain).lower().split())


def chance(*keys: str) -> float:
    """Give a number from 0 to 1 that depends on the keys alone."""
    return int(hashlib.sha256("/".join(keys).encode()).hexdigest()[:12], 16) / 16**12


def rounded(value: float, digits: int = 3) -> float:
    """Round to significant digits."""
    return float(f"{value:.{digits}g}")


def in_part_units(amount: float, unit: str, part_unit: str) -> float:
    """Convert an amount to the unit of a part: tonnes to kilograms, GWh to kWh, millions to ones."""
    if unit == part_unit:
        return amount
    return amount * UNITS[unit]


def parts_and_bom(example: str, sites: list[Row]) -> tuple[dict[str, Row], list[Row]]:
    """Give the parts by key and the bill of materials that the example needs."""
    bills = BILLS[example]
    bom = [
        {**row, "quantity": float(row["quantity"]), "evidence": "inferred", "source": "planning default"}
        for row in read("bom.csv")
        if row["bill"] in bills
    ]
    used = {row["parent"] for row in bom} | {row["child"] for row in bom} | {p for s in sites for p in s["makes"]}
    parts = {row["part"]: row for row in read("parts.csv") if row["part"] in used}
    for row in parts.values():
        for column in ("unit_value", "unit_mass_kg"):
            row[column] = None if row[column] is None else float(row[column])
    return parts, bom


def sites(example: str) -> list[Row]:
    """Give the sites; ``makes`` is a list, and private columns start with an underscore."""
    rows = []
    for fact in read(example, "sites.csv"):
        kind = fact["register"] or fact["mark"]
        rows.append(
            {
                "site": key(fact["name"]),
                "makes": [p.strip() for p in (fact["makes"] or "").split(";") if p.strip()],
                "geo_precision": "town",
                "opened_year": fact["year"],
                "evidence": EVIDENCE[fact["mark"]],
                "source": f"{SOURCES[kind]}; time to recover illustrative",
                "as_of": AS_OF.get(kind),
                "_source": SOURCES[kind],
                "_capacity": None if fact["capacity"] is None else (float(fact["capacity"]), fact["capacity_unit"]),
                "_capacity_mark": fact["capacity_mark"],
                "_small": fact["scale"] == "small",
                **{
                    c: fact[c] for c in ("name", "organization", "owner_country", "country", "region", "town", "status")
                },
                "lat": float(fact["lat"]),
                "lon": float(fact["lon"]),
            }
        )
    return rows


def organizations(rows: list[Row]) -> list[Row]:
    """Give one row a firm, with the country of its owner where every site that knows it agrees."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["organization"]:
            owners[row["organization"]] |= {row["owner_country"]} - {None}
    return [
        {
            "organization": name,
            "name": name,
            "owner_country": next(iter(found)) if len(found) == 1 else None,
            "evidence": "inferred",
            "source": "public knowledge, not read again",
        }
        for name, found in sorted(owners.items())
    ]


def regions(example: str, rows: list[Row], planned: set[str], wages: dict[str, float]) -> list[Row]:
    """Give the regions of the planned area: those with a site, those in a planning row and the candidates.

    A region stands at the town that has most of its sites: the mean of its sites may lie where nobody is.
    """
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        points[row["region"]].append((row["lat"], row["lon"]))
    towns = {row["region"]: (float(row["lat"]), float(row["lon"])) for row in read(example, "regions.csv")}
    area = {row["region"] for row in rows if row["country"] in AREAS[example]} | planned | set(towns)
    found = []
    for region in sorted(area):
        country = region[:2]
        lat, lon = towns.get(region) or max(sorted(points[region]), key=points[region].count)
        found.append(
            {
                "region": region,
                "name": _NUTS.get(region) or subdivision_name(region),
                "country": country,
                "lat": round(lat, 3),
                "lon": round(lon, 3),
                "labour_pool": rounded(20_000 + 180_000 * chance("labour_pool", region), 2),
                "wage_per_hour": wages[country],
                "evidence": "inferred",
                "source": "illustrative: invented labour pool, wage a prior of the country, point of the town with most sites",
            }
        )
    return found
