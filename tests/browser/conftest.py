"""A running server with the built app, and pages that report what they said and asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from app_pages import CHROMIUM, FLAGS, Opened, bring_example, open_page, wait_until_up

STATIC = Path(__file__).parents[2] / "src" / "tierscape" / "server" / "static" / "index.html"


@contextmanager
def serving(data: Path, *flags: str) -> Iterator[str]:
    """Run a server on an empty store; give its address."""
    if not STATIC.is_file() and not os.environ.get("CI"):
        pytest.skip("the web app is not built; 'cd web && npm ci && npm run build' builds it")
    command = [sys.executable, "-m", "tierscape.cli", "serve", *flags, "--port", "0", "--data", str(data)]
    with (
        (data / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        address = process.stdout.readline().strip()
        try:
            wait_until_up(address)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Address of a server without accounts."""
    with serving(tmp_path_factory.mktemp("store"), "--no-auth") as address:
        yield address


@pytest.fixture(scope="session")
def mini(served):
    """Digest of the smallest example."""
    return bring_example(served, "mini")


@pytest.fixture(scope="session")
def served_with_accounts(tmp_path_factory):
    """Address of a server with accounts, of which there is none yet."""
    with serving(tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture(scope="module")  # what drives it keeps an event loop running, which must not outlive these tests
def chromium():
    """Debian's browser, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(chromium, served):
    """Open an address of the app: ``visit("/w/main/home", width=390, theme="dark")``."""
    pages: list[Opened] = []

    def go(path: str, *, width: int = 1280, theme: str = "light") -> Opened:
        pages.append(open_page(chromium, served, path, width=width, theme=theme))
        return pages[-1]

    yield go
    for each in pages:
        each.page.context.close()
