"""From a network to goods and materials that can be judged: one pass over the bill of materials, inputs first."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.graph import bom_tree
from tierscape.quantities.origin_bases import Place, bases_of, credits_of, metal_shares
from tierscape.quantities.origin_claims import Claims, Statement
from tierscape.quantities.origin_labour import LabourValue, labour_value
from tierscape.quantities.origin_materials import Item, Supply
from tierscape.quantities.origin_rules import UNKNOWN_CODE, Goods, Ledger, Materials, Terms, judge_ledger
from tierscape.reference.origin import RuleBook, RuleRow
from tierscape.reference.origin_expression import Group, Leaf, Rule, leaves
from tierscape.reference.origin_rows import BASES

VNM = Leaf("value", "transaction_value")
"""The test whose amount is the value of non-originating materials."""


@dataclass(frozen=True)
class Question:
    """What is asked: a product at sites, under an agreement on a date."""

    product: str
    sites: tuple[str, ...]
    agreement: str
    on: dt.date
    use: str = "any"
    tracing: str = "roll_up"
    designated: tuple[str, ...] = ()


class Inner(NamedTuple):
    """What the bill of materials says of a part from a site: whether it originates, and regional value a unit (NaN unknown).

    The first of ``regional`` is proven, the second possible.
    """

    proven: bool
    possible: bool
    regional: tuple[float, float]


UNSEEN = Inner(proven=False, possible=True, regional=(math.nan, math.nan))
"""A part whose inputs nobody listed."""


@dataclass(frozen=True, eq=False)
class Walked:
    """The product at each site, ready to be judged.

    Parameters
    ----------
    question : Question
        What was asked.
    row : RuleRow or None
        The rule of the product's code on the date.
    ledger : Ledger
        Goods are the sites of the question in order; materials are ``items``.
    items, statements : tuple
        A material each, and what is known of its origin.
    labour : mapping of int to LabourValue
        By good, where the rule asks for it.
    upstream : mapping
        Materials of every site and part on the way.
    """

    question: Question
    row: RuleRow | None
    ledger: Ledger
    items: tuple[Item, ...]
    statements: tuple[Statement, ...]
    labour: Mapping[int, LabourValue]
    upstream: Mapping[Place, list[Item]]

    def of(self, good: int) -> np.ndarray:
        """Give the places of a good's materials."""
        return np.flatnonzero(self.ledger.materials.good == good)


def terms_of(
    book: RuleBook, row: RuleRow, on: dt.date, ledger: Ledger, *, scenario: str = "", override: float | None = None
) -> Terms:
    """Look up thresholds and tolerance of a rule on a date; an override replaces the thresholds of value tests."""
    ruleset = book.ruleset(row.agreement, on)
    limits: dict[Leaf, float] = {}
    for leaf in leaves(row.expression):
        if leaf.threshold:
            found = book.threshold(row.agreement, leaf.threshold, leaf.what, on, scenario=scenario)
            replaced = override is not None and leaf.kind == "value" and leaf.what != "super_core"
            limits[leaf] = math.nan if found is None else found.value_pct
            limits[leaf] = override if replaced and override is not None else limits[leaf]
    tolerance = book.threshold(row.agreement, ruleset.tolerance, "tolerance", on)
    return Terms(
        limits,
        0.0 if tolerance is None else tolerance.value_pct,
        ruleset.tolerance_base,
        ledger.tracing,
        ledger.roll_up,
    )


def by_method(rule: Rule, method: str) -> Rule:
    """Keep of a rule what can be met without another value method.

    Raises
    ------
    ParameterError
        The rule does not allow the method.
    """
    allowed = sorted({leaf.what for leaf in leaves(rule) if leaf.kind == "value"})
    if method not in allowed:
        raise ParameterError(
            f"calculation.method: the rule does not allow {method}; it allows {', '.join(allowed) or 'no value test'}."
        )
    kept = _without(rule, set(allowed) - {method, "super_core"})
    if kept is None:
        raise ParameterError(f"calculation.method: the rule cannot be met by {method} alone; use best.")
    return kept


def _without(rule: Rule, methods: set[str]) -> Rule | None:
    if isinstance(rule, Leaf):
        return None if rule.kind == "value" and rule.what in methods else rule
    kept = [m for m in (_without(member, methods) for member in rule.members) if m is not None]
    if not kept or (rule.op == "all_of" and len(kept) < len(rule.members)):
        return None
    return Group(rule.op, tuple(kept))


