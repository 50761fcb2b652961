"""ESG: what supply emits, what the carbon border will cost, whom supply employs and at what risk."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.esg import border, energy, people
from tierscape.analyses.esg.doubts import doubts, flag_rows, short_distances
from tierscape.analyses.esg.flows import Flows, flows_of
from tierscape.analyses.esg.footprint import Footprint, footprint
from tierscape.analyses.esg.parameters import Factors, Social
from tierscape.analyses.esg.result import Esg
from tierscape.analyses.esg.suppliers import supplier_rows
from tierscape.analyses.esg.tables import LEGS, PRODUCT, SOURCES
from tierscape.errors import DataError, Finding
from tierscape.frames import empty
from tierscape.graph import bom_tree
from tierscape.network import Network
from tierscape.quantities.lanes import lane_findings
from tierscape.registry import analysis

__all__ = ["Esg", "Factors", "Social", "esg"]

READS = ("sites", "regions", "organizations", "parts", "bom", "capabilities", "links", "demand", "nodes", "projects",
         "indicators")  # fmt: skip


@analysis("Emissions and work", reads=READS, any_product=True)
def esg(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product whose supply is counted; all of the network without one.")
    ] = None,
    year: Annotated[
        int | None,
        Field(
            ge=1990,
            le=2100,
            description="Year looked at: sites open by then count, and the carbon border starts there.",
        ),
    ] = None,
    factors: Annotated[Factors, Field(description="How goods travel, and what the carbon border costs.")] = Factors(),  # noqa: B008 - frozen
    social: Annotated[Social, Field(description="How work is counted.")] = Social(),  # noqa: B008
) -> Esg:
    """Count what supply emits by leg, site, region and tier, what the carbon border costs, and the work in it.

    Freight emits mass · distance · factor, well-to-wheel. Energy emits kilowatt-hours · grid, location-based; a power
    contract is reported beside it, and a footprint that a supplier declares goes before both. A unit of each product is
    followed from cradle to gate through the lines that supply it. Jobs are hours over the hours of a year; indirect ones
    are a range. Labour risk widens by what is not known.

    Parameters
    ----------
    network : Network
        ``links`` with volumes, ``parts`` with masses, ``capabilities`` with energy and hours; ``regions`` for grids and
        wages. ``indicators`` come before what is shipped.
    product : str, optional
        Key of a part with a bill of materials: only parts below it are counted, with all of their volume.
    year : int, optional
        Sites under construction or announced act from ``opened_year``, those with ``closed_year`` until then.
    factors : Factors
        Closed canals, detours, distances stated or measured, price of certificates.
    social : Social
        Hours of a year, indirect jobs, jobs displaced, technicians.

    Returns
    -------
    Esg
        Tables ``product``, ``sources``, ``legs``, ``sites``, ``regions``, ``suppliers``, ``cbam``, ``people``, ``flags``.

    Raises
    ------
    ParameterError
        A parameter is out of range, or the product is unknown or has no bill of materials.
    DataError
        A quantity is unknown, an indicator lies outside its bounds, or an emission factor is not well-to-wheel.

    Notes
    -----
    What has no mass, no distance, no volume or no energy is unseen: it counts nothing, and its share of the value is said.
    Numbers are decision support, not a verified inventory; the carbon border is no customs ruling. O(lanes + arcs · tiers).

    References
    ----------
    Freight: ISO 14083:2023; GLEC Framework v3.2 as restated in ``freight.csv``. Energy: GHG Protocol, Scope 2 Guidance
    (2015). Border: Regulation (EU) 2023/956. Indirect jobs: Moretti (2010), American Economic Review 100(2):373; van Dijk
    (2014), re-estimate. Democracy: V-Dem Institute (2025), dataset v15. Workers' rights: ITUC Global Rights Index.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.esg import esg
    >>> answer = esg(tierscape.load("mini"))
    >>> answer.product.select("product", "tier").row(0)
    ('pump', 'all')
    """
    if year is not None:
        network = _as_in(network, year)
    parts = None if product is None else bom_tree(network, product).parts
    flows = flows_of(network, parts, factors)
    lines = energy.with_grid(network, flows.lines)
    sites = energy.site_rows(lines, flows)
    work = people.people_rows(network, lines, social)
    goods = border.imports(network, flows, factors)
    short = short_distances(network, flows, factors)
    asked = network.products if product is None else (product,)
    units, origins, said = _footprints(network, asked, flows, lines)
    return Esg(
        product=units,
        sources=origins,
        legs=_leg_rows(flows),
        sites=sites,
        regions=energy.region_rows(network, sites, flows),
        suppliers=supplier_rows(flows, lines.filter("counted")),
        cbam=border.border_rows(goods, factors, year),
        people=work,
        flags=flag_rows(network, work, short, goods),
        names=dict(network["parts"].select("part", pl.coalesce("name", "part")).iter_rows()),
        ends=flows.legs.select("supplier", "buyer", "part", "leg", "lat1", "lon1", "lat2", "lon2"),
        findings=(
            *flows.graph.findings,
            *lane_findings(network, flows.links, factors),
            *doubts(flows, short, goods),
            *said,
        ),
    )


def _as_in(network: Network, year: int) -> Network:
    """Let sites act that are open in a year, and no others."""
    opening = pl.col("status").is_in(["construction", "announced"]) & (pl.col("opened_year") <= year)
    shut = (pl.col("closed_year") <= year).fill_null(value=False)
    status = pl.when(shut).then(pl.lit("closed")).when(opening.fill_null(value=False)).then(pl.lit("operating"))
    return network.with_tables(sites=network["sites"].with_columns(status=status.otherwise("status")))


def _footprints(
    network: Network, products: tuple[str, ...], flows: Flows, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    gaps = people.gap_of(network, lines)
    found: list[Footprint] = []
    said: list[Finding] = []
    for product in products:
        try:
            found.append(footprint(network, product, flows, lines, gaps))
        except DataError as error:
            if len(products) == 1:
                raise
            said.extend(replace(f, severity="warning") for f in error.findings)
    tiers = pl.concat([empty(PRODUCT), *(f.tiers.cast(empty(PRODUCT).schema) for f in found)])
    return tiers, pl.concat([empty(SOURCES), *(f.sources for f in found)]), tuple(said)


def _leg_rows(flows: Flows) -> pl.DataFrame:
    volume = pl.col("volume_per_year")
    rows = flows.legs.select(
        "supplier", "buyer", "part", pl.col("leg").cast(pl.Int64), "mode", pl.col("inferred").alias("mode_inferred"),
        (volume * pl.col("mass_kg") / 1000).alias("tonnes"), "km", pl.col("method").alias("distance_method"), "g_per_tkm",
        *((volume * pl.col(c)).alias(name) for c, name in (("kg_per_unit", "kg"), ("kg_low", "low"), ("kg_high", "high"))),
        "evidence", "source",
    )  # fmt: skip
    return rows.sort(
        ["kg", "supplier", "buyer", "part", "leg"], descending=[True, *[False] * 4], nulls_last=True
    ).select(LEGS.names)
