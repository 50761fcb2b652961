"""All terms of what a unit costs where it is needed, in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.stock_terms import cycle_cost, pipeline_cost, safety_cost, safety_stock

Floats = NDArray[np.float64]

TERMS = (
    "price", "freight", "insurance", "duty", "fees", "pipeline_stock", "safety_stock", "cycle_stock", "quality",
    "compliance", "risk", "currency", "carbon", "entity", "offsets",
)  # fmt: skip
INPUTS: Mapping[str, float] = {
    "price": np.nan, "freight": 0.0, "insurance_rate": 0.0, "duty_rate": 0.0, "duty_rate_cif": 0.0, "duty_per_unit": 0.0,
    "fees": 0.0, "lead_days": 0.0, "lead_sd": 0.0, "demand": 1.0, "demand_sd": 0.0, "service_z": 0.0, "holding": 0.0,
    "lot": 0.0, "defects": 0.0, "defect_cost": 0.0, "return_freight": 0.0, "compliance_rate": 0.0, "risk": 0.0,
    "currency_rate": 0.0, "kg_co2e": 0.0, "carbon_price": 0.0, "entity": 0.0, "offsets": 0.0, "wage_rise": 0.0,
    "labour_hours": 0.0,
}  # fmt: skip
"""Inputs and what they are where they play no part."""


def unit_cost(inputs: Mapping[str, Floats], *, landed_worth: bool = False) -> dict[str, Floats]:
    """Add up what a unit costs, term by term.

    Parameters
    ----------
    inputs : mapping of str to numpy.ndarray
        Some of ``INPUTS``; arrays broadcast against each other. NaN is unknown and makes unknown the terms that need it.
        Money a unit: ``price``, ``freight``, ``duty_per_unit``, ``fees``, ``risk``, ``entity``, ``offsets`` (at least 0,
        subtracted), ``defect_cost`` (a defect), ``return_freight`` (a defect), ``carbon_price`` (a kg). Shares of the price:
        ``insurance_rate``, ``duty_rate``, ``compliance_rate``, ``currency_rate``; of price, freight and insurance:
        ``duty_rate_cif``. Days: ``lead_days``, ``lead_sd``. Units a day: ``demand``, ``demand_sd``. Units: ``lot``. A year:
        ``holding``. ``wage_rise`` (money an hour above today's) times ``labour_hours`` goes on the price.
    landed_worth : bool
        Stock is worth price, freight and duty, in place of the price alone.

    Returns
    -------
    dict of str to numpy.ndarray
        ``TERMS``, money a unit.

    Notes
    -----
    No term falls as an input grows, but for ``demand`` and ``offsets``: low ends of all inputs give the low end of the total.
    O(options).
    """
    x: dict[str, Floats] = {name: inputs.get(name, np.array(default)) for name, default in INPUTS.items()}
    price = x["price"] + x["wage_rise"] * x["labour_hours"]
    insurance = x["insurance_rate"] * price
    duty = x["duty_rate"] * price + x["duty_per_unit"]
    duty = duty + np.where(x["duty_rate_cif"] == 0.0, 0.0, x["duty_rate_cif"] * (price + x["freight"] + insurance))
    worth = price + x["freight"] + duty if landed_worth else price
    buffer = safety_stock(x["service_z"], x["lead_days"], x["lead_sd"], x["demand"], x["demand_sd"])
    return {
        "price": price,
        "freight": x["freight"],
        "insurance": insurance,
        "duty": duty,
        "fees": x["fees"],
        "pipeline_stock": pipeline_cost(worth, x["holding"], x["lead_days"]),
        "safety_stock": safety_cost(worth, x["holding"], buffer, x["demand"]),
        "cycle_stock": cycle_cost(worth, x["holding"], x["lot"], x["demand"]),
        "quality": x["defects"] * (x["defect_cost"] + x["return_freight"]),
        "compliance": x["compliance_rate"] * price,
        "risk": x["risk"],
        "currency": x["currency_rate"] * price,
        "carbon": np.where(x["carbon_price"] == 0.0, 0.0, x["kg_co2e"] * x["carbon_price"]),
        "entity": x["entity"],
        "offsets": -x["offsets"],
    }


def total_cost(inputs: Mapping[str, Floats], *, landed_worth: bool = False) -> Floats:
    """Sum the terms of ``unit_cost``; NaN where one is unknown."""
    terms = unit_cost(inputs, landed_worth=landed_worth)
    total: Floats = terms["price"]
    for name in TERMS[1:]:
        total = total + terms[name]
    return total
