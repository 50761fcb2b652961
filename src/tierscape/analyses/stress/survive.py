"""How long demand is met without each target: on the lanes that there are, and if every maker could stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.chain import UNSEEN, Lanes, Pooled, declared_stock, finished_stock, lanes_of, pooled
from tierscape.analyses.stress.tables import SURVIVE
from tierscape.analyses.stress.targets import Struck
from tierscape.errors import Finding
from tierscape.kernels import exposure
from tierscape.kernels import survive as sweep
from tierscape.network import Network
from tierscape.quantities.firm_lines import FirmLines

LARGEST = 2_000_000
"""Targets times lanes up to which ``auto`` solves one programme a target."""
SAMPLED = 30
"""Targets whose sweep is solved again as linear programmes."""
AGREED_DAYS = 1e-5
LONGEST_DAYS = 3650.0
A_MOMENT = 0.05
"""Days after the first miss at which the model is asked what would help most."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stops:
    """The models of a network and the time to survive of each target, for ``survive`` and ``impact``.

    Parameters
    ----------
    lanes : Lanes
        As declared; opened if every maker may stand in.
    targets : exposure.Targets
    tts : numpy.ndarray, shape (targets,)
        Days, infinite where demand is met for ever.
    method : {"lp", "sweep"}
    swept : sweep.Survival
        With every lane open and stock pooled.
    tts_open : numpy.ndarray, shape (targets,)
        Days if every maker of a part could serve every user.
    pool : Pooled
    """

    lanes: Lanes
    targets: exposure.Targets
    tts: Floats
    method: Literal["lp", "sweep"]
    swept: sweep.Survival
    tts_open: Floats
    pool: Pooled


def stops(
    network: Network, firm: FirmLines, hit: Struck, lanes: Literal["auto", "links", "open"], product_stock_days: float
) -> tuple[Stops, tuple[Finding, ...]]:
    """Build the models and find the time to survive of each target.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    hit : Struck
    lanes : {"auto", "links", "open"}
        Who may stand in: suppliers with a link, or every maker.
    product_stock_days : float

    Returns
    -------
    stops : Stops
    findings : tuple of Finding
        What ``auto`` chose where it was not the links.

    Notes
    -----
    On links one linear programme a target, and one more with every lane open: what qualifying every maker would give. If
    every lane is open and there is no choice among alternatives, one sweep for all targets.
    """
    finished = finished_stock(network, firm, product_stock_days)
    chain, pool = lanes_of(firm, finished), pooled(firm, finished)
    swept = sweep.survive(sweep.needs(pool.bom, pool.demand, pool.stock), pool.capacity, lost_parts(pool, hit))
    size = hit.rows.height * max(len(chain.arc), 1)
    opened = lanes == "open" or (lanes == "auto" and size > LARGEST)
    said = (_too_large(hit.rows.height, len(chain.arc)),) if opened and lanes == "auto" else ()
    targets = lost_lanes(chain, hit)
    free, everywhere = _opened(chain), targets._replace(lanes=None)
    if opened and not pool.choices:
        return Stops(free, everywhere, swept.tts, "sweep", swept, swept.tts, pool), said
    at_best = exposure.survive(money_blind(free.chain), everywhere, LONGEST_DAYS)
    if opened:
        return Stops(free, everywhere, at_best, "lp", swept, at_best, pool), said
    tts = exposure.survive(money_blind(chain.chain), targets, LONGEST_DAYS)
    return Stops(chain, targets, tts, "lp", swept, at_best, pool), said


def lost_lanes(lanes: Lanes, hit: Struck) -> exposure.Targets:
    """Say what each target takes from the lines and lanes; an arc that is not essential has no lane."""
    pointer, arc = hit.arcs
    closed = None
    if len(arc):
        place = np.full(max(int(arc.max()), int(lanes.arc.max(initial=-1))) + 1, -1, np.int64)
        named = np.flatnonzero(lanes.arc >= 0)
        place[lanes.arc[named]] = named
        owner = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))
        found = place[arc] >= 0
        counts = np.bincount(owner[found], minlength=len(pointer) - 1)
        closed = (np.append(0, np.cumsum(counts)).astype(np.int64), place[arc][found])
    start, line = hit.lines
    unnamed = [_unnamed(lanes, kind, key) for kind, key in hit.rows.select("target_kind", "target").iter_rows()]
    members = [np.concatenate([line[start[s] : start[s + 1]], more]) for s, more in enumerate(unnamed)]
    pointer = np.cumsum([0, *map(len, members)]).astype(np.int64)
    stopped = np.concatenate([np.zeros(0, np.int64), *members])
    return exposure.Targets((pointer, stopped, np.ones(len(stopped))), closed)


