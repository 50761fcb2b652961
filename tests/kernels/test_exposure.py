import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_boms import random_case, sites_of
from scipy.optimize import linprog

from tierscape.kernels import survive as sweep
from tierscape.kernels.exposure import Chain, Targets, alike, impact, opened, survive

SEEDS = st.integers(0, 2**32 - 1)
CHAIN = (np.array([0, 0, 1, 2]), np.array([0, 1]), np.array([1.0, 1.0]))
STAR = (np.array([0, 0, 1, 2]), np.array([0, 0]), np.array([2.0, 1.0]))
NONE = np.zeros(0, np.int64)


def each(lines, loss=1.0):
    return Targets((np.arange(lines + 1), np.arange(lines), np.full(lines, loss)))


def three_tiers():
    """T1 with margin 100: the sites are lines 0 to 2."""
    lines = (np.arange(3), np.full(3, 10.0))
    return alike(CHAIN, np.array([10.0, 0.0, 0.0]), np.array([50.0, 30.0, 20.0]), lines, np.array([100.0, 0.0, 0.0]))


def local_chain(seed, parts=6):
    """The random case with lanes drawn one by one, stock at the slots and finished stock at the lines."""
    (indptr, parent, quantity), demand, _, (part, capacity) = random_case(seed, parts)
    rng = np.random.default_rng(seed)
    slot_line, needed, supplier, fills, wanted = [], [], [], [], []
    for line, made in enumerate(part):
        for child in range(parts):
            for e in range(indptr[child], indptr[child + 1]):
                if parent[e] == made:
                    makers = np.flatnonzero(part == child)
                    drawn = rng.choice(makers, size=rng.integers(1, len(makers) + 1), replace=False)
                    slot_line.append(line)
                    needed.append(quantity[e])
                    supplier.extend(drawn)
                    fills.append(len(drawn))
                    wanted.extend([child] * len(drawn))
    sold = np.flatnonzero(demand > 0.0)
    sellers = [np.flatnonzero(part == p) for p in sold]
    chain = Chain(
        capacity=capacity * 1.5,
        finished=rng.uniform(0.0, 20.0, len(part)),
        slot_line=np.array(slot_line, np.int64),
        quantity=np.array(needed),
        stock=rng.uniform(0.0, 50.0, len(slot_line)),
        lanes=(np.append(0, np.cumsum(fills)).astype(np.int64), np.array(supplier, np.int64), np.ones(len(supplier))),
        sellers=(np.append(0, np.cumsum([len(s) for s in sellers])), np.concatenate(sellers)),
        demand=demand[sold],
        margin=rng.uniform(1.0, 100.0, len(sold)),
    )
    return chain, part, np.array(wanted, np.int64)


def by_hand(chain, left, days):
    """Least loss by a dense model written from the page, solved by SciPy."""
    lines, moved, sold = len(chain.capacity), len(chain.lanes[1]), len(chain.sellers[1])
    lost = lines + moved + sold
    columns = lost + len(chain.demand)
    rows, right = [], []
    for q, line in enumerate(chain.slot_line):
        row = np.zeros(columns)
        row[line] = chain.quantity[q]
        span = np.arange(chain.lanes[0][q], chain.lanes[0][q + 1])
        row[lines + span] = -chain.lanes[2][span]
        rows.append(row)
        right.append(chain.stock[q])
    for k in range(lines):
        row = np.zeros(columns)
        row[k] = -1.0
        row[lines + np.flatnonzero(chain.lanes[1] == k)] = 1.0
        row[lines + moved + np.flatnonzero(chain.sellers[1] == k)] = 1.0
        rows.append(row)
        right.append(chain.finished[k])
    for p in range(len(chain.demand)):
        row = np.zeros(columns)
        row[lines + moved + np.arange(chain.sellers[0][p], chain.sellers[0][p + 1])] = -1.0
        row[lost + p] = -1.0
        rows.append(row)
        right.append(-chain.demand[p] * days)
    cost = np.append(np.zeros(lost), chain.margin)
    most = np.append(left * days, np.full(columns - lines, np.inf))
    return linprog(cost, np.array(rows), np.array(right), bounds=np.stack([np.zeros(columns), most], axis=1)).fun


# Oracles


def test_a_chain_gives_the_worked_days():
    assert survive(three_tiers(), each(3)) == pytest.approx([5.0, 8.0, 10.0], abs=1e-6)


