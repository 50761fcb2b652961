"""Growth: who follows an anchor, when is the cluster complete, against no anchor at all."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.growth import frames
from tierscape.analyses.growth.anchor import find_anchor
from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.critical import find_critical
from tierscape.analyses.growth.model import growth_model
from tierscape.analyses.growth.payback import break_even_table
from tierscape.analyses.growth.priors import draw_priors, prior_table
from tierscape.analyses.growth.result import Growth
from tierscape.analyses.growth.second import second_table
from tierscape.analyses.growth.world import growth_scenario
from tierscape.graph import bom_tree
from tierscape.kernels.entry_exit import simulate
from tierscape.kernels.entry_place import unpacked
from tierscape.network import Network
from tierscape.registry import analysis
from tierscape.sweep import sweep, terminal_bar

__all__ = ["Growth", "GrowthAssumptions", "growth", "growth_scenario"]

READS = ("sites", "capabilities", "parts", "bom", "regions", "contracts", "projects", "demand")


@analysis("Growth", reads=READS, slow=True)
def growth(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product to be made; may be left out where there is only one.")
    ] = None,
    region: Annotated[
        str | None,
        Field(
            description="Region of the anchor; by default that of the signed contracts, else the best by completeness."
        ),
    ] = None,
    anchor_per_year: Annotated[
        float | None,
        Field(ge=0, description="Committed units of the product a year; by default signed contracts, else demand."),
    ] = None,
    horizon_years: Annotated[int, Field(ge=1, le=30, description="Years that are simulated.")] = 10,
    draws: Annotated[int, Field(ge=100, le=100_000, description="Draws of the priors and of chance.")] = 1000,
    assumptions: Annotated[
        GrowthAssumptions, Field(description="Priors, all of them judgement.")
    ] = GrowthAssumptions(),  # noqa: B008 - frozen
) -> Growth:
    """Draw who enters and leaves a place after a commitment, against the same place without it.

    Suppliers of each part enter at random, more where the anchor needs them, where their like and what is related to them is
    and where the cluster is fuller; less where there is no room and wages rise. They come to operate after a lag, and some leave. Both worlds are drawn on the same
    numbers. The evidence on each pull is contested, so every one is a prior; in three draws of ten nobody follows at all.

    Parameters
    ----------
    network : Network
        Needs ``parts``, ``bom``, ``capabilities``, ``sites``, ``regions``; ``contracts``, ``projects`` or ``demand`` for the anchor.
    product : str, optional
        Key of a part with a bill of materials.
    region : str, optional
        Where the anchor stands.
    anchor_per_year : float, optional
        Units of the product a year, from the first year to the last.
    horizon_years : int
        1 to 30.
    draws : int
        100 to 100,000.
    assumptions : GrowthAssumptions
        Priors, radius, target.

    Returns
    -------
    Growth
        Tables ``cluster``, ``paths``, ``parts``, ``supply``, ``closing``, ``tiers``, ``jobs``, ``response``, ``second``,
        ``break_even``, ``drivers``, ``priors``.

    Raises
    ------
    ParameterError
        A parameter is out of range, the region is unknown or nobody can be hired there.
    DataError
        There is no commitment of any kind, or no region has a point.

    Notes
    -----
    A scenario under stated priors, not a forecast. Gross entry is not effect: only the difference of the two worlds is the
    anchor's. A part is filled once its cover from operating sites reaches one half. A signed contract and a project for a new plant of its
    supplier make an entrant that is certain with the anchor. Critical volumes leave those out. Cover is measured from the sites
    themselves, at the default reaches of `density`. O(draws · quarters · parts) time.

    References
    ----------
    Tiers: Yamashita, Matsuura & Nakajima (2014). Relatedness: Neffke, Henning & Boschma (2011), Econ. Geogr. 87:237.
    Clusters: Delgado, Porter & Stern (2014). Wages, productivity: Greenstone, Hornbeck & Moretti (2010), J. Polit. Econ.
    118:536. Multiplier: Moretti (2010), AER P&P 100:373; van Dijk (2014). Deals: Slattery & Zidar (2020), JEP 34:90.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.growth import growth
    >>> answer = growth(tierscape.load("mini"), anchor_per_year=20_000, region="NORTH", draws=100)
    >>> answer.cluster.select("reading", "start").row(0)
    ('whole prior', 0.75)
    """
    tree = bom_tree(network, str(product))
    anchor = find_anchor(network, tree, region, anchor_per_year, horizon_years, assumptions)
    model = growth_model(network, tree, anchor, assumptions)
    priors = draw_priors(assumptions, draws)
    with terminal_bar("Draws") as progress:
        rows = sweep(
            simulate, (model.place._replace(yearly=True), priors.model, assumptions.seed), draws, progress=progress
        )
    got = unpacked(rows, 2, 4 * horizon_years, len(tree.parts))
    with terminal_bar("Volumes") as progress:
        critical = find_critical(model, priors, assumptions, progress)
    parts = frames.part_table(model, got, critical, assumptions)
    with terminal_bar("Further commitments") as progress:
        second = second_table(network, model, priors, parts, assumptions, progress)
    names = model.near.regions.filter(pl.col("region") == anchor.region)["name"].drop_nulls()
    return Growth(
        cluster=frames.cluster_table(model, got, priors, critical, assumptions),
        paths=frames.path_table(model, got),
        parts=parts,
        supply=frames.supply_table(model, got),
        closing=frames.closing_table(model, got, parts),
        tiers=frames.tier_table(model, got),
        jobs=frames.job_table(model, got, priors),
        response=frames.response_table(model, critical, parts),
        second=second,
        break_even=break_even_table(network, model, assumptions),
        drivers=frames.driver_table(got, priors, assumptions),
        priors=prior_table(assumptions),
        region=anchor.region,
        place=str(names[0]) if names.len() else anchor.region,
        commitment=anchor.words,
        placed=anchor.placed,
        last_year=anchor.start_year + horizon_years - 1,
        coverage=float(tree.weights[model.near.seen].sum()),
        findings=model.findings,
    )
