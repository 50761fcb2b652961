"""Numbers that the network states itself in ``indicators``, in place of a shipped figure or an assumption."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network


def stated(
    network: Network, indicator: str, subject_kinds: Sequence[str], *, low: float, high: float
) -> dict[str, float]:
    """Give one indicator by its subject, of several years the latest; rows out of validity are left out.

    Raises
    ------
    DataError
        A value lies outside ``low`` and ``high``.
    """
    rows = network["indicators"].filter(
        (pl.col("indicator") == indicator) & pl.col("subject_kind").is_in(list(subject_kinds)) & _valid(network)
    )
    _refuse_outside(indicator, rows, low, high)
    return dict(rows.sort("subject", "year", nulls_last=False).select("subject", "value").iter_rows())


def stated_values(network: Network, prefix: str, subject_kind: str, *, low: float, high: float) -> pl.DataFrame:
    """Give the indicators whose name starts with a prefix, of several years the latest; rows out of validity are left out.

    Parameters
    ----------
    network : Network
        Reads ``indicators``.
    prefix, subject_kind : str
        For example ``"trust."`` and ``"country"``.
    low, high : float
        Bounds that a value must keep.

    Returns
    -------
    polars.DataFrame
        ``subject``, ``indicator`` (without the prefix), ``value``, ``year``, ``source``, sorted by subject and indicator.

    Raises
    ------
    DataError
        A value lies outside ``low`` and ``high``.
    """
    rows = network["indicators"].filter(
        pl.col("indicator").str.starts_with(prefix) & (pl.col("subject_kind") == subject_kind) & _valid(network)
    )
    _refuse_outside(f"{prefix}…", rows, low, high)
    latest = rows.sort("subject", "indicator", "year", nulls_last=False).group_by(
        "subject", "indicator", maintain_order=True
    )
    return latest.agg(pl.col("value", "year", "source").last()).with_columns(
        pl.col("indicator").str.strip_prefix(prefix)
    )


def _refuse_outside(name: str, rows: pl.DataFrame, low: float, high: float) -> None:
    wrong = rows.filter(~pl.col("value").is_between(low, high))
    if wrong.is_empty():
        return
    subject, indicator, value = wrong.select("subject", "indicator", "value").row(0)
    finding = Finding(
        rule="indicator_range",
        severity="error",
        table="indicators",
        column="value",
        problem=f"{wrong.height} values of '{name}' are not between {low:g} and {high:g}",
        remedy="Correct the value or its unit.",
        count=wrong.height,
        value=f"{subject}: {value:g}" if indicator == name else f"{subject} {indicator}: {value:g}",
    )
    raise DataError([finding])


def _valid(network: Network) -> pl.Expr:
    """Hold rows to their validity, closed-open, on the newest ``as_of`` of the network; without one every row holds."""
    days = [frame["as_of"].max() for frame in network.tables.values() if "as_of" in frame.columns]
    today = max((day for day in days if day is not None), default=None)
    if today is None:
        return pl.lit(value=True)
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= today)
    return begun & (pl.col("valid_to").is_null() | (pl.col("valid_to") > today))