def test_a_chain_loses_the_worked_money_in_four_ten_and_twenty_days():
    found = impact(three_tiers(), each(3), np.array([4.0, 10.0, 20.0]))
    assert found.loss == pytest.approx(
        np.array([[0.0, 5000.0, 15000.0], [0.0, 2000.0, 12000.0], [0.0, 0.0, 10000.0]]), abs=1e-4
    )
    assert found.remedy[:, 2].tolist() == [0, 1, 2]
    assert found.remedy_value[:, 2] == pytest.approx([2000.0] * 3)  # a unit a day for 20 days
    assert found.remedy[:, 0].tolist() == [-1, -1, -1]


def test_each_target_may_have_its_own_time_to_recover():
    found = impact(three_tiers(), each(3), np.array([[6.0], [10.0], [20.0]]))
    assert found.loss[:, 0] == pytest.approx([1000.0, 2000.0, 10000.0], abs=1e-4)


def test_two_makers_of_a_component_give_the_worked_days():
    lines = (np.array([0, 1, 1, 2]), np.array([10.0, 12.0, 8.0, 10.0]))
    chain = alike(STAR, np.array([10.0, 0.0, 0.0]), np.array([50.0, 60.0, 20.0]), lines)
    assert survive(chain, each(4)) == pytest.approx([5.0, 40.0 / 3.0, 20.0, 7.0], abs=1e-6)


def test_a_sole_site_loses_what_its_stock_does_not_cover():
    """T3: ten a week, margin 100, stock for a week and a half, back after four."""
    chain = alike((np.zeros(2, np.int64), NONE, np.zeros(0)), np.array([10.0]), np.array([15.0]),
                  (np.array([0]), np.array([10.0])), np.array([100.0]))  # fmt: skip
    assert survive(chain, each(1)) == pytest.approx([1.5])
    assert impact(chain, each(1), np.array([4.0])).loss == pytest.approx(np.array([[2500.0]]))


# What the sweep cannot say


def one_slot(lanes, worth, capacity, pools=None, pool_capacity=None):
    """A good (line 0, ten a day, no stock) with one slot, filled by the lines named."""
    return Chain(
        capacity=np.array([10.0, *capacity]), finished=np.zeros(1 + len(capacity)), slot_line=np.array([0]),
        quantity=np.ones(1), stock=np.array([20.0]), lanes=(np.array([0, len(lanes)]), np.array(lanes), np.array(worth)),
        sellers=(np.array([0, 1]), np.array([0])), demand=np.array([10.0]), margin=np.ones(1), pools=pools,
        pool_capacity=pool_capacity,
    )  # fmt: skip


def test_an_alternative_input_counts_what_it_is_worth():
    chain = one_slot([1, 2], [1.0, 0.5], [10.0, 10.0])
    assert survive(chain, each(3)) == pytest.approx([0.0, 20.0 / 5.0, np.inf])


def test_a_supplier_without_a_lane_does_not_help_until_lanes_are_open():
    chain = one_slot([1], [1.0], [10.0, 8.0])
    assert survive(chain, each(3))[1] == pytest.approx(2.0)
    free = opened(chain, np.array([0, 1, 1]), np.array([1]))
    assert survive(free, each(3))[1] == pytest.approx(10.0)


def test_a_closed_lane_is_a_target_like_a_lost_site():
    chain = one_slot([1, 2], [1.0, 1.0], [10.0, 5.0])
    lanes = Targets((np.zeros(4, np.int64), NONE, np.zeros(0)), (np.array([0, 1, 2, 4]), np.array([0, 1, 0, 1])))
    assert survive(chain, lanes) == pytest.approx([4.0, np.inf, 2.0])
    assert np.isinf(survive(chain, Targets((np.zeros(2, np.int64), NONE, np.zeros(0))))).all()


def test_a_target_may_lose_a_share_and_the_next_one_starts_afresh():
    chain = one_slot([1], [1.0], [10.0])
    found = survive(chain, Targets((np.array([0, 1, 2, 3]), np.array([1, 1, 1]), np.array([0.5, 1.0, 0.0]))))
    assert found == pytest.approx([4.0, 2.0, np.inf])


def test_lines_that_share_machines_share_the_hours():
    pools = (np.array([0, 2]), np.array([1, 2]), np.array([1.0, 2.0]))
    chain = one_slot([1, 2], [1.0, 1.0], [20.0, 20.0], pools, np.array([12.0]))
    assert survive(chain, each(3)) == pytest.approx([0.0, 20.0 / 4.0, np.inf])


