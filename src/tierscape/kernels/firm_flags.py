"""Marks on simulated losses that come from the rules of the model, not from the events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_ario import FirmOutcome

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NAMES = ("restocking_peak", "echo", "starved", "truncated")


class Artefacts(NamedTuple):
    """Marks of N scenarios.

    ``restocking_peak``: orders above 1.05 of normal after the last event are stock being rebuilt, not demand. ``echo``:
    a second loss of more than a tenth of the first, begun after a recovery and without an event, is the order rule swinging;
    ``loss_without_echo`` leaves it out. ``starved``: a line stood still for 14 days with orders and no event of its own.
    ``truncated``: not recovered at the horizon, so the loss is a lower bound.
    """

    restocking_peak: Bools
    echo: Bools
    starved: Bools
    truncated: Bools
    loss: Floats
    loss_without_echo: Floats
    echo_days: Bools


def find_artefacts(outcome: FirmOutcome, active: Bools, normal: float) -> Artefacts:
    """Check every scenario.

    Parameters
    ----------
    outcome : FirmOutcome
    active : numpy.ndarray of bool, shape (days, N)
        Days on which an event acts, of ``firm_events.active_days``.
    normal : float
        Σ worth·C, final demand of a calm day, in the unit of ``outcome.daily_loss``.

    Returns
    -------
    Artefacts
        ``echo_days`` has shape (N, days).
    """
    days = np.zeros(outcome.daily_loss.shape, np.bool_)
    mark_echoes(outcome.daily_loss, active, normal, days)
    loss = outcome.daily_loss.sum(axis=1)
    return Artefacts(
        restocking_peak=outcome.restocking_peak,
        echo=np.asarray(days.any(axis=1)),
        starved=outcome.starved_lines > 0,
        truncated=outcome.day_recovered == outcome.daily_loss.shape[1],
        loss=loss,
        loss_without_echo=loss - np.where(days, outcome.daily_loss, 0.0).sum(axis=1),
        echo_days=days,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def mark_echoes(daily: Floats, active: Bools, normal: float, echo: Bools) -> None:
    """Cut each series of losses where at most 1 % of a calm day is lost, and mark the later pieces that are echoes."""
    scenarios, days = daily.shape
    for s in range(scenarios):
        first, begin, total = -1.0, -1, 0.0
        for day in range(days + 1):
            losing = day < days and daily[s, day] > 0.01 * normal
            if losing:
                begin, total = (day, 0.0) if begin < 0 else (begin, total)
                total += daily[s, day]
            elif begin >= 0:
                if first < 0:
                    first = total
                elif total > 0.1 * first and not active[begin, s]:
                    echo[s, begin:day] = True
                begin = -1


def tau_sensitive(half: Floats, same: Floats, double: Floats) -> Bools:
    """Say where the loss moves by more than a tenth between τ/2 and 2τ: the number is then a property of τ."""
    spread = np.maximum(np.maximum(half, double), same) - np.minimum(np.minimum(half, double), same)
    return np.asarray(spread > 0.1 * same)
