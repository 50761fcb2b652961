"""Ranks under many choices, against worked chances and cases that can be seen through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.ranking import rank_rows
from tierscape.kernels.smaa import DRIVERS, above, draw_choices, driver_shares, rank_summary, scores

WEIGHTS = np.array([0.35, 0.2, 0.15, 0.15, 0.15])


def one_variant(*places):
    return np.array(places, dtype=np.float64)[None, None, None]


def variants(places=6, dims=5, seed=0):
    return np.random.default_rng(seed).random((3, 3, 3, places, dims))


def test_first_of_two_places_has_the_worked_chance():
    # A = (1, .5), B = (.7, .6): A is ahead where w_1 > 1/4, and w_1 is uniform under Dirichlet(1, 1).
    values = one_variant((1.0, 0.5), (0.7, 0.6))
    choices = draw_choices(np.array([0.5, 0.5]), (1, 1, 1), concentration=2.0, rules=("arithmetic",))
    scored = scores(values, choices)
    assert above(scored, [(0, 1)])[0] == pytest.approx(0.75, abs=0.03)
    assert rank_summary(rank_rows(scored)).first == pytest.approx([0.75, 0.25], abs=0.03)


def test_place_that_is_better_in_everything_is_always_first():
    values = variants()
    values[..., 2, :] = values.max(axis=-2) + 0.01
    summary = rank_summary(rank_rows(scores(values, draw_choices(WEIGHTS, (3, 3, 3), draws=500))))
    assert (summary.p5[2], summary.p50[2], summary.p95[2], summary.first[2]) == (1, 1, 1, 1.0)
    assert (summary.first.sum(), summary.top5[2]) == (1.0, 1.0)


def test_equal_places_share_the_better_rank_and_are_above_each_other_half_of_the_time():
    values = one_variant((0.5, 0.2), (0.5, 0.2), (0.1, 0.1))
    scored = scores(values, draw_choices(np.array([0.5, 0.5]), (1, 1, 1), draws=200))
    summary = rank_summary(rank_rows(scored))
    assert summary.p50.tolist() == [1, 1, 3]
    assert summary.first.tolist() == [1.0, 1.0, 0.0]
    assert above(scored, [(0, 1), (0, 2), (2, 0)]).tolist() == [0.5, 1.0, 0.0]


def test_single_place_is_first_and_no_place_is_no_error():
    choices = draw_choices(WEIGHTS, (3, 3, 3), draws=50)
    assert rank_summary(rank_rows(scores(variants(places=1), choices))).p95.tolist() == [1]
    assert scores(variants(places=0), choices).shape == (50, 0)
    assert driver_shares(variants(places=0), choices).shape == (0, 5)


def test_drawn_weights_have_the_given_mean_and_the_spread_of_dirichlet():
    drawn = draw_choices(WEIGHTS, (3, 3, 3), draws=20_000).weights
    assert drawn.sum(axis=1) == pytest.approx(np.ones(20_000))
    assert drawn.mean(axis=0) == pytest.approx(WEIGHTS, abs=0.005)
    assert drawn.var(axis=0) == pytest.approx(WEIGHTS * (1 - WEIGHTS) / 21, rel=0.1)


def test_weight_of_zero_stays_zero_and_the_rest_is_scaled():
    drawn = draw_choices(np.array([0.4, 0.0, 0.2]), (1, 1, 1), draws=1_000).weights
    assert (drawn[:, 1] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx([2 / 3, 0.0, 1 / 3], abs=0.02)


def test_levels_and_rules_are_equally_likely():
    choices = draw_choices(WEIGHTS, (3, 2, 4), draws=6_000)
    assert np.bincount(choices.reach) / 6_000 == pytest.approx([1 / 3] * 3, abs=0.03)
    assert np.bincount(choices.link) / 6_000 == pytest.approx([1 / 2] * 2, abs=0.03)
    assert np.bincount(choices.radius) / 6_000 == pytest.approx([1 / 4] * 4, abs=0.03)
    assert choices.geometric.mean() == pytest.approx(0.5, abs=0.03)


def test_same_seed_gives_the_same_draws_and_another_seed_others():
    first, again, other = (draw_choices(WEIGHTS, (3, 3, 3), draws=20, seed=s) for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.weights, other.weights)


@given(st.permutations(range(6)), st.integers(0, 100))
@settings(deadline=None)
def test_permuting_the_places_permutes_the_scores_bit_by_bit(order, seed):
    values, choices = variants(seed=seed), draw_choices(WEIGHTS, (3, 3, 3), draws=60, seed=seed)
    assert np.array_equal(scores(values[..., order, :], choices), scores(values, choices)[:, order])


@given(st.integers(0, 100))
@settings(deadline=None)
def test_scores_equal_a_slow_walk_over_the_draws(seed):
    values, choices = variants(places=4, seed=seed), draw_choices(WEIGHTS, (3, 3, 3), draws=12, seed=seed)
    for n, (w, geometric, *levels) in enumerate(zip(*choices, strict=True)):
        x = values[tuple(levels)]
        slow = (w * np.log(np.maximum(x, 0.01))).sum(axis=1) if geometric else (w * x).sum(axis=1)
        assert scores(values, choices)[n] == pytest.approx(slow, abs=1e-12)


def test_ranks_rise_from_low_to_high_end_and_chances_lie_between_0_and_1():
    summary = rank_summary(rank_rows(scores(variants(places=20), draw_choices(WEIGHTS, (3, 3, 3), draws=400))))
    assert (summary.p5 <= summary.p50).all()
    assert (summary.p50 <= summary.p95).all()
    assert (summary.p5 >= 1).all()
    assert (summary.p95 <= 20).all()
    assert ((summary.first >= 0) & (summary.first <= summary.top5) & (summary.top5 <= 1)).all()


def test_chances_of_a_pair_add_to_one():
    scored = scores(variants(), draw_choices(WEIGHTS, (3, 3, 3), draws=300))
    there, back = above(scored, [(0, 1), (2, 5)]), above(scored, [(1, 0), (5, 2)])
    assert there + back == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_choice_that_alone_moves_the_ranks_has_all_of_their_variance(axis):
    values = np.full((3, 3, 3, 2, 2), 0.5)
    values[..., 0, :] = np.moveaxis(np.array([0.2, 0.4, 0.8])[:, None, None, None] + np.zeros((3, 3, 3, 2)), 0, axis)
    shares = driver_shares(values, draw_choices(np.array([0.5, 0.5]), (3, 3, 3), draws=600))
    expected = [0.0] * 5
    expected[2 + axis] = 1.0
    assert shares == pytest.approx(np.array([expected, expected]), abs=0.12)
    assert DRIVERS[int(shares[0].argmax())] == ("reach", "weakest link", "radius")[axis]


def test_weights_drive_where_places_trade_one_dimension_for_another():
    shares = driver_shares(one_variant((0.9, 0.4), (0.4, 0.9)), draw_choices(np.array([0.5, 0.5]), (1, 1, 1)))
    assert shares[0] == pytest.approx([1.0, 0.0, 0.0, 0.0, 0.0], abs=0.06)


def test_aggregation_drives_where_a_hole_is_forgiven_by_one_rule_alone():
    values = one_variant((1.0, 0.0), (0.3, 0.3))  # arithmetic forgives the hole, geometric does not
    shares = driver_shares(values, draw_choices(np.array([0.5, 0.5]), (1, 1, 1), concentration=400.0))
    assert shares[0] == pytest.approx([0.0, 1.0, 0.0, 0.0, 0.0], abs=0.06)


def test_rank_that_never_changes_has_no_driver():
    assert not driver_shares(one_variant((0.9, 0.9), (0.1, 0.1)), draw_choices(np.array([0.5, 0.5]), (1, 1, 1))).any()


def test_shares_of_variance_equal_those_between_the_groups_of_a_full_design():
    # Every combination of levels and rules with many weights, groups averaged as they stand: a slow reading of the same.
    values, many = variants(places=4, seed=3), draw_choices(WEIGHTS, (1, 1, 1), draws=400, seed=9)
    ranks = np.empty((400, 2, 3, 3, 3, 4))
    for rule, *at in np.ndindex(2, 3, 3, 3):
        reach, link, radius = (np.full(400, level, dtype=np.int64) for level in at)
        fixed = many._replace(geometric=np.full(400, rule == 1), reach=reach, link=link, radius=radius)
        ranks[:, rule, *at] = rank_rows(scores(values, fixed))
    total = ranks.reshape(-1, 4).var(axis=0)
    groups = [ranks.mean(axis=tuple(x for x in range(5) if x != c)).var(axis=0) / total for c in range(5)]
    shares = driver_shares(values, draw_choices(WEIGHTS, (3, 3, 3), draws=20_000))
    assert shares == pytest.approx(np.stack(groups, axis=1), abs=0.04)
