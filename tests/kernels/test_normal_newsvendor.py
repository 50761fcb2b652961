"""Many newsvendors at once: oracle CT1 of the economics method, and the kernel that takes any law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.contract_forms import demand_law, newsvendor
from tierscape.kernels.normal_newsvendor import normal_newsvendor


def test_the_worked_order_and_profit():  # CT1
    best = normal_newsvendor(1000, 300, 100, 60, 20)
    assert float(best.quantity) == pytest.approx(1000)
    assert float(best.profit) == pytest.approx(30_425.39, abs=0.01)


@given(st.floats(10, 1e4), st.floats(0.01, 0.3), st.floats(1, 50), st.floats(0.1, 50), st.floats(0.1, 50))
def test_equals_the_kernel_for_any_law(mean, variation, salvage, over, under):
    cost, price = salvage + over, salvage + over + under
    quantity, profit = newsvendor(demand_law(mean, variation * mean), price, cost, salvage)
    best = normal_newsvendor(mean, variation * mean, price, cost, salvage)
    assert float(best.quantity) == pytest.approx(quantity, rel=1e-9)
    assert float(best.profit) == pytest.approx(profit, rel=1e-6, abs=1e-6 * price * mean)


def test_prices_out_of_order_are_counted():
    with pytest.raises(ValueError, match="1 of 2 cases"):
        normal_newsvendor(np.ones(2), np.ones(2), np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.zeros(2))
