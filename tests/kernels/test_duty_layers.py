"""Layers of duty added up in one pass, against a plain walk over the rules."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.duty_layers import RuleRows, RuleTables, packed, stack_layers

LAYERS = 3
LENGTHS = (6, 4, 0)
RULE = st.tuples(
    st.integers(0, LAYERS - 1), st.sampled_from(LENGTHS), st.integers(0, 2), st.integers(0, 1), st.integers(0, 30),
    st.integers(1, 20), st.integers(0, 3), st.integers(0, 3), st.integers(0, 7),
)  # fmt: skip
GOOD = st.tuples(
    st.integers(1, 2), st.integers(0, 1), st.integers(0, 45), st.integers(0, 3), st.sampled_from([0, -1, 4])
)


def code_of(number):
    return 123456 + 100 * number


def disjoint(rules):
    """Rules of one layer, length, origin and prefix, without those that overlap an earlier one."""
    kept = []
    for rule in rules:
        layer, length, origin, code, first, span = rule[:6]
        code = code if length else 0
        same = [k for k in kept if k[:4] == (layer, length, origin, code)]
        if all(first >= k[4] + k[5] or first + span <= k[4] for k in same):
            kept.append((layer, length, origin, code, first, span, *rule[6:]))
    return kept


def build(rules):
    """Tables and rows as the kernel takes them; origin 0 stands for any."""
    numbered = sorted(enumerate(rules), key=lambda r: (r[1][0], -r[1][1], r[1][2] == 0, r[1][2], r[1][3], r[1][4]))
    kinds = [(r[0], r[1], r[2] == 0) for _, r in numbered]
    named = list(dict.fromkeys(kinds))
    begin = np.array([kinds.index(k) for k in named] + [len(kinds)], dtype=np.int64)
    cells = np.array(
        [(1, r[2], code_of(r[3]) // 10 ** (6 - r[1]), r[4], r[4] + r[5], n) for n, r in numbered], dtype=np.int64
    )
    cells = cells.reshape(-1, 6).T
    tables = RuleTables(
        np.array([k[0] for k in named], dtype=np.int64), np.array([10 ** (6 - k[1]) for k in named], dtype=np.int64),
        np.array([k[2] for k in named], dtype=np.bool_), begin, packed(*cells[:4]), cells[4].copy(), cells[5].copy(),
    )  # fmt: skip
    needs, frees, stops = (np.array([r[c] for r in rules], dtype=np.int64) for c in (6, 7, 8))
    rates = 1.0 + np.arange(len(rules), dtype=float)
    zero = np.zeros(len(rules), dtype=np.int64)
    return tables, RuleRows(needs, frees, stops, zero, rates, zero + 1, rates / 1024)


def walked(rules, good):
    """Rows that count for a good, layer by layer."""
    origin, code, day, met, off = good
    picks = []
    for layer in range(LAYERS):
        hit = -1
        for length in LENGTHS:
            for wanted in (origin, 0):
                if hit < 0:
                    hit = next((n for n, r in enumerate(rules) if r[:3] == (layer, length, wanted)
                                and code_of(r[3]) // 10 ** (6 - length) == code_of(code) // 10 ** (6 - length)
                                and r[4] <= day < r[4] + r[5]), -1)  # fmt: skip
        if hit >= 0:
            needs, frees, stops = rules[hit][6:]
            if off >> layer & 1 or frees & met or (needs and not needs & met):
                hit = -1
            else:
                off |= stops
        picks.append(hit)
    known = picks[0] >= 0 or picks[1] >= 0
    return [-1 if picks[1] >= 0 else picks[0], *picks[1:]], known


@settings(max_examples=80, deadline=None)
@given(st.lists(RULE, max_size=10), st.lists(GOOD, min_size=1, max_size=6))
def test_stack_equals_a_plain_walk(drawn, goods):
    rules = disjoint(drawn)
    tables, rows = build(rules)
    origin, code, day, met, off = (np.array(c, dtype=np.int64) for c in zip(*goods, strict=True))
    wanted = packed(np.ones(len(goods), dtype=np.int64), origin, code_of(code), day)
    sums, known, chosen = stack_layers(wanted, met, off, tables, rows, size=(2, LAYERS))
    expected = [walked(rules, good) for good in goods]
    assert chosen.tolist() == [picks for picks, _ in expected]
    assert known.tolist() == [k for _, k in expected]
    total = [sum(1.0 + p for p in picks if p >= 0) for picks, _ in expected]
    assert sums[0].tolist() == total
    assert sums[1].tolist() == [t / 1024 for t in total]


def test_single_rows_are_left_out_where_nobody_asks():
    tables, rows = build([(0, 6, 0, 0, 0, 9, 0, 0, 0)])
    one = np.ones(1, dtype=np.int64)
    wanted = packed(one, one, np.array([code_of(0)]), one)
    sums, known, chosen = stack_layers(wanted, one, 0 * one, tables, rows, size=(2, LAYERS), single=False)
    assert (sums[0, 0], known[0], chosen.shape) == (1.0, True, (0, LAYERS))
