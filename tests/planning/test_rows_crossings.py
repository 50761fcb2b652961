"""Design page, §6 family 19."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan

LIMIT = {"max_crossings": 2}


def routes(crossings: float | None = 5.0) -> Draft:
    """One good with a child: 100 units; the child comes over many borders at 1 or over none at 3, the good crosses one."""
    draft = Draft()
    good, child = draft.part("good"), draft.part("child")
    want, need = draft.want(good, 100), draft.add("needs", site="plant", part=child)
    plant = draft.pair("plant", good, 0)
    draft.lane(plant, want=want, crossings=1)
    draft.add("recipes", pair=plant, need=need)
    draft.lane(draft.pair("far", child, 1), need=need, crossings=crossings)
    draft.lane(draft.pair("near", child, 3), need=need, crossings=0)
    return draft


def test_crossings_are_counted_for_a_finished_unit():
    found = plan(routes(), asked(policy=LIMIT))
    assert found.quantity("flow")[:, 0] == pytest.approx([100, 20, 80])
    assert found.cost == pytest.approx(best(lambda f: f + 3 * (100 - f) if 100 + 5 * f <= 200 else None, range(101)))


def test_many_crossings_allowed_cost_nothing():
    assert plan(routes(), asked(policy={"max_crossings": 6})).cost == pytest.approx(100)


def test_without_its_row_all_comes_over_the_borders():
    assert plan(routes(), asked(policy=LIMIT), leave_out=["crossings"]).cost == pytest.approx(100)
    assert plan(routes()).cost == pytest.approx(100)


def test_fewer_crossings_than_any_way_has_no_plan():
    assert plan(routes(), asked(policy={"max_crossings": 0.5})) is None


def test_unknown_crossings_are_not_counted():
    assert plan(routes(None), asked(policy=LIMIT)).cost == pytest.approx(100)
