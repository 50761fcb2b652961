"""Zip archives: their directory is looked at before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tierscape.io.raw import refuse

MOST_BYTES = 4 << 30
"""Most that an archive may unpack to."""
MOST_RATIO = 200
"""Most that it may grow by, once it is larger than ``SMALL_BYTES``."""
SMALL_BYTES = 50 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive whose directory promises nothing dangerous.

    Raises
    ------
    DataError
        It is no archive, would unpack to too much, or names files outside itself.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise refuse("unreadable", path.name, "the file cannot be opened", f"Save it again: {error}.") from error
    entries = archive.infolist()
    size = sum(e.file_size for e in entries)
    if size > MOST_BYTES or (size > SMALL_BYTES and size > MOST_RATIO * path.stat().st_size):
        archive.close()
        said = f"would unpack to {size / (1 << 20):,.0f} MiB from {path.stat().st_size / (1 << 20):,.1f} MiB"
        raise refuse("too_large", path.name, said, "Send the tables as a folder of CSV or Parquet files.")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
            archive.close()
            raise refuse(
                "outside",
                path.name,
                "an entry names a place outside the archive",
                "Pack the folder again.",
                value=entry.filename,
            )
    return archive


def members(path: Path) -> dict[str, bytes]:
    """Read the files of an archive into memory, by name without folders.

    Raises
    ------
    DataError
        The archive is broken, encrypted or dangerous, or holds two files of one name.
    """
    found: dict[str, bytes] = {}
    with open_zip(path) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename).name
            if entry.is_dir() or name.startswith(".") or "__MACOSX" in entry.filename:
                continue
            if name in found:
                raise refuse("doubled", path.name, "two files have the same name", "Keep one of them.", value=name)
            try:
                found[name] = archive.read(entry)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
                raise refuse(
                    "unreadable", path.name, f"'{name}' cannot be unpacked", f"Pack it again: {error}."
                ) from error
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
