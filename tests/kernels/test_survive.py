import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_boms import matrix_of, need_of, random_case, sites_of

from tierscape.kernels.survive import baseline, needs, pool, survive

SEEDS = st.integers(0, 2**32 - 1)
CHAIN = (np.array([0, 0, 1, 2]), np.array([0, 1]), np.array([1.0, 1.0]))  # good ← component ← raw
STAR = (np.array([0, 0, 1, 2]), np.array([0, 0]), np.array([2.0, 1.0]))  # two components and one raw in a good


def capacity_of(lines, parts):
    return np.bincount(lines[0], lines[1], minlength=parts)


def survival(case):
    bom, demand, stock, lines = case
    return survive(needs(bom, demand, stock), capacity_of(lines, len(demand)), sites_of(lines))


def on_a_grid(case, days):
    """M_p(t) straight from its definition, as often as the longest chain needs."""
    bom, demand, stock, _ = case
    inputs = matrix_of(bom, len(demand))
    made = np.zeros((len(demand), len(days)))
    for _ in range(len(demand)):
        made = np.maximum(0.0, np.outer(demand, days) - stock[:, None] + inputs @ made)
    return made


def read(curves, part, days):
    """M_p on the days, from the breakpoints."""
    span = slice(curves.pointer[part], curves.pointer[part + 1])
    at = np.searchsorted(curves.time[span], days, side="right") - 1
    if not len(curves.time[span]):
        return np.zeros(len(days))
    value = curves.value[span][at] + curves.slope[span][at] * (days - curves.time[span][at])
    return np.where(at >= 0, value, 0.0)


# Oracles


def test_a_chain_runs_out_where_the_stock_below_the_demand_ends():
    """T1: stocks 50, 30, 20 of a good, its component, its raw material; ten a day."""
    curves = needs(CHAIN, np.array([10.0, 0.0, 0.0]), np.array([50.0, 30.0, 20.0]))
    found = survive(curves, np.full(3, 10.0), sites_of((np.arange(3), np.full(3, 10.0))))
    assert found.tts.tolist() == [5.0, 8.0, 10.0]
    assert found.part.tolist() == found.stock.tolist() == [0, 1, 2]
    assert found.exit_ready_share.tolist() == [0.0, 0.0, 0.0]


def test_two_makers_of_a_component_give_the_worked_days_and_shares():
    """T2: two components (stock 60; makers of 12 and 8 a day) and one raw (stock 20) in a good (stock 50), ten a day."""
    curves = needs(STAR, np.array([10.0, 0.0, 0.0]), np.array([50.0, 60.0, 20.0]))
    lines = (np.array([0, 1, 1, 2]), np.array([10.0, 12.0, 8.0, 10.0]))
    found = survive(curves, np.array([10.0, 20.0, 10.0]), sites_of(lines))
    assert found.tts == pytest.approx([5.0, 40.0 / 3.0, 20.0, 7.0])
    assert found.exit_ready_share == pytest.approx([0.0, 0.4, 0.6, 0.0])
    assert found.capacity_left.tolist() == [0.0, 8.0, 12.0, 0.0]
    assert found.stock.tolist() == [0, 1, 1, 2]


def test_a_sole_site_lasts_as_long_as_its_stock():
    """T3: ten a week, stock of a week and a half."""
    alone = (np.zeros(2, np.int64), np.zeros(0, np.int64), np.zeros(0))
    found = survive(needs(alone, np.array([10.0]), np.array([15.0])), np.array([10.0]), sites_of(([0], [10.0])))
    assert found.tts.tolist() == [1.5]


# What the answer says


def test_the_stock_that_raised_the_need_above_the_capacity_left_is_named():
    """Half of the component is lost: its own stock ends on day 8, but need outruns 5 a day only with the second good's."""
    bom = (np.array([0, 0, 0, 2]), np.array([0, 1]), np.array([1.0, 1.0]))
    curves = needs(bom, np.array([4.0, 4.0, 0.0]), np.array([0.0, 40.0, 20.0]))
    assert curves.time[curves.pointer[2] :].tolist() == [5.0, 10.0]
    found = survive(curves, np.array([4.0, 4.0, 10.0]), (np.array([0, 1]), np.array([2]), np.array([5.0])))
    assert found.tts == pytest.approx([60.0 / 3.0])
    assert found.stock.tolist() == [1]
    assert found.exit_ready_share == pytest.approx([5.0 / 8.0])


