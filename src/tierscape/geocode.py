"""Place sites at their town, offline, and say so: towns that are not clear are findings, never guesses."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.kernels.polygon import KM_PER_DEGREE
from tierscape.reference import country_codes, gazetteer, subdivision_name

SAME_PLACE_KM = 15.0
"""Places of one name that lie this close together are one town and its parts."""

DOMINANT = 10.0
"""A place this many times as large as the next of its name in the country is the one that is meant."""

SHOWN = 4

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"}
)


@dataclass(frozen=True)
class Place:
    """A town of the gazetteer; coordinates in degrees, population null where not known."""

    name: str
    country: str
    region: str | None
    lat: float
    lon: float
    population: int | None

    def __str__(self) -> str:
        region = "" if self.region is None else f"{subdivision_name(self.region) or self.region}, "
        people = "population unknown" if self.population is None else f"about {self.population:,} people"
        return f"{self.name} ({region}{self.country}, {people})"


def fold(name: str) -> str:
    """Fold a name so that case, accents, blanks, hyphens and points do not matter.

    Examples
    --------
    >>> fold("Győr"), fold("Zielona-Góra"), fold("Łódź"), fold("St. Pölten")
    ('gyor', 'zielonagora', 'lodz', 'stpolten')
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]+", "", letters)


def fold_umlauts(name: str) -> str:
    """Fold a name and take ae, oe and ue for the one letter that they may stand for.

    Examples
    --------
    >>> fold_umlauts("Muenchen") == fold_umlauts("München")
    True
    """
    return fold(name).replace("ae", "a").replace("oe", "o").replace("ue", "u")


@cache
def _index() -> Mapping[str, tuple[int, ...]]:
    """Give the rows of the gazetteer by folded name, other spellings included."""
    rows: dict[str, dict[int, None]] = defaultdict(dict)
    table = gazetteer().select("name", "alternates")
    for i, (name, alternates) in enumerate(table.iter_rows()):
        for spelling in (name, *(alternates.split(";") if alternates else ())):
            rows[fold(spelling)][i] = rows[fold_umlauts(spelling)][i] = None
    return {key: tuple(found) for key, found in rows.items() if key}


def find_places(town: str, country: str | None = None) -> list[Place]:
    """Find the places that bear a name.

    Parameters
    ----------
    town : str
        A name as one would write it; case, accents and hyphens do not matter, ``ue`` may stand for ``ü``.
    country : str, optional
        ISO alpha-2; None for the whole world.

    Returns
    -------
    list of Place
        Largest first. Places whose own name is the one asked for go before, and alone stand for, those that have it only
        as another spelling; but a spelling that belongs to a place at least as large is kept.

    Examples
    --------
    >>> [p.name for p in find_places("gyor", "HU")]
    ['Győr']
    """
    for form in (fold, fold_umlauts):
        key = form(town)
        table = gazetteer()[list(_index().get(key, ()))].drop("alternates")
        places = [Place(**row) for row in table.iter_rows(named=True) if country is None or row["country"] == country]
        if places:
            own = [p for p in places if form(p.name) == key]
            largest = max((p.population or 0 for p in own), default=-1)
            kept = [p for p in places if p in own or (p.population or 0) >= largest]
            return sorted(kept, key=lambda p: (-(p.population or 0), p.country, p.region or "", p.name, p.lat, p.lon))
    return []


@cache
def _divisions() -> frozenset[str]:
    return frozenset(gazetteer()["region"].drop_nulls())


def _choose(places: Sequence[Place], region: str | None, country: str | None) -> Place | None:
    """Give the one place that is meant, null where several could be, or where all stand in another region."""
    group = [p for p in places if p.region == region] if region in _divisions() else list(places)
    if not group:
        return None
    dominant = country is not None and len(group) > 1 and (group[0].population or 0) >= DOMINANT * _people(group[1])
    return group[0] if dominant or _together(group) else None


def _people(place: Place) -> int:
    return 1_000 if place.population is None else place.population


def _together(places: Sequence[Place]) -> bool:
    lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
    x = ((lon - lon[0] + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat[0]))
    return bool((np.hypot(x, lat - lat[0]) * KM_PER_DEGREE <= SAME_PLACE_KM).all())


@dataclass
class _Case:
    """Rows that share an outcome: the first row, the town as it stands there, the remedy, how many rows."""

    row: int
    town: str
    remedy: str
    count: int = 0


