"""Location quotients, stars and relatedness, against worked numbers, py-economic-complexity and slow lines."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tierscape.kernels.specialisation import (
    location_quotient,
    presence,
    proximity,
    relatedness,
    shrunk_quotient,
    stars,
)

# Five regions, six activities; expected numbers from economic-complexity 0.3.0 (MIT) with pandas 2: rca, proximity,
# relatedness.
SIZES = np.array([
    [0, 30, 10, 10, 30, 0], [33, 44, 0, 55, 55, 0], [60, 48, 60, 12, 72, 72], [78, 39, 26, 39, 78, 52], [84, 14, 70, 56, 70, 14],
], dtype=np.float64)  # fmt: skip
RCA = [
    [0.0, 2.595, 0.911897590361, 0.880087209302, 1.48893442623, 0.0],
    [0.838062283737, 1.628235294118, 0.0, 2.070793433653, 1.167791706847, 0.0],
    [0.879448075527, 1.025185185185, 1.350959393128, 0.260766580534, 0.88233151184, 1.950080515298],
    [1.187254901961, 0.865, 0.607931726908, 0.880087209302, 0.99262295082, 1.462560386473],
    [1.295187165775, 0.314545454545, 1.657995618839, 1.280126849894, 0.902384500745, 0.398880105402],
]
DENSITY = [
    [0.0, 0.4, 0.181818181818, 0.454545454545, 0.571428571429, 0.25],
    [0.333333333333, 0.6, 0.454545454545, 0.454545454545, 1.0, 0.25],
    [0.666666666667, 0.4, 0.454545454545, 0.454545454545, 0.571428571429, 0.625],
    [0.333333333333, 0.2, 0.545454545455, 0.272727272727, 0.0, 0.375],
    [0.666666666667, 0.4, 0.545454545455, 0.545454545455, 0.428571428571, 0.75],
]
WORKED = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)

matrices = arrays.arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 8)))


def test_quotient_is_the_worked_number():
    e = np.array([[5_000.0], [195_000.0]])
    assert location_quotient(e, np.array([50_000.0, 4_950_000.0]))[0, 0] == 2.5


def test_quotient_equals_py_economic_complexity():
    assert location_quotient(SIZES, SIZES.sum(axis=1)) == pytest.approx(np.array(RCA), abs=1e-11)


def test_relatedness_equals_py_economic_complexity():
    present = presence(location_quotient(SIZES, SIZES.sum(axis=1)))
    assert relatedness(present, proximity(present)) == pytest.approx(np.array(DENSITY), abs=1e-11)


def test_proximity_and_relatedness_are_the_worked_numbers():
    phi = proximity(WORKED)
    assert (phi[0, 1], phi[0, 2], phi[1, 2]) == pytest.approx((2 / 3, 1 / 2, 1 / 3))
    assert relatedness(WORKED, phi)[2] == pytest.approx([0.571429, 0.0, 0.4], abs=5e-7)


@given(matrices)
@settings(deadline=None)
def test_relatedness_of_any_small_matrix_equals_slow_fractions(present):
    regions, activities = present.shape
    count = [int(present[:, i].sum()) for i in range(activities)]
    phi = [
        [
            Fraction(int((present[:, i] & present[:, j]).sum()), max(count[i], count[j]))
            if i != j and max(count[i], count[j])
            else Fraction(0)
            for j in range(activities)
        ]
        for i in range(activities)
    ]
    fast = relatedness(present, proximity(present))
    for r in range(regions):
        for j in range(activities):
            total = sum(phi[i][j] for i in range(activities))
            have = sum(phi[i][j] for i in range(activities) if present[r, i])
            assert fast[r, j] == pytest.approx(float(have / total) if total else np.nan, abs=1e-12, nan_ok=True)


@given(matrices, st.randoms())
@settings(deadline=None)
def test_relatedness_lies_between_0_and_1_and_follows_a_permutation_of_regions(present, random):
    omega = relatedness(present, proximity(present))
    assert ((omega >= 0) & (omega <= 1) | np.isnan(omega)).all()
    order = list(range(len(present)))
    random.shuffle(order)
    shuffled = relatedness(present[order], proximity(present[order]))
    assert shuffled == pytest.approx(omega[order], abs=1e-12, nan_ok=True)


def test_activity_that_shares_no_region_has_no_relatedness():
    apart = np.array([[True, False], [False, True]])
    assert np.isnan(relatedness(apart, proximity(apart))).all()


def test_empty_region_or_activity_has_no_quotient():
    e, totals = np.array([[2.0, 0.0], [0.0, 0.0]]), np.array([2.0, 0.0])
    quotient = location_quotient(e, totals)
    assert quotient[0, 0] == 1.0
    assert np.isnan(quotient[1]).all()
    assert np.isnan(quotient[:, 1]).all()
    assert np.array_equal(np.isnan(quotient), np.isnan(shrunk_quotient(e, totals)))
    assert not presence(quotient)[1].any()
    assert np.isnan(location_quotient(np.zeros((2, 1)), np.zeros(2))).all()


@given(st.floats(0.5, 1000.0))
def test_scale_changes_no_quotient_but_draws_the_shrunk_one_less(scale):
    totals = SIZES.sum(axis=1)
    quotient = location_quotient(SIZES, totals)
    assert location_quotient(scale * SIZES, scale * totals) == pytest.approx(quotient, rel=1e-9)
    less, more = (np.abs(shrunk_quotient(s * SIZES, s * totals) - 1.0) for s in (1.0, 1.0 + scale))
    assert (less <= more + 1e-12).all()
    assert (more <= np.abs(quotient - 1.0) + 1e-12).all()


def test_single_site_in_a_small_region_is_no_centre_once_shrunk():
    e, totals = np.array([[1.0], [9.0]]), np.array([1.0, 99.0])
    assert location_quotient(e, totals)[0, 0] == 10.0
    assert shrunk_quotient(e, totals)[0, 0] == pytest.approx(2.0 / 1.1)


def test_stars_count_size_quotient_and_focus():
    # 20 regions, so the top tenth holds two.
    e, totals = np.ones((20, 1)), np.full(20, 20.0)
    e[0], e[1], totals[2] = 10.0, 5.0, 1.0  # largest; second largest; one unit that is all there is
    found = stars(e, totals)[:, 0].tolist()
    assert found[:3] == [3, 2, 2]  # region 1 is large and special, not focused; region 2 special and focused, not large
    assert set(found[3:]) == {0}


def test_tie_that_would_overfill_the_top_tenth_gives_no_star():
    assert stars(np.ones((20, 1)), np.full(20, 20.0)).tolist() == [[0]] * 20


def test_region_without_the_activity_has_no_star():
    e = np.array([[0.0, 3.0], [4.0, 0.0]])
    found = stars(e, e.sum(axis=1))
    assert found[0, 0] == found[1, 1] == 0
    assert found[1, 0] > 0
