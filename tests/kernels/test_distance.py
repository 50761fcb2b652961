"""Great-circle distances, against worked pairs of towns."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.distance import EARTH_RADIUS_KM, chord, great_circle_km, unit_vectors

lat, lon = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("a", "b", "km", "hours"),
    [
        ((25.67, -100.31), (25.42, -101.00), 74.597, 1.6163),  # Monterrey to Saltillo
        ((47.69, 17.63), (48.15, 17.11), 64.170, 1.3904),  # Győr to Bratislava
    ],
)
def test_worked_pairs_of_towns_are_as_far_apart_as_published(a, b, km, hours):
    found = float(great_circle_km(*a, *b))
    assert found == pytest.approx(km, abs=5e-4)
    assert 1.3 * found / 60 == pytest.approx(hours, abs=5e-5)  # road: detour 1.3, 60 km/h


def test_antipodes_are_half_the_great_circle_apart():
    assert float(great_circle_km(0, 0, 0, 180)) == pytest.approx(math.pi * EARTH_RADIUS_KM, rel=1e-12)


def test_shapes_broadcast():
    assert great_circle_km(np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(3), np.arange(3.0)).shape == (2, 3)


@given(lat, lon, lat, lon)
def test_distance_is_symmetric_and_never_negative(a, b, c, d):
    there, back = float(great_circle_km(a, b, c, d)), float(great_circle_km(c, d, a, b))
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= math.pi * EARTH_RADIUS_KM + 1e-6
    assert float(great_circle_km(a, b, a, b)) == 0.0


@given(lat, lon, lat, lon)
def test_chord_of_a_distance_is_the_straight_line_between_the_unit_vectors(a, b, c, d):
    straight = np.linalg.norm(unit_vectors([a], [b]) - unit_vectors([c], [d]))
    assert chord(float(great_circle_km(a, b, c, d))) == pytest.approx(straight, abs=1e-9)


def test_chord_of_more_than_half_the_way_round_is_the_diameter():
    assert chord(30_000.0) == 2.0


def test_unit_vectors_point_at_pole_and_equator():
    assert unit_vectors([90, 0, 0], [0, 0, 90]) == pytest.approx(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), abs=1e-15)
