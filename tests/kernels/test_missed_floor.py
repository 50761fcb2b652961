"""When a path first falls below a floor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tierscape.kernels.missed_floor import first_miss


def test_without_spread_the_first_year_below_is_certain():
    assert first_miss([120, 90, 80], 100.0, 0.0, draws=5, seed=1).tolist() == [0.0, 1.0, 0.0]
    assert first_miss([120, 110], 100.0, 0.0, draws=5, seed=1).sum() == 0.0


def test_one_year_equals_the_normal_law():
    # m·exp(σW − σ²/2) < f where W < (ln(f/m) + σ²/2)/σ
    chance = first_miss([110.0], 100.0, 0.2, draws=200_000, seed=3)[0]
    exact = norm.cdf((np.log(100 / 110) + 0.02) / 0.2)
    assert chance == pytest.approx(exact, abs=3 * np.sqrt(exact * (1 - exact) / 200_000))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1, 200), min_size=1, max_size=5), st.floats(0, 0.5), st.floats(50, 150))
def test_chances_are_shares_of_one_and_a_higher_floor_is_missed_more_often(path, variation, floor):
    chance = first_miss(path, floor, variation, draws=200, seed=2)
    assert (chance >= 0).all()
    assert chance.sum() <= 1 + 1e-12
    assert first_miss(path, floor * 1.1, variation, draws=200, seed=2).sum() >= chance.sum() - 1e-12
