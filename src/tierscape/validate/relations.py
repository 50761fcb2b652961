"""Checks between rows and tables: references, cycles, spans of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import polars as pl

from tierscape.errors import Finding
from tierscape.schema import TABLES, Column, Table
from tierscape.validate.data import Data, Fault, did_you_mean

_NAMED = {"sites": "site", "parts": "part", "nodes": "node", "organizations": "organization", "regions": "region",
          "contracts": "contract"}  # fmt: skip
_SOFT = {
    "regions": "Upstream regions need no row; add those that are to be scored, or correct the row.",
    "organizations": "Firms need no row; add it where its country or owner matters, or correct the row.",
    "contracts": "Add it where its price or term matters, or correct the row.",
}
"""What to do about a soft reference to nothing."""


def references(data: Data) -> Iterator[Finding]:
    """What a row points at is there; a soft reference to nothing is a note."""
    for table in TABLES.values():
        for column in table.columns:
            if column.reference and (table.name, column.name) != ("links", "route"):
                yield from _reference(data, table, column)


def _reference(data: Data, table: Table, column: Column) -> Iterator[Finding]:
    values = data[table.name][column.name]
    keys = data.keys(column.reference)
    bad = ~values.is_in(keys.implode())
    if not bad.any():
        return
    first = str(values.filter(bad.fill_null(value=False))[0])
    yield from data.found((table.name, column.name), bad, _absent(column, first, keys))


def _absent(column: Column, first: str, keys: pl.Series) -> Fault:
    offered = did_you_mean(first, keys.to_list())
    name = _NAMED[column.reference]
    return Fault(
        rule="reference", severity="note" if column.soft else "error",
        clause=f"name {'an' if name[0] in 'aeiou' else 'a'} {name} that '{column.reference}' lacks",
        remedy=offered + (_SOFT[column.reference] if column.soft else f"Add it to '{column.reference}' or correct the row."),
    )  # fmt: skip


def routes(data: Data) -> Iterator[Finding]:
    """Every node of a route is in ``nodes``."""
    yield from _listed(data, TABLES["links"], "route", data.keys("nodes"), _absent)


def required_projects(data: Data) -> Iterator[Finding]:
    """What a project requires or excludes is a project, a contract, or the hub of a region."""
    hubs = "hub:" + data.keys("regions")
    keys = pl.concat([data.keys("projects"), data.keys("contracts"), hubs])
    yield from _listed(data, TABLES["projects"], "requires", keys, _absent_project)


def _absent_project(_column: Column, first: str, keys: pl.Series) -> Fault:
    remedy = f"{did_you_mean(first, keys.to_list())}Name projects, contracts or 'hub:REGION', joined by ';'."
    return Fault(rule="reference", clause="require something that is neither project, contract nor hub", remedy=remedy)


def _listed(
    data: Data, table: Table, column: str, keys: pl.Series, fault: Callable[[Column, str, pl.Series], Fault]
) -> Iterator[Finding]:
    frame = data[table.name]
    listed = (
        frame.select(pl.col(column)).with_row_index("_row").drop_nulls()
        .with_columns(pl.col(column).str.split(";")).explode(column)
        .with_columns(pl.col(column).str.strip_chars().str.strip_prefix("!"))
        .filter((pl.col(column) != "") & ~pl.col(column).is_in(keys.implode()))
    )  # fmt: skip
    if listed.is_empty():
        return
    first = str(listed[column][0])
    bad = pl.int_range(frame.height, eager=True).is_in(listed["_row"].cast(pl.Int64).implode())
    values = pl.Series([first] * frame.height, dtype=pl.String)
    yield from data.found((table.name, column), bad, fault(table[column], first, keys), values)


def bom_cycle(data: Data) -> Iterator[Finding]:
    """No part is made, through however many steps, from itself."""
    bom = data["bom"].select("parent", "child").drop_nulls()
    path = find_cycle(bom.rows())
    if path:
        on_path = set(pairwise(path))
        bad = pl.Series(
            [edge in on_path for edge in data["bom"].select("parent", "child").iter_rows()], dtype=pl.Boolean
        )
        shown = " → ".join(path)
        yield from data.found(
            ("bom", "child"), bad,
            Fault(rule="cycle", clause="make a part from itself", remedy="Cut the circle at the row that is wrong."),
            pl.Series([shown] * data["bom"].height, dtype=pl.String),
        )  # fmt: skip


def find_cycle(edges: list[tuple[str, str]]) -> list[str]:
    """Give one circle of a directed graph as a path that ends where it begins, empty where there is none.

    Depth-first search without recursion, O(nodes + edges); the same circle whatever the order of the edges.

    Examples
    --------
    >>> find_cycle([("cell", "anode"), ("anode", "graphite"), ("graphite", "cell")])
    ['anode', 'graphite', 'cell', 'anode']
    >>> find_cycle([("cell", "anode")])
    []
    """
    below: dict[str, list[str]] = {}
    for parent, part in sorted(edges):
        below.setdefault(parent, []).append(part)
    done: set[str] = set()
    for start, children in below.items():
        if start in done:
            continue
        path, on_path = [start], {start}
        waiting = [iter(children)]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
                done.add(path[-1])
                on_path.discard(path.pop())
            elif child in on_path:
                return [*path[path.index(child) :], child]
            elif child in below and child not in done:
                path.append(child)
                on_path.add(child)
                waiting.append(iter(below[child]))
    return []


def spans(data: Data) -> Iterator[Finding]:
    """What begins does so before it ends."""
    for name, table in TABLES.items():
        if {"valid_from", "valid_to"} <= set(table.names):
            frame = data[name]
            fault = Fault(
                rule="span", clause="end on or before the day on which they begin",
                remedy="Correct the days: valid_to is the first day on which the row no longer holds.",
            )  # fmt: skip
            yield from data.found((name, "valid_to"), frame["valid_from"] >= frame["valid_to"], fault)
    sites, events = data["sites"], data["events"]
    closed = Fault(rule="span", clause="close before they open", remedy="Correct opened_year or closed_year.")
    yield from data.found(("sites", "closed_year"), sites["closed_year"] < sites["opened_year"], closed)
    ended = Fault(rule="span", clause="end before they start", remedy="Correct start or end.")
    yield from data.found(("events", "end"), events["end"] < events["start"], ended)


def self_supply(data: Data) -> Iterator[Finding]:
    """A site that supplies itself says nothing of who depends on whom."""
    links = data["links"]
    fault = Fault(
        rule="self_supply", severity="warning", clause="have the same supplier and buyer",
        remedy="Leave the row out, or name the two sites.",
    )  # fmt: skip
    yield from data.found(("links", "buyer"), links["supplier"] == links["buyer"], fault)


def closed_makers(data: Data) -> Iterator[Finding]:
    """A closed site makes nothing."""
    closed = data["sites"].filter(pl.col("status") == "closed")["site"]
    fault = Fault(
        rule="closed", severity="warning", clause="belong to a closed site and count for nothing",
        remedy="Correct sites.status, or leave the rows out.",
    )  # fmt: skip
    yield from data.found(("capabilities", "site"), data["capabilities"]["site"].is_in(closed.implode()), fault)


def unable_suppliers(data: Data) -> Iterator[Finding]:
    """Who ships a part is listed among those who can make it."""
    links = data["links"].select("supplier", "part")
    makers = data["capabilities"].select(pl.concat_str(["site", "part"], separator="\n")).to_series()
    pairs = links.select(pl.concat_str(["supplier", "part"], separator="\n")).to_series()
    known = links["supplier"].is_in(data.keys("sites").implode()) & links["part"].is_in(data.keys("parts").implode())
    fault = Fault(
        rule="no_capability", severity="warning", clause="have a supplier without a capability for the part",
        remedy="Add site and part to 'capabilities', or correct the link.",
    )  # fmt: skip
    shown = links.select(pl.concat_str(["supplier", "part"], separator=" / ")).to_series()
    yield from data.found(("links", "supplier"), known & ~pairs.is_in(makers.drop_nulls().implode()), fault, shown)


RELATION_CHECKS = (
    references, routes, required_projects, bom_cycle, spans, self_supply, closed_makers, unable_suppliers,
)  # fmt: skip
