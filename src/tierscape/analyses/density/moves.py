"""Ways to close a gap, of every kind, and which of them comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import Places
from tierscape.analyses.density.supply import Supply
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network

WORDS = {
    "qualify": "qualify",
    "project": "project",
    "candidate": "planned site",
    "co_locate": "co-locate with",
    "develop": "develop",
    "reach": "nearest maker",
    "search": "search",
}
"""Kinds of moves as they are said, in the order in which they are tried where costs are unknown."""
NEXT_DOOR = 0.5
"""Least proximity at which a maker of a related part is worth developing: every other region that has one has both."""
SHOWN = 2
"""Other moves that the text of alternatives names."""


class Move(NamedTuple):
    """A way to close a gap: what, with whom, how far, at what cost a year."""

    name: str
    target: str | None
    km: float | None
    cost: float | None


@dataclass(frozen=True, eq=False)
class Offers:
    """Where each kind of move could be made.

    Parameters
    ----------
    makers, qualify, project, candidate : polars.DataFrame
        part, target, lat, lon, and cost a year where some is known; makers also organization.
    standing : polars.DataFrame
        organization, target, lat, lon: counted sites of firms, whatever they make.
    able : polars.DataFrame
        part, target, lat, lon: counted sites by anything that they make.
    related : Mapping of (region, part) to part
        What the region makes that is most often made where the missing part is.
    names : Mapping of str to str
        Names of targets.
    """

    makers: pl.DataFrame
    qualify: pl.DataFrame
    project: pl.DataFrame
    candidate: pl.DataFrame
    standing: pl.DataFrame
    able: pl.DataFrame
    related: Mapping[tuple[str, str], str]
    names: Mapping[str | None, str]

    def said(self, moves: Sequence[Move]) -> str | None:
        """Name the first few moves with distance and, where it is known, cost."""
        texts = [
            f"{WORDS[m.name]} {self.names.get(m.target, m.target)}, {m.km:,.0f} km"
            + ("" if m.cost is None else f", {m.cost:,.0f} a year")
            for m in moves[:SHOWN]
            if m.target is not None
        ]
        return "; ".join(texts) or None


def offers(network: Network, supply: Supply, next_door: pl.DataFrame, assumptions: DensityAssumptions) -> Offers:
    """Collect where each kind of move could be made; a project at a site gives the cost of the move at that site."""
    projects = _projects(network, assumptions)
    cost = projects.group_by("site", "part").agg(pl.col("cost").min())
    qualify, candidate = (
        rows.join(cost, on=["site", "part"], how="left", maintain_order="left").rename({"site": "target"})
        for rows in (supply.unqualified, supply.planned)
    )
    standing = _standing(network, assumptions)
    makes = network["capabilities"].select("part", target="site").join(standing, on="target", maintain_order="left")
    close = next_door.filter(pl.col("proximity") >= NEXT_DOOR).select("region", "part", "related_part")
    return Offers(
        makers=supply.rows.select("part", "organization", pl.col("site").alias("target"), "lat", "lon"),
        qualify=qualify,
        project=projects.drop("site"),
        candidate=candidate,
        standing=standing.drop_nulls("organization"),
        able=makes.drop("organization"),
        related={(region, part): related for region, part, related in close.iter_rows()},
        names=_names(network, supply),
    )


def closing_moves(
    given: Offers, parts: Sequence[str], places: Places, missing: np.ndarray, radius_km: float
) -> dict[tuple[int, int], list[Move]]:
    """List the feasible moves for every missing (place, part), the one to make first.

    They stand in the order of ``WORDS``, the best target of each kind. Where the first has a known cost, the cheapest of all
    kinds goes before it: an unknown cost never wins on cost, and is no reason to pass over what is easier.
    """
    able: dict[str, _Candidates] = {}
    chosen: dict[tuple[int, int], list[Move]] = {}
    for k in np.nonzero(missing.any(axis=0))[0].tolist():
        of_part = pl.col("part") == parts[k]
        made = given.makers.filter(of_part)
        kin = given.standing.filter(
            pl.col("organization").is_in(made["organization"].drop_nulls().to_list())
            & ~pl.col("target").is_in(made["target"].to_list())
        )
        inside = [
            ("qualify", _Candidates.of(given.qualify.filter(of_part), places)),
            ("project", _Candidates.of(given.project.filter(of_part), places)),
            ("candidate", _Candidates.of(given.candidate.filter(of_part), places)),
            ("co_locate", _Candidates.of(kin, places)),
        ]
        outside = _Candidates.of(made, places)
        for i in np.nonzero(missing[:, k])[0].tolist():
            found = [(name, c.best(i, 0.0, radius_km)) for name, c in inside]
            related = given.related.get((places.key[i], parts[k]))
            if related is not None:
                if related not in able:
                    able[related] = _Candidates.of(given.able.filter(pl.col("part") == related), places)
                found.append(("develop", able[related].best(i, 0.0, radius_km)))
            found.append(("reach", outside.best(i, radius_km, np.inf) or outside.best(i, 0.0, np.inf)))
            if (
                outside.best(i, 0.0, radius_km) is not None
            ):  # a maker stands inside, if a slow one: none needs developing
                found = [way for way in found if way[0] != "develop"]
            moves = [Move(name, *best) for name, best in found if best is not None]
            chosen[i, k] = _cheapest_first(moves) or [Move("search", None, None, None)]
    return chosen


def _cheapest_first(moves: list[Move]) -> list[Move]:
    if not moves or moves[0].cost is None:
        return moves
    costs = [np.inf if m.cost is None else m.cost for m in moves]
    best = int(np.argmin(costs))
    return [moves[best], *moves[:best], *moves[best + 1 :]]


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
    return rows.select("part", "site", pl.col("project").alias("target"), "lat", "lon", cost.alias("cost"))


def _standing(network: Network, assumptions: DensityAssumptions) -> pl.DataFrame:
    counted = pl.col("status").fill_null("operating").is_in(assumptions.statuses)
    sites = network["sites"].filter(counted).drop_nulls(["lat", "lon"])
    return sites.select("organization", pl.col("site").alias("target"), "lat", "lon")


def _names(network: Network, supply: Supply) -> dict[str | None, str]:
    sites = network["sites"].select("site", pl.coalesce("name", "site"))
    projects = network["projects"].select("project", pl.coalesce("name", "project"))
    counted = supply.rows.select("site", pl.coalesce("name", "site"))
    return {**dict(counted.iter_rows()), **dict(projects.iter_rows()), **dict(sites.iter_rows())}
