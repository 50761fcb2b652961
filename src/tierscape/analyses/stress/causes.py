"""`causes`: where the losses of the worst scenarios began, what bound first, and what the tail as a whole is rooted in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.study import Losses, Study, sure_events
from tierscape.analyses.stress.swings import Swing
from tierscape.kernels.firm_events import FirmEvents, take_scenarios
from tierscape.kernels.firm_explain import ROOTS, STEPS, Causes, explain_losses
from tierscape.kernels.hazard_draws import draw
from tierscape.kernels.loss_tail import tail
from tierscape.quantities.firm_flows import STORE
from tierscape.quantities.hazards import Hazard, drawable

WORST = 5
"""Scenarios whose causes are shown one by one, those with the largest loss."""
MOST_EXPLAINED = 60
"""Scenarios that stand for a tail; each is run again day by day."""
EVERY = "all"
"""Name of the rows for the tail as a whole."""
ROUTES = "ways round closed links"

Ints = NDArray[np.int64]
SCHEMA = {
    "scenario": pl.String, "root_kind": pl.String, "root": pl.String, "input": pl.String, "path": pl.String,
    "lost_units": pl.Float64, "lost_margin": pl.Float64, "cvar_share": pl.Float64,
}  # fmt: skip
Struck = Sequence[tuple[Hazard, float, float]]
"""Hazards that strike in a scenario, with start and days."""


def drawn_causes(study: Study, losses: Losses, alpha: float) -> pl.DataFrame:
    """Give the frame ``causes`` of drawn scenarios: the whole tail together, its worst five, and the median of those with a loss.

    Parameters
    ----------
    study : Study
    losses : Losses
        Of the scenarios from 0 on.
    alpha : float

    Returns
    -------
    polars.DataFrame
        Rows of a scenario sum to its loss. Rows of the tail are means over it, with shares that sum to 1; those of its worst
        scenarios are shares of the same whole, and the median has none. Null without margins, empty for sectors.

    Notes
    -----
    Each scenario is run again day by day. Of a tail of more than sixty the worst five and as many more, evenly spread over its ranks, stand for it.
    """
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    order = np.argsort(-size, kind="stable")
    order = order[size[order] > 0]
    if not len(order) or study.case.sector is not None:
        return pl.DataFrame(schema=SCHEMA)
    bad = order[size[order] >= tail(size, alpha).var[0]]
    sample, weight = _sampled(bad)
    median = order[len(order) // 2]
    shown = np.unique(np.append(sample, median))
    drawn = draw(study.case.hazards, study.case.chances, shown, study.case.rules.horizon_days)
    hazards = drawable(study.hazards)
    told: dict[int, pl.DataFrame] = {}
    for k, s in enumerate(shown.tolist()):
        mine = np.flatnonzero(drawn.strikes.scenario == k)
        struck = [(hazards[drawn.strikes.hazard[i]], drawn.strikes.start[i], drawn.strikes.days[i]) for i in mine]
        told[s] = _explained(study, take_scenarios(drawn.events, np.array([k])), struck, f"draw:{s}")
    whole = float(losses.money[bad].sum()) if study.margin_known else 0.0
    worst = [
        told[s].with_columns(cvar_share=pl.col("lost_margin") / whole if whole > 0 else None)
        for s in bad[:WORST].tolist()
    ]
    middle = [told[int(median)]] if int(median) not in bad[:WORST].tolist() else []
    together = pl.concat(
        [told[s].with_columns(weight=pl.lit(w)) for s, w in zip(sample.tolist(), weight.tolist(), strict=True)]
    )
    return pl.concat([_tail_rows(study, together, losses, (sample, weight)), *worst, *middle])


def _sampled(bad: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Choose the scenarios that stand for a tail, the largest loss first, and how many each stands for."""
    if len(bad) <= MOST_EXPLAINED:
        return bad, np.ones(len(bad))
    rest = bad[WORST:]
    number = MOST_EXPLAINED - WORST
    chosen = rest[((np.arange(number) + 0.5) * len(rest) / number).astype(np.int64)]
    return np.append(bad[:WORST], chosen), np.append(np.ones(WORST), np.full(number, len(rest) / number))


