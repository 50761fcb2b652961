"""Design page, §6 family 14b and case U15."""

from __future__ import annotations

import polars as pl
import pytest
from plan_cases import u15
from problems import Draft, asked, best, plan

from tierscape.planning.ask import Ask
from tierscape.planning.gather import gather
from tierscape.planning.parameters import Policy
from tierscape.planning.problem import Problem

LIMIT = {"mean_transit_days": 20}


def sea_and_air(sea_days: float | None = 35.0, *, air: bool = True) -> Draft:
    """U15: D 100; sea takes 35 days at 1, air 5 days at 6."""
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    maker = draft.pair("maker", unit, 0)
    draft.lane(maker, want=want, freight=1, days=sea_days, mode="sea")
    if air:
        draft.lane(maker, want=want, freight=6, days=5, mode="air")
    return draft


def test_mean_transit_mixes_slow_and_fast():
    found = plan(sea_and_air(), asked(policy=LIMIT))
    assert found.cost == pytest.approx(350)
    assert found.quantity("flow")[:, 0] == pytest.approx([50, 50])


def test_mean_transit_agrees_with_enumeration():
    assert best(lambda s: s + 6 * (100 - s) if 35 * s + 5 * (100 - s) <= 2000 else None, range(101)) == 350


def test_loose_mean_costs_nothing_and_its_row_is_what_moves_the_plan():
    assert plan(sea_and_air(), asked(policy={"mean_transit_days": 35})).cost == pytest.approx(100)
    assert plan(sea_and_air(), asked(policy=LIMIT), leave_out=["lead_time"]).cost == pytest.approx(100)


def test_mean_below_the_fastest_lane_has_no_plan():
    assert plan(sea_and_air(air=False), asked(policy=LIMIT)) is None


def test_lane_of_unknown_transit_counts_on_neither_side():
    assert plan(sea_and_air(None), asked(policy=LIMIT)).cost == pytest.approx(100)


def test_parts_are_held_to_the_mean_one_by_one():
    draft = sea_and_air()
    quick = draft.part("quick")
    draft.lane(draft.pair("near", quick, 0), want=draft.want(quick, 1000), days=0)
    # the quick part's short way does not make up for the slow one's
    assert plan(draft, asked(policy=LIMIT)).cost == pytest.approx(350)


def longest(days: float | None) -> Problem:
    """U15 as a network: transit from the makers to the plant."""
    groups = {**asked_of_network(), "policy": Policy(unknown_capacity="unbounded", max_transit_days=days)}
    return gather(u15(), Ask(**groups))


def asked_of_network() -> dict[str, object]:
    ask = asked()
    return {"horizon": ask.horizon, "finance": ask.finance, "risk": ask.risk}


def test_lane_beyond_the_hard_limit_is_left_out_by_name():
    limited = longest(30)
    assert limited.left_out.filter(pl.col("days") > 30)["supplier"].to_list() == ["sea"]
    assert plan(limited).cost == pytest.approx(600)
    assert plan(longest(None)).cost == pytest.approx(100)


def test_hard_limit_below_every_lane_has_no_plan_and_names_them_all():
    limited = longest(3)
    too_long = limited.left_out.filter(pl.col("days") > 3).sort("days")
    assert too_long.select("supplier", "days").rows() == [("air", 5.0), ("sea", 35.0)]
    assert plan(limited) is None
