"""Design page, §6 family 9: a fast track is a second copy of a project with a shorter lead."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.fast_track import with_fast_tracks


def late(rate: float = 0.5, lead: int = 2, *, floor_jobs: float = 0.0) -> Draft:
    """D 10 in each of 4 years at 10 from far; a project of 60 brings 4, after 2 years, after one on the fast track."""
    draft = Draft(4)
    unit = draft.part("unit")
    want = draft.want(unit, 10)
    draft.source("far", unit, 10, want=want)
    near = draft.source("near", unit, 4, 0.0, want=want)
    draft.add("regions", region="home", name="Home")
    project = draft.project("build", near, 10, 60, lead=lead, jobs=5.0)
    number = draft.add("incentives", incentive="permit", kind="fast_track", rate=rate, floor_jobs=floor_jobs)
    draft.add("eligible", incentive=number, project=project)
    return draft


def test_fast_copy_starts_where_it_pays():
    found = plan(late(), asked(years=4))
    assert found.cost == pytest.approx(best(lambda ready: 60 + 100 * ready + 40 * (4 - ready), (1,)))
    assert found.quantity("take") == pytest.approx([1])
    assert found.quantity("start")[:, 0, 0] == pytest.approx([0, 1])


def test_without_its_row_or_with_a_floor_out_of_reach():
    assert plan(late(floor_jobs=9.0), asked(years=4)).cost == pytest.approx(60 + 200 + 80)
    free = plan(late(floor_jobs=9.0), asked(years=4), leave_out=["incentive:fast_track"])
    assert free.cost == pytest.approx(60 + 100 + 120)


def test_project_and_its_copy_exclude_each_other():
    draft = late()
    draft.demand = [[20] * 4]  # both at once would pay
    found = plan(draft, asked(years=4))
    assert found.quantity("start").sum() == pytest.approx(1)


def test_copy_counts_for_what_requires_the_project():
    draft = late()
    more = draft.source("more", 0, 1, 0.0, want=0)
    second = draft.project("next", more, 10, 1, lead=0)
    draft.add("requirements", project=second, kind="project", target=0)
    draft.rows["projects"][0]["capex"] = 5.0
    found = plan(draft, asked(years=4))
    assert found.quantity("start")[1].sum() == pytest.approx(1)
    assert found.cost < 5 + 100 + 120


def test_lead_is_rounded_up_and_one_that_is_not_shortened_has_no_copy():
    assert with_fast_tracks(late(0.5, 3).problem())["projects"]["lead"].to_list() == [3, 2]
    assert with_fast_tracks(late(0.1, 2).problem())["projects"].height == 1
    assert with_fast_tracks(late(0.5, 0).problem())["projects"].height == 1


def test_copies_are_made_once():
    once = with_fast_tracks(late().problem())
    assert with_fast_tracks(once)["projects"].equals(once["projects"])
    assert once["projects"].select("fast_of", "fast_by").rows() == [(None, None), (0, 0)]
    assert once["eligible"].height == 2