def test_stock_at_the_lost_maker_of_the_good_is_of_no_use_to_the_other_maker():
    """Two makers of five a day; the input stock lies at the one that stops, the supplier of both gives five a day."""
    chain = Chain(
        capacity=np.array([10.0, 10.0, 5.0]), finished=np.zeros(3), slot_line=np.array([0, 1]), quantity=np.ones(2),
        stock=np.array([100.0, 10.0]), lanes=(np.array([0, 1, 2]), np.array([2, 2]), np.ones(2)),
        sellers=(np.array([0, 2]), np.array([0, 1])), demand=np.array([10.0]), margin=np.ones(1),
    )  # fmt: skip
    assert survive(chain, each(3))[:2] == pytest.approx([2.0, 20.0])


@pytest.mark.parametrize("what", ["demand", "margin", "capacity", "stock"])
def test_numbers_that_are_none_are_refused(what):
    chain = one_slot([1], [1.0], [10.0])
    chain = chain._replace(**{what: np.full_like(getattr(chain, what), np.nan)})
    with pytest.raises(ValueError, match="not a number"):
        survive(chain, each(2))


def test_no_optimum_is_an_error():
    chain = one_slot([1], [1.0], [10.0])._replace(finished=np.array([-1.0, 0.0]))
    with pytest.raises(ArithmeticError, match="HiGHS"):
        impact(chain, each(2), np.array([0.0]))


def test_the_solver_prints_nothing(capfd):
    survive(three_tiers(), each(3))
    assert capfd.readouterr() == ("", "")


# Equality with the sweep, with SciPy, and invariants


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from([1.0, 0.4]))
def test_under_its_own_assumptions_the_sweep_is_the_linear_programme(seed, loss):
    bom, demand, stock, lines = random_case(seed)
    total = np.bincount(lines[0], lines[1], minlength=len(demand))
    curves = sweep.needs(bom, demand, stock)
    indptr, part, capacity = sites_of(lines)
    short = sweep.baseline(curves, total).tts.min()
    swept = np.minimum(sweep.survive(curves, total, (indptr, part, loss * capacity)).tts, short)
    solved = survive(alike(bom, demand, stock, lines), each(len(part), loss), longest=500.0)
    seen = swept < 499.0
    np.testing.assert_allclose(solved[seen], swept[seen], atol=1e-5)
    assert np.isinf(solved[swept > 501.0]).all()


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_loss_is_that_of_the_model_written_out_by_hand(seed):
    chain, _, _ = local_chain(seed)
    lines = len(chain.capacity)
    days = np.array([7.0, 30.0])
    found = impact(chain, each(lines), days).loss
    for line in range(lines):
        left = np.where(np.arange(lines) == line, 0.0, chain.capacity)
        expected = [by_hand(chain, left, d) for d in days]
        np.testing.assert_allclose(found[line], expected, rtol=1e-6, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_open_lanes_survive_at_least_as_long_as_the_lanes_that_exist(seed):
    chain, part, wanted = local_chain(seed)
    targets = each(len(part))
    assert (survive(opened(chain, part, wanted), targets) >= survive(chain, targets) - 1e-5).all()


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_loss_is_convex_in_the_window_and_nothing_within_the_time_to_survive(seed):
    chain, part, _ = local_chain(seed)
    days = np.linspace(0.0, 40.0, 9)
    loss = impact(chain, each(len(part)), days).loss
    size = 1e-7 * (1.0 + loss.max())
    assert (np.diff(loss, n=2, axis=1) >= -size).all()
    tts = survive(chain, each(len(part)))
    assert (loss[days[None, :] <= tts[:, None] - 1e-6] <= size).all()
    assert (loss[days[None, :] > tts[:, None] + 1e-3] > 0.0).all()


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_value_of_a_unit_a_day_is_what_a_little_more_capacity_saves(seed):
    chain, part, _ = local_chain(seed)
    days, little = np.array([30.0]), 1e-4
    target = Targets((np.array([0, 1]), np.array([len(part) - 1]), np.ones(1)))
    before = impact(chain, target, days)
    remedy = int(before.remedy[0, 0])
    assume(remedy >= 0 and remedy != len(part) - 1)
    more = chain.capacity.copy()
    more[remedy] += little
    after = impact(chain._replace(capacity=more), target, days)
    saved = (before.loss - after.loss)[0, 0] / little
    assert saved <= before.remedy_value[0, 0] * (1.0 + 1e-3) + 1e-2  # loss is convex in capacity
    assert saved >= 0.0
