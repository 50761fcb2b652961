"""Corners of the core, for games whose core is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.cooperative import core
from tierscape.kernels.core_polygon import core_corners


def test_core_of_the_glove_game_is_a_point_and_that_of_the_majority_game_is_empty():  # CI2, CI3
    assert core_corners([0, 0, 0, 1, 0, 1, 0, 1]) == pytest.approx(np.array([[1, 0, 0]]))
    assert len(core_corners([0, 0, 0, 1, 0, 1, 1, 1])) == 0


def test_core_without_any_pair_is_the_whole_triangle():
    corners = core_corners([0, 0, 0, 0, 0, 0, 0, 1])
    assert sorted(map(tuple, corners.round(9).tolist())) == [(0, 0, 1), (0, 1, 0), (1, 0, 0)]


@given(st.lists(st.integers(0, 10), min_size=7, max_size=7))
def test_every_corner_keeps_every_coalition_and_there_is_one_where_the_core_is_not_empty(values):
    worth = np.array([0, *values], float)
    corners = core_corners(worth)
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    assert (corners @ bits.T >= worth - 1e-8).all()
    assert corners.sum(axis=1) == pytest.approx(np.full(len(corners), worth[-1]))
    assert (len(corners) > 0) == (core(worth).excess <= 1e-9)


def test_two_players_are_refused():
    with pytest.raises(ValueError, match="8 entries"):
        core_corners([0, 0, 0, 1])
