"""Ranks along rows, against counting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.ranking import rank_rows


@given(st.lists(st.integers(-3, 3), max_size=8))
def test_rank_is_one_plus_the_number_of_greater_values(values):
    ranks = rank_rows(np.array([values], dtype=np.float64).reshape(1, len(values)))
    assert ranks.tolist() == [[1 + sum(other > value for other in values) for value in values]]


def test_rows_are_ranked_apart():
    assert rank_rows(np.array([[3.0, 1.0, 2.0], [1.0, 1.0, 1.0]])).tolist() == [[1, 3, 2], [1, 1, 1]]
