"""Value-added content of tables of flows. Oracles V1 and V2 of the method page on visibility."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from country_sector_tables import A, Y, toy
from tierscape.kernels.leontief import Leontief, direct, origin, tiers

OUTPUT = np.linalg.solve(np.eye(3) - A, Y.sum(axis=1))
MEX, USA, CHN = 0, 1, 2


@pytest.fixture
def system():
    return Leontief(A * OUTPUT, OUTPUT)


@st.composite
def systems(draw):
    """Tables of 1 to 7 sectors whose columns leave some value; up to two columns may leave none."""
    n, seed, full = draw(st.integers(1, 7)), draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 2))
    rng = np.random.default_rng(seed)
    shares = rng.uniform(0.0, 1.0, (n, n)) * (rng.random((n, n)) < 0.7)
    shares *= rng.uniform(0.1, 0.9, n) / np.maximum(shares.sum(axis=0), 1e-9)
    shares[:, :full] = 1.2 / n
    output = rng.uniform(1.0, 1e6, n)
    demand = rng.uniform(0.0, 1.0, n)
    return shares * output, output, demand / demand.sum()


# V1


def test_output_of_the_toy_table_is_the_worked_one():
    assert OUTPUT.round(4).tolist() == [921.8712, 9345.3920, 9558.9134]


def test_own_value_added_is_the_worked_one(system):
    assert system.own.round(12).tolist() == [0.45, 0.53, 0.46]
    assert not system.unknown.any()


def test_value_of_mexican_exports_is_added_where_the_oracle_says(system):
    assert origin(system, np.eye(3)[MEX]).round(6).tolist() == [0.570346, 0.288050, 0.141605, 0.0]


# V2


def test_inputs_at_face_value_against_gross_requirements_and_value_added(system):
    requirements = system.requirements([USA])[:, 0] - np.eye(3)[USA]
    assert round(requirements[CHN] / requirements.sum(), 6) == 0.194458
    weighted = system.own * requirements
    assert round(weighted[CHN] / weighted.sum(), 6) == 0.174538


def test_share_of_china_rises_from_tier_to_tier(system):
    face, _ = tiers(system, np.eye(3)[USA], 3)
    assert (face[:, CHN] / face.sum(axis=1)).round(6).tolist() == [0.0, 0.106383, 0.207965, 0.299294]


def test_face_value_counts_inputs_whole_where_they_are_bought(system):
    assert direct(system, np.eye(3)[USA]).round(12).tolist() == [0.02, 0.93, 0.05, 0.0]


# Invariants


@settings(max_examples=40)
@given(systems())
def test_columns_sum_to_one(drawn):
    flows, output, _ = drawn
    system = Leontief(flows, output)
    content = system.downstream(system.own + system.unknown)
    assert np.abs(content - 1.0).max() < 1e-12
    assert np.abs(origin(system, np.eye(len(output))).sum(axis=0) - 1.0).max() < 1e-12


@settings(max_examples=40)
@given(systems())
def test_chain_of_tiers_equals_the_leontief_identity(drawn):
    flows, output, demand = drawn
    system = Leontief(flows, output)
    _, added = tiers(system, demand, 400)  # columns leave at least a tenth: 0.9^400 < 1e-18
    assert np.abs(added.sum(axis=0) - origin(system, demand)).max() < 1e-12


@settings(max_examples=40)
@given(systems())
def test_sparse_solves_equal_the_dense_inverse(drawn):
    flows, output, demand = drawn
    system = Leontief(flows, output)
    inverse = np.linalg.inv(np.eye(len(output)) - system.coefficients.toarray())
    assert np.allclose(system.requirements(slice(None)), inverse, rtol=1e-11, atol=1e-13)
    assert np.allclose(system.upstream(demand), inverse @ demand, rtol=1e-11, atol=1e-13)
    assert np.allclose(system.downstream(demand), inverse.T @ demand, rtol=1e-11, atol=1e-13)


@settings(max_examples=30)
@given(systems(), st.floats(1e-6, 1e6))
def test_currency_and_order_of_rows_change_nothing(drawn, rate):
    flows, output, demand = drawn
    base = origin(Leontief(flows, output), demand)
    assert np.allclose(origin(Leontief(flows * rate, output * rate), demand), base, atol=1e-13)
    turned = np.arange(len(output))[::-1]
    other = origin(Leontief(flows[np.ix_(turned, turned)], output[turned]), demand[turned])
    assert np.allclose(other[:-1][turned], base[:-1], atol=1e-13)


@settings(max_examples=30)
@given(systems())
def test_face_value_sums_to_the_demand(drawn):
    flows, output, demand = drawn
    assert abs(direct(Leontief(flows, output), demand).sum() - demand.sum()) < 1e-12


# Columns that cannot be looked through


@pytest.mark.parametrize("inputs", [1.0, 1.3])
def test_column_that_leaves_no_value_counts_as_unknown(inputs):
    shares = A.copy()
    shares[:, CHN] *= inputs / shares[:, CHN].sum()
    found = Leontief(shares * OUTPUT, OUTPUT)
    assert found.unknown.tolist() == [False, False, True]
    content = origin(found, np.eye(3)[MEX])
    assert content[CHN] == 0.0
    assert content[-1] > 0.10  # what Mexico buys in China directly, at least
    assert abs(content.sum() - 1.0) < 1e-14
    assert direct(found, np.eye(3)[CHN]).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_several_demands_are_read_at_once(system):
    both = origin(system, np.eye(3)[:, [MEX, USA]])
    assert both.shape == (4, 2)
    assert np.allclose(both[:, 0], origin(system, np.eye(3)[MEX]), atol=1e-15)


def test_table_keeps_one_system():
    table = toy()
    assert table.system is table.system
