"""Design page, §6 family 14 and case U5."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.parameters import Policy
from tierscape.planning.rows.sources import let_off

TWO = {"min_sources": 2, "min_share": 0.2}


def incumbent_and_other(periods: int = 1, *, wait: int = 0, offered: bool = True, **other: str) -> Draft:
    """U4: D 100; the incumbent at 10, the other at 8 after a qualification of 150."""
    draft = Draft(periods)
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("incumbent", unit, 10, want=want)
    cost = 150.0 if offered else None
    draft.source("other", unit, 8, want=want, qualified=False, qualify_cost=cost, qualify_periods=wait, **other)
    return draft


def test_two_sources_with_a_least_share():
    found = plan(incumbent_and_other(), asked(policy=TWO))
    assert found.cost == pytest.approx(990)
    assert found.quantity("output")[:, 0] == pytest.approx([20, 80])


def test_sources_agree_with_enumeration():
    def cost(qualified, other):
        if other > 100 * qualified or 1 + qualified < 2 or 100 - other < 20 or other < 20 * qualified:
            return None
        return 150 * qualified + 8 * other + 10 * (100 - other)

    assert best(cost, (0, 1), range(101)) == 990


def test_largest_share_needs_the_second_source():
    assert plan(incumbent_and_other(), asked(policy={"max_share": 0.6})).cost == pytest.approx(1030)
    # without the rows the incumbent makes all; the bound of the other's qualification knows the limit, too
    assert plan(incumbent_and_other(), asked(policy={"max_share": 0.6}), leave_out=["sources"]).cost == pytest.approx(
        1000
    )


def test_wide_share_costs_nothing():
    assert plan(incumbent_and_other(), asked(policy={"max_share": 1.0})).cost == pytest.approx(950)


def test_largest_share_without_any_second_source_has_no_plan():
    assert plan(incumbent_and_other(offered=False), asked(policy={"max_share": 0.6})) is None


def test_largest_share_starts_when_the_second_source_can_stand():
    found = plan(incumbent_and_other(3, wait=1), asked(policy={"max_share": 0.6}, years=3))
    assert found.quantity("output")[0] == pytest.approx([100, 40, 40])


def test_number_of_sources_starts_when_they_can_stand():
    draft = incumbent_and_other(3, wait=1)
    draft.rows["pairs"][1]["unit_cost"] = 12.0  # nobody would qualify it for its price
    found = plan(draft, asked(policy={"min_sources": 2}, years=3))
    assert found.cost == pytest.approx(3000 + 150)
    assert plan(draft, asked(policy={"min_sources": 2}, years=3), leave_out=["sources"]).cost == pytest.approx(3000)


def test_number_of_sources_that_two_makers_can_never_reach_has_no_plan():
    assert plan(incumbent_and_other(offered=False), asked(policy={"min_sources": 2})) is None


def test_part_with_fewer_makers_than_asked_is_let_off_by_name():
    draft = incumbent_and_other()
    draft.source("ruin", 0, 1, 0.0, want=0)  # no capacity, no project: no maker
    assert plan(draft, asked(policy={"min_sources": 3})).cost == pytest.approx(950)
    assert let_off(draft.problem(), Policy(min_sources=3)).rows() == [(0, 2, 3)]
    assert let_off(draft.problem(), Policy(min_sources=2, max_share=0.6)).is_empty()
    assert let_off(draft.problem(), Policy()).is_empty()


def test_two_projects_at_one_site_owe_one_least_share():
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("incumbent", unit, 10, 60.0, want=want)
    new = draft.source("new", unit, 12, 0.0, want=want)
    for key in ("a", "b"):
        draft.project(key, new, 20, 1)
    assert plan(draft, asked(policy={"min_share": 0.4})).cost == pytest.approx(60 * 10 + 40 * 12 + 2)


def test_part_from_one_country_alone_has_no_limit_by_country():
    draft = incumbent_and_other()
    assert plan(draft, asked(policy={"max_country_share": 0.6})).cost == pytest.approx(950)


def test_source_that_needs_a_project_counts_once_it_is_built():
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("incumbent", unit, 10, want=want)
    draft.project("build", draft.source("new", unit, 12, 0.0, want=want), 50, 30)
    found = plan(draft, asked(policy={"min_sources": 2}))
    assert found.cost == pytest.approx(1030)
    assert found.terms["projects"] == pytest.approx(30)
    assert plan(draft, asked(policy={"min_sources": 2, "min_share": 0.2})).cost == pytest.approx(1030 + 20 * 2)
    assert plan(draft, asked(policy={"min_share": 0.2})).cost == pytest.approx(
        1000
    )  # one that is not built owes nothing


def test_two_projects_at_one_site_are_one_source():
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 10)
    draft.source("incumbent", unit, 10, want=want)
    site = draft.source("new", unit, 12, 0.0, want=want)
    third = draft.source("third", unit, 12, 0.0, want=want)
    for key, pair, capex in (("a", site, 1), ("b", site, 1), ("c", third, 50)):
        draft.project(key, pair, 5, capex)
    assert plan(draft, asked(policy={"min_sources": 3})).cost == pytest.approx(100 + 1 + 50)


def test_project_at_a_site_that_is_not_qualified_needs_both():
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 10)
    draft.source("incumbent", unit, 10, want=want)
    new = draft.source("new", unit, 12, 0.0, want=want, qualified=False, qualify_cost=7.0, qualify_periods=0)
    draft.project("build", new, 5, 30)
    assert plan(draft, asked(policy={"min_sources": 2})).cost == pytest.approx(100 + 7 + 30)


@pytest.mark.parametrize("place", ["country", "region"])
def test_share_of_a_place_adds_its_sites_up(place):
    draft = incumbent_and_other()
    draft.source("third", 0, 14, want=0, **{place: "XX"})
    limit = {f"max_{place}_share": 0.6}
    # both cheap ones lie in one place: 40 must come from the third, and the qualification no longer pays
    assert plan(draft, asked(policy=limit)).cost == pytest.approx(60 * 10 + 40 * 14)
    assert plan(draft, asked(policy=limit), leave_out=["sources"]).cost == pytest.approx(950)
    assert plan(draft, asked(policy={f"max_{place}_share": 1.0})).cost == pytest.approx(950)


def test_market_part_has_no_limit():
    draft = Draft()
    unit = draft.part("unit")
    draft.source("market", unit, 10, want=draft.want(unit, 10), market=True)
    policy = {"max_share": 0.6, "max_country_share": 0.5, "min_sources": 2, "min_share": 0.1}
    assert plan(draft, asked(policy=policy)).cost == pytest.approx(100)