def place_sites(
    tables: Mapping[str, pl.DataFrame], first_rows: Mapping[str, int] | None = None
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Give coordinates to sites that have a town and none.

    A town is looked up in the shipped gazetteer by its name, in the country of the site, or in the world where the
    country is null. It is taken where it is the only one of that name, where it stands in the site's region, where the
    others of that name lie within 15 km, or where it is ten times as large as the next one in the country. Otherwise
    the coordinates stay null and a finding names the candidates.

    Parameters
    ----------
    tables : Mapping
        Frames by table name; only ``sites`` is looked at.
    first_rows : Mapping, optional
        Row number of the first data row by table, 1 if not given.

    Returns
    -------
    tables : dict
        The frames, ``sites`` with ``lat``, ``lon``, ``geo_precision`` = ``town`` and, where it was null, ``country``.
    findings : list of Finding
        ``geocoded`` (a note), and ``geocode_ambiguous`` and ``geocode_unknown`` (warnings), one a town.
    """
    placed = dict(tables)
    sites = placed.get("sites")
    if sites is None or sites.is_empty():
        return placed, []
    first = (first_rows or {}).get("sites", 1)
    wanted = sites.with_row_index("row").filter(
        pl.col("lat").is_null() & pl.col("lon").is_null() & (pl.col("town").str.strip_chars() != "")
    )
    found: dict[int, Place] = {}
    unclear: dict[tuple[str, str | None, str | None], _Case] = {}
    unknown: dict[tuple[str, str | None], _Case] = {}
    for row, town, country, region in wanted.select("row", "town", "country", "region").iter_rows():
        if country is not None and country not in country_codes():
            continue  # the country is the fault, and is reported as one
        places = find_places(town, country)
        place = _choose(places, region, country)
        if place is not None:
            found[row] = place
        elif places:
            unclear.setdefault((fold(town), country, region), _Case(row, town, _candidates(places))).count += 1
        else:
            if (key := (fold(town), country)) not in unknown:
                unknown[key] = _Case(row, town, _nearest(town, country))
            unknown[key].count += 1
    placed["sites"] = _fill(sites, found)
    return placed, [*_notes(found, wanted, first), *_warnings([*unclear.values()], [*unknown.values()], first)]


def _fill(sites: pl.DataFrame, found: Mapping[int, Place]) -> pl.DataFrame:
    rows = sorted(found)
    new = pl.DataFrame(
        {
            "row": rows,
            "new_lat": [found[r].lat for r in rows],
            "new_lon": [found[r].lon for r in rows],
            "new_country": [found[r].country for r in rows],
            "new_precision": ["town"] * len(rows),
        },
        schema={
            "row": pl.UInt32, "new_lat": pl.Float64, "new_lon": pl.Float64,
            "new_country": pl.String, "new_precision": pl.String,
        },
    )  # fmt: skip
    joined = sites.with_row_index("row").join(new, on="row", how="left", maintain_order="left")
    return joined.with_columns(
        lat=pl.coalesce("lat", "new_lat"),
        lon=pl.coalesce("lon", "new_lon"),
        country=pl.coalesce("country", "new_country"),
        geo_precision=pl.coalesce("new_precision", "geo_precision"),
    ).select(sites.columns)


def _notes(found: Mapping[int, Place], wanted: pl.DataFrame, first: int) -> Iterator[Finding]:
    if found:
        row = min(found)
        yield Finding(
            rule="geocoded", severity="note", table="sites", column="town", count=len(found), row=row + first,
            value=wanted.filter(pl.col("row") == row)["town"].item(),
            problem=f"{len(found)} of {wanted.height} rows without coordinates were placed at their town's centre",
            remedy="Look at them on the map: small places may be missing in the gazetteer. Give lat and lon where the "
            "plant's own place matters.",
        )  # fmt: skip


def _warnings(unclear: Sequence[_Case], unknown: Sequence[_Case], first: int) -> Iterator[Finding]:
    for rule, problem, cases in (
        ("geocode_ambiguous", "places of that name are not clearly the one", unclear),
        ("geocode_unknown", "the gazetteer has no such town", unknown),
    ):
        for case in cases:
            stays = "row stays" if case.count == 1 else "rows stay"
            yield Finding(
                rule=rule, severity="warning", table="sites", column="town", count=case.count, row=case.row + first,
                value=case.town, remedy=case.remedy,
                problem=f"{problem}, so {case.count} {stays} without coordinates",
            )  # fmt: skip


def _candidates(places: Sequence[Place]) -> str:
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return f"Give the country, an ISO 3166-2 region, or lat and lon: {'; '.join(map(str, places[:SHOWN]))}{more}."


@cache
def _names(country: str | None) -> Mapping[str, str]:
    table = gazetteer() if country is None else gazetteer().filter(pl.col("country") == country)
    return {fold(name): name for name in table.sort("population", nulls_last=False)["name"]}


def _nearest(town: str, country: str | None) -> str:
    names = _names(country)
    key = fold(town)
    likely = [n for n in names if n[:1] == key[:1]]
    close = [names[n] for n in difflib.get_close_matches(key, likely, n=3, cutoff=0.7)]
    hint = f" The nearest names are {', '.join(close)}." if close else ""
    return f"Correct the town or its country, or give lat and lon.{hint}"
