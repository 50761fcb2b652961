from __future__ import annotations

import pytest
from problems import Draft, best, plan

PAID, REBATE = (0, 70, 140), (0.0, 1.0, 2.2)


def shared(demand: float) -> Draft:
    """U8: capex 200, the buyer's share 0, 0.35 or 0.7 earns 0, 1 or 2.2 a unit; new 10 against far 12."""
    draft = Draft(shares=(0.0, 0.35, 0.7))
    unit = draft.part("unit")
    want = draft.want(unit, demand)
    draft.source("far", unit, 12, want=want)
    new = draft.source("new", unit, 10, 0.0, want=want)
    project = draft.project("P", new, 100, 200)
    for share, rebate in zip(draft.shares, REBATE, strict=True):
        draft.add("rebates", project=project, share=share, rebate=rebate)
    return draft


@pytest.mark.parametrize(("demand", "cost", "share"), [(50, 500, 0), (66, 654.8, 2), (100, 920, 2)])
def test_share_rises_with_the_volume_that_earns_the_rebate(demand, cost, share):
    found = plan(shared(demand))
    assert found.cost == pytest.approx(cost)
    assert found.quantity("start")[0, :, 0].argmax() == share
    by_hand = best(lambda o: 12 * demand if o is None else PAID[o] + (10 - REBATE[o]) * demand, (None, 0, 1, 2))
    assert by_hand == pytest.approx(cost)


@pytest.mark.parametrize(("demand", "share"), [(63, 0), (64, 2)])
def test_the_switch_lies_at_the_share_over_the_rebate(demand, share):
    assert plan(shared(demand)).quantity("start")[0, :, 0].argmax() == share  # 140 / 2.2 = 63.636


def test_rebate_is_limited_by_what_is_made():
    loose = plan(shared(50), leave_out=["co-investment:made"])
    assert loose.cost == pytest.approx(500 + 140 - 220)


def test_without_the_tie_to_the_project_rebates_are_free():
    assert plan(shared(50), leave_out=["co-investment"]) is None  # money without end
    assert plan(shared(50), leave_out=["co-investment:rebated"]).cost == pytest.approx(500 - 50 * 2.2)  # no share paid


def test_no_rebate_before_the_project_is_ready():
    draft = shared(80)
    draft.periods = 2
    draft.capacity[1] = 80
    draft.rows["projects"][0]["lead"] = 1
    found = plan(draft)
    assert found.quantity("rebated")[..., 0].sum() == pytest.approx(0)
