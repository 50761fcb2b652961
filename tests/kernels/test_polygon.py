import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.polygon import distance_km, points_inside, ring_edges

TRIANGLE = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
KM = 6371.0088 * math.pi / 180


def slow_inside(x, y, ring):
    """Walk the ring and count crossings of the ray to the east."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


def test_triangle_by_hand_holds_its_inner_points_alone():
    lon = np.array([1.0, 1.99, 2.01, -0.1, 1.0, 5.0, np.nan])
    lat = np.array([1.0, 1.5, 1.5, 1.0, -0.1, 0.5, 1.0])
    assert points_inside(lon, lat, ring_edges(TRIANGLE)).tolist() == [True, True, False, False, False, False, False]


def test_hole_is_outside():
    square = np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]])
    edges = np.vstack([ring_edges(square), ring_edges(square / 3 + 3)])
    assert points_inside(np.array([1.0, 4.5]), np.array([4.5, 4.5]), edges).tolist() == [True, False]


def test_repeated_last_vertex_changes_nothing():
    closed = np.vstack([TRIANGLE, TRIANGLE[:1]])
    assert ring_edges(closed).tolist() == ring_edges(TRIANGLE).tolist()


def test_distance_by_hand_to_a_side_and_to_a_corner():
    edges = ring_edges(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]))
    distance = distance_km(np.array([1.0, -0.3, 1.0]), np.array([-0.5, -0.4, 0.0]), edges)
    corner = math.hypot(0.3 * math.cos(math.radians(0.4)), 0.4)
    assert distance == pytest.approx([0.5 * KM, corner * KM, 0.0], rel=1e-12)


def test_distance_shrinks_with_latitude_along_a_parallel():
    wall = np.array([[10.0, 50.0, 10.0, 70.0]])
    assert distance_km(np.array([12.0]), np.array([60.0]), wall) == pytest.approx([2 * 0.5 * KM], rel=1e-12)


def test_distance_crosses_the_antimeridian():
    wall = np.array([[-179.9, -10.0, -179.9, 10.0]])
    assert distance_km(np.array([179.9]), np.array([0.0]), wall) == pytest.approx([0.2 * KM], rel=1e-9)


def test_distance_to_no_edges_is_infinite():
    assert distance_km(np.array([1.0]), np.array([1.0]), np.empty((0, 4))).tolist() == [math.inf]


number = st.floats(-50, 50, allow_nan=False).map(lambda v: round(v, 3))


@settings(max_examples=200, deadline=None)
@given(
    ring=st.lists(st.tuples(number, number), min_size=3, max_size=8, unique=True),
    points=st.lists(st.tuples(number, number), min_size=1, max_size=20),
)
def test_inside_equals_a_slow_walk(ring, points):
    lon, lat = np.array(points).T
    fast = points_inside(lon, lat, ring_edges(np.array(ring)))
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    for (x, y), got in zip(points, fast, strict=True):
        near = any(
            (y1 > y) != (y2 > y) and abs(x - (x1 + (y - y1) * (x2 - x1) / (y2 - y1))) < 1e-9
            for (x1, y1), (x2, y2) in edges
        )
        assert near or got == slow_inside(x, y, ring)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(number, number), min_size=2, max_size=6, unique=True), st.tuples(number, number))
def test_distance_equals_a_dense_sampling_of_the_edges(ring, point):
    x, y = point
    share = np.linspace(0, 1, 4001)
    shrink = math.cos(math.radians(y))
    best, longest = math.inf, 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        dx, dy = (x1 + share * (x2 - x1) - x) * shrink, y1 + share * (y2 - y1) - y
        best = min(best, float(np.hypot(dx, dy).min()) * KM)
        longest = max(longest, math.hypot((x2 - x1) * shrink, y2 - y1) * KM)
    fast = float(distance_km(np.array([x]), np.array([y]), ring_edges(np.array(ring)))[0])
    assert fast <= best + 1e-6
    assert fast >= best - longest / 4000
