"""The network as the two exact models of a stop read it: lanes with stock where it lies, and pooled parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.kernels.exposure import Chain
from tierscape.network import Network
from tierscape.quantities.firm_flows import STORE, network_lines
from tierscape.quantities.firm_lines import FirmLines

ROUNDING = 1e-9
UNSEEN = "unseen"
"""Site in the labels of lines that stand for suppliers whom nobody named."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lanes:
    """Who can supply whom today, as ``kernels.exposure`` reads it.

    Parameters
    ----------
    chain : Chain
        Lines are those of ``FirmLines``; products in the order of ``products``.
    arc : numpy.ndarray of int64, shape (lanes,)
        Firm link that each lane stands for; −1 for suppliers whom nobody named.
    wanted : numpy.ndarray of int64, shape (lanes,)
        Number of the part that each lane carries, as in ``part``.
    part : numpy.ndarray of int64, shape (lines,)
        Number of the part of each line.
    products, labels : tuple of str
        Part of each product; ``site/part`` of each line.
    unit : numpy.ndarray, shape (lines,)
        Units of its part that the chain counts as one: a power of 2 near what a line makes a day, since a solver trusts
        numbers of like size.
    """

    chain: Chain
    arc: Ints
    wanted: Ints
    part: Ints
    products: tuple[str, ...]
    labels: tuple[str, ...]
    unit: Floats


@dataclass(frozen=True, eq=False)
class Pooled:
    """All makers of a part as one, as ``kernels.survive`` reads it. A choice among alternatives is a node of its own.

    Parameters
    ----------
    nodes : tuple of str
        Parts, then choices as ``parent/word``.
    bom : (indptr, parent, quantity)
    demand, stock, capacity : numpy.ndarray, shape (nodes,)
        Units a day, units, units a day.
    makers : (node, capacity)
        One entry a line and node that it can fill.
    line : numpy.ndarray of int64, shape (makers,)
        Line of each maker, ascending; the number of lines for suppliers whom nobody named.
    unseen : numpy.ndarray, shape (nodes,)
        Units a day that suppliers bring whom nobody named, in normal times.
    choices : int
        Number of choices: a maker counts for every use in full, so the linear programme is asked instead.
    """

    nodes: tuple[str, ...]
    bom: tuple[Ints, Ints, Floats]
    demand: Floats
    stock: Floats
    capacity: Floats
    makers: tuple[Ints, Floats]
    line: Ints
    unseen: Floats
    choices: int


def finished_stock(network: Network, firm: FirmLines, product_stock_days: float) -> Floats:
    """Give the units of finished stock at each line; what a store holds counts there.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    product_stock_days : float
        Where none is declared, days of output of lines with demand; 0 elsewhere.

    Returns
    -------
    numpy.ndarray, shape (lines,)
    """
    graph = firm.graph
    sold = network_lines(network, graph, 0.0)["demand"] > 0
    assumed = pl.select(pl.when(sold).then(product_stock_days).otherwise(0.0)).to_series()
    units = np.zeros(firm.n)
    units[: graph.n] = _declared_finished(network, firm).fill_null(assumed).to_numpy() * firm.arrays.output[: graph.n]
    units[stores_of(firm)[1]] = 0.0
    return units


def _declared_finished(network: Network, firm: FirmLines) -> pl.Series:
    declared = network["capabilities"].select("site", "part", finished="finished_stock_days")
    return firm.graph.lines.join(declared, on=["site", "part"], how="left", maintain_order="left")["finished"]


def stores_of(firm: FirmLines) -> tuple[Ints, Ints]:
    """Give the lines that are stores, and the line that fills each."""
    stores = np.flatnonzero(firm.lines["site"].str.starts_with(STORE).to_numpy())
    arrays = firm.arrays
    return stores, arrays.supplier[arrays.arc_start[arrays.slot_start[stores]]].astype(np.int64)


def input_stock(firm: FirmLines) -> Floats:
    """Give the units that lie at each slot. A store holds a day more: its maker ships to it what it made the day before."""
    arrays = firm.arrays
    owner = np.repeat(np.arange(firm.n), np.diff(arrays.slot_start))
    is_store = np.zeros(firm.n, np.bool_)
    is_store[stores_of(firm)[0]] = True
    return np.asarray(arrays.slot_flow * (arrays.slot_days - 1.0 + is_store[owner]), dtype=np.float64)


