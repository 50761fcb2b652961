"""Certificates of the carbon border against the worked row of the method, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.carbon_border import border_certificates

shares = st.floats(0, 1)
amounts = st.floats(0, 1e6)

PHASE_IN = (0.025, 0.05, 0.10, 0.225, 0.485, 0.61, 0.735, 0.86, 1.0)


def test_a_hundred_tonnes_cost_the_worked_row():  # EN2
    cost = 75.36 * border_certificates(100, 2.0, np.array(PHASE_IN), 1.3)
    assert cost == pytest.approx(
        [5520.12, 5765.04, 6254.88, 7479.48, 10026.648, 11251.248, 12475.848, 13700.448, 15072.0], abs=1e-4
    )


@given(amounts, amounts, shares, shares, amounts)
def test_certificates_never_fall_with_the_phase_in_and_are_never_negative(tonnes, embedded, one, other, benchmark):
    early, late = sorted((one, other))
    before, after = border_certificates(tonnes, embedded, np.array([early, late]), benchmark)
    assert 0 <= before <= after


def test_what_is_unknown_stays_unknown():
    assert np.isnan(border_certificates(100, np.nan, 0.5, 1.0))
