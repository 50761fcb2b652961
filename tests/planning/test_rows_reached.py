from __future__ import annotations

import numpy as np
import pytest
from problems import Draft

from tierscape.planning.parameters import Policy
from tierscape.planning.rows.reached import first_possible, need, ramp, reachable, share_limit


def test_ramp_is_nothing_before_half_in_the_first_and_full_after_one_period():
    assert ramp(np.array([-1.0, 0, 1, 2]), np.array(1.0)).tolist() == [0, 0.5, 1, 1]
    assert ramp(np.array([-1.0, 0, 1]), np.array(0.0)).tolist() == [0, 1, 1]
    assert ramp(np.array([0.0, 1, 2, 3]), np.array(3.0)).tolist() == [0.25, 0.5, 0.75, 1]


def test_need_counts_every_alternative_in_full_and_adds_users_up():
    draft = Draft(2)
    final, mid, x, y = (draft.part(name) for name in "FMXY")
    made = draft.source("plant", final, 1, want=draft.want(final, [10, 20]))
    middle = draft.pair("mill", mid, 1)
    group = draft.add("groups", pair=middle, choice="XY")
    for pair, part, quantity, of in (
        (made, mid, 2, None),
        (made, x, 1, None),
        (middle, x, 3, group),
        (middle, y, 5, group),
    ):
        draft.add("recipes", pair=pair, need=draft.add("needs", site="s", part=part), quantity=quantity, group=of)
    assert need(draft.problem()).tolist() == [[10, 20], [20, 40], [10 + 60, 20 + 120], [100, 200]]


def test_reachable_capacity_takes_every_project_at_once():
    draft = Draft(3)
    unit = draft.part("unit")
    pair = draft.source("A", unit, 1, 10, want=draft.want(unit, 1))
    draft.project("P", pair, 20, 1, lead=1, ramp=1.0)
    draft.project("Q", pair, 5, 1)
    assert reachable(draft.problem()).tolist() == [[15, 25, 35]]


@pytest.fixture
def makers() -> Draft:
    draft = Draft(4)
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("now", unit, 1, want=want)
    draft.source("later", unit, 1, want=want, qualified=False, qualify_cost=1.0, qualify_periods=2)
    return draft


def test_share_limit_waits_for_the_second_source(makers):
    assert first_possible(makers.problem()).tolist() == [0, 2]
    assert share_limit(makers.problem(), Policy(max_share=0.6)).tolist() == [[1, 1, 0.6, 0.6]]
    assert (share_limit(makers.problem(), Policy()) == 1).all()


def test_share_limit_that_nobody_can_ever_meet_holds_from_the_start(makers):
    makers.rows["pairs"][1]["qualify_cost"] = None
    assert share_limit(makers.problem(), Policy(max_share=0.6)).tolist() == [[0.6] * 4]


def test_a_part_with_one_maker_has_no_share_limit():
    draft = Draft()
    unit = draft.part("unit")
    draft.source("only", unit, 1, want=draft.want(unit, 1))
    assert (share_limit(draft.problem(), Policy(max_share=0.5)) == 1).all()
