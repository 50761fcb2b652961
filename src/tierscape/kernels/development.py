"""Return of a programme that develops a supplier: a mass at failure, a triangular saving if it works. Exact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Programme(NamedTuple):
    """A programme of supplier development.

    Parameters
    ----------
    spend : float
        Addressable spend, money a year.
    cost : float
        Paid at the start, what crowds out other customers of the supplier included, money.
    annuity_years : float
        Value of one a year while savings last.
    success : float
        Chance that it works, 0 to 1.
    low, mode, high : float
        Saving if it works, share of the spend; low < high.
    """

    spend: float
    cost: float
    annuity_years: float
    success: float
    low: float
    mode: float
    high: float


def mean_value(programme: Programme) -> tuple[float, float]:
    """Mean net present value, over all and if it works, money.

    Examples
    --------
    >>> p = Programme(1e6, 250_000, 2.5770969872, 0.5, 0.05, 0.20, 0.50)
    >>> [round(v, 2) for v in mean_value(p)]
    [72137.12, 394274.25]
    """
    works = (programme.low + programme.mode + programme.high) / 3 * programme.spend * programme.annuity_years
    return programme.success * works - programme.cost, works - programme.cost


def break_even_saving(programme: Programme) -> float:
    """Share of the spend that must be saved each year, given that it works, to pay the cost back; infinite without spend."""
    gain = programme.spend * programme.annuity_years
    return programme.cost / gain if gain > 0 else float("inf")


def chance_below(programme: Programme, value: ArrayLike) -> Floats:
    """Chance that the net present value is below a value.

    Notes
    -----
    (1 − p)·1[v > −cost] + p·F((v + cost)/(spend·a)), F triangular.
    """
    at = np.asarray(value, float)
    failed = np.where(at > -programme.cost, 1.0 - programme.success, 0.0)
    gain = programme.spend * programme.annuity_years
    saved = np.divide(at + programme.cost, gain, out=np.where(at > -programme.cost, np.inf, -np.inf), where=gain > 0)
    return np.asarray(failed + programme.success * _triangular(programme, saved))


def value_at(programme: Programme, share: ArrayLike) -> Floats:
    """Net present value below which a share of outcomes lies: the inverse of ``chance_below``, money."""
    u = np.asarray(share, float)
    works = np.clip((u - (1.0 - programme.success)) / max(programme.success, 1e-300), 0.0, 1.0)
    low, mode, high = programme.low, programme.mode, programme.high
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(works * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - works) * (high - low) * (high - mode))
    saved = np.where(works <= turn, rising, falling)
    saved = np.where(u <= 1.0 - programme.success, 0.0, saved)
    return np.asarray(saved * programme.spend * programme.annuity_years - programme.cost)


def draws(programme: Programme, number: int, seed: int) -> Floats:
    """Draw net present values, for sums with other risks, money, shape (number,)."""
    random = np.random.default_rng(seed)
    works = random.random(number) < programme.success
    saved = random.triangular(programme.low, programme.mode, programme.high, number)
    return np.asarray(np.where(works, saved, 0.0) * programme.spend * programme.annuity_years - programme.cost)


def _triangular(programme: Programme, x: Floats) -> Floats:
    low, mode, high = programme.low, programme.mode, programme.high
    rising = np.clip(x - low, 0.0, None) ** 2 / ((high - low) * max(mode - low, 1e-300))
    falling = 1.0 - np.clip(high - x, 0.0, None) ** 2 / ((high - low) * max(high - mode, 1e-300))
    return np.asarray(np.where(x <= low, 0.0, np.where(x >= high, 1.0, np.where(x <= mode, rising, falling))))
