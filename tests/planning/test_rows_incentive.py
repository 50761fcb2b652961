"""Design page, §6 family 9 and case U9."""

from __future__ import annotations

from typing import Any

import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.handoff import program
from tierscape.planning.model import build


def programme(**incentive: Any) -> Draft:
    """U9: A (capex 100, 20 jobs, 2 a unit) and B (80, 15 jobs, 3 a unit) against far sources; a grant on both."""
    draft = Draft(2)
    a, b = draft.part("a"), draft.part("b")
    want_a, want_b = draft.want(a, [10, 7]), draft.want(b, [5, 4])
    draft.source("far_a", a, 15, want=want_a)
    draft.source("far_b", b, 18, want=want_b)
    near_a = draft.source("A", a, 10, 0.0, want=want_a, hours=3500.0)
    near_b = draft.source("B", b, 10, 0.0, want=want_b, hours=5250.0)
    draft.add("regions", region="home", name="Home")
    terms = {"rate": 0.3, "cap": 45.0, "floor_investment": 150.0, "floor_jobs": 30.0, "until": 0, **incentive}
    number = draft.add("incentives", incentive="I", **terms)
    for project in (draft.project("PA", near_a, 10, 100, jobs=20.0), draft.project("PB", near_b, 5, 80, jobs=15.0)):
        draft.add("eligible", incentive=number, project=project)
    return draft


def enumerated(claw: float = 0.0, cap: float = 45.0, floor_jobs: float = 30.0) -> float:
    """Both years' output of a built site is what is asked for: it is cheaper than far."""

    def cost(a, b, take):
        investment, jobs = 100 * a + 80 * b, 20 * a + 15 * b
        if take and (investment < 150 or jobs < floor_jobs):
            return None
        grant = take * min(0.3 * investment, cap)
        kept = all(2 * x * a + 3 * y * b >= floor_jobs for x, y in ((10, 5), (7, 4)))
        owed = 0 if kept else claw * grant
        return investment + (17 * (10 if a else 15) + 9 * (10 if b else 18)) - grant + owed

    return best(cost, (0, 1), (0, 1), (0, 1))


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        ({"clawback": 0.0}, 395),
        ({"clawback": 0.4}, 413),
        ({"clawback": 0.6}, 417),
        ({"clawback": 0.0, "floor_jobs": 40.0}, 417),
        ({"clawback": 0.4, "floor_jobs": 40.0}, 417),
        ({"clawback": 0.0, "cap": 60.0}, 386),
    ],
)
def test_grant_with_floors_cap_and_clawback(terms, cost):
    found = plan(programme(**terms), asked(years=2))
    assert found.cost == pytest.approx(cost)
    assert enumerated(terms["clawback"], terms.get("cap", 45.0), terms.get("floor_jobs", 30.0)) == pytest.approx(cost)


def test_money_back_stands_apart_in_the_waterfall():
    found = plan(programme(clawback=0.4), asked(years=2))
    assert found.terms["grants"] == pytest.approx(-45)
    assert found.terms["repaid"] == pytest.approx(18)
    assert found.quantity("clawed") == pytest.approx([1])


def test_floor_that_is_kept_is_not_clawed_back():
    found = plan(programme(clawback=0.6, floor_jobs=26.0), asked(years=2))
    assert found.cost == pytest.approx(395)
    assert found.quantity("clawed") == pytest.approx([0])


def test_without_its_rate_the_grant_would_not_depend_on_what_is_built():
    draft = programme(cap=None, clawback=0.0, floor_investment=0.0, floor_jobs=0.0)
    draft.rows["projects"][1]["capex"] = 1000.0
    assert plan(draft, asked(years=2)).terms["grants"] == pytest.approx(-30)
    assert plan(draft, asked(years=2), leave_out=["incentive:rate"]).terms["grants"] == pytest.approx(-330)


def test_without_its_cap_the_grant_would_grow():
    draft = programme(clawback=0.0)
    assert plan(draft, asked(years=2), leave_out=["incentive:cap"]).terms["grants"] == pytest.approx(-54)


@pytest.mark.parametrize(
    ("row", "terms"), [("investment", {"floor_investment": 190.0}), ("jobs", {"floor_jobs": 40.0})]
)
def test_without_a_floor_the_grant_would_be_given(row, terms):
    draft = programme(clawback=0.0, **terms)
    assert plan(draft, asked(years=2)).cost == pytest.approx(417)
    assert plan(draft, asked(years=2), leave_out=[f"incentive:{row}"]).cost == pytest.approx(395)


@pytest.mark.parametrize("row", ["incentive:delivered", "incentive:clawback"])
def test_without_the_job_test_nothing_is_repaid(row):
    assert plan(programme(clawback=0.4), asked(years=2), leave_out=[row]).cost == pytest.approx(395)


