"""The value that each line adds: its price less what it buys for a unit."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.quantities.firm_flows import OUTSIDE
from tierscape.quantities.firm_lines import FirmLines

Floats = NDArray[np.float64]


def value_added(firm: FirmLines) -> tuple[Floats, bool, tuple[Finding, ...]]:
    """Give value added in a unit of each line: price_i − Σ_e A_e price_e/P0_i; 0 where it is not known.

    Parameters
    ----------
    firm : FirmLines

    Returns
    -------
    added : numpy.ndarray, shape (n,)
        Suppliers whom nobody named add nothing here.
    known : bool
        Some line's is known.
    findings : tuple of Finding
        ``value_added_unknown``: lines that make something and lack a price.
    """
    arrays = firm.arrays
    bought = np.bincount(firm.link_line, arrays.flow * firm.worth[arrays.supplier], minlength=firm.n)
    each = np.divide(bought, arrays.output, out=np.zeros(firm.n), where=arrays.output > 0)
    added = firm.worth - each
    named = ~firm.lines["site"].str.starts_with(OUTSIDE).to_numpy() & (arrays.output > 0)
    blank = named & np.isnan(added)
    known = bool((named & ~blank).any())
    said: tuple[Finding, ...] = ()
    if blank.any() and known:
        first = firm.lines.filter(pl.Series(blank)).row(0)
        said = (Finding(
            rule="value_added_unknown", severity="note", table="parts", column="unit_value", count=int(blank.sum()), value="/".join(first),
            problem=f"{int(blank.sum())} of {int(named.sum())} lines lack a price of their own or of an input; lost value added leaves them out",
            remedy="Give parts.unit_value or links.unit_price.",
        ),)  # fmt: skip
    return np.where(named, np.nan_to_num(added), 0.0), known, said
