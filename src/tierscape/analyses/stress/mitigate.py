"""What each option saves, in the same scenarios as without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Mitigation, Run, Shocks
from tierscape.analyses.stress.blocks import FIXED, Case, simulate_certain
from tierscape.analyses.stress.options import Option, Source, source_options, stock_options
from tierscape.analyses.stress.study import Losses, Study, swept
from tierscape.analyses.stress.tables import MITIGATIONS, STAIRCASE
from tierscape.frames import empty
from tierscape.kernels.firm_events import FirmEvents, Outages, take_scenarios
from tierscape.kernels.hazard_draws import Strikes, draw
from tierscape.kernels.loss_tail import tail, tail_difference
from tierscape.network import Network
from tierscape.quantities.targets import Places

SAMPLE = 1000
"""Scenarios, the first ones, on which the value of an option is measured."""
SCREENED = 32
"""The worst of them, on which all options are compared first."""
FINALISTS = 4
"""Parts, and second sources, that go on from there."""
PAIRED = 10
"""Options that are tried two by two."""
MOST_STEPS = 6
"""Steps of the staircase."""
SURE = 2.0
"""Standard errors below which a value is not told from 0."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Trial:
    """Scenarios that are run again with each option.

    Parameters
    ----------
    case : Case
        Without tallies by part.
    events : FirmEvents
    strikes : Strikes
    cost : numpy.ndarray, shape (scenarios,)
        Money of ways round; no option changes it.
    before : numpy.ndarray, shape (scenarios,)
        Margin lost without any option.
    run : Run
    """

    case: Case
    events: FirmEvents
    strikes: Strikes
    cost: Floats
    before: Floats
    run: Run

    def after(self, options: Sequence[Option], ids: Ints) -> Floats:
        """Give the margin lost in some of the scenarios with options taken together."""
        case = self.case
        for option in options:
            case = case._replace(network=option.stocked(case.network))
        sources = [source for option in options for source in option.sources]
        events = relieved(take_scenarios(self.events, ids), self.strikes, ids, sources)
        rows = swept(
            simulate_certain, (case, events, self.cost[ids]), len(ids), self.run, title="Mitigations", lanes=case.lanes
        )
        return np.asarray(rows[:, FIXED.index("lost_margin")])


