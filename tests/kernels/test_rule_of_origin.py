"""Value content, changes of classification, labour value, and the joining of tests."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.labour_value import labour_value_pct
from tierscape.kernels.rule_tree import join
from tierscape.kernels.shift import begins, unshifted
from tierscape.kernels.value_content import content_pct, headroom, part_pct

money = st.floats(1, 1e6)


def one(value):
    return np.array([float(value)])


@given(money, money, st.floats(0.01, 0.99))
def test_net_cost_below_price_gives_a_lower_content(price, foreign, share):
    assert content_pct(one(price * share), one(foreign))[0] < content_pct(one(price), one(foreign))[0]


@given(money, money, money)
def test_content_falls_in_foreign_value_and_rises_in_base(base, foreign, more):
    here = content_pct(one(base), one(foreign))[0]
    assert content_pct(one(base), one(foreign + more))[0] <= here
    assert content_pct(one(base + more), one(foreign))[0] >= here


@given(money, money)
def test_maximum_of_foreign_content_is_the_rest_of_regional_content(base, foreign):
    assert part_pct(one(base), one(foreign))[0] == pytest.approx(
        100 - content_pct(one(base), one(foreign))[0], abs=1e-6
    )


@given(money, st.floats(0, 1), st.floats(1, 99))
def test_headroom_is_what_brings_the_margin_to_nothing(base, share, limit):
    room = headroom(one(base), one(share * base), limit)[0]
    assert content_pct(one(base), one(share * base + room))[0] == pytest.approx(limit, abs=1e-6)


def test_unknown_base_gives_an_unknown_content():
    assert np.isnan(content_pct(np.array([np.nan]), one(3)))[0]


@given(st.integers(10000, 999999), st.integers(10000, 999999))
def test_change_of_chapter_is_a_change_of_heading_and_of_subheading(material, good):
    fails = [unshifted(np.array([material]), np.array([good]), digits)[0] for digits in (2, 4, 6)]
    assert fails == sorted(fails, reverse=True)
    assert fails[2] == (material == good)


def test_leading_zero_of_a_code_is_a_digit():
    assert unshifted(np.array([30389]), np.array([30390]), 4)[0]
    assert not unshifted(np.array([30389]), np.array([303899]), 2)[0]


def test_exception_is_matched_by_its_own_number_of_digits():
    codes = np.array([284190, 284210, 854430])
    assert begins(codes, [(2841, 4), (85, 2)]).tolist() == [True, False, True]
    assert begins(codes, []).tolist() == [False, False, False]


shares = st.floats(0, 1)


@given(st.floats(0, 1e5), st.floats(1e3, 1e6), st.floats(0, 5), st.floats(0, 5))
def test_technology_credit_never_exceeds_its_cap_and_labour_value_rises_in_each_input(made, base, tech, more):
    def lvc(made, tech, plant):
        return labour_value_pct(one(made), one(base), one(tech), one(plant), (10.0, 5.0))[0]

    here = lvc(made, tech, 0)
    assert lvc(made, tech, 1) - here == pytest.approx(5.0)
    assert 0 <= here - lvc(made, 0, 0) <= 10 + 1e-9
    assert lvc(made + more, tech, 0) >= here
    assert lvc(made, tech + more, 0) >= here


def outcomes(k, n):
    """Draw tests whose margin is negative exactly where they fail; some have no number."""
    cell = st.one_of(st.tuples(st.booleans(), st.none()), st.floats(-50, 50).map(lambda m: (m >= 0, m)))
    return st.lists(st.lists(cell, min_size=n, max_size=n), min_size=k, max_size=k)


@given(outcomes(3, 4), st.booleans())
def test_any_is_at_least_each_and_all_is_at_most_each(drawn, alternatives):
    passes = np.array([[p for p, _ in line] for line in drawn])
    margins = np.array([[np.nan if m is None else m for _, m in line] for line in drawn])
    leaves = np.arange(3)[:, None] * np.ones(4, dtype=np.int64)
    outcome, margin, leaf = join(passes, margins, leaves, alternatives=alternatives)
    sign = 1 if alternatives else -1
    assert outcome.tolist() == (passes.any(axis=0) if alternatives else passes.all(axis=0)).tolist()
    for i in range(4):
        if np.isnan(margin[i]):
            continue
        assert (margin[i] >= 0) == outcome[i]
        each = margins[~np.isnan(margins[:, i]), i]
        assert all(sign * (margin[i] - m) >= 0 for m in each)
        assert margins[leaf[i], i] == margin[i]