def _unnamed(lanes: Lanes, kind: str, key: str) -> Ints:
    """Lines that stand for suppliers of a part whom nobody named: a target only with the part itself."""
    if kind != "part":
        return np.zeros(0, np.int64)
    return np.array([i for i, label in enumerate(lanes.labels) if label == f"{UNSEEN}/{key}"], dtype=np.int64)


def lost_parts(pool: Pooled, hit: Struck) -> tuple[Ints, Ints, Floats]:
    """Say what each target takes from the pooled capacity of parts; closed lanes take nothing."""
    return sweep.pool(*pool.makers, _makers_hit(pool, hit))


def _makers_hit(pool: Pooled, hit: Struck) -> tuple[Ints, Ints, Floats]:
    pointer, line = hit.lines
    first = np.searchsorted(pool.line, line)
    many = np.searchsorted(pool.line, line, side="right") - first
    index = np.repeat(first - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
    owner = np.repeat(np.repeat(np.arange(len(pointer) - 1), np.diff(pointer)), many)
    counts = np.bincount(owner, minlength=len(pointer) - 1)
    return np.append(0, np.cumsum(counts)).astype(np.int64), index.astype(np.int64), np.ones(len(index))


def exit_ready(pool: Pooled, lost: tuple[Ints, Ints, Floats]) -> Floats:
    """Give the share of steady demand that could be met for ever without each target, shape (targets,)."""
    indptr, parent, quantity = pool.bom
    child = np.repeat(np.arange(len(pool.nodes)), np.diff(indptr))
    need, before = pool.demand.copy(), np.full(len(pool.nodes), np.nan)
    while not np.array_equal(need, before):  # one round a tier
        before = need
        made = np.maximum(need - pool.unseen, 0.0)
        need = pool.demand + np.bincount(child, quantity * made[parent], minlength=len(need))
    pointer, part, taken = lost
    left = np.where(
        np.isfinite(taken), np.maximum(pool.capacity[part] - np.where(np.isfinite(taken), taken, 0.0), 0.0), 0.0
    )
    share = np.minimum(np.divide(left, need[part], out=np.ones(len(part)), where=need[part] > 0.0), 1.0)
    least = np.ones(len(pointer) - 1)
    np.minimum.at(least, np.repeat(np.arange(len(least)), np.diff(pointer)), share)
    return np.where(least >= 1.0 - 1e-9, 1.0, least)


def _opened(lanes: Lanes) -> Lanes:
    """Open every lane: lines, then a hub a part."""
    chain = exposure.opened(lanes.chain, lanes.part, lanes.wanted)
    none = np.zeros(0, np.int64)
    return Lanes(chain, none, none, lanes.part, lanes.products, lanes.labels, lanes.unit)


def survive_rows(network: Network, firm: FirmLines, hit: Struck, made: Stops) -> pl.DataFrame:
    """Give the frame ``survive``, exposed targets first, the least margin before others.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    hit : Struck
    made : Stops

    Returns
    -------
    polars.DataFrame
    """
    part, stock = _binding(made)
    low = _low(network, firm, hit, made)
    rows = hit.rows.with_columns(
        tts_days=pl.Series(made.tts),
        tts_low_days=pl.Series(low),
        tts_open_days=pl.Series(made.tts_open),
        binding_part=pl.Series(part, dtype=pl.String),
        binding_stock=pl.Series(stock, dtype=pl.String),
        exit_ready_share=pl.Series(exit_ready(made.pool, lost_parts(made.pool, hit))),
        method=pl.lit(made.method),
    )
    rows = rows.with_columns(holds=pl.col("tts_days").is_infinite(), exposed=pl.col("tts_days") < pl.col("ttr_days"))
    days = ("tts_days", "tts_low_days", "tts_open_days")
    rows = rows.with_columns(pl.when(pl.col(c).is_finite()).then(c).alias(c) for c in days)
    rows = rows.with_columns(margin_days=pl.col("tts_days") - pl.col("ttr_days"))
    places = network["sites"].select("lat", "lon", target_kind=pl.lit("site"), target="site")
    rows = rows.join(places, on=["target_kind", "target"], how="left", maintain_order="left")
    kinds = hit.rows["target_kind"].unique(maintain_order=True).to_list()
    order = pl.col("target_kind").replace_strict({k: i for i, k in enumerate(kinds)}, return_dtype=pl.Int64)
    return rows.sort(order, "margin_days", "target", nulls_last=True).select(SURVIVE.names)


def _binding(made: Stops) -> tuple[list[str | None], list[str | None]]:
    """Name the part whose capacity is missed first, and, where the sweep was used, the stock that ran out before."""
    if made.method == "sweep":
        nodes = made.pool.nodes
        found = (made.swept.part, made.swept.stock)
        part, stock = ([nodes[p] if p >= 0 else None for p in column] for column in found)
        return part, stock
    missed = np.flatnonzero(np.isfinite(made.tts))
    parts: list[str | None] = [None] * len(made.tts)
    if len(missed):
        just_after = exposure.impact(
            money_blind(made.lanes.chain), chosen(made.targets, missed), made.tts[missed, None] + A_MOMENT
        )
        labels = made.lanes.labels
        for s, line in zip(missed, just_after.remedy[:, 0], strict=True):
            parts[s] = labels[line].split("/", 1)[1] if 0 <= line < len(labels) else None
    return parts, [None] * len(parts)


def money_blind(chain: exposure.Chain) -> exposure.Chain:
    """Weigh every unit of every product alike."""
    return chain._replace(margin=np.ones(len(chain.demand)))


def chosen(targets: exposure.Targets, ids: Ints) -> exposure.Targets:
    """Give some of the targets, in the order of their numbers."""
    pointer, line, loss = targets.lines
    spans = [np.arange(pointer[s], pointer[s + 1]) for s in ids]
    take = np.concatenate([np.zeros(0, np.int64), *spans])
    lanes = None
    if targets.lanes is not None:
        start, lane = targets.lanes
        closed = [np.arange(start[s], start[s + 1]) for s in ids]
        lanes = (np.cumsum([0, *map(len, closed)]), lane[np.concatenate([np.zeros(0, np.int64), *closed])])
    return exposure.Targets((np.cumsum([0, *map(len, spans)]), line[take], loss[take]), lanes)


def _low(network: Network, firm: FirmLines, hit: Struck, made: Stops) -> Floats:
    """Give the time to survive if stock that nobody declared is not there."""
    declared, finished = declared_stock(network, firm), finished_stock(network, firm, 0.0)
    bare = lanes_of(firm, finished, declared)
    chain = made.lanes.chain
    if made.method == "sweep":
        pool = pooled(firm, finished, declared)
        if np.array_equal(pool.stock, made.pool.stock):
            return made.tts
        return sweep.survive(sweep.needs(pool.bom, pool.demand, pool.stock), pool.capacity, lost_parts(pool, hit)).tts
    if len(made.lanes.arc) < len(bare.arc):
        bare = _opened(bare)
    if np.array_equal(bare.chain.stock, chain.stock) and np.array_equal(bare.chain.finished, chain.finished):
        return made.tts
    return exposure.survive(money_blind(bare.chain), made.targets, LONGEST_DAYS)


def cross_check(hit: Struck, made: Stops, seed: int) -> tuple[Finding, ...]:
    """Solve a sample of targets again as linear programmes under the sweep's own assumptions.

    Returns
    -------
    tuple of Finding
        An error if some time to survive differs by more than 10⁻⁵ days; and a warning where demand is missed with nothing lost.
    """
    pool, count = made.pool, len(made.tts)
    picked = np.sort(np.random.default_rng(seed).permutation(count)[:SAMPLED])
    solved = exposure.survive(
        exposure.alike(pool.bom, pool.demand, pool.stock, pool.makers),
        chosen(exposure.Targets(_makers_hit(pool, hit)), picked),
        LONGEST_DAYS,
    )
    found = np.where(made.swept.tts[picked] >= LONGEST_DAYS, np.inf, made.swept.tts[picked])
    wrong = picked[~np.isclose(solved, found, rtol=0.0, atol=AGREED_DAYS)]
    findings = []
    if len(wrong):
        first = hit.rows.row(int(wrong[0]), named=True)
        findings.append(
            Finding(
                rule="sweep_differs",
                severity="error",
                table="survive",
                column="tts_open_days",
                problem=f"{len(wrong)} of {len(picked)} sampled targets differ by more than {AGREED_DAYS:g} days from a linear programme",
                remedy="Do not use the figure; please report the network.",
                count=len(wrong),
                value=f"{first['target_kind']}:{first['target']}",
            )
        )
    base = sweep.baseline(sweep.needs(pool.bom, pool.demand, pool.stock), pool.capacity)
    short = np.flatnonzero(np.isfinite(base.tts))
    if len(short):
        findings.append(
            Finding(
                rule="short_without_loss",
                severity="warning",
                table="capabilities",
                column="capacity_per_year",
                problem=f"{len(short)} parts run short although nothing is lost, the first after {base.tts[short].min():.1f} days",
                remedy="Correct capacities, volumes or quantities: demand and bill of materials ask for more than is made.",
                count=len(short),
                value=pool.nodes[int(short[np.argmin(base.tts[short])])],
            )
        )
    return tuple(findings)


def _too_large(targets: int, lanes: int) -> Finding:
    return Finding(
        rule="lanes_opened",
        severity="warning",
        table="links",
        problem=f"{targets:,} targets on {lanes:,} links are too many for one programme each; every maker of a part was taken to be "
        "able to serve every user",
        remedy="Ask for fewer targets, or set dynamics.lanes to links and wait.",
        count=targets,
    )
