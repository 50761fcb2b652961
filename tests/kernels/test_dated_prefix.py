"""The rule that holds on a day, against a plain search."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.dated_prefix import dated_rules, first_found, rule_on

SPANS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), st.integers(1, 20)), max_size=8)


def plain(rules, key, day):
    return next((n for n, (k, first, end) in enumerate(rules) if k == key and first <= day < end), -1)


def disjoint(spans):
    kept = []
    for key, first, length in spans:
        if all(k != key or first >= e or first + length <= f for k, f, e in kept):
            kept.append((key, first, first + length))
    return kept


def build(rules):
    columns = np.array(rules, dtype=np.int64).reshape(-1, 3).T
    return dated_rules(*columns, np.arange(len(rules), dtype=np.int64))


@settings(max_examples=80, deadline=None)
@given(SPANS)
def test_lookup_equals_a_plain_search(spans):
    rules = disjoint(spans)
    key, day = (grid.ravel().astype(np.int64) for grid in np.meshgrid(np.arange(6), np.arange(75)))
    found = rule_on(build(rules), key, day)
    assert found.tolist() == [plain(rules, k, d) for k, d in zip(key, day, strict=True)]


def test_the_first_table_with_a_rule_wins():
    long, short = build([(1, 0, 10)]), build([(0, 0, 100)])
    day = np.array([5, 50], dtype=np.int64)
    one, none = np.ones(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    assert first_found([(long, one, day), (short, none, day)]).tolist() == [0, 0]
    assert first_found([(long, one, day)]).tolist() == [0, -1]
    assert first_found([]).tolist() == []
