"""Stress: who survives how long, what is lost, how bad the tail is, and what would help."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.stress.assumptions import Dynamics, Mitigation, Question, Run, Shocks
from tierscape.analyses.stress.bad_years import DRAWN, scenario_frames
from tierscape.analyses.stress.impact import impact_rows
from tierscape.analyses.stress.result import Stress
from tierscape.analyses.stress.sizes import refuse_sizes
from tierscape.analyses.stress.survive import cross_check, stops, survive_rows
from tierscape.analyses.stress.systemic import systemic_rows
from tierscape.analyses.stress.tables import ALL
from tierscape.analyses.stress.targets import default_ttr, line_values, struck, unseen_supply
from tierscape.errors import DataError, Finding
from tierscape.frames import empty
from tierscape.graph import supply_graph
from tierscape.network import Network
from tierscape.quantities.firm_lines import FirmLines, firm_lines, network_at
from tierscape.quantities.targets import places
from tierscape.registry import analysis

__all__ = ["Dynamics", "Mitigation", "Run", "Shocks", "Stress", "stress"]

READS = ("sites", "organizations", "parts", "bom", "capabilities", "links", "demand", "disruptions", "contracts")


@analysis("Stress", reads=READS, slow=True)
def stress(
    network: Network,
    *,
    ask: Annotated[
        tuple[Question, ...], Field(min_length=1, description="Questions that are answered; the others cost nothing.")
    ] = ("survive", "impact", "tail"),
    year: Annotated[
        int | None,
        Field(description="Year of demand; by default the first from meta.price_year on, else the last one."),
    ] = None,
    shocks: Annotated[Shocks, Field(description="What stops, for how long, how often.")] = Shocks(),  # noqa: B008
    dynamics: Annotated[Dynamics, Field(description="How stock, orders and losses move.")] = Dynamics(),  # noqa: B008
    mitigation: Annotated[
        Mitigation, Field(description="What may be done about it, and what it costs.")
    ] = Mitigation(),  # noqa: B008
    run: Annotated[
        Run, Field(description="How it is run; changes no byte of the answer and is not kept with it.", exclude=True)
    ] = Run(),  # noqa: B008
) -> Stress:
    """Stop sites, regions, countries and corridors, and measure what happens.

    Time to survive is the number of days until the first demand is missed while a target is out; a target is exposed where
    that is less than its time to recover. Performance impact is the least margin lost until then. Both are exact for the
    stocks, capacities and links given, and leave transit and lead times out.

    Parameters
    ----------
    network : Network
        Needs ``parts``, ``bom``, ``capabilities``, ``sites``, ``demand``, and ``links`` with volumes and stocks.
    ask : tuple of {"survive", "impact", "simulate", "tail", "systemic", "mitigate"}
        What to answer.
    year : int, optional
        Year of ``demand``.
    shocks : Shocks
        Targets, times to recover, scenarios.
    dynamics : Dynamics
        Stocks where none is declared, order rules, days.
    mitigation : Mitigation
        Budget and costs of options.
    run : Run
        Backend, workers, progress.

    Returns
    -------
    Stress
        Tables ``survive``, ``impact``, ``scenarios``, ``paths``, ``days``, ``tail``, ``causes``, ``supply_clusters``,
        ``systemic``, ``mitigations``, ``staircase``, ``placement``; those not asked for are empty.

    Raises
    ------
    ParameterError
        A parameter is out of range, or a target is unknown.
    DataError
        There is no demand, none in that year, nothing makes or ships anything, or a number is too large to compute with.

    Notes
    -----
    One linear programme a target, warm-started; one sweep over all parts where every lane is open. Links that are only
    inferred count as links: ``evidence_share`` says how much of a target's value rests on more. A stop costs more than the
    figure where customers do not come back.

    References
    ----------
    Time to survive and to recover: Simchi-Levi et al. (2015), Interfaces 45(5):375, doi 10.1287/inte.2015.0804. Systemic
    index: Diem et al. (2022), Sci. Rep. 12:7719, doi 10.1038/s41598-022-11522-z. Dynamics: Inoue & Todo (2019), Nature
    Sustainability 2:841. Tail: Rockafellar & Uryasev (2000), J. Risk 2:21.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.stress import stress
    >>> answer = stress(tierscape.load("mini"), ask=("survive",))
    >>> answer.survive.select("target", "tts_days", "ttr_days").row(0)
    ('n2', 13.0, 60.0)
    """
    refuse_sizes(network)
    at, chosen_year = network_at(network, year)
    firm = _firm(at, dynamics, chosen_year)
    here = places(at, firm)
    frames = {table.name: empty(table) for table in ALL}
    findings: list[Finding] = [*firm.findings, *default_ttr(firm, here, line_values(at, firm)[0], shocks)]
    unseen, said = unseen_supply(firm)
    findings += said
    if {"survive", "impact"} & set(ask):
        hit = struck(at, firm, here, shocks)
        made, said = stops(at, firm, hit, dynamics.lanes, dynamics.product_stock_days)
        frames["survive"] = survive_rows(at, firm, hit, made)
        findings += [*said, *cross_check(hit, made, shocks.seed)]
        if "impact" in ask:
            frames["impact"] = impact_rows(hit, made)
    if "systemic" in ask:
        frames["systemic"], said = systemic_rows(at, firm, dynamics)
        findings += said
    if set(DRAWN) & set(ask):
        drawn, said = scenario_frames(at, firm, here, ask, (shocks, dynamics, mitigation, run))
        frames |= drawn
        findings += said
    meta = network["meta"]
    return Stress(
        **frames,  # type: ignore[arg-type]
        products=_products(at),
        currency=str(meta["currency"][0] or "") if meta.height else "",
        year=chosen_year,
        unseen_share=unseen,
        findings=tuple(dict.fromkeys(findings)),
    )


def _firm(network: Network, dynamics: Dynamics, year: int | None) -> FirmLines:
    """Turn the network into lines, or say what it lacks."""
    if year is None:
        finding = Finding(
            rule="no_demand",
            severity="error",
            table="demand",
            problem="there is no row; nothing can be missed",
            remedy="Give what must be delivered: region, product, year, volume_per_year.",
        )
        raise DataError([finding])
    graph = supply_graph(network)
    if not graph.n:
        finding = Finding(
            rule="no_supply",
            severity="error",
            table="capabilities",
            problem="no operating site makes or ships anything",
            remedy="Give who makes what in 'capabilities', or who supplies whom in 'links'.",
        )
        raise DataError([finding])
    return firm_lines(
        network,
        graph,
        default_stock_days=dynamics.default_stock_days,
        product_stock_days=dynamics.product_stock_days,
    )


def _products(network: Network) -> tuple[str, ...]:
    """Name what is in demand, the largest volume first."""
    wanted = network["demand"].group_by(part="product").agg(volume=pl.col("volume_per_year").sum())
    named = wanted.join(network["parts"].select("part", "name"), on="part", how="left")
    named = named.sort("volume", "part", descending=[True, False], nulls_last=True)
    return tuple(named.select(pl.coalesce("name", "part")).to_series().to_list())
