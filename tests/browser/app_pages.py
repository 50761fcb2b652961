"""Pages of the app under test: opened under the shipped policy, watched, and checked for access."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOOK_MS = 100
PATIENCE_S = 90.0
"""Longest wait for what takes no time on an idle machine; other tests run beside these."""


@dataclass
class Opened:
    """A page, what it said and what it asked for."""

    page: Any
    base: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def wait_for_mark(self, name: str, seconds: float = PATIENCE_S) -> None:
        """Wait until the app has set a mark."""
        self.wait_until(f"Boolean(window.__marks && window.__marks[{name!r}])", seconds)

    def wait_until(self, condition: str, seconds: float = PATIENCE_S) -> None:
        """Wait until an expression holds; ``wait_for_function`` would need what the policy forbids."""
        until = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < until, f"never {condition}; the page says {self.page.inner_text('main')[:400]}"
            self.page.wait_for_timeout(LOOK_MS)

    def loud(self) -> list[str]:
        """Give what the page said, but for the notes of the drawing library that only a debugger shows."""
        return [line for line in self.said if not line.startswith("debug: luma.gl")]

    def outside(self) -> list[str]:
        """Give what was asked of anybody but the server."""
        return [url for url in self.asked if not url.startswith((self.base, "data:", "blob:"))]

    def axe(self) -> list[str]:
        """Give the serious and critical findings of axe-core."""
        if not self.page.evaluate("Boolean(window.axe)"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in {"serious", "critical"}]

    def dress(self, *, width: int, theme: str) -> None:
        """Show the page at another width and in another theme."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")

    def faults(self) -> dict[str, Any]:
        """Give what is wrong with the page as it stands: heard, asked of others, hard to reach, too wide."""
        self.settle()
        found = {"said": self.loud(), "outside": self.outside(), "axe": self.axe(), "sideways": self.scrolls_sideways()}
        return {name: what for name, what in found.items() if what}

    def settle(self, seconds: float = 20) -> None:
        """Give a page that has just changed its width the time to lay itself out."""
        until = time.monotonic() + seconds
        while self.scrolls_sideways() and time.monotonic() < until:
            self.page.wait_for_timeout(LOOK_MS)

    def scrolls_sideways(self) -> bool:
        """See whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def open_page(chromium: Any, base: str, path: str, *, width: int, theme: str) -> Opened:
    """Open an address of the app in a fresh browser profile."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(1000 * PATIENCE_S)
    opened = Opened(context.new_page(), base)
    opened.page.on("request", lambda r: opened.asked.append(r.url))
    opened.page.on("console", lambda m: opened.said.append(f"{m.type}: {m.text}"))
    opened.page.on("pageerror", lambda e: opened.said.append(f"error: {e}"))
    opened.page.goto(base + path)
    return opened


def wait_until_up(address: str, seconds: float = PATIENCE_S) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + seconds
    while not _answers(f"{address}/healthz"):
        assert time.monotonic() < until, f"no server at {address}"
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def bring_example(address: str, name: str) -> str:
    """Store a shipped example; give its digest."""
    with httpx.Client(base_url=address, timeout=60) as client:
        headers = {"X-CSRF": client.get("/api/me").json()["csrf"], "Origin": address}
        stored = client.post("/api/w/main/networks", json={"example": name}, headers=headers)
    digest: str = stored.raise_for_status().json()["digest"]
    return digest
