"""What a region does more of than others, and what lies close to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOP_SHARE = 0.1
"""Share of the regions that counts as the top, in size and in focus."""
STAR_QUOTIENT = 2.0
"""Location quotient from which a region counts as specialised."""


def location_quotient(e: Floats, totals: Floats) -> Floats:
    """Share of an activity in a region over its share everywhere: (e_ri/e_r) / (e_i/e).

    Parameters
    ----------
    e : numpy.ndarray, shape (regions, activities)
        Size of each activity in each region: people or sites.
    totals : numpy.ndarray, shape (regions,)
        e_r, size of all activity in the region. Activities may overlap, so that it need not be the sum of ``e``.

    Returns
    -------
    numpy.ndarray, shape (regions, activities)
        NaN where a region or an activity is empty.

    References
    ----------
    As revealed comparative advantage: Balassa (1965), The Manchester School 33:99.

    Examples
    --------
    5,000 of 50,000 people here, 200,000 of 5 million everywhere.

    >>> location_quotient(np.array([[5_000.0], [195_000.0]]), np.array([50_000.0, 4_950_000.0]))[0].tolist()
    [2.5]
    """
    expected = np.outer(totals, e.sum(axis=0))
    quotient = np.full(e.shape, np.nan)
    np.divide(e * totals.sum(), expected, out=quotient, where=expected > 0)  # exact for whole numbers
    return quotient


def shrunk_quotient(e: Floats, totals: Floats) -> Floats:
    """Location quotient drawn towards 1 where little is expected: (e_ri + 1) / (e_r·e_i/e + 1).

    Shapes and NaN as in ``location_quotient``. One more unit on both sides hardly moves a large region and keeps a region
    with a single site from being called a centre of what the site does.

    Examples
    --------
    >>> shrunk_quotient(np.array([[1.0], [9.0]]), np.array([1.0, 99.0]))[0].round(4).tolist()
    [1.8182]
    """
    expected = np.outer(totals, e.sum(axis=0))
    quotient = np.full(e.shape, np.nan)
    np.divide(e + 1.0, expected / max(totals.sum(), 1e-300) + 1.0, out=quotient, where=expected > 0)
    return quotient


def stars(e: Floats, totals: Floats) -> NDArray[np.int64]:
    """Count the stars of an activity in a region, 0 to 3: size, specialisation and focus.

    One star each for: the region's size in the activity is in the top tenth of the regions; its location quotient is at
    least 2; the activity's share of the region is in the top tenth of the regions.

    Parameters
    ----------
    e, totals : numpy.ndarray
        As in ``location_quotient``.

    Returns
    -------
    numpy.ndarray of int64, shape (regions, activities)

    Notes
    -----
    The top tenth of R regions holds at most max(1, R/10) regions; where a tie would overfill it, none of the tied is in.

    References
    ----------
    European Cluster Observatory, methodology of the three stars; the bound for focus is from memory, unverified.
    """
    focus = np.divide(e, totals[:, None], out=np.zeros_like(e), where=totals[:, None] > 0)
    special = np.nan_to_num(location_quotient(e, totals)) >= STAR_QUOTIENT
    return np.asarray(_top(e).astype(np.int64) + special + _top(focus), dtype=np.int64)


def _top(values: Floats) -> NDArray[np.bool_]:
    rising = np.sort(values, axis=0)
    regions = len(values)
    at_least = np.empty(values.shape, dtype=np.int64)  # regions with at least this value
    for i in range(values.shape[1]):
        at_least[:, i] = regions - np.searchsorted(rising[:, i], values[:, i], side="left")
    return (values > 0) & (at_least <= max(1.0, TOP_SHARE * regions))


def presence(quotient: Floats) -> NDArray[np.bool_]:
    """Say where an activity is present: a location quotient of at least 1; NaN is not."""
    return np.asarray(np.nan_to_num(quotient) >= 1.0, dtype=np.bool_)


def proximity(present: NDArray[np.bool_]) -> Floats:
    """How often two activities are present together.

        φ_ij = min(P(i|j), P(j|i)) = regions with both / max(regions with i, regions with j),   φ_ii = 0

    Parameters
    ----------
    present : numpy.ndarray of bool, shape (regions, activities)

    Returns
    -------
    numpy.ndarray, shape (activities, activities)
        Symmetric, 0 to 1; 0 for an activity that is present nowhere.

    References
    ----------
    Hidalgo, Klinger, Barabási & Hausmann (2007), Science 317:482, doi:10.1126/science.1144581.

    Examples
    --------
    >>> m = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
    >>> proximity(m).round(4).tolist()
    [[0.0, 0.6667, 0.5], [0.6667, 0.0, 0.3333], [0.5, 0.3333, 0.0]]
    """
    m = present.astype(np.float64)
    together = m.T @ m  # whole numbers, so exact in any order
    count = np.diag(together)
    most = np.maximum.outer(count, count)
    phi = np.divide(together, most, out=np.zeros_like(together), where=most > 0)
    np.fill_diagonal(phi, 0.0)
    return phi


def relatedness(present: NDArray[np.bool_], phi: Floats) -> Floats:
    """Relatedness density: how much of what lies close to an activity a region already has.

        ω_rj = Σ_i M_ri φ_ij / Σ_i φ_ij

    Parameters
    ----------
    present : numpy.ndarray of bool, shape (regions, activities)
        M.
    phi : numpy.ndarray, shape (activities, activities)
        φ, with a diagonal of 0.

    Returns
    -------
    numpy.ndarray, shape (regions, activities)
        0 to 1; NaN where nothing is close to the activity.

    References
    ----------
    Hidalgo, Klinger, Barabási & Hausmann (2007), Science 317:482, supporting material; Neffke, Henning & Boschma (2011),
    Economic Geography 87:237. Unlike some published code the activity is no neighbour of itself, so that ω never exceeds 1.

    Examples
    --------
    >>> m = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
    >>> relatedness(m, proximity(m))[2].round(6).tolist()
    [0.571429, 0.0, 0.4]
    """
    total = phi.sum(axis=0)
    omega = np.full(present.shape, np.nan)
    np.divide(present.astype(np.float64) @ phi, total, out=omega, where=total > 0)
    return np.asarray(np.minimum(omega, 1.0))  # rounding alone could exceed it