def declared_stock(network: Network, firm: FirmLines) -> Floats:
    """Give the units at each slot that somebody declared; what is not known counts as none."""
    arrays = firm.arrays
    slot = np.repeat(np.arange(len(arrays.slot_flow)), np.diff(arrays.arc_start))
    known = np.append(firm.graph.links["stock_days"].fill_null(0.0).to_numpy(), 0.0)  # the last one stands for no link
    units = np.bincount(slot, arrays.weight * arrays.flow * known[firm.link], minlength=len(arrays.slot_flow))
    stores, sources = stores_of(firm)
    filled = arrays.slot_start[stores]
    units[filled] = arrays.slot_flow[filled] * _declared_finished(network, firm).fill_null(0.0).to_numpy()[sources]
    return np.asarray(units, dtype=np.float64)


def lanes_of(firm: FirmLines, finished: Floats, stock: Floats | None = None) -> Lanes:
    """State the network with its links as the only lanes.

    Parameters
    ----------
    firm : FirmLines
    finished : numpy.ndarray, shape (lines,)
        Units of finished stock at each line.
    stock : numpy.ndarray, shape (slots,), optional
        Units at each slot; ``input_stock`` by default.

    Returns
    -------
    Lanes
        Inputs that are not essential are left out. Where less flows in than the bill of materials asks for, suppliers whom
        nobody named bring the rest, and no more, so that the network is sound as long as nothing stops.
    """
    arrays = firm.arrays
    owner = np.repeat(np.arange(firm.n), np.diff(arrays.slot_start))
    needed = slot_quantity(firm)
    slots = np.flatnonzero(arrays.essential)
    missing = unseen_flow(firm, needed)
    bare = np.flatnonzero(arrays.essential & (missing > 0.0))
    spans = np.diff(arrays.arc_start)[slots]
    arcs = np.concatenate([_spans(arrays.arc_start[slots], spans), np.full(len(bare), -1)])
    slot = np.concatenate([np.repeat(np.arange(len(slots)), spans), np.searchsorted(slots, bare)])
    order = np.argsort(slot, kind="stable")
    extra = firm.n + np.arange(len(bare))
    supplier = np.concatenate([arrays.supplier[arcs[arcs >= 0]].astype(np.int64), extra])[order]
    worth = np.concatenate([arrays.weight[arcs[arcs >= 0]], np.ones(len(bare))])[order]
    keys = slot_keys(firm)
    names = [*firm.lines["part"].to_list(), *(keys[q] for q in bare)]
    known, part = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    sold = np.flatnonzero(arrays.demand > 0.0)
    sold = sold[np.argsort(part[sold], kind="stable")]
    products, first = np.unique(part[sold], return_index=True)
    chain = Chain(
        capacity=np.concatenate([line_capacity(firm), missing[bare]]),
        finished=np.concatenate([finished, np.zeros(len(bare))]),
        slot_line=owner[slots],
        quantity=needed[slots],
        stock=(input_stock(firm) if stock is None else stock)[slots],
        lanes=(np.append(0, np.cumsum(np.bincount(slot, minlength=len(slots)))), supplier, worth),
        sellers=(np.append(first, len(sold)), sold),
        demand=np.add.reduceat(arrays.demand[sold], first) if len(sold) else np.zeros(0),
        margin=firm.margin[sold[first]],
    )
    labels = [f"{site}/{made}" for site, made in firm.lines.select("site", "part").iter_rows()]
    labels += [f"{UNSEEN}/{keys[q]}" for q in bare]
    unit = _units(part, np.concatenate([arrays.output, missing[bare]]))
    alike = np.array([unit[owner[q]] if "/" in keys[q] else 0.0 for q in slots])
    return Lanes(
        _rescaled(chain, unit, alike),
        arcs[order],
        part[supplier],
        part,
        tuple(str(known[p]) for p in products),
        tuple(labels),
        unit,
    )


def _units(part: Ints, output: Floats) -> Floats:
    """Give the unit of each line, the same for all of a part."""
    runs = output > 0.0
    total = np.bincount(part[runs], output[runs], minlength=int(part.max(initial=-1)) + 1)
    mean = total / np.maximum(np.bincount(part[runs], minlength=len(total)), 1)
    return np.asarray(np.exp2(np.round(np.log2(np.where(mean > 0.0, mean, 1.0)))))[part]


