"""Scenarios side by side, by what memory holds."""

import pytest

from shock_cases import land
from tierscape.analyses.stress import memory
from tierscape.analyses.stress.memory import block_bytes, block_for, lanes_for, needed_lanes
from tierscape.errors import ParameterError
from tierscape.kernels.firm_ario import FirmRules

RULES = FirmRules()
PIPELINE = RULES._replace(transit="pipeline")


def test_estimate_grows_with_scenarios_parts_and_what_the_rules_keep():
    arrays = land()[1].arrays
    assert block_bytes(arrays, RULES, 3, 32) == 4 * block_bytes(arrays, RULES, 3, 8)
    assert block_bytes(arrays, RULES, 0, 8) < block_bytes(arrays, RULES, 3, 8) < block_bytes(arrays, PIPELINE, 3, 8)


@pytest.mark.parametrize(("times", "lanes"), [(100.0, 32), (1.01, 32), (0.6, 16), (0.26, 8)])
def test_little_memory_gives_fewer_scenarios(monkeypatch, times, lanes):
    arrays = land()[1].arrays
    monkeypatch.setattr(memory.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(memory, "free_bytes", lambda: times * 2 * block_bytes(arrays, RULES, 3, 32) / memory.ROOM)
    assert lanes_for(arrays, RULES, 3) == lanes


def test_too_little_memory_is_refused_with_the_estimate(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 1000.0)
    with pytest.raises(ParameterError, match="needs about"):
        lanes_for(land()[1].arrays, RULES, 3)


def test_rules_that_keep_orders_run_more_scenarios_side_by_side(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: float("inf"))
    arrays = land()[1].arrays
    assert (lanes_for(arrays, RULES, 3), lanes_for(arrays, PIPELINE, 3)) == (32, 128)


def test_few_scenarios_fill_the_lanes_but_leave_something_for_every_worker():
    assert block_for(1000, 128, 2) == 128
    assert block_for(100, 128, 2) == 50
    assert block_for(10_000, 128, 2) is None  # blocks of the usual size are larger


def test_lanes_are_the_next_multiple_of_eight():
    assert [needed_lanes(n) for n in (0, 1, 8, 9)] == [8, 8, 8, 16]


def test_free_memory_is_some():
    assert memory.free_bytes() > 0
