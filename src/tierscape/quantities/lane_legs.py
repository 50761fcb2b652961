"""The legs of a lane: by which mode, how far, measured how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree

from tierscape.errors import DataError, Finding
from tierscape.kernels.distance import great_circle_km, unit_vectors
from tierscape.network import Network
from tierscape.quantities.landmasses import landmass
from tierscape.quantities.lane_factors import MODE, zone
from tierscape.quantities.plurals import counted
from tierscape.quantities.sea_distances import Passage, sea_km
from tierscape.reference import hubs
from tierscape.schema import MODES

AIR_EXTRA_KM = 95.0
"""Kilometres that a flight adds to the great circle, as in EN 16258; remembered, not read again."""
STRETCH: Mapping[str, tuple[float, float]] = {
    "road": (1.15 / 1.3, 1.45 / 1.3), "rail": (1.2 / 1.4, 1.6 / 1.4), "barge": (1.2 / 1.4, 1.6 / 1.4), "air": (1.0, 1.05),
    "sea": (0.97, 1.03),
}  # fmt: skip
"""How far a measured distance may be off, as shares: the ranges of freight.csv; at sea what published tables differ by."""

_OPTIONAL = {"mode": pl.String(), "route": pl.String(), "distance_km": pl.Float64(), "transit_days": pl.Float64(),
             "freight_per_unit": pl.Float64()}  # fmt: skip
_END = ("zone", "lat", "lon", "land")

Floats = NDArray[np.float64]


class LaneOptions(BaseModel):
    """How lanes are measured where the network does not say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed: tuple[Passage, ...] = Field((), description="Canals and straits that ships cannot use.")
    distances: Literal["stated", "measured"] = Field(
        "stated", description="Take the distances that links state, or measure all of them."
    )
    road_limit_km: float = Field(
        3000.0,
        ge=0,
        le=15000,
        description="Way by land up to which an unknown mode is taken as road, beyond as sea, km.",
    )
    detour_road: float = Field(1.3, ge=1, le=3, description="Way by road over the great circle.")
    detour_rail: float = Field(1.4, ge=1, le=3, description="Way by rail or barge over the great circle.")
    usd: float | None = Field(
        None,
        gt=0,
        description="Money of the network for one US dollar; 1 where its currency is USD, else freight stays unknown.",
    )

    def detour(self, mode: str) -> float:
        """Way over great circle; 1.5 at sea, where no pair of ports says more."""
        return {"road": self.detour_road, "sea": 1.5, "air": 1.0}.get(mode, self.detour_rail)


