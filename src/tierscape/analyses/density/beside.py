"""What stands beside the score: maturity, specialisation, concentration. They need the sites one by one."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.maturity import maturity, sites_near
from tierscape.analyses.density.reach import Places
from tierscape.analyses.density.statistics import concentration_table, counted_activity, specialisation_table
from tierscape.analyses.density.statistics_tables import CONCENTRATION, MATURITY, SPECIALISATION, STAGE_COLUMNS
from tierscape.analyses.density.supply import Supply
from tierscape.analyses.density.ways import NEXT_DOOR, next_door
from tierscape.errors import Finding
from tierscape.frames import DTYPES, empty
from tierscape.graph import Tree
from tierscape.network import Network


class Beside(NamedTuple):
    """Tables of that name, and by region the columns of the stage."""

    stages: pl.DataFrame
    maturity: pl.DataFrame
    specialisation: pl.DataFrame
    concentration: pl.DataFrame
    next_door: pl.DataFrame
    findings: tuple[Finding, ...]


def beside_the_score(
    network: Network,
    tree: Tree,
    regions: Places,
    supply: Supply,
    scored: pl.DataFrame,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> Beside:
    """Work them out from the sites of the network."""
    activity = counted_activity(network, assumptions)
    near = sites_near(network, regions, radius_km)
    items, stages = maturity(network, tree, regions, supply, scored, near, activity)
    sampling = assumptions.sampling
    concentration = concentration_table(network, tree, activity, redraws=sampling.redraws, seed=sampling.seed)
    special = specialisation_table(tree, regions, activity)
    return Beside(stages, items, special, concentration, next_door(tree, activity), activity.findings)


def not_beside(regions: Places) -> Beside:
    """Leave them open where a register was counted: the network's own sites are not those that were scored."""
    types = {"region": pl.String()} | {c.name: DTYPES[c.kind] for c in STAGE_COLUMNS}
    stages = pl.DataFrame({"region": list(regions.key)} | dict.fromkeys(list(types)[1:]), schema=types)
    said = Finding(
        rule="register_counts_only",
        severity="note",
        table="register",
        problem="gives counts only: maturity, specialisation, concentration and completeness_evidenced are left open",
        remedy="Load the sites as a network to have them.",
        count=0,
    )
    return Beside(
        stages, empty(MATURITY), empty(SPECIALISATION), empty(CONCENTRATION), pl.DataFrame(schema=NEXT_DOOR), (said,)
    )
