"""What several test files share; a file at this level also lets them import from each other."""

from __future__ import annotations

import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Shell
    from tierscape.analyses.density.result import Density

CHROMIUM = Path("/usr/bin/chromium")

settings.register_profile("tierscape", deadline=None)  # no test asserts a time
settings.load_profile("tierscape")


def missing() -> dict[str, str]:
    """Say by marker what a test of that kind lacks here."""
    lacks = {}
    if not CHROMIUM.exists():
        lacks["browser"] = f"{CHROMIUM} is not installed; 'apt-get install chromium' brings it"
    if find_spec("pyspark") is None:
        lacks["spark"] = "Spark is not installed; 'uv sync --all-extras' brings it"
    elif shutil.which("java") is None:
        lacks["spark"] = "Spark needs Java 17 or 21"
    return lacks


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that lack a browser or Spark; in CI they run and fail instead."""
    if os.environ.get("CI"):
        return
    for marker, reason in missing().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def own_interrupt(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take back Ctrl-C from Spark, whose handler fails once its session has stopped."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if request.node.get_closest_marker("spark"):
        signal.signal(signal.SIGINT, before)


@pytest.fixture
def tierscape(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run a command line in this process: ``tierscape("density", "mini").out``."""
    from command_line import Shell

    return Shell(capfd, monkeypatch)


@pytest.fixture(scope="session")
def sample() -> Density:
    """A made-up answer of `density`, the size of a real one."""
    from density_sample import density_answer

    return density_answer()


@pytest.fixture(scope="session")
def hostile_sample() -> Density:
    """The same with a script tag wherever a user can type."""
    from density_sample import HOSTILE, density_answer

    return density_answer(HOSTILE)
