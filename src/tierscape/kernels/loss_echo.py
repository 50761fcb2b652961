"""Losses that come back after all was well: the sawtooth of the order rule, not of the event."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CALM_DAYS = 7
"""Days without loss that part two losses."""
LARGE = 0.1
"""Share of the first loss above which a later one is called an echo."""

Floats = NDArray[np.float64]


def echo_shares(daily_loss: Floats, active: NDArray[np.bool_]) -> Floats:
    """Give the share of each scenario's loss that is an echo.

    A scenario's losses are parted by 7 days without any. A later one that begins while no event acts, and that is larger
    than a tenth of the first, is an echo.

    Parameters
    ----------
    daily_loss : numpy.ndarray, shape (scenarios, days)
        At least 0.
    active : numpy.ndarray of bool, shape (days, scenarios)
        Whether an event acts.

    Returns
    -------
    numpy.ndarray, shape (scenarios,)
        0 to 1; 0 without a loss.

    Notes
    -----
    O(scenarios · days).

    Examples
    --------
    >>> loss = np.zeros((1, 30))
    >>> loss[0, 2:4], loss[0, 20] = 3.0, 2.0
    >>> echo_shares(loss, np.arange(30)[:, None] < 3).tolist()
    [0.25]
    """
    shares = np.zeros(len(daily_loss))
    for s in np.flatnonzero((daily_loss > 0).any(axis=1)):
        days = np.flatnonzero(daily_loss[s] > 0)
        episode = np.concatenate(([0], np.cumsum(np.diff(days) > CALM_DAYS)))
        size = np.bincount(episode, daily_loss[s, days])
        starts = days[np.concatenate(([0], np.flatnonzero(np.diff(episode)) + 1))]
        echo = ~active[starts, s] & (size > LARGE * size[0])
        echo[0] = False
        shares[s] = size[echo].sum() / size.sum()
    return shares
