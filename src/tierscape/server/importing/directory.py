"""The directory of a zip archive, read by hand before any library opens it.

A library walks as many entries as there are and believes what they say of themselves; two libraries may believe different
places. Here everything that two readers could take differently is refused, at the cost of the directory alone.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tierscape.errors import DataError
from tierscape.io.archive import MOST_ENTRIES, open_zip
from tierscape.io.raw import refuse

MOST_DIRECTORY = 4 << 20
"""Bytes of the directory: 400 for each of the most entries that there may be."""
DENSEST = 1032
"""Deflate cannot shrink further than to one byte in so many (zlib's own bound)."""
NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".ods", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz")
_END, _END64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_TAIL = 65_557
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_ENCRYPTED, _DESCRIBED_AFTER = 0x1, 0x8
_AGAIN = "Pack the tables again, with a common program and without a password."


@dataclass(frozen=True)
class Entry:
    """A file of an archive as the directory tells of it."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    packed: int
    size: int
    mode: int
    offset: int


def check_archive(path: Path, *, unpacked_bytes: int) -> None:
    """See that an archive can be read without danger, before anything of it is unpacked.

    Parameters
    ----------
    path : pathlib.Path
        A ``.zip`` or ``.xlsx``.
    unpacked_bytes : int
        Most that it may unpack to.

    Raises
    ------
    DataError
        It is none, holds too much, or says things of itself that are not so.
    """
    with path.open("rb") as file:
        start, size, count = _end(path, file)
        if count > MOST_ENTRIES or size > MOST_DIRECTORY:
            raise refuse("too_large", path.name, f"it holds {count:,} files", "Pack the tables alone.")
        file.seek(start)
        entries = list(_entries(path, file.read(size)))
        if len(entries) != count:
            raise _broken(path, "its directory has another number of files than it says")
        total = sum(entry.size for entry in entries)
        if total > unpacked_bytes:
            said = f"it would unpack to {total / (1 << 20):,.0f} MiB"
            raise refuse("too_large", path.name, said, "Send fewer rows at once, or Parquet files.")
        for entry in entries:
            _check_entry(path, entry)
        _check_names(path, entries)
        _check_places(path, file, entries, start)
    open_zip(path).close()


def _broken(path: Path, problem: str, value: str | None = None) -> DataError:
    return refuse("unreadable", path.name, problem, _AGAIN, value=value)


def _end(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Find the directory: where it starts, its size, and the number of its entries."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _TAIL))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _broken(path, "the file is no archive that can be opened")
    disk, disk_start, here, count, size, start, comment = struct.unpack("<4H2LH", tail[at + 4 : at + 22])
    end = length - len(tail) + at
    if disk or disk_start or here != count or end + 22 + comment != length:
        raise _broken(path, "the archive is one of several parts, or has more behind its end")
    if tail[max(0, at - 20) :].startswith(_LOCATOR) or count == _FULL16 or _FULL32 in (size, start):
        end, start, size, count = _end64(path, file, end)
    if start + size != end:
        raise _broken(path, "there is something before or behind the directory")
    return start, size, count


def _end64(path: Path, file: BinaryIO, end: int) -> tuple[int, int, int, int]:
    """Read the end of an archive in the large form."""
    file.seek(max(0, end - 20))
    locator = file.read(20)
    if len(locator) < 20 or not locator.startswith(_LOCATOR):
        raise _broken(path, "its end says that it is large, and does not say more")
    disk, at, disks = struct.unpack("<LQL", locator[4:])
    file.seek(min(at, end))
    record = file.read(56)
    if disk or disks > 1 or len(record) < 56 or not record.startswith(_END64) or at + 56 != end - 20:
        raise _broken(path, "the large form of its end is not where it must be")
    *_, count, size, start = struct.unpack("<Q2H2L4Q", record[4:])
    return at, start, size, count


def _entries(path: Path, directory: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(directory):
        if len(directory) < at + _CENTRAL.size or directory[at : at + 4] != b"PK\1\2":
            raise _broken(path, "its directory cannot be read")
        fields = _CENTRAL.unpack_from(directory, at)
        made_by, flags, method, packed, size = fields[1], fields[3], fields[4], fields[8], fields[9]
        names, extras, comments, offset = fields[10], fields[11], fields[12], fields[16]
        raw = directory[at + 46 : at + 46 + names]
        extra = directory[at + 46 + names : at + 46 + names + extras]
        size, packed, offset = _large(path, extra, (size, packed, offset))
        mode = fields[15] >> 16 if made_by >> 8 == 3 else 0
        name = raw.decode("utf-8" if flags & 0x800 else "cp437", errors="replace")
        yield Entry(name, raw, flags, method, packed, size, mode, offset)
        at += 46 + names + extras + comments


def _large(path: Path, extra: bytes, values: tuple[int, ...]) -> tuple[int, ...]:
    """Replace the values that do not fit into 32 bits by those of the large form, in its fixed order."""
    wanted = values.count(_FULL32)
    at = 0
    while wanted and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1 and length >= 8 * wanted and at + 4 + length <= len(extra):
            given = iter(struct.unpack_from(f"<{wanted}Q", extra, at + 4))
            return tuple(next(given) if value == _FULL32 else value for value in values)
        at += 4 + length
    if wanted:
        raise _broken(path, "an entry says that it is large, and does not say how large")
    return values


def _check_entry(path: Path, entry: Entry) -> None:
    kind = stat.S_IFMT(entry.mode)
    shown = entry.name[:80]
    if entry.flags & _ENCRYPTED:
        raise _broken(path, "a file in it has a password", shown)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _broken(path, "an entry is a link or a device, not a file", shown)
    if entry.method not in (0, 8):
        raise _broken(path, "a file in it is packed by an unusual method", shown)
    if entry.method == 0 and entry.size != entry.packed:
        raise _broken(path, "a file in it is not packed, and yet has two sizes", shown)
    if entry.size > DENSEST * entry.packed + DENSEST:
        raise refuse("too_large", path.name, "a file in it claims more than it can hold", _AGAIN, value=shown)
    if "\0" in entry.name:
        raise _broken(path, "an entry has a zero character in its name", shown)
    if PurePosixPath(entry.name).suffix.lower() in NESTED:
        remedy = "Unpack it, and pack the tables alone."
        raise refuse("nested", path.name, "there is an archive or workbook in it", remedy, value=shown)


def _check_names(path: Path, entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        plain = entry.name.replace("\\", "/").casefold()
        if plain in seen:
            raise _broken(path, "two files in it have one name", entry.name[:80])
        seen.add(plain)


def _check_places(path: Path, file: BinaryIO, entries: list[Entry], directory: int) -> None:
    """See that each file lies where the directory says, is what it says, and shares no byte with another."""
    if not entries:
        return
    in_order = sorted(entries, key=lambda entry: entry.offset)
    if in_order[0].offset != 0:
        raise _broken(path, "there is something before its first file")
    spans = [(entry.offset, _end_of(path, file, entry)) for entry in in_order]
    for (_, end), (start, _) in pairwise([*spans, (directory, directory)]):
        if end > start:
            raise _broken(path, "files in it overlap")


def _end_of(path: Path, file: BinaryIO, entry: Entry) -> int:
    file.seek(entry.offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise _broken(path, "a file in it is not where its directory says", entry.name[:80])
    _, _, flags, method, _, _, _, packed, size, names, extras = _LOCAL.unpack(head)
    name = file.read(names)
    extra = file.read(extras)
    after = bool(flags & _DESCRIBED_AFTER)
    if not after and _FULL32 in (size, packed):
        size, packed = _large(path, extra, (size, packed))
    same_sizes = after or (size, packed) == (entry.size, entry.packed)
    if name != entry.raw_name or method != entry.method or flags & _ENCRYPTED or not same_sizes:
        raise _broken(path, "a file in it says other things of itself than the directory", entry.name[:80])
    return entry.offset + _LOCAL.size + int(names) + int(extras) + entry.packed
