"""Completeness of a place over a bill of materials: AND over what is essential, OR over alternatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROUNDING = 1e-12
"""Distance to 0 and to 1 below which a completeness is taken to be there."""


def aggregate(values: np.ndarray, weights: np.ndarray, rho: float) -> np.ndarray:
    """Constant-elasticity mean over the first axis.

    (Σ w v^(−ρ))^(−1/ρ): ρ = −1 is the mean, 0 the geometric mean, 1 the harmonic mean, infinity the minimum.

    Parameters
    ----------
    values : numpy.ndarray, shape (k, places)
        Positive values.
    weights : numpy.ndarray, shape (k,)
        Weights that sum to 1; a weight of 0 leaves its value out.
    rho : float
        Strength of the weakest link, −1 or more.

    Returns
    -------
    numpy.ndarray, shape (places,)

    References
    ----------
    Arrow, Chenery, Minhas & Solow (1961), Review of Economics and Statistics 43:225, equation 13.

    Examples
    --------
    >>> import numpy as np
    >>> aggregate(np.array([[1.0], [0.5]]), np.array([0.5, 0.5]), 1.0).round(6)
    array([0.666667])
    """
    counted = weights > 0
    values, w = values[counted], weights[counted][:, None]
    if rho == 1.0:
        return np.asarray(1.0 / (w / values).sum(axis=0))
    if rho == -1.0:
        return np.asarray((w * values).sum(axis=0))
    if np.isinf(rho):
        return np.asarray(values.min(axis=0))
    if rho == 0.0:
        return np.asarray(np.exp((w * np.log(values)).sum(axis=0)))
    least = values.min(axis=0)  # scaled by the minimum, so that a large ρ does not overflow
    return np.asarray(least * ((w * (values / least) ** -rho).sum(axis=0)) ** (-1.0 / rho))


def walk(
    cover: np.ndarray,
    own: np.ndarray,
    groups: Sequence[tuple[int, Sequence[int], bool, float]],
    *,
    rho: float = 1.0,
    floor: float = 0.05,
    any_of: bool = False,
) -> np.ndarray:
    """Walk the bill of materials upstream, children first, for all places at once.

    For a part with own cover c, essential groups G and other groups H, with weights w that sum to 1 in the part:

        group value   a_g = max over its members        (any_of: 1 − Π(1 − a))
        f(a)          = ε + (1 − ε)·a
        E             = (Σ w f(a)^(−ρ))^(−1/ρ)          over own cover and G, weights scaled to sum to 1
        A             = f⁻¹((1 − u)·E + u·Σ w f(a_h))   u = weight of H

    Parameters
    ----------
    cover : numpy.ndarray, shape (places, parts)
        Cover of each part, 0 to 1, in topological order; column 0, the product, is not read.
    own : numpy.ndarray, shape (parts,)
        Weight of a part's own cover; 0 for the product.
    groups : sequence of (parent, members, essential, weight)
        Parents in topological order.
    rho, floor : float
        ρ, strength of the weakest link, and ε, which keeps one hole from hiding all else.
    any_of : bool
        Alternatives add to each other.

    Returns
    -------
    numpy.ndarray, shape (places, parts)
        Completeness of every part; column 0 is that of the product.

    Notes
    -----
    O(places · bom rows) time, O(places · parts) memory. With ρ = 1 only + and / are used, so the result has the same bits
    on every IEEE 754 processor.
    """
    complete = np.array(cover, dtype=np.float64)
    by_parent: dict[int, list[tuple[Sequence[int], bool, float]]] = {}
    for parent, members, essential, weight in groups:
        by_parent.setdefault(parent, []).append((members, essential, weight))
    for parent in sorted(by_parent, reverse=True):
        hard: list[tuple[np.ndarray, float]] = []
        soft: list[tuple[np.ndarray, float]] = []
        for members, essential, weight in by_parent[parent]:
            options = complete[:, list(members)]
            value = 1.0 - np.prod(1.0 - options, axis=1) if any_of else options.max(axis=1)
            (hard if essential else soft).append((floor + (1.0 - floor) * value, weight))
        if own[parent] > 0:
            hard.append((floor + (1.0 - floor) * complete[:, parent], float(own[parent])))
        met = np.zeros(len(complete))
        for terms, exponent in ((hard, rho), (soft, -1.0)):
            weights = np.array([w for _, w in terms])
            if weights.sum() > 0:
                met += weights.sum() * aggregate(np.stack([v for v, _ in terms]), weights / weights.sum(), exponent)
        value = (met / sum(w for _, w in hard + soft) - floor) / (1.0 - floor)
        value[value < ROUNDING] = 0.0  # nothing at all is 0 and everything is 1, not nearly so
        value[value > 1.0 - ROUNDING] = 1.0
        complete[:, parent] = value
    return complete
