"""Lanes: how far goods travel between two sites, how long, what it costs and what it emits."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.quantities.lane_factors import MODE, SCOPE, ZONES, figure, lane_factors
from tierscape.quantities.lane_legs import LaneOptions, complete, legs_of
from tierscape.quantities.lane_stated import stated_factors, stated_freight
from tierscape.quantities.plurals import counted

__all__ = ["LaneOptions", "lane_findings", "lane_legs", "lanes"]

FAR_SEA_KM = 5000.0
"""Way at sea from which a container is charged as on the ocean, below as short sea; our judgement."""

Floats = NDArray[np.float64]


def lanes(network: Network, rows: pl.DataFrame | None = None, options: LaneOptions = LaneOptions()) -> pl.DataFrame:  # noqa: B008 - frozen
    """Find mode, distance, time, freight and emissions of lanes, as stated or else measured.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``nodes``, ``parts``, ``indicators``, ``meta``.
    rows : polars.DataFrame, optional
        ``supplier``, ``buyer``, ``part`` and, if known, ``mode``, ``route``, ``distance_km``, ``transit_days``,
        ``freight_per_unit``; ``network["links"]`` by default. What is null or left out is found.
    options : LaneOptions

    Returns
    -------
    polars.DataFrame
        One row a lane, in the order given: ``supplier``, ``buyer``, ``part``, ``mode``, ``mode_inferred``, ``distance_km``,
        ``distance_method``, ``transit_days``, ``freight_per_unit``, ``freight_low``, ``freight_high`` (money a unit),
        ``kg_per_unit``, ``kg_low``, ``kg_high`` (CO2e), ``scope``, ``source``, ``freight_source``. Null is unseen, never 0.

    Raises
    ------
    DataError
        A site or mode is unknown, a number is negative, or a stated emission factor is not well-to-wheel.

    Notes
    -----
    kg CO2e = mass [t] · distance [km] · factor [g/t-km] / 1000, summed over legs; O(lanes). A factor or freight that the
    network states in ``indicators`` comes before the shipped one. Ranges are those of the factor times those of a distance
    that was measured, not stated.

    References
    ----------
    ISO 14083:2023, transport chains. Factors: see ``tierscape.reference.freight``.

    Examples
    --------
    >>> import tierscape
    >>> lanes(tierscape.load("mini")).select("mode", "distance_method").row(0)
    ('road', 'stated')
    """
    given = complete(network["links"] if rows is None else rows, options)
    legs = _moved(network, given, options)
    single = legs.height == given.height
    sums = ("km", "days", "freight", "freight_low", "freight_high", "kg_per_unit", "kg_low", "kg_high")
    total = legs if single else _summed(legs, sums)
    freight = stated_freight(network, given)
    said = pl.coalesce("freight_per_unit", "stated_freight")
    return freight.with_columns(total.drop("lane", "part")).select(
        "supplier", "buyer", "part", total["mode"].cast(pl.String), pl.col("inferred").alias("mode_inferred"),
        pl.col("km").alias("distance_km"), pl.col("method").alias("distance_method"),
        pl.coalesce("transit_days", "days").alias("transit_days"),
        pl.coalesce(said, "freight").alias("freight_per_unit"),
        pl.coalesce(said, "freight_low").alias("freight_low"),
        pl.coalesce(said, "freight_high").alias("freight_high"),
        "kg_per_unit", "kg_low", "kg_high", pl.lit(SCOPE).alias("scope"), "source",
        pl.when(said.is_not_null()).then(pl.lit("stated")).when(pl.col("freight").is_not_null())
        .then(pl.lit("mode rate, planning default")).alias("freight_source"),
    )  # fmt: skip


def lane_legs(network: Network, rows: pl.DataFrame | None = None, options: LaneOptions = LaneOptions()) -> pl.DataFrame:  # noqa: B008
    """Give the legs that ``lanes`` sums.

    Parameters
    ----------
    network : Network
    rows : polars.DataFrame, optional
        As in ``lanes``.
    options : LaneOptions

    Returns
    -------
    polars.DataFrame
        One row a leg, in the order of the lanes: ``lane`` (row of the lane, from 0), ``leg``, ``part``, ``mode`` (an Enum),
        ``inferred``, ``km``, ``method``, ``lat1``, ``lon1``, ``lat2``, ``lon2``, ``mass_kg`` (of a unit), ``g_per_tkm``,
        ``kg_per_unit``, ``kg_low``, ``kg_high``, ``source``.

    Raises
    ------
    DataError
        As in ``lanes``.
    """
    legs = _emitting(network, complete(network["links"] if rows is None else rows, options), options)
    return legs.select("lane", "leg", "part", "mode", "inferred", "km", "method", "lat1", "lon1",
                       "lat2", "lon2", "mass_kg", "g_per_tkm", "kg_per_unit", "kg_low", "kg_high", "source")  # fmt: skip


def lane_findings(network: Network, found: pl.DataFrame, options: LaneOptions = LaneOptions()) -> tuple[Finding, ...]:  # noqa: B008
    """Say what ``lanes`` could not see or had to infer."""
    masses = network["parts"].filter(pl.col("unit_mass_kg").is_null())["part"].implode()
    unseen = found.filter(pl.col("part").is_in(masses))
    inferred = found.filter("mode_inferred")
    lost = found.filter(pl.col("distance_km").is_null())
    free = found.filter(pl.col("freight_per_unit").is_null() & pl.col("kg_per_unit").is_not_null())
    rule = f"road up to {options.road_limit_km:g} km by land, else sea"
    found_cases = (
        _case("parts.unit_mass_kg", unseen, ("carries a part of unknown mass and is unseen", "carry a part of unknown mass and are unseen"), "Give the mass of a unit."),
        _case("sites.lat", lost, ("has no distance: a place is unknown, or no way is open", "have no distance: a place is unknown, or no way is open"),
              "Give coordinates to both sites, or links.distance_km."),
        _case("links.mode", inferred, (f"has no mode; {rule}", f"have no mode; {rule}"),
              "Give links.mode."),
        _case("meta.currency", free, ("has no freight, for our rates are in US dollars", "have no freight, for our rates are in US dollars"),
              "Give the money for one US dollar in 'usd', or links.freight_per_unit."),
    )  # fmt: skip
    return tuple(f for f in found_cases if f is not None)


def _case(where: str, rows: pl.DataFrame, problem: tuple[str, str], remedy: str) -> Finding | None:
    if rows.is_empty():
        return None
    table, column = where.split(".")
    return Finding(
        rule="lane_inferred" if column == "mode" else "lane_unseen",
        severity="note" if column in {"mode", "currency"} else "warning",
        table=table,
        column=column,
        problem=counted(rows.height, f"lane {problem[0]}", f"lanes {problem[1]}"),
        remedy=remedy,
        count=rows.height,
        value="/".join(rows.select("supplier", "buyer", "part").row(0)),
    )


def _emitting(network: Network, given: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Give each leg its factor and what a unit emits on it."""
    factors = lane_factors()
    legs = legs_of(network, given, options)
    masses = network["parts"].select("part", mass_kg="unit_mass_kg")
    legs = legs.join(masses, on="part", how="left", maintain_order="left")
    at = _cells(legs)
    grams = {name: _looked_up(getattr(factors, name), at) for name in ("g_per_tkm", "g_low", "g_high")}
    source = pl.Series("source", [*factors.source, None]).gather(np.where(at < 0, len(factors.source), at))
    legs = stated_factors(network, given, legs.with_columns(**grams, source=source))
    haul = pl.Series("haul", legs["mass_kg"] * legs["km"] / 1e6)
    return legs.with_columns(
        kg_per_unit=haul * legs["g_per_tkm"],
        kg_low=haul * legs["g_low"] * legs["stretch_low"],
        kg_high=haul * legs["g_high"] * legs["stretch_high"],
    )


