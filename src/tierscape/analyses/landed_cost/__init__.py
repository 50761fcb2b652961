"""Landed cost: what a unit of each supply option really costs where it is needed, and what the choice hangs on."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.landed_cost.band import band
from tierscape.analyses.landed_cost.compare import break_evens, tornado, volume_curve
from tierscape.analyses.landed_cost.result import LandedCost
from tierscape.analyses.landed_cost.rows import (
    MOST_PAIRS,
    duty_rows,
    gap_rows,
    option_rows,
    pairs_of,
    term_rows,
    totals_of,
)
from tierscape.analyses.landed_cost.timeline import timeline
from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.quantities.landed import landed
from tierscape.quantities.landed_choices import Stock, Study, Tariffs
from tierscape.quantities.landed_options import landed_options
from tierscape.registry import analysis

__all__ = ["LandedCost", "Stock", "Study", "Tariffs", "landed_cost"]

READS = ("links", "capabilities", "parts", "bom", "sites", "regions", "contracts", "demand", "origin_claims", "indicators",
         "disruptions")  # fmt: skip
FIRST_YEAR = 2024
"""Year of entry where the network states no price year."""


@analysis("Landed cost", reads=READS)
def landed_cost(
    network: Network,
    *,
    part: Annotated[str | None, Field(description="Part that is bought; each that has links by default.")] = None,
    buyer: Annotated[
        str | None, Field(description="Site, or region with demand, that receives it; each by default.")
    ] = None,
    on: Annotated[
        dt.date | None, Field(description="Day of entry, for duties; 1 July of meta.price_year by default.")
    ] = None,
    tariffs: Annotated[Tariffs, Field(description="Which duties apply.")] = Tariffs(),  # noqa: B008 - frozen
    stock: Annotated[Stock, Field(description="What stock costs.")] = Stock(),  # noqa: B008 - frozen
    study: Annotated[Study, Field(description="Which options are compared, and what else they cost.")] = Study(),  # noqa: B008
) -> LandedCost:
    """Cost each way to get a part to a buyer, term by term, and say what the choice hangs on.

    Options are the links to the buyer, qualified makers elsewhere, and what is given by plain numbers. All are costed at the
    same volume: price, freight, insurance, duty in layers, fees, stock on the way, as a buffer and between shipments,
    quality, compliance, and on request risk, carbon and the legal form of one's own plant. Then the cheapest meets its
    rival: break-evens, a tornado of the gap, common draws, volumes, and other tariffs over time.

    Parameters
    ----------
    network : Network
        At least ``parts`` and ``sites``, and ``links`` or plain numbers.
    part : str, optional
        A part; each product, component and material with links by default.
    buyer : str, optional
        A site, or a region with demand.
    on : datetime.date, optional
        Day of entry.
    tariffs : Tariffs
        Cases, rules of origin, rows of one's own.
    stock : Stock
        Cost of holding, service level, spreads.
    study : Study
        Options, plain numbers, defaults of the other terms, draws.

    Returns
    -------
    LandedCost
        Tables ``options``, ``terms``, ``duties``, ``gaps``, ``break_evens``, ``tornado``, ``volume``, ``timeline``.

    Raises
    ------
    ParameterError
        A part, buyer, option, tariff case or plain number does not hold.
    DataError
        There is no option, nothing is needed, or a distance or price is negative.

    Notes
    -----
    Decision support, no ruling on customs or tax. An unknown term counts with its low end in ``total`` and is named in
    ``unseen``; ``low`` and ``high`` span all that is unknown. Emissions of the way come from ``quantities.lanes``. Break-evens
    are exact where the gap is a straight line in the input, else found by Brent's method. O(options · draws).

    References
    ----------
    Silver, Pyke & Thomas (2017), Inventory and Production Management in Supply Chains, 4th ed. (stock). Bray, Serpa & Colak
    (2019), Management Science 65(9) (distance and quality). Brent (1973), Algorithms for Minimization without Derivatives.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.landed_cost import landed_cost
    >>> answer = landed_cost(tierscape.load("mini"), part="housing")
    >>> answer.options.select("name", "rank").rows()
    [('Castco maquila', 1), ('Castco foundry', 2)]
    """
    on = on if on is not None else _first_of_july(network)
    options = landed_options(network, study, part=part, buyer=buyer)
    costs = landed(options, on=on, tariffs=tariffs, stock=stock, study=study)
    totals = totals_of(costs)
    spread = band(costs, totals.decision, totals.first, draws=study.draws, seed=study.seed)
    pairs = pairs_of(costs, totals, study)
    deep = pairs[:MOST_PAIRS]
    stated: dict[str, object] = {n: o for n, o in options.what_if.items() if "duty_rate" in o.stated}
    return LandedCost(
        options=option_rows(costs, totals, spread, study),
        terms=term_rows(costs, totals),
        duties=duty_rows(costs, stated, tariffs),
        gaps=gap_rows(costs, totals, spread, pairs),
        break_evens=break_evens(costs, deep, study),
        tornado=tornado(costs, deep, study),
        volume=volume_curve(costs, deep, totals.total, study),
        timeline=timeline(costs, deep, options.what_if, on=on, choice=tariffs),
        currency=_currency(network),
        part_names=dict(network["parts"].select("part", pl.coalesce("name", "part").alias("name")).rows()),
        buyer_names=dict(
            pl.concat(
                [network["regions"].select("region", "name"), network["sites"].select(region="site", name="name")]
            )
            .drop_nulls()
            .rows()
        ),
        findings=(*costs.findings, *_shortened(len(pairs))),
    )


def _first_of_july(network: Network) -> dt.date:
    meta = network["meta"]
    year = meta["price_year"].item() if meta.height else None
    return dt.date(year or FIRST_YEAR, 7, 1)


def _currency(network: Network) -> str:
    meta = network["meta"]
    return str(meta["currency"].item() or "") if meta.height else ""


def _shortened(pairs: int) -> tuple[Finding, ...]:
    if pairs <= MOST_PAIRS:
        return ()
    return (Finding(
        rule="landed_depth", severity="note", table="links", count=pairs - MOST_PAIRS,
        problem=f"{pairs} pairs of part and buyer have a choice; break-evens, tornado, volumes and times are given for the {MOST_PAIRS} with most money at stake",
        remedy="Name a part or a buyer for the others.",
    ),)  # fmt: skip
