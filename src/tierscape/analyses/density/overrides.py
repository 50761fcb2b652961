"""Numbers that the network states itself, in place of an assumption."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network


def stated(
    network: Network, indicator: str, subject_kinds: Sequence[str], *, low: float, high: float
) -> dict[str, float]:
    """Give an indicator by its subject, of several years the latest; rows that do not hold today are left out.

    Raises
    ------
    DataError
        A value lies outside ``low`` and ``high``.
    """
    rows = network["indicators"].filter(
        (pl.col("indicator") == indicator) & pl.col("subject_kind").is_in(list(subject_kinds)) & _valid(network)
    )
    wrong = rows.filter(~pl.col("value").is_between(low, high))
    if wrong.height:
        raise DataError([_outside(indicator, wrong, f"between {low:g} and {high:g}")])
    return dict(rows.sort("subject", "year", nulls_last=False).select("subject", "value").iter_rows())


def _outside(indicator: str, wrong: pl.DataFrame, bounds: str) -> Finding:
    return Finding(
        rule="indicator_range",
        severity="error",
        table="indicators",
        column="value",
        problem=f"{wrong.height} values of '{indicator}' are not {bounds}",
        remedy="Correct the value or its unit.",
        count=wrong.height,
        value=f"{wrong['subject'][0]}: {wrong['value'][0]:g}",
    )


def _valid(network: Network) -> pl.Expr:
    """Hold rows to their validity, closed-open, on the newest ``as_of`` of the network; without one every row holds."""
    days = [frame["as_of"].max() for frame in network.tables.values() if "as_of" in frame.columns]
    today = max((day for day in days if day is not None), default=None)
    if today is None:
        return pl.lit(value=True)
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= today)
    return begun & (pl.col("valid_to").is_null() | (pl.col("valid_to") > today))
