"""Order of nodes within layers: places, fewer crossings, ties."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.layer_order import layer_places


def crossings(place, layer, start, end):
    lines = [(a, b) if layer[a] < layer[b] else (b, a) for a, b in zip(start, end, strict=True)]
    pairs = [(p, q) for i, p in enumerate(lines) for q in lines[:i] if layer[p[0]] == layer[q[0]] and layer[p[1]] == layer[q[1]]]  # fmt: skip
    return sum((place[p[0]] - place[q[0]]) * (place[p[1]] - place[q[1]]) < 0 for p, q in pairs)


def test_crossed_pairs_are_uncrossed():
    layer, start, end = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2]), np.array([5, 4, 3])
    place = layer_places(layer, start, end, np.ones(3))
    assert crossings(place, layer, start, end) == 0


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_every_layer_is_filled_evenly_whatever_the_lines(layers, data):
    layer = np.array(layers)
    ends = st.lists(st.integers(0, len(layers) - 1), min_size=0, max_size=10)
    start = data.draw(ends)
    end = data.draw(st.lists(st.integers(0, len(layers) - 1), min_size=len(start), max_size=len(start)))
    place = layer_places(layer, np.array(start, np.int64), np.array(end, np.int64), np.ones(len(start)))
    for number in set(layers):
        size = layers.count(number)
        assert np.allclose(np.sort(place[layer == number]), (np.arange(size) + 0.5) / size)


def test_nodes_without_lines_keep_their_order():
    none = np.zeros(0, np.int64)
    assert layer_places(np.array([0, 0, 1]), none, none, np.zeros(0)).tolist() == [0.25, 0.75, 0.5]


def test_no_nodes_have_no_places():
    none = np.zeros(0, np.int64)
    assert layer_places(none, none, none, np.zeros(0)).tolist() == []
