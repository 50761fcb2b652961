"""The bill of materials below a product as integers, with tiers and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network

OWN_SHARE = 0.1
"""Least share of a part's weight that its own making keeps, however dear its inputs are."""


class Need(NamedTuple):
    """A row of ``bom`` without its parent."""

    child: str
    quantity: float | None
    essential: bool | None
    choice: str | None


@dataclass(frozen=True)
class Group:
    """Children of one parent that stand in for each other; most groups have a single member."""

    parent: int
    members: tuple[int, ...]
    essential: bool
    weight: float


@dataclass(frozen=True, eq=False)
class Tree:
    """The bill of materials below a product, parts as integers in topological order (the product is 0).

    Parameters
    ----------
    parts : tuple of str
        Parts, parents before children.
    names : tuple of str
        Name of each part, its key where it has none.
    kinds : tuple of str
        Kind of each part.
    tiers : numpy.ndarray of int, shape (n,)
        Fewest supply steps from the product.
    groups : tuple of Group
        Needs of every parent; weights of a parent's groups and its own weight sum to 1.
    own : numpy.ndarray of float, shape (n,)
        Weight of a part's own making beside its groups; 0 for the product, which the anchor makes, and 1 for a leaf.
    quantities : numpy.ndarray of float, shape (n,)
        Units of each part in one unit of the product, alternatives each counted in full; NaN where a quantity is unknown.
    findings : tuple of Finding
        Parents whose children weigh equally because a quantity or a value is unknown.
    """

    parts: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    tiers: np.ndarray
    groups: tuple[Group, ...]
    own: np.ndarray
    quantities: np.ndarray
    findings: tuple[Finding, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Parts that a place must supply: all but the product."""
        return self.parts[1:]

    @cached_property
    def paths(self) -> np.ndarray:
        """Weight that reaches each part from the product, shape (n,); a group shares its weight among its members."""
        reach = np.zeros(len(self.parts))
        reach[0] = 1.0
        for g in self.groups:  # parents come before children
            reach[list(g.members)] += reach[g.parent] * g.weight / len(g.members)
        return reach

    @cached_property
    def weights(self) -> np.ndarray:
        """Weight of each part's own making in the product, shape (n,); sums to 1."""
        return np.asarray(self.paths * self.own)

    @cached_property
    def tier_items(self) -> tuple[tuple[int, tuple[int, ...], float], ...]:
        """Needs by tier: (tier, parts that can meet it, weight); alternatives count once."""
        items = []
        for g in self.groups:
            path = self.paths[g.parent] * g.weight / len(g.members)
            for tier in sorted({int(self.tiers[m]) for m in g.members}):
                members = tuple(m for m in g.members if self.tiers[m] == tier)
                items.append((tier, members, float(path * self.own[list(members)].sum())))
        return tuple(items)


def bom_tree(network: Network, product: str) -> Tree:
    """Read the bill of materials below a product.

    Group weights inside a part are value shares, quantity · unit_value of the child over unit_value of the part, averaged
    over alternatives; what is left, at least ``OWN_SHARE``, is the weight of the part's own making, and all are scaled to
    sum to 1. Where a quantity or a value is unknown, all weigh the same.

    Parameters
    ----------
    network : Network
        Its ``bom`` has no cycle: that is checked on load.
    product : str
        A part with a bill of materials.
    """
    rows = network["bom"].select("parent", "child", "quantity", "essential", "choice").sort("parent", "child")
    children: dict[str, list[Need]] = {}
    for parent, *need in rows.iter_rows():
        children.setdefault(parent, []).append(Need(*need))
    parts = _topological(product, children)
    index = {part: i for i, part in enumerate(parts)}
    facts = {row[0]: row[1:] for row in network["parts"].select("part", "kind", "unit_value", "name").iter_rows()}
    tiers = np.zeros(len(parts), dtype=np.int64)
    quantities = np.zeros(len(parts))
    quantities[0] = 1.0
    own = np.ones(len(parts))
    groups: list[Group] = []
    equal: list[str] = []
    tiers[1:] = len(parts)
    for i, part in enumerate(parts):
        needs = children.get(part, [])
        for child, quantity, _, _ in needs:
            j = index[child]
            tiers[j] = min(tiers[j], tiers[i] + 1)
            quantities[j] += quantities[i] * (np.nan if quantity is None else quantity)
        if needs:
            made, own[i], known = _groups(i, part, needs, index, facts)
            groups.extend(made)
            if not known:
                equal.append(part)
    names = tuple(facts[p][2] or p for p in parts)
    kinds = tuple(facts[p][0] for p in parts)
    return Tree(parts, names, kinds, tiers, tuple(groups), own, quantities, _equal_weights(equal))


def _topological(product: str, children: dict[str, list[Need]]) -> tuple[str, ...]:
    order: list[str] = []
    seen: set[str] = set()
    stack = [(product, False)]
    while stack:
        part, done = stack.pop()
        if done:
            order.append(part)
        elif part not in seen:
            seen.add(part)
            stack.append((part, True))
            stack.extend((need.child, False) for need in reversed(children.get(part, [])))
    return tuple(reversed(order))


def _groups(
    i: int,
    part: str,
    needs: list[Need],
    index: dict[str, int],
    facts: dict[str, tuple[str, float | None, str | None]],
) -> tuple[list[Group], float, bool]:
    members: dict[str, list[Need]] = {}
    for need in needs:
        members.setdefault(f"choice {need.choice}" if need.choice else f"part {need.child}", []).append(need)
    shares = [_share([n.quantity for n in g], [facts[n.child][1] for n in g], facts[part][1]) for g in members.values()]
    total = sum(s for s in shares if s is not None)
    complete = None not in shares and total > 0
    own = 0.0 if i == 0 else max(1.0 - total, OWN_SHARE) if complete else 1.0
    weights = [s or 0.0 for s in shares] if complete else [1.0] * len(shares)
    scale = own + sum(weights)
    made = [
        Group(i, tuple(index[n.child] for n in g), any(n.essential is not False for n in g), weight / scale)
        for g, weight in zip(members.values(), weights, strict=True)
    ]
    return made, own / scale, complete


def _share(quantities: list[float | None], values: list[float | None], parent_value: float | None) -> float | None:
    """Value share of a group in its parent, the mean over alternatives; None where one is unknown."""
    known = [q * v for q, v in zip(quantities, values, strict=True) if q is not None and v is not None]
    return sum(known) / len(known) / parent_value if parent_value and len(known) == len(quantities) else None


def _equal_weights(parents: list[str]) -> tuple[Finding, ...]:
    if not parents:
        return ()
    return (
        Finding(
            rule="equal_weights",
            severity="note",
            table="bom",
            column="quantity",
            problem=f"{len(parents)} parents weigh their children equally, since a quantity or a unit value is unknown",
            remedy="Give bom.quantity and parts.unit_value for the parent and all its children.",
            count=len(parents),
            value=parents[0],
        ),
    )


def sites_of(network: Network, parts: tuple[str, ...]) -> pl.DataFrame:
    """Give the capabilities for the given parts with the site's own columns beside them.

    Returns
    -------
    polars.DataFrame
        One row a capability: the columns of ``capabilities`` and, from ``sites``, name, organization, country, region, lat,
        lon, status (null read as operating), site_evidence.
    """
    sites = network["sites"].select(
        "site", "name", "organization", "country", "region", "lat", "lon", pl.col("status").fill_null("operating"),
        pl.col("evidence").alias("site_evidence"),
    )  # fmt: skip
    rows = network["capabilities"].filter(pl.col("part").is_in(list(parts)))
    return rows.join(sites, on="site", how="left", maintain_order="left")
