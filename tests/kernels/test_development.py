"""Developing a supplier: oracle SD1 of the economics method, exact against drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.commitment import annuity
from tierscape.kernels.development import Programme, break_even_saving, chance_below, draws, mean_value, value_at

WORKED = Programme(1e6, 250_000, annuity(0.08, 3), 0.5, 0.05, 0.20, 0.50)


def test_mean_and_break_even_are_the_worked_ones():  # SD1
    mean, works = mean_value(WORKED)
    assert mean == pytest.approx(72_137.12, abs=0.01)
    assert works == pytest.approx(394_274.25, abs=0.01)
    assert break_even_saving(WORKED) == pytest.approx(0.097008, abs=1e-6)
    assert float(chance_below(WORKED, 0.0)) == pytest.approx(0.51637, abs=5e-6)


def test_drawn_outcomes_agree_within_three_standard_errors():  # SD1
    seen = draws(WORKED, 20_000, 7)
    assert abs(seen.mean() - 72_137.12) < 3 * seen.std() / np.sqrt(len(seen))
    assert abs((seen < 0).mean() - 0.51637) < 3 * np.sqrt(0.25 / len(seen))


@given(st.floats(0.01, 0.99), st.floats(0.05, 1.0))
def test_percentiles_invert_the_distribution(share, success):
    programme = WORKED._replace(success=success)
    at = float(value_at(programme, share))
    below = float(chance_below(programme, at))
    assert below <= share + 1e-9
    if share > 1 - success + 1e-9:
        assert below == pytest.approx(share, abs=1e-6)
    else:
        assert at == -programme.cost


def test_the_median_of_a_programme_that_often_fails_is_its_cost():
    assert float(value_at(WORKED._replace(success=0.3), 0.5)) == -250_000


def test_same_seed_gives_the_same_draws():
    assert (draws(WORKED, 50, 3) == draws(WORKED, 50, 3)).all()


def test_without_spend_no_saving_pays():
    assert break_even_saving(WORKED._replace(spend=0.0)) == np.inf
