"""What judging many goods under many rules costs, against a plain walk: ``python benchmarks/origin.py --goods 10000``.

Goods with materials drawn from a fixed seed, three agreements, twelve dates. The peer walks every rule tree in Python, good
by good and date by date, as one would write it first. Both must agree on rule, verdict and margin before a figure is shown.
CPU time, the least of the repeats.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import time
from collections.abc import Callable

import numpy as np

from tierscape.quantities.origin_rules import Goods, Ledger, Materials
from tierscape.quantities.origin_scan import Scanned, scan
from tierscape.reference.origin import RuleBook, RuleRow, origin_rules
from tierscape.reference.origin_expression import METHODS, SHIFTS, Leaf, Rule

AGREEMENTS = ("usmca", "eu_uk_tca", "cptpp")
DATES = tuple(dt.date(2021 + (6 + 7 * k) // 12, 1 + (6 + 7 * k) % 12, 15) for k in range(12))
CODES = (850760, 854430, 853400, 870323, 870380, 870840, 870850, 870899, 841330, 903289)
INPUTS = (850760, 854449, 740811, 853400, 870829, 870840, 840734, 732690, 850131, 392690)
Answer = list[tuple[int, bool, bool, float, float]]


def draw(goods: int, materials: int) -> Ledger:
    """Draw goods with materials: prices, codes, statuses, regional values."""
    rng = np.random.default_rng(0)
    m = goods * materials
    good = np.repeat(np.arange(goods), materials)
    value = rng.lognormal(3.0, 1.0, m)
    total = np.bincount(good, weights=value, minlength=goods)
    price = total * rng.uniform(1.1, 2.5, goods)
    low, high = rng.random(m) < 0.4, rng.random(m) < 0.5
    share = np.sort(rng.random((m, 2)), axis=1) * (rng.random(m) < 0.3)[:, None]
    drawn = Goods(
        rng.choice(CODES, goods).astype(np.int64),
        {"transaction_value": price, "net_cost": price * 0.9, "adjusted_value": price, "exworks": price, "fob": price},
        np.stack([rng.random(goods) < 0.9, np.ones(goods, dtype=np.bool_)], axis=1),
        {"pack_assembly": np.stack([rng.random(goods) < 0.5, np.ones(goods, dtype=np.bool_)], axis=1)},
        {
            name: np.sort(rng.uniform(20, 90, (goods, 2)), axis=1)
            for name in ("steel", "aluminium", "labour_value", "labour_material")
        },
    )
    return Ledger(
        drawn,
        Materials(
            good,
            rng.choice(INPUTS, m).astype(np.int64),
            value,
            np.stack([low, low | high], axis=1),
            value[:, None] * share,
        ),
    )


# The peer: one good, one date, one node at a time


class Plain:
    """The goods as Python lists, and the walk over their rules."""

    def __init__(self, ledger: Ledger, book: RuleBook) -> None:
        g, m = ledger.goods, ledger.materials
        self.book = book
        self.code = g.hs.tolist()
        self.bases = {k: v.tolist() for k, v in g.bases.items()}
        self.inside, self.done = g.inside.tolist(), {k: v.tolist() for k, v in g.processes.items()}
        self.shares = {k: v.tolist() for k, v in g.shares.items()}
        self.inputs: list[list[tuple[int, str, float, list[bool], list[float]]]] = [[] for _ in self.code]
        for i, hs, value, status, regional in zip(
            m.good.tolist(), m.hs.tolist(), m.value.tolist(), m.originates.tolist(), m.regional.tolist(), strict=True
        ):
            self.inputs[i].append((hs, str(hs), value, status, regional))

    def run(self, agreement: str, day: dt.date) -> Answer:
        """Judge all goods on one date."""
        rows = self.book.rules_on(agreement, day)
        tolerance = self.book.threshold(agreement, "tolerance", "tolerance", day)
        base = self.book.ruleset(agreement, day).tolerance_base
        excuse = (tolerance.value_pct if tolerance else 0.0, base)
        return [self.good(i, rows, day, excuse) for i in range(len(self.code))]

    def good(
        self, i: int, rows: tuple[RuleRow, ...], day: dt.date, excuse: tuple[float, str]
    ) -> tuple[int, bool, bool, float, float]:
        """Judge one good at both ends."""
        code = self.code[i]
        row = next((r for r in rows if r.hs_from <= code <= r.hs_to and r.use == "any"), None)
        if row is None:
            return -1, False, False, float("nan"), float("nan")
        low, high = (self.walk(row.expression, row.agreement, i, day, excuse, end) for end in (0, 1))
        return row.row, low[0] and self.inside[i][0], high[0] and self.inside[i][1], low[1], high[1]

    def walk(
        self, rule: Rule, agreement: str, i: int, day: dt.date, excuse: tuple[float, str], end: int
    ) -> tuple[bool, float]:
        """Judge one node of a tree."""
        if isinstance(rule, Leaf):
            return self.leaf(rule, agreement, i, day, excuse, end)
        found = [self.walk(member, agreement, i, day, excuse, end) for member in rule.members]
        outcome = any(p for p, _ in found) if rule.op == "any_of" else all(p for p, _ in found)
        margins = [m for p, m in found if p == outcome and not math.isnan(m)]
        return outcome, (max if rule.op == "any_of" else min)(margins, default=float("nan"))

    def leaf(
        self, leaf: Leaf, agreement: str, i: int, day: dt.date, excuse: tuple[float, str], end: int
    ) -> tuple[bool, float]:
        """Judge one test."""
        none = float("nan")
        if leaf.kind == "process":
            return self.done[leaf.what][i][end], none
        if leaf.kind == "shift":
            digits, own = SHIFTS[leaf.what], str(self.code[i])
            failing = sum(
                v for _, text, v, status, _ in self.inputs[i]
                if not status[end] and (text[:digits] == own[:digits] or text.startswith(leaf.codes or ("x",)))
            )  # fmt: skip
            return 100 * failing / self.bases[excuse[1]][i] <= excuse[0] + 1e-9, none
        named = [x for x in self.inputs[i] if x[1].startswith(leaf.codes or ("",))]
        if leaf.kind == "originating":
            return (all(x[3][end] for x in named) if named else end == 1), none
        limit = self.book.threshold(agreement, leaf.threshold, leaf.what, day)
        assert limit is not None
        if leaf.kind == "share":
            margin = self.shares[leaf.what][i][end] - limit.value_pct
        elif leaf.what == "super_core":
            base = sum(x[2] for x in named)
            if base == 0:
                return end == 1, none
            margin = 100 * (base - sum(x[2] - x[4][end] for x in named)) / base - limit.value_pct
        else:
            base, traced = self.bases[METHODS[leaf.what]][i], agreement != "eu_uk_tca"
            foreign = sum(0.0 if x[3][end] else x[2] - x[4][end] * traced for x in self.inputs[i])
            margin = (
                limit.value_pct - 100 * foreign / base
                if leaf.what == "max_nom"
                else 100 * (base - foreign) / base - limit.value_pct
            )
        return margin >= -1e-9, margin


def least(work: Callable[[], object], repeat: int) -> tuple[float, object]:
    """Give the least CPU time of some runs, and the last answer."""
    times, answer = [], None
    for _ in range(repeat):
        start = time.process_time()
        answer = work()
        times.append(time.process_time() - start)
    return min(times), answer


def fast(ledger: Ledger, book: RuleBook) -> list[Scanned]:
    """Judge with the package: sums made anew, so that nothing is carried from run to run."""
    answers: list[Scanned] = []
    for agreement in AGREEMENTS:
        tracing = book.ruleset(agreement, DATES[0]).tracing
        answers += scan(book, agreement, DATES, Ledger(ledger.goods, ledger.materials, tracing=tracing))
    return answers


def same(ours: list[Scanned], theirs: list[Answer]) -> bool:
    """Rule, verdict and margin of every good agree."""
    for one, other in zip(ours, theirs, strict=True):
        rule, low, high, margin_low, margin_high = (np.array(c) for c in zip(*other, strict=True))
        close = np.allclose(one.margin, np.stack([margin_low, margin_high], axis=1), atol=1e-7, equal_nan=True)
        if not (close and (one.rule == rule).all() and (one.passes == np.stack([low, high], axis=1)).all()):
            return False
    return True


def main() -> None:
    """Run both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=10_000)
    parser.add_argument("--materials", type=int, default=12)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    ledger, book = draw(given.goods, given.materials), origin_rules()
    ours, answer = least(lambda: fast(ledger, book), given.repeat)
    plain = Plain(ledger, book)
    theirs, walked = least(lambda: [plain.run(a, d) for a in AGREEMENTS for d in DATES], 1)
    assert isinstance(answer, list)
    assert isinstance(walked, list)
    if not same(answer, walked):
        raise SystemExit("the answers differ: no figure")
    judged = given.goods * len(AGREEMENTS) * len(DATES)
    print(f"{judged:,} verdicts, {given.materials} materials each; answers agree")
    print(f"tierscape      {ours:8.3f} s CPU")
    print(f"plain Python   {theirs:8.3f} s CPU   {theirs / ours:.0f} times as long")


if __name__ == "__main__":
    main()
