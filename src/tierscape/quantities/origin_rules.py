"""Judging goods against rules of origin, many at once, at two ends: what is proven, and what is possible.

Every test compares an amount, a sum over the materials of a good, with a limit. A material adds one amount if it
originates and another if it does not, so that every test is monotone in the set of originating materials and two
evaluations bound all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.rule_tree import join
from tierscape.kernels.shift import begins, unshifted
from tierscape.kernels.value_content import content_pct, part_pct
from tierscape.reference.origin_expression import METHODS, SHIFTS, Leaf, Rule, leaves

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
ROUNDING = 1e-9
"""Points by which a margin may miss 0 and still pass."""
UNKNOWN_CODE = -1


@dataclass(frozen=True, eq=False)
class Goods:
    """Goods to be judged; the last axis of length 2 is what is proven (low) and what is possible (high).

    Parameters
    ----------
    hs : numpy.ndarray of int, shape (n,)
        HS code, six digits.
    bases : mapping of str to numpy.ndarray of float, shape (n,)
        Transaction value, net cost, adjusted value, ex-works price, FOB price; NaN unknown.
    inside : numpy.ndarray of bool, shape (n, 2)
        Made in the territory.
    processes : mapping of str to numpy.ndarray of bool, shape (n, 2)
        Done in the territory.
    shares : mapping of str to numpy.ndarray of float, shape (n, 2)
        Labour value, steel, aluminium, in percent; NaN unknown.
    """

    hs: Ints
    bases: Mapping[str, Floats]
    inside: Bools
    processes: Mapping[str, Bools]
    shares: Mapping[str, Floats]

    def take(self, at: Ints) -> Goods:
        """Give some of the goods."""
        return Goods(
            self.hs[at], {k: v[at] for k, v in self.bases.items()}, self.inside[at],
            {k: v[at] for k, v in self.processes.items()}, {k: v[at] for k, v in self.shares.items()},
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Materials:
    """Materials of goods.

    Parameters
    ----------
    good : numpy.ndarray of int, shape (m,)
        Which good each goes into.
    hs : numpy.ndarray of int, shape (m,)
        HS code, −1 unknown.
    value : numpy.ndarray of float, shape (m,)
        V, value in one unit of the good; NaN unknown.
    originates : numpy.ndarray of bool, shape (m, 2)
        Proven, possible.
    regional : numpy.ndarray of float, shape (m, 2)
        r ≤ V, regional value inside if the material does not originate: proven, possible.
    """

    good: Ints
    hs: Ints
    value: Floats
    originates: Bools
    regional: Floats


@dataclass(frozen=True)
class Terms:
    """What the agreement and the question lay down beside the rule.

    Parameters
    ----------
    limits : mapping of Leaf to float
        Thresholds in percent.
    tolerance_pct, tolerance_base : float, str
        Share of a value below which a failed change of classification is excused; it cures nothing else.
    tracing, roll_up : bool
        Regional value inside counts; an originating material counts whole.
    """

    limits: Mapping[Leaf, float]
    tolerance_pct: float = 0.0
    tolerance_base: str = "transaction_value"
    tracing: bool = True
    roll_up: bool = True


@dataclass(frozen=True, eq=False)
class Amounts:
    """What each material adds to a test: (m, 2) if it originates, (m, 2) if not, and whether its value is missing.

    ``fixed`` is the base where the materials themselves make it, and ``found`` tells that the test has an object.
    """

    originating: Floats
    foreign: Floats
    unpriced: Floats
    unpriced_originating: bool
    fixed: Floats | None = None
    found: Floats | None = None


@dataclass(frozen=True, eq=False)
class Sums:
    """Amount and number of unpriced materials of each good at both ends, shape (n, 2)."""

    amount: Floats
    unpriced: Floats
    base: Floats | None = None
    found: Bools | None = None

    def take(self, at: Ints) -> Sums:
        """Give those of some goods."""
        return Sums(
            self.amount[at], self.unpriced[at],
            None if self.base is None else self.base[at], None if self.found is None else self.found[at],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Judged:
    """Outcome for each good at both ends (last axis: proven, possible), by test and overall.

    Parameters
    ----------
    leaves : tuple of Leaf
        The k tests.
    passes, pct, margin : numpy.ndarray, shape (k, n, 2)
        Margin in points, NaN where a test has no number.
    overall, overall_margin, deciding : numpy.ndarray, shape (n, 2)
        Whole rule; ``deciding`` is the test on the path taken.
    """

    leaves: tuple[Leaf, ...]
    passes: Bools
    pct: Floats
    margin: Floats
    overall: Bools
    overall_margin: Floats
    deciding: Ints


class Ledger:
    """Amounts of the materials of many goods, summed once for each kind of test.

    Parameters
    ----------
    goods, materials : Goods, Materials
        What is judged.
    tracing, roll_up : bool
        As in ``Terms``.

    Notes
    -----
    O(m) for each distinct kind of test; what differs in threshold or date alone shares its sums.
    """

    def __init__(self, goods: Goods, materials: Materials, *, tracing: bool = True, roll_up: bool = True) -> None:
        self.goods, self.materials = goods, materials
        self.tracing, self.roll_up = tracing, roll_up
        self._amounts: dict[Leaf, Amounts] = {}
        self._sums: dict[Leaf, Sums] = {}

    def amounts(self, leaf: Leaf) -> Amounts:
        """Give what each material adds to a test."""
        key = _kind(leaf)
        if key not in self._amounts:
            self._amounts[key] = _amounts(key, self)
        return self._amounts[key]

    def sums(self, leaf: Leaf) -> Sums:
        """Give the amount of each good in a test."""
        key = _kind(leaf)
        if key not in self._sums:
            a, m, n = self.amounts(key), self.materials, len(self.goods.hs)
            now = np.where(m.originates, a.originating, a.foreign)
            gaps = _unpriced(a, slice(None), m.originates)
            self._sums[key] = Sums(
                _totals(m.good, now, n), _totals(m.good, gaps, n),
                None if a.fixed is None else np.bincount(m.good, weights=a.fixed, minlength=n).astype(np.float64),
                None if a.found is None else np.bincount(m.good, weights=a.found, minlength=n) > 0,
            )  # fmt: skip
        return self._sums[key]


def judge(rule: Rule, goods: Goods, sums: Callable[[Leaf], Sums], terms: Terms) -> Judged:
    """Judge goods against one rule.

    Parameters
    ----------
    rule : Rule
        Parsed expression.
    goods : Goods
        n goods under that rule.
    sums : callable
        Gives the ``Sums`` of those goods for a leaf.
    terms : Terms
        Thresholds, tolerance and treatment of materials.

    Notes
    -----
    O(n·k) after the sums.
    """
    tests = tuple(dict.fromkeys(leaves(rule)))
    shape = (len(tests), len(goods.hs), 2)
    passes, pct, margin = np.zeros(shape, dtype=np.bool_), np.full(shape, np.nan), np.full(shape, np.nan)
    for k, leaf in enumerate(tests):
        passes[k], pct[k], margin[k] = _test(leaf, goods, sums, terms)
    ends = [_walk(rule, tests, passes[:, :, e], margin[:, :, e]) for e in (0, 1)]
    overall = np.stack([end[0] for end in ends], axis=1)
    points = np.stack([end[1] for end in ends], axis=1)
    deciding = np.stack([end[2] for end in ends], axis=1)
    return Judged(tests, passes, pct, margin, overall & goods.inside, points, deciding)


def judge_ledger(rule: Rule, ledger: Ledger, at: Ints, terms: Terms) -> Judged:
    """Judge some goods of a ledger against one rule."""
    return judge(rule, ledger.goods.take(at), lambda leaf: ledger.sums(leaf).take(at), terms)


def variants(
    ledger: Ledger, good: int, groups: Sequence[Ints], *, reverse: bool
) -> tuple[Goods, Callable[[Leaf], Sums]]:
    """Give one good once for each group of its materials, with something else known of those materials at both ends.

    With ``reverse`` their proven status is turned round; else what is possible of them is taken for proven.

    Notes
    -----
    O(materials in the groups) for each test.
    """
    m, n = ledger.materials, len(groups)
    at = np.concatenate(groups) if groups else np.zeros(0, dtype=np.int64)
    copies, copy = np.full(n, good), np.repeat(np.arange(n), [len(g) for g in groups])
    now = m.originates[at]
    turned = np.repeat(~now[:, :1], 2, axis=1)

    def sums(leaf: Leaf) -> Sums:
        a, base = ledger.amounts(leaf), ledger.sums(leaf).take(copies)
        held, gaps = np.where(now, a.originating[at], a.foreign[at]), _unpriced(a, at, now)
        if reverse:
            after, left = np.where(turned, a.originating[at], a.foreign[at]), _unpriced(a, at, turned)
        else:
            after, left = np.repeat(held[:, 1:], 2, axis=1), np.repeat(gaps[:, 1:], 2, axis=1)
        more, fewer = _totals(copy, after - held, n), _totals(copy, left - gaps, n)
        return replace(base, amount=base.amount + more, unpriced=base.unpriced + fewer)

    return ledger.goods.take(copies), sums


def _kind(leaf: Leaf) -> Leaf:
    """Give the leaf without its threshold; methods that sum the same materials fall together."""
    same = {"build_down", "net_cost", "rvc_fob", "max_nom"}
    return Leaf(leaf.kind, "transaction_value" if leaf.what in same else leaf.what, leaf.codes)


def _prefixes(codes: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(int(code), len(code)) for code in codes]


def _amounts(leaf: Leaf, ledger: Ledger) -> Amounts:
    m, goods = ledger.materials, ledger.goods
    priced = ~np.isnan(m.value)
    value = np.where(priced, m.value, 0.0)[:, None] * np.ones(2)
    none = np.zeros_like(value)
    gaps = (~priced).astype(np.float64)
    named = begins(m.hs, _prefixes(leaf.codes))
    if leaf.kind == "value":
        left = value - np.where(priced[:, None], m.regional, 0.0) if ledger.tracing else value
        if leaf.what == "build_up":
            return Amounts(value, none, gaps, unpriced_originating=True)
        if leaf.what == "super_core":
            fixed, kept = np.where(named, value[:, 0], 0.0), np.where(named[:, None], left, 0.0)
            return Amounts(
                kept, kept, gaps * named, unpriced_originating=True, fixed=fixed, found=named.astype(np.float64)
            )
        if leaf.what == "focused_value":
            left, gaps = np.where(named[:, None], left, 0.0), gaps * named
        return Amounts(none if ledger.roll_up else left, left, gaps, unpriced_originating=not ledger.roll_up)
    if leaf.kind == "shift":
        fails = unshifted(m.hs, goods.hs[m.good], SHIFTS[leaf.what], _prefixes(leaf.codes))
        ends = np.stack([fails | (m.hs == UNKNOWN_CODE), fails], axis=1)
        return Amounts(none, np.where(ends, value, 0.0), gaps * ends[:, 0], unpriced_originating=False)
    counted = np.ones(len(m.hs), dtype=np.bool_) if leaf.kind == "wholly_obtained" else named
    one = counted.astype(np.float64)[:, None] * np.ones(2)  # counted, not valued: one without value is one still
    found = counted.astype(np.float64) if leaf.kind == "originating" else None
    return Amounts(none, one, none[:, 0], unpriced_originating=False, found=found)


def _unpriced(a: Amounts, at: Ints | slice, originates: Bools) -> Floats:
    gaps = a.unpriced[at][:, None]
    return np.asarray(np.where(originates, gaps if a.unpriced_originating else 0.0, gaps), dtype=np.float64)


def _totals(good: Ints, amount: Floats, n: int) -> Floats:
    return np.stack([np.bincount(good, weights=amount[:, e], minlength=n) for e in (0, 1)], axis=1)


def _test(leaf: Leaf, goods: Goods, sums: Callable[[Leaf], Sums], terms: Terms) -> tuple[Bools, Floats, Floats]:
    """Pass, percent and margin of one test at both ends."""
    unknown = np.full((len(goods.hs), 2), np.nan)
    either = np.array([False, True])  # unknown: not proven, possible
    if leaf.kind == "process":
        return goods.processes.get(leaf.what, np.zeros(unknown.shape, dtype=np.bool_)), unknown, unknown
    if leaf.kind == "share":
        pct = goods.shares.get(leaf.what, unknown)
        margin = pct - terms.limits[leaf]
        return np.where(np.isnan(margin), either, margin >= -ROUNDING), pct, margin
    s = sums(leaf)
    if leaf.kind == "value":
        pct, margin = _value(leaf, s, goods, terms)
        return np.where(np.isnan(margin), either, margin >= -ROUNDING), pct, margin
    if leaf.kind == "shift":
        base = goods.bases[terms.tolerance_base][:, None]
        pct = np.where(s.amount == 0, 0.0, 100.0 * s.amount / base)
        excused = np.where(np.isnan(pct), either, pct <= terms.tolerance_pct + ROUNDING)
        proven = (s.amount == 0) & (s.unpriced == 0)
        return np.where(s.unpriced > 0, either & excused, proven | excused), unknown, unknown
    clean = s.amount == 0
    return np.where(s.found[:, None], clean, either) if s.found is not None else clean, unknown, unknown


def _value(leaf: Leaf, s: Sums, goods: Goods, terms: Terms) -> tuple[Floats, Floats]:
    base = (goods.bases[METHODS[leaf.what]] if s.base is None else np.where(s.base > 0, s.base, np.nan))[:, None]
    limit = terms.limits[leaf]
    share = leaf.what in {"max_nom", "build_up"}
    pct = part_pct(base, s.amount) if share else content_pct(base, s.amount)
    pct = np.where((s.unpriced > 0) & np.array([True, False]), np.nan, pct)
    return pct, limit - pct if leaf.what == "max_nom" else pct - limit


def _walk(rule: Rule, tests: tuple[Leaf, ...], passes: Bools, margin: Floats) -> tuple[Bools, Floats, Ints]:
    if isinstance(rule, Leaf):
        k = tests.index(rule)
        return passes[k], margin[k], np.full(passes.shape[1], k)
    members = [_walk(member, tests, passes, margin) for member in rule.members]
    stacked = np.stack([m[0] for m in members]), np.stack([m[1] for m in members]), np.stack([m[2] for m in members])
    return join(*stacked, alternatives=rule.op == "any_of")
