"""What somebody sends: looked at before it is unpacked, then read by a process of its own that can be lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.io.raw import finding, refuse
from tierscape.network import Network
from tierscape.schema import TABLES
from tierscape.server.importing.child import OUTCOME
from tierscape.server.importing.directory import check_archive
from tierscape.server.refusals import Unavailable
from tierscape.server.settings import Settings

CHILD = "tierscape.server.importing.child"
AT_ONCE = 2
WAIT_S = 60
MIB, GIB = 1 << 20, 1 << 30
STARTS = {".zip": b"PK", ".xlsx": b"PK", ".parquet": b"PAR1"}
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""The environment of the process: nothing of the server's own settings, no secret."""
_turns = threading.BoundedSemaphore(AT_ONCE)


def read_upload(path: Path, settings: Settings) -> Network:
    """Read and check a network that came from outside.

    Parameters
    ----------
    path : pathlib.Path
        An ``.xlsx``, ``.zip`` or ``.csv``, or a folder of CSV and Parquet files, under a name that the server made.
    settings : Settings
        Limits of size, memory and time.

    Returns
    -------
    Network
        Checked, with the findings that did not stop it.

    Raises
    ------
    DataError
        It cannot be used, or is dangerous to read; all findings are listed.
    Unavailable
        Too many uploads are being read.

    Notes
    -----
    Costs the start of a process, about as much as ``import polars``, beside the reading itself.
    """
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        _look(file, settings)
    if not _turns.acquire(timeout=WAIT_S):
        raise Unavailable("Other uploads are being read. Try again in a minute.", wait_s=WAIT_S)
    try:
        with tempfile.TemporaryDirectory(prefix="tierscape-") as folder:
            ended = _run(path.absolute(), Path(folder), settings)
            return _taken(path, Path(folder), ended)
    finally:
        _turns.release()


def _look(path: Path, settings: Settings) -> None:
    """See that a file is what its ending says, and an archive nothing worse."""
    ending = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(4)
    expected = STARTS.get(ending, b"")
    old_or_locked = ending == ".xlsx" and start == b"\xd0\xcf\x11\xe0"
    if not start.startswith(expected) and not old_or_locked:
        raise refuse("unreadable", path.name, f"the file is no {ending} inside", "Save it again in that form.")
    if ending == ".csv" and start.startswith((b"PK\3\4", b"PAR1")):
        raise refuse("unreadable", path.name, "the file is no .csv inside", "Give it the ending of its form.")
    if ending in (".zip", ".xlsx") and not old_or_locked:
        check_archive(path, unpacked_bytes=settings.unpacked_mib * MIB)


def _run(source: Path, target: Path, settings: Settings) -> int | None:
    """Let a process read the file; gives how it ended, null where it had to be ended."""
    limits = (int(settings.import_memory_gib * GIB), settings.import_cpu_s, settings.unpacked_mib * MIB)
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"TMPDIR": str(target), "POLARS_MAX_THREADS": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(  # noqa: S603 - our own module; the paths were made by the server
        [sys.executable, "-m", CHILD, str(source), str(target), *map(str, limits)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=target, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        return child.wait(timeout=2 * settings.import_cpu_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    if sys.platform == "win32":
        child.kill()
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _taken(path: Path, folder: Path, ended: int | None) -> Network:
    """Take over what the process has left."""
    outcome = folder / OUTCOME
    if ended not in (0, 3) or not outcome.exists():
        raise DataError([_lost(path, ended)])
    told = json.loads(outcome.read_text(encoding="utf-8"))
    findings = tuple(_placeless(Finding(**given), path) for given in told["findings"])
    if not told["good"]:
        raise DataError(findings)
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return Network(told["name"], tables, findings)


def _placeless(told: Finding, path: Path) -> Finding:
    """Take out where the server keeps what was sent."""
    if told.rule == "one_table":
        return replace(told, remedy="Send the files of all tables together, or one .xlsx or .zip that holds them.")
    places = (f"{path.absolute()}", f"{path.absolute().parent}")
    kept = {name: getattr(told, name) for name in ("problem", "remedy", "value") if getattr(told, name)}
    for place in places:
        kept = {name: text.replace(place, path.name) for name, text in kept.items()}
    return replace(told, **kept)


def _lost(path: Path, ended: int | None) -> Finding:
    slow = ended is None or ended in (-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGKILL", 9))
    problem = "it takes longer to read" if slow else "it needs more memory to read"
    remedy = "Send fewer rows at once, or Parquet files; an administrator can raise the limit."
    return finding("too_large", path.name, f"{problem} than the server gives to one upload", remedy)