@dataclass(eq=False)
class Walk:
    """One pass over the bill of materials for one question.

    Notes
    -----
    O(materials) for the values and O(goods · leaves) for the judgement of every site and part on the way. What a supplier
    has not declared is bounded by its own bill of materials: the best case of a material is that its supplier's best case
    meets the rule of its own code. What the maker of the good makes itself is opened up; where it is designated, it is a good
    of its own whose worst case counts as proven. What stands inside a designated part is opened up, so that two in one chain
    do not stack.
    """

    supply: Supply
    claims: Claims
    book: RuleBook
    question: Question
    inner: dict[Place, Inner] = field(default_factory=dict)

    def run(self) -> Walked:
        """Judge the suppliers, inputs first, and give the product at each site.

        Raises
        ------
        DataError
            The product has no code, or a quantity, a value or a cost is not above 0.
        ParameterError
            A designated part is not made from materials at any of the sites.
        """
        q = self.question
        order = bom_tree(self.supply.network, q.product).parts
        places = self._upstream([(site, q.product) for site in q.sites])
        self._check_designated(order[1:])
        for part in reversed(order[1:]):
            group = [place for place in places if place[1] == part]
            open_ones = [place for place in group if self.claims.counts(place[0]) is not False]
            if open_ones:
                self._best_case(part, open_ones, places)
        hs6 = self.supply.parts[q.product].hs6
        if hs6 is None:
            raise DataError([_no_code(q.product)])
        row = self.book.rule_for(q.agreement, int(hs6), q.use, q.on)
        goods = [(site, q.product) for site in q.sites]
        rows = [r for r in self.book.rules if r.agreement == q.agreement and r.hs_from <= int(hs6) <= r.hs_to]
        items, statements, ledger, labour = self._ledger(goods, places, rows, tracing=q.tracing)
        return Walked(q, row, ledger, items, statements, labour, places)

    def _check_designated(self, parts: Sequence[str]) -> None:
        needs, made, q = self.supply.needs, self.supply.made, self.question
        own = {part for part in parts if needs.get(part) for site in q.sites if (site, part) in made}
        unknown = sorted(set(q.designated) - own)
        if unknown:
            known = f"those are {', '.join(sorted(own)[:8])}" if own else "there are none"
            raise ParameterError(
                f"calculation.designated: '{unknown[0]}' is no intermediate that a maker of '{q.product}' makes itself; {known}."
            )

    def _upstream(self, start: Sequence[Place]) -> dict[Place, list[Item]]:
        found: dict[Place, list[Item]] = {}
        stack = list(reversed(start))
        while stack:
            place = stack.pop()
            if place not in found:
                found[place] = self.supply.items(*place, self.question.designated if place in start else ())
                made = [(i.supplier, i.part) for i in found[place] if i.supplier is not None]
                stack.extend(p for p in made if self.supply.needs.get(p[1]) and p not in found)
        return found

    def _best_case(self, part: str, places: Sequence[Place], items: Mapping[Place, list[Item]]) -> None:
        """Find for suppliers of one part whether it originates at both ends, and how much regional value it holds."""
        hs6 = self.supply.parts[part].hs6
        row = (
            None
            if hs6 is None
            else self.book.rule_for(self.question.agreement, int(hs6), self._use(part), self.question.on)
        )
        _, _, ledger, _ = self._ledger(places, items, [row] if row else [], tracing="roll_up")
        sums = ledger.sums(VNM)
        left = np.maximum(ledger.goods.bases["transaction_value"][:, None] - sums.amount, 0.0)
        left[sums.unpriced[:, 0] > 0, 0] = 0.0
        passes = np.tile([False, True], (len(places), 1))
        if row is not None:
            terms = terms_of(self.book, row, self.question.on, ledger)
            passes = judge_ledger(row.expression, ledger, np.arange(len(places)), terms).overall
        for place, (proven, possible), regional in zip(places, passes.tolist(), left.tolist(), strict=True):
            self.inner[place] = Inner(proven, possible, tuple(regional))

    def _use(self, part: str) -> str:
        """Use of a material: a battery part inside a battery is a cell; parts of a vehicle are for that vehicle."""
        supply, q = self.supply, self.question
        code = supply.parts[part].hs6
        if code == "850760" and any(
            supply.parts[p].hs6 == code for p, needs in supply.needs.items() if part in {n.child for n in needs}
        ):
            return "battery_cell"
        head = supply.parts[q.product].hs6 or ""
        for prefix, use in (
            ("8703", "passenger_vehicle"),
            ("870421", "light_truck"),
            ("870431", "light_truck"),
            ("8704", "heavy_truck"),
        ):
            if head.startswith(prefix) and q.use == "any":
                return use
        return q.use

    def _ledger(
        self, places: Sequence[Place], items: Mapping[Place, list[Item]], rows: Sequence[RuleRow], *, tracing: str
    ) -> tuple[tuple[Item, ...], tuple[Statement, ...], Ledger, dict[int, LabourValue]]:
        flat = [(n, item) for n, place in enumerate(places) for item in items[place]]
        stated = [self._statement(item, places[n][0]) for n, item in flat]
        value = np.array([item.value for _, item in flat], dtype=np.float64)
        regional = np.array([s.regional for s in stated], dtype=np.float64).reshape(-1, 2)
        materials = Materials(
            np.array([n for n, _ in flat], dtype=np.int64),
            np.array([self._code(item.part) for _, item in flat], dtype=np.int64),
            value,
            np.array([(s.proven, s.possible) for s in stated], dtype=np.bool_).reshape(-1, 2),
            np.minimum(regional, np.where(np.isnan(value), np.inf, value)[:, None]),
        )
        goods, labour = self._goods(places, items, rows)
        trace = tracing != "none" and self.claims.ruleset.tracing
        ledger = Ledger(goods, materials, tracing=trace, roll_up=tracing == "roll_up")
        return tuple(item for _, item in flat), tuple(stated), ledger, labour

    def _statement(self, item: Item, maker: str) -> Statement:
        """What is known of a material of a maker, regional value in one unit of the good; both ends filled."""
        if item.supplier is None:
            return Statement(False, True, (0.0, item.value))
        unit = None if math.isnan(item.value) else item.value / item.quantity
        s = self.claims.statement(item.supplier, item.part, unit)
        inner = self.inner.get((item.supplier, item.part), UNSEEN)
        best = s.regional[1]
        if best is None:
            best = float(np.fmin(inner.regional[1], math.inf if unit is None else unit))
        possible = inner.possible if s.possible is None else s.possible
        sure, least = s.proven, s.regional[0]
        if item.supplier == maker and item.part in self.question.designated and s.possible is None:
            sure, least = inner.proven, float(np.fmax(inner.regional[0], least))
        guessed = item.grade == "inferred"  # that this supplier supplies is our own guess: nothing is proven by it
        proven = 0.0 if guessed else least * item.quantity
        return Statement(
            sure and not guessed, possible, (proven, max(best * item.quantity, proven)), s.grade, s.expires
        )

    def _code(self, part: str) -> int:
        code = self.supply.parts[part].hs6
        return UNKNOWN_CODE if code is None else int(code)

    def _goods(
        self, places: Sequence[Place], items: Mapping[Place, list[Item]], rows: Sequence[RuleRow]
    ) -> tuple[Goods, dict[int, LabourValue]]:
        top = self.question.product
        if self.question.designated:  # costs and wages are those of what stands inside, designated or not
            items = {place: self.supply.items(*place) for place in places}
        bases = [bases_of(self.supply, self.claims, place, items[place], strict=place[1] == top) for place in places]
        wanted = [leaf for row in rows for leaf in leaves(row.expression)]
        sites = self.claims.countries
        here, near = ({s: test(s) for s in sites} for test in (self.claims.inside, self.claims.counts))
        inside = [(here if part == top else near).get(site) for site, part in places]
        done = [self.supply.processes(*place, here if place[1] == top else near) for place in places]
        processes = {
            leaf.what: np.array([d.get(leaf.what, (False, False)) for d in done], dtype=np.bool_).reshape(-1, 2)
            for leaf in wanted if leaf.kind == "process"
        }  # fmt: skip
        net = [b["net_cost"] for b in bases]
        shares, labour = self._shares(places, items, {leaf.what for leaf in wanted if leaf.kind == "share"}, net)
        goods = Goods(
            np.array([self._code(part) for _, part in places], dtype=np.int64),
            {name: np.array([b[name] for b in bases], dtype=np.float64) for name in BASES},
            np.array([(i is True, i is not False) for i in inside], dtype=np.bool_).reshape(-1, 2),
            processes, shares,
        )  # fmt: skip
        return goods, labour

    def _shares(
        self, places: Sequence[Place], items: Mapping[Place, list[Item]], wanted: set[str], net: Sequence[float]
    ) -> tuple[dict[str, np.ndarray], dict[int, LabourValue]]:
        shares: dict[str, np.ndarray] = {}
        for metal in sorted(wanted & {"steel", "aluminium"}):
            shares[metal] = metal_shares(self.claims, places, metal)
        labour: dict[int, LabourValue] = {}
        if wanted & {"labour_value", "labour_material"}:
            limits = credits_of(self.book, self.question.agreement, self.question.on)
            for n, place in enumerate(places):
                costs = (net[n], self.supply.work_cost(*place))
                labour[n] = labour_value(self.claims, place, items[place], costs, limits)
            shares["labour_value"] = np.array([labour[n].whole for n in range(len(places))])
            shares["labour_material"] = np.array([labour[n].material for n in range(len(places))])
        return shares, labour


def _no_code(product: str) -> Finding:
    return Finding(
        rule="origin_no_code", severity="error", table="parts", column="hs6", value=product,
        problem="1 product has no HS code, and without it there is no rule", remedy="Give parts.hs6, six digits of HS 2022.",
    )  # fmt: skip
