"""Required parts that are missing at a place, what closing each would gain, and the first move that could close it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.dimensions import completeness
from tierscape.analyses.density.overrides import stated
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


def gaps(
    network: Network,
    tree: Tree,
    places: Places,
    supply: Supply,
    reach: Reach,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """List the gaps of every place, largest gain first, by the declaration ``GAPS`` less what `ways` adds."""
    missing = reach.cover < MISSING_BELOW
    missing[:, 0] = False
    if not missing.any():
        return empty(GAPS).drop("reach_cover", "related_part", "proximity")
    gain = _gains(tree, reach.cover, missing, assumptions)
    step, after = _sequence(tree, reach.cover, missing, assumptions)
    place, code = np.nonzero(missing)
    by_region, by_country = (stated(network, "site_coverage", [kind], low=0, high=1) for kind in ("region", "country"))
    chosen = _moves(network, tree, places, supply, missing, radius_km, assumptions)
    moves = [chosen[i, k] for i, k in zip(place.tolist(), code.tolist(), strict=True)]
    names = _names(network, supply)
    shown = 100.0 * gain[place, code]
    frame = pl.DataFrame(
        {
            "region": [places.key[i] for i in place],
            "part": [tree.parts[k] for k in code],
            "name": [tree.names[k] for k in code],
            "tier": tree.tiers[code],
            "cover": reach.cover[place, code],
            "gain": shown,
            "step": [int(s) or None for s in step[place, code]],
            "completeness_after": [float(a) if s else None for s, a in zip(step[place, code], after[place, code], strict=True)],
            "move": [m.name for m in moves],
            "target": [m.target for m in moves],
            "target_name": [names.get(m.target) for m in moves],
            "target_km": [m.km for m in moves],
            "cost": [m.cost for m in moves],
            "cost_per_point": [m.cost / g if m.cost is not None and g > 1e-9 else None for m, g in zip(moves, shown, strict=True)],
            "gap_confidence": [by_region.get(places.key[i], by_country.get(places.country[i] or "")) for i in place],
        },
        schema_overrides={"target_km": pl.Float64, "cost": pl.Float64, "cost_per_point": pl.Float64, "gap_confidence": pl.Float64,
                          "completeness_after": pl.Float64, "step": pl.Int64, "target": pl.String, "target_name": pl.String},
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


def _moves(
    network: Network,
    tree: Tree,
    places: Places,
    supply: Supply,
    missing: np.ndarray,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> dict[tuple[int, int], Move]:
    """Choose the first feasible move for every missing (place, part)."""
    projects, firms = _projects(network, assumptions), _standing(network, assumptions)
    makers = supply.rows.select("part", "organization", pl.col("site").alias("target"), "lat", "lon")
    unqualified = supply.unqualified.rename({"site": "target"})
    chosen: dict[tuple[int, int], Move] = {}
    for k in np.nonzero(missing.any(axis=0))[0].tolist():
        of_part = pl.col("part") == tree.parts[k]
        made = makers.filter(of_part)
        kin = firms.filter(
            pl.col("organization").is_in(made["organization"].drop_nulls().to_list())
            & ~pl.col("target").is_in(made["target"].to_list())
        )
        inside = [
            ("qualify", _Candidates.of(unqualified.filter(of_part), places)),
            ("project", _Candidates.of(projects.filter(of_part), places)),
            ("co_locate", _Candidates.of(kin, places)),
        ]
        outside = _Candidates.of(made, places)
        for i in np.nonzero(missing[:, k])[0].tolist():
            found = ((name, c.best(i, 0.0, radius_km)) for name, c in inside)
            first = next((Move(name, *best) for name, best in found if best is not None), None)
            beyond = outside.best(i, radius_km, np.inf) or outside.best(i, 0.0, np.inf)
            chosen[i, k] = first or (Move("reach", *beyond) if beyond else Move("search", None, None, None))
    return chosen


class Move(NamedTuple):
    """A way to close a gap: what, with whom, how far, at what cost a year."""

    name: str
    target: str | None
    km: float | None
    cost: float | None


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Targets of one move for one part, with the distance to every place, shape (places, targets)."""

    targets: list[str]
    km: np.ndarray
    cost: np.ndarray

    @classmethod
    def of(cls, rows: pl.DataFrame, places: Places) -> _Candidates:
        rows = rows.sort("target")
        km = great_circle_km(places.lat[:, None], places.lon[:, None], rows["lat"].to_numpy(), rows["lon"].to_numpy())
        known = rows["cost"].to_numpy() if "cost" in rows.columns else np.full(rows.height, np.nan)
        return cls(rows["target"].to_list(), km, known)

    def best(self, place: int, least_km: float, most_km: float) -> tuple[str, float, float | None] | None:
        """Give the cheapest target of known cost between two distances, else the nearest."""
        km = self.km[place]
        feasible = np.nonzero((km >= least_km) & (km <= most_km))[0]
        if not len(feasible):
            return None
        order = np.lexsort((km[feasible], np.nan_to_num(self.cost[feasible], nan=np.inf)))
        pick = feasible[order[0]]
        return self.targets[pick], float(km[pick]), None if np.isnan(self.cost[pick]) else float(self.cost[pick])


def _projects(network: Network, assumptions: DensityAssumptions) -> pl.DataFrame:
    rate, years = assumptions.capital_rate, assumptions.life_years
    annuity = years if rate == 0 else (1.0 - (1.0 + rate) ** -years) / rate
    cost = (pl.col("capex") / annuity + pl.col("opex_per_year")).cast(pl.Float64)
    located = network["sites"].select("site", "lat", "lon").drop_nulls()
    rows = network["projects"].filter(pl.col("kind") != "training").join(located, on="site", maintain_order="left")
    return rows.select("part", pl.col("project").alias("target"), "lat", "lon", cost.alias("cost"))


def _standing(network: Network, assumptions: DensityAssumptions) -> pl.DataFrame:
    counted = pl.col("status").fill_null("operating").is_in(assumptions.statuses)
    sites = network["sites"].filter(counted).drop_nulls(["organization", "lat", "lon"])
    return sites.select("organization", pl.col("site").alias("target"), "lat", "lon")


def _names(network: Network, supply: Supply) -> dict[str | None, str]:
    sites = network["sites"].select("site", pl.coalesce("name", "site"))
    projects = network["projects"].select("project", pl.coalesce("name", "project"))
    counted = supply.rows.select("site", pl.coalesce("name", "site"))
    return {**dict(counted.iter_rows()), **dict(projects.iter_rows()), **dict(sites.iter_rows())}
