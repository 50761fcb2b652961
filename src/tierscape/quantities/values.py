"""What a unit of each line is worth, and which share of it goes to each supplier, to the unknown, and to the line itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import DataError, Finding
from tierscape.graph import SupplyGraph
from tierscape.network import Network
from tierscape.quantities.plurals import counted
from tierscape.quantities.shares import arc_shares

OWN_UNKNOWN = 0.35
"""Own share of value of a line whose inputs are not known; our judgement."""
SPREAD = 10.0
"""Highest over lowest price within a need above which a finding is raised."""
ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LineValues:
    """How the value of each line is made up; n lines, Q slots, E arcs. Own, arcs and unknown sum to 1 a line.

    Parameters
    ----------
    value : numpy.ndarray of float64, shape (n,)
        Money a unit; NaN unknown.
    own : numpy.ndarray of float64, shape (n,)
        Share that is added at the line itself.
    arc_share : numpy.ndarray of float64, shape (E,)
        Share of the slot's volume that the arc brings.
    arc_value : numpy.ndarray of float64, shape (E,)
        q, share of the line's value that the arc passes on.
    slot_unknown : numpy.ndarray of float64, shape (Q,)
        Share of the line's value that goes to suppliers of the slot whom nobody named.
    line_unknown : numpy.ndarray of float64, shape (n,)
        Share of the line's value that goes to inputs that no bill of materials names.
    slot_unvalued : numpy.ndarray of bool, shape (Q,)
        The need has no known value, so that nothing of the line's value goes there.
    findings : tuple of Finding
    """

    value: Floats
    own: Floats
    arc_share: Floats
    arc_value: Floats
    slot_unknown: Floats
    line_unknown: Floats
    slot_unvalued: NDArray[np.bool_]
    findings: tuple[Finding, ...]


def line_values(
    network: Network,
    graph: SupplyGraph,
    *,
    reached: NDArray[np.bool_] | None = None,
    slot_outside: Floats | None = None,
    own_unknown: Floats | None = None,
) -> LineValues:
    """Split the value of every line into its own share, its suppliers, and the unknown.

    A unit is worth the mean price of its sales weighted by volume, else ``parts.unit_value``, else its conversion cost and
    its inputs. A need without suppliers goes to the unknown at ``parts.unit_value``. A product or component without a bill
    of materials keeps v₀; the rest is unknown.

    Parameters
    ----------
    network : Network
        Reads ``parts``, ``bom``, ``capabilities``, ``sites``.
    graph : SupplyGraph
        The lines.
    reached : numpy.ndarray of bool, shape (n,), optional
        Lines that findings speak of, and whose quantities must be known; all by default.
    slot_outside : numpy.ndarray of float64, shape (Q,), optional
        Share of each slot's volume that its arcs leave to the unknown; 0 by default.
    own_unknown : numpy.ndarray of float64, shape (n,), optional
        v₀, share that each line keeps where its inputs are not known; ``OWN_UNKNOWN`` by default.

    Returns
    -------
    LineValues

    Raises
    ------
    DataError
        A quantity in a bill of materials is null.

    Notes
    -----
    q = quantity · share · price / value. Where inputs are dearer than the good, its own share is 0 and inputs are scaled
    to 1. A good of unknown value keeps v₀ and its inputs share the rest by their value. O(lines + arcs).
    """
    reached = np.ones(graph.n, dtype=np.bool_) if reached is None else reached
    _refuse_null_quantities(network, graph, reached)
    outside = np.zeros(len(graph.slot_line)) if slot_outside is None else slot_outside
    kept = np.full(graph.n, OWN_UNKNOWN) if own_unknown is None else own_unknown
    shares, uneven = arc_shares(graph, reached)
    slot_price = _list_price(network, graph)
    value, zero = _unit_values(network, graph, shares, slot_price)
    price = np.where(np.isnan(_link_price(graph)), value[graph.arc_supplier], _link_price(graph))
    arc_cost = graph.arc_quantity * shares * price * (1.0 - outside[graph.arc_slot])
    unvalued_arc = np.isnan(arc_cost)
    arc_cost = np.where(unvalued_arc, 0.0, arc_cost)
    served = np.diff(graph.arc_start) > 0
    brought = _sums(graph.arc_slot, arc_cost, len(graph.slot_line))
    full = np.divide(brought, 1.0 - outside, out=np.zeros_like(brought), where=outside < 1.0)
    missing_cost = np.where(served & (outside < 1.0), full * outside, slot_price)
    listed = graph.slot_kind > 0
    unvalued = listed & (np.isnan(missing_cost) | (_count(graph.arc_slot, unvalued_arc, len(served)) > 0))
    missing_cost = np.where(np.isnan(missing_cost) | ~listed, 0.0, missing_cost)
    cost = _sums(graph.slot_line, brought * listed + missing_cost, graph.n)
    scale, own, line_unknown, excess = _shares_of_value(network, graph, (value, cost), kept)
    weight = scale[graph.slot_line] * listed
    return LineValues(
        value=value,
        own=own,
        arc_share=shares,
        arc_value=arc_cost * weight[graph.arc_slot],
        slot_unknown=missing_cost * weight,
        line_unknown=line_unknown,
        slot_unvalued=unvalued,
        findings=(
            *uneven,
            *zero,
            *_negative(graph, excess, reached),
            *_unvalued(graph, unvalued & reached[graph.slot_line]),
            *_spread(graph, price, reached),
        ),
    )


def _shares_of_value(
    network: Network, graph: SupplyGraph, money: tuple[Floats, Floats], kept: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Give what turns money into shares of each line's value, its own share, its unknown inputs, and the excess."""
    value, cost = money
    kinds = dict(network["parts"].select("part", "kind").rows())
    kind = np.array([kinds[part] for part in graph.lines["part"]], dtype=object)
    bare = (np.bincount(graph.slot_line[graph.slot_kind > 0], minlength=graph.n) == 0) & ~graph.relay
    opaque = bare & np.isin(kind.astype(str), ("product", "component"))
    known = ~np.isnan(value)
    inputs = np.divide(cost, value, out=np.zeros(graph.n), where=known)
    priceless = ~known & (cost > 0)
    excess = np.where(known, inputs - 1.0, 0.0)
    dear = excess > 0.0
    scale = np.divide(1.0, value, out=np.zeros(graph.n), where=known)
    scale = np.where(dear, np.divide(1.0, cost, out=np.zeros(graph.n), where=cost > 0), scale)
    scale = np.where(priceless, np.divide(1.0 - kept, cost, out=np.zeros(graph.n), where=cost > 0), scale)
    own = np.where(dear, 0.0, 1.0 - inputs)
    own = np.where(priceless | opaque, kept, own)
    line_unknown = np.where(opaque, 1.0 - kept, 0.0)
    blind = ~known & ~(cost > 0) & ~bare  # needs, but neither they nor the good have a value
    own, line_unknown = np.where(blind, kept, own), np.where(blind, 1.0 - kept, line_unknown)
    return scale, own, line_unknown, excess


