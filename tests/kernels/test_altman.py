"""Altman's scores: oracle MO1 of the economics method."""

import numpy as np
import pytest

from tierscape.kernels.altman import DISTRESS, EMERGING, SAFE, z_double_prime, z_prime


def test_scores_of_the_worked_firm():  # MO1
    z = float(z_double_prime(0.10, 0.15, 0.08, 0.60))
    assert z == pytest.approx(2.3126, abs=1e-4)
    assert z + EMERGING == pytest.approx(5.5626, abs=1e-4)
    assert DISTRESS < z < SAFE
    assert float(z_prime(0.10, 0.15, 0.08, 0.60, 1.2)) == pytest.approx(1.8969, abs=1e-4)


def test_an_unknown_ratio_leaves_the_score_unknown():
    assert np.isnan(z_double_prime(0.1, 0.1, 0.1, np.nan))
