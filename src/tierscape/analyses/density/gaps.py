"""Required parts that are missing at a place, what closing each would gain, and the first move that could close it."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.dimensions import completeness
from tierscape.analyses.density.reach import Places, Reach
from tierscape.analyses.density.supply import Supply
from tierscape.analyses.density.tables import GAPS
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network

MISSING_BELOW = 0.5
"""Cover under which a part counts as a gap."""
STEPS = 10
"""Closings in the greedy sequence."""
MOVES = ("qualify", "project", "co_locate", "reach", "search")


def gaps(
    network: Network,
    tree: Tree,
    places: Places,
    supply: Supply,
    reach: Reach,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """List the gaps of every place, largest gain first, by the declaration ``GAPS``."""
    missing = reach.cover < MISSING_BELOW
    missing[:, 0] = False
    if not missing.any():
        return empty(GAPS)
    gain = _gains(tree, reach.cover, missing, assumptions)
    step, after = _sequence(tree, reach.cover, missing, assumptions)
    place, code = np.nonzero(missing)
    options = _options(network, supply, assumptions)
    confidence = _site_coverage(network)
    moves = [_move(int(i), tree.parts[k], places, options, radius_km) for i, k in zip(place, code, strict=True)]
    shown = 100.0 * gain[place, code]
    frame = pl.DataFrame(
        {
            "region": [places.key[i] for i in place],
            "part": [tree.parts[k] for k in code],
            "tier": tree.tiers[code],
            "cover": reach.cover[place, code],
            "gain": shown,
            "step": [int(s) or None for s in step[place, code]],
            "completeness_after": [float(a) if s else None for s, a in zip(step[place, code], after[place, code], strict=True)],
            "move": [m[0] for m in moves],
            "target": [m[1] for m in moves],
            "target_km": [m[2] for m in moves],
            "cost": [m[3] for m in moves],
            "cost_per_point": [m[3] / g if m[3] is not None and g > 1e-9 else None for m, g in zip(moves, shown, strict=True)],
            "gap_confidence": [confidence.get(places.key[i], confidence.get(places.country[i])) for i in place],
        },
        schema_overrides={"target_km": pl.Float64, "cost": pl.Float64, "cost_per_point": pl.Float64, "gap_confidence": pl.Float64,
                          "completeness_after": pl.Float64, "step": pl.Int64, "target": pl.String},
    )  # fmt: skip
    return frame.sort("region", "gain", "part", descending=[False, True, False])


def _gains(tree: Tree, cover: np.ndarray, missing: np.ndarray, assumptions: DensityAssumptions) -> np.ndarray:
    before = completeness(tree, cover, assumptions)
    gain = np.zeros(cover.shape)
    for k in np.nonzero(missing.any(axis=0))[0]:
        closed = cover.copy()
        closed[:, k] = 1.0
        gain[:, k] = completeness(tree, closed, assumptions) - before
    return np.maximum(gain, 0.0)


def _sequence(
    tree: Tree, cover: np.ndarray, missing: np.ndarray, assumptions: DensityAssumptions
) -> tuple[np.ndarray, np.ndarray]:
    now, open_gaps = cover.copy(), missing.copy()
    step, after = np.zeros(cover.shape, dtype=np.int64), np.zeros(cover.shape)
    place = np.arange(len(cover))
    for turn in range(1, STEPS + 1):
        gain = np.where(open_gaps, _gains(tree, now, open_gaps, assumptions), -1.0)
        best = gain.argmax(axis=1)
        useful = gain[place, best] > 0
        if not useful.any():
            break
        now[place[useful], best[useful]] = 1.0
        open_gaps[place[useful], best[useful]] = False
        step[place[useful], best[useful]] = turn
        after[place[useful], best[useful]] = completeness(tree, now, assumptions)[useful]
    return step, after


def _options(network: Network, supply: Supply, assumptions: DensityAssumptions) -> dict[str, pl.DataFrame]:
    annuity = _annuity_factor(assumptions.capital_rate, assumptions.life_years)
    sites = network["sites"].filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
    located = sites.select("site", "organization", "lat", "lon")
    projects = network["projects"].join(located, on="site").filter(pl.col("kind") != "training")
    cost = pl.col("capex") / annuity + pl.col("opex_per_year")
    standing = sites.filter(pl.col("status").fill_null("operating").is_in(assumptions.statuses))
    return {
        "qualify": supply.unqualified.select("part", pl.col("site").alias("target"), "lat", "lon", pl.lit(None, pl.Float64).alias("cost")),
        "project": projects.select("part", pl.col("project").alias("target"), "lat", "lon", cost.alias("cost")),
        "makers": supply.rows.select("part", "organization", pl.col("site").alias("target"), "lat", "lon"),
        "firms": standing.select("organization", pl.col("site").alias("target"), "lat", "lon").drop_nulls("organization"),
    }  # fmt: skip


def _annuity_factor(rate: float, years: float) -> float:
    return years if rate == 0 else float((1.0 - (1.0 + rate) ** -years) / rate)


def _move(
    i: int,
    part: str,
    places: Places,
    options: dict[str, pl.DataFrame],
    radius_km: float,
) -> tuple[str, str | None, float | None, float | None]:
    lat, lon = float(places.lat[i]), float(places.lon[i])
    for move in ("qualify", "project"):
        near = _nearest_first(options[move].filter(pl.col("part") == part), lat, lon).filter(pl.col("km") <= radius_km)
        if near.height:
            target, km, cost = near.sort("cost", "km", nulls_last=True).select("target", "km", "cost").row(0)
            return move, target, km, cost
    makers = _nearest_first(options["makers"].filter(pl.col("part") == part), lat, lon)
    if makers.is_empty():
        return "search", None, None, None
    firms = options["firms"].filter(pl.col("organization").is_in(makers["organization"].drop_nulls().to_list()))
    here = _nearest_first(firms, lat, lon).filter(pl.col("km") <= radius_km)
    here = here.filter(~pl.col("target").is_in(makers["target"].to_list()))
    if here.height:
        target, km = here.select("target", "km").row(0)
        return "co_locate", target, km, None
    outside = makers.filter(pl.col("km") > radius_km)
    target, km = (outside if outside.height else makers).select("target", "km").row(0)
    return "reach", target, km, None


def _nearest_first(frame: pl.DataFrame, lat: float, lon: float) -> pl.DataFrame:
    km = great_circle_km(lat, lon, frame["lat"].to_numpy(), frame["lon"].to_numpy())
    return frame.with_columns(pl.Series("km", km, dtype=pl.Float64)).sort("km", "target")


def _site_coverage(network: Network) -> dict[str | None, float]:
    rows = network["indicators"].filter(
        (pl.col("indicator") == "site_coverage") & pl.col("subject_kind").is_in(["region", "country"])
    )
    return dict(rows.sort("year", nulls_last=False).select("subject", "value").iter_rows())
