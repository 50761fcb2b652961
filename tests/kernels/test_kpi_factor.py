"""Bonus and malus: oracle CT5 of the economics method, bounds and what is not measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.kpi_factor import grade, price_factor


def test_late_deliveries_lower_the_price_as_worked():  # CT5
    mark = grade(0.93, 0.95, 0.05)
    assert mark == pytest.approx(-0.4)
    assert price_factor([float(mark)], [0.02]) == pytest.approx(0.992)
    assert (price_factor([float(mark)], [0.02]) - 1) * 1e6 == pytest.approx(-8000)


def test_less_can_be_better():
    assert grade(60, 50, 10, -1) == pytest.approx(-1.0)


def test_what_is_not_measured_pays_nothing():
    assert price_factor(grade([np.nan, 1.0], [1.0, 1.0], [0.05, 0.05]), [0.02, 0.02]) == 1.0


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1)), min_size=1, max_size=6))
def test_all_measures_together_stay_within_the_limit(given_):
    marks, shares = zip(*given_, strict=True)
    assert 0.97 - 1e-12 <= price_factor(grade(marks, 0.0, 1.0), shares) <= 1.03 + 1e-12


def test_a_band_of_nothing_is_refused():
    with pytest.raises(ValueError, match="band"):
        grade(1.0, 1.0, 0.0)
