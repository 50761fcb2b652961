"""The forward pass against the Leontief inverse and against paths counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.look_through import by_weakest, look_through


@st.composite
def chains(draw):
    """A random graph without circles: (line_arcs, arc_supplier, arc_weight, arc_grade), every line keeping a share."""
    n = draw(st.integers(1, 7))
    start, supplier, weight = [0], [], []
    for i in range(n):
        takes = draw(st.lists(st.integers(i + 1, n - 1), unique=True, max_size=3)) if i + 1 < n else []
        given_away = draw(st.floats(0.0, 1.0))
        shares = np.array(draw(st.lists(st.floats(0.01, 1.0), min_size=len(takes), max_size=len(takes))))
        supplier += takes
        weight += (given_away * shares / shares.sum()).tolist() if takes else []
        start.append(len(supplier))
    grade = draw(st.lists(st.integers(0, 3), min_size=len(supplier), max_size=len(supplier)))
    return np.array(start, np.int64), np.array(supplier, np.int32), np.array(weight, float), np.array(grade, np.int8)


def first(n):
    start = np.zeros(n)
    start[0] = 1.0
    return start


def dense(line_arcs, supplier, weight):
    n = len(line_arcs) - 1
    a = np.zeros((n, n))
    for i in range(n):
        for e in range(line_arcs[i], line_arcs[i + 1]):
            a[supplier[e], i] += weight[e]
    return a


@given(chains())
def test_look_through_is_the_leontief_inverse(case):
    line_arcs, supplier, weight, _ = case
    n = len(line_arcs) - 1
    a = dense(line_arcs, supplier, weight)
    mass = look_through(first(n), line_arcs, supplier, weight)
    np.testing.assert_allclose(mass.sum(axis=1), np.linalg.inv(np.eye(n) - a)[:, 0], rtol=1e-12, atol=1e-12)
    own = 1.0 - a.sum(axis=0)
    assert (mass.sum(axis=1) * own).sum() == pytest.approx(1.0, abs=1e-12)


@given(chains())
def test_each_tier_is_a_power_of_the_coefficients(case):
    line_arcs, supplier, weight, _ = case
    n = len(line_arcs) - 1
    a = dense(line_arcs, supplier, weight)
    mass = look_through(first(n), line_arcs, supplier, weight)
    for t in range(mass.shape[1]):
        np.testing.assert_allclose(mass[:, t], np.linalg.matrix_power(a, t)[:, 0], rtol=1e-12, atol=1e-14)


@given(chains())
def test_mass_by_weakest_grade_is_that_of_all_paths(case):
    line_arcs, supplier, weight, grade = case
    n = len(line_arcs) - 1
    found = by_weakest(first(n), line_arcs, supplier, weight, grade, 4)
    expected = np.zeros((n, 4))

    def walk(line, mass, weakest):
        expected[line, weakest] += mass
        for e in range(line_arcs[line], line_arcs[line + 1]):
            walk(supplier[e], mass * weight[e], max(weakest, grade[e]))

    walk(0, 1.0, 0)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_line_alone_keeps_everything():
    assert look_through(np.ones(1), np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(0)).tolist() == [[1.0]]
