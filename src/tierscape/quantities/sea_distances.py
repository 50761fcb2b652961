"""Distances at sea along shipping lanes, with canals and straits open or closed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from tierscape.kernels.distance import great_circle_km, unit_vectors

Passage = Literal["suez", "panama", "babalmandab", "bosporus", "gibraltar", "malacca", "ormuz", "sunda", "northwest"]
PASSAGES: tuple[str, ...] = get_args(Passage)
"""Canals and straits that can be closed. The Northwest Passage is always closed."""

Floats = NDArray[np.float64]


def sea_km(origins: ArrayLike, destinations: ArrayLike, closed: Sequence[Passage] = ()) -> Floats:
    """Measure the shortest way by ship between pairs of points.

    Parameters
    ----------
    origins, destinations : array_like, shape (n, 2)
        Latitude and longitude in degrees; NaN for no point.
    closed : sequence of str
        Passages of ``PASSAGES`` that ships cannot use.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Kilometres, the straight lines to and from the nearest lane included; NaN where there is no way or no point.

    Notes
    -----
    The network of lanes is that of searoute; only the network is taken, not its router, for that one keeps closures from
    call to call, opens the Northwest Passage as soon as another passage is named, measures a way that does not exist as 0,
    and finds the nearest lane in degrees. One Dijkstra for each distinct origin or destination, whichever are fewer:
    O(points · edges · log nodes), about 5 ms each; then each pair costs a look-up. Answers are kept by point and closure.

    References
    ----------
    Network: Eurostat, SeaRoute, as shipped by searoute (Halili 2022). Shortest path: Dijkstra (1959), Numer. Math. 1:269.

    Examples
    --------
    >>> shanghai, rotterdam = [[31.2, 121.8]], [[51.95, 4.1]]
    >>> [int(sea_km(shanghai, rotterdam, c)[0] // 100 * 100) for c in ((), ("suez", "panama"))]
    [19500, 25600]
    """
    start, end = (np.asarray(p, dtype=np.float64).reshape(-1, 2) for p in (origins, destinations))
    answer = np.full(len(start), np.nan)
    known = np.flatnonzero(np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1))
    if not len(known):
        return answer
    node, access = _nearest(np.concatenate([start[known], end[known]]))
    here, there = node[: len(known)], node[len(known) :]
    if len(np.unique(there)) < len(np.unique(here)):
        here, there = there, here
    barred = tuple(sorted({*closed, "northwest"}))
    way = np.empty(len(known))
    for source in np.unique(here):
        rows = here == source
        way[rows] = _from(int(source), barred)[there[rows]]
    answer[known] = np.where(np.isfinite(way), way + access[: len(known)] + access[len(known) :], np.nan)
    return answer


@lru_cache(maxsize=512)
def _from(source: int, barred: tuple[str, ...]) -> Floats:
    return np.asarray(dijkstra(_matrix(barred), directed=False, indices=source))


def _nearest(points: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Give the nearest node of the lanes to each point, and the way to it, km."""
    places, _, _, _ = _lanes()
    _, node = cKDTree(unit_vectors(places[:, 0], places[:, 1])).query(unit_vectors(points[:, 0], points[:, 1]))
    return node, great_circle_km(points[:, 0], points[:, 1], places[node, 0], places[node, 1])


@cache
def _matrix(barred: tuple[str, ...]) -> csr_array:
    places, ends, km, passage = _lanes()
    free = ~np.isin(passage, barred)
    return csr_array((km[free], (ends[free, 0], ends[free, 1])), shape=(len(places), len(places)))


@cache
def _lanes() -> tuple[Floats, NDArray[np.int64], Floats, NDArray[np.str_]]:
    """Read the lanes: places of the nodes, ends of the edges, their length, and the passage that each belongs to."""
    import searoute

    lanes = searoute.setup_M("networkx")
    number = {node: i for i, node in enumerate(lanes)}
    edges = list(lanes.edges(data=True))
    places = np.array([(lat, lon) for lon, lat in number], dtype=np.float64)
    ends = np.array([(number[a], number[b]) for a, b, _ in edges], dtype=np.int64)
    km = great_circle_km(*places[ends[:, 0]].T, *places[ends[:, 1]].T)
    passage = np.array([str(about.get("passage") or "") for _, _, about in edges])
    joined = np.maximum(km, 1e-6)  # a sparse matrix reads 0 as no edge: two nodes of one place, at 180 degrees
    return places, ends, joined, passage
