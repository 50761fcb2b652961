from __future__ import annotations

from typing import Any

import pytest
from problems import Draft, asked, best, plan


def joint(capex: float) -> Draft:
    """U17: P2 saves 50 for 30 and requires P1, which saves nothing itself."""
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 10)
    draft.source("far", unit, 5, want=want)
    new = draft.source("new", unit, 0, 0.0, want=want)
    idle = draft.pair("idle", unit, 0, 0.0)
    first, second = draft.project("P1", idle, 10, capex), draft.project("P2", new, 10, 30)
    draft.add("requirements", project=second, kind="project", target=first)
    return draft


@pytest.mark.parametrize(("capex", "gain"), [(15, -5), (25, 0)])
def test_a_project_brings_what_it_requires(capex, gain):
    assert plan(joint(capex)).cost - 50 == pytest.approx(gain)
    assert best(lambda p1, p2: None if p2 > p1 else capex * p1 + 30 * p2 - 50 * p2, (0, 1), (0, 1)) == gain


def test_without_the_requirement_the_second_project_stands_alone():
    assert plan(joint(25), leave_out=["requires"]).cost - 50 == pytest.approx(-20)


def test_what_is_required_may_not_come_later():
    draft = joint(15)
    draft.periods, draft.budget = 2, (30, 15)
    found = plan(draft, asked(years=2))
    start = found.quantity("start")[:, 0]
    assert start[1].argmax() >= start[0].argmax()
    assert found.cost == pytest.approx(100)  # together only in the second year, where 45 exceed the budget of 15
    draft.budget = (15, 30)
    assert plan(draft, asked(years=2)).cost == pytest.approx(50 + 15 + 30)


def pairs_of_projects(**given: Any) -> Draft:
    draft = Draft(**given)
    unit = draft.part("unit")
    want = draft.want(unit, 20)
    draft.source("far", unit, 9, want=want)
    for key in "AB":
        draft.project(key, draft.source(key, unit, 1, 0.0, want=want), 10, 30)
    return draft


def test_excluding_projects_are_never_both_started():
    draft = pairs_of_projects()
    assert plan(draft).cost == pytest.approx(20 + 60)
    draft.add("requirements", project=0, kind="not", target=1)
    found = plan(draft)
    assert found.cost == pytest.approx(10 + 90 + 30)
    assert found.quantity("start").sum() == pytest.approx(1)


def test_budget_of_a_period_limits_the_buyers_share_only():
    draft = pairs_of_projects(shares=(0.5, 1.0))
    draft.budget = (20,)
    found = plan(draft)
    assert found.cost == pytest.approx(10 + 90 + 15)
    assert found.terms["projects"] == pytest.approx(15)
    draft.budget = (30,)
    assert plan(draft).cost == pytest.approx(20 + 30)
    draft.budget = (20,)
    assert plan(draft, leave_out=["budget"]).cost == pytest.approx(20 + 30)


def test_a_project_starts_once_however_large_the_need():
    draft = pairs_of_projects(periods=2)
    draft.demand[0] = 40
    found = plan(draft, asked(years=2))
    assert found.quantity("start").sum(axis=(1, 2)) == pytest.approx([1, 1])
    assert plan(draft, asked(years=2), leave_out=["projects"]).cost < found.cost


def test_running_costs_begin_when_the_lead_time_is_over():
    draft = Draft(3)
    unit = draft.part("unit")
    want = draft.want(unit, [0, 10, 10])
    draft.source("far", unit, 100, want=want)
    pair = draft.source("new", unit, 0, 0.0, want=want)
    draft.project("P", pair, 10, 5, lead=1, opex=3)
    found = plan(draft, asked(years=3))
    assert found.terms["running"] == pytest.approx(6)
    assert found.cost == pytest.approx(11)


def test_a_hub_that_never_operates_blocks_what_requires_it():
    draft = pairs_of_projects()
    draft.add("regions", region="home", name="Home")
    draft.add("requirements", project=0, kind="hub", target=0)
    draft.add("requirements", project=1, kind="hub", target=0)
    assert plan(draft).cost == pytest.approx(180)
    assert plan(draft, leave_out=["requires"]).cost == pytest.approx(80)


def test_an_accelerated_copy_is_the_same_project():
    draft = pairs_of_projects()
    draft.rows["requirements"] = [{"project": 1, "kind": "project", "target": 0}]
    draft.project("A", 1, 10, 25, fast_of=0)
    found = plan(draft)
    # the cheaper copy starts in place of the ordinary A, and B may follow
    assert found.quantity("start").sum(axis=(1, 2)) == pytest.approx([0, 1, 1])
    assert found.cost == pytest.approx(20 + 30 + 25)


def supplier(demand: tuple[float, float], *, anchored: bool = True, offer: bool = True) -> Draft:
    """U6: far makes at 10; a new supplier at 6 needs a project for 100 and, anchored, a contract: 50 a year, 80 % to pay."""
    draft = Draft(2)
    unit = draft.part("unit")
    want = draft.want(unit, demand)
    draft.source("far", unit, 10, want=want)
    near = draft.source("near", unit, 6, 0.0, want=want)
    project = draft.project("P", near, 60, 100)
    if offer:
        signed = draft.add(
            "contracts", contract="C", pair=near, first=0, last=1, volume=50, theta=0.8, price=6, spot=6, tier=0
        )
        draft.add("contract_lanes", contract=signed, lane=1)
        if anchored:
            draft.add("requirements", project=project, kind="contract", target=signed)
    return draft


def by_hand(demand: tuple[float, float], *, anchored: bool = True) -> float:
    def cost(start: int | None, sign: int, *near: int) -> float | None:
        if start is not None and anchored and not sign:
            return None
        total = 100.0 * (start is not None)
        for t, (asked_for, taken) in enumerate(zip(demand, near, strict=True)):
            if taken > (60 if start is not None and t >= start else 0) or taken > asked_for:
                return None
            total += 6 * taken + 10 * (asked_for - taken) + 6 * max(0, 40 * sign - taken)
        return total

    steps = [range(0, int(d) + 1, 10) for d in demand]
    return best(cost, (None, 0, 1), (0, 1), *steps)


@pytest.mark.parametrize(("demand", "cost", "unused"), [((30, 60), 700, 60), ((30, 30), 580, 120), ((20, 20), 400, 0)])
def test_a_supplier_expands_only_under_a_signed_contract(demand, cost, unused):
    found = plan(supplier(demand), asked(years=2))
    assert found.cost == pytest.approx(cost)
    assert by_hand(demand) == cost
    assert found.terms["unused_commitment"] == pytest.approx(unused)


def test_without_the_anchor_the_project_pays_uncommitted():
    assert plan(supplier((20, 20), anchored=False), asked(years=2)).cost == pytest.approx(340)
    assert plan(supplier((20, 20)), asked(years=2), leave_out=["anchor"]).cost == pytest.approx(340)
    assert by_hand((20, 20), anchored=False) == 340


def test_a_contract_far_ahead_anchors_only_the_period_before_it():
    draft = supplier((60, 60))
    draft.rows["contracts"][0].update(first=1)
    assert plan(draft, asked(years=2)).quantity("start")[0, 0] == pytest.approx([1, 0])
    draft = supplier((60, 60))
    draft.periods, draft.demand[0] = 4, 60
    draft.rows["contracts"][0].update(first=3, last=3)
    assert plan(draft, asked(years=4)).quantity("start")[0, 0] == pytest.approx([0, 0, 1, 0])
