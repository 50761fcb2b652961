"""The process that reads one upload: limited in memory, time and files, and ended with it.

It is started as ``python -m tierscape.server.importing.child SOURCE TARGET MEMORY CPU_S FILE`` with an environment that holds no
setting of the server, and leaves in TARGET the tables as Parquet and ``outcome.json``.
"""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

from tierscape.errors import DataError, Finding
from tierscape.io.networks import load
from tierscape.io.raw import finding, refuse

if sys.platform != "win32":
    import resource

OUTCOME = "outcome.json"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00")


def main(arguments: list[str]) -> int:
    """Read, check, write; gives 0 where the tables are good and 3 where they are not, both with an outcome."""
    source, target = Path(arguments[0]), Path(arguments[1])
    memory, cpu, file = (int(text) for text in arguments[2:5])
    confine(memory, cpu, file)
    try:
        if source.suffix.lower() == ".xlsx":
            check_markup(source)
        network = load(source)
    except DataError as error:
        return _leave(target, "", error.findings, 3)
    except (MemoryError, RecursionError):
        problem = "it needs more memory than the server gives to one upload"
        return _leave(target, "", (finding("too_large", source.name, problem, "Send fewer rows at once."),), 3)
    for name, frame in network.tables.items():
        frame.write_parquet(target / f"{name}.parquet", compression="zstd")
    return _leave(target, network.name, network.findings, 0)


def confine(memory: int, cpu: int, file: int) -> None:
    """Limit this process: bytes of address space, seconds of CPU, bytes of a file that it writes; no core dump."""
    if sys.platform == "win32":
        return
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))


def check_markup(source: Path) -> None:
    """Refuse XML in 16 or 32 bits, in which a search for document types would find none.

    Raises
    ------
    DataError
        A part of the workbook is not in UTF-8.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(entry) as part:
                        start = part.read(200)
                    if start.startswith(_WIDE) or (b"encoding=" in start and not _is_utf8(start)):
                        problem = "a part of the workbook is not in UTF-8"
                        raise refuse("unreadable", source.name, problem, "Save it again from a spreadsheet program.")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise refuse("unreadable", source.name, "the workbook cannot be opened", "Save it again.") from error


def _is_utf8(start: bytes) -> bool:
    named = start.split(b"encoding=", 1)[1][1:20].lower()
    return named.startswith((b"utf-8", b"us-ascii", b"iso-8859-1"))


def _leave(target: Path, name: str, findings: tuple[Finding, ...], code: int) -> int:
    told = {"name": name, "findings": [asdict(f) for f in findings], "good": code == 0}
    (target / OUTCOME).write_text(json.dumps(told), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