def _rescaled(chain: Chain, unit: Floats, own: Floats) -> Chain:
    """Count each part in its unit, and each slot in that of its suppliers, or in its ``own`` where they differ."""
    indptr, supplier, worth = chain.lanes
    counts = np.diff(indptr)
    first = np.zeros(len(counts), np.int64)
    first[counts > 0] = supplier[indptr[:-1][counts > 0]]
    slot = np.where(own > 0.0, own, np.where(counts > 0, unit[first] if len(unit) else 1.0, 1.0))
    sold = unit[chain.sellers[1][chain.sellers[0][:-1]]]
    return chain._replace(
        capacity=chain.capacity / unit,
        finished=chain.finished / unit,
        quantity=chain.quantity * unit[chain.slot_line] / slot,
        stock=chain.stock / slot,
        lanes=(indptr, supplier, worth * unit[supplier] / np.repeat(slot, counts)),
        demand=chain.demand / sold,
        margin=chain.margin * sold,
    )


def slot_keys(firm: FirmLines) -> list[str]:
    """Name what each slot asks for: a part, or ``parent/word`` of a choice."""
    part = firm.lines["part"].to_list()
    owner = np.repeat(np.arange(firm.n), np.diff(firm.arrays.slot_start)).tolist()
    return [_key(firm, part, q, line) for q, line in enumerate(owner)]


def slot_quantity(firm: FirmLines) -> Floats:
    """Units of each slot in a unit of its line: of the bill of materials, else from the flows, else 1."""
    arrays, graph = firm.arrays, firm.graph
    owner = np.repeat(np.arange(firm.n), np.diff(arrays.slot_start))
    output = arrays.output[owner]
    needed = np.divide(arrays.slot_flow, output, out=np.ones(len(owner)), where=output > 0.0)
    stated = np.bincount(graph.arc_slot, graph.arc_quantity, len(graph.slot_line)) / np.maximum(
        np.diff(graph.arc_start), 1
    )
    listed = np.isfinite(stated) & (np.diff(graph.arc_start) > 0) & (graph.slot_kind > 0)
    needed[: len(stated)][listed] = stated[listed]
    needed[: len(stated)][graph.slot_choice] = 1.0
    return np.asarray(needed, dtype=np.float64)


def unseen_flow(firm: FirmLines, needed: Floats) -> Floats:
    """Units a day that each slot needs in normal times beyond what flows in, shape (slots,)."""
    owner = np.repeat(np.arange(firm.n), np.diff(firm.arrays.slot_start))
    need = needed * firm.arrays.output[owner]
    missing = need - firm.arrays.slot_flow
    return np.asarray(np.where(missing > ROUNDING * need, missing, 0.0), dtype=np.float64)


def pooled(firm: FirmLines, finished: Floats, stock: Floats | None = None) -> Pooled:
    """State the network with every lane open and stock pooled by part.

    Parameters
    ----------
    firm : FirmLines
    finished : numpy.ndarray, shape (lines,)
    stock : numpy.ndarray, shape (slots,), optional

    Returns
    -------
    Pooled
        Relays are left out: every maker serves every user, and what they hold counts. A need that makers of a part do not
        have alike counts as the least of them. What suppliers bring whom nobody named asks for the inputs of the part as if
        it was made here.
    """
    arrays, graph = firm.arrays, firm.graph
    relay = np.zeros(firm.n, np.bool_)
    relay[: graph.n] = graph.relay
    relay[stores_of(firm)[0]] = True
    owner = np.repeat(np.arange(firm.n), np.diff(arrays.slot_start))
    part, keys, needed = firm.lines["part"].to_list(), slot_keys(firm), slot_quantity(firm)
    nodes = list(dict.fromkeys([*sorted(set(part)), *sorted(set(keys) - set(part))]))
    number = {name: i for i, name in enumerate(nodes)}
    at, slot_node = np.array([number[p] for p in part], np.int64), np.array([number[k] for k in keys], np.int64)
    felt = arrays.essential & ~relay[owner]
    child, parent, quantity = _least_needs(at, np.flatnonzero(~relay), slot_node[felt], owner[felt], needed[felt])
    lying = input_stock(firm) if stock is None else stock
    held = _summed(slot_node[arrays.essential], lying[arrays.essential], len(nodes))
    makers, fills, line = _makers(firm, at, slot_node, np.flatnonzero(~relay))
    missing = np.where(felt, unseen_flow(firm, needed), 0.0)
    makers, fills = np.concatenate([makers, slot_node[missing > 0]]), np.concatenate([fills, missing[missing > 0]])
    return Pooled(
        nodes=tuple(nodes),
        bom=(np.searchsorted(child, np.arange(len(nodes) + 1)), parent, quantity),
        demand=_summed(at, arrays.demand, len(nodes)),
        stock=held + _summed(at, finished, len(nodes)),
        capacity=_summed(makers, fills, len(nodes)),
        makers=(makers, fills),
        line=np.concatenate([line, np.full(len(makers) - len(line), firm.n)]),
        unseen=_summed(slot_node, missing, len(nodes)) + _summed(at[graph.n :], _outside(firm), len(nodes)),
        choices=len(nodes) - len(set(part)),
    )


