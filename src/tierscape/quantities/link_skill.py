"""How well inferred links find links that were declared: some are hidden, and the allocation has to rank them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.frames import DTYPES
from tierscape.network import Network
from tierscape.quantities.inferred import (
    DISTANCE_SCALE_KM,
    HIT_RATE,
    Allocation,
    allocations,
    declared_links,
    open_places,
    part_makers,
    part_scales,
)
from tierscape.schema import Column, Table

LEAST_LINKS = 50
"""Declared links of a kind of part from which the hit rate is measured."""
LEAST_CANDIDATES = 10
"""Sites to choose from below which no skill is claimed."""
HIDDEN_SHARE = 0.2
SMALLEST = 1e-9
"""Least chance that a logarithm is taken of."""

Floats = NDArray[np.float64]

LINK_SKILL = Table("inference_skill", "a kind of part for which links are inferred", ("kind",), (
    Column("kind", "text", "Kind of part."),
    Column("declared_links", "integer", "Links of that kind that somebody declared or observed.", unit="1"),
    Column("hidden_links", "integer", "Those that were hidden to see whether they are found; 0 where none were.", unit="1"),
    Column("candidates", "integer", "Sites to choose from for them.", unit="sites"),
    Column("hit_rate", "number", "Chance that an inferred link exists where it takes the whole need.", unit="share", low=0, high=1),
    Column("measured", "boolean", "The hit rate was measured on hidden links; else it is assumed."),
    Column("auc", "number", "Chance that a hidden link ranks before another candidate of the same need; 0.5 is no skill.",
           unit="share", low=0, high=1),
    Column("auc_distance", "number", "The same if distance alone ranked them.", unit="share", low=0, high=1),
    Column("auc_uniform", "number", "The same if all ranked alike.", unit="share", low=0, high=1),
    Column("log_loss", "number", "Mean surprise over all candidates, less is better.", unit="1", low=0),
    Column("log_loss_distance", "number", "The same with distance alone.", unit="1", low=0),
    Column("log_loss_uniform", "number", "The same with all alike.", unit="1", low=0),
    Column("note", "text", "What stands behind the hit rate."),
))  # fmt: skip


def link_skill(
    network: Network,
    *,
    distance_scale_km: Mapping[str, float] = DISTANCE_SCALE_KM,
    outside_weight: float = 0.3,
    seed: int = 0,
) -> pl.DataFrame:
    """Measure the hit rate of inferred links by kind of part.

    Where at least 50 links of a kind are declared, one in five is hidden, and its need is spread over the makers as if
    nobody had named a supplier. The *hit rate* turns a share of the need into the chance that the link exists. Fewer links:
    0.5, an assumption.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``parts``, ``capabilities`` and ``links``.
    distance_scale_km, outside_weight
        As in `infer_links`.
    seed : int
        Which links are hidden.

    Returns
    -------
    polars.DataFrame
        ``LINK_SKILL``, one row a kind of part that a bill of materials asks for.

    Notes
    -----
    r = min(1, Σ share · hidden / Σ share²) over all candidates: the slope through 0 that has the least squared error. Shares
    that go to the wrong makers make it small; shares that are spread as thin as the truth leave it at 1.
    AUC counts pairs of a hidden link and another candidate of the same need, so that a uniform ranking has exactly 0.5
    whatever the number of candidates. Log-loss is over all candidates with the share times the hit rate as the chance; each
    contender has a hit rate of its own, measured on the same links, so it compares the ranking and the spread, not the
    level. Below 10 candidates neither is given. A maker that is hidden and has no capability row or coordinates cannot be
    found and counts as a miss. Cost: that of one more inference of the kind.
    """
    kinds = network["parts"].select("part", "kind")
    asked = network["bom"].select(part="child").unique().join(kinds, on="part")["kind"].unique().sort().to_list()
    links = declared_links(network).join(kinds, on="part", how="left").sort("part", "buyer", "supplier")
    makers = part_makers(network)
    scales = part_scales(network, distance_scale_km)
    rows = []
    for kind in asked:
        count = links.filter(pl.col("kind") == kind).height
        if count < LEAST_LINKS:
            note = f"Assumed: {count} declared links are fewer than {LEAST_LINKS}."
            rows.append({"kind": kind, "declared_links": count, "hidden_links": 0, "hit_rate": HIT_RATE, "measured": False, "note": note})  # fmt: skip
            continue
        hidden, kept = _hidden(links, kind, seed)
        needs, spare = open_places(hidden.group_by("buyer", "part").agg(need=pl.col("volume").sum()), makers, kept)
        found = _judged(allocations(needs, spare, kept, scales, outside_weight), hidden, scales)
        rows.append({"kind": kind, "declared_links": count, "hidden_links": hidden.height, **found})
    schema = {c.name: DTYPES[c.kind] for c in LINK_SKILL.columns}
    return pl.DataFrame(rows, schema=schema)


def _hidden(links: pl.DataFrame, kind: str, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hide one link of the kind in five; those without a volume weigh as the mean of their part."""
    mean = pl.col("volume_per_year").mean().over("part")
    links = links.with_columns(volume=pl.coalesce("volume_per_year", mean, pl.lit(1.0)).clip(lower_bound=1e-9))
    of_kind = np.flatnonzero((links["kind"] == kind).to_numpy())
    random = np.random.Generator(np.random.Philox(seed))
    chosen = np.zeros(links.height, np.bool_)
    chosen[random.permutation(of_kind)[: round(HIDDEN_SHARE * len(of_kind))]] = True
    mask = pl.Series(chosen)
    return links.filter(mask), links.filter(~mask)


