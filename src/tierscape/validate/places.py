"""Checks of where sites and nodes stand."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.kernels.distance import great_circle_km
from tierscape.reference import outside_country
from tierscape.validate.data import Data, Fault, plain

PLACED = ("regions", "sites", "nodes")
SAME_SITE_KM = 1.0
SAME_NAME = 0.85
NEIGHBOURS = 10
"""How many sites on in the order of names a site is compared with, where many stand close together."""
FAR_KM = 300.0
"""Distance from the middle of a region's sites beyond which a site is asked about; regions with four sites or more."""
FAR_TIMES, MOST_OF_THEM = 2.0, 0.8
"""It must also be twice as far as four fifths of the region's sites: some regions are large."""
SEA_KM = 60.0
"""Distance from the mapped coast up to which a seaport counts as inside its country: islands and piers are not mapped."""


def half_points(data: Data) -> Iterator[Finding]:
    """A latitude has its longitude."""
    fault = Fault(rule="half_point", clause="have only one of lat and lon", remedy="Give both, or neither.")
    for table in PLACED:
        frame = data[table]
        yield from data.found(
            (table, "lat+lon"), frame["lat"].is_null() != frame["lon"].is_null(), fault, _point(frame)
        )


def null_island(data: Data) -> Iterator[Finding]:
    """Nothing stands at 0, 0."""
    fault = Fault(
        rule="null_island", severity="warning", clause="stand at 0, 0 in the Gulf of Guinea",
        remedy="Leave lat and lon empty where they are unknown.",
    )  # fmt: skip
    for table in PLACED:
        frame = data[table]
        yield from data.found((table, "lat+lon"), (frame["lat"] == 0) & (frame["lon"] == 0), fault, _point(frame))


def outside(data: Data) -> Iterator[Finding]:
    """A place lies in its country; where its mirror does, latitude and longitude were swapped."""
    for table in PLACED:
        frame = data[table].with_row_index("_row")
        known = frame.filter(
            pl.all_horizontal(pl.col("lat", "lon", "country").is_not_null())
            & ~((pl.col("lat") == 0) & (pl.col("lon") == 0))
        )
        if known.is_empty():
            continue
        country, lat, lon = known["country"].to_list(), known["lat"].to_numpy(), known["lon"].to_numpy()
        out = outside_country(country, lat, lon)
        if table == "nodes":
            port = (known["kind"] == "seaport").fill_null(value=False).to_numpy()
            out &= ~port | outside_country(country, lat, lon, SEA_KM)
        other = known["other_country"].fill_null("").to_list() if table == "nodes" else [""] * known.height
        out &= np.array([not o for o in other]) | outside_country(other, lat, lon)
        turned = out & (np.abs(lon) <= 90)
        turned[turned] = ~outside_country(
            [c for c, t in zip(country, turned, strict=True) if t], lon[turned], lat[turned]
        )
        marks = pl.Series("out", out & ~turned), pl.Series("turned", turned)
        rows = (
            data[table]
            .with_row_index("_row")
            .join(known.select("_row", *marks), on="_row", how="left", maintain_order="left")
        )
        shown = _point(frame) + " in " + frame["country"].fill_null("?")
        swapped = Fault(
            rule="swapped", severity="warning", clause="lie outside their country, but inside it with lat and lon swapped",
            remedy="Swap lat and lon.",
        )  # fmt: skip
        strange = Fault(
            rule="outside_country", severity="warning", clause="lie more than 20 km outside their country",
            remedy="Correct the country or the coordinates.",
        )  # fmt: skip
        yield from data.found((table, "lat+lon"), rows["turned"], swapped, shown)
        yield from data.found((table, "lat+lon"), rows["out"], strange, shown)


def region_of_another_country(data: Data) -> Iterator[Finding]:
    """A site and its region have the same country."""
    regions = data["regions"].select("region", pl.col("country").alias("_of"))
    joined = data["sites"].join(regions, on="region", how="left", maintain_order="left")
    fault = Fault(
        rule="region_country", severity="warning", clause="stand in a region of another country",
        remedy="Correct the region or the country.",
    )  # fmt: skip
    yield from data.found(("sites", "region"), joined["country"] != joined["_of"], fault)


