"""Supply density: how complete, deep, connected, unfragmented and redundant the supply around each place is."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.density import dimensions as dim
from tierscape.analyses.density import frames
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.beside import beside_the_score, not_beside
from tierscape.analyses.density.gaps import gaps
from tierscape.analyses.density.grades import evidence_table, node_rows
from tierscape.analyses.density.maturity import depth_high
from tierscape.analyses.density.moves import offers
from tierscape.analyses.density.ranks import comparison_table, rank_columns, sample_scores
from tierscape.analyses.density.reach import ends_of, region_places, surface_places, within_reach
from tierscape.analyses.density.register import register_supply
from tierscape.analyses.density.result import Density
from tierscape.analyses.density.statistics import crossing_table, hotspots
from tierscape.analyses.density.supply import Measure, counted_supply
from tierscape.analyses.density.ways import with_ways
from tierscape.graph import bom_tree
from tierscape.lake import Register
from tierscape.network import Network
from tierscape.registry import analysis

__all__ = ["Density", "DensityAssumptions", "density"]


READS = ("sites", "organizations", "capabilities", "parts", "bom", "regions", "nodes", "indicators")
"""Tables that the score rests on; links, contracts, projects and demand feed what stands beside it."""
REGISTER_READS = ("parts", "bom", "regions", "nodes", "indicators")


@analysis("Supply density", reads=READS)
def density(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product to be made; may be left out where there is only one.")
    ] = None,
    radius_km: Annotated[float, Field(ge=5, le=2000, description="Sites further away do not count, km.")] = 100.0,
    resolution: Annotated[int, Field(ge=4, le=7, description="H3 resolution of the density surface.")] = 5,
    measure: Annotated[Measure, Field(description="Count sites, or capacity against the need.")] = "sites",
    assumptions: Annotated[
        DensityAssumptions, Field(description="What the analysis takes for granted.")
    ] = DensityAssumptions(),  # noqa: B008 - frozen
    register: Annotated[
        Register, Field(description="Register of sites to count in place of the network's.")
    ] = Register(),  # noqa: B008
) -> Density:
    """Score every place on how much of a product's bill of materials stands within reach.

    The cover of a part at a place is min(1, Σ exp(−t/τ)), t the hours of travel and of border delay to each site that makes
    it. Completeness walks the bill of materials with AND over what is essential and OR over alternatives. Depth,
    connection, fragmentation and redundancy stand beside it; the score is their weighted geometric mean with fixed
    goalposts 0 and 1. Gaps are ranked by what closing each would gain.

    Parameters
    ----------
    network : Network
        Needs ``parts``, ``bom``, ``capabilities``, ``sites``; ``regions`` to rank places, ``nodes`` for connection.
    product : str, optional
        Key of a part with a bill of materials.
    radius_km : float
        Great-circle radius around a place, 5 to 2,000 km.
    resolution : int
        H3 resolution of the surface, 4 to 7.
    measure : {"sites", "capacity"}
        A site counts 1, or min(1, capacity / yearly need).
    assumptions : DensityAssumptions
        Speeds, reaches, delays, weights and thresholds.
    register : tierscape.lake.Register
        Parquet files or a table of indexed sites, counted where they are; the network then gives the parts, the regions
        and the nodes.

    Returns
    -------
    Density
        Tables ``regions``, ``gaps``, ``layers``, ``parts``, ``cells``, ``sites``; beside the score ``specialisation``,
        ``concentration``, ``maturity``, ``crossings``, ``evidence``, ``nodes``, and ``comparison`` of the best regions.

    Raises
    ------
    ParameterError
        A parameter is out of range, or a product or region is unknown, or the product has no bill of materials.
    DataError
        ``measure="capacity"`` without demand or quantities, or an indicator outside its bounds.

    Notes
    -----
    O(places · neighbours · rows a cell) for the sums and O(places · bom rows) for the walk. A required part that no site
    of the network makes is *unseen*: it counts as absent in the headline, as present in ``completeness_high``; so does an
    unknown capacity with ``measure="capacity"``. Rank intervals draw weights, aggregation, reach, weakest link and radius. Maturity
    is a heuristic that stands beside the score, not in it. Straight lines cross mountains and water; a map of counts is a
    map of who reports.

    References
    ----------
    Aggregation: Arrow, Chenery, Minhas & Solow (1961). Circuity: Ballou, Rahardja & Sakai (2002), Transp. Res. A 36:843.
    Rank intervals: Lahdelma & Salminen (2001), SMAA-2. Stages: after Menzel & Fornahl (2010), Ind. Corp. Change 19:205.
    Hot spots: Ord & Getis (1995). Effective number of suppliers: inverse of the Herfindahl-Hirschman index. The score is our own construction.

    Examples
    --------
    >>> import tierscape
    >>> answer = tierscape.density(tierscape.load("mini"))
    >>> answer.regions.select("region", "rank").row(0)
    ('NORTH', 1)
    """
    tree = bom_tree(network, str(product))
    how = (measure, resolution, assumptions)
    supply = register_supply(network, tree, register, *how) if register.given else counted_supply(network, tree, *how)
    regions, lost = region_places(network, assumptions)
    reach = within_reach(network, tree, regions, supply, radius_km, assumptions)
    ends = ends_of(reach, network, tree, regions, supply, radius_km, assumptions)
    near_needs = reach.pairs.join(dim.partner_needs(tree, supply, assumptions), on="cell")
    scored = frames.score_regions(network, tree, regions, supply, reach, ends, assumptions)
    scored = scored.with_columns(frames.partner_share(near_needs, len(regions)), depth_high(tree, supply, ends[1]))
    if register.given:
        beside = not_beside(regions)
        scored = scored.with_columns(completeness_evidenced=pl.lit(None, pl.Float64))
    else:
        beside = beside_the_score(network, tree, regions, supply, scored, radius_km, assumptions)
    sample = sample_scores(network, tree, regions, supply, radius_km, assumptions)
    ranks = rank_columns(regions, sample).join(beside.stages, on="region")
    surface = surface_places(supply, tuple({c for c in regions.country if c}), radius_km, resolution)
    spread = within_reach(network, tree, surface, supply, radius_km, assumptions)
    cells = frames.score_places(network, tree, surface, spread, assumptions)
    table = frames.region_table(network, scored.join(ranks, on="region"), lost)
    surface_table = frames.cell_table(surface, supply, cells, hotspots(surface, supply))
    layers = frames.layer_table(tree, regions, dim.layer_cover(tree, reach.cover), near_needs, assumptions)
    given = offers(network, supply, beside.next_door, assumptions)
    missing = gaps(network, tree, regions, given, reach, radius_km, assumptions)
    closable = with_ways(missing, network, tree, regions, supply, beside.next_door, assumptions)
    said = frames.findings(network, tree, supply, radius_km, resolution)
    return Density(
        regions=table,
        gaps=frames.best_first(closable, table),
        layers=frames.best_first(layers, table),
        parts=frames.best_first(frames.part_table(tree, regions, supply, reach), table),
        cells=surface_table,
        sites=frames.site_table(tree, supply),
        specialisation=beside.specialisation,
        concentration=beside.concentration,
        maturity=beside.maturity,
        crossings=crossing_table(network, tree),
        comparison=comparison_table(scored, sample, assumptions.regions or ()),
        evidence=evidence_table(network, tree, regions, reach.cover, supply, radius_km, assumptions),
        nodes=node_rows(network, tuple(type(assumptions.node_hours).model_fields)),
        reads=REGISTER_READS if register.given else READS,
        findings=(*tree.findings, *supply.findings, *beside.findings, *said, *frames.better_cell(table, surface_table)),
    )
