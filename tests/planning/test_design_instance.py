"""The drawn networks of the benchmarks are ones that the plan can use."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from tierscape.planning.prepare import prepare
from tierscape.planning.solve import Limits, Prepared, evaluate

DRAWN = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "design_instance.py"))
TINY = (6, 20, 3, 2, 4)


@pytest.fixture(scope="module")
def network():
    return DRAWN["instance"](TINY, 0)


def test_same_seed_draws_the_same_network_and_another_one_does_not(network):
    again, other = DRAWN["instance"](TINY, 0), DRAWN["instance"](TINY, 1)
    assert_frame_equal(network["capabilities"], again["capabilities"])
    assert not network["capabilities"].equals(other["capabilities"])


def test_every_part_has_nine_makers_of_which_one_is_distant_and_qualified(network):
    makers = network["capabilities"].join(network["sites"].select("site", "country", "status"), on="site")
    for _, rows in makers.group_by("part"):
        assert rows.height == 9
        assert rows.filter(rows["country"] == "CN")["qualified"].all()
        assert not rows.filter(rows["status"] == "candidate")["qualified"].any()
        assert "CN" in rows["country"].to_list()


def test_plan_of_a_drawn_network_is_proven_and_holds_in_all_its_years(network):
    planning = prepare(network, DRAWN["ask"](network, TINY[-1]))
    outcome = Prepared(planning.stage, planning.cuts).solve(Limits(gap=0.05))
    assert outcome.stopped_by == "gap"
    assert outcome.x is not None
    held = evaluate(planning.stage, outcome.x)
    assert held.sound
    assert held.value == pytest.approx(outcome.upper)
    assert len(held.targets) == TINY[-1]
    assert np.all(held.targets >= 0)
