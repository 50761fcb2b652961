"""What else a planner wants to know of a gap: what the nearest maker would cover, and what the place makes next door."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import Places, border_delay, border_delays, speed
from tierscape.analyses.density.statistics import Activity
from tierscape.analyses.density.supply import Supply
from tierscape.analyses.density.tables import GAPS
from tierscape.graph import Tree
from tierscape.kernels import specialisation
from tierscape.network import Network

NEXT_DOOR = {"region": pl.String, "part": pl.String, "related_part": pl.String, "proximity": pl.Float64}


def with_ways(
    missing: pl.DataFrame,
    network: Network,
    tree: Tree,
    places: Places,
    supply: Supply,
    next_door: pl.DataFrame,
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """Add ``reach_cover``, ``related_part``, its name and ``proximity`` to the gaps, by the declaration ``GAPS``."""
    per_km, reach_hours = speed(network, tree, assumptions)
    given, land = border_delays(network), dict(supply.rows.select("site", "country").iter_rows())
    code, home = {part: k for k, part in enumerate(tree.parts)}, dict(zip(places.key, places.country, strict=True))
    cover: list[float | None] = []
    for region, part, move, target, km in missing.select("region", "part", "move", "target", "target_km").iter_rows():
        if move != "reach":
            cover.append(None)
            continue
        here, there = home[region], land.get(target)
        unknown = here is None or there is None
        delay = assumptions.border_hours.other if unknown else border_delay(str(here), str(there), assumptions, given)
        hours = km * per_km[code[part]] + delay
        cover.append(min(1.0, float(np.exp(-hours / reach_hours[code[part]])) / assumptions.sites_for_full))
    called = network["parts"].select("part", pl.coalesce("name", "part").alias("related_name"))
    rows = missing.join(next_door, on=["region", "part"], how="left", maintain_order="left")
    rows = rows.join(called, left_on="related_part", right_on="part", how="left", maintain_order="left")
    return rows.with_columns(pl.Series("reach_cover", cover, dtype=pl.Float64)).select(GAPS.names)


def next_door(tree: Tree, activity: Activity) -> pl.DataFrame:
    """Give for each region and required part what the region makes that is most often made where that part is.

    Returns
    -------
    polars.DataFrame
        region, part, related_part, proximity (0 to 1, the least of the two conditional shares of regions); no row where
        nothing that the region makes is ever made together with the part.

    References
    ----------
    Hidalgo, Klinger, Barabási & Hausmann (2007), 10.1126/science.1144581: proximity.
    """
    e = activity.e
    phi = specialisation.proximity(specialisation.presence(specialisation.location_quotient(e, activity.totals)))
    found = []
    for j, part in enumerate(activity.parts):
        if part not in tree.required:
            continue
        closeness = np.where(e > 0, np.nan_to_num(phi[j])[None, :], 0.0)
        closeness[:, j] = 0.0
        best = closeness.argmax(axis=1)
        found += [
            (region, part, activity.parts[b], float(closeness[i, b]))
            for i, (region, b) in enumerate(zip(activity.regions, best, strict=True))
            if closeness[i, b] > 0
        ]
    return pl.DataFrame(found, schema=NEXT_DOOR, orient="row")
