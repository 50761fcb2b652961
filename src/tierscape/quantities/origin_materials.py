"""From a network to the materials of a good at a site: who supplies what, at which value."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network

NOT_MATERIAL = ("process", "service")
"""Kinds of parts that are work, not material."""


class Item(NamedTuple):
    """A material of a good from one supplier.

    ``path`` runs from the good's own intermediates to the part; ``value`` is that in one unit of the good, NaN unknown;
    ``quantity`` likewise; ``supplier`` is null where nobody is known; ``grade`` is that of the link.
    """

    path: str
    part: str
    supplier: str | None
    quantity: float
    value: float
    grade: str | None


class Link(NamedTuple):
    """A supplier of a part to a buyer."""

    supplier: str
    volume: float | None
    price: float | None
    grade: str | None


class Need(NamedTuple):
    """A row of ``bom`` without its parent."""

    child: str
    quantity: float | None
    choice: str | None


class PartFacts(NamedTuple):
    """What ``parts`` says of a part."""

    kind: str
    hs6: str | None
    unit_value: float | None
    name: str


@dataclass(eq=False)
class Supply:
    """Lookups over a network, and the findings that reading it brings up."""

    network: Network
    cases: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = self.network["parts"].select("part", "kind", "hs6", "unit_value", pl.coalesce("name", "part"))
        self.parts = {r[0]: PartFacts(*r[1:]) for r in parts.iter_rows()}
        self.needs: dict[str, list[Need]] = {}
        for parent, *need in self.network["bom"].sort("parent", "child").select("parent", "child", "quantity", "choice").iter_rows():  # fmt: skip
            self.needs.setdefault(parent, []).append(Need(*need))
        sites = self.network["sites"].select(
            "site", pl.col("status").fill_null("operating"), pl.coalesce("name", "site")
        )
        self.status = {r[0]: r[1] for r in sites.iter_rows()}
        self.names = {r[0]: r[2] for r in sites.iter_rows()}
        self.made = {
            (r[0], r[1]): (r[2], r[3])
            for r in self.network["capabilities"].select("site", "part", "conversion_cost", "evidence").iter_rows()
        }
        self.links: dict[tuple[str, str], list[Link]] = {}
        names = ("buyer", "part", "supplier", "volume_per_year", "unit_price", "evidence")
        for buyer, part, *link in self.network["links"].sort("buyer", "part", "supplier").select(names).iter_rows():
            if self.status.get(link[0]) == "operating":
                self.links.setdefault((buyer, part), []).append(Link(*link))

    def items(self, site: str, part: str, designated: Collection[str] = ()) -> list[Item]:
        """Give the materials of a part made at a site; what the site makes itself is opened up, unless it is designated.

        Raises
        ------
        DataError
            A quantity on the way is unknown or not above 0.
        """
        return list(self._items(site, part, 1.0, "", designated))

    def _items(self, site: str, part: str, quantity: float, path: str, designated: Collection[str]) -> Iterator[Item]:
        for need in self._chosen(site, part):
            fact = self.parts[need.child]
            if fact.kind in NOT_MATERIAL:
                continue
            units = quantity * self._quantity(part, need)
            way = f"{path} > {need.child}" if path else need.child
            links = self.links.get((site, need.child), ())
            own = (site, need.child) in self.made
            if links:
                yield from self._bought(way, need.child, units, links)
            elif own and self._materials(need.child) and need.child not in designated:
                yield from self._items(site, need.child, units, way, designated)
            else:
                price = self._worth(need.child, fact.unit_value)
                grade = self.made[site, need.child][1] if own else None
                yield Item(way, need.child, site if own else None, units, units * price, grade)

    def _bought(self, path: str, part: str, units: float, links: list[Link] | tuple[Link, ...]) -> Iterator[Item]:
        volumes = [link.volume for link in links]
        known = [v for v in volumes if v is not None]
        if len(known) < len(volumes) or sum(known) <= 0:
            if len(links) > 1:
                self.note("origin_volume", part)
            known = [1.0] * len(links)
        value = self.parts[part].unit_value
        for link, volume in zip(links, known, strict=True):
            share = units * volume / sum(known)
            if share > 0:
                price = self._worth(part, link.price, value)
                yield Item(path, part, link.supplier, share, share * price, link.grade)

    def _worth(self, part: str, *stated: float | None) -> float:
        """Give the first value that is stated and above 0: nothing is given away, so that 0 stands for unknown."""
        if 0.0 in stated:
            self.note("origin_free", part)
        return next((value for value in stated if value), math.nan)

    def _materials(self, part: str) -> bool:
        return any(self.parts[n.child].kind not in NOT_MATERIAL for n in self.needs.get(part, ()))

    def _chosen(self, site: str, part: str) -> list[Need]:
        """Give the needs of a part with one alternative a choice: what the site is supplied with most, makes, or else the dearest."""
        needs = self.needs.get(part, [])
        kept = [n for n in needs if n.choice is None]
        for choice in dict.fromkeys(n.choice for n in needs if n.choice is not None):
            options = [n for n in needs if n.choice == choice]
            best = max(options, key=lambda n: self._supplied(site, n))
            kept.append(best)
            if len(options) > 1:
                self.note("origin_choice", f"{best.child} for {part}")
        return kept

    def _supplied(self, site: str, need: Need) -> tuple[float, bool, float]:
        """Units of the parent that the links of a need are good for, whether the site makes it, and its value."""
        volume = sum(link.volume or 0.0 for link in self.links.get((site, need.child), ()))
        units = need.quantity or 1.0
        return volume / units, (site, need.child) in self.made, units * (self.parts[need.child].unit_value or 0.0)

    def _quantity(self, parent: str, need: Need) -> float:
        if need.quantity is None or need.quantity <= 0:
            raise DataError([_quantity_fault(parent, need)])
        return need.quantity

    def processes(self, site: str, part: str, inside: dict[str, bool | None]) -> dict[str, tuple[bool, bool]]:
        """Say of every process that a site's good takes whether it is done in the territory: proven, possible."""
        found: dict[str, tuple[bool, bool]] = {}
        for need in self._chosen(site, part):
            if self.parts[need.child].kind != "process":
                if not self.links.get((site, need.child)) and (site, need.child) in self.made:
                    found = self.processes(site, need.child, inside) | found
                continue
            here = inside.get(site)
            links = self.links.get((site, need.child), ())
            if (site, need.child) in self.made:
                grade = self.made[site, need.child][1]
                found[need.child] = (here is True and grade != "inferred", here is not False)
            elif links:
                ins = [inside.get(link.supplier) for link in links]
                sure = all(i is True for i in ins) and all(link.grade != "inferred" for link in links)
                found[need.child] = (sure, any(i is not False for i in ins))
            else:
                found[need.child] = (False, here is not False)
        return found

    def work_cost(self, site: str, part: str) -> float:
        """Give conversion cost plus bought processes and services of a unit, self-made intermediates included; NaN unknown."""
        cost = self.made.get((site, part), (None, None))[0]
        total = math.nan if cost is None else cost
        for need in self._chosen(site, part):
            fact, units = self.parts[need.child], self._quantity(part, need)
            if fact.kind in NOT_MATERIAL:
                total += units * (math.nan if fact.unit_value is None else fact.unit_value)
            elif (
                not self.links.get((site, need.child))
                and (site, need.child) in self.made
                and self._materials(need.child)
            ):
                total += units * self.work_cost(site, need.child)
        return total

    def note(self, rule: str, case: str) -> None:
        """Keep a case for the findings."""
        cases = self.cases.setdefault(rule, [])
        if case not in cases:
            cases.append(case)

    def findings(self) -> Iterator[Finding]:
        """Give what was found on the way, one finding a rule."""
        for rule, table, problem, remedy in (
            (
                "origin_choice",
                "bom",
                "alternatives were decided by what the site is supplied with most or, unknown, by the dearest; the good is "
                "judged with that one alone",
                "Judge the other variant as a product of its own.",
            ),
            (
                "origin_net_cost",
                "indicators",
                "net costs are taken as conversion cost plus the cost of all children",
                "Give origin.net_cost of the capability.",
            ),
            (
                "origin_price",
                "indicators",
                "transaction, ex-works and FOB values are taken as parts.unit_value",
                "Give origin.transaction_value and origin.exworks of the capability.",
            ),
            (
                "origin_free",
                "links",
                "materials have a price or value of 0; it is read as unknown",
                "Give the value of a unit, or leave it empty.",
            ),
            (
                "origin_volume",
                "links",
                "parts come from several suppliers without a known volume; each counts alike",
                "Give links.volume_per_year.",
            ),
        ):
            cases = self.cases.get(rule)
            if cases:
                said = f"{len(cases)} {problem}"
                yield Finding(rule=rule, severity="note", table=table, problem=said, remedy=remedy, count=len(cases), value=min(cases))  # fmt: skip


def _quantity_fault(parent: str, need: Need) -> Finding:
    return Finding(
        rule="origin_quantity", severity="error", table="bom", column="quantity", value=f"{parent} > {need.child}",
        problem="1 quantity is unknown or not above 0, so the value of the material is unknown",
        remedy="Give the quantity.",
    )  # fmt: skip
