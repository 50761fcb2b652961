"""R3: how long a dragged supplier takes from the hand to the frame that shows its scores, in the app, on the example of Mexico.

    python benchmarks/app_drag.py [moves] [network] [layers]

Opens the built app in Debian's chromium without a graphics card, drags one site about by the mouse and prints p50 and p95 in ms of
each stretch of the way: the server's work, the answer (question to answer, in the page), the layers (answer to layers handed to
the drawing library), the frame (layers to the frame drawn, which a graphics card would do), and all of it. ``layers`` is the list of layers shown, as in
the address; without cells, links and land what is left is what the app itself costs. The equality gate: the last scores shown are
those that the server gives for the place where the site was put.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from app_pages import CHROMIUM, FLAGS, Opened, open_page
from killed import Served, W
from playwright.sync_api import sync_playwright

MOVE_PX = 6
AWAY_PX = 150
ALONE_DEG = 0.25
WATCH = """() => {
  window.__longest = 0;
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.__longest = Math.max(window.__longest, task.duration);
  }).observe({ type: 'longtask' });
}"""


def percentile(values: list[float], share: float) -> float:
    """Give the value below which a share of them lies."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)


def drag(opened: Opened, lon: float, lat: float, moves: int) -> dict[str, list[float]]:
    """Drag what stands at a place to and fro, one step after the scores of the last are drawn; give the times of each."""
    page, draw = opened.page, random.Random(1)
    page.evaluate("([lon, lat]) => window.__map.jump(lon, lat, 6)", [lon, lat])
    opened.wait_for_mark("map_idle")
    box = page.locator(".map-canvas").bounding_box()
    x, y = page.evaluate("([lon, lat]) => window.__map.project(lon, lat)", [lon, lat])
    page.mouse.move(box["x"] + x, box["y"] + y)
    opened.wait_until(f"(window.__map.pick({x}, {y}) || {{}}).layer === 'sites'")
    page.mouse.down()
    page.mouse.move(box["x"] + x + 12, box["y"] + y + 4, steps=4)  # the first steps only tell a drag from a click
    opened.wait_until("window.__what_if && window.__what_if.total.length > 0")
    page.evaluate(WATCH)  # after the first, which builds what the others use
    for left in reversed(range(moves)):
        seen = page.evaluate("window.__what_if.total.length")
        x, y = x + draw.gauss(0, MOVE_PX), y + (draw.gauss(0, MOVE_PX) if left else AWAY_PX)  # away at last
        page.mouse.move(box["x"] + x, box["y"] + y)
        opened.wait_until(f"window.__what_if && window.__what_if.total.length > {seen}")
    page.mouse.up()
    times: dict[str, list[float]] = page.evaluate("window.__what_if")
    return times


def shown_is_true(served: Served, opened: Opened, asked: list[str]) -> bool:
    """See whether the scores that the page lists are those of the place where the site was put."""
    answer = served.client.post(asked[-2], json=json.loads(asked[-1])).json()
    true = {f"{place['score_before']:.3g} → {place['score']:.3g}" for place in answer["places"]}
    opened.wait_until("document.querySelectorAll('.map-changed b').length > 0")
    return set(opened.page.locator(".map-changed b").all_inner_texts()) <= true


def site_to_drag(served: Served, digest: str) -> dict[str, Any]:
    """Find the first site that stands by itself and whose loss some region would feel."""
    place = f"{W}/networks/{digest}"
    product = served.client.get(place).json()["products"][0]["part"]
    sites = served.client.get(f"{place}/map", params={"product": product}).json()["sites"]
    places = [(lon, lat) for lon, lat in zip(sites["lon"], sites["lat"], strict=True) if lat is not None]
    for key, lon, lat, parts in zip(*(sites[name] for name in ("site", "lon", "lat", "parts")), strict=True):
        asked = {"product": product, "moves": [{"remove": key}]}
        if lat is None or not parts or sum(abs(x - lon) + abs(y - lat) < ALONE_DEG for x, y in places) > 1:
            continue
        if served.client.post(f"{place}/what-if/density", json=asked).json()["places"]:
            return {"site": key, "lon": lon, "lat": lat}
    raise SystemExit("no region would miss any site")


def run(folder: Path, moves: int, name: str, layers: str) -> dict[str, object]:
    """Serve the example, drag, and put the times together."""
    served = Served(folder / "data")
    try:
        served.start()
        digest = served.client.post(f"{W}/networks", json={"example": name}).json()["digest"]
        site = site_to_drag(served, digest)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
            shown = f"?layers={layers}" if layers else ""
            address = f"http://127.0.0.1:{served.port}"
            opened = open_page(browser, address, f"/w/main/n/{digest}/map{shown}", width=1280, theme="light")
            opened.wait_for_mark("map_idle")
            opened.page.get_by_role("button", name="Move suppliers").click()
            asked: list[str] = []
            opened.page.on(
                "request", lambda r: asked.extend([r.url, r.post_data]) if r.url.endswith("what-if/density") else None
            )
            times = drag(opened, site["lon"], site["lat"], moves)
            said, true = opened.loud(), shown_is_true(served, opened, asked)
            longest = opened.page.evaluate("window.__longest")
            browser.close()
    finally:
        served.stop()
    if said or not true:
        raise SystemExit(f"the page says {said[:3]}" if said else "the page shows other scores than the server gives")
    shares = {
        n: {"first": v[0], "p50": percentile(v[1:], 0.5), "p95": percentile(v[1:], 0.95)} for n, v in times.items()
    }
    return {
        "network": name,
        "layers": layers or "all",
        "site": site["site"],
        "moves": moves,
        "ms": shares,
        "longest_task_ms": longest,
    }


def main() -> None:
    """Run and print."""
    words = sys.argv[1:]
    moves, name, layers = [*words, *("30", "auto-electronics-mexico", "")[len(words) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), int(moves), name, layers), indent=1))


if __name__ == "__main__":
    main()
