"""Numbers that no programme and no simulation can carry are refused before either is tried."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network

MOST_DAYS = 36_500.0
"""A hundred years."""
MOST = 1e15
"""Beside such a number, one of 1 is below what float64 tells apart; solvers take 1e20 for without end."""

MOST_EACH = 1e9
"""Units of a part in one of another: needs of whole chains are products of these."""

LIMITS = (
    ("links", "volume_per_year", MOST), ("links", "unit_price", MOST), ("links", "stock_days", MOST_DAYS),
    ("links", "transit_days", MOST_DAYS), ("demand", "volume_per_year", MOST), ("demand", "unit_margin", MOST),
    ("capabilities", "capacity_per_year", MOST), ("capabilities", "finished_stock_days", MOST_DAYS),
    ("capabilities", "lead_time_days", MOST_DAYS), ("bom", "quantity", MOST_EACH), ("parts", "unit_value", MOST),
    ("sites", "ttr_days", MOST_DAYS), ("sites", "alternate_ttr_days", MOST_DAYS), ("disruptions", "duration_days", MOST_DAYS),
)  # fmt: skip


def refuse_sizes(network: Network) -> None:
    """Refuse numbers that are too large to be computed with.

    Parameters
    ----------
    network : Network

    Raises
    ------
    DataError
        Names each column that holds such a number, how often, and the first.
    """
    findings = tuple(_beyond(network))
    if findings:
        raise DataError(findings)


def _beyond(network: Network) -> Iterator[Finding]:
    for table, column, most in LIMITS:
        rows = network[table].filter(pl.col(column).abs() > most)
        if rows.height:
            yield Finding(
                rule="beyond_computing",
                severity="error",
                table=table,
                column=column,
                problem=f"{rows.height} of {network[table].height} rows are above {most:g}, which no figure of stress can carry",
                remedy="Correct the value, or state the part in a larger unit.",
                count=rows.height,
                value=f"{rows[column][0]:g}",
            )
