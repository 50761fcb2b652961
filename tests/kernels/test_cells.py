"""Parents of H3 cells by bit operations, against h3 itself."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.cells import FINEST, parent


def test_finest_cell_is_that_of_the_worked_point():
    assert h3.latlng_to_cell(25.67, -100.31, FINEST) == "8748a2072ffffff"


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [(7, "8748a2072ffffff"), (6, "8648a2077ffffff"), (5, "8548a207fffffff"), (4, "8448a21ffffffff")],
)
def test_parents_are_the_worked_cells(resolution, expected):
    found = parent(np.array([0x8748A2072FFFFFF]), resolution)
    assert f"{found[0]:x}" == expected


@given(st.floats(-89, 89), st.floats(-180, 179), st.integers(0, FINEST))
def test_parent_is_the_one_that_h3_gives(lat, lon, resolution):
    cell = h3.latlng_to_cell(lat, lon, FINEST)
    found = parent(np.array([h3.str_to_int(cell)], dtype=np.int64), resolution)
    assert h3.int_to_str(int(found[0])) == h3.cell_to_parent(cell, resolution)


@given(st.floats(-89, 89), st.floats(-180, 179))
def test_parent_of_a_parent_is_the_grandparent(lat, lon):
    cell = np.array([h3.str_to_int(h3.latlng_to_cell(lat, lon, FINEST))], dtype=np.int64)
    assert parent(parent(cell, 6), 4).tolist() == parent(cell, 4).tolist()


def test_no_cells_have_no_parents():
    none = parent(np.zeros(0, dtype=np.int64), 5)
    assert none.dtype == np.int64
    assert none.shape == (0,)
