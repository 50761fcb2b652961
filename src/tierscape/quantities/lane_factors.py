"""What moving a tonne emits, costs and takes, by mode and by where: the shipped figures as arrays to look up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.reference import freight, member_of
from tierscape.schema import MODES

ZONES = ("unknown", "US-CA", "MX", "Europe", "other")
"""Where a site stands, as far as lorries and trains differ."""
MODE = pl.Enum(MODES)
SCOPE = "WTW"
"""Well-to-wheel: the only scope of our factors."""

Vehicle = str | dict[str, str]
"""Row of freight.csv, or one for each kind of lane; the empty key stands for the rest."""

_ROAD = {
    "MX": "dry van full truckload, MX",
    "US-CA": "dry van full truckload, US",
    "": "articulated 40 t, EU, average load",
}
_RAIL = {"NA": "intermodal, North America", "EU": "electric, EU", "": "diesel, EU"}
_PLAIN = {
    "sea": "container ship, fleet average",
    "air": "freighter, fleet average",
    "barge": "container barge, inland EU",
}
_VEHICLE: dict[str, Vehicle] = {"road": _ROAD, "rail": _RAIL, **_PLAIN}
_USD_PER_KM: dict[str, Vehicle] = {
    "road": {"MX": "MX domestic full truckload", "US-CA": "US full truckload", "": "EU full truckload"},
    "rail": {"NA": "North America intermodal", "EU": "EU intermodal", "": "EU intermodal"},
    "barge": "Rhine/Danube container",
}  # fmt: skip
_PAYLOAD: dict[str, Vehicle] = {
    "road": {"MX": "US dry van payload", "US-CA": "US dry van payload", "": "EU articulated payload"},
    "rail": "intermodal container payload", "barge": "FEU payload", "sea": "FEU payload",
}  # fmt: skip
_KM_PER_DAY: dict[str, Vehicle] = {
    "road": {"MX": "US/MX line-haul, driver hours included", "US-CA": "US/MX line-haul, driver hours included",
             "": "EU line-haul, driver hours included"},
    "rail": {"NA": "North America intermodal", "EU": "EU intermodal", "": "EU intermodal"},
    "barge": "Rhine/Danube", "sea": "container ship service speed",
}  # fmt: skip

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LaneFactors:
    """Figures by mode, zone of the start and zone of the end, each of shape (modes, zones, zones).

    Parameters
    ----------
    g_per_tkm, g_low, g_high : numpy.ndarray
        Grams CO2e a tonne-kilometre, well-to-wheel.
    usd_per_tkm, usd_low, usd_high : numpy.ndarray
        US dollars a tonne-kilometre; NaN for sea and air, whose rates do not grow with the distance.
    km_per_day : numpy.ndarray
        NaN for air.
    source : tuple of str
        Source of each emission factor, flat in the order of the arrays.
    """

    g_per_tkm: Floats
    g_low: Floats
    g_high: Floats
    usd_per_tkm: Floats
    usd_low: Floats
    usd_high: Floats
    km_per_day: Floats
    source: tuple[str, ...]


def zone(country: pl.Expr) -> pl.Expr:
    """Give the place of a country's zone in ``ZONES``; a null country is 0, unknown."""
    europe = member_of("eu") | member_of("efta") | {"GB"}
    found = pl.when(country.is_in(["US", "CA"])).then(1).when(country == "MX").then(2)
    return (
        found.when(country.is_in(sorted(europe)))
        .then(3)
        .when(country.is_not_null())
        .then(4)
        .otherwise(0)
        .cast(pl.Int64)
    )


@cache
def lane_factors() -> LaneFactors:
    """Read the shipped figures; between zones lorries of Mexico are taken as the older fleet, trains as diesel."""
    shape = (len(MODES), len(ZONES), len(ZONES))
    arrays = {name: np.full(shape, np.nan) for name in LaneFactors.__annotations__ if name != "source"}
    sources: list[str] = []
    for at in np.ndindex(shape):
        mode, ends = MODES[at[0]], (ZONES[at[1]], ZONES[at[2]])
        factor = figure("emission_factor", mode, _named(_VEHICLE[mode], ends))
        arrays["g_per_tkm"][at], arrays["g_low"][at], arrays["g_high"][at] = factor.value, factor.low, factor.high
        sources.append(factor.source)
        if mode in _USD_PER_KM:
            rate = figure("rate_default", mode, _named(_USD_PER_KM[mode], ends))
            load = figure("payload", "sea" if mode == "barge" else mode, _named(_PAYLOAD[mode], ends)).value
            for name, value in (("usd_per_tkm", rate.value), ("usd_low", rate.low), ("usd_high", rate.high)):
                arrays[name][at] = value / load
        if mode in _KM_PER_DAY:
            arrays["km_per_day"][at] = figure("speed", mode, _named(_KM_PER_DAY[mode], ends)).value
    return LaneFactors(**arrays, source=tuple(sources))


@dataclass(frozen=True)
class Figure:
    """A shipped figure with its range, and where it comes from; the label says how firm it is."""

    value: float
    low: float
    high: float
    source: str


@cache
def figure(parameter: str, mode: str, name: str) -> Figure:
    """Find a row of ``reference.freight()``.

    Raises
    ------
    KeyError
        There is none, or an emission factor of it is not well-to-wheel.
    """
    table = freight()
    rows = table.filter(
        (table["parameter"] == parameter) & (table["mode"] == mode) & (table["vehicle_or_lane"] == name)
    )
    if rows.height != 1 or (parameter == "emission_factor" and rows["basis"].item() != SCOPE):
        raise KeyError(f"freight.csv has no single row {parameter}, {mode}, '{name}' with the scope {SCOPE}")
    row = rows.row(0, named=True)
    low, high = (row["value"] if row[end] is None else row[end] for end in ("low", "high"))
    return Figure(row["value"], low, high, f"{row['source']} ({row['label']})")


def _named(name: Vehicle, ends: tuple[str, str]) -> str:
    """Pick the vehicle for the two ends of a lane."""
    if isinstance(name, str):
        return name
    north = {"US-CA", "MX"}
    keys = ["NA"] * (set(ends) <= north) + ["EU"] * (ends == ("Europe", "Europe"))
    keys += ["MX"] * ("MX" in ends) + ["US-CA"] * (set(ends) == {"US-CA"})
    return next((name[key] for key in keys if key in name), name[""])
