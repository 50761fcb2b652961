"""R2: how long a dragged supplier takes to be scored anew, on the example of Mexico.

    python benchmarks/server_what_if.py [moves] [network]

Sends that many places of one site, each with all moves from the network as it is, as the app does while a hand drags. Prints p50 and
p95 in ms over HTTP and as the server says, and its CPU a move. The equality gate: the last answer is what `density` gives for the
edited network.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from killed import Served, W
from server_load import cpu_seconds

import tierscape as ts
from tierscape.scenario import Edit, Scenario, apply_scenario


def percentile(values: list[float], share: float) -> float:
    """Give the value below which a share of them lies."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)


def _matters(served: Served, url: str, product: str, site: str) -> bool:
    """See whether any place would miss a site."""
    asked = {"product": product, "moves": [{"remove": site}]}
    return bool(served.client.post(url, json=asked).json()["places"])


def run(folder: Path, moves: int, name: str) -> dict[str, object]:
    """Drag one site about and check where it ends."""
    network, draw = ts.load(name), random.Random(1)
    sites = network["sites"].join(network["capabilities"], on="site", how="semi").drop_nulls("lat").to_dicts()
    product = network.products[0]
    served = Served(folder / "data")
    try:
        served.start()
        digest = served.client.post(f"{W}/networks", json={"example": name}).json()["digest"]
        url = f"{W}/networks/{digest}/what-if/density"
        begun = time.perf_counter()
        served.client.post(url, json={"product": product}).raise_for_status()
        first = 1000 * (time.perf_counter() - begun)
        site = next(site for site in sites if _matters(served, url, product, site["site"]))
        over_http, said, before = [], [], cpu_seconds(served.process)
        for _ in range(moves):
            spot = {"lat": site["lat"] + draw.gauss(0, 0.5), "lon": site["lon"] + draw.gauss(0, 0.5)}
            begun = time.perf_counter()
            answer = served.client.post(url, json={"product": product, "moves": [{"site": site["site"], **spot}]})
            over_http.append(1000 * (time.perf_counter() - begun))
            said.append(answer.json()["ms"])
        cpu_ms = 1000 * (cpu_seconds(served.process) - before) / moves
    finally:
        served.stop()
    edit = Edit(table="sites", where={"site": site["site"]}, set=spot)
    expected = ts.density(apply_scenario(network, Scenario(name="moved", edits=(edit,))), product=product).regions
    scores = dict(expected.select("region", "score").iter_rows())
    if not answer.json()["places"] or any(
        place["score"] != scores[place["place"]] for place in answer.json()["places"]
    ):
        raise SystemExit("the what-if is not what density gives")
    return {
        "network": name, "moves": moves, "first_ms": round(first, 1), "places": len(answer.json()["places"]),
        "http_ms": {"p50": percentile(over_http, 0.5), "p95": percentile(over_http, 0.95)},
        "server_ms": {"p50": percentile(said, 0.5), "p95": percentile(said, 0.95)}, "cpu_ms": round(cpu_ms, 1),
    }  # fmt: skip


def main() -> None:
    """Run and print."""
    words = sys.argv[1:]
    moves, name = [*words, *("50", "auto-electronics-mexico")[len(words) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), int(moves), name), indent=1))


if __name__ == "__main__":
    main()
