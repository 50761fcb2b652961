"""Make the pictures of README and documentation from the report of the demo: ``uv run python tools/make_screenshots.py``.

Needs Debian's chromium; the report is written to a temporary folder first.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import tierscape
from tierscape.report import make_report

CHROMIUM = Path("/usr/bin/chromium")
EXAMPLE = "ev-battery-central-europe"
DATE = "2026-01-31"
IMAGES = Path(__file__).parents[1] / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--hide-scrollbars",
]
MOST_BYTES = 300_000


def write_report(target: Path) -> None:
    """Write the report of the example as ``tierscape demo`` does."""
    network = tierscape.load(EXAMPLE)
    answer = tierscape.density(network, product=network.products[0])
    target.write_text(make_report([answer], title=network.name, date=DATE), encoding="utf-8")


def shoot(page: Page, target: Path, selector: str | None = None) -> None:
    """Write a picture of one element, or of the top of the page."""
    page.evaluate("scrollTo(0, 0)")
    if selector is None:
        page.screenshot(path=target)
    else:
        page.locator(selector).first.screenshot(path=target)
    size = target.stat().st_size
    print(f"{target.name}: {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        sys.exit(f"{target.name} is larger than {MOST_BYTES / 1000:.0f} kB")


def main() -> None:
    """Write the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "report.html"
        write_report(file)
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 780})
        page.goto(file.as_uri())
        page.locator("#map svg, #map canvas").first.wait_for()
        page.wait_for_load_state("networkidle")
        shoot(page, IMAGES / "report.png")
        shoot(page, IMAGES / "map.png", "#map figure")
        browser.close()


if __name__ == "__main__":
    main()
