"""The contract under made-up requests, briefly; ``benchmarks/server_fuzz.py`` sends as many as is asked."""

from __future__ import annotations

import pytest
from fuzzing import Fuzz
from people import make_world
from test_access import Ids


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory):
    world = make_world(tmp_path_factory.mktemp("fuzz"))
    made = Fuzz(world, Ids(world).real | {"workspace": "main"})
    made.run(examples=1, seed=1, brief=True)
    return made


def test_no_made_up_request_breaks_the_server_or_the_contract(fuzz):
    assert "\n\n".join(fuzz.faults.values()) == ""


def test_made_up_requests_reach_what_there_is_and_what_there_is_not(fuzz):
    assert fuzz.statuses.keys() >= {200, 400, 401, 403, 404, 422}
    assert not [status for status in fuzz.statuses if status >= 500]
