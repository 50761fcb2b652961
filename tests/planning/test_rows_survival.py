"""Design page, §6 family 16 and case U13; time to survive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.rows.survival import outages
from tierscape.planning.standing import Standing
from tierscape.planning.survive import critical, time_to_survive

WEEK = 365 / 7


def survive(service: float = 1.0, **more: Any):
    return asked(finance={"holding_rate": 0.2}, risk={"time_to_survive": True, "service": service}, **more)


def node(
    *, project: bool = True, other: float = 4.0, surge: float = 0.0, ttr: float | None = 28.0, periods: int = 1
) -> Draft:
    """U13, a week's figures: D 10, another source 4, a buffer at 2 a unit, a project +5 for 30; 4 weeks to recover."""
    draft = Draft(periods)
    unit = draft.part("unit", value=10.0)
    want = draft.want(unit, 10 * WEEK)
    draft.source("node", unit, 0, want=want)
    second = draft.source("other", unit, 0, other * WEEK, want=want, surge=surge)
    if project:
        draft.project("more", second, 5 * WEEK, 30)
    draft.add("buffers", need=None, part=unit, site="node", most=None, value=10.0)
    if ttr is not None:
        draft.add("nodes", site="node", ttr_days=ttr)
    return draft


@pytest.mark.parametrize(
    ("project", "service", "cost"), [(True, 1.0, 38), (False, 1.0, 48), (True, 0.95, 34), (True, 0.0, 0)]
)
def test_outage_is_bridged_by_the_cheapest_of_stock_and_project(project, service, cost):
    found = plan(node(project=project), survive(service))
    assert found.cost == pytest.approx(cost)
    assert best(
        lambda p, b: 30 * p + 2 * b if 4 * 10 * service <= 4 * (4 + 5 * p) + b else None,
        (0, 1) if project else (0,),
        range(41),
    ) == pytest.approx(cost)


def test_money_of_the_rows_stands_in_projects_and_buffers():
    found = plan(node(), survive())
    assert (found.terms["projects"], found.terms["buffers"]) == pytest.approx((30, 8))
    assert found.quantity("buffer") == pytest.approx([4])


def test_without_the_rows_nothing_is_held():
    assert plan(node(), survive(), leave_out=["survival"]).cost == pytest.approx(0)
    found = plan(node(), asked(finance={"holding_rate": 0.2}))
    assert found.cost == pytest.approx(0)
    assert not any(name.startswith("survival") for name in found.handed.rows)


def test_site_of_unknown_time_to_recover_is_not_constrained():
    assert plan(node(ttr=None), survive()).cost == pytest.approx(0)


def test_flexible_capacity_stretches_in_an_outage():
    assert plan(node(project=False, surge=0.5), survive()).cost == pytest.approx(2 * 16)  # 6 a week: 24 of 40
    assert plan(node(project=False, other=10.0), survive()).cost == pytest.approx(0)


def test_plan_without_stock_or_project_cannot_survive():
    draft = node(project=False)
    draft.rows["buffers"] = []
    assert plan(draft, survive()) is None


def test_last_period_counts_so_that_a_project_has_time():
    draft = node(periods=2)
    draft.rows["projects"][0].update(lead=1, capex=1.0)
    found = plan(draft, survive(years=2))
    assert found.terms["projects"] == pytest.approx(1)
    assert found.quantity("buffer") == pytest.approx([4])


def test_site_that_is_not_qualified_helps_once_it_is():
    draft = node(project=False)
    unit = 0
    draft.source("third", unit, 0, want=0, qualified=False, qualify_cost=7.0, qualify_periods=0)
    assert plan(draft, survive()).cost == pytest.approx(7)


def test_half_years_count_days_right():
    draft = node()
    draft.demand, draft.capacity = [5 * WEEK], [np.inf, 2 * WEEK]
    draft.rows["projects"][0]["added"] = 2.5 * WEEK
    draft.rows["buffers"][0]["value"] = 20.0  # half a year's holding
    found = plan(replace(draft.problem(), periods_per_year=2), survive())
    assert found.cost == pytest.approx(38)


