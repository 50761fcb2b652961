"""What the product hangs on: single points, dual sourcing that is none, smallest cuts."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.chain import Chain
from tierscape.analyses.visibility.tables import CUTS, DUAL_SOURCING, SINGLE_POINTS
from tierscape.frames import DTYPES
from tierscape.kernels.criticality import breakers, feasible
from tierscape.kernels.cuts import Cuts, smallest_cuts
from tierscape.schema import Table

MOST_CUTS = 100
SECONDS = 20.0
"""Longest time for the integer program behind the redundancy order."""
DECLARED, INFERRED, UNDISCLOSED = "declared", "inferred", "undisclosed"


def _schema(table: Table) -> dict[str, pl.DataType]:
    return {c.name: DTYPES[c.kind] for c in table.columns}


def single_points(firm: Chain, wide: Chain) -> pl.DataFrame:
    """List sites, and needs without a named supplier, whose loss alone stops the product.

    Those that stand on declared links alone (``firm``) come first, then those that inferred links add (``wide``).
    """
    sure = pl.concat([_lost(firm, DECLARED), _unnamed(firm)])
    if wide is firm:
        return sure
    return pl.concat([sure, _lost(wide, INFERRED).join(sure, on="site", how="anti", maintain_order="left")])


def _lost(chain: Chain, basis: str) -> pl.DataFrame:
    view = chain.view
    sites = chain.upstream
    dead = sites[~feasible(chain.needs, chain.focal, sites)]
    stopped = chain.stopped(chain.needs, dead)
    rows: list[dict[str, object]] = []
    for unit, share in zip(dead.tolist(), stopped.tolist(), strict=True):
        site = chain.sites[unit]
        mine = view.by_site[site]
        rows.append(
            {"site": site, "name": view.names[site], "country": mine["country"], "parts": "; ".join(mine["parts"]),
             "tier": mine["tier"], "stopped_share": share, "disclosed": basis == DECLARED, "basis": basis}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_schema(SINGLE_POINTS)).sort("tier", "site")


def _unnamed(chain: Chain) -> pl.DataFrame:
    view, graph = chain.view, chain.view.trace.graph
    rows: list[dict[str, object]] = []
    for q in undisclosed_dominators(chain).tolist():
        site, part = graph.lines.row(int(graph.slot_line[q]))
        rows.append(
            {"site": f"? {graph.slot_part[q]} for {part} at {site}", "name": f"unnamed supplier of {view.names[site]}",
             "country": None, "parts": graph.slot_part[q], "tier": int(view.tier_of[graph.slot_line[q]]) + 1,
             "stopped_share": 1.0, "disclosed": False, "basis": UNDISCLOSED}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_schema(SINGLE_POINTS)).sort("tier", "site")


def undisclosed_dominators(chain: Chain) -> NDArray[np.int64]:
    """Slots of the view whose unnamed suppliers, lost together, stop the product."""
    view = chain.view
    graph = view.trace.graph
    bare = graph.arc_start[1:] == graph.arc_start[:-1]
    slots = np.flatnonzero(bare & (graph.slot_kind == 2) & (view.trace.reach[graph.slot_line] > 0.0))
    dead = ~feasible(chain.needs, chain.focal, ~chain.slot[slots])
    return np.asarray(slots[dead])


def removal_columns(chain: Chain, dimension: str, column: str) -> pl.DataFrame:
    """Give for each key of a dimension what its loss does: ``dimension``, ``key``, ``stopped_share``, ``feasible_without``."""
    keys = chain.view.places[column].to_list()
    needs, names = chain.grouped(keys)
    touched = set(chain.view.reached[column].drop_nulls())
    units = np.array([i for i, name in enumerate(names) if name in touched], np.int64)
    return pl.DataFrame(
        {
            "dimension": [dimension] * len(units),
            "key": [names[u] for u in units],
            "stopped_share": chain.stopped(needs, units),
            "feasible_without": feasible(needs, chain.focal, units),
        },
        schema={"dimension": pl.String, "key": pl.String, "stopped_share": pl.Float64, "feasible_without": pl.Boolean},
    )


def dual_sourcing(chain: Chain) -> pl.DataFrame:
    """List needs with two or more suppliers that one site's loss cuts off all the same."""
    view, graph = chain.view, chain.view.trace.graph
    unit = chain.needs.line_group[chain.line][graph.arc_supplier]
    pairs = np.unique(np.stack([graph.arc_slot.astype(np.int64), unit.astype(np.int64)]), axis=1)
    suppliers = np.bincount(pairs[0], minlength=len(graph.slot_line))
    breaker = breakers(chain.needs, chain.upstream)[chain.slot]
    slot = np.flatnonzero((suppliers > 1) & (breaker >= 0) & (view.trace.reach[graph.slot_line] > 0.0))
    at = graph.lines[graph.slot_line[slot]]
    rows = pl.DataFrame(
        {
            "buyer": at["site"], "part": at["part"], "need": [graph.slot_part[q] for q in slot.tolist()],
            "suppliers": suppliers[slot], "site": [chain.sites[u] for u in breaker[slot].tolist()],
        },
        schema_overrides={"need": pl.String, "suppliers": pl.Int64, "site": pl.String},
    ).with_columns(name=pl.col("site").replace(view.names))  # fmt: skip
    rows = rows.select(DUAL_SOURCING.names).unique(["buyer", "part", "need"], keep="first", maintain_order=True)
    return rows.sort("part", "buyer", "need")


def redundancy(chain: Chain) -> Cuts:
    """Find the fewest upstream sites whose joint loss stops the product."""
    return smallest_cuts(chain.needs, chain.focal, limit=MOST_CUTS, seconds=SECONDS)


def firmer(sure: Cuts, guessed: Cuts) -> Cuts:
    """Give the smaller of two cuts: an inferred link may add a weak point, and is never an alternative that removes one."""
    if sure.size is None or (guessed.size is not None and guessed.size < sure.size):
        return guessed
    return sure


def cut_table(chain: Chain, cuts: Cuts, basis: str) -> pl.DataFrame:
    """List the smallest cuts."""
    sets = [[chain.sites[unit] for unit in row] for row in cuts.sets.tolist() if row]
    rows = [(basis, len(s), "; ".join(s), "; ".join(chain.view.names[site] for site in s)) for s in sets]
    return pl.DataFrame(rows, schema=_schema(CUTS), orient="row")
