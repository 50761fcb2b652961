"""The AND/OR graph behind a product: which need is met by whom, qualified alternatives included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.view import View
from tierscape.graph import SupplyGraph
from tierscape.kernels.criticality import retained
from tierscape.kernels.needs import Needs
from tierscape.network import Network


@dataclass(frozen=True, eq=False)
class Chain:
    """The AND/OR graph of a view: its lines, and before the makers of a part that a qualified site makes one line for these.

    Parameters
    ----------
    view : View
    needs : Needs
        Units are sites, by place in ``sites``.
    line : numpy.ndarray of int64, shape (n,)
        Where each line of the view stands in ``needs``.
    slot : numpy.ndarray of int64, shape (Q,)
        Where each slot of the view stands in ``needs``.
    sites : tuple of str
        Units.
    """

    view: View
    needs: Needs
    line: NDArray[np.int64]
    slot: NDArray[np.int64]
    sites: tuple[str, ...]

    @cached_property
    def focal(self) -> NDArray[np.int64]:
        """Lines that make the product."""
        return np.asarray(self.line[self.view.trace.focal], dtype=np.int64)

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """Share of the product that each of them makes."""
        return np.asarray(self.view.trace.start[self.view.trace.focal])

    @cached_property
    def upstream(self) -> NDArray[np.int64]:
        """Sites that value of the product reaches, as units."""
        found = self.needs.line_group[self.line[self.view.trace.reach > 0.0]]
        return np.unique(found[found >= 0]).astype(np.int64)

    def grouped(self, keys: Sequence[str | None]) -> tuple[Needs, list[str]]:
        """Give the graph with other units, one for each distinct key of the lines of the view."""
        names = sorted({k for k in keys if k is not None})
        number = {name: i for i, name in enumerate(names)}
        group = np.full(len(self.needs.line_group), -1, np.int32)
        group[self.line] = [-1 if k is None else number[k] for k in keys]
        return self.needs._replace(line_group=group), names

    def stopped(self, needs: Needs, removed: NDArray[np.int64]) -> NDArray[np.float64]:
        """Share of the product that stops with each removal while nobody switches."""
        return np.clip(1.0 - retained(needs, self.focal, self.weight, removed), 0.0, 1.0)


def chain_of(view: View) -> Chain:
    """Build the AND/OR graph of a view, qualified alternatives included."""
    graph = view.trace.graph
    spare = _qualified(view.network, graph)
    first = _first_makers(graph, sorted(spare))
    shift = np.zeros(graph.n, np.int64)
    for at in first.values():
        shift[at:] += 1
    line = np.arange(graph.n) + shift
    virtual = {part: int(at + np.sum([other < at or (other == at and q < part) for q, other in first.items()])) for part, at in first.items()}  # fmt: skip
    total = graph.n + len(virtual)
    sites = tuple(dict.fromkeys(graph.lines["site"].sort()))
    number = {site: i for i, site in enumerate(sites)}
    group = np.full(total, -1, np.int32)
    group[line] = [number[site] for site in graph.lines["site"]]
    slots, arcs = _slots_and_arcs(view, line, virtual, spare)
    order = np.argsort(slots["line"], kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    by_slot = np.lexsort((arcs["supplier"], rank[arcs["slot"]]))
    return Chain(
        view=view,
        needs=Needs(
            line_group=group,
            slot_start=np.searchsorted(slots["line"][order], np.arange(total + 1)).astype(np.int64),
            slot_essential=slots["essential"][order].astype(np.bool_),
            slot_undisclosed=slots["undisclosed"][order].astype(np.bool_),
            arc_start=np.searchsorted(rank[arcs["slot"]][by_slot], np.arange(len(order) + 1)).astype(np.int64),
            arc_supplier=arcs["supplier"][by_slot].astype(np.int32),
            arc_share=arcs["share"][by_slot].astype(np.float64),
        ),
        line=line,
        slot=rank[: len(graph.slot_line)],
        sites=sites,
    )


def _slots_and_arcs(
    view: View, line: NDArray[np.int64], virtual: dict[str, int], spare: dict[str, list[int]]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Slots and arcs of the view in the new numbers, then those of the lines of qualified sites."""
    graph = view.trace.graph
    served = graph.arc_start[1:] > graph.arc_start[:-1]
    open_ended = ~served | (view.trace.values.slot_unknown > 0.0)
    essential = graph.slot_kind == 2
    q = len(graph.slot_line)
    extra_slot, extra_supplier = _alternatives(view.network, graph, virtual)
    own_slot = {part: q + i for i, part in enumerate(virtual)}
    made = [(own_slot[part], line[i]) for part in virtual for i in spare[part]]
    slots = {
        "line": np.concatenate([line[graph.slot_line], np.array(list(virtual.values()), np.int64)]),
        "essential": np.concatenate([essential, np.ones(len(virtual), np.bool_)]),
        "undisclosed": np.concatenate([open_ended, np.zeros(len(virtual), np.bool_)]),
    }
    arcs = {
        "slot": np.concatenate([graph.arc_slot, extra_slot, np.array([s for s, _ in made], np.int64)]).astype(np.int64),
        "supplier": np.concatenate([line[graph.arc_supplier], extra_supplier, np.array([m for _, m in made], np.int64)]).astype(np.int64),
        "share": np.concatenate([view.trace.values.arc_share, np.zeros(len(extra_slot) + len(made))]),
    }  # fmt: skip
    return slots, arcs


def _qualified(network: Network, graph: SupplyGraph) -> dict[str, list[int]]:
    """Lines by part whose site is marked as qualified."""
    marked = network["capabilities"].filter("qualified").select("site", "part")
    rows = graph.lines.with_row_index("line").join(marked, on=["site", "part"], how="semi", maintain_order="left")
    found: dict[str, list[int]] = {}
    for line, part in rows.select("line", "part").iter_rows():
        found.setdefault(part, []).append(int(line))
    return found


def _first_makers(graph: SupplyGraph, parts: Sequence[str]) -> dict[str, int]:
    """First line of each part that makes it: relays, which may draw on it, stand before."""
    lines = graph.lines.with_row_index("line").with_columns(relay=pl.Series(graph.relay, dtype=pl.Boolean))
    first = (
        lines.filter(~pl.col("relay") & pl.col("part").is_in(list(parts)))
        .group_by("part", maintain_order=True)
        .agg(pl.col("line").min())
    )
    return {part: int(at) for part, at in sorted(first.rows())}


def _alternatives(
    network: Network, graph: SupplyGraph, virtual: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One more supplier for each slot and part that a qualified site makes: slot, line of those sites."""
    if not virtual:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = graph.lines["part"].gather(graph.slot_line.tolist())
    slots = pl.DataFrame(
        {
            "slot": np.arange(len(graph.slot_line)),
            "parent": at,
            "key": list(graph.slot_part),
            "choice": graph.slot_choice,
        },
        schema={"slot": pl.Int64, "parent": pl.String, "key": pl.String, "choice": pl.Boolean},
    )
    members = network["bom"].select(
        "parent", "child", key=pl.coalesce("choice", "child"), choice=pl.col("choice").is_not_null()
    )
    found = slots.join(members, on=["parent", "key", "choice"], maintain_order="left").filter(
        pl.col("child").is_in(list(virtual))
    )
    lines = found["child"].replace_strict(virtual, return_dtype=pl.Int64)
    return found["slot"].to_numpy().astype(np.int64), lines.to_numpy().astype(np.int64)
