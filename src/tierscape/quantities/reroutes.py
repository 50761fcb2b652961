"""Ways round a closed lane: what they can carry, and what they cost. All figures here are planning defaults of ours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.targets import Places
from tierscape.validate.subjects import is_corridor

Floats = NDArray[np.float64]


class Way(NamedTuple):
    """A way round: share of a link's flow that it carries, and its extra cost over the link's freight."""

    share: float
    extra_freight: float


CROSSING = Way(0.5, 0.2)
"""Another crossing or port of the same kind."""
SURFACE = Way(0.5, 0.5)
"""Another mode on land or water."""
AIR = Way(0.2, 8.0)


def ways_round(
    here: Places, firm: FirmLines, target: tuple[str, str], arcs: NDArray[np.int64], loss: float
) -> tuple[Floats, Floats]:
    """Give the share of orders that passes each closed link, and what the ways round cost a day.

    Parameters
    ----------
    here : Places
    firm : FirmLines
    target : (kind, key)
        A corridor or a mode.
    arcs : numpy.ndarray of int64, shape (m,)
        Links that it closes, ascending.
    loss : float
        Share of the lane that is lost.

    Returns
    -------
    passes : numpy.ndarray, shape (m,)
        ρ = min(1, 1 − loss + Σ shares of the ways round).
    cost : numpy.ndarray, shape (m,)
        Money a day; NaN where the link's freight is unknown and goods take a way round.

    Notes
    -----
    Another crossing counts where ``nodes`` has one of the same kind: between the same countries for border crossings, in the
    same country for ports and terminals. Another surface mode counts where some link joins the same two countries by it. A
    border closed as a whole leaves no way round; closed for a mode it leaves the others. Cheapest first.
    """
    rows = here.links.filter(pl.col("arc").is_in(arcs))
    ways = [_ways(here, target, row) for row in rows.select("mode", "one", "other", "borders").iter_rows(named=True)]
    freight = firm.graph.links["freight_per_unit"].fill_null(np.nan).to_numpy()[firm.link[arcs]]
    taken, dearer = np.zeros(len(arcs)), np.zeros(len(arcs))
    for i, options in enumerate(ways):
        for way in sorted(options, key=lambda w: w.extra_freight):
            more = min(way.share, loss - taken[i])
            taken[i] += more
            dearer[i] += more * way.extra_freight
    cost = np.where(taken > 0, firm.arrays.flow[arcs] * dearer * freight, 0.0)
    return np.minimum(1.0, 1.0 - loss + taken), cost


def _ways(here: Places, target: tuple[str, str], link: dict[str, object]) -> list[Way]:
    kind, key = target
    if kind == "corridor" and is_corridor(key) and ":" not in key:
        return []
    closed = key if kind == "mode" else key.partition(":")[2] if is_corridor(key) else None
    ways = [CROSSING] if closed is None and _has_twin(here.nodes, key) else []
    same_ends = here.links.filter((pl.col("one") == link["one"]) & (pl.col("other") == link["other"]))
    modes = set(same_ends["mode"].drop_nulls().to_list())
    if modes - {"air", closed or link["mode"]}:
        ways.append(SURFACE)
    if (closed or link["mode"]) != "air":
        ways.append(AIR)
    return ways


def _has_twin(nodes: pl.DataFrame, node: str) -> bool:
    """Whether there is another node of the kind, mode and countries of this one."""
    this = nodes.filter(pl.col("node") == node)
    alike = [pl.col(c).eq_missing(pl.lit(this[c].item())) for c in ("kind", "country", "other_country", "mode")]
    return nodes.filter(pl.all_horizontal(alike) & (pl.col("node") != node)).height > 0