def complete(rows: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Number lanes, and add the columns that they may leave out, or that are not to be used, as null.

    Raises
    ------
    DataError
        A mode is unknown, or a distance, time or freight is negative.
    """
    missing = [pl.lit(None, kind).alias(name) for name, kind in _OPTIONAL.items() if name not in rows.columns]
    rows = rows.with_columns(missing).with_row_index("lane").cast({"mode": pl.String(), "distance_km": pl.Float64()})
    found = rows["mode"].cast(MODE, strict=False)
    numbers = ("distance_km", "transit_days", "freight_per_unit")
    wrong = [_wrong(rows.filter(pl.col(c) < 0)[c], "is negative") for c in numbers if (rows[c] < 0).any()]
    if found.null_count() > rows["mode"].null_count():
        wrong.append(_wrong(rows.filter(found.is_null())["mode"].drop_nulls(), f"is none of {', '.join(MODES)}"))
    if wrong:
        raise DataError(wrong)
    if options.distances == "measured":
        rows = rows.with_columns(distance_km=pl.lit(None, pl.Float64()))
    return rows.with_columns(found)


def _wrong(bad: pl.Series, what: str) -> Finding:
    return Finding(
        rule="lane", severity="error", table="links", column=bad.name, count=len(bad), value=str(bad[0]),
        problem=counted(len(bad), f"lane has a value that {what}", f"lanes have a value that {what}"), remedy="Correct it, or leave it empty.",
    )  # fmt: skip


def legs_of(network: Network, lanes: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Split lanes into legs and measure each.

    Parameters
    ----------
    network : Network
        Reads ``sites`` and ``nodes``.
    lanes : polars.DataFrame
        As ``complete`` gives them.
    options : LaneOptions

    Returns
    -------
    polars.DataFrame
        One row a leg, in the order of the lanes: ``lane``, ``leg`` (0, 1, 2), ``part``, ``mode``, ``inferred`` (nobody
        stated the mode), ``km``, ``method``, ``stretch_low``, ``stretch_high``, ``zone1``, ``zone2``, ``lat1``, ``lon1``,
        ``lat2``, ``lon2``. Null where it cannot be told.

    Raises
    ------
    DataError
        A site is unknown.

    Notes
    -----
    A stated distance is one leg by the lane's mode. A lane by sea without one has three: road to the seaport, sea, road
    from the seaport. Ports are those of the route, else the nearest on the same landmass. Cost: O(lanes), and one shortest
    path for each distinct port.
    """
    sites = _ends(network)
    rows = lanes.select("lane", "supplier", "buyer", "part", "mode", "route", "distance_km")
    for side, key in (("1", "supplier"), ("2", "buyer")):
        end = sites.select(pl.col("site").alias(key), *(pl.col(c).alias(c + side) for c in _END))
        rows = rows.join(end, on=key, how="left", maintain_order="left")
    if rows["zone1"].null_count() or rows["zone2"].null_count():
        _refuse_unknown_sites(lanes, sites)
    rows = rows.with_columns(_great_circle(rows)).with_columns(_mode(options)).drop("supplier", "buyer")
    by_ports = (pl.col("mode") == "sea") & pl.col("distance_km").is_null() & pl.col("straight").is_not_null()
    shipped = rows.filter(by_ports)
    if shipped.is_empty():
        return _direct(rows, options)
    direct = _direct(rows.filter(~by_ports.fill_null(value=False)), options)
    return pl.concat([direct, _by_ports(network, shipped, options)]).sort("lane", "leg")


def _ends(network: Network) -> pl.DataFrame:
    country = pl.col("country")
    return network["sites"].select("site", zone(country).alias("zone"), "lat", "lon", landmass(country).alias("land"))


def _refuse_unknown_sites(lanes: pl.DataFrame, sites: pl.DataFrame) -> None:
    unknown = pl.concat([lanes["supplier"], lanes["buyer"]]).unique()
    unknown = unknown.filter(~unknown.is_in(sites["site"].implode())).sort()
    finding = Finding(
        rule="reference", severity="error", table="links", column="supplier", count=len(unknown), value=str(unknown[0]),
        problem=f"lanes name {len(unknown)} sites that 'sites' lacks", remedy="Add them to 'sites' or correct the lane.",
    )  # fmt: skip
    raise DataError([finding])


def _great_circle(rows: pl.DataFrame) -> pl.Series:
    """Straight line between the ends of lanes without a distance, km; null for the others, or without coordinates."""
    km = np.full(rows.height, np.nan)
    open_rows = rows.with_row_index("at").filter(pl.col("distance_km").is_null())
    ends = [open_rows[c].to_numpy() for c in ("lat1", "lon1", "lat2", "lon2")]
    km[open_rows["at"].to_numpy()] = great_circle_km(*ends)
    return pl.Series("straight", km).fill_nan(None)


def _mode(options: LaneOptions) -> list[pl.Expr]:
    """Road up to the limit on one landmass, sea beyond; unknown where a country or the distance is."""
    way = pl.coalesce("distance_km", pl.col("straight") * options.detour_road)
    together = pl.col("land1") == pl.col("land2")
    by_road = together & (way <= options.road_limit_km)
    found = (
        pl.when(pl.col("mode").is_not_null())
        .then(pl.col("mode"))
        .when(by_road)
        .then(pl.lit("road", MODE))
        .when(~by_road)
        .then(pl.lit("sea", MODE))
    )
    return [found.alias("mode"), pl.col("mode").is_null().alias("inferred")]


def _direct(rows: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Give each lane as one leg, as long as stated, else measured on the great circle."""
    all_stated = rows["distance_km"].null_count() == 0
    way = [pl.col("distance_km").alias("km"), pl.lit("stated").alias("method")]
    way += [pl.lit(1.0).alias(name) for name in _STRETCHES]
    return rows.select(
        "lane", pl.lit(0, pl.Int8()).alias("leg"), "part", "mode", "inferred",
        *(way if all_stated else _measured_where_null(options)), *_GEOGRAPHY,
    )  # fmt: skip


def _measured_where_null(options: LaneOptions) -> list[pl.Expr]:
    stated = pl.col("distance_km").is_not_null()
    detours = {mode: options.detour(mode) for mode in MODES}
    factor = pl.col("mode").replace_strict(detours, default=None, return_dtype=pl.Float64())
    extra = pl.when(pl.col("mode") == "air").then(AIR_EXTRA_KM).otherwise(0.0)
    measured = pl.col("straight") * factor + extra
    words = {
        m: f"great circle × {f:g}" if m != "air" else f"great circle + {AIR_EXTRA_KM:g} km" for m, f in detours.items()
    }
    word = pl.col("mode").replace_strict(words, default=None, return_dtype=pl.String())
    method = pl.when(stated).then(pl.lit("stated")).when(measured.is_not_null()).then(word)
    stretch = [pl.when(stated).then(1.0).otherwise(_stretch(i)).alias(name) for i, name in enumerate(_STRETCHES)]
    return [pl.coalesce("distance_km", measured).alias("km"), method.alias("method"), *stretch]


_STRETCHES = ("stretch_low", "stretch_high")
_GEOGRAPHY = ("zone1", "zone2", "lat1", "lon1", "lat2", "lon2")


def _stretch(end: int) -> pl.Expr:
    return pl.col("mode").replace_strict(
        {m: s[end] for m, s in STRETCH.items()}, default=1.0, return_dtype=pl.Float64()
    )


def _by_ports(network: Network, rows: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    """Split lanes by sea at their ports; where both ends have the same port, the straight line stands in."""
    ports = _seaports(network)
    chosen = _ports_on_route(rows["route"], ports)
    place = ports.select("lat", "lon").to_numpy()
    for side in (0, 1):
        none = chosen[:, side] < 0
        ends = rows.filter(pl.Series(none)).select(f"lat{side + 1}", f"lon{side + 1}", f"land{side + 1}")
        chosen[none, side] = _nearest_port(ends, ports)
    one = chosen[:, 0] == chosen[:, 1]
    at_sea = sea_km(place[chosen[:, 0]], place[chosen[:, 1]], options.closed)
    rows = rows.with_columns(
        pl.Series("sea_km", at_sea).fill_nan(None),
        *(
            pl.Series(f"port_{name}{s + 1}", place[chosen[:, s], i])
            for s in (0, 1)
            for i, name in enumerate(("lat", "lon"))
        ),
    )
    same = rows.filter(pl.Series(one))
    rows = rows.filter(pl.Series(~one))
    first = _leg(rows, 0, "road", {"lat2": "port_lat1", "lon2": "port_lon1", "zone2": "zone1"})
    sea = _leg(rows, 1, "sea", {"lat1": "port_lat1", "lon1": "port_lon1", "lat2": "port_lat2", "lon2": "port_lon2"})
    last = _leg(rows, 2, "road", {"lat1": "port_lat2", "lon1": "port_lon2", "zone1": "zone2"})
    passages = f", {' and '.join(options.closed)} closed" if options.closed else ""
    sea = sea.with_columns(km=rows["sea_km"], method=pl.lit(f"sea route{passages}"))
    return pl.concat([_direct(same, options), *(_measured(leg, options) for leg in (first, sea, last))])


def _leg(rows: pl.DataFrame, leg: int, mode: str, ends: dict[str, str]) -> pl.DataFrame:
    new = {name: pl.col(ends.get(name, name)) for name in _GEOGRAPHY}
    return rows.select("lane", "part", "inferred", **new).with_columns(
        pl.lit(leg, pl.Int8()).alias("leg"), pl.lit(mode, MODE).alias("mode")
    )


def _measured(leg: pl.DataFrame, options: LaneOptions) -> pl.DataFrame:
    if "km" not in leg.columns:
        ends = [leg[c].to_numpy() for c in ("lat1", "lon1", "lat2", "lon2")]
        method = f"great circle × {options.detour_road:g}, to or from the port"
        leg = leg.with_columns(
            pl.Series("km", great_circle_km(*ends) * options.detour_road), pl.lit(method).alias("method")
        )
    return leg.select("lane", "leg", "part", "mode", "inferred", "km", "method", _stretch(0).alias("stretch_low"),
                      _stretch(1).alias("stretch_high"), *_GEOGRAPHY)  # fmt: skip


def _seaports(network: Network) -> pl.DataFrame:
    """Give the seaports of the network and those shipped, each key once."""
    columns = ("node", "country", "lat", "lon")
    rows = pl.concat(
        [frame.filter(pl.col("kind") == "seaport").select(columns) for frame in (network["nodes"], hubs())]
    )
    return rows.unique("node", keep="first", maintain_order=True).with_columns(land=landmass(pl.col("country")))


def _ports_on_route(routes: pl.Series, ports: pl.DataFrame) -> NDArray[np.int64]:
    """Give the first and the last seaport of each route; -1 where it names fewer than two."""
    number = {node: i for i, node in enumerate(ports["node"])}
    found: dict[str | None, tuple[int, int]] = {None: (-1, -1)}
    for route in routes.drop_nulls().unique():
        named = [number[node] for node in route.split(";") if node in number]
        found[route] = (named[0], named[-1]) if len(named) > 1 else (-1, -1)
    return np.array([found[route] for route in routes], dtype=np.int64).reshape(-1, 2)


def _nearest_port(ends: pl.DataFrame, ports: pl.DataFrame) -> NDArray[np.int64]:
    """Give the nearest port on the landmass of each end, or the nearest of all where it has none."""
    points = unit_vectors(ends.to_series(0).to_numpy(), ends.to_series(1).to_numpy())
    berths = unit_vectors(ports["lat"].to_numpy(), ports["lon"].to_numpy())
    lands, port_land = ends.to_series(2).to_list(), ports["land"].to_list()
    answer = np.empty(len(points), dtype=np.int64)
    for land in set(lands):
        here = np.array([at for at, name in enumerate(lands) if name == land], dtype=np.int64)
        some = np.array([at for at, name in enumerate(port_land) if name == land], dtype=np.int64)
        some = some if len(some) else np.arange(len(berths))
        answer[here] = some[cKDTree(berths[some]).query(points[here])[1]]
    return answer