def certain_causes(
    study: Study, hazards: Sequence[Hazard], losses: Losses, swings: Sequence[Swing] = ()
) -> pl.DataFrame:
    """Give the frame ``causes`` of targets that stop and of demand that swings for certain: all swings, and the five targets with the largest loss.

    Parameters
    ----------
    study : Study
    hazards : sequence of Hazard
    losses : Losses
        Of ``run_certain``, in the same order.
    swings : sequence of Swing

    Returns
    -------
    polars.DataFrame
        Empty for sectors.
    """
    frames = [pl.DataFrame(schema=SCHEMA)]
    size = losses.money if study.margin_known else losses.lost_units.sum(axis=1)
    events = sure_events(study, hazards, swings)
    asked = range(len(hazards), len(hazards) + len(swings))  # a swing was asked for: it is always told
    order = [*asked, *np.argsort(-size[: len(hazards)], kind="stable")[:WORST].tolist()]
    for k in order if study.case.sector is None else []:
        if losses.lost_units[k].sum() > 0:
            struck = [(hazards[k], 1.0, hazards[k].days)] if k < len(hazards) else []
            name = hazards[k].key if k < len(hazards) else swings[k - len(hazards)].key
            frames.append(_explained(study, take_scenarios(events, np.array([k])), struck, name))
    return pl.concat(frames)


def _explained(study: Study, events: FirmEvents, struck: Struck, name: str) -> pl.DataFrame:
    """Give the causes of one scenario, the largest first."""
    found, _ = explain_losses(study.case.network, events, study.case.rules)
    margin = np.nan_to_num(study.firm.margin[found.line])
    told = [_told(study, found, k, events, struck) for k in range(len(found.line))]
    rows = [
        (name, *words, units, units * money, None)
        for words, units, money in zip(told, found.lost_units.tolist(), margin.tolist(), strict=True)
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    keys = ["scenario", "root_kind", "root", "input", "path"]
    units = frame.group_by(keys, maintain_order=True).agg(pl.col("lost_units", "lost_margin").sum())
    priced = pl.col("lost_margin") if study.margin_known else pl.lit(None, pl.Float64)
    units = units.with_columns(lost_margin=priced, cvar_share=pl.lit(None, pl.Float64))
    return units.sort("lost_units", *keys, descending=[True] + [False] * len(keys))


def _tail_rows(
    study: Study, rows: pl.DataFrame, losses: Losses, sample: tuple[Ints, NDArray[np.float64]]
) -> pl.DataFrame:
    """Sum the causes of the tail by root, each scenario as often as it stands for others, as means a scenario."""
    ids, weight = sample
    number = float(weight.sum())
    sums = rows.group_by("root_kind", "root").agg(
        (pl.col("lost_units", "lost_margin") * pl.col("weight")).sum() / number
    )
    routes = float(losses.metrics["reroute_cost"][ids] @ weight) / number
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


def _told(study: Study, found: Causes, k: int, events: FirmEvents, struck: Struck) -> tuple[str, str, str, str]:
    """Say of a loss what it is rooted in, which input bound first, and whom it passed."""
    kind, root = ROOTS[found.root_kind[k]], int(found.root[k])
    where, hazard = root, None
    if kind == "outage":
        where = int(events.outages.line[root])
        hazard = _hazard(struck, where, float(events.outages.begin[root]), on_links=False)
    elif kind == "closure":
        link = int(events.closures.target[root])
        where = int(study.case.network.supplier[link])
        hazard = _hazard(struck, link, float(events.closures.begin[root]), on_links=True)
    elif kind == "swing":
        where = int(events.swings.target[root])
    site, part = study.firm.lines.row(where)
    name = f"{site.removeprefix(STORE)}/{part}" if hazard is None else hazard.name
    way = [line for line in found.path[k].tolist() if line >= 0]
    sites = [study.firm.lines["site"][line].removeprefix(STORE) for line in way]
    if where not in way:
        sites += ["…"] * (len(way) == STEPS) + [site.removeprefix(STORE)]
    path = " > ".join(here for here, _ in groupby(reversed(sites)))
    return kind, name, _first_input(study, [*way, where]) if found.slot[k] >= 0 else "", path


def _first_input(study: Study, way: Sequence[int]) -> str:
    """Give the part that the maker of the product lacked first; empty where it was stopped itself."""
    parts = [str(study.firm.lines["part"][line]) for line in way]
    return next((part for part in parts if part != parts[0]), "")


def _hazard(struck: Struck, where: int, begin: float, *, on_links: bool) -> Hazard | None:
    """Find the hazard that began on that day and hits the line or link; of several the one that takes most."""
    best: tuple[float, Hazard] | None = None
    for hazard, start, _ in struck:
        at = np.flatnonzero(hazard.members.index == where)
        if hazard.members.on_links == on_links and len(at) and start == begin:
            taken = 1.0 - hazard.effect[at[0]] if on_links else hazard.effect[at[0]]
            if best is None or taken > best[0]:
                best = (float(taken), hazard)
    return None if best is None else best[1]
