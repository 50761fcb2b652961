"""`causes`: where the losses of the worst scenarios began, what bound first, and what the tail as a whole is rooted in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.study import Losses, Study
from tierscape.kernels.firm_causes import CLOSURE, HEADROOM, OUTAGE, Cause, Loss, explain_losses
from tierscape.kernels.firm_events import FirmEvents, take_scenarios
from tierscape.kernels.hazard_draws import draw
from tierscape.kernels.loss_tail import tail
from tierscape.quantities.firm_flows import STORE
from tierscape.quantities.hazards import Hazard, drawable, struck_once

WORST = 5
"""Scenarios that are explained one by one, beside the median of those with a loss."""
TAIL_SAMPLE = 40
"""Scenarios of the tail that are explained for its roots, evenly over their ranks."""
LONGEST_PATH = 6
EVERY = "all"
"""Name of the rows for the tail as a whole."""
KINDS = {OUTAGE: "outage", CLOSURE: "closure", HEADROOM: "no headroom"}
ROUTES = "ways round closed links"

Ints = NDArray[np.int64]
SCHEMA = {
    "scenario": pl.String, "root_kind": pl.String, "root": pl.String, "input": pl.String, "path": pl.String,
    "lost_units": pl.Float64, "lost_margin": pl.Float64, "cvar_share": pl.Float64,
}  # fmt: skip
Struck = Sequence[tuple[Hazard, float, float]]
"""Hazards that strike in a scenario, with start and days."""


def drawn_causes(study: Study, losses: Losses, alpha: float) -> pl.DataFrame:
    """Give the frame ``causes`` of drawn scenarios: the worst, the median, and the tail as a whole.

    Parameters
    ----------
    study : Study
    losses : Losses
        Of the scenarios from 0 on.
    alpha : float

    Returns
    -------
    polars.DataFrame
        Rows of a scenario sum to its loss. Rows of the tail are means over at most 40 of its scenarios; their shares of CVaR
        sum to 1, and are null without margins.
    """
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    order = np.argsort(-size, kind="stable")
    order = order[size[order] > 0]
    if not len(order):
        return pl.DataFrame(schema=SCHEMA)
    shown = np.unique(np.append(order[:WORST], order[len(order) // 2]))
    worst = order[size[order] >= tail(size, alpha).var[0]]
    sample = worst[np.unique(np.linspace(0, len(worst) - 1, min(len(worst), TAIL_SAMPLE)).round().astype(np.int64))]
    ids = np.union1d(shown, sample)
    drawn = draw(study.case.hazards, study.case.chances, ids, study.case.rules.horizon_days)
    hazards = drawable(study.hazards)
    rows: dict[int, pl.DataFrame] = {}
    for k, s in enumerate(ids.tolist()):
        mine = np.flatnonzero(drawn.strikes.scenario == k)
        struck = [(hazards[drawn.strikes.hazard[i]], drawn.strikes.start[i], drawn.strikes.days[i]) for i in mine]
        rows[s] = _explained(study, take_scenarios(drawn.events, np.array([k])), struck, f"draw:{s}")
    whole = _tail_rows(study, pl.concat([rows[s] for s in sample.tolist()]), losses, sample)
    return pl.concat([whole, *(rows[s] for s in shown[np.argsort(-size[shown], kind="stable")].tolist())])


def certain_causes(study: Study, hazards: Sequence[Hazard], losses: Losses) -> pl.DataFrame:
    """Give the frame ``causes`` of targets that stop for certain, the five with the largest loss.

    Parameters
    ----------
    study : Study
    hazards : sequence of Hazard
    losses : Losses
        Of ``run_certain``, in the same order.

    Returns
    -------
    polars.DataFrame
    """
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    chances = study.case.chances
    frames = [pl.DataFrame(schema=SCHEMA)]
    for k in np.argsort(-size, kind="stable")[:WORST].tolist():
        if losses.lost_units[k].sum() > 0:
            one = struck_once([hazards[k]], profile=chances.profile, ramp_days=chances.ramp_days)
            frames.append(_explained(study, one, [(hazards[k], 1.0, hazards[k].days)], hazards[k].key))
    return pl.concat(frames)


def _explained(study: Study, events: FirmEvents, struck: Struck, name: str) -> pl.DataFrame:
    """Give the causes of one scenario, the largest first."""
    found = explain_losses(study.case.network, events, study.case.rules)
    margin = study.firm.margin
    rows = [
        (name, *_told(study, loss, struck), loss.units, loss.units * float(np.nan_to_num(margin[loss.line])), None)
        for loss in found
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    keys = ["scenario", "root_kind", "root", "input", "path"]
    units = frame.group_by(keys, maintain_order=True).agg(pl.col("lost_units", "lost_margin").sum())
    priced = pl.col("lost_margin") if study.margin_known else pl.lit(None, pl.Float64)
    units = units.with_columns(lost_margin=priced, cvar_share=pl.lit(None, pl.Float64))
    return units.sort("lost_units", *keys, descending=[True] + [False] * len(keys))


def _tail_rows(study: Study, rows: pl.DataFrame, losses: Losses, sample: Ints) -> pl.DataFrame:
    """Sum the causes of the sampled tail by root, as means a scenario."""
    number = len(sample)
    sums = rows.group_by("root_kind", "root").agg(pl.col("lost_units", "lost_margin").sum() / number)
    routes = float(losses.metrics["reroute_cost"][sample].sum()) / number
    if routes > 0:
        more = {"root_kind": ["closure"], "root": [ROUTES], "lost_units": [0.0], "lost_margin": [routes]}
        sums = pl.concat([sums, pl.DataFrame(more, schema=sums.schema)])
    total = pl.col("lost_margin").sum()
    share = pl.when(total > 0).then(pl.col("lost_margin") / total) if study.margin_known else pl.lit(None, pl.Float64)
    margin = pl.col("lost_margin") if study.margin_known else pl.lit(None, pl.Float64)
    return sums.select(
        pl.lit(EVERY).alias("scenario"), "root_kind", "root", pl.lit("").alias("input"), pl.lit("").alias("path"),
        "lost_units", margin.alias("lost_margin"), share.alias("cvar_share"),
    ).sort("cvar_share", "lost_units", "root", "root_kind", descending=[True, True, False, False])  # fmt: skip


def _told(study: Study, loss: Loss, struck: Struck) -> tuple[str, str, str, str]:
    """Say of a way what it is rooted in, which input bound first, and whom it passed."""
    steps = loss.cause.steps
    root = steps[-1]
    site, part = study.firm.lines.row(root.line)
    hit = _hazard(root, struck)
    name = f"{site.removeprefix(STORE)}/{part}" if hit is None else hit.name
    sites = list(_sites(study, steps[::-1]))
    if len(sites) > LONGEST_PATH:
        sites = [*sites[: LONGEST_PATH // 2], "…", *sites[1 - LONGEST_PATH // 2 :]]
    return KINDS.get(root.kind, "restocking"), name, _first_input(study, loss, steps), " > ".join(sites)


def _sites(study: Study, steps: Sequence[Cause]) -> Iterator[str]:
    """Give the sites on the way, each once; a closed link gives who ships by it."""
    last = None
    for step in steps:
        site = study.firm.lines["site"][step.line].removeprefix(STORE)
        if site != last:
            yield site
        last = site


def _first_input(study: Study, loss: Loss, steps: Sequence[Cause]) -> str:
    """Give the part that the maker of the product lacked first; empty where it was stopped itself."""
    product = study.firm.lines["part"][loss.line]
    for step in steps:
        if step.link >= 0:
            part = study.firm.lines["part"][int(study.case.network.supplier[step.link])]
            if part != product:
                return str(part)
    return ""


def _hazard(root: Cause, struck: Struck) -> Hazard | None:
    """Find the hazard that stopped the line or closed the link; of several the one that takes most."""
    on_links = root.kind == CLOSURE
    if root.kind not in (OUTAGE, CLOSURE):
        return None
    where = root.link if on_links else root.line
    best: tuple[float, Hazard] | None = None
    for hazard, start, _ in struck:
        at = np.flatnonzero(hazard.members.index == where)
        if hazard.members.on_links == on_links and len(at) and start <= root.day:
            taken = 1.0 - hazard.effect[at[0]] if on_links else hazard.effect[at[0]]
            if best is None or taken > best[0]:
                best = (float(taken), hazard)
    return None if best is None else best[1]