def far_from_region(data: Data) -> Iterator[Finding]:
    """A site stands near the other sites of its region, as near as those stand to each other."""
    placed = data["sites"].with_row_index("_row").drop_nulls(["region", "lat", "lon"])
    middle = placed.group_by("region").agg(
        pl.col("lat").median().alias("_lat"), pl.col("lon").median().alias("_lon"), pl.len().alias("_sites")
    )  # fmt: skip
    placed = placed.join(middle.filter(pl.col("_sites") > 3), on="region", how="inner", maintain_order="left")
    km = pl.Series(great_circle_km(*(placed[c].to_numpy() for c in ("lat", "lon", "_lat", "_lon"))))
    within = pl.col("_km").quantile(MOST_OF_THEM, "lower").over("region")
    usual = placed.select(pl.col("region"), km.alias("_km")).select(within).to_series()
    far = placed["_row"].filter((km > FAR_KM) & (km > FAR_TIMES * usual))
    fault = Fault(
        rule="far_from_region", severity="note", clause=f"stand more than {FAR_KM:.0f} km from the middle of their region's sites",
        remedy="Check the region and the coordinates.",
    )  # fmt: skip
    bad = data["sites"].with_row_index("_row")["_row"].is_in(far.implode())
    yield from data.found(("sites", "region"), bad, fault, data["sites"]["site"])


class _Named(NamedTuple):
    row: int
    name: str
    """The name without the town, folded."""
    whole: str
    town: str
    """The town, folded, where the name carries it."""
    lat: float
    lon: float


def twins(data: Data) -> Iterator[Finding]:
    """Two sites within 1 km with similar names are one, perhaps; names that differ in their towns are not similar."""
    sites = data["sites"].with_row_index("_row").drop_nulls("name")
    sites = sites.filter(pl.col("lat").is_between(-90, 90) & pl.col("lon").is_between(-180, 180))
    cell = (
        (pl.col("lat") * 50).floor().cast(pl.Int64).alias("_y"),
        (pl.col("lon") * 50).floor().cast(pl.Int64).alias("_x"),
    )
    buckets: dict[tuple[int, int], list[_Named]] = {}
    for row, name, town, lat, lon, y, x in sites.select("_row", "name", "town", "lat", "lon", *cell).iter_rows():
        whole, place = plain(name), plain(town or "")
        own = whole.replace(place, "") if place else whole  # the town itself makes no two names similar
        named = _Named(row, own or whole, whole, place if place and place in whole else "", lat, lon)
        buckets.setdefault((y, x), []).append(named)
    twin: dict[int, int] = {}
    for (y, x), here in buckets.items():
        around = [s for key in ((y, x + 1), (y + 1, x - 1), (y + 1, x), (y + 1, x + 1)) for s in buckets.get(key, [])]
        for a, b in _neighbours([*here, *around]):
            if _alike(a, b) and great_circle_km(*a[4:], *b[4:]) <= SAME_SITE_KM:
                first, second = sorted((a.row, b.row))
                twin[second] = min(first, twin.get(second, first))
    key = data["sites"]["site"].to_list()
    shown = [f"{site} ~ {key[twin[row]]}" if row in twin else None for row, site in enumerate(key)]
    fault = Fault(
        rule="twin_sites", severity="warning", clause="stand within 1 km of a site with a similar name",
        remedy="Merge them if they are one plant; else give names that differ.",
    )  # fmt: skip
    values = pl.Series(shown, dtype=pl.String)
    yield from data.found(("sites", "name"), values.is_not_null(), fault, values)


def _neighbours(sites: list[_Named]) -> Iterator[tuple[_Named, _Named]]:
    """Pair each site with those that come next by name: all pairs of a few, and no explosion where many share a place.

    References
    ----------
    M. A. Hernández and S. J. Stolfo, The merge/purge problem for large databases, SIGMOD 1995 (sorted neighbourhood).
    """
    ordered = sorted(sites, key=lambda s: (s.name, s.row))
    for i, site in enumerate(ordered):
        yield from ((site, other) for other in ordered[i + 1 : i + 1 + NEIGHBOURS])


def _alike(a: _Named, b: _Named) -> bool:
    if a.whole == b.whole:
        return True
    if a.town and b.town and a.town not in b.town and b.town not in a.town:
        return False
    if [c for c in a.name if c.isdigit()] != [c for c in b.name if c.isdigit()]:
        return False
    names = difflib.SequenceMatcher(None, a.name, b.name)
    return names.real_quick_ratio() >= SAME_NAME and names.quick_ratio() >= SAME_NAME and names.ratio() >= SAME_NAME


def nowhere(data: Data) -> Iterator[Finding]:
    """A site has a point, a town or a region."""
    frame = data["sites"]
    bad = frame["lat"].is_null() & frame["town"].is_null() & frame["region"].is_null()
    fault = Fault(
        rule="nowhere", severity="warning", clause="have no coordinates, no town and no region",
        remedy="Give one of them; until then the site is not counted.",
    )  # fmt: skip
    yield from data.found(("sites", "lat"), bad, fault, frame["site"])


def _point(frame: pl.DataFrame) -> pl.Series:
    parts = [pl.col(c).cast(pl.String).fill_null("?") for c in ("lat", "lon")]
    return frame.select(pl.concat_str(parts, separator=", ")).to_series()


PLACE_CHECKS = (half_points, null_island, outside, region_of_another_country, far_from_region, twins, nowhere)
