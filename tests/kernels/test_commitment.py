"""The volume that makes a supplier invest: oracle CT3 of the economics method, and how it moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.commitment import (
    SupplierTerms,
    annuity,
    break_even_volume,
    break_even_with_ramp,
    supplier_value,
    unit_cost_path,
)


def test_break_even_of_five_and_of_three_years():
    assert annuity(0.08, 5) == pytest.approx(3.99271, abs=1e-5)
    assert break_even_volume(1e6, 2e5, 2, annuity(0.08, 5), 1e6).volume == pytest.approx(100_182.58, abs=0.01)
    assert break_even_volume(1e6, 0, 2, annuity(0.08, 5), 1e6).volume == pytest.approx(125_228.23, abs=0.01)
    assert break_even_volume(1e6, 2e5, 2, annuity(0.08, 3), 1e6).volume == pytest.approx(155_213.41, abs=0.01)


def test_annuity_without_interest_is_the_number_of_years():
    assert annuity(0.0, 7) == 7
    assert annuity(1e-9, 7) == pytest.approx(7)


def test_volume_beyond_capacity_and_a_margin_of_nothing_never_suffice():
    assert not break_even_volume(1e6, 2e5, 2, annuity(0.08, 5), 1e5).enough
    assert break_even_volume(1e6, 0, 0, 4, 1e5) == (np.inf, False)


def test_a_grant_that_pays_all_needs_no_volume():
    assert break_even_volume(1e6, 1e6, 2, 4, 1e5) == (0.0, True)


@given(st.floats(1e4, 1e7), st.floats(0, 1), st.floats(0.1, 50), st.floats(0, 0.3), st.integers(1, 15))
def test_more_term_more_grant_and_more_margin_never_raise_the_volume(investment, granted, margin, rate, years):
    def volume(grant=granted, gain=margin, term=years):
        return break_even_volume(investment, grant * investment, gain, annuity(rate, term), 1e9).volume

    assert volume(term=years + 1) <= volume() * (1 + 1e-12)
    assert volume(grant=min(1, granted + 0.1)) <= volume() * (1 + 1e-12)
    assert volume(gain=margin * 1.1) <= volume() * (1 + 1e-12)


def test_cost_falls_along_the_experience_curve_as_a_sum_over_units_does():
    units = np.arange(1, 2001)
    by_unit = 10 * units ** np.log2(0.85)
    path = unit_cost_path(10, [1000, 1000], 0.85)
    assert path == pytest.approx([by_unit[:1000].mean(), by_unit[1000:].mean()], rel=2e-3)
    assert unit_cost_path(10, [5, 0], 1.0).tolist() == [10, 10]


def test_ramp_without_learning_and_at_full_rate_gives_the_closed_form():
    terms = SupplierTerms(10.0, 8.0, 1.0, np.ones(5), 1e6, 0.08, 1e6, 2e5)
    found = break_even_with_ramp(terms)
    assert found.volume == pytest.approx(100_182.58, abs=0.01)
    assert supplier_value(found.volume, terms) == pytest.approx(0, abs=1e-3)
    slower = break_even_with_ramp(terms._replace(ramp=np.array([0.5, 1, 1, 1, 1])))
    assert slower.volume > found.volume


def test_no_volume_suffices_where_capacity_is_too_small_and_none_is_needed_where_all_is_paid():
    terms = SupplierTerms(10.0, 8.0, 1.0, np.ones(5), 1e4, 0.08, 1e6, 2e5)
    assert break_even_with_ramp(terms) == (np.inf, False)
    assert break_even_with_ramp(terms._replace(grant=1e6)) == (0.0, True)