def _unit_values(
    network: Network, graph: SupplyGraph, shares: Floats, slot_price: Floats
) -> tuple[Floats, tuple[Finding, ...]]:
    """Give the value of a unit of every line; suppliers stand after those that they supply."""
    stated = graph.lines.join(
        network["parts"].select("part", "unit_value"), on="part", how="left", maintain_order="left"
    )
    costs = network["capabilities"].select("site", "part", "conversion_cost")
    own = graph.lines.join(costs, on=["site", "part"], how="left", maintain_order="left")["conversion_cost"]
    own_cost = own.fill_null(np.nan).to_numpy()
    value = np.where(
        np.isnan(_sales_price(graph)), stated["unit_value"].fill_null(np.nan).to_numpy(), _sales_price(graph)
    )
    zero = int((value <= 0.0).sum())
    value = np.where(value > 0.0, value, np.nan)
    price = _link_price(graph)
    for i in np.flatnonzero(np.isnan(value) & ~np.isnan(own_cost))[::-1]:
        total = own_cost[i]
        for q in range(graph.slot_start[i], graph.slot_start[i + 1]):
            arcs = slice(graph.arc_start[q], graph.arc_start[q + 1])
            bought = np.where(np.isnan(price[arcs]), value[graph.arc_supplier[arcs]], price[arcs])
            spent = float((graph.arc_quantity[arcs] * shares[arcs] * bought).sum())
            total += spent if arcs.stop > arcs.start else slot_price[q]
        value[i] = total if total > 0.0 else np.nan
    finding = Finding(
        rule="zero_value",
        severity="warning",
        table="parts",
        column="unit_value",
        problem=f"{zero} sites and parts have a value of 0; it is read as unknown",
        remedy="Give the value or the price of a unit, or leave it empty.",
        count=zero,
    )
    return value, (finding,) if zero else ()


def _link_price(graph: SupplyGraph) -> Floats:
    price = graph.links["unit_price"].fill_null(np.nan).to_numpy()[graph.arc_link]
    return np.asarray(np.where(price > 0.0, price, np.nan))


def _sales_price(graph: SupplyGraph) -> Floats:
    """Mean price of what a line sells, weighted by volume where all volumes are known; NaN without any."""
    sold = graph.links.filter(pl.col("unit_price") > 0)
    blank = pl.col("volume_per_year").is_null().any().over("supplier", "part")
    weight = pl.when(blank).then(1.0).otherwise("volume_per_year")
    mean = (
        sold.with_columns(weight=weight)
        .group_by(site="supplier", part="part", maintain_order=True)
        .agg(
            price=pl.when(pl.col("weight").sum() > 0)
            .then((pl.col("unit_price") * pl.col("weight")).sum() / pl.col("weight").sum())
            .otherwise(pl.col("unit_price").mean())
        )
    )
    priced = graph.lines.join(mean, on=["site", "part"], how="left", maintain_order="left")
    return np.asarray(priced["price"].cast(pl.Float64).fill_null(np.nan).to_numpy())


