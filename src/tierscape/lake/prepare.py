"""A list of sites as somebody publishes it becomes a register that can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tierscape.errors import Finding
from tierscape.lake.ingest import index
from tierscape.lake.register import COLUMNS, missing, refuse

KEPT = ("site", "organization", "country", "part", "status", "lat", "lon", "capacity_per_year")
NUMBERS = ("lat", "lon", "capacity_per_year")


def prepare(
    source: Path,
    *,
    columns: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    codes: Path | None = None,
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Read a list of sites, name its columns, turn its codes into parts and index it.

    Parameters
    ----------
    source : pathlib.Path
        CSV or Parquet, one row a site and part (or code).
    columns : mapping of str to str, optional
        Our name of a column to the name in the file, where they differ.
    constants : mapping of str to str, optional
        Our name of a column to the one value of all rows, such as ``{"country": "MX"}``.
    codes : pathlib.Path, optional
        CSV with the columns ``code`` and ``part``: an activity code that begins with ``code`` makes ``part``; the longest
        code that fits decides, and a code on several rows makes several parts.

    Returns
    -------
    register : polars.DataFrame
        Rows with ``cell7`` and what there is of ``KEPT``; a site stands once for each of its parts.
    findings : tuple of Finding
        Rows that make no part of the list, stand without coordinates, or repeat.

    Raises
    ------
    DataError
        The file cannot be read, or columns are missing; all of them are named.
    """
    rows = _read(source)
    named = {ours: rows[theirs].alias(ours) for ours, theirs in (columns or {}).items() if theirs in rows.columns}
    refuse([missing(theirs) for theirs in (columns or {}).values() if theirs not in rows.columns])
    rows = rows.with_columns(named.values(), **{ours: pl.lit(value) for ours, value in (constants or {}).items()})
    refuse(
        [missing(name) for name in (*(c for c in COLUMNS if c != "cell7"), "lat", "lon") if name not in rows.columns]
    )
    if "organization" not in rows.columns:
        rows = rows.with_columns(organization=pl.lit(None, pl.String))  # then every site is a firm of its own
    rows = rows.select(name for name in KEPT if name in rows.columns)
    rows = rows.with_columns(pl.col(name).cast(pl.Float64, strict=False) for name in NUMBERS if name in rows.columns)
    found: list[Finding] = []
    if codes is not None:
        rows = _parts(rows, _read(codes))
    for column, what in (("part", "make no part of the code list"), ("lat", "have no coordinates")):
        lost = rows[column].null_count()
        if lost:
            found.append(_left_out(column, f"{lost:,} of {rows.height:,} rows {what} and are left out", lost))
        rows = rows.drop_nulls(column)
    if "site" in rows.columns:
        once = rows.unique(["site", "part"], keep="first", maintain_order=True)
        if once.height < rows.height:
            again = rows.height - once.height
            found.append(_left_out("site", f"{again:,} rows repeat a site and part; the first of each counts", again))
        rows = once
    return index(rows.drop_nulls("lon")), tuple(found)


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        refuse(
            [
                Finding(
                    rule="unreadable", severity="error", table="register", value=str(path), count=1,
                    problem="the file cannot be read", remedy=f"Give a CSV or Parquet file: {str(error).splitlines()[0]}.",
                )
            ]
        )  # fmt: skip
        raise


def _parts(rows: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Replace the activity code in ``part`` by the parts of the longest code that it begins with."""
    refuse([missing(name) for name in ("code", "part") if name not in codes.columns])
    makes: dict[str, list[str]] = {}
    for code, part in codes.select("code", "part").drop_nulls().iter_rows():
        makes.setdefault(str(code), []).append(str(part))
    activity = rows["part"].cast(pl.String)
    fitting: dict[str, list[str] | None] = {}
    for code in activity.drop_nulls().unique():
        longest = max((c for c in makes if code.startswith(c)), key=len, default=None)
        fitting[code] = makes[longest] if longest is not None else None
    parts = pl.Series("part", [fitting[c] if c is not None else None for c in activity], dtype=pl.List(pl.String))
    return rows.with_columns(parts).explode("part")


def _left_out(column: str, problem: str, count: int) -> Finding:
    remedy = "Nothing to do if that is meant; else mend the file or the code list."
    return Finding(
        rule="left_out", severity="note", table="register", column=column, problem=problem, remedy=remedy, count=count
    )
