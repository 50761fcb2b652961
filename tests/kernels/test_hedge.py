"""Contract against spot: oracle CT4 of the economics method, and what more aversion must do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.contract_forms import demand_law
from tierscape.kernels.hedge import (
    best_shares,
    costs_by_share,
    indifferent_kappa,
    tail_factor,
    term_discount,
    worst_mean,
)

SHARES = np.linspace(0, 1, 101)
EVEN = (np.arange(10_000) + 0.5) / 10_000


def spot_draws():
    return demand_law(10, 2).ppf(EVEN)


def test_all_is_under_contract_from_the_worked_aversion():  # CT4
    assert tail_factor(0.95) == pytest.approx(2.062713, abs=1e-6)
    assert indifferent_kappa(10.2, 10, 2) == pytest.approx(0.048480, abs=1e-6)


def test_price_risk_alone_makes_it_all_or_nothing():
    costs = costs_by_share(SHARES, 10.2, spot_draws(), np.ones(10_000), mean_demand=1.0)
    below, above = best_shares(costs, SHARES, np.array([0.04, 0.06]))
    assert (below.share, above.share) == (0.0, 1.0)
    assert above.cost == pytest.approx(10.2)
    assert above.cvar == pytest.approx(10.2)


def test_uncertain_demand_gives_a_share_in_between():
    random = np.random.default_rng(1)
    demand = random.permutation(demand_law(1.0, 0.3).ppf(EVEN))
    costs = costs_by_share(SHARES, 10.2, spot_draws(), demand, mean_demand=1.0)
    (found,) = best_shares(costs, SHARES, np.array([0.25]))
    assert 0.0 < found.share < 1.0


@given(st.lists(st.floats(-100, 100), min_size=20, max_size=60), st.floats(0.5, 0.95))
def test_tail_mean_lies_between_mean_and_worst(draws, level):
    x = np.array(draws)
    tail = float(worst_mean(x, level))
    assert x.mean() - 1e-9 <= tail <= x.max() + 1e-9


def test_tail_mean_counts_a_fraction_of_a_draw():
    assert float(worst_mean(np.array([0.0, 1.0, 2.0]), 0.5)) == pytest.approx((2.0 + 0.5 * 1.0) / 1.5)


def test_a_contract_below_the_spot_mean_needs_no_aversion_and_a_sure_spot_price_no_contract():
    assert indifferent_kappa(9.9, 10, 2) == 0.0
    assert indifferent_kappa(10.2, 10, 0) == np.inf


def test_longer_terms_earn_more_discount_up_to_the_most():
    found = [term_discount(0.05, years) for years in (0, 1, 3, 50)]
    assert found == sorted(found)
    assert found[0] == 0.0
    assert found[-1] == pytest.approx(0.05, abs=1e-6)
