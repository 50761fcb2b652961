"""Where to hold safety stock along a tree of stages, so that each keeps its promised time at the least cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Stages(NamedTuple):
    """Stages of a supply tree.

    Parameters
    ----------
    supplies : sequence of (int, int)
        Stage that supplies, stage that is supplied; a tree without regard to direction.
    time : sequence of int
        T, days that each takes.
    holding : sequence of float
        h, cost of a unit a year.
    spread : sequence of float
        z σ of a day's demand, units.
    inbound : sequence of int
        Least days within which what comes from outside arrives, 0 where nothing does.
    promised : sequence of int or None
        Most days within which it must hand on, None where nobody outside waits.
    """

    supplies: Sequence[tuple[int, int]]
    time: Sequence[int]
    holding: Sequence[float]
    spread: Sequence[float]
    inbound: Sequence[int]
    promised: Sequence[int | None]


class Promises(NamedTuple):
    """What is best.

    ``cost`` a year; ``within`` S, days within which each stage hands on; ``waits`` S_in, days that it waits itself.
    """

    cost: float
    within: Ints
    waits: Ints


def place_stock(stages: Stages) -> Promises:
    """Find the times that every stage promises, by dynamic programming over the tree.

    Least Σ h z σ √(S_in + T − S), S_in of a stage at least the S of each that supplies it.

    Parameters
    ----------
    stages : Stages

    Returns
    -------
    Promises

    Raises
    ------
    ValueError
        The stages are no tree.

    Notes
    -----
    O(stages · M²) time, M the longest sum of times along the tree. Of equal costs the shorter promise is kept.

    References
    ----------
    Graves & Willems (2000), Optimizing strategic safety stock placement in supply chains, Manufacturing & Service
    Operations Management 2:68; unverified.

    Examples
    --------
    >>> place_stock(Stages([], [4], [1.0], [2.0], [0], [0]))
    Promises(cost=4.0, within=array([0]), waits=array([0]))
    """
    n = len(stages.time)
    near: list[list[tuple[int, bool]]] = [[] for _ in range(n)]
    for giver, taker in stages.supplies:
        near[giver].append((taker, True))
        near[taker].append((giver, False))
    order, over = _rooted(near)
    if len(stages.supplies) != n - 1 or len(order) != n:
        raise ValueError("the stages are no tree")
    most = int(sum(stages.time) + max(stages.inbound, default=0))
    days = np.arange(most + 1)
    best: list[NDArray[np.float64]] = [np.zeros(0)] * n
    tables: list[NDArray[np.float64]] = [np.zeros(0)] * n
    for k in reversed(order):
        wait, out = np.meshgrid(days, days, indexing="ij")
        bridged = wait + stages.time[k] - out
        promised = stages.promised[k]
        allowed = (bridged >= 0) & (wait >= stages.inbound[k]) & (out <= (most if promised is None else promised))
        cost = np.where(allowed, stages.holding[k] * stages.spread[k] * np.sqrt(np.maximum(bridged, 0)), np.inf)
        for other, gives in near[k]:
            if other == over[k]:
                continue
            if gives:  # the other waits for at least what this one promises
                cost = cost + np.minimum.accumulate(best[other][::-1])[::-1][None, :]
            else:
                cost = cost + np.minimum.accumulate(best[other])[:, None]
        tables[k] = cost
        upward = over[k] >= 0 and (over[k], True) in near[k]
        best[k] = cost.min(axis=0) if upward else cost.min(axis=1)
    within, waits = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for k in order:
        cost = tables[k].copy()
        if over[k] >= 0:
            if (over[k], True) in near[k]:
                cost[:, days > waits[over[k]]] = np.inf
            else:
                cost[days < within[over[k]], :] = np.inf
        waits[k], within[k] = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return Promises(float(tables[order[0]].min()), within, waits)


def _rooted(near: list[list[tuple[int, bool]]]) -> tuple[list[int], list[int]]:
    """Order the stages from stage 0 outwards, and name the one before each."""
    order, over, seen = [0], [-1] * len(near), {0}
    for k in order:
        for other, _ in near[k]:
            if other not in seen:
                seen.add(other)
                over[other] = k
                order.append(other)
    return order, over
