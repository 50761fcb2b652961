"""Indexing sites once, so that every engine can count them without a function of its own."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tierscape.errors import Finding
from tierscape.kernels.cells import FINEST
from tierscape.lake.expressions import FULL_SHARE
from tierscape.lake.register import missing, refuse


def index(sites: pl.DataFrame, *, need: Mapping[str, float] | None = None) -> pl.DataFrame:
    """Prepare rows for counting, once at ingest.

    Parameters
    ----------
    sites : polars.DataFrame
        Columns ``lat`` and ``lon`` in degrees; with ``need`` also ``part`` and ``capacity_per_year``.
    need : mapping of str to float, optional
        Yearly need by part; gives ``share``.

    Returns
    -------
    polars.DataFrame
        The rows with ``cell7``, int64, null without coordinates; and ``share`` = min(10⁶, ⌊10⁶·capacity / need⌋), int64,
        null where capacity or need is unknown.

    Raises
    ------
    DataError
        Columns are missing, or coordinates lie outside the world, or capacities are negative.

    Notes
    -----
    One call of H3 for each row, about 10⁶ a second. Write the result with ``write_parquet``; split a big store by
    ``kernels.cells.parent(cell7, 3)``.

    Examples
    --------
    >>> import polars as pl
    >>> index(pl.DataFrame({"lat": [25.67], "lon": [-100.31]}))["cell7"].item() == 0x8748A2072FFFFFF
    True
    """
    import h3.api.basic_int as h3

    asked = ("lat", "lon") if need is None else ("lat", "lon", "part", "capacity_per_year")
    refuse([missing(name) for name in asked if name not in sites.columns])
    inside = pl.col("lat").is_between(-90, 90) & pl.col("lon").is_between(-180, 180)
    outside = sites.filter(~inside)
    refuse(_unusable("lat", "rows lie outside the world", "Give degrees: lat -90 to 90, lon -180 to 180.", outside))
    cells = [
        None if lat is None or lon is None else h3.latlng_to_cell(lat, lon, FINEST)
        for lat, lon in zip(sites["lat"].to_list(), sites["lon"].to_list(), strict=True)
    ]
    rows = sites.with_columns(pl.Series("cell7", cells, dtype=pl.Int64))
    if need is None:
        return rows
    column = "capacity_per_year"
    refuse(_unusable(column, "capacities are negative", "Correct them.", sites.filter(pl.col(column) < 0)))
    whole = pl.col("part").replace_strict(dict(need), default=None, return_dtype=pl.Float64)
    share = (FULL_SHARE * pl.col(column) / whole).floor().clip(0, FULL_SHARE)
    return rows.with_columns(pl.when(whole > 0).then(share).cast(pl.Int64).alias("share"))


def _unusable(column: str, problem: str, remedy: str, rows: pl.DataFrame) -> list[Finding]:
    if rows.is_empty():
        return []
    shown = ", ".join(str(rows[name][0]) for name in (("lat", "lon") if column == "lat" else (column,)))
    return [
        Finding(
            rule="range", severity="error", table="register", column=column, problem=f"{rows.height} {problem}",
            remedy=remedy, count=rows.height, value=shown,
        )
    ]  # fmt: skip