def _cells(legs: pl.DataFrame) -> NDArray[np.int64]:
    """Place of each leg's mode and zones in the flat arrays of factors; -1 without a mode."""
    mode = legs["mode"].cast(MODE).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    n = len(ZONES)
    ends = [legs[c].fill_null(0).to_numpy() for c in ("zone1", "zone2")]
    return np.where(mode >= 0, (mode * n + ends[0]) * n + ends[1], -1)


def _looked_up(figures: Floats, at: NDArray[np.int64]) -> pl.Series:
    found = pl.Series(np.append(figures.ravel(), np.nan)[at])  # -1 takes the last
    return found.fill_nan(None) if np.isnan(figures).any() or (at < 0).any() else found


def _moved(network: Network, given: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Give each leg its days and its freight a unit as well."""
    legs = _emitting(network, given, options)
    at, factors = _cells(legs), lane_factors()
    usd = money_of_a_dollar(network, options.usd)
    tonnes = pl.col("mass_kg") / 1000 * pl.lit(usd, pl.Float64())
    land = {name: _looked_up(getattr(factors, name), at) for name in ("usd_per_tkm", "usd_low", "usd_high")}
    legs = legs.with_columns(**land, speed=_looked_up(factors.km_per_day, at))
    air = figure("transit", "air", "door to door incl. handling").value
    days = pl.when(pl.col("mode") == "air").then(air).otherwise(pl.col("km") / pl.col("speed") + _border_days())
    rates = zip(
        ("freight", "freight_low", "freight_high"), ("usd_per_tkm", "usd_low", "usd_high"), _flat_rates(), strict=True
    )
    stretch = {"freight": pl.lit(1.0), "freight_low": pl.col("stretch_low"), "freight_high": pl.col("stretch_high")}
    return legs.with_columns(
        days.alias("days"),
        *(
            (tonnes * pl.coalesce(flat, pl.col(rate) * pl.col("km") * stretch[name])).alias(name)
            for name, rate, flat in rates
        ),
    )


def money_of_a_dollar(network: Network, stated: float | None) -> float | None:
    """Give the money of the network for a US dollar: as stated, 1 where that is its currency, else None."""
    return stated if stated is not None else 1.0 if "USD" in network["meta"]["currency"].to_list() else None


def _flat_rates() -> list[pl.Expr]:
    """US dollars a tonne by sea and by air, which do not grow with the distance: the value, its low and its high end."""
    load = figure("payload", "sea", "FEU payload").value
    mean = figure("rate_point", "sea", "composite, ten-year average to 2025").value
    low = figure("rate_point", "sea", "composite, average of 2019").value
    high = figure("rate_point", "sea", "composite, peak Sep 2021").value
    short = figure("rate_default", "sea", "Tanger Med-Iberia/France short sea")
    american = figure("rate_default", "air", "Asia-North America general cargo")
    other = figure("rate_default", "air", "Asia-Europe general cargo")
    by_sea, by_air = pl.col("mode") == "sea", pl.col("mode") == "air"
    to_america = pl.any_horizontal(
        pl.col(z).is_in([ZONES.index("US-CA"), ZONES.index("MX")]) for z in ("zone1", "zone2")
    )
    pairs = ((mean, "value"), (low, "low"), (high, "high"))
    return [
        pl.when(by_sea & (pl.col("km") >= FAR_SEA_KM)).then(ocean / load)
        .when(by_sea & pl.col("km").is_not_null()).then(getattr(short, end) / load)
        .when(by_air & to_america).then(1000 * getattr(american, end)).when(by_air).then(1000 * getattr(other, end))
        for ocean, end in pairs
    ]  # fmt: skip


def _border_days() -> pl.Expr:
    """Days at the border of Mexico and the United States, and at the outer borders of Europe, for goods by land."""
    ends = [pl.col("zone1"), pl.col("zone2")]
    us, mx, europe, other = (ZONES.index(name) for name in ("US-CA", "MX", "Europe", "other"))
    land = pl.col("mode").is_in(["road", "rail"])
    south = pl.min_horizontal(ends).eq(us) & pl.max_horizontal(ends).eq(mx)
    east = pl.min_horizontal(ends).eq(europe) & pl.max_horizontal(ends).eq(other)
    at_us = figure("transit", "border", "MX to US truck border crossing, normal").value
    at_eu = figure("transit", "border", "EU external road border (TR, RS, UA), normal").value
    return pl.when(land & south).then(at_us).when(land & east).then(at_eu).otherwise(0.0)


def _summed(legs: pl.DataFrame, sums: tuple[str, ...]) -> pl.DataFrame:
    """Sum the legs of each lane; unknown where one leg is. The lane goes by the mode of its sea leg."""
    at_sea = (pl.col("leg") == 1).any()
    first = [pl.when(at_sea).then(pl.col(c).filter(pl.col("leg") == 1).first()).otherwise(pl.col(c).first()).alias(c)
             for c in ("mode", "source")]  # fmt: skip
    methods = (
        pl.when(at_sea).then(pl.lit("sea route and land legs")).otherwise(pl.col("method").first()).alias("method")
    )
    known = [pl.when(pl.col(c).is_null().any()).then(None).otherwise(pl.col(c).sum()).alias(c) for c in sums]
    return legs.group_by("lane", maintain_order=True).agg(
        pl.col("part").first(), *first, pl.col("inferred").first(), methods, *known
    )
