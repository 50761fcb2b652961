"""`supply_clusters`: what it costs that the sites of a place stop together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Run
from tierscape.analyses.stress.blocks import Case
from tierscape.analyses.stress.study import Losses, Study, run_drawn
from tierscape.kernels.hazard_draws import draw
from tierscape.kernels.loss_tail import tail, tail_difference
from tierscape.quantities.hazards import drawable
from tierscape.quantities.targets import Places

EVERYWHERE = "all"
"""Name of the row in which no hazard has a common cause any more."""
LEAST_TWINS = 400
TWIN_SHARE = 0.2
"""Draws, the first ones, that are compared with and without a common cause: 400, of many a fifth."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cluster_rows(
    study: Study, here: Places, losses: Losses, down: Mapping[str, float], alpha: float, run: Run
) -> pl.DataFrame:
    """Give the frame ``supply_clusters``, regions with the largest loss first, the whole network before them.

    Parameters
    ----------
    study : Study
    here : Places
    losses : Losses
        Of the drawn scenarios from 0 on.
    down : mapping of str to float
        Money lost if all of a region stops for its time to recover.
    alpha : float
    run : Run

    Returns
    -------
    polars.DataFrame
        ``supply_cluster``, ``sites``, ``loss_if_down``, ``cvar_joint``, ``cvar_independent``, ``correlation_premium``, ``se``;
        the last four are null for regions that no hazard of several sites is aimed at, and without margins.

    Notes
    -----
    The comparison takes a hazard that hits several sites of the region at once and draws each site by itself with the same
    chance; all else stays, number by number. A hazard belongs to a region if all sites that it hits stand there. Only
    scenarios in which such a hazard strikes, in one way or the other, are run again.
    """
    sites = here.lines.filter(pl.col("region").is_not_null()).group_by("region").agg(pl.col("site").n_unique())
    region_of = dict(here.lines.select("site", "region").unique().drop_nulls().iter_rows())
    drawn = drawable(study.hazards)
    shared = np.array([len(h.members.units) > 1 for h in drawn], np.bool_)
    homes = [{region_of.get(u) for u in h.members.units} if not h.members.on_links else {None} for h in drawn]
    rows = []
    for region, number in [(EVERYWHERE, here.lines["site"].n_unique()), *sites.sort("region").iter_rows()]:
        mine = shared & np.array([region == EVERYWHERE or home == {region} for home in homes], np.bool_)
        row = {"supply_cluster": region, "sites": number, "loss_if_down": down.get(region)}
        rows.append(row | (_premium(study.case, losses, mine, alpha, run) if mine.any() and study.margin_known else {}))
    frame = pl.DataFrame(rows, schema=SCHEMA, infer_schema_length=None)
    first = pl.col("supply_cluster") == EVERYWHERE
    return frame.sort(first, "loss_if_down", "supply_cluster", descending=[True, True, False], nulls_last=True)


SCHEMA = {
    "supply_cluster": pl.String, "sites": pl.Int64, "loss_if_down": pl.Float64, "cvar_joint": pl.Float64,
    "cvar_independent": pl.Float64, "correlation_premium": pl.Float64, "se": pl.Float64,
}  # fmt: skip


def _premium(case: Case, losses: Losses, apart: NDArray[np.bool_], alpha: float, run: Run) -> dict[str, float]:
    """Give CVaR as drawn, and with some hazards drawn unit by unit."""
    number = min(len(losses.money), max(LEAST_TWINS, int(TWIN_SHARE * len(losses.money))))
    joint = losses.money[:number]
    twin = case._replace(hazards=case.hazards._replace(apart=apart))
    again = _struck(case, twin, apart, np.arange(number))
    independent = joint.copy()
    if len(again):
        independent[again] = run_drawn(twin, again, run, title="Twins").money
    difference = tail_difference(joint, independent, alpha)
    return {
        "cvar_joint": float(tail(joint, alpha).cvar[0]),
        "cvar_independent": float(tail(independent, alpha).cvar[0]),
        "correlation_premium": float(difference.cvar[0]),
        "se": float(difference.se_cvar[0]),
    }


def _struck(case: Case, twin: Case, apart: NDArray[np.bool_], ids: Ints) -> Ints:
    """Give the scenarios in which one of the hazards strikes, together or apart."""
    found = []
    for each in (case, twin):
        strikes = draw(each.hazards, each.chances, ids, each.rules.horizon_days).strikes
        found.append(strikes.scenario[apart[strikes.hazard]])
    return ids[np.unique(np.concatenate(found))]
