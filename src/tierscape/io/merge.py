"""Several files made one network: a plain union by key, with every conflict told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tierscape.errors import DataError, Finding, ParameterError, worst_first
from tierscape.io import read
from tierscape.io.masks import own_masks
from tierscape.network import Network
from tierscape.schema import GRADES, TABLES, Table
from tierscape.validate import parse_table

PROOF = ("evidence", "source", "as_of")
"""Columns that say what a row rests on: taken whole from the row that is used, never mixed."""
MOST_TOLD = 200
"""Conflicts of a table that are told one by one; the rest is counted."""


def merge(sources: Sequence[str | Path]) -> Network:
    """Unite files by the keys of their rows.

    Rows of different keys are put together. Of rows with one key the best is used: the higher grade of evidence, then the
    newer, then the file named first; cells that it leaves empty are filled from the next. Where values differ, a finding
    holds both. The row of ``meta`` is that of the first file. Keys of masked sites are made those of their file.

    Parameters
    ----------
    sources : sequence of str or path
        Folders, workbooks, archives or supplier lists, at least two; first the network that the others are added to.

    Returns
    -------
    Network
        With a finding for each conflict.

    Raises
    ------
    ParameterError
        Fewer than two sources, or two of the same name.
    DataError
        A source cannot be read, two of them count in different money, or the union does not fit together.

    Notes
    -----
    A supplier's file need not stand alone: what it points at may stand in another. Filled cells keep the evidence of the row
    that is used, although the weaker row brought them; a finding counts them. O(rows · log rows).
    """
    paths = [Path(source) for source in sources]
    if len(paths) < 2:
        raise ParameterError("merge: give two files or more.")
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise ParameterError(f"merge: the files {', '.join(names)} have the same name. Name each apart.")
    findings: list[Finding] = []
    files: list[tuple[str, dict[str, pl.DataFrame]]] = []
    for path in paths:
        tables, found = _typed(path)
        findings += found
        files.append((path.name, tables))
    findings += _money(files)
    if any(f.severity == "error" for f in findings):
        raise DataError(worst_first(findings))
    united: dict[str, pl.DataFrame] = {}
    for name, table in TABLES.items():
        parts = [(file, tables[name]) for file, tables in files if name in tables and tables[name].height]
        if parts:
            united[name], found = unite(table, parts) if table.key else (parts[0][1], [])
            findings += found
    try:
        network = Network.from_tables(united, name=Path(names[0]).stem)
    except DataError as error:
        raise DataError([*findings, *error.findings]) from None
    return Network(network.name, network.tables, worst_first([*findings, *network.findings]))


def _typed(path: Path) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Read one file as typed tables, its masks made its own."""
    raw = read(path)
    findings = list(raw.findings)
    tables = {}
    for name, frame in raw.tables.items():
        if name in TABLES:
            tables[name], found = parse_table(frame, TABLES[name], raw.first_rows.get(name, 1))
            findings += found
    hidden, found = own_masks(tables, path.stem)
    return hidden, findings + found


def _money(files: Sequence[tuple[str, Mapping[str, pl.DataFrame]]]) -> list[Finding]:
    """See that all count in one money, where they say in which."""
    stated = [
        (file, tables["meta"].row(0, named=True))
        for file, tables in files
        if "meta" in tables and tables["meta"].height
    ]
    found = []
    for column in ("currency", "price_year"):
        values: dict[object, str] = {}
        for file, row in stated:
            if row[column] is not None:
                values.setdefault(row[column], file)
        if len(values) > 1:
            told = ", ".join(f"{value} in '{file}'" for value, file in values.items())
            found.append(
                Finding(
                    rule="other_money", severity="error", table="meta", column=column, count=len(values),
                    problem=f"the files count in different money: {told}", remedy="Convert the figures of one of them first.",
                )
            )  # fmt: skip
    return found