def mitigation_rows(
    network: Network, study: Study, here: Places, losses: Losses, choices: tuple[Shocks, Mitigation, Run]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the frames ``mitigations``, the best for its cost first, and ``staircase``.

    Parameters
    ----------
    network : Network
    study : Study
    here : Places
    losses : Losses
        Of the drawn scenarios from 0 on.
    choices : (Shocks, Mitigation, Run)

    Returns
    -------
    mitigations, staircase : polars.DataFrame

    Notes
    -----
    All options are compared on the 32 worst of the first 1,000 scenarios; the best go on to all of those in which anything
    is lost. A scenario without a loss has none with an option. The budget is spent greedily, each pick valued with those
    before it; since options can complement each other, that has no guarantee, and pairs are tried too.
    """
    shocks, mitigation, run = choices
    money = losses.metrics["lost_margin"][:SAMPLE]
    lossy = np.flatnonzero(money > 0)
    if not study.margin_known or len(lossy) < 2:
        return empty(MITIGATIONS), empty(STAIRCASE)
    case = study.case._replace(group=np.zeros(0, np.int64))
    drawn = draw(case.hazards, case.chances, lossy, case.rules.horizon_days)
    trial = Trial(case, drawn.events, drawn.strikes, np.zeros(len(lossy)), money[lossy], run)
    worst = np.argsort(-trial.before, kind="stable")[:SCREENED]
    options = _finalists(trial, worst, study, (network, here, mitigation))
    full = {o.words: _whole(trial, [o], np.arange(len(lossy)), lossy, money) for o in options}
    pair = _best_pair(trial, worst, options)
    if pair is not None:
        options.append(pair[0])
        full[pair[0].words] = _whole(trial, pair[1], np.arange(len(lossy)), lossy, money)
    steps = _greedy(trial, worst, options, np.inf if mitigation.budget is None else mitigation.budget)
    chosen = {o.words: place for place, o in enumerate(steps, start=1)} if mitigation.budget is not None else {}
    rows = [_row(o, tail_difference(money, full[o.words], shocks.alpha), shocks.years, chosen) for o in options]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(pl.Float64).fill_nan(None))
    frame = frame.sort("ratio", "mean_saved", "option", descending=[True, True, False], nulls_last=True)
    return frame, _staircase(trial, steps[:MOST_STEPS], (lossy, money), shocks)


def _staircase(trial: Trial, steps: Sequence[Option], lost: tuple[Ints, Floats], shocks: Shocks) -> pl.DataFrame:
    """Measure what is left after each step, on all scenarios of the sample."""
    lossy, money = lost
    rows, cost = [], 0.0
    for number in range(len(steps) + 1):
        left = _whole(trial, steps[:number], np.arange(len(lossy)), lossy, money) if number else money
        cost += steps[number - 1].cost if number else 0.0
        cvar = float(tail(left, shocks.alpha).cvar[0])
        rows.append(
            (number, steps[number - 1].words if number else "today", cost, float(left.mean()) / shocks.years, cvar)
        )
    return pl.DataFrame(rows, schema=empty(STAIRCASE).schema, orient="row")


def relieved(events: FirmEvents, strikes: Strikes, ids: Ints, sources: Sequence[Source]) -> FirmEvents:
    """Let second sources stand in for lines that are out, from the day on which they are ready.

    Parameters
    ----------
    events : FirmEvents
        Of the scenarios ``ids``.
    strikes : Strikes
        What strikes in all scenarios.
    ids : numpy.ndarray of int64
    sources : sequence of Source
        One that is struck itself while the line is out does not help.

    Returns
    -------
    FirmEvents
    """
    for source in sources:
        events = events._replace(outages=_stood_in(events.outages, strikes, ids, source))
    return events


def _stood_in(outages: Outages, strikes: Strikes, ids: Ints, source: Source) -> Outages:
    """Split the outages of the source's part where it is ready: before, all of the loss; after, what it cannot make."""
    scenario = np.repeat(np.arange(len(ids)), np.diff(outages.start))
    end = outages.begin + outages.hold
    helped = np.isin(outages.line, source.lines) & (outages.hold > source.ready_days)
    hit = source.struck[strikes.hazard]
    place = np.full(int(max(strikes.scenario.max(initial=-1), ids.max(initial=-1))) + 1, -1, np.int64)
    place[ids] = np.arange(len(ids))
    for s, start, days in zip(place[strikes.scenario[hit]], strikes.start[hit], strikes.days[hit], strict=True):
        if s >= 0:
            helped &= ~((scenario == s) & (outages.begin < start + days) & (start < end))
    hold = np.where(helped, source.ready_days, outages.hold)
    ramp = np.where(helped, 0.0, outages.ramp)
    left = np.flatnonzero(helped & (source.share < 1.0))
    order = np.argsort(np.concatenate([scenario, scenario[left]]), kind="stable")

    def joined(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([first, second])[order]

    counts = np.bincount(np.concatenate([scenario, scenario[left]]), minlength=len(ids))
    return Outages(
        start=np.append(0, np.cumsum(counts)).astype(np.int64),
        line=joined(outages.line, outages.line[left]),
        begin=joined(outages.begin, outages.begin[left] + source.ready_days),
        hold=joined(hold, outages.hold[left] - source.ready_days),
        ramp=joined(ramp, outages.ramp[left]),
        loss=joined(outages.loss, outages.loss[left] * (1.0 - source.share)),
        profile=joined(outages.profile, outages.profile[left]),
    )


def _whole(trial: Trial, options: Sequence[Option], ids: Ints, lossy: Ints, money: Floats) -> Floats:
    """Give the margin lost in all scenarios of the sample with options taken together."""
    losses = money.copy()
    losses[lossy] = trial.after(options, ids)
    return losses


def _finalists(trial: Trial, worst: Ints, study: Study, around: tuple[Network, Places, Mitigation]) -> list[Option]:
    """Give the options that save most in the worst scenarios: parts with all their days, and second sources."""
    network, here, mitigation = around
    parts = _struck_parts(trial, study, worst)[: mitigation.candidates]
    middle = sorted(mitigation.extra_days)[len(mitigation.extra_days) // 2]
    stock = stock_options(study, parts, middle, mitigation)
    sources = [o for o in source_options(network, study, here, mitigation) if o.target.split("/")[1] in set(parts)]
    best = _best(trial, worst, stock)
    days = sorted(set(mitigation.extra_days))
    held = [o for d in days for o in stock_options(study, [b.target for b in best], d, mitigation)]
    return [*held, *_best(trial, worst, sources[: mitigation.candidates])]


def _best(trial: Trial, worst: Ints, options: Sequence[Option]) -> list[Option]:
    saved = [float((trial.before[worst] - trial.after([o], worst)).sum()) for o in options]
    order = sorted(range(len(options)), key=lambda i: (-saved[i], options[i].words))
    return [options[i] for i in order[:FINALISTS] if saved[i] > 0]


def _struck_parts(trial: Trial, study: Study, worst: Ints) -> list[str]:
    """List what the lines make that are out in the worst scenarios, by the loss there and the share of the part that is out."""
    events = take_scenarios(trial.events, worst).outages
    scenario = np.repeat(np.arange(len(worst)), np.diff(events.start))
    names = study.firm.lines["part"].to_numpy()
    output = trial.case.network.output
    made = pl.DataFrame({"part": names, "output": output}).group_by("part").agg(pl.col("output").sum())
    out = pl.DataFrame(
        {
            "part": names[events.line],
            "scenario": scenario,
            "lost": output[events.line] * events.loss * np.maximum(events.hold, 1.0),
        }
    )
    weight = pl.DataFrame({"scenario": np.arange(len(worst)), "loss": trial.before[worst]})
    ranked = (
        out.group_by("part", "scenario")
        .agg(pl.col("lost").sum())
        .join(made, on="part")
        .join(weight, on="scenario")
        .filter(pl.col("output") > 0)
        .group_by("part")
        .agg(score=(pl.col("loss") * pl.col("lost") / pl.col("output")).sum())
        .sort("score", "part", descending=[True, False])
    )
    products = [
        p for p in study.firm.lines["part"].gather(study.demand_lines).unique().sort() if p not in set(ranked["part"])
    ]
    return [*ranked["part"].to_list(), *products]


def _best_pair(trial: Trial, worst: Ints, options: Sequence[Option]) -> tuple[Option, tuple[Option, Option]] | None:
    """Give the two options that save most beyond the sum of what each saves, if any do."""
    tried = list({o.target: o for o in options}.values())[:PAIRED]  # of each place the most that is offered
    alone = {o.words: float((trial.before[worst] - trial.after([o], worst)).sum()) for o in tried}
    best, extra = None, 0.0
    for first, second in combinations(tried, 2):
        together = float((trial.before[worst] - trial.after([first, second], worst)).sum())
        gain = together - alone[first.words] - alone[second.words]
        if gain > max(extra, 1e-6 * float(trial.before[worst].sum())):
            best, extra = (first, second), gain
    if best is None:
        return None
    words = f"{best[0].words} and {best[1].words}"
    note = "saves more than the two one by one"
    return Option(words, "pair", f"{best[0].target} + {best[1].target}", best[0].cost + best[1].cost, note=note), best


def _greedy(trial: Trial, worst: Ints, options: Sequence[Option], budget: float) -> list[Option]:
    """Spend the budget on the best saving for its cost, valued anew after each pick."""
    chosen: list[Option] = []
    left, lost = budget, trial.before[worst].sum()
    open_ = [o for o in options if o.kind != "pair" and np.isfinite(o.cost) and o.cost > 0]
    while np.isfinite(budget) or len(chosen) < MOST_STEPS:
        usable = [o for o in open_ if o.cost <= left and o.target not in {c.target for c in chosen}]
        after = [(float(trial.after([*chosen, o], worst).sum()), o) for o in usable]
        after = [(value, o) for value, o in after if value < lost * (1.0 - 1e-9)]
        if not after:
            break
        lost, pick = max(after, key=lambda found: ((lost - found[0]) / found[1].cost, found[1].words))
        chosen.append(pick)
        left -= pick.cost
    return chosen


def _row(option: Option, saved: object, years: int, chosen: dict[str, int]) -> dict[str, object]:
    mean, se_mean, cvar, se = (float(getattr(saved, name)[0]) for name in ("mean", "se_mean", "cvar", "se_cvar"))
    unsure = abs(mean) < SURE * se_mean and abs(cvar) < SURE * se
    notes = [option.note, "not distinguishable from 0" if unsure else ""]
    notes.append("cost unknown" if not np.isfinite(option.cost) else "")
    return {
        "option": option.words, "kind": option.kind, "target": option.target, "cost_per_year": option.cost,
        "mean_saved": mean / years, "cvar_saved": cvar, "se": se,
        "ratio": mean / years / option.cost if option.cost > 0 else np.nan,
        "chosen": chosen.get(option.words), "note": "; ".join(n for n in notes if n),
    }  # fmt: skip
