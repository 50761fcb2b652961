from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan


def second_source(offered: bool = True, periods: int = 1, weeks: int = 0) -> Draft:
    """U4: 100 asked; the incumbent makes at 10, another at 8 once qualified for 150."""
    draft = Draft(periods)
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("incumbent", unit, 10, want=want)
    terms = {"qualify_cost": 150.0, "qualify_periods": weeks} if offered else {}
    draft.source("other", unit, 8, want=want, qualified=False, **terms)
    return draft


def by_hand(max_share: float, offered: bool = True) -> float:
    most = 100 * max_share
    return best(
        lambda qualify, other: (
            None
            if other > (most if qualify else 0) or 100 - other > most
            else 150 * qualify + 8 * other + 10 * (100 - other)
        ),
        (0, 1) if offered else (0,),
        range(101),
    )


def test_saving_pays_for_the_qualification():
    found = plan(second_source())
    assert found.cost == pytest.approx(950)
    assert by_hand(1.0) == 950
    assert found.terms["qualification"] == pytest.approx(150)


def test_share_limit_tightens_the_bound_of_the_newcomer():
    found = plan(second_source(), asked(policy={"max_share": 0.6}))
    assert found.cost == pytest.approx(1030)
    assert by_hand(0.6) == 1030


def test_a_pair_that_cannot_be_qualified_makes_nothing():
    found = plan(second_source(offered=False))
    assert found.cost == pytest.approx(1000)
    assert "qualify" not in found.handed.columns


def test_without_qualification_rows_the_other_is_free_to_make():
    assert plan(second_source(), leave_out=["qualification"]).cost == pytest.approx(800)


def test_a_dear_qualification_is_left_alone():
    draft = second_source()
    draft.rows["pairs"][1]["qualify_cost"] = 201.0
    assert plan(draft).cost == pytest.approx(1000)


def test_qualification_takes_its_periods_and_happens_once():
    found = plan(second_source(periods=3, weeks=1))
    assert found.cost == pytest.approx(1000 + 150 + 800 + 800)
    assert found.quantity("qualify")[0] == pytest.approx([1, 0, 0])
    assert found.quantity("output")[1] == pytest.approx([0, 100, 100])


def test_a_qualification_longer_than_the_horizon_is_no_choice():
    assert "qualify" not in plan(second_source(periods=2, weeks=2)).handed.columns


def test_exact_bound_gives_the_root_relaxation_the_true_cost():
    draft = second_source()
    draft.rows["pairs"][1]["qualify_cost"] = 201.0
    draft.capacity[1] = 1e6  # a loose bound would qualify a ten-thousandth of the pair
    assert plan(draft, relaxed=True).cost == pytest.approx(1000)


def test_share_limit_without_any_second_source_has_no_plan():
    assert plan(second_source(offered=False), asked(policy={"max_share": 0.6})) is None


def test_a_second_source_that_comes_later_delays_the_share_limit():
    found = plan(second_source(periods=2, weeks=1), asked(policy={"max_share": 0.6}, years=2))
    assert found.quantity("output") == pytest.approx(np.array([[100, 40], [0, 60]]))
