"""The unit cost and its stock terms: worked numbers, and what may never fall."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.stock_terms import cycle_cost, pipeline_cost, safety_cost, safety_stock
from tierscape.kernels.unit_cost import INPUTS, TERMS, total_cost, unit_cost

POSITIVE = st.floats(0.0, 100.0)
INPUT = st.fixed_dictionaries({name: POSITIVE if name != "demand" else st.floats(0.1, 100.0) for name in INPUTS})


def arrays(**values):
    return {name: np.array([value], dtype=float) for name, value in values.items()}


# Economics method page, oracle LC1.


@pytest.mark.parametrize(("days", "sd", "units"), [(35, 6, 1006.01), (5, 1, 180.20)])
def test_lc1_safety_stock_is_the_worked_number(days, sd, units):
    stock = safety_stock(*map(np.float64, (1.645, days, sd, 100, 20)))
    assert float(stock) == pytest.approx(units, abs=5e-3)


def test_lc1_stock_costs_are_the_worked_numbers():
    worth, holding, demand = map(np.float64, (50, 0.2, 100))
    assert float(pipeline_cost(worth, holding, np.float64(35))) == pytest.approx(0.9589, abs=1e-4)
    assert float(safety_cost(worth, holding, np.float64(1006.01), demand)) == pytest.approx(0.2756, abs=1e-4)


def test_cycle_stock_is_half_a_lot():
    assert float(cycle_cost(*map(np.float64, (50, 0.2, 3650, 100)))) == pytest.approx(50 * 0.2 * 1825 / 36500)


@settings(max_examples=60, deadline=None)
@given(INPUT, st.sampled_from([n for n in INPUTS if n not in ("demand", "offsets")]), POSITIVE)
def test_no_input_but_demand_and_offsets_ever_lowers_a_total(inputs, name, more):
    before = total_cost(arrays(**inputs))
    after = total_cost(arrays(**{**inputs, name: inputs[name] + more}))
    assert after[0] >= before[0] - 1e-9 * abs(before[0])


@settings(max_examples=60, deadline=None)
@given(INPUT, st.floats(1.0, 50.0))
def test_more_volume_never_raises_the_unit_cost(inputs, factor):
    before = total_cost(arrays(**inputs))
    after = total_cost(arrays(**{**inputs, "demand": inputs["demand"] * factor}))
    assert after[0] <= before[0] + 1e-9 * abs(before[0])


@settings(max_examples=60, deadline=None)
@given(INPUT)
def test_terms_sum_to_the_total(inputs):
    terms = unit_cost(arrays(**inputs))
    assert tuple(terms) == TERMS
    summed = sum(float(np.ravel(term)[0]) for term in terms.values())
    assert summed == pytest.approx(float(total_cost(arrays(**inputs))[0]), rel=1e-12, abs=1e-9)


def test_unknown_makes_unknown_only_the_terms_that_need_it():
    terms = unit_cost(arrays(price=10, freight=np.nan, duty_rate=0.1))
    assert np.isnan(terms["freight"][0])
    assert terms["duty"][0] == pytest.approx(1.0)
    assert np.isnan(unit_cost(arrays(price=10, freight=np.nan, duty_rate_cif=0.1))["duty"][0])
