"""Required parts that are missing at a place, what closing each would gain, and the move that could close it."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.dimensions import completeness
from tierscape.analyses.density.moves import Offers, closing_moves
from tierscape.analyses.density.reach import Places, Reach
from tierscape.analyses.density.tables import GAPS
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.network import Network
from tierscape.quantities.stated import stated

MISSING_BELOW = 0.5
"""Cover under which a part counts as a gap."""
STEPS = 10
"""Closings in the greedy sequence."""


def gaps(
    network: Network,
    tree: Tree,
    places: Places,
    given: Offers,
    reach: Reach,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """List the gaps of every place, largest gain first, by the declaration ``GAPS`` less what `ways` adds."""
    missing = reach.cover < MISSING_BELOW
    missing[:, 0] = False
    if not missing.any():
        return empty(GAPS).drop("reach_cover", "related_part", "related_name", "proximity")
    gain = _gains(tree, reach.cover, missing, assumptions)
    step, after = _sequence(tree, reach.cover, missing, assumptions)
    place, code = np.nonzero(missing)
    by_region, by_country = (stated(network, "site_coverage", [kind], low=0, high=1) for kind in ("region", "country"))
    feasible = closing_moves(given, tree.parts, places, missing, radius_km)
    chosen = [feasible[i, k] for i, k in zip(place.tolist(), code.tolist(), strict=True)]
    moves, names = [found[0] for found in chosen], given.names
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
            "alternatives": [given.said(found[1:]) for found in chosen],
            "gap_confidence": [by_region.get(places.key[i], by_country.get(places.country[i] or "")) for i in place],
        },
        schema_overrides={"target_km": pl.Float64, "cost": pl.Float64, "cost_per_point": pl.Float64, "gap_confidence": pl.Float64,
                          "completeness_after": pl.Float64, "step": pl.Int64, "target": pl.String, "target_name": pl.String, "alternatives": pl.String},
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
