"""`days`: how the scenarios that are shown run, day by day, and which days are artefacts of the order rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.blocks import simulated
from tierscape.analyses.stress.memory import needed_lanes
from tierscape.analyses.stress.study import Losses, Study, sure_events
from tierscape.analyses.stress.swings import Swing
from tierscape.analyses.stress.tables import DAYS
from tierscape.frames import empty
from tierscape.kernels.firm_events import FirmEvents, active_days, take_scenarios
from tierscape.kernels.firm_flags import find_artefacts
from tierscape.kernels.hazard_draws import draw
from tierscape.quantities.hazards import Hazard

SHOWN = 5
AFTER = 14
"""Calm days that are kept behind the last loss."""
LEAST = 1e-9

Ints = NDArray[np.int64]


def drawn_days(study: Study, losses: Losses) -> pl.DataFrame:
    """Give the five worst draws and the median one of those with a loss."""
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    order = np.argsort(-size, kind="stable")
    order = order[size[order] > 0]
    if not len(order):
        return empty(DAYS)
    ids = np.array(list(dict.fromkeys([*order[:SHOWN].tolist(), int(order[len(order) // 2])])), np.int64)
    back = np.argsort(ids)
    events = draw(study.case.hazards, study.case.chances, ids[back], study.case.rules.horizon_days).events
    return day_rows(study, take_scenarios(events, np.argsort(back)), [f"draw:{i}" for i in ids])


def certain_days(study: Study, hazards: Sequence[Hazard], losses: Losses, swings: Sequence[Swing]) -> pl.DataFrame:
    """Give all swings of demand, and the five targets with the largest loss."""
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    order = np.array(
        [*range(len(hazards), len(size)), *np.argsort(-size[: len(hazards)], kind="stable")[:SHOWN]], np.int64
    )
    order = order[size[order] > 0]
    if not len(order):
        return empty(DAYS)
    names = [h.key for h in hazards] + [s.key for s in swings]
    return day_rows(study, take_scenarios(sure_events(study, hazards, swings), order), [names[k] for k in order])


def day_rows(study: Study, events: FirmEvents, names: Sequence[str]) -> pl.DataFrame:
    """Run scenarios again and give each of their days up to two weeks behind the last loss.

    Parameters
    ----------
    study : Study
    events : FirmEvents
    names : sequence of str

    Returns
    -------
    polars.DataFrame
        ``days``.
    """
    case = study.case
    outcome = simulated(case, events, None, needed_lanes(len(names)))
    normal = float(case.worth @ case.network.demand)
    active = active_days(events, case.rules.horizon_days)
    echo = find_artefacts(outcome, active, normal).echo_days
    frames = [empty(DAYS)]
    for k, name in enumerate(names):
        share = outcome.daily_loss[k] / max(normal, 1e-300)
        share[share < LEAST] = 0.0
        moving = np.flatnonzero((share > 0) | active[:, k])
        last = min(int(moving.max(initial=0)) + AFTER, len(share) - 1)
        over = np.arange(len(share)) > int(np.flatnonzero(active[:, k]).max(initial=-1))
        rebuilt = over & (share > 0) & outcome.restocking_peak[k]
        flag = np.where(echo[k], "echo", np.where(rebuilt, "restocking", ""))
        rows = pl.DataFrame({"day": np.arange(len(share)), "loss_share": share, "active": active[:, k], "flag": flag})
        rows = rows.head(last + 1).with_columns(scenario=pl.lit(name), flag=pl.when(pl.col("flag") != "").then("flag"))
        frames.append(rows.select(DAYS.names).cast(empty(DAYS).schema))
    return pl.concat(frames)
