"""Labour value content of a vehicle from what suppliers say of their wages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tierscape.kernels.labour_value import labour_value_pct
from tierscape.quantities.origin_claims import Claims
from tierscape.quantities.origin_materials import Item


class LabourValue(NamedTuple):
    """Labour value in percent, least and most; the same from materials and making alone; share of value with known wages."""

    whole: tuple[float, float]
    material: tuple[float, float]
    coverage: float


def labour_value(
    claims: Claims,
    place: tuple[str, str],
    items: Sequence[Item],
    costs: tuple[float, float],
    limits: tuple[float, float],
) -> LabourValue:
    """Bound the labour value content: a supplier that is silent on wages counts nothing at least, all it sells at most.

    Parameters
    ----------
    claims : Claims
        Figures ``lvc.*`` of the vehicle (``place``) and of its suppliers.
    place : tuple of str
        Site and part of the vehicle.
    items : sequence of Item
        Its materials.
    costs : tuple of float
        Net cost, the base where ``lvc.base`` is unknown, and own work, the most that high-wage labour can be; NaN unknown.
    limits : tuple of float
        Most points for technology, and points for an assembly plant.
    """

    def stated(name: str) -> float | None:
        return claims.number(*place, name)

    least = most = seen = total = 0.0
    for item in items:
        value = 0.0 if math.isnan(item.value) else item.value
        wages = None if item.supplier is None else claims.number(item.supplier, item.part, "lvc.high_wage_material")
        known = None if wages is None else min(wages * item.quantity, value)
        least += known or 0.0
        most += value if known is None else known
        seen += 0.0 if known is None else value
        total += value
    material = stated("lvc.high_wage_material")
    if material is not None:
        least = most = material
        seen = total
    labour = stated("lvc.high_wage_labour")
    least += labour or 0.0
    most += labour if labour is not None else (0.0 if math.isnan(costs[1]) else costs[1])
    tech, production = stated("lvc.technology_wages"), stated("lvc.production_wages")
    ratio = tech / production if tech is not None and production else None
    plant = stated("lvc.assembly_plant")
    base = np.full(2, stated("lvc.base") or costs[0])
    made = np.minimum(np.array([least, most]), base)
    technology = np.array([0.0, limits[0] / 100.0]) if ratio is None else np.full(2, ratio)
    plants = np.array([0.0, 1.0]) if plant is None else np.full(2, float(plant > 0))
    whole = labour_value_pct(made, base, technology, plants, limits)
    alone = labour_value_pct(made, base, np.zeros(2), np.zeros(2), limits)
    return LabourValue(
        (float(whole[0]), float(whole[1])), (float(alone[0]), float(alone[1])), seen / total if total > 0 else 0.0
    )
