"""R1: kill -9 the server while it writes and works, again and again; nothing acknowledged may be lost, torn or done twice.

    python benchmarks/server_kills.py [kills] [seed] [store]

``store`` is an address of an empty PostgreSQL database; SQLite by default. Each round brings small
networks and queues a job, kills at a random moment, starts again and sees the job to its end. Prints the seed, the numbers of
acknowledged writes and jobs, the jobs that a kill interrupted, and the longest start.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from killed import Served, W, Writer, check_acknowledged

from tierscape.server.store import backup
from tierscape.server.store.opening import connect


def run(folder: Path, kills: int, seed: int, store: str) -> dict[str, float]:
    """Kill as often as asked, then check all that was acknowledged."""
    draw, acknowledged, number, interrupted = random.Random(seed), {}, 0, 0
    served = Served(folder / "data", store)
    starts = [served.start()]
    mini = served.client.post(f"{W}/networks", json={"example": "mini"}).json()["digest"]
    for kill in range(kills):
        question = {"params": {"wait": 0}, "json": {"radius_km": 50 + kill}}
        queued = served.client.post(f"{W}/networks/{mini}/analyses/density", **question).json()
        writer = Writer(served, number)
        writer.start()
        while not writer.acknowledged:
            time.sleep(0.005)
        time.sleep(draw.uniform(0.0, 0.5 if kill % 2 else 3.0))
        served.kill()
        writer.leave.set()
        writer.join()
        acknowledged |= writer.acknowledged
        number = writer.number + 1
        starts.append(served.start())
        interrupted += _state(served, queued["job"]) != "done"
        _see_to_its_end(served, queued)
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
    return {"seed": seed, "kills": kills, "acknowledged": len(acknowledged), "jobs": kills, "interrupted": interrupted, "lost": 0, "median_start_s": round(statistics.median(starts), 1), "longest_start_s": round(max(starts), 1)}  # fmt: skip


def _state(served: Served, job: str) -> str:
    return str(served.client.get(f"{W}/jobs/{job}").json()["state"])


def _see_to_its_end(served: Served, queued: dict[str, str]) -> None:
    """Wait until a job that was acknowledged is done, and its answer there."""
    while (state := _state(served, queued["job"])) in ("queued", "running"):
        time.sleep(0.1)
    if state != "done" or served.client.get(f"{W}/results/{queued['result_key']}").status_code != 200:
        raise SystemExit(f"job {queued['job']} is {state}")


def main() -> None:
    """Run and print."""
    words = sys.argv[1:]
    kills, seed, store = [*words, *("200", "1", "")[len(words) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), int(kills), int(seed), store)))


if __name__ == "__main__":
    main()
