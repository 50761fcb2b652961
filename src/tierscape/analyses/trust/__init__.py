"""Trust: how allied each country is, how firm that verdict is, and how much of a product's value comes from allies."""

from __future__ import annotations

from typing import Annotated, Literal

import polars as pl
from pydantic import Field

from tierscape.analyses.trust import flips, standing, value
from tierscape.analyses.trust.doubts import doubts
from tierscape.analyses.trust.result import Trust, closest_call
from tierscape.analyses.trust.tables import COUNTRIES, FLIPS, SITES, THRESHOLDS, VALUE_SHARES
from tierscape.errors import Finding, ParameterError
from tierscape.frames import empty
from tierscape.network import Network
from tierscape.quantities.allies import AllyWeights, index_of
from tierscape.quantities.ally_scores import ally_scores, concern, viewpoint_members
from tierscape.quantities.tracing import trace_value
from tierscape.reference import country_name, neighbours
from tierscape.registry import analysis
from tierscape.schema import Table

__all__ = ["AllyWeights", "Trust", "closest_call", "trust"]

READS = ("sites", "organizations", "parts", "bom", "capabilities", "links", "indicators")


@analysis("Trust", reads=READS, any_product=True)
def trust(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product whose value is traced; without one only countries are scored.")
    ] = None,
    viewpoint: Annotated[
        str | None, Field(description="Who looks: a country code or a bloc such as eu; meta.home by default.")
    ] = None,
    weights: Annotated[
        AllyWeights, Field(description="Weights of the five scores, and how far each may be wrong.")
    ] = AllyWeights(),  # noqa: B008 - frozen
    ally_threshold: Annotated[
        float, Field(ge=0, le=100, description="Index from which a country counts as an ally, points.")
    ] = 50.0,
    basis: Annotated[
        Literal["location", "owner", "strict"],
        Field(description="Judge a site by where it stands, by its owner's country, or by both."),
    ] = "location",
    min_ally_share: Annotated[
        float, Field(ge=0, le=1, description="Share of value that is to come from allies, 0 to 1.")
    ] = 0.5,
) -> Trust:
    """Score how allied each country is, and add up how much of a product's value comes from allies.

    The index is the weighted mean of five scores from 0 to 100: electoral democracy, rule of law, votes in the United
    Nations, depth of the trade agreement, security relation. A verdict uses the bounds that unknown scores leave. The value
    of the product is followed through all tiers to where it is added, and shared by verdict: by location, by owner, by both.
    How the answer turns under other weights and thresholds is always part of it.

    Parameters
    ----------
    network : Network
        ``meta.home`` or ``viewpoint``; with a product ``sites``, ``parts``, ``bom``, ``capabilities``, ``links``.
    product : str, optional
        Key of a part with a bill of materials.
    viewpoint : str, optional
        ISO 3166-1 alpha-2 or a bloc. A member of the European Union looks as the Union does.
    weights : AllyWeights
        Five weights, scaled to sum to 1, and the share by which each may be wrong.
    ally_threshold : float
        Points, 0 to 100.
    basis : {"location", "owner", "strict"}
        What decides about suppliers and the asked share; all three are printed.
    min_ally_share : float
        Share, 0 to 1, for the decisions that flip.

    Returns
    -------
    Trust
        Tables ``countries``, ``contributions``, ``break_even``, ``flips``, ``value_shares``, ``thresholds``, ``sites``,
        ``swaps``.

    Raises
    ------
    ParameterError
        There is no viewpoint, or it names no country and no bloc; weights are all zero; a parameter is out of range.
    DataError
        Nobody makes the product, a quantity is unknown, or a stated score lies outside 0 to 100.

    Notes
    -----
    Rows of ``links`` whose evidence is ``inferred`` never enter the declared reading; where there are any, a second reading
    with all links stands beside it. The range of the index is exact (fractional knapsack); rank intervals compare pairs and
    can be too wide, never too narrow. O(countries² · K log K) for K scores, O(links · tiers) for the value.

    References
    ----------
    Votes: Bailey, Strezhnev & Voeten (2017), J. Conflict Resolution 61:430. Regimes: V-Dem Institute (2025), dataset v15.
    Value by origin: Leontief (1936), Rev. Economics and Statistics 18:105. The index and its classes are our own judgement.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.trust import trust
    >>> answer = trust(tierscape.load("mini"), viewpoint="US")
    >>> answer.countries.select("country", "rank", "allied").row(0)
    ('US', 1, 'yes')
    """
    name, members = viewpoint_members(network, viewpoint)
    listed = frozenset(c for m in members for c in concern(m))
    scores = ally_scores(network, members)
    index = index_of(scores, weights, listed)
    matrix = standing.score_matrix(index, weights)
    countries = standing.country_rows(index, matrix, ally_threshold)
    parts = standing.contribution_rows(scores, index, weights)
    even = standing.break_even_rows(parts, index, weights, ally_threshold)
    sites = value.site_standing(network["sites"], network["organizations"], index)
    values, said = _values(network, product)
    swept = flips.swept(ally_threshold)
    sweep = _stack(THRESHOLDS, [value.sweep_rows(v, sites, swept) for v in values])
    changes = [flips.country_flips(countries, swept), flips.weight_flips(even, countries)]
    if product is not None:
        titled = (product, _part_name(network, product))
        changes = [
            flips.product_flips(sweep, titled, basis, min_ally_share, swept),
            flips.sole_source_flips(network, values[-1], sites, frozenset().union(*map(neighbours, members)), swept),
            flips.supplier_flips(values, sites, basis, swept),
            *changes,
        ]
    table = _with_value(network, countries, values, sites)
    return Trust(
        countries=table,
        contributions=parts,
        break_even=even,
        flips=_stack(FLIPS, changes),
        value_shares=_stack(VALUE_SHARES, [value.share_rows(v, sites, ally_threshold) for v in values]),
        thresholds=sweep,
        sites=_stack(SITES, [value.site_rows(v, sites, ally_threshold) for v in values]),
        swaps=standing.swap_rows(index, weights),
        seen_from=country_name(name) if len(name) == 2 and name.isupper() else name.upper(),
        findings=(*said, *doubts(table, members, values, sites)),
    )


