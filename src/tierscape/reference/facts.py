"""The shipped tables of facts, read as they are."""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parent

_COUNTRY_NUMBERS = (
    "un_ideal_point_2019", "wgi_va_2021", "wgi_pv_2021", "wgi_ge_2021", "wgi_rq_2021", "wgi_rl_2021", "wgi_cc_2021",
    "lpi_2023", "grid_kg_per_kwh", "cit_2023_pct", "labour_cost_per_hour", "labour_cost_prior_usd_2024",
    "trade_scale_us", "trade_scale_eu", "security_scale",
)  # fmt: skip
_COUNTRY_YEARS = ("grid_year", "labour_cost_year", "ituc_rating", "ituc_year")


def _read(name: str, numbers: tuple[str, ...] = (), integers: tuple[str, ...] = ()) -> pl.DataFrame:
    types: dict[str, pl.DataType] = {n: pl.Float64() for n in numbers} | {n: pl.Int64() for n in integers}
    return pl.read_csv(FOLDER / name, infer_schema=False).cast(types)  # type: ignore[arg-type]


@cache
def countries() -> pl.DataFrame:
    """Give what is known of 79 countries.

    Returns
    -------
    DataFrame
        One row a country (``iso2``). Each figure has beside it the column ``…_source`` with a key of
        ``country_sources``; a source that ends in ``_unverified``, ``prior`` or ``ours`` is no published figure.
        Unknown is null.
    """
    return _read("countries.csv", _COUNTRY_NUMBERS, _COUNTRY_YEARS)


@cache
def country_sources() -> pl.DataFrame:
    """Give the sources that the columns of ``countries`` name: key, publisher, title, year, licence, verified, note."""
    return _read("country_sources.csv")


@cache
def democracy() -> pl.DataFrame:
    """Give the V-Dem indices of electoral and liberal democracy, 2024.

    Returns
    -------
    DataFrame
        ``iso2``, ``polyarchy``, ``libdem``, both from 0 to 1. The file is CC BY-SA 4.0, unlike the rest of the package.

    References
    ----------
    V-Dem Institute (2025), V-Dem Country-Year Dataset v15, University of Gothenburg.
    """
    return _read("vdem.csv", ("polyarchy", "libdem"))


@cache
def freight() -> pl.DataFrame:
    """Give factors of freight: emissions, speeds, payloads, detours, rates, transit times and their spread.

    Returns
    -------
    DataFrame
        ``parameter``, ``mode``, ``vehicle_or_lane``, ``value`` with ``unit``, ``low``, ``high``, ``basis``, ``year``,
        ``source`` and ``label`` (a row whose label is ``unverified`` or ``prior`` is no published figure).
    """
    return _read("freight.csv", ("value", "low", "high"), ("year",))


@cache
def crossings() -> pl.DataFrame:
    """Give the border crossings for goods of North America and around the European Union.

    Returns
    -------
    DataFrame
        ``crossing``, its name, the two sides (a country, or ``EU``) with their places, ``mode`` (several joined by
        ``;``), ``lat`` and ``lon`` in degrees, port codes, ``source`` and ``label``.
    """
    return _read("crossings.csv", ("lat", "lon"))


@cache
def hubs() -> pl.DataFrame:
    """Give seaports, airports and rail terminals.

    Returns
    -------
    DataFrame
        ``node``, ``kind``, ``name``, ``country``, ``lat`` and ``lon`` in degrees, ``unlocode``, ``serves``, ``source``,
        ``label``.
    """
    return _read("hubs.csv", ("lat", "lon"))


@cache
def blocs() -> pl.DataFrame:
    """Give who is a member of what: one row a bloc and country, ``bloc``, ``iso2``, ``source``."""
    return _read("blocs.csv")


@cache
def gazetteer() -> pl.DataFrame:
    """Give the towns of the world.

    Returns
    -------
    DataFrame
        ``country``, ``region`` (ISO 3166-2, null where not known), ``name``, ``alternates`` (other spellings joined by
        ``;``, null where there are none), ``lat`` and ``lon`` in degrees, ``population`` (rounded, null = not known).

    References
    ----------
    GeoNames, https://www.geonames.org, CC BY 4.0.
    """
    types = {"lat": pl.Float64(), "lon": pl.Float64(), "population": pl.Int64()}
    with lzma.open(FOLDER / "gazetteer.csv.xz") as file:
        return pl.read_csv(file.read(), infer_schema=False).cast(types)  # type: ignore[arg-type]


@cache
def sources() -> pl.DataFrame:
    """Give the source, licence and vintage of every shipped file, and whether it was checked."""
    return _read("SOURCES.csv")


@cache
def vintages() -> dict[str, str]:
    """Give the vintage of every shipped file."""
    return dict(sources().select("file", "vintage").rows())
