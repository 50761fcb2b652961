"""R1: kill -9 the server while it writes, again and again; nothing that was acknowledged may be lost or torn.

    python benchmarks/server_kills.py [kills] [seed] [store]

``store`` is an address of an empty PostgreSQL database; SQLite by default. Prints the seed, the number of acknowledged writes and
the longest start.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from killed import Served, Writer, check_acknowledged

from tierscape.server.store import backup
from tierscape.server.store.opening import connect


def run(folder: Path, kills: int, seed: int, store: str) -> dict[str, float]:
    """Kill as often as asked, then check all that was acknowledged."""
    draw, acknowledged, number = random.Random(seed), {}, 0
    served = Served(folder / "data", store)
    starts = [served.start()]
    for _ in range(kills):
        writer = Writer(served, number)
        writer.start()
        while not writer.acknowledged:
            time.sleep(0.005)
        time.sleep(draw.uniform(0.0, 0.5))
        served.kill()
        writer.leave.set()
        writer.join()
        acknowledged |= writer.acknowledged
        number = writer.number + 1
        starts.append(served.start())
    check_acknowledged(served, acknowledged)
    served.stop()
    url = store or f"sqlite:///{folder / 'data' / 'store.db'}"
    opened = connect(url, folder / "data")
    faults = backup.faults(opened)
    opened.engine.dispose()
    if faults:
        raise SystemExit("\n".join(faults))
    if not store:
        connection = sqlite3.connect(folder / "data" / "store.db")
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise SystemExit("the database is not whole")
        connection.close()
    return {"seed": seed, "kills": kills, "acknowledged": len(acknowledged), "lost": 0, "longest_start_s": round(max(starts), 1)}  # fmt: skip


def main() -> None:
    """Run and print."""
    words = sys.argv[1:]
    kills, seed, store = [*words, *("200", "1", "")[len(words) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), int(kills), int(seed), store)))


if __name__ == "__main__":
    main()
