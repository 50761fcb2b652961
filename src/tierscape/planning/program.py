"""A plan's program as arrays: what the solution method works on, whoever wrote the rows.

First-stage decisions and calm operations stand in one base program. Each adverse scenario adds a *copy*: continuous
recourse columns of its own, tied to columns of the base.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, block_diag, csr_array, eye_array, vstack

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Program:
    """min cost'x + constant, row_lower <= matrix x <= row_upper, lower <= x <= upper, x[integer] whole; n columns, m rows.

    Parameters
    ----------
    cost, lower, upper : numpy.ndarray of float64, shape (n,)
        Infinite where there is no bound.
    integer : numpy.ndarray of bool, shape (n,)
        Columns that must be whole; all of them lie in 0 to 1.
    matrix : scipy.sparse.csr_array, shape (m, n)
    row_lower, row_upper : numpy.ndarray of float64, shape (m,)
    group : numpy.ndarray of int64, shape (n,)
        Columns of the same decision in all periods share a number (a project, a pair, a contract, a region); -1 for none.
        Neighbourhood search frees them together.
    constant : float
        Added to the objective.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    matrix: csr_array
    row_lower: Floats
    row_upper: Floats
    group: NDArray[np.int64]
    constant: float = 0.0


@dataclass(frozen=True, eq=False)
class Copy:
    """The recourse of one adverse scenario; k columns, r rows, over the n columns of the base.

    row_lower <= tie x + matrix y <= row_upper, lower <= y <= upper; R >= cost'y - reference and R >= 0.

    Parameters
    ----------
    key : str
        Name of the scenario.
    probability : float
    cost, lower, upper : numpy.ndarray of float64, shape (k,)
    tie : scipy.sparse.csr_array, shape (r, n)
    matrix : scipy.sparse.csr_array, shape (r, k)
    row_lower, row_upper : numpy.ndarray of float64, shape (r,)
    reference : float
        What the calm operation of that period costs, a constant: the plan cannot lower its risk by burning money in calm
        years.
    """

    key: str
    probability: float
    cost: Floats
    lower: Floats
    upper: Floats
    tie: csr_array
    matrix: csr_array
    row_lower: Floats
    row_upper: Floats
    reference: float


@dataclass(frozen=True, eq=False)
class TwoStage:
    """min base + weight * CVaR, CVaR = eta + sum_w probability_w xi_w / (1 - alpha), xi_w >= R_w - eta, eta, xi, R >= 0.

    Leaving copies out is a relaxation, since R >= 0.

    Parameters
    ----------
    base : Program
    copies : tuple of Copy
    alpha : float
        Level of the conditional value at risk, 0 to 1.
    weight : float
        Money per money of CVaR; 0 switches the tail off.
    cap : float
        Upper limit of the CVaR, infinite where there is none: a point of the frontier.

    References
    ----------
    Rockafellar & Uryasev (2000), Journal of Risk 2(3), for CVaR as a linear program.
    """

    base: Program
    copies: tuple[Copy, ...] = ()
    alpha: float = 0.8
    weight: float = 0.0
    cap: float = np.inf


def extensive(stage: TwoStage) -> Program:
    """Write all adverse years out as one program: exact, and large.

    Parameters
    ----------
    stage : TwoStage

    Returns
    -------
    Program
        Columns: those of the base, each copy's, R_w, xi_w, eta.
    """
    base, copies = stage.base, stage.copies
    w = len(copies)
    if not w or (stage.weight == 0 and not np.isfinite(stage.cap)):
        return base
    each = np.array([c.probability for c in copies]) / (1.0 - stage.alpha)
    recourse = block_diag([csr_array(c.cost[None, :]) for c in copies])
    one = eye_array(w)
    blocks = [
        [base.matrix, None, None, None, None],
        [vstack([c.tie for c in copies]), block_diag([c.matrix for c in copies]), None, None, None],
        [None, recourse, -one, None, None],  # cost'y - R <= reference
        [None, None, -one, one, csr_array(np.ones((w, 1)))],  # xi - R + eta >= 0
        [None, None, None, csr_array(each[None, :]), csr_array(np.ones((1, 1)))],  # CVaR <= cap
    ]
    free = np.zeros(2 * w + 1)
    tail = 2 * w + 1 + sum(len(c.cost) for c in copies)
    infinite = np.full(w, np.inf)
    return Program(
        cost=np.concatenate(
            [base.cost, *(np.zeros(len(c.cost)) for c in copies), np.zeros(w), stage.weight * each, [stage.weight]]
        ),
        lower=np.concatenate([base.lower, *(c.lower for c in copies), free]),
        upper=np.concatenate([base.upper, *(c.upper for c in copies), free + np.inf]),
        integer=np.concatenate([base.integer, np.zeros(tail, dtype=bool)]),
        matrix=csr_array(block_array(blocks)),
        row_lower=np.concatenate([base.row_lower, *(c.row_lower for c in copies), -infinite, np.zeros(w), [-np.inf]]),
        row_upper=np.concatenate(
            [base.row_upper, *(c.row_upper for c in copies), [c.reference for c in copies], infinite, [stage.cap]]
        ),
        group=np.concatenate([base.group, np.full(tail, -1, dtype=np.int64)]),
        constant=base.constant,
    )
