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
from tierscape.io.raw import Raw, refuse, table_name
from tierscape.io.suppliers import expand
from tierscape.io.workbooks import read_workbook, render_workbook
from tierscape.schema import SUPPLIERS, TABLES

__all__ = ["Raw", "read", "write"]

ENDINGS = (".csv", ".parquet")
NOT_WRITTEN = (".csv", ".parquet", ".xls", ".xlsm", ".ods", ".json")
"""Endings that a target cannot have: a network is many tables, so none of them can hold it, and a folder is not called so."""


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
    try:
        raw = _read(path)
    except OSError as error:
        remedy = "See that it is there and that you may read it."
        raise refuse("unreadable", path.name, f"it cannot be opened: {_said(error)}", remedy) from error
    if not raw.tables and not any(f.severity == "error" for f in raw.findings):
        known = ", ".join([*TABLES, SUPPLIERS.name])
        raise refuse("no_table", path.name, "there is no table", f"Tables are files or sheets with the names {known}.")
    return expand(raw)


def _read(path: Path) -> Raw:
    ending = path.suffix.lower()
    if path.is_dir():
        files = [f for f in sorted(path.iterdir()) if f.suffix.lower() in ENDINGS and f.name[0] != "." and f.is_file()]
        return _tables(path.resolve().name, {f.name: f.read_bytes() for f in files})
    if ending == ".zip":
        return _tables(path.stem, members(path, ENDINGS))
    if ending == ".xlsx":
        return read_workbook(path)
    if ending in ENDINGS and (table := table_name(path.stem)) in TABLES:
        remedy = f"Give the folder that holds it: {path.parent}."
        raise refuse("one_table", path.name, f"it is the table '{table}' alone, which is no network", remedy)
    if ending == ".csv":
        return _tables(path.stem, {f"{SUPPLIERS.name}.csv": path.read_bytes()})
    raise refuse("unknown_form", path.name, "the form of the file is not known", "Give a folder, .xlsx, .zip or .csv.")


def _tables(name: str, files: Mapping[str, bytes]) -> Raw:
    tables: dict[str, pl.DataFrame] = {}
    first_rows: dict[str, int] = {}
    findings: list[Finding] = []
    for file, content in files.items():
        table = table_name(Path(file).stem)
        if table in tables:
            raise refuse("doubled", table, "the table stands in two files", "Keep one of them.", value=file)
        if Path(file).suffix.lower() == ".parquet":
            tables[table], first_rows[table] = _parquet(file, content), 1
        else:
            tables[table], first_rows[table], more = delimited.parse(table, content)
            findings += more
    return Raw(name, {t: f for t, f in tables.items() if f.width}, first_rows, tuple(findings))


def _parquet(file: str, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(content)
    except (pl.exceptions.PolarsError, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise refuse("unreadable", file, "the Parquet file cannot be read", f"Write it again ({said}).") from error


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
        The target exists already or cannot be written, or the form cannot hold the tables.
    """
    ending = path.suffix.lower()
    if ending in NOT_WRITTEN:
        problem = f"a network is not written as {ending}"
        raise refuse("unknown_form", path.name, problem, "Name a folder, an .xlsx or a .zip.")
    refuse_to_replace(path)
    full = {name: _filled(tables[name], name) for name in TABLES if name in tables and tables[name].height}
    if ending == ".xlsx":
        content, findings = render_workbook(full)
        place({"": content}, path)
        return findings
    files = {f"{name}.csv": delimited.render(frame) for name, frame in full.items()}
    place({"": pack(files)} if ending == ".zip" else files, path)
    return []


def _filled(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    keep = [c.name for c in TABLES[table].columns if c.required or frame[c.name].null_count() < frame.height]
    return frame.select(keep)


def refuse_to_replace(path: Path) -> None:
    """See that a target holds nothing yet.

    Raises
    ------
    DataError
        It exists and is not an empty folder, or cannot be looked at.
    """
    try:
        taken = path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir())))
    except OSError as error:
        raise _unwritable(path, error) from error
    if taken:
        problem = "the target exists and is not empty"
        raise refuse("exists", path.name, problem, "Choose another name, or remove it first.")


def _unwritable(path: Path, error: OSError) -> Exception:
    remedy = "Choose a place where you may write and that has room."
    return refuse("unwritable", path.name, f"it cannot be written: {_said(error)}", remedy)


def _said(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).rstrip(".")


def place(files: Mapping[str, bytes], path: Path) -> None:
    """Write files beside the target and then rename: one file named ``""`` is the target itself, several make a folder.

    Raises
    ------
    DataError
        There is no place or no right to write; what stood there is unchanged.
    """
    try:
        _place(files, path.absolute())
    except OSError as error:
        raise _unwritable(path, error) from error


def _place(files: Mapping[str, bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".tierscape.", dir=path.parent))
    try:
        for name, content in files.items():
            (staging / (name or path.name)).write_bytes(content)
        if "" in files:
            if path.is_dir():
                path.rmdir()
            (staging / path.name).replace(path)
        else:
            staging.chmod(0o755)
            if path.exists():
                path.rmdir()
            staging.rename(path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
