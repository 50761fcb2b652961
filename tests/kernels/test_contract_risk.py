"""Forms of contract with the mean of the worst years: oracles CT1 and CT2, and what every form must obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.contract_forms import demand_law, newsvendor
from tierscape.kernels.contract_risk import POINTS, Clause, Money, expected, payoffs, worst_years

MONEY = Money(100, 80, 60, 20)
NORMAL = demand_law(1000, 300)


def test_plain_price_and_buy_back_give_the_worked_profits():  # CT1
    plain = expected(NORMAL, Clause("wholesale", 797.6530742), MONEY)
    assert (plain.buyer, plain.supplier) == pytest.approx((12_373.36, 15_953.06), abs=0.01)
    assert plain.efficiency == pytest.approx(0.93101, abs=1e-5)
    back = expected(NORMAL, Clause("buy_back", 1000, return_price=60), MONEY)
    assert (back.buyer, back.supplier) == pytest.approx((15_212.69, 15_212.69), abs=0.01)


def test_take_or_pay_forces_the_worked_payment():  # CT2: 45.3359 units at 80
    free = expected(NORMAL, Clause("take_or_pay", 1000, low=0.0), MONEY)
    bound = expected(NORMAL, Clause("take_or_pay", 1000, low=0.8), MONEY)
    assert free.buyer - bound.buyer == pytest.approx(3_626.87, abs=0.01)
    assert bound.joint == pytest.approx(free.joint)


FORMS = st.sampled_from(["wholesale", "buy_back", "take_or_pay", "flexibility", "option"])


@given(FORMS, st.floats(100, 3000), st.floats(0, 1), st.floats(1, 1.5))
@settings(max_examples=40)
def test_no_form_makes_more_than_one_firm_and_means_agree_with_even_quantiles(form, quantity, low, high):
    clause = Clause(form, quantity, low, high, return_price=50)
    found = expected(NORMAL, clause, MONEY)
    best = newsvendor(NORMAL, 100, 60, 20)[1]
    assert found.joint <= best + 1e-6
    assert found.efficiency <= 1 + 1e-9
    buyer, supplier = payoffs(NORMAL.ppf((np.arange(POINTS) + 0.5) / POINTS), clause, MONEY)
    assert buyer.mean() == pytest.approx(found.buyer, abs=30)
    assert supplier.mean() == pytest.approx(found.supplier, abs=30)


@given(FORMS, st.floats(100, 3000), st.floats(0, 1))
@settings(max_examples=30)
def test_worst_years_are_no_better_than_the_mean(form, quantity, low):
    clause = Clause(form, quantity, low, 1.0, return_price=50)
    found, worst = expected(NORMAL, clause, MONEY), worst_years(NORMAL, clause, MONEY)
    assert worst[0] <= found.buyer + 5
    assert worst[1] <= found.supplier + 5


def test_a_floor_makes_the_supplier_safer_and_the_buyer_less_so():  # what a bank looks at
    free, bound = (worst_years(NORMAL, Clause("take_or_pay", 1000, low=share), MONEY) for share in (0.0, 0.8))
    assert bound[1] > free[1]
    assert bound[0] < free[0]
