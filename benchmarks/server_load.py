"""L1: cached reads over HTTP against a bare Starlette route that sends the same bytes, in one run.

    python benchmarks/server_load.py [seconds] [sites] [links]

Needs ``wrk``. A server of its own is started for each side on a free port of loopback; the network is made up, with the shape of
a real one. The equality gate: both sides send the same bytes as ``density`` gives in Python.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import polars as pl

import tierscape as ts

CONNECTIONS, THREADS = 64, 1
BARE = """
import sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = Path(sys.argv[1]).read_bytes()
async def send(request):
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip"})
uvicorn.run(Starlette(routes=[Route("/", send)]), port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


def network(sites: int, links: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Make the example of Central Europe larger: the same parts, made-up sites around the real ones."""
    base, draw = ts.load("ev-battery-central-europe"), random.Random(seed)
    real = base["sites"].filter(pl.col("lat").is_not_null()).to_dicts()
    parts = base["capabilities"]["part"].unique().sort().to_list()
    made, makes = [], []
    for number in range(sites - base["sites"].height):
        like = draw.choice(real)
        spot = {"lat": like["lat"] + draw.gauss(0, 0.4), "lon": like["lon"] + draw.gauss(0, 0.4)}
        made.append({"site": f"x{number}", "country": like["country"], "region": like["region"], "status": "operating", **spot})  # fmt: skip
        makes.append({"site": f"x{number}", "part": draw.choice(parts)})
    grown = {
        "sites": pl.concat([base["sites"], pl.DataFrame(made, schema=base["sites"].schema)]),
        "capabilities": pl.concat([base["capabilities"], pl.DataFrame(makes, schema=base["capabilities"].schema)]),
    }
    makers = grown["capabilities"].select("site", "part").rows()
    keys = grown["sites"]["site"].to_list()
    wanted = {(*draw.choice(makers), draw.choice(keys)) for _ in range(links)}
    rows = [{"supplier": s, "part": p, "buyer": b, "evidence": "inferred"} for s, p, b in sorted(wanted) if s != b]
    grown["links"] = pl.DataFrame(rows, schema=base["links"].schema)
    return {**base.tables, **grown}


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        try:
            httpx.get(url)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


def cpu_seconds(server: subprocess.Popen[bytes]) -> float:
    """Give the CPU time that a server has spent, user and system."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(url: str, seconds: int, script: Path, server: subprocess.Popen[bytes]) -> dict[str, float]:
    """Load an address; gives requests a second of the clock and of the server's CPU, p50 and p99 in ms, answers not 2xx."""
    before = cpu_seconds(server)
    words = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def percentile(name: str) -> float:
        number, unit = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", told).groups()
        return float(number) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]

    spent = cpu_seconds(server) - before
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    count = int(re.search(r"(\d+) requests in", told).group(1))
    return {"per_s": rate, "per_cpu_s": round(count / spent, 1), "p50_ms": percentile("50"), "p99_ms": percentile("99"), "bad": float(bad.group(1)) if bad else 0.0}  # fmt: skip


def main() -> None:
    """Measure both sides, ours first and again after the bare one."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed; 'apt-get install wrk' brings it")
    given = [int(word) for word in sys.argv[1:]]
    seconds, sites, links = [*given, *(60, 10_000, 50_000)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), seconds, sites, links)


def run(folder: Path, seconds: int, sites: int, links: int) -> None:
    """Bring a network, ask once, then load the cached answer."""
    tables = folder / "network"
    tables.mkdir()
    for name, frame in network(sites, links).items():
        if frame.height:
            frame.write_parquet(tables / f"{name}.parquet")
    loaded = ts.load(tables)
    port, bare_port = free_port(), free_port()
    command = [sys.executable, "-m", "tierscape.cli", "serve", str(tables), "--no-auth", "--port", str(port), "--data", str(folder / "data")]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    bare = None
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        site = f"http://127.0.0.1:{port}/api/w/main"
        product = loaded.products[0]
        asked = httpx.post(
            f"{site}/networks/{loaded.digest}/analyses/density?wait=1", json={"product": product}, timeout=600
        )
        if asked.status_code == 202:
            while httpx.get(f"{site}/jobs/{asked.json()['job']}").json()["state"] not in ("done", "failed"):
                time.sleep(0.5)
        key = asked.headers["x-result-key"]
        packed = httpx.get(f"{site}/results/{key}", headers={"Accept-Encoding": "gzip"})
        if packed.content != ts.density(loaded, product=product).to_json():
            raise SystemExit("the bytes of the server are not those of Python")
        with httpx.stream("GET", f"{site}/results/{key}", headers={"Accept-Encoding": "gzip"}) as stream:
            raw = b"".join(stream.iter_raw())
        (folder / "body.gz").write_bytes(raw)
        (folder / "bare.py").write_text(BARE)
        script, post = folder / "get.lua", folder / "post.lua"
        script.write_text('wrk.headers["Accept-Encoding"] = "gzip"')
        post.write_text(
            'wrk.method = "POST"\nwrk.headers["Accept-Encoding"] = "gzip"\nwrk.headers["Content-Type"] = "application/json"\n'
            f"wrk.body = '{json.dumps({'product': product})}'"
        )
        bare = subprocess.Popen([sys.executable, str(folder / "bare.py"), str(folder / "body.gz"), str(bare_port)])
        wait_for(f"http://127.0.0.1:{bare_port}/")
        report = {
            "body": {"plain_bytes": len(packed.content), "packed_bytes": len(raw)},
            "get": measure(f"{site}/results/{key}", seconds, script, server),
            "bare": measure(f"http://127.0.0.1:{bare_port}/", seconds, script, bare),
            "post": measure(f"{site}/networks/{loaded.digest}/analyses/density", seconds, post, server),
        }
        report["ratio"] = report["get"]["per_cpu_s"] / report["bare"]["per_cpu_s"]
        print(json.dumps(report, indent=1))
    finally:
        server.terminate()
        server.wait()
        if bare is not None:
            bare.terminate()
            bare.wait()


if __name__ == "__main__":
    main()
