"""What the product hangs on: single points, dual sourcing that is none, smallest cuts, hidden common suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.view import View
from tierscape.graph import SupplyGraph
from tierscape.kernels.common_nodes import behind, cover, cover_value
from tierscape.kernels.criticality import breakers, feasible, retained
from tierscape.kernels.cuts import Cuts, smallest_cuts
from tierscape.kernels.needs import Needs
from tierscape.network import Network

MOST_CUTS = 100
SECONDS = 20.0
"""Longest time for the integer program behind the redundancy order."""


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
    sites : tuple of str
        Units.
    """

    view: View
    needs: Needs
    line: NDArray[np.int64]
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


def single_points(chain: Chain, basis: str) -> pl.DataFrame:
    """List sites, and needs without a named supplier, whose loss alone stops the product."""
    view = chain.view
    graph = view.trace.graph
    sites = chain.upstream
    dead = sites[~feasible(chain.needs, chain.focal, sites)]
    stopped = dict(zip(dead.tolist(), chain.stopped(chain.needs, dead), strict=True))
    rows: list[dict[str, object]] = []
    for unit in dead.tolist():
        site = chain.sites[unit]
        mine = view.by_site[site]
        rows.append(
            {"site": site, "name": view.names[site], "country": mine["country"], "parts": "; ".join(mine["parts"]),
             "tier": mine["tier"], "stopped_share": stopped[unit], "disclosed": basis == "declared", "basis": basis}
        )  # fmt: skip
    for q in undisclosed_dominators(chain).tolist():
        site, part = graph.lines.row(int(graph.slot_line[q]))
        rows.append(
            {"site": f"? {graph.slot_part[q]} for {part} at {site}", "name": f"unnamed supplier of {view.names[site]}",
             "country": None, "parts": graph.slot_part[q], "tier": int(view.tier_of[graph.slot_line[q]]) + 1,
             "stopped_share": 1.0, "disclosed": False, "basis": "undisclosed"}
        )  # fmt: skip
    schema = {
        "site": pl.String, "name": pl.String, "country": pl.String, "parts": pl.String, "tier": pl.Int64,
        "stopped_share": pl.Float64, "disclosed": pl.Boolean, "basis": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("basis", "tier", "site")


def undisclosed_dominators(chain: Chain) -> NDArray[np.int64]:
    """Slots of the view whose unnamed suppliers, lost together, stop the product."""
    view = chain.view
    graph = view.trace.graph
    bare = graph.arc_start[1:] == graph.arc_start[:-1]
    slots = np.flatnonzero(bare & (graph.slot_kind == 2) & (view.trace.reach[graph.slot_line] > 0.0))
    order = np.argsort(np.concatenate([chain.line[graph.slot_line], _virtual_lines(chain)]), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    dead = ~feasible(chain.needs, chain.focal, ~rank[slots])
    return np.asarray(slots[dead])


def _virtual_lines(chain: Chain) -> NDArray[np.int64]:
    return np.setdiff1d(np.arange(len(chain.needs.line_group)), chain.line)


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
    view = chain.view
    graph = view.trace.graph
    needs = chain.needs
    own = needs.slot_start[chain.line]
    broken = breakers(needs, chain.upstream)
    rows = []
    for q in np.flatnonzero((np.diff(graph.arc_start) > 1) & (view.trace.reach[graph.slot_line] > 0.0)).tolist():
        line = int(graph.slot_line[q])
        breaker = broken[own[line] + q - graph.slot_start[line]]
        suppliers = set(
            graph.lines["site"].gather(graph.arc_supplier[graph.arc_start[q] : graph.arc_start[q + 1]].tolist())
        )
        if breaker >= 0 and len(suppliers) > 1:
            buyer, part = graph.lines.row(line)
            site = chain.sites[breaker]
            rows.append((buyer, part, graph.slot_part[q], len(suppliers), site, view.names[site]))
    schema = {
        "buyer": pl.String,
        "part": pl.String,
        "need": pl.String,
        "suppliers": pl.Int64,
        "site": pl.String,
        "name": pl.String,
    }
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .unique(["buyer", "part", "need"], keep="first")
        .sort("part", "buyer", "need")
    )


def redundancy(chain: Chain) -> Cuts:
    """Find the fewest upstream sites whose joint loss stops the product."""
    return smallest_cuts(chain.needs, chain.focal, limit=MOST_CUTS, seconds=SECONDS)


def cut_table(chain: Chain, cuts: Cuts) -> pl.DataFrame:
    """List the smallest cuts."""
    sets = [[chain.sites[unit] for unit in row] for row in cuts.sets.tolist() if row]
    rows = [(len(s), "; ".join(s), "; ".join(chain.view.names[site] for site in s)) for s in sets]
    return pl.DataFrame(rows, schema={"size": pl.Int64, "sites": pl.String, "names": pl.String}, orient="row")


def hidden_common(chain: Chain) -> pl.DataFrame:
    """List sites of tier 2 and beyond that stand behind several direct suppliers, or behind much of the direct supply."""
    view = chain.view
    found = behind(chain.needs, chain.focal)
    direct = [chain.sites[unit] for unit in found.direct.tolist()]
    first = dict(
        view.reached.filter(pl.col("tier") == 1).group_by("site", maintain_order=True).agg(pl.col("mass").sum()).rows()
    )
    value = np.array([first.get(site, 0.0) for site in direct])
    unseen = float(view.trace.unknown.filter(pl.col("tier") == 1)["mass"].sum())
    low, high = cover_value(found.unit, value, unseen)
    share = cover(found.unit, len(direct))
    deep = set(view.reached.filter(pl.col("tier") >= 2)["site"])
    makers = set(view.trace.graph.lines["site"].gather(view.trace.focal.tolist()))
    sells = set(view.trace.graph.links.filter(pl.col("buyer").is_in(list(makers)))["supplier"])
    rows = []
    for unit in np.flatnonzero(share > 0.0).tolist():
        site = chain.sites[unit]
        count = round(float(share[unit]) * len(direct))
        if site not in deep or (count < 2 and not high[unit] > view.limits.cover):
            continue
        mine = view.by_site[site]
        bits = [d for i, d in enumerate(direct) if (int(found.unit[unit, i // 64]) >> (i % 64)) & 1]
        rows.append(
            (site, view.names[site], mine["country"], mine["tier"], "; ".join(mine["parts"]),
             share[unit], low[unit], high[unit], site in set(direct) | sells, "; ".join(bits))
        )  # fmt: skip
    schema = {
        "site": pl.String, "name": pl.String, "country": pl.String, "tier": pl.Int64, "parts": pl.String, "cover": pl.Float64,
        "cover_value_low": pl.Float64, "cover_value_high": pl.Float64, "direct": pl.Boolean, "behind": pl.String,
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))
    return table.sort("cover_value_low", "cover", "site", descending=[True, True, False], nulls_last=True)
