"""What is doubtful about the costs of options."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.quantities.plurals import counted

Floats = NDArray[np.float64]

BLANKS = {
    "price": ("links", "unit_price", "has no price and is listed unpriced", "have no price and are listed unpriced",
              "Give links.unit_price."),
    "freight": ("parts", "unit_mass_kg", "has no freight: mass or rate is unknown; a range stands in",
                "have no freight: mass or rate is unknown; a range stands in",
                "Give parts.unit_mass_kg, links.freight_per_unit, or study.usd."),
    "duty_rate": ("parts", "hs6", "has no known ordinary duty: a range stands in",
                  "have no known ordinary duty: a range stands in", "Give parts.hs6, or tariff rows in tariffs.rules."),
    "lead_days": ("links", "transit_days", "has no transit time: a range stands in",
                  "have no transit time: a range stands in", "Give links.transit_days."),
    "lot": ("indicators", "value", "has no size of shipment: the stock between shipments is a range",
            "have no size of shipment: the stock between shipments is a range", "Give the indicator order_lot of the site."),
    "offsets": ("indicators", "value", "has no known duty on inputs: the refund is a range",
                "have no known duty on inputs: the refund is a range", "Give the indicator input_duty_per_unit of the capability."),
}  # fmt: skip
"""Input to table, column, problem of one option, of several, and remedy."""


def landed_doubts(frame: pl.DataFrame, value: dict[str, Floats]) -> tuple[Finding, ...]:
    """Name the inputs that are unknown somewhere, and prices of nothing."""
    found = [
        _finding(frame, np.isnan(value[name]), table, column, (one, many), remedy, name)
        for name, (table, column, one, many, remedy) in BLANKS.items()
    ]
    free = value["price"] == 0.0
    words = ("has a price of 0 and is costed as free", "have a price of 0 and are costed as free")
    found.append(
        _finding(
            frame,
            free,
            "links",
            "unit_price",
            words,
            "Leave a price that nobody knows empty; 0 says that it is free.",
            "free",
        )
    )
    return tuple(f for f in found if f is not None)


def _finding(
    frame: pl.DataFrame, hit: NDArray[np.bool_], table: str, column: str, words: tuple[str, str], remedy: str, name: str
) -> Finding | None:
    count = int(hit.sum())
    if not count:
        return None
    first = frame.row(int(np.flatnonzero(hit)[0]), named=True)
    total = f"of {len(hit)} options"
    return Finding(
        rule="landed_free" if name == "free" else "landed_unseen", severity="note" if name == "lot" else "warning", table=table,
        column=column, problem=counted(count, f"{total} {words[0]}", f"{total} {words[1]}"), remedy=remedy, count=count,
        value=f"{first['option']}/{first['buyer']}/{first['part']}",
    )  # fmt: skip