def test_start_after_the_last_day_earns_nothing():
    draft = programme(clawback=0.0, until=0)
    draft.budget = [0.0, 1000.0]  # nothing can start in time
    assert plan(draft, asked(years=2)).cost == pytest.approx(417)
    draft.rows["incentives"][0]["until"] = 1
    assert "grants" in plan(draft, asked(years=2)).terms


def test_plan_counts_the_grant_on_what_the_buyer_pays_and_the_floor_on_all():
    draft = programme(clawback=0.0, cap=None)
    draft.shares = (0.5,)
    found = plan(draft, asked(years=2))
    assert found.terms["projects"] == pytest.approx(90)
    assert found.terms["grants"] == pytest.approx(-27)  # 30 % of 90; the floor of 150 is met by 180


def test_land_and_training_pay_like_a_grant_and_tax_on_what_is_made():
    for kind in ("land", "training"):
        assert plan(programme(kind=kind, clawback=0.0), asked(years=2)).cost == pytest.approx(395)
    draft = programme(kind="tax", clawback=0.0, cap=None, rate=0.5)
    for part in draft.rows["parts"]:
        part["value"] = 4.0
    found = plan(draft, asked(years=2))
    assert found.terms["grants"] == pytest.approx(-0.5 * 4 * (17 + 9))
    assert found.quantity("grant")[0] == pytest.approx([30, 22])


def test_tax_relief_is_for_what_the_project_added_alone():
    draft = programme(kind="tax", clawback=0.0, cap=None, rate=0.5, floor_investment=0.0, floor_jobs=0.0)
    draft.capacity[2] = 6.0  # site A makes 6 without the project, which adds 2
    draft.rows["projects"][0].update(added=2.0, capex=5.0)
    draft.rows["projects"][1]["capex"] = 1000.0
    for part in draft.rows["parts"]:
        part["value"] = 4.0
    found = plan(draft, asked(years=2))
    assert found.terms["grants"] == pytest.approx(-0.5 * 4 * (2 + 2))


def test_tax_relief_counts_output_once_where_two_projects_add_to_one_maker():
    draft = programme(kind="tax", clawback=0.0, cap=None, rate=0.5, floor_investment=200.0, floor_jobs=0.0)
    second = draft.project("PA2", 2, 10, 100, jobs=20.0)
    draft.add("eligible", incentive=0, project=second)
    draft.rows["projects"][1]["capex"] = 1000.0
    for part in draft.rows["parts"]:
        part["value"] = 40.0
    found = plan(draft, asked(years=2))  # the floor asks for both projects at A, which then makes 17 of 20 + 20
    assert found.terms["grants"] == pytest.approx(-0.5 * 40 * 17)
    assert plan(draft, asked(years=2), leave_out=["incentive:made"]).terms["grants"] < found.terms["grants"] - 1


def test_pledged_jobs_are_tested_from_full_rate_on():
    # built with a year's lead: the first year, in which nobody works there, is no breach
    draft = programme(clawback=0.4, cap=450.0, rate=0.9, floor_jobs=25.0)
    for project in draft.rows["projects"]:
        project["lead"] = 1
    found = plan(draft, asked(years=2))
    assert found.quantity("take") == pytest.approx([1])
    assert found.quantity("clawed") == pytest.approx([0])  # 2 * 7 + 3 * 4 = 26 jobs in the second year


def test_pledged_jobs_are_tested_for_five_years():
    draft = programme(clawback=1.0, floor_jobs=30.0, cap=45.0)
    draft.periods = 7
    draft.demand = [[10] * 5 + [1, 1], [5] * 5 + [1, 1]]
    found = plan(draft, asked(years=7))
    assert found.quantity("clawed") == pytest.approx([0])
    assert found.terms["grants"] == pytest.approx(-45)
    assert found.cost == pytest.approx(180 + 10 * (52 + 27) - 45)
    draft.demand = [[10] * 4 + [1, 1, 1], [5] * 4 + [1, 1, 1]]
    assert plan(draft, asked(years=7)).cost == pytest.approx(180 + 10 * (43 + 23))  # all would be paid back


def test_repayment_is_discounted_from_the_first_test():
    draft = programme(clawback=0.4)
    draft.rate = 0.1
    for project in draft.rows["projects"]:
        project["lead"] = 1
    written = build(draft.problem(), asked(years=2))
    handed = program(written)
    assert handed.terms["repaid"][handed.columns["repaid"][0]] == pytest.approx(1 / 1.1)
    assert handed.terms["grants"][handed.columns["grant"][0]] == pytest.approx([-1, -1 / 1.1])


def test_no_incentive_adds_no_row():
    draft = programme()
    draft.rows["incentives"], draft.rows["eligible"] = [], []
    found = plan(draft, asked(years=2))
    assert found.cost == pytest.approx(417)
    assert not any(name.startswith("incentive") for name in found.handed.rows)
