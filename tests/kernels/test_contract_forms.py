"""Forms of contract: oracles CT1 and CT2 of the economics method, and what every form must obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.contract_forms import (
    coordinating_return_price,
    demand_law,
    expected_excess,
    expected_shortfall,
    forced_purchase,
    newsvendor,
    option_value,
    quantity_flexibility,
    wholesale,
)
from tierscape.kernels.contract_risk import Clause, Money, expected

NORMAL = demand_law(1000, 300)
LAWS = st.builds(
    lambda mean, variation, law: demand_law(mean, mean * variation, law),
    st.floats(10, 1e5),
    st.floats(0.05, 0.3),
    st.sampled_from(["normal", "gamma", "lognormal"]),
)


def test_newsvendor_orders_the_critical_quantile():
    quantity, profit = newsvendor(NORMAL, 100, 60, 20)
    assert quantity == pytest.approx(1000)
    assert profit == pytest.approx(30425.39, abs=0.01)


def test_plain_price_loses_part_of_the_joint_profit():
    deal = wholesale(NORMAL, 100, 60, 20, 80)
    assert deal.quantity == pytest.approx(797.65, abs=0.01)
    assert deal.buyer == pytest.approx(12373.36, abs=0.01)
    assert deal.supplier == pytest.approx(15953.06, abs=0.01)
    assert deal.efficiency == pytest.approx(0.93101, abs=1e-5)


def test_buy_back_coordinates_and_halves_the_profit():
    deal = expected(NORMAL, Clause("buy_back", 1000, return_price=60), Money(100, 80, 60, 20))
    assert deal.quantity == pytest.approx(1000)
    assert deal.buyer == pytest.approx(15212.69, abs=0.01)
    assert deal.supplier == pytest.approx(15212.69, abs=0.01)
    assert deal.efficiency == pytest.approx(1.0)


def test_take_or_pay_makes_the_buyer_pay_for_the_shortfall():
    units = forced_purchase(NORMAL, 1000, 0.8)
    assert units == pytest.approx(45.3359, abs=1e-4)
    assert 80 * units == pytest.approx(3626.87, abs=0.01)


def test_quantity_flexibility_is_forced_and_short_alike():
    flex = quantity_flexibility(NORMAL, 1000, 0.2, 0.2)
    assert (flex.bought, flex.forced, flex.unmet) == pytest.approx((1000.0, 45.3359, 45.3359), abs=1e-4)


def test_option_on_no_units_is_worth_nothing_and_a_free_one_never_hurts():
    assert option_value(NORMAL, 1000, 0, 20, 3) == 0.0
    assert option_value(NORMAL, 1000, 200, 20, 0) > 0
    assert option_value(NORMAL, 1000, 200, 20, 20) < 0


@settings(max_examples=40)
@given(LAWS, st.floats(0.8, 1.5))
def test_shortfall_equals_the_mean_over_draws(law, level):
    draws = law.rvs(20_000, random_state=np.random.default_rng(3))
    at = level * law.mean()
    sample = np.maximum(at - draws, 0)
    assert expected_shortfall(law, at) == pytest.approx(sample.mean(), abs=5 * sample.std() / 141 + 1e-5 * at)
    assert expected_excess(law, at) - expected_shortfall(law, at) == pytest.approx(
        law.mean() - at, abs=1e-6 * law.mean()
    )


@settings(max_examples=40)
@given(LAWS, st.floats(1, 9), st.floats(1, 9), st.floats(0.1, 0.9))
def test_no_contract_beats_one_firm_and_the_coordinating_return_price_reaches_it(law, margin, overage, share):
    cost, salvage = 10.0, 10.0 - overage
    price = cost + margin
    paid = cost + share * margin
    assert wholesale(law, price, cost, salvage, paid).efficiency <= 1 + 1e-9
    returned = coordinating_return_price(price, cost, salvage, paid)
    ordered = float(law.ppf((price - paid) / (price - returned)))
    deal = expected(law, Clause("buy_back", ordered, return_price=returned), Money(price, paid, cost, salvage))
    assert deal.efficiency == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: newsvendor(NORMAL, 60, 60, 20), "cost 60 must be below price 60"),
        (lambda: newsvendor(NORMAL, 100, 60, 60), "salvage 60 must be below cost 60"),
        (lambda: wholesale(NORMAL, 100, 60, 20, 60), "cost 60 must be below wholesale price 60"),
        (lambda: demand_law(100, 50), "use gamma or lognormal"),
        (lambda: demand_law(0, 50), "positive mean"),
    ],
)
def test_terms_out_of_order_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()