def _values(network: Network, product: str | None) -> tuple[list[value.Value], tuple[Finding, ...]]:
    """Trace the product on declared links, and on all links where some are only inferred."""
    if product is None:
        return [], ()
    if product not in network["parts"]["part"].to_list():
        raise ParameterError(f"product: '{product}' is no part of the network.")
    guessed = network["links"]["evidence"].fill_null("") == "inferred"
    readings = {"declared": network["links"].filter(~guessed)}
    if guessed.any():
        readings["all"] = network["links"]
    values: list[value.Value] = []
    said: dict[Finding, None] = {}
    for links, rows in readings.items():
        trace = trace_value(network, product, links=rows)
        added = trace.reached.group_by("site", "tier").agg(mass=pl.col("added").sum()).sort("site", "tier")
        lost = trace.unknown.group_by("tier").agg(pl.col("mass").sum()).sort("tier")
        values.append(value.Value(links, added, lost))
        said |= dict.fromkeys(trace.findings)
    return values, tuple(said)


def _with_value(
    network: Network, countries: pl.DataFrame, values: list[value.Value], sites: pl.DataFrame
) -> pl.DataFrame:
    named = pl.concat([network["sites"]["country"], network["organizations"]["owner_country"]]).drop_nulls().unique()
    rows = countries.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("value_share", "value_share_all", "owned_share")
    ).with_columns(named=pl.col("country").is_in(named.implode()))
    for reading in values:
        shares = value.country_shares(reading, sites)
        if reading.links == "all":
            shares = shares.select("country", value_share_all="value_share")
        new = [name for name in shares.columns if name != "country"]
        rows = rows.drop(new).join(shares, on="country", how="left", maintain_order="left")
        rows = rows.with_columns(pl.col(new).fill_null(0.0))
    return rows.sort(~pl.col("named"), maintain_order=True).select(COUNTRIES.names)


def _part_name(network: Network, product: str) -> str:
    row = network["parts"].filter(pl.col("part") == product)
    return str(row["name"].fill_null(product).item())


def _stack(table: Table, parts: list[pl.DataFrame]) -> pl.DataFrame:
    none = empty(table)
    return pl.concat([none, *(part.cast(none.schema) for part in parts)])
