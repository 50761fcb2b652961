"""Tables of networks as Parquet files: whole on disk before anything names them."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.frames import empty
from tierscape.schema import TABLES
from tierscape.server.store.tables import Blob

PARTIAL = ".new-"
"""Prefix of a folder that is being written."""
STALE_S = 3600.0
"""Age from which a folder that no row names was left by a process that died."""


def write_blobs(root: Path, digest: str, tables: Mapping[str, pl.DataFrame]) -> list[Blob]:
    """Write the tables that have rows into a folder of their own, and see them safe on disk.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all networks.
    digest : str
        Digest of the network.
    tables : mapping of str to polars.DataFrame
        Its tables.

    Returns
    -------
    list of Blob
        A row for each file, not yet in the store; without rows, one empty table stands for the network.

    Raises
    ------
    OSError
        The disk is full or cannot be written; nothing is left behind.
    """
    name = f"{digest[:16]}-{secrets.token_hex(6)}"
    partial = root / f"{PARTIAL}{name}"
    partial.mkdir(parents=True)
    try:
        full = {n: tables[n] for n in TABLES if tables[n].height} or {"meta": tables["meta"]}
        rows = [_write(partial / f"{table}.parquet", frame, (digest, name)) for table, frame in full.items()]
        _sync(partial)
        partial.rename(root / name)
        _sync(root)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return rows


def _write(path: Path, frame: pl.DataFrame, where: tuple[str, str]) -> Blob:
    made = io.BytesIO()  # a full disk is then told as what it is, not as a fault of the format
    frame.write_parquet(made)
    content = made.getvalue()
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Blob(
        digest=where[0], table=path.stem, rows=frame.height, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), folder=where[1],
    )  # fmt: skip


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def read_blobs(root: Path, blobs: Iterable[Blob]) -> Mapping[str, pl.DataFrame]:
    """Read every table of a network; those without rows are empty.

    Raises
    ------
    DataError
        A file is gone or changed in size: the data folder was touched by something else.
    """
    found = {name: empty(table) for name, table in TABLES.items()}
    for blob in blobs:
        path = root / blob.folder / f"{blob.table}.parquet"
        if not path.is_file() or path.stat().st_size != blob.size:
            raise DataError([_gone(blob)])
        found[blob.table] = pl.read_parquet(path, memory_map=False).select(found[blob.table].columns)
    return MappingProxyType(found)


def remove_folders(root: Path, folders: Iterable[str]) -> None:
    """Remove folders that no row names any more."""
    for name in set(folders):
        shutil.rmtree(root / name, ignore_errors=True)


def sweep_orphans(root: Path, named: set[str]) -> None:
    """Remove what a process that died left behind: folders without a row, older than an hour."""
    if root.is_dir():
        for folder in root.iterdir():
            if folder.name not in named and time.time() - folder.stat().st_mtime > STALE_S:
                shutil.rmtree(folder, ignore_errors=True)


def check_blob(root: Path, blob: Blob) -> bool:
    """See whether a file has the bytes that its row promises."""
    path = root / blob.folder / f"{blob.table}.parquet"
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == blob.sha256


def _gone(blob: Blob) -> Finding:
    return Finding(
        rule="file_gone", severity="error", table=blob.table, problem="the file of the table is gone or changed",
        remedy="Restore the data folder from a backup.", value=blob.digest,
    )  # fmt: skip
