"""What commitment forms bring to each side: expected profits and the mean of the worst years, made before demand is known.

The supplier makes the committed quantity before demand is known; what nobody takes is salvaged. So every form is bounded by
what one firm that owned both would make.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.contract_forms import Sharing, expected_shortfall, newsvendor, option_value
from tierscape.kernels.hedge import worst_mean

Floats = NDArray[np.float64]

POINTS = 10_000
"""Even quantiles of demand over which a tail is averaged."""


class Money(NamedTuple):
    """Prices of a unit: to the market, between the two, its cost, and left over; salvage < cost < price."""

    price: float
    wholesale: float
    cost: float
    salvage: float


class Clause(NamedTuple):
    """What was agreed.

    Parameters
    ----------
    form : {"wholesale", "buy_back", "take_or_pay", "flexibility", "option"}
    quantity : float
        Units ordered or committed.
    low, high : float
        Least that is paid for and most that can be had, in shares of the quantity; not used by the first two forms.
    return_price : float
        What the supplier pays for a unit that comes back; ``buy_back`` only.
    fee : float
        What a unit that is only reserved costs; ``option`` only: (high − 1)·q units at the same price, if wanted.
    """

    form: Literal["wholesale", "buy_back", "take_or_pay", "flexibility", "option"]
    quantity: float
    low: float = 0.0
    high: float = 1.0
    return_price: float = 0.0
    fee: float = 0.0

    @property
    def made(self) -> float:
        """Units that the supplier makes before demand is known."""
        return self.quantity if self.form in {"wholesale", "buy_back"} else self.quantity * self.high


def fair_fee(demand: Any, quantity: float, reserved: float, money: Money) -> float:
    """Find the fee a reserved unit at which the supplier gains and loses nothing by reserving, money a unit, at least 0."""
    used = option_value(demand, quantity, reserved, 1.0, 0.0) / reserved
    return max(money.cost - money.salvage - used * (money.wholesale - money.salvage), 0.0)


def payoffs(demand: Floats, clause: Clause, money: Money) -> tuple[Floats, Floats]:
    """Profit of buyer and supplier for given demands, money, in the shape of the demands.

    Notes
    -----
    Under ``take_or_pay`` the buyer pays for low·q at least and takes what it sells; under ``flexibility`` it also takes the
    least quantity and salvages what it does not sell.
    """
    p, w, c, s = money
    q, form = clause.quantity, clause.form
    made = clause.made
    sold = np.minimum(demand, made)
    joint = p * sold + s * (made - sold) - c * made
    if form == "wholesale":
        buyer = p * sold + s * (q - sold) - w * q
    elif form == "buy_back":
        buyer = p * sold + clause.return_price * (q - sold) - w * q
    elif form == "option":
        called = np.maximum(sold - q, 0.0)
        buyer = p * sold + s * (q - (sold - called)) - w * (q + called) - clause.fee * (made - q)
    else:
        forced = np.maximum(clause.low * q - sold, 0.0)
        buyer = p * sold - w * (sold + forced) + (s * forced if form == "flexibility" else 0.0)
    return np.asarray(buyer), np.asarray(joint - buyer)


def expected(demand: Any, clause: Clause, money: Money) -> Sharing:
    """Expected profits of a form, exact up to the quadrature of the demand law.

    Parameters
    ----------
    demand : scipy.stats.rv_frozen
        From ``demand_law``.
    clause, money
        The form and the prices.

    Raises
    ------
    ValueError
        Not salvage < cost < price.
    """
    p, w, c, s = money
    q, form = clause.quantity, clause.form
    made = clause.made
    sold = made - expected_shortfall(demand, made)
    joint = p * sold + s * (made - sold) - c * made
    if form in {"wholesale", "buy_back"}:
        buyer = p * sold + (s if form == "wholesale" else clause.return_price) * (q - sold) - w * q
    elif form == "option":
        firm = q - expected_shortfall(demand, q)
        buyer = p * firm + s * (q - firm) - w * q + option_value(demand, q, made - q, p - w, clause.fee)
    else:
        forced = expected_shortfall(demand, clause.low * q) if clause.low > 0 else 0.0
        buyer = p * sold - w * (sold + forced) + (s * forced if form == "flexibility" else 0.0)
    return Sharing(made, buyer, joint - buyer, joint, joint / newsvendor(demand, p, c, s)[1])


def worst_years(demand: Any, clause: Clause, money: Money, level: float = 0.95) -> tuple[float, float]:
    """Mean profit of buyer and of supplier in each one's worst (1 − α) of years, money, over ``POINTS`` even quantiles."""
    points = np.maximum(demand.ppf((np.arange(POINTS) + 0.5) / POINTS), 0.0)
    buyer, supplier = payoffs(points, clause, money)
    return -float(worst_mean(-buyer, level)), -float(worst_mean(-supplier, level))
