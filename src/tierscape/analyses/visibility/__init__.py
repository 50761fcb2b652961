"""Visibility: what is known of each tier, where value is added once looked through, and what hangs on what."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from tierscape.analyses.visibility import weak_points as weak
from tierscape.analyses.visibility.chain import Chain, chain_of
from tierscape.analyses.visibility.concentration import concentration_table
from tierscape.analyses.visibility.exposure import DIMENSIONS, evidence_table, exposure_table, overview_row
from tierscape.analyses.visibility.flags import flag_table
from tierscape.analyses.visibility.groups import DistanceScale, Inference, Limits, Prior
from tierscape.analyses.visibility.hidden import hidden_common, overlap_table
from tierscape.analyses.visibility.imports import import_dependency
from tierscape.analyses.visibility.inference import inferred_links
from tierscape.analyses.visibility.passages import passage_table
from tierscape.analyses.visibility.places import flow_table, site_table
from tierscape.analyses.visibility.placing import own_shares, place_needs, prior_columns
from tierscape.analyses.visibility.result import Visibility
from tierscape.analyses.visibility.tables import EXPOSURE, INFERRED_LINKS, OVERVIEW
from tierscape.analyses.visibility.tiers import coverage_table, tier_table
from tierscape.analyses.visibility.twins import twin_sites
from tierscape.analyses.visibility.unknowns import open_needs, questionnaire_table, unknown_table
from tierscape.analyses.visibility.view import View, line_places, near_countries, place_classes
from tierscape.frames import DTYPES, empty
from tierscape.network import Network
from tierscape.quantities.inferred import declared_links
from tierscape.quantities.link_grades import arc_evidence
from tierscape.quantities.link_skill import LINK_SKILL
from tierscape.quantities.tracing import Trace, trace_value
from tierscape.registry import analysis

__all__ = ["DistanceScale", "Inference", "Limits", "Prior", "Visibility", "visibility"]

DECLARED, WITH_INFERRED = "declared", "with_inferred"
READS = ("sites", "organizations", "parts", "bom", "capabilities", "links", "indicators")
"""Tables that the answer rests on; demand only weighs the makers."""


@analysis("Visibility", reads=READS)
def visibility(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product to look into; may be left out where there is only one.")
    ] = None,
    site: Annotated[str | None, Field(description="Site that makes it; all its makers by default.")] = None,
    near: Annotated[
        tuple[str, ...] | None,
        Field(
            description="Countries that count as near, ISO 3166-1 alpha-2; the bloc of the buyer's country by default."
        ),
    ] = None,
    prior: Annotated[Prior, Field(description="Where the unknown value may lie.")] = Prior(),  # noqa: B008 - frozen
    inference: Annotated[Inference, Field(description="Links that nobody declared.")] = Inference(),  # noqa: B008
    limits: Annotated[Limits, Field(description="Where a flag is raised.")] = Limits(),  # noqa: B008
) -> Visibility:
    """Trace the value of a product through all tiers: what is known, where it is added, and what everything hangs on.

    Each site and part passes a share of its value to its suppliers and keeps the rest; what reaches a need without a
    supplier is unknown and stands in a line of its own. Value tells what is exposed, not what is critical: beside it, sites
    are removed one by one, and in the smallest sets that stop the product.

    Parameters
    ----------
    network : Network
        Needs ``parts``, ``bom``, ``capabilities``, ``sites``, ``links``.
    product : str, optional
        Key of a part with a bill of materials.
    site : str, optional
        Focal site.
    near : tuple of str, optional
        Countries that count as near.
    prior : Prior
        A country-sector table that places the unknown, and how firmly it is believed.
    inference : Inference
        Whether inferred links, on record or of the model, are left out, shown or used.
    limits : Limits
        Thresholds of the flags, and the ally index from which a country is an ally.

    Returns
    -------
    Visibility
        Tables ``tiers``, ``overview``, ``exposure``, ``hidden_common``, ``single_points``, ``flags``, ``questionnaires``,
        ``unknowns``, ``coverage``, ``evidence``, ``dual_sourcing``, ``overlap``, ``cuts``, ``concentration``,
        ``import_dependency``, ``inferred_links``, ``inference_skill``, ``sites``, ``flows``.

    Raises
    ------
    ParameterError
        A parameter is out of range; the product, site or a country is unknown; nothing says what is near.
    DataError
        Nobody makes the product, or a quantity in its bill of materials is unknown.

    Notes
    -----
    The look-through is one forward pass, O(arcs · tiers), and equals the Leontief inverse of the value shares. Inferred links
    enter no declared column, clear no flag and are no alternative. Quantities and shares of links are proportional: a supplier
    that buys from two sites is taken to use both for every customer.

    References
    ----------
    Look-through: Leontief (1936), Review of Economics and Statistics 18:105; Baldwin, Freeman & Theodorakopoulos (2023),
    Brookings Papers on Economic Activity, on face and look-through exposure. Weights of evidence and flags are our own.

    Examples
    --------
    >>> import tierscape
    >>> answer = visibility(tierscape.load("mini"))
    >>> answer.tiers.filter(basis="declared").select("tier", "sites").rows()
    [(0, 1), (1, 3), (2, 3), (3, 1)]
    """
    near = near_countries(network, near)
    classes = place_classes(network, near, limits)
    known, guessed, (shown, skill) = _readings(network, (str(product), site), classes, (prior, inference, limits))
    counted = guessed is not None and inference.inferred == "use"
    firm, wide, tables = _both(known, guessed, counted)
    view = wide.view
    needs = open_needs(view)
    placing, unplaced = place_needs(view, needs, prior)
    common = tables["hidden_common"].filter(pl.col("basis") == (WITH_INFERRED if counted else DECLARED))
    flags = flag_table(known, firm, view, common, needs)
    unknowns = unknown_table(view, needs, placing, flags)
    single = weak.single_points(firm, wide)
    placed = None if placing is None else prior_columns(view, needs, placing, prior)
    return Visibility(
        tiers=tables["tiers"],
        overview=tables["overview"],
        hidden_common=tables["hidden_common"],
        cuts=tables["cuts"],
        exposure=_exposure(view, wide, placed, counted),
        single_points=single,
        flags=flags,
        questionnaires=questionnaire_table(view, needs, unknowns, placing),
        unknowns=unknowns,
        coverage=coverage_table(view),
        evidence=evidence_table(view),
        dual_sourcing=weak.dual_sourcing(wide),
        overlap=overlap_table(wide),
        concentration=concentration_table(view, needs),
        import_dependency=import_dependency(network, view.product, near),
        inferred_links=shown,
        inference_skill=skill,
        sites=site_table(view, single),
        flows=flow_table(view),
        passages=passage_table(view),
        findings=(*view.trace.findings, *view.evidence.findings, *twin_sites(view), *unplaced),
    )


def _both(known: View, guessed: View | None, counted: bool) -> tuple[Chain, Chain, dict[str, pl.DataFrame]]:  # noqa: FBT001
    """Say what hangs on what by declared links and, beside it, with inferred ones.

    Returns
    -------
    firm, wide : Chain
        By declared links, and by the links that the answer counts.
    tables : dict of str to polars.DataFrame
        ``tiers``, ``overview``, ``hidden_common``, ``cuts``.
    """
    firm = chain_of(known)
    cuts = weak.redundancy(firm)
    readings = [overview_row(known, DECLARED, (cuts.size, cuts.bound))]
    tables = {
        "tiers": [tier_table(known, DECLARED)],
        "hidden_common": [hidden_common(firm, DECLARED)],
        "cuts": [weak.cut_table(firm, cuts, DECLARED)],
    }
    wide = firm
    if guessed is not None:
        if_right = chain_of(guessed)
        order: tuple[int | None, int | None] = (None, None)
        if counted:
            wide = if_right
            other = weak.firmer(cuts, weak.redundancy(wide))
            order = (other.size, other.bound)
            tables["cuts"] += [] if other is cuts else [weak.cut_table(wide, other, WITH_INFERRED)]
        readings.append(overview_row(guessed, WITH_INFERRED, order))
        tables["hidden_common"].append(hidden_common(if_right, WITH_INFERRED))
        tables["tiers"].append(tier_table(guessed, WITH_INFERRED))
    overview = pl.DataFrame(readings, schema={c.name: DTYPES[c.kind] for c in OVERVIEW.columns})
    return firm, wide, {"overview": overview, **{name: pl.concat(frames) for name, frames in tables.items()}}


def _readings(
    network: Network, asked: tuple[str, str | None], classes: pl.DataFrame, given: tuple[Prior, Inference, Limits]
) -> tuple[View, View | None, tuple[pl.DataFrame, pl.DataFrame]]:
    """Read the network by its declared links and by all links with inferred ones; list these, and how well they are found."""
    (product, site), (prior, inference, limits) = asked, given
    own = own_shares(network, prior)
    trace = trace_value(network, product, site=site, links=declared_links(network), own=own)
    known = _view(network, trace, classes, limits)
    if inference.inferred == "no":
        return known, None, (empty(INFERRED_LINKS), empty(LINK_SKILL))
    guess = inferred_links(network, inference)
    if guess.shown.is_empty():
        return known, None, (empty(INFERRED_LINKS), guess.skill)
    trace = trace_value(network, product, site=site, links=guess.links, outside=guess.outside, own=own)
    shown = guess.shown.with_columns(counted=pl.lit(value=inference.inferred == "use"))
    return known, _view(network, trace, classes, limits), (shown, guess.skill)


def _view(network: Network, trace: Trace, classes: pl.DataFrame, limits: Limits) -> View:
    used = trace.reach[trace.graph.arc_line] * trace.values.arc_value > 0.0
    evidence = arc_evidence(network, trace.graph, np.asarray(used))
    product = trace.graph.lines["part"][int(trace.focal[0])]
    return View(network, product, trace, evidence, line_places(network, trace, classes), classes, limits)


def _exposure(view: View, chain: Chain, placed: pl.DataFrame | None, inferred: bool) -> pl.DataFrame:  # noqa: FBT001
    """Join what the look-through, the prior and the removals say of each place."""
    table = exposure_table(view, inferred=inferred)
    lost = pl.concat([weak.removal_columns(chain, name, column) for name, column in DIMENSIONS.items()])
    lost = lost.with_columns(tier=pl.lit("all"))
    table = table.join(lost, on=["dimension", "key", "tier"], how="left", maintain_order="left")
    if placed is None:
        blank = pl.lit(None, pl.Float64)
        table = table.with_columns(prior_mean=blank, prior_low=blank, prior_high=blank)
    else:
        placed = placed.with_columns(tier=pl.lit("all"))
        table = table.join(
            placed, on=["dimension", "key", "tier"], how="full", coalesce=True, maintain_order="left_right"
        )
        new = pl.col("look_through_share").is_null()
        zero = [
            pl.when(new).then(0.0).otherwise(name).alias(name)
            for name in ("face_share", "look_through_share", "look_through_declared", "low")
        ]
        table = table.with_columns(*zero, high=pl.when(new).then("prior_high").otherwise("high"))
    return table.select(EXPOSURE.names)
