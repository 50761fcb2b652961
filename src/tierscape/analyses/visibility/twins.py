"""Suppliers that may be one site under two names."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.visibility.view import View
from tierscape.errors import Finding
from tierscape.kernels.distance import great_circle_km

TWIN_KM = 0.5
_CELL = 0.01
"""Degrees of latitude: a little over twice the distance, so that twins stand in neighbouring cells."""


def twin_sites(view: View) -> tuple[Finding, ...]:
    """Find sites that make the same part within 500 m; coordinates of a town or region tell nothing."""
    exact = view.network["sites"].filter(pl.col("geo_precision").fill_null("site") == "site").select("site")
    made = view.reached.select("site", "part", "lat", "lon").unique().drop_nulls(["lat", "lon"])
    made = made.join(exact, on="site", how="semi").with_columns(cell=(pl.col("lat") / _CELL).floor().cast(pl.Int64))
    near = pl.concat([made.with_columns(cell=pl.col("cell") + step) for step in (-1, 0, 1)])
    both = made.join(near, on=["part", "cell"], suffix="2").filter(pl.col("site") < pl.col("site2"))
    both = both.unique(["site", "site2"]).sort("site", "site2")
    km = great_circle_km(*(both[name].to_numpy() for name in ("lat", "lon", "lat2", "lon2")))
    both = both.filter(pl.Series(km <= TWIN_KM, dtype=pl.Boolean))
    if both.is_empty():
        return ()
    finding = Finding(
        rule="twin_sites",
        severity="warning",
        table="sites",
        column="site",
        problem=f"{both.height} pairs of sites make the same part within 500 m; they may be one supplier under two names",
        remedy="If they are one, give them one key; two suppliers that are one are no second source.",
        count=both.height,
        value="/".join(both.select("site", "site2").row(0)),
    )
    return (finding,)