def test_enough_capacity_lasts_for_ever_and_names_nothing():
    curves = needs(CHAIN, np.array([10.0, 0.0, 0.0]), np.zeros(3))
    found = survive(curves, np.full(3, 20.0), sites_of((np.arange(3), np.full(3, 10.0))))
    assert np.isinf(found.tts).all()
    assert found.part.tolist() == found.stock.tolist() == [-1, -1, -1]
    assert np.isnan(found.capacity_left).all()
    assert found.exit_ready_share.tolist() == [1.0, 1.0, 1.0]


def test_rounding_of_the_capacity_is_no_shortage():
    alone = (np.zeros(2, np.int64), np.zeros(0, np.int64), np.zeros(0))
    curves = needs(alone, np.array([0.1 + 0.2]), np.zeros(1))
    assert np.isinf(baseline(curves, np.array([0.3])).tts).all()
    assert baseline(curves, np.array([0.29])).tts.tolist() == [0.0]


def test_an_unlimited_source_never_runs_dry_until_it_is_lost():
    curves = needs(CHAIN, np.array([10.0, 0.0, 0.0]), np.array([0.0, 0.0, 30.0]))
    unlimited = np.array([10.0, 10.0, np.inf])
    assert np.isinf(baseline(curves, unlimited).tts).all()
    lost = survive(curves, unlimited, (np.array([0, 1, 2]), np.array([2, 2]), np.array([np.inf, 5.0])))
    assert lost.tts.tolist() == [3.0, np.inf]


def test_a_part_short_from_the_start_is_the_baselines_and_not_the_targets():
    curves = needs(STAR, np.array([10.0, 0.0, 0.0]), np.array([0.0, 60.0, 20.0]))
    capacity = np.array([10.0, 15.0, 10.0])
    assert baseline(curves, capacity).tts.tolist() == [np.inf, 12.0, np.inf]
    found = survive(curves, capacity, (np.array([0, 1]), np.array([2]), np.array([10.0])))
    assert found.tts.tolist() == [2.0]


def test_a_machine_pool_is_one_part_more():
    """Two goods of 5 a day each, an hour a unit on shared machines of 12 hours; a third of the hours is lost."""
    bom = (np.array([0, 0, 0, 2]), np.array([0, 1]), np.array([1.0, 1.0]))
    curves = needs(bom, np.array([5.0, 5.0, 0.0]), np.array([10.0, 20.0, 0.0]))
    found = survive(curves, np.array([9.0, 9.0, 12.0]), (np.array([0, 1]), np.array([2]), np.array([4.0])))
    assert found.tts == pytest.approx([30.0 / 2.0])
    assert found.stock.tolist() == [1]


def test_a_region_sums_what_its_lines_lose():
    part, capacity = np.array([0, 1, 1, 2]), np.array([10.0, 12.0, 8.0, np.inf])
    member = (np.array([0, 3, 3, 4]), np.array([2, 0, 1, 3]), np.array([1.0, 0.5, 0.25, 0.0]))
    indptr, made, lost = pool(part, capacity, member)
    assert indptr.tolist() == [0, 2, 2, 3]
    assert made.tolist() == [0, 1, 2]
    assert lost.tolist() == [5.0, 11.0, 0.0]


def test_targets_without_lines_lose_nothing():
    none = np.zeros(0, np.int64)
    indptr, made, lost = pool(np.array([0]), np.array([1.0]), (np.zeros(3, np.int64), none, np.zeros(0)))
    assert indptr.tolist() == [0, 0, 0]
    assert made.size == lost.size == 0


def test_a_cycle_is_refused():
    bom = (np.array([0, 1, 2, 2]), np.array([1, 0]), np.ones(2))
    with pytest.raises(ValueError, match="cycle"):
        needs(bom, np.ones(3), np.zeros(3))


