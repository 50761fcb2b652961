"""Public support after its strings: oracle IN1 of the economics method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.support_value import support_value


def test_grant_with_tax_relief_and_clawback_is_worth_what_was_worked():  # IN1
    worth = support_value(2e6, [3e5] * 5, [0, 0, 0.25], 0.6, 0.08)
    assert worth.yearly == pytest.approx(1_197_813.01, abs=0.01)
    assert worth.clawback == pytest.approx(238_149.67, abs=0.01)
    assert worth.net == pytest.approx(2_959_663.34, abs=0.01)
    assert worth.net / 100 == pytest.approx(29_596.63, abs=0.01)


@given(st.floats(0, 1e9), st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1), st.floats(0, 0.5))
def test_a_clawback_only_lowers_the_worth(grant, chances, share, rate):
    with_it = support_value(grant, [], chances, share, rate)
    assert with_it.net <= grant + 1e-6
    assert support_value(grant, [], [], share, rate).net == grant


def test_a_chance_above_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        support_value(1.0, [], [1.5], 0.5, 0.08)
