"""Counting sites where they live: one Ibis expression over Parquet files, a database or a cluster; only counts come back.

A register is a long table, one row for each part that a site makes, with the columns of ``COLUMNS``. It may be a frame in
memory, Parquet files of any size, or a table that Ibis can reach. Text or integer codes serve alike in ``country``,
``organization``, ``part`` and ``status``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from tierscape.errors import Finding, Severity
from tierscape.lake.expressions import (
    FULL_SHARE,
    count_expression,
    flat_expression,
    owner_expression,
    review_expression,
)
from tierscape.lake.ingest import index
from tierscape.lake.register import COLUMNS, Register, Source, opened, refuse

if TYPE_CHECKING:
    import ibis

__all__ = [
    "COLUMNS",
    "FULL_SHARE",
    "Register",
    "Source",
    "by_firm",
    "counts",
    "digest",
    "flat",
    "index",
    "owners",
    "review",
]

_NUMBERS = ("sites", "share", "share_known")
_REVIEW: tuple[tuple[str, Severity, str, str, str], ...] = (
    ("no_cell", "warning", "cell7", "rows have no cell and are not counted", "Give lat and lon, and index again."),
    ("no_status", "warning", "status", "rows have no status and are not counted", "Give a status."),
    ("wrong_cell", "error", "cell7", "cells are not of H3 resolution 7", "Index again with tierscape.lake.index."),
    ("wrong_share", "error", "share", "shares lie outside 0 to 1000000", "Index again with the yearly need."),
)


def counts(
    source: Source, *, resolution: int, statuses: Sequence[str | int], parts: Sequence[str | int] | None = None
) -> pl.DataFrame:
    """Count the sites of each part in each cell.

    Parameters
    ----------
    source : Register, polars.DataFrame or ibis.Table
        Rows with the columns of ``COLUMNS``.
    resolution : int
        H3 resolution of the cells, 0 to 7.
    statuses : sequence
        Statuses that count; a null status does not.
    parts : sequence, optional
        Parts that count; all by default. Rows of other parts are dropped first.

    Returns
    -------
    polars.DataFrame
        One row a (cell, country, part), sorted by them: ``cell``, ``country``, ``part``, ``sites``, ``share`` (sum, null as
        0), ``share_known`` (rows whose share is known). Numbers are int64, so every engine gives the same bits.

    Raises
    ------
    DataError
        The register cannot be read, or columns are missing; all of them are named.
    MissingExtra
        The engine is not installed.
    ParameterError
        The register names no path or connection, or the resolution is out of range.

    Notes
    -----
    One pass over the rows; memory goes with the number of groups, not of rows.
    """
    with opened(source, COLUMNS) as rows:
        return _fetch(rows, count_expression(rows, resolution=resolution, statuses=statuses, parts=parts))


def owners(
    source: Source, *, resolution: int, statuses: Sequence[str | int], parts: Sequence[str | int] | None = None
) -> pl.DataFrame:
    """Count the sites of each organization that has more than one site of a part.

    All other sites are firms of their own, so that an effective number of firms needs no row a firm.

    Parameters
    ----------
    source, resolution, statuses, parts
        As in ``counts``; the rows also need ``organization``.

    Returns
    -------
    polars.DataFrame
        The columns of ``counts`` and ``organization``, sorted by cell, country, part, organization.

    Raises
    ------
    DataError, MissingExtra, ParameterError
        As in ``counts``.

    Notes
    -----
    Memory goes with the number of (part, organization) pairs; DuckDB spills to disk.
    """
    with opened(source, (*COLUMNS, "organization")) as rows:
        return _fetch(rows, owner_expression(rows, resolution=resolution, statuses=statuses, parts=parts))


def by_firm(counted: pl.DataFrame, owned: pl.DataFrame) -> pl.DataFrame:
    """Split counts into the sites of owners with several, and the rest, whose ``organization`` is null.

    Parameters
    ----------
    counted, owned : polars.DataFrame
        Answers of ``counts`` and ``owners`` to the same question.

    Returns
    -------
    polars.DataFrame
        Columns of ``owners``; the numbers add up to those of ``counted``.
    """
    keys = ["cell", "country", "part"]
    taken = owned.group_by(keys).agg(pl.col(_NUMBERS).sum())
    rest = counted.join(taken, on=keys, how="left", nulls_equal=True, suffix="_taken").select(
        *keys,
        pl.lit(None, owned.schema["organization"]).alias("organization"),
        *(pl.col(name) - pl.col(f"{name}_taken").fill_null(0) for name in _NUMBERS),
    )
    return _sorted(pl.concat([rest.filter(pl.col("sites") > 0), owned.select(rest.columns)]))


def review(
    source: Source, *, statuses: Sequence[str | int], parts: Sequence[str | int] | None = None
) -> tuple[Finding, ...]:
    """Say what a count of the register leaves out, in one more pass.

    Parameters
    ----------
    source, statuses, parts
        As in ``counts``.

    Returns
    -------
    tuple of Finding
        Rows without a cell and rows without a status.

    Raises
    ------
    DataError
        A cell is not of resolution 7, a share lies outside 0 to 10⁶, or as in ``counts``.
    MissingExtra, ParameterError
        As in ``counts``.
    """
    with opened(source, COLUMNS) as rows:
        expression = review_expression(rows, statuses=statuses, parts=parts)
        found = rows.get_backend().to_polars(expression).row(0, named=True)
    findings = tuple(
        Finding(
            rule=rule, severity=severity, table="register", column=column, problem=f"{found[rule]} {problem}",
            remedy=remedy, count=int(found[rule]),
        )
        for rule, severity, column, problem, remedy in _REVIEW
        if found[rule]
    )  # fmt: skip
    refuse(findings)
    return findings


def flat(
    source: Source, *, near: pl.DataFrame, needs: pl.DataFrame, resolution: int, statuses: Sequence[str | int]
) -> pl.DataFrame:
    """Flat completeness of places, worked out by the engine: for places too many for memory.

    Parameters
    ----------
    source, resolution, statuses
        As in ``counts``.
    near : polars.DataFrame
        One row a place and cell within its reach: ``place``, ``cell``, ``weight`` (2²⁰·K, int64).
    needs : polars.DataFrame
        One row a required part: ``part``, ``full`` (2²⁰·sites for full cover, int64), ``weight`` (int64, sum 10⁶).

    Returns
    -------
    polars.DataFrame
        ``place`` and ``flat``, 0 to 10¹², sorted by place; the bits of ``kernels.flat``.

    Raises
    ------
    DataError, MissingExtra, ParameterError
        As in ``counts``.

    Notes
    -----
    flat = Σ weight·(min(Σ sites·K, full)·10⁶ // full).
    """
    import ibis

    with opened(source, COLUMNS) as rows:
        parts = needs["part"].to_list()
        counted = count_expression(rows, resolution=resolution, statuses=statuses, parts=parts)
        expression = flat_expression(counted, ibis.memtable(near), ibis.memtable(needs))
        answer = rows.get_backend().to_polars(expression)
    places = near.select(pl.col("place").unique().sort())
    joined = places.join(answer, on="place", how="left", maintain_order="left")
    return joined.select("place", pl.col("flat").fill_null(0).cast(pl.Int64))


def digest(frame: pl.DataFrame) -> str:
    """Fingerprint of a table of counts: equal for engines that give equal bits."""
    return hashlib.sha256(frame.write_csv(null_value="\0").encode()).hexdigest()


def _fetch(rows: ibis.Table, expression: ibis.Table) -> pl.DataFrame:
    return _sorted(rows.get_backend().to_polars(expression))


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in ("cell", "country", "part", "organization") if name in frame.columns]
    return frame.select(*keys, pl.col(_NUMBERS).cast(pl.Int64)).sort(keys, nulls_last=True)
