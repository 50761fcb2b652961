"""Checks of where sites and nodes stand."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.kernels.distance import great_circle_km
from tierscape.reference import outside_country
from tierscape.validate.data import Data, Fault, plain

PLACED = ("regions", "sites", "nodes")
SAME_SITE_KM = 1.0
SAME_NAME = 0.85
FAR_KM = 300.0
"""Distance from the middle of a region's sites beyond which a site is asked about; regions with four sites or more."""


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
    """A site stands near the other sites of its region."""
    middle = data["sites"].drop_nulls(["region", "lat", "lon"]).group_by("region").agg(
        pl.col("lat").median().alias("_lat"), pl.col("lon").median().alias("_lon"), pl.len().alias("_sites")
    )  # fmt: skip
    rows = data["sites"].join(middle.filter(pl.col("_sites") > 3), on="region", how="left", maintain_order="left")
    km = great_circle_km(*(rows[c].fill_null(float("nan")).to_numpy() for c in ("lat", "lon", "_lat", "_lon")))
    fault = Fault(
        rule="far_from_region", severity="note", clause=f"stand more than {FAR_KM:.0f} km from the middle of their region's sites",
        remedy="Check the region and the coordinates.",
    )  # fmt: skip
    yield from data.found(("sites", "region"), pl.Series(km > FAR_KM), fault, data["sites"]["site"])


def twins(data: Data) -> Iterator[Finding]:
    """Two sites within 1 km with similar names are one, perhaps."""
    sites = data["sites"].with_row_index("_row").drop_nulls(["name", "lat", "lon"])
    cell = (
        (pl.col("lat") * 50).floor().cast(pl.Int64).alias("_y"),
        (pl.col("lon") * 50).floor().cast(pl.Int64).alias("_x"),
    )
    buckets: dict[tuple[int, int], list[tuple[int, str, float, float]]] = {}
    for row, name, town, lat, lon, y, x in sites.select("_row", "name", "town", "lat", "lon", *cell).iter_rows():
        own = plain(name).replace(plain(town or ""), "") or plain(name)  # the town itself makes no two names similar
        buckets.setdefault((y, x), []).append((row, own, lat, lon))
    bad = np.zeros(data["sites"].height, dtype=bool)
    other = [""] * len(bad)
    for (y, x), here in buckets.items():
        around = [s for key in ((y, x + 1), (y + 1, x - 1), (y + 1, x), (y + 1, x + 1)) for s in buckets.get(key, [])]
        pairs = [*combinations(here, 2), *((a, b) for a in here for b in around)]
        for a, b in pairs:
            if _alike(a[1], b[1]) and great_circle_km(*a[2:], *b[2:]) <= SAME_SITE_KM:
                first, second = sorted((a, b))
                bad[second[0]] = True
                other[second[0]] = other[second[0]] or str(data["sites"]["site"][first[0]])
    shown = pl.Series(
        [f"{site} ~ {twin}" for site, twin in zip(data["sites"]["site"], other, strict=True)], dtype=pl.String
    )
    fault = Fault(
        rule="twin_sites", severity="warning", clause="stand within 1 km of a site with a similar name",
        remedy="Merge them if they are one plant; else give names that differ.",
    )  # fmt: skip
    yield from data.found(("sites", "name"), pl.Series(bad), fault, shown)


def _alike(a: str, b: str) -> bool:
    digits = [c for c in a if c.isdigit()], [c for c in b if c.isdigit()]
    return digits[0] == digits[1] and difflib.SequenceMatcher(None, a, b).ratio() >= SAME_NAME


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