def _outside(firm: FirmLines) -> Floats:
    """Normal output of what stands behind the lines of the graph, 0 for stores."""
    output = np.array(firm.arrays.output[firm.graph.n :], dtype=np.float64)
    output[stores_of(firm)[0] - firm.graph.n] = 0.0
    return output


def _least_needs(at: Ints, lines: Ints, slot_node: Ints, owner: Ints, needed: Floats) -> tuple[Ints, Ints, Floats]:
    """Give child, parent and units of it, by child: the least of the makers, nothing where one of them has no such need."""
    makers = pl.DataFrame({"parent": at[lines]}).group_by("parent").len("makers")
    needs = pl.DataFrame({"child": slot_node, "parent": at[owner], "line": owner, "needed": needed})
    each = needs.group_by("child", "parent", "line").agg(pl.col("needed").sum())
    least = each.group_by("child", "parent").agg(pl.col("needed").min(), having=pl.len()).join(makers, on="parent")
    least = least.filter((pl.col("having") == pl.col("makers")) & (pl.col("needed") > 0)).sort("child", "parent")
    return least["child"].to_numpy(), least["parent"].to_numpy(), least["needed"].to_numpy()


def _key(firm: FirmLines, part: list[str], slot: int, line: int) -> str:
    if slot >= len(firm.graph.slot_part):
        return part[line]
    return f"{part[line]}/{firm.graph.slot_part[slot]}" if firm.graph.slot_choice[slot] else firm.graph.slot_part[slot]


def _makers(firm: FirmLines, at: Ints, slot_node: Ints, lines: Ints) -> tuple[Ints, Floats, Ints]:
    """List what each line can fill: its part, and the choices that take its part, in units of the choice."""
    capacity, arrays = line_capacity(firm), firm.arrays
    choice = np.zeros(len(slot_node), np.bool_)
    choice[: len(firm.graph.slot_choice)] = firm.graph.slot_choice
    arc_slot = np.repeat(np.arange(len(slot_node)), np.diff(arrays.arc_start))
    taken = choice[arc_slot]
    fills = pl.DataFrame(
        {"node": slot_node[arc_slot][taken], "part": at[arrays.supplier[taken]], "worth": arrays.weight[taken]}
    )
    fills = fills.group_by("node", "part").agg(pl.col("worth").max()).sort("node", "part")
    own = pl.DataFrame({"line": lines, "part": at[lines], "capacity": capacity[lines]})
    both = pl.concat(
        [
            own.select("line", "capacity", node="part"),
            own.join(fills, on="part").select("line", capacity=pl.col("capacity") * pl.col("worth"), node="node"),
        ],
        how="diagonal",
    ).sort("line", "node")
    return both["node"].to_numpy(), both["capacity"].to_numpy(), both["line"].to_numpy()


def line_capacity(firm: FirmLines) -> Floats:
    """Units a day; what stands for unknown suppliers and for stores has no limit."""
    capacity = np.array(firm.arrays.capacity, dtype=np.float64)
    capacity[firm.graph.n :] = np.inf
    return capacity


def _summed(at: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(at, values, minlength=size), dtype=np.float64)


def _spans(begin: Ints, many: Ints) -> Ints:
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(begin - (ends - many), many), dtype=np.int64)