def _list_price(network: Network, graph: SupplyGraph) -> Floats:
    """Value of each slot in a unit of its line at ``parts.unit_value``, the mean over alternatives; NaN unknown."""
    listed = network["parts"].select(child="part", value="unit_value")
    listed = listed.with_columns(value=pl.when(pl.col("value") > 0).then("value"))
    key = pl.coalesce("choice", "child")
    needs = (
        network["bom"]
        .join(listed, on="child", how="left", maintain_order="left")
        .group_by(part="parent", key=key, choice=pl.col("choice").is_not_null(), maintain_order=True)
        .agg(cost=(pl.col("quantity") * pl.col("value")).mean())
    )
    relays = pl.concat([listed.select(part="child", key="child", choice=pl.lit(value=False), cost="value")])
    slots = pl.DataFrame({"line": graph.slot_line, "key": graph.slot_part, "choice": graph.slot_choice},
                         schema={"line": pl.Int64, "key": pl.String, "choice": pl.Boolean})  # fmt: skip
    part = graph.lines.with_row_index("line").select(pl.col("line").cast(pl.Int64), "part")
    slots = slots.join(part, on="line", how="left", maintain_order="left")
    needs = pl.concat([needs, relays.select(needs.columns)]).unique(["part", "key", "choice"], keep="first")
    found = slots.join(needs, on=["part", "key", "choice"], how="left", maintain_order="left")
    return np.asarray(found["cost"].cast(pl.Float64).fill_null(np.nan).to_numpy())


def _sums(where: NDArray[np.int32], what: Floats, n: int) -> Floats:
    return np.bincount(where, what, n).astype(np.float64)  # of nothing, bincount gives whole numbers


def _count(where: NDArray[np.int32], what: NDArray[np.bool_], n: int) -> NDArray[np.int64]:
    return np.bincount(where[what], minlength=n)


def _named(graph: SupplyGraph, line: int) -> str:
    return "/".join(graph.lines.row(line))


def _refuse_null_quantities(network: Network, graph: SupplyGraph, reached: NDArray[np.bool_]) -> None:
    made = graph.lines.filter(pl.Series(reached, dtype=pl.Boolean))["part"].unique()
    null = network["bom"].filter(pl.col("quantity").is_null() & pl.col("parent").is_in(made.implode()))
    if null.is_empty():
        return
    finding = Finding(
        rule="quantity_unknown",
        severity="error",
        table="bom",
        column="quantity",
        problem=f"{counted(null.height, 'row upstream of the product has', 'rows upstream of the product have')} no quantity, so that no share of value can be told",
        remedy="Give the units of the child in a unit of the parent.",
        count=null.height,
        value="/".join(null.select("parent", "child").row(0)),
    )
    raise DataError([finding])


def _negative(graph: SupplyGraph, excess: Floats, reached: NDArray[np.bool_]) -> tuple[Finding, ...]:
    lines = np.flatnonzero(reached & (excess > ROUNDING))
    if not len(lines):
        return ()
    worst = lines[np.argmax(excess[lines])]
    finding = Finding(
        rule="negative_value_added",
        severity="warning",
        table="parts",
        column="unit_value",
        problem=f"inputs of {len(lines)} sites and parts cost more than the good, by up to {excess[worst]:.0%}; the own share is set to 0 and inputs are scaled",
        remedy="Check unit_value, unit_price and bom.quantity.",
        count=len(lines),
        value=_named(graph, int(worst)),
    )
    return (finding,)


def _unvalued(graph: SupplyGraph, slots: NDArray[np.bool_]) -> tuple[Finding, ...]:
    where = np.flatnonzero(slots)
    if not len(where):
        return ()
    first = where[0]
    finding = Finding(
        rule="needs_without_value",
        severity="warning",
        table="parts",
        column="unit_value",
        problem=f"{counted(len(where), 'need has no known value and carries', 'needs have no known value and carry')} no share of the product's value",
        remedy="Give parts.unit_value or links.unit_price.",
        count=len(where),
        value=f"{_named(graph, int(graph.slot_line[first]))}/{graph.slot_part[first]}",
    )
    return (finding,)


def _spread(graph: SupplyGraph, price: Floats, reached: NDArray[np.bool_]) -> tuple[Finding, ...]:
    known = ~np.isnan(price) & reached[graph.arc_line] & ~graph.slot_choice[graph.arc_slot]
    low, high = np.full(len(graph.slot_line), np.inf), np.zeros(len(graph.slot_line))
    np.minimum.at(low, graph.arc_slot[known], price[known])
    np.maximum.at(high, graph.arc_slot[known], price[known])
    wide = np.flatnonzero(high > SPREAD * low)
    if not len(wide):
        return ()
    finding = Finding(
        rule="price_spread",
        severity="warning",
        table="links",
        column="unit_price",
        problem=f"{counted(len(wide), 'need has', 'needs have')} prices more than {SPREAD:g} times apart",
        remedy="Check the unit and the currency of the prices.",
        count=len(wide),
        value=f"{_named(graph, int(graph.slot_line[wide[0]]))}/{graph.slot_part[wide[0]]}",
    )
    return (finding,)
