"""Stock on the way, as a buffer and between shipments, in money a unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS = 365.0


def safety_stock(z: Floats, lead_days: Floats, lead_sd: Floats, demand: Floats, demand_sd: Floats) -> Floats:
    r"""Give the buffer that covers varying demand over a varying lead time.

    .. math:: S = z \sqrt{L \sigma_d^2 + d^2 \sigma_L^2}

    Parameters
    ----------
    z : numpy.ndarray
        Standard deviations that the service level asks for; all arrays broadcast.
    lead_days, lead_sd : numpy.ndarray
        Mean L and standard deviation of the lead time, days.
    demand, demand_sd : numpy.ndarray
        Mean d and standard deviation of the demand, units a day.

    Returns
    -------
    numpy.ndarray
        Units.

    References
    ----------
    Silver, Pyke & Thomas (2017), Inventory and Production Management in Supply Chains, 4th ed., chapter 6.

    Examples
    --------
    >>> float(np.round(safety_stock(*map(np.float64, (1.645, 35, 6, 100, 20))), 2))
    1006.01
    """
    units: Floats = z * np.sqrt(lead_days * demand_sd**2 + demand**2 * lead_sd**2)
    return units


def safety_cost(worth: Floats, holding: Floats, stock: Floats, demand: Floats) -> Floats:
    """Give what the buffer costs a unit of demand: v·h·S/(365 d); ``stock`` in units, ``demand`` in units a day."""
    return worth * holding * stock / (DAYS * demand)


def pipeline_cost(worth: Floats, holding: Floats, lead_days: Floats) -> Floats:
    """Give what goods on the way cost a unit: v·h·L/365, worth ``v`` in money, ``holding`` a year, ``lead_days`` L."""
    return worth * holding * lead_days / DAYS


def cycle_cost(worth: Floats, holding: Floats, lot: Floats, demand: Floats) -> Floats:
    """Give what the half lot between shipments costs a unit: v·h·Q/(2·365 d), ``lot`` Q in units."""
    return worth * holding * lot / (2.0 * DAYS * demand)
