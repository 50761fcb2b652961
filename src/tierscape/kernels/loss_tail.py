"""How bad the tail of simulated losses is, and how sure that is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ENOUGH = 50
"""Scenarios beyond the quantile below which a tail is called thin."""

Floats = NDArray[np.float64]


class Tail(NamedTuple):
    """Mean and tail of losses, one entry a column.

    Attributes
    ----------
    mean, se_mean : numpy.ndarray, shape (columns,)
    var : numpy.ndarray, shape (columns,)
        Value at risk: the loss that is not exceeded with probability alpha.
    cvar, se_cvar : numpy.ndarray, shape (columns,)
        Mean of the worst (1 − alpha) of all losses, and its standard error.
    thin : bool
        Whether fewer than 50 scenarios lie beyond the quantile.
    """

    mean: Floats
    se_mean: Floats
    var: Floats
    cvar: Floats
    se_cvar: Floats
    thin: bool


class TailDifference(NamedTuple):
    """What a second design saves, one entry a column; standard errors know that both saw the same scenarios.

    Attributes
    ----------
    mean, se_mean : numpy.ndarray, shape (columns,)
        Of first − second.
    cvar, se_cvar : numpy.ndarray, shape (columns,)
    """

    mean: Floats
    se_mean: Floats
    cvar: Floats
    se_cvar: Floats


def tail(losses: Floats, alpha: float) -> Tail:
    """Give mean, value at risk and conditional value at risk.

    Parameters
    ----------
    losses : numpy.ndarray, shape (scenarios,) or (scenarios, columns)
        At least two scenarios.
    alpha : float
        Between 0 and 1.

    Returns
    -------
    Tail

    Raises
    ------
    ValueError
        Fewer than two scenarios, or a loss that is not a number.

    Notes
    -----
    VaR is the order statistic ⌈αN − 10⁻⁹⌉, CVaR = VaR + mean((L − VaR)⁺)/(1 − α), SE(CVaR) = sd((L − VaR)⁺)/((1 − α)√N) with
    N − 1 in the deviation; the error of the quantile itself is of smaller order. O(N) time and memory a column.

    References
    ----------
    Rockafellar, Uryasev (2000), Optimization of conditional value-at-risk, J. Risk 2(3):21-41: the formula for CVaR.

    Examples
    --------
    >>> worst = tail(np.arange(1.0, 101.0), 0.95)
    >>> worst.var.tolist(), worst.cvar.round(9).tolist(), worst.se_cvar.round(6).tolist()
    ([95.0], [98.0], [1.459902])
    """
    losses = _columns(losses)
    number = len(losses)
    var = _value_at_risk(losses, alpha)
    beyond, se_cvar = _mean_and_error(np.maximum(losses - var, 0.0) / (1.0 - alpha))
    mean, se_mean = _mean_and_error(losses)
    return Tail(mean, se_mean, var, var + beyond, se_cvar, thin=(1.0 - alpha) * number < ENOUGH - 1e-9)


def tail_difference(first: Floats, second: Floats, alpha: float) -> TailDifference:
    """Give how much lower the losses of a second design are in the same scenarios.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (scenarios,) or (scenarios, columns)
        Row by row the same scenario.
    alpha : float
        Between 0 and 1.

    Returns
    -------
    TailDifference

    Raises
    ------
    ValueError
        Shapes differ, fewer than two scenarios, or a loss that is not a number.

    Notes
    -----
    SE = sd(I_a − I_b)/√N with I = VaR + (L − VaR)⁺/(1 − α) of each design. O(N) time and memory a column.
    """
    a, b = _columns(first), _columns(second)
    if a.shape != b.shape:
        raise ValueError(f"the designs must share their scenarios: shapes {np.shape(first)} and {np.shape(second)}")
    of_tail = _influence(a, _value_at_risk(a, alpha), alpha) - _influence(b, _value_at_risk(b, alpha), alpha)
    return TailDifference(*_mean_and_error(a - b), *_mean_and_error(of_tail))


def _columns(losses: Floats) -> Floats:
    losses = np.asarray(losses, np.float64)
    if len(losses) < 2:
        raise ValueError("a tail needs the losses of at least two scenarios")
    if np.isnan(losses).any():
        row = int(np.argwhere(np.isnan(losses))[0, 0])
        raise ValueError(f"{np.isnan(losses).sum()} of {losses.size} losses are not a number, the first in row {row}")
    return losses.reshape(len(losses), -1)


def _value_at_risk(losses: Floats, alpha: float) -> Floats:
    place = max(int(np.ceil(alpha * len(losses) - 1e-9)), 1) - 1
    return np.asarray(np.partition(losses, place, axis=0)[place])


def _influence(losses: Floats, var: Floats, alpha: float) -> Floats:
    return np.asarray(var + np.maximum(losses - var, 0.0) / (1.0 - alpha))


def _mean_and_error(values: Floats) -> tuple[Floats, Floats]:
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
