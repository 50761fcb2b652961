"""L7: a large network in the app: upload, check, list, map, find; the page must not freeze.

    python benchmarks/app_large.py [sites] [links]

100,000 sites and 500,000 links by default, as Parquet files chosen in the built app in Debian's chromium without a graphics card.
Prints for each step its seconds and the longest task of the page in ms: so long nothing answers to the hand. Of the map also how
many arcs the links were bundled to; first the map of the smallest example is opened, whose longest task is what the drawing
library costs without any data to speak of (without a graphics card it compiles its shaders on the processor). The gate: the list of the map counts every site, and the site that is searched for is found.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from app_pages import CHROMIUM, FLAGS, Opened, open_page
from killed import Served
from playwright.sync_api import sync_playwright
from server_load import network

PATIENCE_S = 900
WATCH = """() => {
  window.__tasks = [];
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.__tasks.push(Math.round(task.duration));
  }).observe({ type: 'longtask', buffered: true });
}"""


@contextmanager
def step(opened: Opened, told: dict[str, Any], name: str) -> Iterator[None]:
    """Time a step and note the longest tasks of the page in it."""
    opened.page.evaluate("window.__tasks.length = 0")
    begun = time.perf_counter()
    yield
    tasks = sorted(opened.page.evaluate("window.__tasks"), reverse=True)
    told[name] = {"seconds": round(time.perf_counter() - begun, 1), "longest_tasks_ms": tasks[:3]}
    print(name, told[name], file=sys.stderr, flush=True)


def walk(opened: Opened, files: list[Path], site: str) -> dict[str, Any]:
    """Do what somebody does who brings a network."""
    page, told = opened.page, {}
    page.set_default_timeout(1000 * PATIENCE_S)
    page.evaluate(WATCH)
    go: Callable[[str], None] = lambda screen: page.get_by_role("link", name=screen, exact=True).first.click()  # noqa: E731
    with step(opened, told, "map_of_the_smallest_example"):
        page.get_by_role("button", name="Mini").first.click()
        opened.wait_for_mark("map_idle", PATIENCE_S)
    page.get_by_role("link", name="Home", exact=True).first.click()
    page.evaluate("delete window.__marks.map_idle; delete window.__marks.map_data")
    with step(opened, told, "upload_and_check"):
        page.get_by_label("Choose files").set_input_files(files)
        page.get_by_role("grid", name="sites").wait_for()
        page.get_by_role("gridcell").first.wait_for()
    with step(opened, told, "last_row_of_the_links"):
        page.get_by_role("button", name="links", exact=False).first.click()
        page.get_by_role("grid", name="links").wait_for()
        page.get_by_role("gridcell").first.focus()
        page.keyboard.press("Control+End")
        count = int(page.get_by_role("grid", name="links").get_attribute("aria-rowcount"))
        page.locator(f"tr[aria-rowindex='{count}'] td:not(:has(.bone))").first.wait_for()
    with step(opened, told, "map_drawn"):
        go("Map")
        opened.wait_for_mark("map_data", PATIENCE_S)
        opened.wait_until("window.__map.layers().some(l => l.id.startsWith('links') && l.count)", PATIENCE_S)
        opened.wait_until("window.__map.layers().some(l => l.id === 'sites' && l.count > 0)", PATIENCE_S)
    told["arcs"] = page.evaluate(
        "window.__map.layers().filter(l => l.id.startsWith('links')).reduce((n, l) => n + l.count, 0)"
    )
    with step(opened, told, "find"):
        page.get_by_role("combobox", name="Find").fill(site)
        page.get_by_role("option").filter(has_text=site).first.wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("complementary", name="What is selected").get_by_role("heading").first.wait_for()
    with step(opened, told, "list"):
        page.get_by_role("button", name="List").click()
        listed = page.get_by_role("grid", name="Sites as a list")
        listed.wait_for()
        told["listed"] = int(listed.get_attribute("aria-rowcount")) - 1
    with step(opened, told, "filter_the_list"):
        page.get_by_label("Filter rows: Sites as a list").fill(site)
        page.get_by_text(" of ").last.wait_for()
    with step(opened, told, "while_it_is_scored"):  # a job of the server
        page.wait_for_timeout(10_000)
    return told


def run(folder: Path, sites: int, links: int) -> dict[str, Any]:
    """Write the network, serve an empty store, walk."""
    tables, files = network(sites, links), []
    for name, frame in tables.items():
        if frame.height:
            files.append(folder / f"{name}.parquet")
            frame.write_parquet(files[-1])
    served = Served(folder / "data")
    try:
        served.start()
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
            opened = open_page(browser, f"http://127.0.0.1:{served.port}", "/w/main/home", width=1280, theme="light")
            told = walk(opened, files, f"x{sites // 2}")
            said = opened.loud()
            browser.close()
    finally:
        served.stop()
    if said or told["listed"] != tables["sites"].height:
        raise SystemExit(f"the page says {said[:3]} and lists {told['listed']} sites")
    return {"sites": tables["sites"].height, "links": tables["links"].height, **told}


def main() -> None:
    """Run and print."""
    given = [int(word) for word in sys.argv[1:]]
    sites, links = [*given, *(100_000, 500_000)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), sites, links), indent=1))


if __name__ == "__main__":
    main()
