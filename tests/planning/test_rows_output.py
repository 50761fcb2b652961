from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, plan

from tierscape.planning.handoff import program
from tierscape.planning.model import build


def chain() -> Draft:
    """100 finals at 5; A makes them free of freight, B at freight 1 for half of the markets."""
    draft = Draft()
    unit = draft.part("unit")
    north, south = draft.want(unit, 60, region="north"), draft.want(unit, 40, region="south")
    a = draft.pair("A", unit, 5, 70)
    draft.lane(a, want=north, freight=1)
    draft.lane(a, want=south, freight=1)
    draft.lane(draft.pair("B", unit, 6, 100), want=south, freight=1)
    return draft


def test_output_is_what_leaves_by_all_lanes():
    found = plan(chain())
    flow, output = found.quantity("flow")[:, 0], found.quantity("output")[:, 0]
    assert output == pytest.approx([flow[0] + flow[1], flow[2]])
    assert output == pytest.approx([70, 30])
    assert found.cost == pytest.approx(70 * 6 + 30 * 7)


def test_without_output_rows_nothing_is_made():
    assert plan(chain(), leave_out=["output"]).terms["making"] == pytest.approx(0)


def test_a_pair_without_lanes_makes_nothing_and_changes_nothing():
    draft = chain()
    draft.pair("idle", 0, 0.0)
    found = plan(draft)
    assert found.cost == pytest.approx(630)
    assert found.quantity("output")[2, 0] == pytest.approx(0)


def test_stock_at_the_maker_leaves_in_an_adverse_year_only():
    draft = chain()
    draft.add("buffers", need=None, part=0, site="A", most=10.0, value=1.0)
    calm = program(build(draft.problem(), asked()))
    assert "drawn" not in calm.columns
    struck = program(build(draft.problem(), asked(), periods=[0]))
    row = struck.rows["output"][0, 0]
    assert struck.program.matrix[[row], :].toarray()[0, struck.columns["drawn"][0, 0]] == 1.0
    other = struck.rows["output"][1, 0]
    assert struck.program.matrix[[other], :].toarray()[0, struck.columns["drawn"][0, 0]] == 0.0


@pytest.mark.parametrize("need", [900.0, 5e6])
def test_large_units_are_counted_in_powers_of_two(need):
    draft = Draft()
    unit = draft.part("unit")
    draft.source("A", unit, 2.0, want=draft.want(unit, need))
    found = plan(draft)
    assert found.cost == pytest.approx(2 * need)
    size = found.handed.unit[found.handed.columns["output"][0, 0]]
    assert size == (1.0 if need < 1024 else 2.0 ** np.floor(np.log2(need / 1024)))
    assert found.quantity("output")[0, 0] == pytest.approx(need)
