"""`placement`: where safety stock is best held along a bill of materials that is a tree, by guaranteed service."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.stress.assumptions import Mitigation
from tierscape.analyses.stress.tables import PLACEMENT
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.graph import Tree, bom_tree
from tierscape.kernels.guaranteed_service import Stages, place_stock
from tierscape.network import Network
from tierscape.quantities.firm_flows import DAYS_A_YEAR

MOST_DAYS = 2000
"""Sum of lead times above which the table is not filled."""


def placement_rows(network: Network, mitigation: Mitigation) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give the frame ``placement`` for the product in largest demand.

    Parameters
    ----------
    network : Network
        Reads ``demand``, ``bom``, ``parts``, ``capabilities``.
    mitigation : Mitigation
        Its ``demand_variation``, ``service_z``, ``holding_rate``.

    Returns
    -------
    rows : polars.DataFrame
        Empty where the bill of materials is no tree, or a time, value or quantity on it is unknown.
    findings : tuple of Finding
        Why it is empty.
    """
    wanted = (
        network["demand"].group_by("product").agg(pl.col("volume_per_year").sum()).sort("volume_per_year", "product")
    )
    if wanted.is_empty() or not wanted["volume_per_year"][-1]:
        return empty(PLACEMENT), ()
    product, volume = str(wanted["product"][-1]), float(wanted["volume_per_year"][-1])
    if network["bom"].filter(pl.col("parent") == product).is_empty():
        return empty(PLACEMENT), ()
    tree = bom_tree(network, product)
    times, worth = _known(network, tree)
    problem = _unfit(tree, times, worth)
    if problem:
        return empty(PLACEMENT), (Finding(
            rule="no_placement", severity="note", table="bom", problem=f"stock is not placed along the bill of materials: {problem}",
            remedy="Give lead times and values, or take the options of 'mitigations'.", value=product,
        ),)  # fmt: skip
    each = mitigation.demand_variation * volume / DAYS_A_YEAR * tree.quantities
    parent = {m: g.parent for g in tree.groups for m in g.members}
    days = np.rint(times).astype(np.int64)
    stages = Stages(
        supplies=[(k, parent[k]) for k in sorted(parent)], time=days.tolist(), holding=(worth * mitigation.holding_rate).tolist(),
        spread=(mitigation.service_z * each).tolist(), inbound=[0] * len(days), promised=[0] + [None] * (len(days) - 1),
    )  # fmt: skip
    best = place_stock(stages)
    covered = best.waits + days - best.within
    stock = mitigation.service_z * each * np.sqrt(covered)
    frame = pl.DataFrame({
        "part": tree.parts, "name": tree.names, "lead_days": days.astype(float), "promised_days": best.within.astype(float),
        "covered_days": covered.astype(float), "stock": stock, "cost_per_year": stock * worth * mitigation.holding_rate,
    })  # fmt: skip
    return frame.sort("cost_per_year", "part", descending=[True, False]), ()


def _known(network: Network, tree: Tree) -> tuple[np.ndarray, np.ndarray]:
    """Median lead time and value of each part; NaN unknown."""
    lead = dict(
        network["capabilities"].group_by("part").agg(pl.col("lead_time_days").median()).drop_nulls().iter_rows()
    )
    value = dict(network["parts"].select("part", "unit_value").drop_nulls().iter_rows())
    return tuple(np.array([known.get(p, np.nan) for p in tree.parts]) for known in (lead, value))  # type: ignore[return-value]


def _unfit(tree: Tree, times: np.ndarray, worth: np.ndarray) -> str:
    """Say why the parts are no tree of known stages; empty if they are one."""
    members = [m for g in tree.groups for m in g.members]
    if any(len(g.members) > 1 for g in tree.groups):
        return "it has alternatives"
    if len(set(members)) < len(members):
        return "a part goes into more than one other"
    blank = [p for p, t, w, q in zip(tree.parts, times, worth, tree.quantities, strict=True) if np.isnan(t + w + q)]
    if blank:
        return f"time, value or quantity of {len(blank)} parts is unknown, the first is {blank[0]}"
    return "its lead times are too long" if times.sum() > MOST_DAYS else ""
