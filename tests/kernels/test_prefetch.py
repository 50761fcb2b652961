"""Calling a row into the cache changes nothing, compiled or not."""

import numpy as np
import pytest
from numba import njit

from tierscape.kernels.prefetch import prefetch_row


@njit
def _sum(table, ahead):
    total = 0.0
    for i in range(len(table)):
        if i + ahead < len(table):
            prefetch_row(table, np.uint64(i + ahead))
        for value in table[i]:
            total += value
    return total


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_sum_with_rows_called_ahead_is_the_sum(kind):
    table = np.arange(35, dtype=kind).reshape(7, 5)
    kept = table.copy()
    assert [_sum(table, ahead) for ahead in (0, 1, 4, 9)] == [595.0] * 4
    assert (table == kept).all()


def test_last_row_may_be_called_although_less_than_a_line_is_left():
    assert _sum(np.ones((1, 1)), 0) == 1.0
