"""Swings of demand that are run for certain: what was asked, as events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce

import numpy as np

from tierscape.errors import ParameterError
from tierscape.kernels.firm_events import FirmEvents, stacked
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.hazards import demand_swing

DAYS = 90.0
EVERY = "*"


@dataclass(frozen=True)
class Swing:
    """Demand for a product, or for all, times a factor for some days from day 1 on."""

    product: str
    factor: float
    days: float

    @property
    def key(self) -> str:
        """Name of its scenario."""
        return f"demand:{self.product}={self.factor:g}:{self.days:g}"


def read_swings(firm: FirmLines, texts: Sequence[str]) -> tuple[Swing, ...]:
    """Read ``product=factor:days``.

    Raises
    ------
    ParameterError
        The text is no such thing, the product is not in demand, or a number is out of range.

    Examples
    --------
    ``pump=1.5:60``: half as much again for sixty days. ``*=0.7``: all demand falls by 30 % for ninety.
    """
    known = sorted(set(firm.lines["part"].gather(np.flatnonzero(firm.arrays.demand > 0)).to_list()))
    return tuple(dict.fromkeys(_read(text, known) for text in texts))


def _read(text: str, known: Sequence[str]) -> Swing:
    product, found, rest = text.rpartition("=")
    size, _, span = rest.partition(":")
    try:
        factor, days = float(size), float(span) if span else DAYS
    except ValueError:
        found = ""
        factor = days = 0.0
    if not found:
        raise ParameterError(f"shocks.swings: '{text}' is no product=factor or product=factor:days, as in {known[0] if known else 'p'}=1.5:60.")  # fmt: skip
    if product != EVERY and product not in known:
        near = get_close_matches(product, known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(known[:5])}."
        raise ParameterError(f"shocks.swings: nobody asks for '{product}'.{hint}")
    if not (0.0 <= factor <= 100.0 and 1.0 <= days <= 3650.0):
        raise ParameterError(f"shocks.swings: '{text}': the factor must lie in 0 to 100 and the days in 1 to 3650.")
    return Swing(product, factor, days)


def swing_events(firm: FirmLines, swings: Sequence[Swing]) -> FirmEvents:
    """Give one scenario a swing; at least one swing is asked for."""
    made = (demand_swing(firm, None if s.product == EVERY else s.product, factor=s.factor, days=s.days) for s in swings)
    return reduce(stacked, made)