def _judged(found: Iterator[Allocation], hidden: pl.DataFrame, scales: Mapping[str, float]) -> dict[str, object]:
    """Hold the shares against what was hidden, beside those of distance alone and of all alike."""
    truth = set(hidden.select("supplier", "buyer", "part").rows())
    need, hit, model, distance, uniform = ([np.zeros(0)] for _ in range(5))
    sites: set[str] = set()
    for one in found:
        i, j = np.nonzero((one.weight > 0.0).T)[::-1]
        near = np.exp(-one.km[i, j] / scales[one.part])
        buyers = len(one.buyers)
        need.append(j + need[-1].max(initial=-1.0) + 1.0)
        hit.append(np.array([(one.suppliers[s], one.buyers[b], one.part) in truth for s, b in zip(i, j, strict=True)], np.float64))  # fmt: skip
        model.append(one.flow[i, j] / one.need[j])
        distance.append(near / np.bincount(j, near, buyers)[j])
        uniform.append(1.0 / np.bincount(j, minlength=buyers)[j])
        sites.update(one.suppliers[s] for s in np.unique(i))
    groups, hits = np.concatenate(need).astype(np.int64), np.concatenate(hit)
    scores = {"": np.concatenate(model), "_distance": np.concatenate(distance), "_uniform": np.concatenate(uniform)}
    rate = _rate(hits, scores[""])
    answer: dict[str, object] = {"candidates": len(sites), "hit_rate": HIT_RATE if rate is None else rate, "measured": rate is not None}  # fmt: skip
    if rate is None:
        return {**answer, "note": "Assumed: no hidden link has a candidate to be ranked."}
    if len(sites) < LEAST_CANDIDATES:
        return {**answer, "note": f"Measured; with fewer than {LEAST_CANDIDATES} candidates no skill is claimed."}
    for name, score in scores.items():
        answer[f"auc{name}"] = ranked_right(groups, hits > 0.0, score)
        answer[f"log_loss{name}"] = _log_loss(hits, score * (_rate(hits, score) or 0.0))
    return {**answer, "note": "Measured on hidden links."}


def _rate(hits: Floats, score: Floats) -> float | None:
    squares = float((score**2).sum())
    return min(float((score * hits).sum()) / squares, 1.0) if squares > 0.0 else None


def _log_loss(hits: Floats, chance: Floats) -> float:
    chance = np.clip(chance, SMALLEST, 1.0 - SMALLEST)
    return float(-(hits * np.log(chance) + (1.0 - hits) * np.log1p(-chance)).mean())


def ranked_right(group: NDArray[np.int64], positive: NDArray[np.bool_], score: Floats) -> float | None:
    """Give the share of pairs, one positive and one not, of the same group whose positive has the higher score; ties count half.

    Returns
    -------
    float or None
        None where no group has both.

    Notes
    -----
    The area under the ROC curve within groups, O(n log n).

    Examples
    --------
    >>> ranked_right(np.array([0, 0, 0, 1]), np.array([True, False, False, True]), np.array([0.4, 0.5, 0.1, 1.0]))
    0.5
    """
    order = np.lexsort((score, group))
    group, positive, score = group[order], positive[order], score[order]
    first = np.searchsorted(group, group)
    negatives = np.concatenate([[0], np.cumsum(~positive)])
    change = np.append(True, (np.diff(score) != 0.0) | (np.diff(group) != 0))[: len(score)]
    starts = np.flatnonzero(change)
    run = np.cumsum(change) - 1
    low, end = starts[run], np.append(starts[1:], len(score))[run]
    below = negatives[low] - negatives[first]
    tied = negatives[end] - negatives[low]
    last = np.searchsorted(group, group, side="right")
    whole = float((negatives[last] - negatives[first])[positive].sum())
    return float((below + 0.5 * tied)[positive].sum()) / whole if whole > 0.0 else None
