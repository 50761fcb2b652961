"""R2 and R4: PostgreSQL stopped at once under load, again and again; and a full disk.

    python benchmarks/server_faults.py [stops] [seed]

A PostgreSQL of its own is started, and a memory disk of 20 MB mounted where this may be done (as root on Linux). Prints for R2 how
often it was stopped, the statuses that a reader saw meanwhile, the longest recovery in seconds and the acknowledged writes, all
of which must be there; for R4 what a writer was told, that reads went on, and that writes came back with the room.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from killed import Served, W, Writer, check_acknowledged

from conftest import Postgres, postgres_bin

RECOVER_S = 60.0


def stop_database(folder: Path, stops: int, seed: int) -> dict[str, object]:
    """Stop PostgreSQL as a crash would while somebody writes, and see the server recover alone."""
    programs = postgres_bin()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed; 'apt-get install postgresql' brings it")
    place = Path(tempfile.mkdtemp(prefix="tierscape-postgres-"))
    postgres, draw = Postgres(place, programs), random.Random(seed)
    postgres.start()
    postgres.sql(f"CREATE ROLE {postgres.role} LOGIN NOSUPERUSER NOBYPASSRLS")
    served, seen, slowest = Served(folder / "data", postgres.database()), Counter(), 0.0
    writer = Writer(served, 0)
    try:
        served.start()
        writer.start()
        for _ in range(stops):
            time.sleep(draw.uniform(0.2, 2.0))
            postgres.stop()
            away = served.client.get(f"{W}/names")
            seen[f"{away.status_code} {'Retry-After' if 'retry-after' in away.headers else ''}"] += 1
            postgres.start()
            slowest = max(slowest, _until(served, 200))
        writer.leave.set()
        writer.join()
        check_acknowledged(served, writer.acknowledged)
    finally:
        served.stop()
        postgres.stop()
    return {"stops": stops, "seen": dict(seen), "slowest_recovery_s": round(slowest, 1), "acknowledged": len(writer.acknowledged), "lost": 0}  # fmt: skip


def _until(served: Served, status: int) -> float:
    begun = time.monotonic()
    while served.client.get(f"{W}/names").status_code != status:
        if time.monotonic() - begun > RECOVER_S:
            raise SystemExit("the server did not recover")
        time.sleep(0.05)
    return time.monotonic() - begun


def fill_disk(folder: Path) -> dict[str, object]:
    """Fill the disk under a server; it says so, stays readable, and writes again when there is room."""
    disk = folder / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], check=False)
    if done.returncode:
        return {"skipped": "a memory disk cannot be mounted here"}
    served = Served(disk / "data")
    try:
        served.start()
        first = served.client.post(f"{W}/networks", json={"example": "mini"}).json()["digest"]
        ballast = disk / "ballast"
        _fill(ballast)
        told = served.client.post(f"{W}/networks", json={"example": "ev-battery-central-europe"})
        read = served.client.get(f"{W}/networks/{first}/tables/sites").status_code
        left = [path.name for path in (disk / "data" / "networks").iterdir() if path.name.startswith(".new-")]
        ballast.unlink()
        again = served.client.post(f"{W}/networks", json={"example": "ev-battery-central-europe"}).status_code
        return {"write": told.status_code, "told": told.json()["message"], "read": read, "left_behind": left, "write_with_room": again}  # fmt: skip
    finally:
        served.stop()
        subprocess.run(["umount", str(disk)], check=False)


def _fill(ballast: Path) -> None:
    """Write until the disk is full, to the last byte."""
    number = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while os.write(number, b"x" * size):
                    continue
    finally:
        os.close(number)


def main() -> None:
    """Run and print."""
    words = sys.argv[1:]
    stops, seed = (int(word) for word in [*words, *("30", "1")[len(words) :]])
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"full_disk": fill_disk(Path(folder))}), flush=True)
        print(json.dumps({"database_stopped": stop_database(Path(folder), stops, seed)}))


if __name__ == "__main__":
    main()
