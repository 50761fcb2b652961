"""Scenarios, drawn and certain, and the frames that rest on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tierscape.analyses.stress.assumptions import Dynamics, Mitigation, Question, Run, Shocks
from tierscape.analyses.stress.blocks import tau_range
from tierscape.analyses.stress.causes import certain_causes, drawn_causes
from tierscape.analyses.stress.clusters import cluster_rows
from tierscape.analyses.stress.days import certain_days, drawn_days
from tierscape.analyses.stress.mitigate import mitigation_rows
from tierscape.analyses.stress.placement import placement_rows
from tierscape.analyses.stress.simulate import path_rows, scenario_rows
from tierscape.analyses.stress.study import Losses, Study, make_study, run_certain, run_drawn
from tierscape.analyses.stress.survive import exit_ready, lost_parts, stops
from tierscape.analyses.stress.swings import read_swings
from tierscape.analyses.stress.tables import SUPPLY_CLUSTERS
from tierscape.analyses.stress.tail import tail_rows
from tierscape.analyses.stress.targets import asked_targets, struck
from tierscape.errors import Finding, ParameterError
from tierscape.kernels.firm_flags import tau_sensitive
from tierscape.network import Network
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.hazards import certain, drawable, read_hazards
from tierscape.quantities.targets import Places

DRAWN: tuple[Question, ...] = ("simulate", "tail", "mitigate")
"""Questions that need scenarios."""
SHOWN_WORST = 5
"""Worst draws of which it is asked whether τ makes them."""
MOST_DRAWS = 2000
"""Draws that the frame of scenarios holds, those with the largest losses."""

Frames = dict[str, pl.DataFrame]


def scenario_frames(
    network: Network,
    firm: FirmLines,
    here: Places,
    ask: Sequence[Question],
    choices: tuple[Shocks, Dynamics, Mitigation, Run],
) -> tuple[Frames, tuple[Finding, ...]]:
    """Answer ``simulate``, ``tail`` and ``mitigate``.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    here : Places
    ask : sequence of str
    choices : (Shocks, Dynamics, Mitigation, Run)

    Returns
    -------
    frames : dict of str to polars.DataFrame
    findings : tuple of Finding

    Raises
    ------
    ParameterError
        A swing of demand is none, or is asked of sectors.
    """
    shocks, dynamics, mitigation, run = choices
    hazards, said = read_hazards(network, firm, here, shocks.durations())
    findings = list(said)
    study = make_study(firm, hazards, shocks, dynamics)
    findings += study.findings
    frames: Frames = {}
    scenarios: list[pl.DataFrame] = []
    causes: list[pl.DataFrame] = []
    days: list[pl.DataFrame] = []
    if "simulate" in ask:
        sure = certain(firm, here, asked_targets(here, shocks), shocks.durations())
        swings = read_swings(firm, shocks.swings)
        if swings and dynamics.model == "sector":
            raise ParameterError(
                "shocks.swings: the model of sectors knows no swing of demand. Take dynamics.model firm."
            )
        lost = run_certain(study, sure, run, swings=swings)
        scenarios.append(scenario_rows(study, lost, [*(h.key for h in sure), *(s.key for s in swings)]))
        causes.append(certain_causes(study, sure, lost, swings))
        days.append(certain_days(study, sure, lost, swings))
    if not drawable(hazards):
        findings.append(_no_hazards())
    else:
        losses = run_drawn(study.case, shocks.scenarios, run)
        names = [f"draw:{i}" for i in range(shocks.scenarios)]
        shown = bool({"simulate", "tail"} & set(ask))
        drawn = scenario_rows(study, losses, names, _sensitive(study, losses) if shown else [])
        scenarios.append(drawn.filter((pl.col("lost_units") > 0) | (pl.col("reroute_cost") > 0)).head(MOST_DRAWS))
        if "simulate" in ask:
            frames["paths"] = path_rows(study, shocks.scenarios, run)
        if "tail" in ask:
            table, said = tail_rows(network, study, losses, shocks.alpha)
            frames["tail"] = table
            findings += said
            causes.insert(0, drawn_causes(study, losses, shocks.alpha))
            days.insert(0, drawn_days(study, losses))
            frames["supply_clusters"] = _clusters(network, here, study, losses, choices)
        if "mitigate" in ask:
            frames["mitigations"], frames["staircase"] = mitigation_rows(
                network, study, here, losses, (shocks, mitigation, run)
            )
            frames["placement"], said = placement_rows(network, mitigation)
            findings += said
    if scenarios:
        frames["scenarios"] = pl.concat(scenarios)
    if causes:
        frames["causes"] = pl.concat(causes)
    if days:
        frames["days"] = pl.concat(days)
    return {name: frame for name, frame in frames.items() if frame.width}, tuple(findings)


def _sensitive(study: Study, losses: Losses) -> list[str]:
    """Name the worst draws whose loss changes with the time in which stock is ordered again."""
    lost = losses.metrics["lost_margin"]
    ids = np.argsort(-lost, kind="stable")[:SHOWN_WORST]
    ids = np.sort(ids[lost[ids] > 0])
    if not len(ids):
        return []
    half, twice = tau_range(study.case, ids)
    return [f"draw:{i}" for i in ids[tau_sensitive(half, lost[ids], twice)].tolist()]


def _clusters(
    network: Network,
    here: Places,
    study: Study,
    losses: Losses,
    choices: tuple[Shocks, Dynamics, Mitigation, Run],
) -> pl.DataFrame:
    """Add to what a region costs together how long demand survives without it."""
    shocks, dynamics, _, run = choices
    regions = here.known("region")
    if not regions:
        return pl.DataFrame()
    targets = tuple(f"region:{key}" for key in regions)
    sure = certain(study.firm, here, [("region", key) for key in regions], shocks.durations())
    down = dict(zip(regions, run_certain(study, sure, run, title="Regions").money.tolist(), strict=True))
    rows = cluster_rows(study, here, losses, down if study.margin_known else {}, shocks.alpha, run)
    hit = struck(network, study.firm, here, shocks.model_copy(update={"targets": targets}))
    made, _ = stops(network, study.firm, hit, dynamics.lanes, dynamics.product_stock_days)
    outlast = pl.DataFrame(
        {
            "supply_cluster": regions,
            "tts_days": np.where(np.isfinite(made.tts), made.tts, np.nan),
            "exit_ready_share": exit_ready(made.pool, lost_parts(made.pool, hit)),
        }
    ).with_columns(pl.col("tts_days").fill_nan(None))
    return rows.join(outlast, on="supply_cluster", how="left", maintain_order="left").select(SUPPLY_CLUSTERS.names)


def _no_hazards() -> Finding:
    return Finding(
        rule="no_hazards",
        severity="warning",
        table="disruptions",
        problem="no row has a probability and somebody to hit, so nothing is drawn",
        remedy="Add what can go wrong, with its probability in a year; none is made up.",
    )
