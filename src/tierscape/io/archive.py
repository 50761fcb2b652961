"""Zip archives: their directory is looked at before anything is unpacked."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from tierscape.io.raw import refuse

MOST_BYTES = 4 << 30
"""Most that an archive may unpack to."""
MOST_RATIO = 200
"""Most that it may grow by, once it is larger than ``SMALL_BYTES``."""
SMALL_BYTES = 50 << 20
MOST_ENTRIES = 10_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
"""What Python raises for archives that are broken, encrypted or packed by a method that it lacks."""


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive whose directory promises nothing dangerous.

    Raises
    ------
    DataError
        It is no archive, would unpack to too much, or names files outside itself.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise refuse("unreadable", path.name, "the file is no archive that can be opened", _again(error)) from error
    danger = _danger(path, archive.infolist())
    if danger is not None:
        archive.close()
        raise danger
    return archive


def _danger(path: Path, entries: list[zipfile.ZipInfo]) -> Exception | None:
    if len(entries) > MOST_ENTRIES:
        return refuse("too_large", path.name, f"it holds {len(entries):,} files", "Pack the tables alone.")
    size, packed = sum(e.file_size for e in entries), path.stat().st_size
    if size > MOST_BYTES or (size > SMALL_BYTES and size > MOST_RATIO * packed):
        said = f"would unpack to {size / (1 << 20):,.0f} MiB from {packed / (1 << 20):,.1f} MiB"
        return refuse("too_large", path.name, said, "Send the tables as a folder of CSV or Parquet files.")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
            problem = "an entry names a place outside the archive"
            return refuse("outside", path.name, problem, "Pack the folder again.", value=entry.filename)
    return None


def _again(error: Exception) -> str:
    return f"Save or pack it again, without a password ({str(error).rstrip('.') or type(error).__name__})."


def unpack(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read one file of an archive.

    Raises
    ------
    DataError
        The file is broken or encrypted.
    """
    try:
        return archive.read(entry)
    except _BROKEN as error:
        problem = "a file in it cannot be unpacked"
        raise refuse("unreadable", path.name, problem, _again(error), value=entry.filename) from error


def members(path: Path, endings: Collection[str]) -> dict[str, bytes]:
    """Read the files with one of the endings into memory, by name without folders.

    Raises
    ------
    DataError
        The archive is broken, encrypted or dangerous, or holds two such files of one name.
    """
    found: dict[str, bytes] = {}
    with open_zip(path) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename.replace("\\", "/"))
            if entry.is_dir() or name.suffix.lower() not in endings or name.name.startswith("."):
                continue
            if name.name in found:
                problem = "two files in it have the same name"
                raise refuse("doubled", path.name, problem, "Keep one of them.", value=name.name)
            found[name.name] = unpack(path, archive, entry)
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()