# Brute force and invariants


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_the_breakpoints_are_the_definition_on_a_grid(seed):
    case = random_case(seed)
    days = np.linspace(0.0, 80.0, 401)
    curves = needs(*case[:3])
    grid = on_a_grid(case, days)
    for part in range(len(grid)):
        np.testing.assert_allclose(read(curves, part, days), grid[part], rtol=1e-9, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_days_to_survive_are_the_last_on_which_the_definition_holds(seed):
    case = random_case(seed)
    part, capacity = case[3]
    total = capacity_of(case[3], len(case[1]))
    days = np.linspace(0.0, 100.0, 2001)
    made = on_a_grid(case, days)
    found = survival(case).tts
    for line in range(len(part)):
        left = total[part[line]] - capacity[line]
        holds = made[part[line]] <= left * days * (1.0 + 1e-9) + 1e-7
        assert holds[days <= found[line] - 1e-6].all()
        assert not holds[days > found[line] + 1e-3].any()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_lists_are_short_and_end_at_the_steady_need(seed):
    bom, demand, stock, _ = random_case(seed, parts=12)
    curves = needs(bom, demand, stock)
    reach = np.linalg.inv(np.eye(12) - matrix_of(bom, 12)) > 1e-12
    many = np.diff(curves.pointer)
    assert (many <= reach.sum(axis=1)).all()
    last = np.where(many > 0, curves.slope[np.maximum(curves.pointer[1:] - 1, 0)], 0.0)
    np.testing.assert_allclose(last, need_of(bom, demand), rtol=1e-9, atol=1e-9)
    inside = np.ones(len(curves.time), bool)
    inside[curves.pointer[:-1][many > 0]] = False
    assert (np.diff(curves.time, prepend=0.0)[inside] >= 0.0).all()
    assert (np.diff(curves.slope, prepend=0.0)[inside] >= 0.0).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(["stock", "capacity"]))
def test_more_stock_or_more_capacity_never_shortens(seed, what):
    bom, demand, stock, (part, capacity) = random_case(seed)
    rng = np.random.default_rng(seed)
    more = rng.uniform(0.0, 5.0, len(stock))
    curves = needs(bom, demand, stock)
    total = capacity_of((part, capacity), len(demand))
    before = survive(curves, total, sites_of((part, capacity)))
    if what == "stock":
        after = survive(needs(bom, demand, stock + more), total, sites_of((part, capacity)))
    else:
        after = survive(curves, total + more, sites_of((part, capacity)))
    assert (after.tts >= before.tts * (1.0 - 1e-9) - 1e-9).all()
    assert (after.exit_ready_share >= before.exit_ready_share - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_region_survives_no_longer_than_any_of_its_sites(seed):
    bom, demand, stock, lines = random_case(seed)
    curves, total = needs(bom, demand, stock), capacity_of(lines, len(demand))
    number = len(lines[0])
    chosen = np.flatnonzero(np.random.default_rng(seed).random(number) < 0.5)
    region = pool(*lines, (np.array([0, len(chosen)]), chosen, np.ones(len(chosen))))
    together = survive(curves, total, region)
    alone = survive(curves, total, sites_of(lines))
    assert (together.tts[0] <= alone.tts[chosen] + 1e-9).all()
    assert (together.exit_ready_share[0] <= alone.exit_ready_share[chosen] + 1e-12).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(1e-6, 1e6))
def test_the_unit_of_volume_changes_no_day(seed, factor):
    bom, demand, stock, (part, capacity) = random_case(seed)
    before = survival((bom, demand, stock, (part, capacity)))
    after = survival((bom, demand * factor, stock * factor, (part, capacity * factor)))
    np.testing.assert_allclose(after.tts, before.tts, rtol=1e-6)
    np.testing.assert_allclose(after.exit_ready_share, before.exit_ready_share, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_the_order_of_parts_changes_nothing(seed):
    bom, demand, stock, (part, capacity) = random_case(seed)
    number = len(demand)
    new = np.random.default_rng(seed).permutation(number)  # old part → new part
    old = np.argsort(new)
    dense = matrix_of(bom, number)[np.ix_(old, old)]
    child, parent = np.nonzero(dense)
    moved = (np.append(0, np.cumsum(np.bincount(child, minlength=number))), parent, dense[child, parent])
    before = survival((bom, demand, stock, (part, capacity)))
    after = survival((moved, demand[old], stock[old], (new[part], capacity)))
    np.testing.assert_allclose(after.tts, before.tts, rtol=1e-9)
    short = before.part >= 0
    assert (after.part[short] == new[before.part[short]]).all()
