"""Placement of safety stock along a tree: the published example, and brute force."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.guaranteed_service import Stages, place_stock


def test_published_example():
    # V10 of stress.md, stockpyl example_6_5: 1 → 3 → {2, 4}
    root = np.sqrt(2.0)
    stages = Stages(
        [(0, 2), (2, 1), (2, 3)], [2, 1, 1, 1], [1, 3, 2, 3], [root, 1, root, 1], [1, 0, 0, 0], [None, 0, None, 1]
    )
    best = place_stock(stages)
    assert best.cost == pytest.approx(8.277916867529369, abs=1e-12)
    assert best.within.tolist() == [0, 0, 0, 1]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_best_of_all_promises_on_small_trees(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    supplies = [(k, j) if rng.random() < 0.5 else (j, k) for k in range(1, n) for j in [int(rng.integers(0, k))]]
    time, holding, spread = rng.integers(0, 3, n).tolist(), rng.random(n).tolist(), rng.random(n).tolist()
    inbound = rng.integers(0, 2, n).tolist()
    promised = [int(p) if p < 3 else None for p in rng.integers(0, 5, n)]
    stages = Stages(supplies, time, holding, spread, inbound, promised)
    most = sum(time) + max(inbound)
    least = np.inf
    for out in product(range(most + 1), repeat=n):
        waits = [max([inbound[k], *(out[a] for a, b in supplies if b == k)]) for k in range(n)]
        bridged = [waits[k] + time[k] - out[k] for k in range(n)]
        if min(bridged) >= 0 and all(p is None or out[k] <= p for k, p in enumerate(promised)):
            least = min(least, sum(holding[k] * spread[k] * np.sqrt(bridged[k]) for k in range(n)))
    assert place_stock(stages).cost == pytest.approx(least, abs=1e-12)


def test_circle_is_no_tree():
    with pytest.raises(ValueError, match="no tree"):
        place_stock(Stages([(0, 1), (1, 2), (2, 0)], [1] * 3, [1.0] * 3, [1.0] * 3, [0] * 3, [0] * 3))
