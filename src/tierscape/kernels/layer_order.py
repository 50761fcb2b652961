"""Order of nodes within the layers of a graph, so that few lines cross: repeated barycentres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def layer_places(layer: Ints, start: Ints, end: Ints, weight: Floats, *, sweeps: int = 6) -> Floats:
    """Place the nodes of each layer between 0 and 1.

    Each sweep orders every layer by the weighted mean place of the neighbours of its nodes: downwards by those in lower
    layers, upwards by those in higher ones. A node without such neighbours keeps its place. Ties keep the order before.

    Parameters
    ----------
    layer : numpy.ndarray of int64, shape (n,)
        Layer of each node; within a layer nodes begin in the order given.
    start, end : numpy.ndarray of int64, shape (m,)
        Nodes that a line joins.
    weight : numpy.ndarray of float64, shape (m,)
        Weight of each line, at least 0.
    sweeps : int
        Rounds, down and up in turn.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        (rank + 0.5) / size of the layer.

    Notes
    -----
    O(sweeps · (n log n + m)).

    References
    ----------
    Sugiyama, Tagawa & Toda (1981), IEEE Trans. Syst. Man Cybern. 11:109, the barycentre rule. DOI 10.1109/TSMC.1981.4308636.

    Examples
    --------
    >>> layer = np.array([0, 0, 1, 1])
    >>> layer_places(layer, np.array([0, 1]), np.array([3, 2]), np.ones(2)).tolist()
    [0.25, 0.75, 0.75, 0.25]
    """
    place = _ranked(layer, np.arange(len(layer), dtype=np.float64))
    a, b, w = np.concatenate([start, end]), np.concatenate([end, start]), np.concatenate([weight, weight]) + 1e-12
    for sweep in range(sweeps):
        lower = layer[b] < layer[a] if sweep % 2 == 0 else layer[b] > layer[a]
        mass = np.bincount(a[lower], w[lower], len(layer))
        mean = np.bincount(a[lower], w[lower] * place[b[lower]], len(layer))
        wanted = np.where(mass > 0.0, mean / np.where(mass > 0.0, mass, 1.0), place)
        place = _ranked(layer, wanted, place)
    return place


def _ranked(layer: Ints, wanted: Floats, before: Floats | None = None) -> Floats:
    """Turn wanted places into ranks within layers, (rank + 0.5) / size."""
    order = np.lexsort((wanted if before is None else before, wanted, layer))
    size = np.bincount(layer)[layer[order]] if len(layer) else np.zeros(0)
    first = np.concatenate([[0], np.flatnonzero(np.diff(layer[order])) + 1]) if len(layer) else np.zeros(0, np.int64)
    begins = np.repeat(first, np.diff(np.concatenate([first, [len(layer)]])))
    place = np.empty(len(layer))
    place[order] = (np.arange(len(layer)) - begins + 0.5) / np.maximum(size, 1)
    return place
