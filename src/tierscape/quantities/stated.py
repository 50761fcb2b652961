"""Numbers that the network states itself in ``indicators``, in place of a shipped figure or an assumption."""

from __future__ import annotations

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network


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
    wrong = rows.filter(~pl.col("value").is_between(low, high))
    if wrong.height:
        raise DataError([_outside(prefix, wrong, low, high)])
    latest = rows.sort("subject", "indicator", "year", nulls_last=False).group_by(
        "subject", "indicator", maintain_order=True
    )
    return latest.agg(pl.col("value", "year", "source").last()).with_columns(
        pl.col("indicator").str.strip_prefix(prefix)
    )


def _outside(prefix: str, wrong: pl.DataFrame, low: float, high: float) -> Finding:
    return Finding(
        rule="indicator_range",
        severity="error",
        table="indicators",
        column="value",
        problem=f"{wrong.height} values of '{prefix}…' are not between {low:g} and {high:g}",
        remedy="Correct the value or its unit.",
        count=wrong.height,
        value=f"{wrong['subject'][0]} {wrong['indicator'][0]}: {wrong['value'][0]:g}",
    )


def _valid(network: Network) -> pl.Expr:
    """Hold rows to their validity, closed-open, on the newest ``as_of`` of the network; without one every row holds."""
    days = [frame["as_of"].max() for frame in network.tables.values() if "as_of" in frame.columns]
    today = max((day for day in days if day is not None), default=None)
    if today is None:
        return pl.lit(value=True)
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= today)
    return begun & (pl.col("valid_to").is_null() | (pl.col("valid_to") > today))
