"""The cheapest option against a rival: where they break even, and what the gap hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq

from tierscape.analyses.landed_cost.tables import BREAK_EVENS, TORNADO, VOLUME
from tierscape.frames import empty
from tierscape.kernels.unit_cost import total_cost
from tierscape.quantities.landed import Landed
from tierscape.quantities.landed_choices import Study
from tierscape.schema import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Inputs = dict[str, Floats]

OWN_INPUTS = {
    "price": "money/unit", "duty_rate": "share", "freight": "money/unit", "lead_days": "d", "lead_sd": "d",
    "defects": "share", "lot": "unit", "wage": "money/h", "risk": "money/unit",
}  # fmt: skip
"""Inputs of one option that are changed alone, with their units."""
SHARED_INPUTS = {"holding": "share a year", "service_z": "standard deviations", "defect_cost": "money"}
MOST = {"lead_days": 365.0, "holding": 1.0, "defects": 1.0, "service_z": 5.0}
"""Ends of the ranges in which a break-even is looked for; others end at 1,000 times today's value."""
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Pair:
    """Two options for one part and buyer, as rows of ``Landed``: the cheapest and its rival."""

    part: str
    buyer: str
    cheapest: int
    rival: int


class Gap:
    """Total of the rival less that of the cheapest, as a function of one input."""

    def __init__(self, costs: Landed, pair: Pair) -> None:
        at = np.array([pair.cheapest, pair.rival])
        self._inputs: Inputs = {name: values[at] for name, values in costs.settled.items()}
        self._value: Inputs = {name: values[at] for name, values in costs.value.items()}
        self._ends = ({n: v[at] for n, v in costs.low.items()}, {n: v[at] for n, v in costs.high.items()})
        self._wage = costs.frame["wage"].cast(pl.Float64).fill_null(np.nan).to_numpy()[at]
        self._worth = costs.landed_worth

    def at(self, name: str, side: int | None, value: float) -> float:
        """Give the gap with one input of one side (0 cheapest, 1 rival, None both) changed."""
        inputs = dict(self._inputs)
        inner, number = ("wage_rise", value - self.now(name, side)) if name == "wage" else (name, value)
        changed = inputs[inner].copy()
        changed[slice(None) if side is None else side] = number
        inputs[inner] = changed
        totals = total_cost(inputs, landed_worth=self._worth)
        return float(totals[1] - totals[0])

    def now(self, name: str, side: int | None) -> float:
        """Give an input of today; NaN where it is unknown."""
        return float((self._wage if name == "wage" else self._inputs[name])[side or 0])

    def plays(self, name: str, side: int | None) -> bool:
        """Tell whether an input does anything."""
        if name == "wage":
            return bool(np.isfinite(self.now(name, side)) and self._inputs["labour_hours"][side or 0] > 0)
        return bool(np.isfinite(self.now(name, side))) and (name != "risk" or self._ends[1][name][side or 0] > 0)

    def known(self, name: str, side: int | None) -> bool:
        """Tell whether an input has a value, not a range alone."""
        return name not in self._value or bool(np.isfinite(self._value[name][side or 0]))

    def span(self, name: str, side: int | None, spread: float) -> tuple[float, float]:
        """Give the range of an input: its own, else its value less and more a share of it."""
        low, high = (float("nan"),) * 2 if name == "wage" else (float(end[name][side or 0]) for end in self._ends)
        if high > low:
            return low, high
        now = self.now(name, side)
        return now * (1 - spread), now * (1 + spread)


def _changes(gap: Gap) -> Iterator[tuple[str, int | None, str]]:
    for side in (1, 0):
        yield from ((name, side, unit) for name, unit in OWN_INPUTS.items() if gap.plays(name, side))
    yield from ((name, None, unit) for name, unit in SHARED_INPUTS.items())


def _owner(costs: Landed, pair: Pair, side: int | None) -> str:
    return "both" if side is None else str(costs.frame["option"][pair.rival if side else pair.cheapest])


def break_evens(costs: Landed, pairs: list[Pair], study: Study) -> pl.DataFrame:
    """Find for each input the value at which both cost the same: in closed form where the gap is straight, else by Brent."""
    rows: list[dict[str, object]] = []
    for pair in pairs:
        gap = Gap(costs, pair)
        for name, side, unit in _changes(gap):
            if not gap.known(name, side):
                continue
            now = gap.now(name, side)
            found, beyond = _crossing(gap, name, side)
            slack = found / now - 1 if found is not None and now > 0 else None
            rows.append({"part": pair.part, "buyer": pair.buyer, "option": _owner(costs, pair, side), "input": name,
                         "unit": unit, "now": now, "break_even": found, "slack": slack, "beyond": beyond})  # fmt: skip
        rows += _volume_break_even(costs, pair, study)
    return _frame(rows, BREAK_EVENS)


