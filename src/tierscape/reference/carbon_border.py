"""The carbon border adjustment of the European Union: which goods, how fast, at what price."""

from __future__ import annotations

from functools import cache

import polars as pl

from tierscape.reference.facts import FOLDER


@cache
def carbon_border() -> pl.DataFrame:
    """Give the dated figures of the carbon border adjustment.

    Returns
    -------
    DataFrame
        ``parameter`` (phase_in by year, certificate_price, threshold, exempt by country, good and not_good by HS prefix,
        embedded and benchmark by HS prefix), ``key``, ``value`` with ``unit``, ``low``, ``high``, ``valid_from``,
        ``valid_to``, ``source``, ``label`` (``unverified`` and ``prior`` are no published figures).
    """
    rows = pl.read_csv(FOLDER / "cbam.csv", infer_schema=False)
    dates = [pl.col(name).str.to_date() for name in ("valid_from", "valid_to")]
    return rows.with_columns(pl.col("value", "low", "high").cast(pl.Float64), *dates)
