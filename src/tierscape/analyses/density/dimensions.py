"""The dimensions beside completeness: depth, connection, redundancy, and what a whole-place outage would cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import Places, border_delay, border_delays
from tierscape.analyses.density.supply import Supply
from tierscape.graph import Tree
from tierscape.kernels.completeness import walk
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network

LABS = "test_lab"


def completeness(
    tree: Tree, cover: np.ndarray, assumptions: DensityAssumptions, rho: float | None = None
) -> np.ndarray:
    """Completeness of the product at every place, shape (places,)."""
    groups = [(g.parent, g.members, g.essential, g.weight) for g in tree.groups]
    strength = assumptions.rho if rho is None else rho
    any_of = assumptions.choice_rule == "any"
    complete = walk(cover, tree.own, groups, rho=strength, floor=assumptions.floor, any_of=any_of)
    return np.asarray(complete[:, 0])


def layer_cover(tree: Tree, cover: np.ndarray) -> np.ndarray:
    """Weighted mean cover of every tier, alternatives counted once with the best, shape (places, tiers)."""
    depth = int(tree.tiers.max(initial=0))
    layers = np.zeros((len(cover), depth))
    for tier in range(1, depth + 1):
        items = [(members, weight) for t, members, weight in tree.tier_items if t == tier]
        best = np.stack([cover[:, list(members)].max(axis=1) for members, _ in items])
        weights = np.array([weight for _, weight in items])
        weights = weights if weights.sum() > 0 else np.ones(len(items))
        layers[:, tier - 1] = weights @ best / weights.sum()
    return layers


def depth_of(layers: np.ndarray) -> np.ndarray:
    """Mean over tiers of the product of the covers up to that tier, shape (places,)."""
    return np.asarray(np.cumprod(layers, axis=1).mean(axis=1)) if layers.shape[1] else np.zeros(len(layers))


def layers_sourced(layers: np.ndarray, threshold: float) -> np.ndarray:
    """Tiers in a row, from the product up, whose cover reaches the threshold, shape (places,)."""
    return np.asarray(np.cumprod(layers >= threshold, axis=1).sum(axis=1), dtype=np.int64)


def redundancy(tree: Tree, n_effective: np.ndarray) -> np.ndarray:
    """Weighted share of needs with two effective suppliers, shape (places,)."""
    total = np.zeros(len(n_effective))
    weight = 0.0
    for _, members, w in tree.tier_items:
        total += w * np.minimum(1.0, n_effective[:, list(members)].max(axis=1) / 2.0)
        weight += w
    return total / weight if weight else total


def connection(network: Network, places: Places, assumptions: DensityAssumptions) -> pl.DataFrame:
    """Access to logistics nodes and laboratories.

    Returns
    -------
    polars.DataFrame
        One row a place: logistics, labs, connection, each from 0 to 1, null where no node of the kind is known anywhere.
    """
    nodes = network["nodes"]
    given = border_delays(network)
    access: dict[str, np.ndarray] = {}
    for kind in type(assumptions.node_hours).model_fields:
        rows = nodes.filter(pl.col("kind") == kind)
        if rows.is_empty():
            continue
        km = great_circle_km(places.lat[:, None], places.lon[:, None], rows["lat"].to_numpy(), rows["lon"].to_numpy())
        hours = km * assumptions.detour.road / assumptions.speed_kmh.road
        sides = rows.select("country", "other_country").rows()
        delays = {c: np.array([_delay(c, s, assumptions, given) for s in sides]) for c in set(places.country)}
        late = np.stack([delays[c] for c in places.country]) if len(places) else np.zeros_like(hours)
        access[kind] = np.exp(-(hours + late) / getattr(assumptions.node_hours, kind)).max(axis=1)
    labs = access.pop(LABS, None)
    logistics = _logistics(access, places, network.home)
    unknown = np.full(len(places), np.nan)
    both = np.stack([unknown if x is None else x for x in (logistics, labs)])
    assessed = np.isfinite(both)
    joint = np.where(assessed, both, 1.0).prod(axis=0) ** (1.0 / np.maximum(assessed.sum(axis=0), 1))
    joint = np.where(assessed.any(axis=0), joint, np.nan)
    return pl.DataFrame({"logistics": both[0], "labs": both[1], "connection": joint}).fill_nan(None)


def _logistics(access: dict[str, np.ndarray], places: Places, home: str | None) -> np.ndarray | None:
    if not access:
        return None
    total, kinds = np.zeros(len(places)), np.zeros(len(places))
    abroad = np.array([c != home for c in places.country])
    for kind, x in access.items():
        assessed = abroad if kind == "border_crossing" else np.ones(len(places), dtype=bool)
        total += np.where(assessed, x, 0.0)
        kinds += assessed
    return np.asarray(np.divide(total, kinds, out=np.full(len(places), np.nan), where=kinds > 0))


def _delay(
    country: str | None, sides: tuple[str | None, ...], assumptions: DensityAssumptions, given: dict[str, float]
) -> float:
    known = [side for side in sides if side is not None]
    if country is None or not known:
        return assumptions.border_hours.other
    return min(border_delay(country, side, assumptions, given) for side in known)


def partner_needs(tree: Tree, supply: Supply, assumptions: DensityAssumptions) -> pl.DataFrame:
    """Say for every site and process that it needs, alternatives as one, whether a maker is near the site itself.

    Returns
    -------
    polars.DataFrame
        site, cell, tier (of the part that needs the process), met.
    """
    processes = ((g.parent, [m for m in g.members if tree.kinds[m] == "process"]) for g in tree.groups if g.parent > 0)
    rows = supply.rows.select("site", "cell", "code", "lat", "lon")
    found = []
    for parent, alternatives in processes:
        users, makers = rows.filter(pl.col("code") == parent), rows.filter(pl.col("code").is_in(alternatives))
        if users.is_empty() or not alternatives:
            continue
        met = np.zeros(users.height, dtype=bool)
        if makers.height:
            km = great_circle_km(
                users["lat"].to_numpy()[:, None], users["lon"].to_numpy()[:, None],
                makers["lat"].to_numpy(), makers["lon"].to_numpy(),
            )  # fmt: skip
            met = km.min(axis=1) <= assumptions.partner_km
        tier = pl.lit(int(tree.tiers[parent])).alias("tier")
        found.append(users.select("site", "cell", tier, pl.Series("met", met)))
    shape = {"site": pl.String, "cell": pl.Int64, "tier": pl.Int64, "met": pl.Boolean}
    return pl.concat(found, how="vertical_relaxed") if found else pl.DataFrame(schema=shape)


def outage(
    tree: Tree, supply: Supply, pairs: pl.DataFrame, places: int, assumptions: DensityAssumptions
) -> pl.DataFrame:
    """Say what stops with a whole place, and how much of it others could take over in time.

    Static and without stocks: every site within the radius stops; of each part remains what stands outside, against the
    demand for it where that is known and smaller than all supply, else against all supply.

    Returns
    -------
    polars.DataFrame
        One row a place: cluster_at_risk, at_risk_part, exit_readiness (null where the place makes nothing).
    """
    n = len(tree.parts)
    rows, measured = _amounts(supply, n)
    here = np.zeros((places, n))
    joined = pairs.join(rows, on="cell", maintain_order="left_right")
    np.add.at(here, (joined["place"].to_numpy(), joined["code"].to_numpy()), joined["amount"].to_numpy())
    total = np.zeros(n)
    np.add.at(total, rows["code"].to_numpy(), rows["amount"].to_numpy())
    wanted = np.where(measured & np.isfinite(supply.need), np.minimum(supply.need, total), total)
    left = np.ones((places, n))
    np.divide(total - here, wanted, out=left, where=(wanted > 0) & (here > 0))
    left = np.minimum(left, 1.0)
    remaining, binding = _leontief(tree, left)
    ready = _exit_readiness(tree, joined, rows, here * measured, assumptions)
    lost = 1.0 - remaining
    part = [tree.parts[b] if lost[i] > 0 else None for i, b in enumerate(binding)]
    return pl.DataFrame({"cluster_at_risk": lost, "at_risk_part": part, "exit_readiness": ready})


def _amounts(supply: Supply, n: int) -> tuple[pl.DataFrame, np.ndarray]:
    columns = "site", "cell", "code", "capacity_per_year", "flex_share", "lead_time_days", "n", "to_qualify"
    known = pl.col("capacity_per_year").is_not_null().all().over("code")
    rows = supply.rows.select(*columns, known.alias("known")).with_columns(
        pl.when("known").then(pl.col("capacity_per_year")).otherwise(pl.col("n").cast(pl.Float64)).alias("amount")
    )
    measured = np.zeros(n, dtype=bool)
    measured[rows.filter("known")["code"].to_numpy()] = True
    return rows, measured


def _leontief(tree: Tree, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    value = left.copy()
    value[:, 0] = 1.0
    binding = np.tile(np.arange(left.shape[1]), (len(left), 1))
    place = np.arange(len(left))
    for g in reversed(tree.groups):
        if not g.essential:
            continue
        members = np.array(g.members)
        best = members[value[:, members].argmax(axis=1)]
        worse = value[place, best] < value[:, g.parent]
        binding[:, g.parent] = np.where(worse, binding[place, best], binding[:, g.parent])
        value[:, g.parent] = np.minimum(value[:, g.parent], value[place, best])
    return value[:, 0], binding[:, 0]


def _exit_readiness(
    tree: Tree, inside: pl.DataFrame, rows: pl.DataFrame, here: np.ndarray, assumptions: DensityAssumptions
) -> list[float | None]:
    in_time = pl.col("lead_time_days").fill_null(np.inf) <= assumptions.exit_days
    spare = pl.when(in_time & ~pl.col("to_qualify")).then(
        pl.col("capacity_per_year").fill_null(0.0) * pl.col("flex_share").fill_null(0.0)
    )
    everywhere = np.zeros(len(tree.parts))
    flexible = rows.with_columns(spare.otherwise(0.0).alias("spare"))
    np.add.at(everywhere, flexible["code"].to_numpy(), flexible["spare"].to_numpy())
    local = np.zeros(here.shape)
    near = inside.with_columns(spare.otherwise(0.0).alias("spare"))
    np.add.at(local, (near["place"].to_numpy(), near["code"].to_numpy()), near["spare"].to_numpy())
    made = np.zeros(here.shape, dtype=bool)
    made[inside["place"].to_numpy(), inside["code"].to_numpy()] = True
    ready = np.divide(everywhere - local, here, out=np.zeros(here.shape), where=here > 0)
    weights = made * tree.weights
    total = weights.sum(axis=1)
    share = np.divide(
        (weights * np.clip(ready, 0.0, 1.0)).sum(axis=1), total, out=np.zeros(len(total)), where=total > 0
    )
    return [float(s) if t > 0 else None for s, t in zip(share, total, strict=True)]