def _crossing(gap: Gap, name: str, side: int | None) -> tuple[float | None, float | None]:
    """Give the break-even, or where a straight gap would cross outside the range."""
    now = gap.now(name, side)
    top = MOST.get(name, 1000.0 * max(now, 1.0))
    here = gap.at(name, side, now)
    step = max(now, 1.0)
    one, two = gap.at(name, side, now + step) - here, gap.at(name, side, now + 2 * step) - here
    if abs(two - 2 * one) <= SAME * max(abs(two), 1.0):
        if abs(one) <= SAME:
            return None, None
        at = now - here * step / one
        return (at, None) if 0 <= at <= top else (None, at)
    low, high = gap.at(name, side, 0.0), gap.at(name, side, top)
    if low * high > 0:
        return None, None
    return float(brentq(lambda value: gap.at(name, side, value), 0.0, top, xtol=1e-12, rtol=1e-14)), None


def annuity(discount: float, years: float) -> float:
    """Give the present value of one a year: (1 − (1 + r)^−T)/r."""
    return years if discount == 0 else (1 - (1 + discount) ** -years) / discount


def _volume_break_even(costs: Landed, pair: Pair, study: Study) -> list[dict[str, object]]:
    """Give the volume from which a fixed cost of the cheapest is earned back by the gap."""
    row = costs.frame.row(pair.cheapest, named=True)
    other = costs.frame["fixed"][pair.rival] or 0.0
    fixed = (row["fixed"] or 0.0) - other
    gap = Gap(costs, pair).at("price", 0, float(costs.settled["price"][pair.cheapest]))
    if fixed <= 0 or gap <= 0:
        return []
    found = fixed / annuity(study.discount, study.years) / gap
    now = row["volume"]
    return [{"part": pair.part, "buyer": pair.buyer, "option": row["option"], "input": "volume", "unit": "unit/year",
             "now": now, "break_even": found, "slack": found / now - 1 if now else None, "beyond": None}]  # fmt: skip


def tornado(costs: Landed, pairs: list[Pair], study: Study) -> pl.DataFrame:
    """Change each input alone from its low to its high end; sort by the swing of the gap."""
    rows: list[dict[str, object]] = []
    for pair in pairs:
        gap = Gap(costs, pair)
        for name, side, unit in _changes(gap):
            low, high = gap.span(name, side, study.spread)
            ends = gap.at(name, side, low), gap.at(name, side, high)
            if high <= low or abs(ends[1] - ends[0]) <= SAME:
                continue
            rows.append({"part": pair.part, "buyer": pair.buyer, "option": _owner(costs, pair, side), "input": name, "unit": unit,
                         "low": low, "high": high, "gap_low": ends[0], "gap_high": ends[1],
                         "swing": abs(ends[1] - ends[0]), "flips": min(ends) < 0})  # fmt: skip
    return _frame(rows, TORNADO).sort(
        "part", "buyer", "swing", "option", "input", descending=[False, False, True, False, False]
    )


def volume_curve(costs: Landed, pairs: list[Pair], totals: Floats, study: Study) -> pl.DataFrame:
    """Spread fixed cost over volumes from a tenth to ten times today's; the terms stay as they are."""
    rows: list[dict[str, object]] = []
    years = annuity(study.discount, study.years)
    for pair in pairs:
        at = [pair.cheapest, pair.rival]
        fixed = [costs.frame["fixed"][n] or 0.0 for n in at]
        today = costs.frame["volume"][pair.cheapest]
        if not any(fixed) or not today:
            continue
        for volume in np.geomspace(today / 10, today * 10, 41):
            rows += [{"part": pair.part, "buyer": pair.buyer, "option": costs.frame["option"][n], "volume_per_year": volume,
                      "total": totals[n] + f / years / volume} for n, f in zip(at, fixed, strict=True)]  # fmt: skip
    return _frame(rows, VOLUME)


def _frame(rows: list[dict[str, object]], table: Table) -> pl.DataFrame:
    none = empty(table)
    return pl.DataFrame(rows, schema=none.schema) if rows else none
