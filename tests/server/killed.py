"""A server in a process of its own that can be killed, and a writer that remembers what was acknowledged."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

W = "/api/w/main"


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """``tierscape serve`` over a data folder; it may be killed and started again."""

    def __init__(self, data: Path, store: str = "") -> None:
        self.data, self.store, self.process = data, store, None
        self.port = free_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def start(self) -> float:
        """Start it and wait until it is ready; gives the seconds that it took."""
        words = [sys.executable, "-m", "tierscape.cli", "serve", "--no-auth", "--port", str(self.port), "--data", str(self.data)]  # fmt: skip
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [*words, *(["--store", self.store] if self.store else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            assert self.process.poll() is None, "the server has ended"
            try:
                if self.client.get("/readyz").status_code == 200:
                    return time.monotonic() - begun
            except httpx.TransportError:
                time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.client.close()


class Writer(threading.Thread):
    """Brings one small network after the other and keeps the digests that were answered."""

    def __init__(self, served: Served, first: int) -> None:
        super().__init__(daemon=True)
        self.served, self.number, self.acknowledged = served, first, {}
        self.leave = threading.Event()

    def run(self) -> None:
        """Write until the server is gone."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.served.port}", timeout=10) as client:
            while not self.leave.is_set():
                part = f"part-{self.number}"
                told = {"tables": {"parts": [{"part": part, "kind": "component", "unit_value": self.number}]}}
                try:
                    answer = client.post(f"{W}/networks", params={"name": part}, json=told)
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.acknowledged[answer.json()["digest"]] = part
                self.number += 1


def check_acknowledged(served: Served, acknowledged: dict[str, str]) -> None:
    """See that everything that was answered is there, whole, under its name."""
    names = {n["name"]: n["digest"] for n in served.client.get(f"{W}/names").json()}
    for digest, part in acknowledged.items():
        rows = served.client.get(f"{W}/networks/{digest}/tables/parts").json()["rows"]
        assert [row["part"] for row in rows] == [part]
        assert names[part] == digest
