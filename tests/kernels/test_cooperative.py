"""Splits of a coalition's worth: oracles CI1-CI4 of the economics method, and what every game must obey."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.cooperative import (
    blocking,
    core,
    nash,
    not_superadditive,
    nucleolus,
    players,
    shapley,
)

GLOVE = [0, 0, 0, 1, 0, 1, 0, 1]
MAJORITY = [0, 0, 0, 1, 0, 1, 1, 1]
MIXED = [0, 0, 0, 4, 0, 1, 2, 9]  # bits: 1 is player 1, 2 player 2, 4 player 3


@st.composite
def games(draw, most=5):
    n = draw(st.integers(2, most))
    values = draw(st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=2**n - 1, max_size=2**n - 1))
    return np.array([0.0, *values])


def by_orders(worth):
    n = players(np.asarray(worth, float))
    gains = []
    for order in permutations(range(n)):
        seen, gain = 0, np.zeros(n)
        for i in order:
            gain[i] = worth[seen | 1 << i] - worth[seen]
            seen |= 1 << i
        gains.append(gain)
    return np.mean(gains, axis=0)


def test_nash_gives_outside_options_and_shares_the_surplus_by_power():
    assert nash(10, [2, 1], [0.6, 0.4]) == pytest.approx([6.2, 3.8], abs=1e-12)


def test_nash_refuses_powers_that_are_negative_or_all_zero():
    with pytest.raises(ValueError, match="bargaining powers"):
        nash(10, [0, 0], [0, 0])


def test_one_left_glove_against_two_right_ones():
    assert shapley(GLOVE) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-12)
    assert core(GLOVE).excess == pytest.approx(0.0, abs=1e-9)
    assert core(GLOVE).split == pytest.approx([1, 0, 0], abs=1e-9)
    assert nucleolus(GLOVE) == pytest.approx([1, 0, 0], abs=1e-9)
    coalitions, gains = blocking(GLOVE, shapley(GLOVE))
    assert coalitions.tolist() == [3, 5]
    assert gains == pytest.approx([1 / 6, 1 / 6])


def test_majority_of_three_has_no_core():
    assert shapley(MAJORITY) == pytest.approx([1 / 3] * 3)
    assert core(MAJORITY).excess == pytest.approx(1 / 3)


def test_mixed_game_of_three():
    assert shapley(MIXED) == pytest.approx([19 / 6, 11 / 3, 13 / 6])
    assert nucleolus(MIXED) == pytest.approx([3.25, 3.25, 2.5])
    assert not blocking(MIXED, shapley(MIXED))[0].size
    assert not blocking(MIXED, nucleolus(MIXED))[0].size


@given(games())
def test_shapley_is_the_mean_over_all_orders_and_efficient(worth):
    assert shapley(worth) == pytest.approx(by_orders(worth), abs=1e-9)
    assert shapley(worth).sum() == pytest.approx(worth[-1], abs=1e-9)


@given(games(most=4), st.integers(0, 3))
def test_dummy_gets_what_it_has_alone(worth, alone):
    n = players(worth)
    bigger = np.concatenate([worth, worth + alone])  # a new last player who adds the same to everyone
    assert shapley(bigger)[n] == pytest.approx(alone)
    assert shapley(bigger)[:n] == pytest.approx(shapley(worth), abs=1e-9)


@given(games(most=4), st.randoms(use_true_random=False))
def test_shapley_is_symmetric_and_additive(worth, random):
    n = players(worth)
    order = list(range(n))
    random.shuffle(order)
    renamed = np.zeros(len(worth))
    for s in range(len(worth)):
        renamed[sum(1 << order[i] for i in range(n) if s >> i & 1)] = worth[s]
    assert shapley(renamed)[order] == pytest.approx(shapley(worth), abs=1e-9)
    assert shapley(worth + renamed) == pytest.approx(shapley(worth) + shapley(renamed), abs=1e-9)


@given(games(most=4))
def test_nucleolus_is_efficient_and_in_the_core_where_there_is_one(worth):
    split = nucleolus(worth)
    assert split.sum() == pytest.approx(worth[-1], abs=1e-6)
    least = core(worth).excess
    bits = (np.arange(1, len(worth) - 1)[:, None] >> np.arange(players(worth))) & 1
    assert (worth[1:-1] - bits @ split).max() == pytest.approx(least, abs=1e-6)


def test_a_single_player_keeps_all():
    assert shapley([0, 3]).tolist() == core([0, 3]).split.tolist() == nucleolus([0, 3]).tolist() == [3]


def test_coalitions_that_do_worse_together_are_named():
    assert not_superadditive([0, 2, 2, 3]).tolist() == [3]
    assert not_superadditive(MIXED).size == 0


def test_games_of_a_wrong_size_are_refused():
    with pytest.raises(ValueError, match=r"2\*\*n entries"):
        shapley([0, 1, 2])
    with pytest.raises(ValueError, match="empty coalition"):
        shapley([1, 2])
    with pytest.raises(ValueError, match="at most 8"):
        nucleolus(np.zeros(2**9))
