"""What a unit of a product emits, from cradle to gate, tier by tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.esg.flows import EVIDENCED, Flows, numbers
from tierscape.analyses.esg.tables import PRODUCT, SOURCES
from tierscape.frames import empty
from tierscape.kernels.look_through import look_through
from tierscape.network import Network
from tierscape.quantities.tracing import Trace, trace_value

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Footprint:
    """A product's rows of ``product`` and ``sources``."""

    tiers: pl.DataFrame
    sources: pl.DataFrame


def footprint(network: Network, product: str, flows: Flows, lines: pl.DataFrame, gaps: Floats) -> Footprint:
    """Follow a unit of a product upstream and add up what each line and each lane emits for it.

    Parameters
    ----------
    network : Network
    product : str
        Part with a bill of materials.
    flows : Flows
        Of all parts of the network.
    lines : polars.DataFrame
        Lines with ``kg_unit``.
    gaps : numpy.ndarray, shape (n,)
        What an hour lacks to a living wage, by line; NaN unknown.

    Notes
    -----
    Units at a supplier: u(s, t + 1) += u(i, t) · quantity · share of the supplier. A declared footprint covers all that is
    upstream of it, so that nothing is passed on from there. O(arcs · tiers).
    """
    trace = trace_value(network, product)
    declared = numbers(lines["pcf"])
    stop = np.isfinite(declared)
    open_arc = ~stop[trace.graph.arc_line]
    need = np.nan_to_num(trace.graph.arc_quantity * trace.values.arc_share) * open_arc
    units = look_through(trace.start, trace.graph.line_arcs, trace.graph.arc_supplier, need)
    value = look_through(
        trace.start, trace.graph.line_arcs, trace.graph.arc_supplier, trace.values.arc_value * open_arc
    )
    tiers = max(units.shape[1], value.shape[1]) + 1
    units, value = (np.pad(m, ((0, 0), (0, tiers - m.shape[1]))) for m in (units, value))
    made = _made(units, value, lines, trace, gaps)
    carried, modes = _carried(units, value, need, flows, trace, tiers)
    table = {**made, **carried}
    table["kg_per_unit"] = table["energy"] + table["declared"] + table["transport"]
    for end in ("low", "high"):
        table[end] = table["energy"] + table["declared"] + table[f"transport_{end}"]
    evidence = table.pop("evidence_energy") + table.pop("evidence_transport")
    rows = pl.DataFrame({"tier": [str(t) for t in range(tiers)], **table, "evidence": evidence})
    used = pl.sum_horizontal("kg_per_unit", "unseen_share", "unseen_carried", "labour_hours") > 0
    rows = rows.filter(used).with_columns(pl.col("wage_gap").fill_nan(None))
    gap = pl.when(pl.col("wage_gap").is_not_null().any()).then(pl.col("wage_gap").sum()).alias("wage_gap")
    whole = rows.select(pl.lit("all").alias("tier"), pl.exclude("tier", "wage_gap").sum(), gap).select(rows.columns)
    share = pl.when(pl.col("kg_per_unit") > 0).then(pl.col("evidence") / pl.col("kg_per_unit")).alias("evidence_share")
    unseen = (pl.col("transport") == 0) & (pl.col("unseen_carried") > 0)
    seen = pl.when(~unseen).then(pl.col("transport")).alias("transport")
    part = pl.when(pl.col("carried") > 0).then(pl.col("unseen_carried") / pl.col("carried")).otherwise(0.0)
    lost = part.alias("unseen_transport_share")
    rows = pl.concat([whole, rows]).with_columns(share, seen, lost, pl.lit(product).alias("product"))
    origins = modes | {"energy": float(made["energy"].sum()), "declared footprints": float(made["declared"].sum())}
    return Footprint(rows.select(PRODUCT.names), _sources(product, origins))


def _made(units: Floats, value: Floats, lines: pl.DataFrame, trace: Trace, gaps: Floats) -> dict[str, Floats]:
    """Sum by tier what lines emit, what is unseen of their value, and the work in it."""
    declared, energy, hours = (numbers(lines[c]) for c in ("pcf", "kg_unit", "labour_hours_per_unit"))
    stop = np.isfinite(declared)
    energy = np.where(stop, 0.0, energy)
    evidenced = lines["evidence"].is_in(EVIDENCED).fill_null(value=False).to_numpy()
    lost = trace.values.line_unknown + np.bincount(
        trace.graph.slot_line, trace.values.slot_unknown, minlength=trace.graph.n
    )
    unseen = np.where(stop, 0.0, np.where(np.isnan(energy), trace.values.own, 0.0))
    upstream = value.T @ np.where(stop, 0.0, lost)
    known_hours = np.nan_to_num(hours)
    lacking = units.T @ np.nan_to_num(known_hours * gaps)
    stated = units.T @ np.isfinite(hours * gaps).astype(np.float64) > 0
    emitted = np.nan_to_num(energy)
    return {
        "energy": units.T @ emitted,
        "declared": units.T @ np.nan_to_num(declared),
        "evidence_energy": units.T @ (emitted * evidenced + np.nan_to_num(declared)),
        "unseen_share": value.T @ unseen + np.concatenate([[0.0], upstream[:-1]]),
        "labour_hours": units.T @ known_hours,
        "wage_gap": np.where(stated, lacking, np.nan),
    }


def _carried(
    units: Floats, value: Floats, need: Floats, flows: Flows, trace: Trace, tiers: int
) -> tuple[dict[str, Floats], dict[str, float]]:
    """Sum by tier of the supplier what freight emits, and over all tiers by mode."""
    graph = trace.graph
    figures = {c: numbers(flows.arcs[c])[graph.arc_link] for c in ("kg_per_unit", "kg_low", "kg_high")}
    moved = units[graph.arc_line] * need[:, None]
    worth = value[graph.arc_line] * trace.values.arc_value[:, None]
    worth *= (need > 0)[:, None]
    evidenced = flows.arcs["evidenced"].to_numpy()[graph.arc_link]

    def by_tier(per_unit: Floats, mass: Floats) -> Floats:
        return np.concatenate([[0.0], (mass.T @ np.nan_to_num(per_unit))[: tiers - 1]])

    unseen = np.isnan(figures["kg_per_unit"]).astype(np.float64)
    table = {
        "transport": by_tier(figures["kg_per_unit"], moved),
        "transport_low": by_tier(figures["kg_low"], moved),
        "transport_high": by_tier(figures["kg_high"], moved),
        "evidence_transport": by_tier(figures["kg_per_unit"] * evidenced, moved),
        "unseen_carried": by_tier(unseen, worth),
        "carried": by_tier(np.ones_like(unseen), worth),
    }
    each = moved.sum(axis=1) * np.nan_to_num(figures["kg_per_unit"])
    arcs = pl.DataFrame({"mode": flows.arcs["mode"].gather(graph.arc_link.tolist()), "kg": each}).drop_nulls("mode")
    modes = arcs.group_by("mode", maintain_order=True).agg(pl.col("kg").sum()).sort("mode")
    return table, {f"{mode} freight": kg for mode, kg in modes.iter_rows()}


def _sources(product: str, origins: dict[str, float]) -> pl.DataFrame:
    total = sum(origins.values())
    rows = [(product, name, kg, kg / total) for name, kg in origins.items() if kg > 0]
    schema = empty(SOURCES).schema
    return pl.DataFrame(rows, schema=schema, orient="row").sort(["kg_per_unit", "origin"], descending=[True, False])
