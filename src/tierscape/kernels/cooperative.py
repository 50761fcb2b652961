"""Ways to split what a coalition can reach: Nash, Shapley, core and nucleolus.

A game of ``n`` players is an array ``worth`` of shape (2**n,): entry ``S`` is what the players whose bits are set in ``S``
reach together, ``worth[0] = 0``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.special import gammaln

EXACT_PLAYERS = 16
"""Most players for which every coalition is looked at."""
NUCLEOLUS_PLAYERS = 8
"""Most players for which the nested programmes of the nucleolus are solved."""
TIGHT = 1e-9


class Core(NamedTuple):
    """The split with the least worst excess.

    Parameters
    ----------
    split : numpy.ndarray of float, shape (n,)
        Shares that sum to the worth of all.
    excess : float
        Most that any coalition gains by leaving; the core is empty where it is positive.
    """

    split: np.ndarray
    excess: float


def nash(worth: float, outside: ArrayLike, power: ArrayLike) -> np.ndarray:
    """Give each player its outside option and its part of the surplus.

    Parameters
    ----------
    worth : float
        What all reach together, money.
    outside : array_like of float, shape (n,)
        What each has without a deal, money.
    power : array_like of float, shape (n,)
        Bargaining powers; scaled to sum to 1.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Shares, money; below the outside options where the surplus is negative: then there is no deal.

    Raises
    ------
    ValueError
        Powers are negative or all zero.

    References
    ----------
    Nash (1950), The bargaining problem, Econometrica 18:155, with unequal powers.

    Examples
    --------
    >>> nash(10, [2, 1], [0.6, 0.4]).round(9).tolist()
    [6.2, 3.8]
    """
    d, a = np.asarray(outside, float), np.asarray(power, float)
    if (a < 0).any() or a.sum() <= 0:
        raise ValueError("bargaining powers must not be negative and not all zero")
    return np.asarray(d + a / a.sum() * (worth - d.sum()))


def shapley(worth: ArrayLike) -> np.ndarray:
    """Pay each player its mean contribution over all orders of arrival.

    Parameters
    ----------
    worth : array_like of float, shape (2**n,)
        The game, n at most ``EXACT_PLAYERS``.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Shares that sum to the worth of all.

    Notes
    -----
    φ_i = Σ_{S without i} |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)); n · 2**n steps.

    References
    ----------
    Shapley (1953), A value for n-person games, Contributions to the Theory of Games II:307.

    Examples
    --------
    >>> shapley([0, 0, 0, 1, 0, 1, 0, 1]).round(4).tolist()  # a left glove against two right ones
    [0.6667, 0.1667, 0.1667]
    """
    v = np.asarray(worth, float)
    n = players(v)
    coalitions = np.arange(len(v))
    sizes = np.bitwise_count(coalitions).astype(np.int64)
    order = np.exp(gammaln(np.arange(n) + 1.0) + gammaln(n - np.arange(n)) - gammaln(n + 1.0))
    shares = np.empty(n)
    for i in range(n):
        without = coalitions[(coalitions >> i) & 1 == 0]
        shares[i] = np.sum(order[sizes[without]] * (v[without | (1 << i)] - v[without]))
    return shares


def core(worth: ArrayLike) -> Core:
    """Find the split that leaves no coalition much to gain.

    Parameters
    ----------
    worth : array_like of float, shape (2**n,)
        The game, n at most ``EXACT_PLAYERS``.

    Notes
    -----
    min ε with Σ_{i in S} x_i ≥ v(S) − ε for every S but none and all, Σ x = v(N).

    References
    ----------
    Shapley & Shubik (1966), Quasi-cores in a monetary economy, Econometrica 34:805 (the least core).

    Examples
    --------
    >>> round(core([0, 0, 0, 1, 0, 1, 1, 1]).excess, 4)  # any two of three reach all: somebody always leaves
    0.3333
    """
    v = np.asarray(worth, float)
    n = players(v)
    if n == 1:
        return Core(v[1:].copy(), 0.0)
    split, excess, _ = _least_excess(v[1:-1], _members(n), np.ones((1, n)), v[-1:])
    return Core(split, excess)


def nucleolus(worth: ArrayLike) -> np.ndarray:
    """Find the split that makes the unhappiest coalition as happy as can be, then the next, and so on.

    Parameters
    ----------
    worth : array_like of float, shape (2**n,)
        The game, n at most ``NUCLEOLUS_PLAYERS``.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Shares that sum to the worth of all; inside the core where there is one.

    Raises
    ------
    ValueError
        More players than the nested programmes are meant for.

    Notes
    -----
    Nested linear programmes: at each level a coalition whose excess cannot be lowered without raising the worst is fixed,
    found by its dual value, until the fixed ones determine the split. Players may get less than they reach alone where the
    game gives them no more (the prenucleolus).

    References
    ----------
    Schmeidler (1969), The nucleolus of a characteristic function game, SIAM J. Appl. Math. 17:1163.

    Examples
    --------
    >>> nucleolus([0, 0, 0, 4, 0, 1, 2, 9]).round(4).tolist()
    [3.25, 3.25, 2.5]
    """
    v = np.asarray(worth, float)
    n = players(v)
    if n > NUCLEOLUS_PLAYERS:
        raise ValueError(f"the nucleolus is found for at most {NUCLEOLUS_PLAYERS} players, given are {n}")
    if n == 1:
        return v[1:].copy()
    members = _members(n)
    rows, totals = np.ones((1, n)), v[-1:]
    while True:
        span = np.linalg.svd(rows, full_matrices=False)[2]
        free = np.flatnonzero(np.abs(members - members @ span.T @ span).max(axis=1) > TIGHT)
        _, excess, duals = _least_excess(v[1:-1][free], members[free], rows, totals)
        tight = free[duals > TIGHT]
        for k in tight:
            wider = np.vstack([rows, members[k]])
            if np.linalg.matrix_rank(wider) == len(wider):
                rows, totals = wider, np.append(totals, v[1 + k] - excess)
        if len(rows) == n:
            return np.asarray(np.linalg.solve(rows, totals))


def blocking(worth: ArrayLike, split: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """List the coalitions that reach more alone than the split gives them, most first.

    Parameters
    ----------
    worth : array_like of float, shape (2**n,)
        The game.
    split : array_like of float, shape (n,)
        Shares.

    Returns
    -------
    coalitions : numpy.ndarray of int
        Bit sets.
    gains : numpy.ndarray of float
        What each gains by leaving, positive.

    Examples
    --------
    >>> blocking([0, 0, 0, 1, 0, 1, 0, 1], [2 / 3, 1 / 6, 1 / 6])[0].tolist()
    [3, 5]
    """
    v = np.asarray(worth, float)
    bits = (np.arange(len(v))[:, None] >> np.arange(players(v))) & 1
    gains = v - bits @ np.asarray(split, float)
    found = np.flatnonzero(gains > TIGHT * max(1.0, np.abs(v).max()))
    order = np.argsort(-gains[found], kind="stable")
    return found[order], gains[found][order]


def not_superadditive(worth: ArrayLike) -> np.ndarray:
    """List the coalitions that some pair of parts beats by staying apart, as bit sets.

    Notes
    -----
    3**n pairs of parts.

    Examples
    --------
    >>> not_superadditive([0, 2, 2, 3]).tolist()
    [3]
    """
    v = np.asarray(worth, float)
    slack = TIGHT * max(1.0, np.abs(v).max())
    worse = []
    for whole in range(1, len(v)):
        part = (whole - 1) & whole
        while part:
            if v[part] + v[whole ^ part] > v[whole] + slack:
                worse.append(whole)
                break
            part = (part - 1) & whole
    return np.array(worse, dtype=np.int64)


def players(worth: np.ndarray) -> int:
    """Count the players of a game.

    Raises
    ------
    ValueError
        The length is no power of two, or nobody reaches something.
    """
    n = len(worth).bit_length() - 1
    if n < 1 or len(worth) != 1 << n:
        raise ValueError(f"a game has 2**n entries for n players, given are {len(worth)}")
    if worth[0] != 0.0:
        raise ValueError(f"the empty coalition reaches nothing, given is {worth[0]:g}")
    return n


def _members(n: int) -> np.ndarray:
    """Rows of every coalition but none and all."""
    proper = np.arange(1, (1 << n) - 1)
    return ((proper[:, None] >> np.arange(n)) & 1).astype(float)


def _least_excess(
    worth: np.ndarray, members: np.ndarray, rows: np.ndarray, totals: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """Lower the worst excess of some coalitions, with the totals of others given; also give the dual values."""
    scale = max(1.0, np.abs(worth).max(), np.abs(totals).max())
    n = members.shape[1]
    found = linprog(
        np.append(np.zeros(n), 1.0),
        A_ub=np.column_stack([-members, -np.ones(len(members))]),
        b_ub=-worth / scale,
        A_eq=np.column_stack([rows, np.zeros(len(rows))]),
        b_eq=totals / scale,
        bounds=[(None, None)] * (n + 1),
        method="highs",
    )
    return found.x[:n] * scale, float(found.x[n] * scale), -found.ineqlin.marginals
