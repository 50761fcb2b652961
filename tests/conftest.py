"""What several test files share; a file at this level also lets them import from each other."""

from __future__ import annotations

import pytest

from density_sample import HOSTILE, density_answer
from tierscape.analyses.density.result import Density


@pytest.fixture(scope="session")
def sample() -> Density:
    """A made-up answer of `density`, the size of a real one."""
    return density_answer()


@pytest.fixture(scope="session")
def hostile_sample() -> Density:
    """The same with a script tag wherever a user can type."""
    return density_answer(HOSTILE)