def unite(table: Table, files: Sequence[tuple[str, pl.DataFrame]]) -> tuple[pl.DataFrame, list[Finding]]:
    """Unite the rows of one table.

    Parameters
    ----------
    table : Table
        With a key.
    files : sequence of str and polars.DataFrame
        Name of the file and its rows, typed, with all columns of the table.

    Returns
    -------
    rows : polars.DataFrame
        One row a key, in the order in which the keys come.
    findings : list of Finding
        One a key whose values differ, with both rows; one that counts filled cells.
    """
    grade = pl.col("evidence").replace_strict({g: i for i, g in enumerate(GRADES)}, default=len(GRADES), return_dtype=pl.Int64)  # fmt: skip
    key = list(table.key)
    rows = pl.concat(
        [frame.with_columns(_file=pl.lit(file), _order=pl.lit(at)) for at, (file, frame) in enumerate(files)]
    )
    rows = rows.with_row_index("_row").with_columns(_first=pl.col("_row").min().over(key), _grade=grade)
    rows = rows.sort(["_first", "_grade", "as_of", "_order", "_row"], descending=[False, False, True, False, False], nulls_last=True)  # fmt: skip
    proof = [name for name in PROOF if name in table.names]
    values = [name for name in table.names if name not in (*key, *proof)]
    groups = rows.group_by(key, maintain_order=True)
    merged = groups.agg(
        *(pl.col(name).drop_nulls().first() for name in values), *(pl.col(name).first() for name in proof)
    )
    judged = groups.agg(
        *((pl.col(name).drop_nulls().n_unique() > 1).alias(name) for name in values),
        _filled=pl.sum_horizontal((pl.col(name).first().is_null() & pl.col(name).is_not_null().any()).cast(pl.Int64) for name in values),
    )  # fmt: skip
    findings = _conflicts(table, rows, judged, values) + _filled(table, judged)
    return merged.select(table.names), findings


def _conflicts(table: Table, rows: pl.DataFrame, judged: pl.DataFrame, values: list[str]) -> list[Finding]:
    key = list(table.key)
    told = judged.filter(pl.any_horizontal(values)) if values else judged.clear()
    findings = []
    for verdict in told.head(MOST_TOLD).iter_rows(named=True):
        same = rows.filter(pl.all_horizontal(pl.col(k).eq_missing(pl.lit(verdict[k], rows[k].dtype)) for k in key))
        differing = [name for name in values if verdict[name]]
        used, *others = [_shown(row, differing) for row in same.iter_rows(named=True)]
        findings.append(
            Finding(
                rule="conflict", severity="warning", table=table.name, column=differing[0], count=1,
                value="/".join(str(verdict[k]) for k in key),
                problem=f"files differ: used is {used}; not used {' and '.join(others)}",
                remedy="Ask which holds, and correct the row in one of the files.",
            )
        )  # fmt: skip
    if told.height > MOST_TOLD:
        more = told.height - MOST_TOLD
        findings.append(
            Finding(
                rule="conflict", severity="warning", table=table.name, count=more,
                problem=f"{more} more rows differ between the files", remedy="Settle those that are told, and merge again.",
            )
        )  # fmt: skip
    return findings


def _shown(row: Mapping[str, Any], names: Sequence[str]) -> str:
    cells = ", ".join(f"{name} {'empty' if row[name] is None else row[name]}" for name in names)
    proof = (
        ", ".join(str(row[name]) for name in ("evidence", "as_of") if row.get(name) is not None) or "without a grade"
    )
    return f"{cells} ({proof}; {row['_file']})"


def _filled(table: Table, judged: pl.DataFrame) -> list[Finding]:
    filled = judged.filter(pl.col("_filled") > 0)
    if filled.is_empty():
        return []
    return [
        Finding(
            rule="filled", severity="note", table=table.name, count=filled.height,
            value="/".join(str(filled[k][0]) for k in table.key),
            problem=f"{filled.height} rows have empty cells filled from a row of lower grade or age in another file",
            remedy="Nothing to do if that is meant; the evidence shown is that of the better row.",
        )
    ]  # fmt: skip
