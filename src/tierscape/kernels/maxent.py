"""Maximum-entropy allocation of needs to suppliers under capacities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_ITERATIONS = 100_000


def allocate(
    need: NDArray[np.float64],
    capacity: NDArray[np.float64],
    weight: NDArray[np.float64],
    outside_weight: float,
    *,
    tolerance: float = 1e-10,
) -> NDArray[np.float64]:
    """Spread what buyers need over the suppliers that could meet it.

    Every buyer splits its need in proportion to the weights of the suppliers and of ``outside``, what is not in the
    network. A supplier that would be overrun is scaled down until it is exactly full, and its buyers turn to the others.

    Parameters
    ----------
    need : numpy.ndarray of float, shape (b,)
        D, what each buyer needs, at least 0.
    capacity : numpy.ndarray of float, shape (s,)
        S, what each supplier has to spare, at least 0; infinity is unlimited.
    weight : numpy.ndarray of float, shape (s, b)
        g·exp(-d/d₀), how likely a supplier is for a buyer before capacities, at least 0; 0 rules the pair out.
    outside_weight : float
        ω, weight of what is not in the network, at least 0.
    tolerance : float
        Greatest change of a supplier's scale in the last step, and greatest overrun as a share of its capacity.

    Returns
    -------
    numpy.ndarray of float, shape (s, b)
        f, units from supplier to buyer. Column sums are at most ``need``; the rest stays outside.

    Raises
    ------
    ArithmeticError
        The iteration does not settle: needs exceed capacities and nothing may stay outside.

    Notes
    -----
    f_sb = D_b · w_s g_sb / (ω + Σ_s' w_s' g_s'b), 0 < w_s ≤ 1, w_s = 1 unless the capacity binds: the conditions of
    Karush, Kuhn and Tucker of a concave programme, so the allocation is unique. The step is w ← min(1, w·S/Σ_b f) from
    w = 1. A step costs O(s·b) time and memory.

    References
    ----------
    Wilson (1967), A statistical theory of spatial distribution models, Transportation Research 1:253-269.
    Squartini, Caldarelli, Cimini, Gabrielli, Garlaschelli (2018), Reconstruction methods for networks, arXiv:1806.06941.

    Examples
    --------
    >>> g = np.exp(-np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> allocate(np.array([60.0, 60.0]), np.array([50.0, 100.0]), g, 0.0).round(4)
    array([[38.3785, 11.6215],
           [21.6215, 48.3785]])
    """
    scale = np.where(capacity > 0.0, 1.0, 0.0)
    limited = np.isfinite(capacity) & (capacity > 0.0)
    for _ in range(MAX_ITERATIONS):
        flow = _flow(need, weight, outside_weight, scale)
        total = flow.sum(axis=1)
        step = scale.copy()
        used = limited & (total > 0.0)
        step[used] = np.minimum(1.0, scale[used] * capacity[used] / total[used])
        over = np.max(total[limited] / capacity[limited] - 1.0, initial=0.0)
        if np.max(np.abs(step - scale), initial=0.0) <= tolerance and over <= tolerance:
            return flow
        scale = step
    raise ArithmeticError(
        f"the allocation did not settle in {MAX_ITERATIONS} steps; "
        "let more stay outside the network (outside_weight) or check the capacities"
    )


def _flow(
    need: NDArray[np.float64], weight: NDArray[np.float64], outside_weight: float, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    pull = weight * scale[:, None]
    total = outside_weight + pull.sum(axis=0)
    share = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0.0)
    return np.asarray(need * share, dtype=np.float64)
