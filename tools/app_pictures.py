"""Make the pictures of the tutorial by walking through it: ``uv run python tools/app_pictures.py``.

Needs Debian's chromium and the built app. It writes a workbook with a slip in one cell, starts a server on an empty store, and does
what the tutorial tells the reader to do; a step that no longer works stops it. With a folder as argument it writes there.
"""

from __future__ import annotations

import base64
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
from playwright.sync_api import Page, sync_playwright

import tierscape
from tierscape.io.networks import save
from tierscape.network import Network

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--hide-scrollbars",
]
IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1280, 840
WAIT_S = 600
MOST_BYTES = 120_000


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """Run a server without accounts on an empty store; give its address."""
    command = [sys.executable, "-m", "tierscape.cli", "serve", "--no-auth", "--port", "0", "--data", str(data)]
    with (
        (data / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        try:
            yield str(server.stdout.readline()).strip() if server.stdout else ""
        finally:
            server.terminate()
            server.wait(timeout=30)


def workbook(target: Path) -> None:
    """Write the smallest example as somebody's workbook, with a region that is misspelt."""
    network = tierscape.load("mini")
    slipped = pl.when(pl.col("site") == "n1").then(pl.lit("NORHT")).otherwise("region").alias("region")
    tables = {**network.tables, "sites": network["sites"].with_columns(slipped)}
    save(Network.from_tables(tables), target)


def mark(page: Page, name: str) -> None:
    """Wait until the app has set a mark."""
    until = time.monotonic() + WAIT_S
    while not page.evaluate("name => Boolean(window.__marks && window.__marks[name])", name):
        if time.monotonic() > until:
            sys.exit(f"the app never set the mark {name}")
        page.wait_for_timeout(200)


PIXELS = """async picture => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let text = '';
  for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
  return [image.width, image.height, btoa(text)];
}"""
MOST_COLOURS = 256


def lighter(reader: Page, picture: bytes) -> bytes:
    """Write a picture again with 256 colours, the most frequent; the others become the nearest of them."""
    width, height, text = reader.evaluate(PIXELS, base64.b64encode(picture).decode())
    rgb = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)
    packed = rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    found, where, counts = np.unique(packed, return_inverse=True, return_counts=True)
    coarse = (found >> 19 & 31) << 10 | (found >> 11 & 31) << 5 | (found >> 3 & 31)
    best = {
        int(c): int(f)
        for c, f in sorted(zip(coarse, found, strict=True), key=lambda pair: counts[np.searchsorted(found, pair[1])])
    }
    weight = {c: counts[coarse == c].sum() for c in best}
    kept = np.array([best[c] for c in sorted(best, key=lambda c: -weight[c])[:MOST_COLOURS]])
    palette = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], axis=1)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    nearest = np.concatenate(
        [
            ((part[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
            for part in np.array_split(colours, 1 + len(colours) // 4096)
        ]
    )
    rows = nearest[where].astype(np.uint8).reshape(height, width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [
        (b"IHDR", head),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


class Album:
    """Pictures of one page, numbered in the order in which they are taken."""

    def __init__(self, page: Page, reader: Page, folder: Path) -> None:
        self._page, self._reader, self._folder, self._taken = page, reader, folder, 0

    def take(self, name: str, *, top: str | None = None) -> None:
        """Write what the window shows, scrolled to a heading if one is named."""
        page = self._page
        page.wait_for_load_state("networkidle")
        if top is None:
            page.evaluate("scrollTo(0, 0)")
        else:
            page.get_by_role("heading", name=top).first.evaluate(
                "e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 90)"
            )
        page.mouse.move(0, 0)
        page.wait_for_timeout(600)
        self._taken += 1
        target = self._folder / f"app_{self._taken:02d}_{name}.png"
        target.write_bytes(lighter(self._reader, page.screenshot()))
        size = target.stat().st_size
        print(f"{target.name}: {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            sys.exit(f"{target.name} is larger than {MOST_BYTES / 1000:.0f} kB")


def to(page: Page, screen: str) -> None:
    """Open a screen from the list of screens."""
    page.get_by_role("navigation", name="Screens").get_by_role("link", name=screen, exact=True).click()
    page.get_by_role("heading", level=1).first.wait_for()


def bring(page: Page, album: Album, file: Path) -> None:
    """Upload the workbook, look at the findings, correct the cell."""
    page.get_by_role("heading", name="Plan a regional supply ecosystem").wait_for()
    album.take("home")
    page.get_by_label("Choose files").set_input_files(file)
    page.get_by_role("heading", name="Findings").wait_for()
    album.take("findings")
    page.get_by_role("link", name="Show the row").first.click()
    page.get_by_role("gridcell", name="NORHT").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("NORTH")
    page.keyboard.press("Enter")
    page.get_by_text("1 change is not stored yet.").wait_for()
    album.take("correct", top="Data")
    page.get_by_role("button", name="Store as a new version").click()
    page.get_by_text("Stored as a new version").wait_for()


def look(page: Page, album: Album) -> None:
    """See where supply is dense, what is missing, who stands behind whom, and what would break."""
    to(page, "Map")
    mark(page, "map_idle")
    page.evaluate(
        "history.replaceState(null, '', location.pathname + '?at=region:NORTH'); dispatchEvent(new PopStateEvent('popstate'))"
    )
    page.get_by_text("What to attract first").wait_for()
    album.take("map")
    to(page, "Regions")
    mark(page, "regions")
    album.take("regions")
    to(page, "Tiers")
    mark(page, "graph_idle")
    album.take("tiers")
    to(page, "Stress")
    mark(page, "analysis_stress")
    survive = page.get_by_role("grid", name="Who runs out before they are back")
    survive.get_by_role("gridcell", name="Northern Motors").click()
    mark(page, "knocked_out")
    page.get_by_role("button", name="Keep as a scenario: it closes").click()
    page.get_by_text("Kept as").wait_for()
    album.take("stress")


def plan(page: Page, album: Album) -> None:
    """Solve, keep the planned world, compare it with a closure, and make the report."""
    to(page, "Plan")
    page.get_by_role("button", name="Solve", exact=True).wait_for()
    album.take("plan_asked")
    page.get_by_role("button", name="Solve", exact=True).click()
    mark(page, "analysis_design")
    album.take("plan")
    page.get_by_role("button", name="Keep as scenario").click()
    page.get_by_role("link", name="Compare it").click()
    page.get_by_role("checkbox", name="Northern Motors closed").check()
    page.locator(".answer").get_by_text("under 2 scenarios").wait_for(timeout=1000 * WAIT_S)
    album.take("compare")


def main() -> None:
    """Write the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address, sync_playwright() as play:
        file = Path(folder) / "pumps.xlsx"
        workbook(file)
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.set_default_timeout(1000 * WAIT_S)
        page.goto(address)
        album = Album(page, browser.new_page(), target)
        bring(page, album, file)
        look(page, album)
        plan(page, album)
        browser.close()


if __name__ == "__main__":
    main()
