"""Read tables from a folder, a workbook or an archive, and write them, without loss."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tierscape.errors import Finding
from tierscape.io import delimited
from tierscape.io.archive import members, pack
from tierscape.io.raw import Raw, refuse
from tierscape.io.suppliers import expand
from tierscape.io.workbooks import read_workbook, render_workbook
from tierscape.schema import SUPPLIERS, TABLES

__all__ = ["Raw", "read", "write"]

ENDINGS = (".csv", ".parquet")


def read(path: Path) -> Raw:
    """Read raw tables; a supplier list among them is expanded.

    Parameters
    ----------
    path : pathlib.Path
        A folder of ``TABLE.csv`` or ``TABLE.parquet``, a ``.zip`` of it, an ``.xlsx``, or a single CSV file with suppliers.

    Raises
    ------
    DataError
        The path holds nothing that can be read.
    """
    if path.is_dir():
        files = {f.name: f.read_bytes() for f in sorted(path.iterdir()) if f.suffix in ENDINGS and f.is_file()}
        raw = _tables(path.name, files)
    elif path.suffix == ".zip":
        raw = _tables(
            path.stem, {name: content for name, content in members(path).items() if Path(name).suffix in ENDINGS}
        )
    elif path.suffix == ".xlsx":
        raw = read_workbook(path)
    elif path.suffix == ".csv":
        raw = _tables(path.stem, {f"{SUPPLIERS.name}.csv": path.read_bytes()})
    else:
        raise refuse(
            "unknown_form", path.name, "the form of the file is not known", "Give a folder, .xlsx, .zip or .csv."
        )
    if not raw.tables:
        known = ", ".join([*TABLES, SUPPLIERS.name])
        raise refuse("no_table", path.name, "there is no table", f"Tables are files or sheets with the names {known}.")
    return expand(raw)


def _tables(name: str, files: Mapping[str, bytes]) -> Raw:
    tables: dict[str, pl.DataFrame] = {}
    first_rows: dict[str, int] = {}
    findings: list[Finding] = []
    for file, content in files.items():
        table = Path(file).stem
        if table in tables:
            raise refuse(
                "doubled", table, "the table stands in a CSV and in a Parquet file", "Keep one of them.", value=file
            )
        if file.endswith(".parquet"):
            tables[table], first_rows[table] = _parquet(file, content), 1
        else:
            tables[table], first_rows[table], more = delimited.parse(table, content)
            findings += more
    return Raw(name, {t: f for t, f in tables.items() if f.width}, first_rows, tuple(findings))


def _parquet(file: str, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(content)
    except pl.exceptions.PolarsError as error:
        raise refuse("unreadable", file, "the Parquet file cannot be read", f"Write it again: {error}.") from error


def write(tables: Mapping[str, pl.DataFrame], path: Path) -> list[Finding]:
    """Write tables as a folder of CSV files, or as an ``.xlsx`` or a ``.zip`` by the ending of the path.

    Empty tables, and columns without a value, are left out: they mean the same as being absent. The target appears whole or
    not at all.

    Returns
    -------
    list of Finding
        What the form could not carry exactly.

    Raises
    ------
    DataError
        The target exists already, or the form cannot hold the tables.
    """
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise refuse(
            "exists", path.name, "the target exists and is not empty", "Choose another name, or remove it first."
        )
    full = {name: _filled(tables[name], name) for name in TABLES if name in tables and tables[name].height}
    if path.suffix == ".xlsx":
        content, findings = render_workbook(full)
        place({"": content}, path)
        return findings
    files = {f"{name}.csv": delimited.render(frame) for name, frame in full.items()}
    place({"": pack(files)} if path.suffix == ".zip" else files, path)
    return []


def _filled(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    keep = [c.name for c in TABLES[table].columns if c.required or frame[c.name].null_count() < frame.height]
    return frame.select(keep)


def place(files: Mapping[str, bytes], path: Path) -> None:
    """Write files beside the target and then rename: one file named ``""`` is the target itself, several make a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for name, content in files.items():
            (staging / (name or path.name)).write_bytes(content)
        if "" in files:
            (staging / path.name).replace(path)
        else:
            if path.exists():
                path.rmdir()
            staging.chmod(0o755)
            staging.rename(path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
