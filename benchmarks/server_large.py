"""A large network through the door: upload, check, list, map, search; nothing may hold up other requests.

    python benchmarks/server_large.py [sites] [links]

100,000 sites and 500,000 links by default, sent as Parquet files. Beside each step ``/healthz`` is asked twenty times a second; its
longest answer says how long the step held up everybody else. Prints seconds, bytes plain and packed, and memory.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from killed import Served, W
from server_load import network


class Bystander(threading.Thread):
    """Asks whether the server lives, again and again, and keeps the longest answer."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.longest_ms, self.asked, self.leave = port, 0.0, 0, threading.Event()

    def run(self) -> None:
        """Ask until told to leave."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=600) as client:
            while not self.leave.wait(0.05):
                begun = time.perf_counter()
                client.get("/healthz")
                self.longest_ms = max(self.longest_ms, 1000 * (time.perf_counter() - begun))
                self.asked += 1


def step(served: Served, ask: Callable[[], httpx.Response]) -> tuple[dict[str, float], httpx.Response]:
    """Do one request beside a bystander."""
    bystander = Bystander(served.port)
    bystander.start()
    begun = time.perf_counter()
    answer = ask()
    spent = time.perf_counter() - begun
    bystander.leave.set()
    bystander.join()
    answer.raise_for_status()
    sent = answer.num_bytes_downloaded
    told = {"seconds": round(spent, 2), "bytes": len(answer.content), "sent_bytes": sent}
    return {**told, "others_waited_ms": round(bystander.longest_ms), "others": bystander.asked}, answer


def peak_mib(process: int) -> float:
    """Give the most memory that a process had."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024, 1)


def run(folder: Path, sites: int, links: int) -> dict[str, object]:
    """Send the network and ask what the app asks."""
    tables, files, sent = network(sites, links), [], 0
    for name, frame in tables.items():
        if frame.height:
            sink = io.BytesIO()
            frame.write_parquet(sink)
            files.append(("files", (f"{name}.parquet", sink.getvalue())))
            sent += sink.tell()
    served = Served(folder / "data")
    served.client.timeout = 600
    told: dict[str, object] = {"sites": tables["sites"].height, "links": tables["links"].height, "upload_bytes": sent}
    try:
        served.start()
        told["upload"], answer = step(served, lambda: served.client.post(f"{W}/networks", files=files))
        told["findings"] = [f["rule"] for f in answer.json()["findings"]]
        place = f"{W}/networks/{answer.json()['digest']}"
        product = served.client.get(place).json()["products"][0]["part"]
        asked = {
            "network": (place, {}), "map": (f"{place}/map", {"product": product}), "map_again": (f"{place}/map", {"product": product}),
            "search": (f"{place}/search", {"q": "x999"}), "rows": (f"{place}/tables/sites", {"sort": "-site", "limit": 200}),
            "filter": (f"{place}/tables/links", {"filter": "x999", "limit": 200}),
        }  # fmt: skip
        for name, (url, params) in asked.items():
            told[name], _ = step(served, lambda url=url, params=params: served.client.get(url, params=params))
        told["server_peak_mib"] = peak_mib(served.process.pid)
    finally:
        served.stop()
    return told


def main() -> None:
    """Run and print."""
    given = [int(word) for word in sys.argv[1:]]
    sites, links = [*given, *(100_000, 500_000)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), sites, links), indent=1))


if __name__ == "__main__":
    main()
