"""The steps of `density` up to the scored regions, for tests of the statistics that start from there."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tierscape.analyses.density import frames
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.maturity import depth_high, maturity, sites_near
from tierscape.analyses.density.reach import Places, Reach, region_places, surface_places, within_reach
from tierscape.analyses.density.statistics import Activity, counted_activity
from tierscape.analyses.density.supply import Supply, counted_supply
from tierscape.graph import Tree, bom_tree
from tierscape.network import Network


class Steps(NamedTuple):
    """What `density` has at hand once the regions are scored."""

    network: Network
    tree: Tree
    regions: Places
    supply: Supply
    reach: Reach
    surface: Places
    scored: pl.DataFrame
    activity: Activity


RADIUS = 100.0


def steps(network: Network, assumptions: DensityAssumptions | None = None) -> Steps:
    """Run them for the only product, with a radius of 100 km."""
    assumptions = assumptions or DensityAssumptions()
    tree = bom_tree(network, network.products[0])
    supply = counted_supply(network, tree, "sites", 5, assumptions)
    regions, _ = region_places(network, assumptions)
    reach = within_reach(network, tree, regions, supply, RADIUS, assumptions)
    surface = surface_places(supply, tuple({c for c in regions.country if c}), RADIUS, 5)
    scored = frames.score_regions(network, tree, regions, supply, reach, (reach.cover, reach), assumptions)
    scored = scored.with_columns(depth_high(tree, supply, reach))
    activity = counted_activity(network, assumptions)
    return Steps(network, tree, regions, supply, reach, surface, scored, activity)


def matured(network: Network) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Items and stages of every region."""
    s = steps(network)
    near = sites_near(network, s.regions, RADIUS)
    return maturity(network, s.tree, s.regions, s.supply, s.scored, near, s.activity)
