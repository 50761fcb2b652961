"""Hot spots, against esda's numbers, SciPy and ten slow lines."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

from tierscape.kernels.hotspot import discoveries, gi_star, two_sided


def csr(neighbours):
    """CSR from a list of neighbours; every place becomes its own neighbour too."""
    rows = [sorted({i, *near}) for i, near in enumerate(neighbours)]
    indptr = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    return indptr, np.array([j for row in rows for j in row], dtype=np.int64)


def grid(height, width):
    return [
        [
            r * width + c
            for r in range(i // width - 1, i // width + 2)
            for c in range(i % width - 1, i % width + 2)
            if 0 <= r < height and 0 <= c < width
        ]
        for i in range(height * width)
    ]


LINE = [[1], [0, 2], [1, 3], [2, 4], [3]]


def test_line_of_five_cells_is_the_worked_numbers():
    z = gi_star(np.array([1.0, 2.0, 3.0, 4.0, 10.0]), *csr(LINE))
    assert z == pytest.approx([-1.290994, -1.549193, -0.774597, 1.290994, 1.549193], abs=5e-7)


def test_grid_equals_esda():
    # esda 2.9.0 with libpysal 4.14.1 (BSD): G_Local(x, lat2W(4, 5, rook=False), star=True, transform="B").Zs
    x = np.array([(7 * i * i + 3 * i) % 11 for i in range(20)], dtype=np.float64)
    expected = [
        0.340957508575, -0.56816857884, 1.190448450902, -0.56816857884, 0.340957508575, -0.297612112725, -0.348905647506,
        0.897185950729, 0.024921831965, 0.108222586446, -0.838725044954, -0.224296487682, 0.024921831965, 0.897185950729,
        0.37877905256, -1.053868662868, 0.108222586446, -0.56816857884, 1.190448450902, 0.185976822859,
    ]  # fmt: skip
    assert gi_star(x, *csr(grid(4, 5))) == pytest.approx(expected, abs=1e-11)


@st.composite
def small_graphs(draw):
    n = draw(st.integers(2, 8))
    near = draw(st.lists(st.sets(st.integers(0, n - 1)), min_size=n, max_size=n))
    return near, draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))


def slow(near, x):
    n = len(x)
    mean = sum(x) / n
    spread = math.sqrt(sum(v * v for v in x) / n - mean * mean) if len(set(x)) > 1 else 0.0
    z = []
    for i in range(n):
        around = {i, *near[i]}
        variance = (n * len(around) - len(around) ** 2) / (n - 1)
        low = spread == 0 or variance == 0
        z.append(math.nan if low else (sum(x[j] for j in around) - mean * len(around)) / spread / math.sqrt(variance))
    return z


@given(small_graphs())
@settings(deadline=None)
def test_any_small_graph_equals_the_formula(graph):
    near, x = graph
    assert gi_star(np.array(x, dtype=np.float64), *csr(near)) == pytest.approx(slow(near, x), abs=1e-9, nan_ok=True)


@given(st.floats(0.01, 1000.0), st.floats(-1000.0, 1000.0))
def test_scaling_and_shifting_the_values_changes_no_score(scale, shift):
    x = np.array([1.0, 2.0, 3.0, 4.0, 10.0])
    assert gi_star(scale * x + shift, *csr(LINE)) == pytest.approx(gi_star(x, *csr(LINE)), rel=1e-6)


def test_constant_values_have_no_score():
    assert np.isnan(gi_star(np.full(5, 3.0), *csr(LINE))).all()
    assert len(gi_star(np.zeros(0), *csr([]))) == 0


def test_place_whose_neighbours_are_all_places_has_no_score():
    z = gi_star(np.array([1.0, 2.0, 6.0]), *csr([[1, 2], [0], []]))
    assert np.isnan(z[0])
    assert np.isfinite(z[1:]).all()


def test_chance_of_a_score_is_that_of_scipy():
    z = np.array([-2.5, 0.0, 1.959963984540054, 6.0])
    assert two_sided(z) == pytest.approx(2 * norm.sf(np.abs(z)), rel=1e-12)
    assert two_sided(z)[2] == pytest.approx(0.05, abs=1e-12)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
@settings(deadline=None)
def test_discoveries_are_those_of_scipy(p):
    adjusted = false_discovery_control(np.array(p), method="bh")
    clear = np.abs(adjusted - 0.05) > 1e-9  # scipy compares p·m/i, we p against 0.05·i/m: they may differ on the line
    assert (discoveries(np.array(p))[clear] == (adjusted <= 0.05)[clear]).all()


def test_unknown_chance_is_no_test_and_no_discovery():
    assert discoveries(np.array([0.04, np.nan])).tolist() == [True, False]
    assert discoveries(np.array([np.nan, np.nan])).tolist() == [False, False]
    assert discoveries(np.zeros(0)).tolist() == []