def chain() -> Draft:
    """A plant of the good, its essential child from a or b, an extra one that it can do without, and paint or foil."""
    draft = Draft()
    good, child, extra, paint, foil = (
        draft.part(name, value=10.0) for name in ("good", "child", "extra", "paint", "foil")
    )
    plant = draft.pair("plant", good, 0)
    draft.lane(plant, want=draft.want(good, 365))
    group = draft.add("groups", pair=plant, choice="finish")
    for part, essential, choice in (
        (child, True, None),
        (extra, False, None),
        (paint, True, group),
        (foil, True, group),
    ):
        need = draft.add("needs", site="plant", part=part)
        draft.add("recipes", pair=plant, need=need, essential=essential, group=choice)
    draft.lane(draft.pair("a", child, 0), need=0)
    draft.lane(draft.pair("b", child, 0, 300.0), need=0)
    draft.lane(draft.pair("e", extra, 0), need=1)
    draft.lane(draft.pair("painter", paint, 0), need=2)
    draft.lane(draft.pair("foiler", foil, 1), need=3)
    return draft


@pytest.mark.parametrize(("site", "cost"), [("a", 2 * 65 * 100 / 365), ("b", 0), ("e", 0), ("painter", 0)])
def test_outage_deep_in_the_chain_counts_what_is_essential(site, cost):
    draft = chain()
    draft.add("nodes", site=site, ttr_days=100.0)
    draft.add("buffers", need=0, part=1, site="plant", most=None, value=10.0)
    assert plan(draft, survive()).cost == pytest.approx(cost)


def test_lone_plant_cannot_be_survived_by_stock_of_its_child():
    draft = chain()
    draft.add("nodes", site="plant", ttr_days=10.0)
    draft.add("buffers", need=0, part=1, site="plant", most=None, value=10.0)
    assert plan(draft, survive()) is None
    draft.add("buffers", need=None, part=0, site="plant", most=None, value=10.0)
    assert plan(draft, survive()).cost == pytest.approx(2 * 10)


def standing(problem) -> Standing:
    able = problem["pairs"]["qualified"].to_numpy()[:, None]
    none = np.zeros(problem["projects"].height)
    return Standing(none.astype(np.int64) - 1, none, np.zeros_like(problem.capacity), problem.capacity, able)


def test_sole_site_is_survived_as_long_as_its_stock_lasts():
    draft = node(project=False, other=0.0)
    problem = draft.problem()
    days = time_to_survive(problem, survive(), standing(problem), np.array([15.0]))
    assert days == pytest.approx([1.5 * 7])


def test_time_to_survive_grows_by_what_others_make():
    problem = node(project=False).problem()
    days = time_to_survive(problem, survive(), standing(problem), np.array([24.0]))
    assert days == pytest.approx([28])  # (10 − 4) a week
    problem = node(project=False, other=10.0).problem()
    assert time_to_survive(problem, survive(), standing(problem), np.array([0.0])) == pytest.approx([np.inf])


def test_plan_that_holds_the_rows_survives_and_one_short_does_not():
    problem = node(project=False).problem()
    need = plan(problem, survive()).quantity("buffer")
    assert time_to_survive(problem, survive(), standing(problem), need) == pytest.approx([28])
    assert time_to_survive(problem, survive(), standing(problem), need - 1)[0] < 28


def test_sites_that_make_nothing_are_no_outage():
    draft = node()
    draft.add("nodes", site="warehouse", ttr_days=9.0)
    assert outages(draft.problem())["site"].to_list() == ["node"]


def test_site_that_is_survived_anyway_needs_no_rows():
    draft = node(project=False)
    draft.add("nodes", site="other", ttr_days=100.0)  # the node makes all
    problem = draft.problem()
    assert critical(problem, survive())["nodes"]["site"].to_list() == ["node"]
    assert plan(critical(problem, survive()), survive()).cost == pytest.approx(plan(problem, survive()).cost)
    assert critical(problem, survive(0.4))["nodes"].is_empty()  # 4 of 10 are made elsewhere
    assert critical(problem, asked()) is problem
