"""What several test files share; a file at this level also lets them import from each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_line import Shell
    from tierscape.analyses.density.result import Density

CHROMIUM = Path("/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser; in CI they run and fail instead."""
    if CHROMIUM.exists() or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason=f"{CHROMIUM} is not installed; 'apt-get install chromium' brings it")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


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
