"""Where the value of a good is added: the Leontief system of a table of flows, solved for the columns that are needed.

Every solve goes through one sparse LU; the inverse is formed only by who asks for it. A share of value is the mass of an
absorbing Markov chain: a unit of demand pays the maker's own value added and hands the rest to the makers of its inputs.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

ROUNDING = 1e-12
"""Share of its output below which the own value of a sector is taken to be none."""


def leaves_nothing(flows: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Mark the columns whose inputs reach or exceed their output; shape (n,), Boolean."""
    return np.asarray(flows.sum(axis=0) >= output * (1.0 - ROUNDING))


class Leontief:
    """The system A = Z x̂⁻¹, v = 1 − 1ᵀA, B = (I − A)⁻¹ of a table of flows.

    A column whose inputs reach or exceed its output (Σ A ≥ 1, so v ≤ 0) cannot be looked through: its inputs are left out
    and all of its value is *unknown*. Then 1ᵀA + v + u = 1 in every column, so (v + u)ᵀB = 1ᵀ: shares always sum to 1.

    Parameters
    ----------
    flows : numpy.ndarray, shape (n, n)
        Z: row sells to column, money.
    output : numpy.ndarray, shape (n,)
        x: gross output, money, all positive.

    Attributes
    ----------
    coefficients : scipy.sparse.csc_array, shape (n, n)
        A.
    own : numpy.ndarray, shape (n,)
        v, own value added a unit of output; 0 where unknown.
    unknown : numpy.ndarray of bool, shape (n,)
        u: columns that were left out.

    Notes
    -----
    The factors cost what SuperLU needs, O(n³) where the table is dense, and are made once, when first asked for; a solve is
    O(factors).

    References
    ----------
    Leontief (1936), Review of Economics and Statistics 18:105. Miller & Blair (2009), Input-Output Analysis, 2nd edition,
    chapters 2 and 3.

    Examples
    --------
    >>> import numpy as np
    >>> system = Leontief(np.array([[2.0, 3.0], [4.0, 1.0]]), np.array([10.0, 10.0]))
    >>> system.own.round(3), (system.own @ system.requirements([0, 1])).round(12)
    (array([0.4, 0.6]), array([1., 1.]))
    """

    def __init__(self, flows: np.ndarray, output: np.ndarray) -> None:
        shares = flows / output
        self.unknown = leaves_nothing(flows, output)
        shares[:, self.unknown] = 0.0
        self.own = np.where(self.unknown, 0.0, 1.0 - shares.sum(axis=0))
        self.coefficients = csc_array(shares)

    @cached_property
    def _factors(self) -> Any:
        return splu(csc_array(eye_array(len(self.own)) - self.coefficients))

    def upstream(self, demand: np.ndarray) -> np.ndarray:
        """Output that a demand calls up, (I − A)⁻¹ d; shape (n,) or (n, k)."""
        return np.asarray(self._factors.solve(np.ascontiguousarray(demand, dtype=np.float64)))

    def downstream(self, weight: np.ndarray) -> np.ndarray:
        """Weight contained in a unit of each output, (I − Aᵀ)⁻¹ w; shape (n,) or (n, k).

        With w = v on the rows of one country this is the share of that country in the value of every good.
        """
        return np.asarray(self._factors.solve(np.ascontiguousarray(weight, dtype=np.float64), trans="T"))

    def requirements(self, columns: Any) -> np.ndarray:
        """The named columns of B, shape (n, k); all of them give the dense inverse."""
        return self.upstream(np.eye(len(self.own))[:, columns])


def origin(system: Leontief, demand: np.ndarray) -> np.ndarray:
    """Value added in every row in a demand, v̂ (I − A)⁻¹ d, looked through over all tiers.

    Parameters
    ----------
    system : Leontief
        The table.
    demand : numpy.ndarray, shape (n,) or (n, k)
        Money, or shares that sum to 1.

    Returns
    -------
    numpy.ndarray, shape (n + 1,) or (n + 1, k)
        Value added by row, and last what is unknown; sums to the demand.
    """
    needed = system.upstream(demand)
    own, hidden = system.own, system.unknown
    known = (own * needed.T).T
    return np.concatenate([known, needed[hidden].sum(axis=0, keepdims=True)])


def direct(system: Leontief, demand: np.ndarray) -> np.ndarray:
    """Read a demand at face value: inputs count whole where they are bought, (A + v̂) d, and nothing is looked through.

    Parameters
    ----------
    system : Leontief
        The table.
    demand : numpy.ndarray, shape (n,)
        Money, or shares that sum to 1.

    Returns
    -------
    numpy.ndarray, shape (n + 1,)
        By row, and last what is unknown; sums to the demand.
    """
    known = system.coefficients @ demand + system.own * demand
    return np.append(known, demand[system.unknown].sum())


def tiers(system: Leontief, demand: np.ndarray, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Read a demand tier by tier: A^k d at face value, and v̂ A^k d as value added, for k = 0 … depth.

    Parameters
    ----------
    system : Leontief
        The table.
    demand : numpy.ndarray, shape (n,)
        Money, or shares that sum to 1.
    depth : int
        Last tier, 0 or more.

    Returns
    -------
    face : numpy.ndarray, shape (depth + 1, n)
        What is bought at each tier.
    added : numpy.ndarray, shape (depth + 1, n + 1)
        Value added at each tier, and last what is unknown there; over all tiers it sums to ``origin``.

    Notes
    -----
    O(depth · flows) time. A path that visits a sector twice counts at both of its lengths.
    """
    face = np.empty((depth + 1, len(demand)))
    face[0] = demand
    for k in range(1, depth + 1):
        face[k] = system.coefficients @ face[k - 1]
    hidden = face[:, system.unknown].sum(axis=1, keepdims=True)
    return face, np.hstack([face * system.own, hidden])
