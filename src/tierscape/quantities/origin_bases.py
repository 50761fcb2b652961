"""Values of a good that tests are taken of, and shares that its maker declares."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from tierscape.errors import DataError, Finding
from tierscape.quantities.origin_claims import Claims
from tierscape.quantities.origin_materials import Item, Supply
from tierscape.reference.origin import RuleBook

Place = tuple[str, str]
"""A site and a part that it makes."""


def bases_of(supply: Supply, claims: Claims, place: Place, items: Sequence[Item], *, strict: bool) -> dict[str, float]:
    """Give transaction value, net cost, adjusted value, ex-works and FOB price of a unit; NaN unknown.

    The price stands in for ex-works and FOB values that are not given, conversion cost and the cost of all children for
    the net cost.

    Raises
    ------
    DataError
        A value is not above 0 and ``strict`` is set; else it is unknown.
    """
    price = claims.transaction_value(*place)
    exworks = claims.number(*place, "origin.exworks")
    net = claims.number(*place, "origin.net_cost")
    value = supply.parts[place[1]].unit_value
    if strict and (price is None or exworks is None):
        supply.note("origin_price", "/".join(place))
    if net is None:
        net = supply.work_cost(*place) + sum(i.value for i in items)
        if strict and not math.isnan(net):
            supply.note("origin_net_cost", "/".join(place))
    known = value if price is None else price
    tv = math.nan if known is None else known
    found = {
        "transaction_value": tv,
        "net_cost": net,
        "adjusted_value": tv,
        "exworks": tv if exworks is None else exworks,
        "fob": tv,
    }
    bad = sorted(name for name, v in found.items() if v <= 0)
    if bad and strict:
        raise DataError([_not_positive("/".join(place), bad[0])])
    return {name: math.nan if name in bad else v for name, v in found.items()}


def metal_shares(claims: Claims, places: Sequence[Place], metal: str) -> np.ndarray:
    """Give the originating share of steel or aluminium purchases, percent at both ends, shape (n, 2); NaN unknown."""
    stated = [claims.number(*place, f"origin.{metal}_originating_share") for place in places]
    return np.array([(math.nan,) * 2 if s is None else (100.0 * s,) * 2 for s in stated], dtype=np.float64)


def credits_of(book: RuleBook, agreement: str, on: dt.date) -> tuple[float, float]:
    """Give the most points of labour value for technology, and the points for an assembly plant; 0 where not granted."""
    found = [book.threshold(agreement, key, "credit", on) for key in ("lvc_technology_cap", "lvc_assembly_credit")]
    technology, assembly = (0.0 if row is None else row.value_pct for row in found)
    return technology, assembly


def _not_positive(place: str, name: str) -> Finding:
    return Finding(
        rule="origin_base", severity="error", table="indicators", value=place,
        problem=f"1 {name.replace('_', ' ')} is not above 0", remedy="Correct the value of the capability, or parts.unit_value.",
    )  # fmt: skip
