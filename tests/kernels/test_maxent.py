import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.maxent import allocate

TWO = np.exp(-np.array([[0.0, 1.0], [1.0, 0.0]]))
NEED = np.array([60.0, 60.0])


def cases():
    sizes = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.floats(0.05, 3.0))
    return sizes.map(_case)


def _case(drawn):
    sellers, buyers, seed, outside = drawn
    rng = np.random.default_rng(seed)
    capacity = rng.uniform(0.0, 100.0, sellers)
    capacity[rng.random(sellers) < 0.2] = np.inf
    return rng.uniform(0.0, 80.0, buyers), capacity, rng.uniform(0.0, 1.0, (sellers, buyers)), outside


@pytest.mark.parametrize(
    ("capacity", "outside", "expected"),
    [
        ([100.0, 100.0], 0.0, [[43.8635, 16.1365], [16.1365, 43.8635]]),
        ([50.0, 100.0], 0.0, [[38.3785, 11.6215], [21.6215, 48.3785]]),
        ([100.0, 100.0], 0.3, [[35.9738, 13.2340], [13.2340, 35.9738]]),
    ],
)
def test_two_suppliers_and_two_buyers_give_the_worked_flows(capacity, outside, expected):
    assert allocate(NEED, np.array(capacity), TWO, outside).round(4).tolist() == expected


def test_what_stays_outside_is_the_worked_number():
    flow = allocate(NEED, np.array([100.0, 100.0]), TWO, 0.3)
    assert (NEED - flow.sum(axis=0)).round(4).tolist() == [10.7921, 10.7921]


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_supplier_is_overrun_and_no_buyer_gets_more_than_it_needs(case):
    need, capacity, weight, outside = case
    flow = allocate(need, capacity, weight, outside)
    assert (flow >= 0.0).all()
    assert (flow.sum(axis=1) <= capacity * (1 + 1e-9)).all()
    assert (flow.sum(axis=0) <= need * (1 + 1e-12)).all()


@settings(max_examples=40, deadline=None)
@given(cases(), st.floats(1e-3, 1e6))
def test_scaling_the_unit_scales_the_flows(case, factor):
    need, capacity, weight, outside = case
    flow = allocate(need, capacity, weight, outside)
    np.testing.assert_allclose(allocate(need * factor, capacity * factor, weight, outside), flow * factor, rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_sites_changes_nothing(case, random):
    need, capacity, weight, outside = case
    s, b = list(range(len(capacity))), list(range(len(need)))
    random.shuffle(s)
    random.shuffle(b)
    flow = allocate(need, capacity, weight, outside)
    permuted = allocate(need[b], capacity[s], weight[np.ix_(s, b)], outside)
    np.testing.assert_allclose(permuted, flow[np.ix_(s, b)], rtol=1e-7, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_only_a_full_supplier_is_scaled_down(case):
    need, capacity, weight, outside = case
    flow = allocate(need, capacity, weight, outside)
    stays = need - flow.sum(axis=0)
    free = flow.sum(axis=1) < capacity * (1 - 1e-6)
    np.testing.assert_allclose(flow[free], (stays * weight / outside)[free], rtol=1e-6, atol=1e-9)


def test_unlimited_capacity_and_a_pair_that_is_ruled_out():
    weight = np.array([[1.0, 0.0], [1.0, 1.0]])
    flow = allocate(np.array([10.0, 10.0]), np.array([np.inf, np.inf]), weight, 0.0)
    assert flow.tolist() == [[5.0, 0.0], [5.0, 10.0]]


def test_a_supplier_without_capacity_ships_nothing():
    assert allocate(np.array([10.0]), np.array([0.0, 4.0]), np.ones((2, 1)), 1.0)[0].tolist() == [0.0]


def test_more_need_than_capacity_with_nothing_outside_is_an_error(monkeypatch):
    monkeypatch.setattr("tierscape.kernels.maxent.MAX_ITERATIONS", 200)
    with pytest.raises(ArithmeticError, match="outside_weight"):
        allocate(np.array([10.0]), np.array([4.0]), np.ones((1, 1)), 0.0)


def test_no_suppliers_leave_everything_outside():
    assert allocate(np.array([10.0]), np.empty(0), np.empty((0, 1)), 0.3).shape == (0, 1)
