"""Design page, §6 family 10 and case U10."""

from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan, solve

from tierscape.planning.handoff import program
from tierscape.planning.model import build
from tierscape.planning.rows import completeness
from tierscape.planning.rows.completeness import Cluster

PRICES = (None, None, None, 4.0, 6.0, 9.0)
"""U10: 3 of 6 classes are present, the others cost so much."""


def cluster(prices=PRICES, *, by: str = "qualification", periods: int = 1) -> Draft:
    draft = Draft(periods)
    unit = draft.part("unit")
    draft.source("plant", unit, 0, want=draft.want(unit, 0))
    draft.add("regions", region="home", name="Home")
    for i, price in enumerate(prices):
        part = draft.part(f"c{i}")
        if price is not None and by == "project":
            pair = draft.pair(f"s{i}", part, 0, 0.0)
            draft.project(f"P{i}", pair, 1, price)
        else:
            pair = draft.pair(
                f"s{i}",
                part,
                0,
                qualified=price is None,
                qualify_cost=price,
                qualify_periods=0 if periods == 1 else i % 2,
            )
        draft.add("classes", part=part)
        draft.add("covers", **{"region": 0, "class": i, "pair": pair})
    return draft


def worth(benefit: float, **policy: float):
    return asked(policy={"hub_benefit": benefit, "completeness": 0.8, **policy})


def relaxed(draft: Draft, benefit: float, without: str | None = None) -> float:
    """Bound of the linear relaxation."""
    written = build(draft.problem(), worth(benefit))
    if without:
        written.model.remove_constraints(without)
    handed = program(written)
    found = solve(handed.program, relaxed=True)
    assert found is not None
    return found[0] * handed.money


@pytest.mark.parametrize("by", ["qualification", "project"])
@pytest.mark.parametrize(("benefit", "cost"), [(12.0, -2.0), (9.0, 0.0)])
def test_cluster_operates_where_it_is_worth_what_is_missing(by, benefit, cost):
    assert plan(cluster(by=by), worth(benefit)).cost == pytest.approx(cost)


@pytest.mark.parametrize("benefit", [9.0, 10.0, 12.0, 20.0])
def test_cluster_agrees_with_enumeration(benefit):
    def cost(four, six, nine, hub):
        if hub and 3 + four + six + nine < 5:
            return None
        return 4 * four + 6 * six + 9 * nine - benefit * hub

    assert plan(cluster(), worth(benefit)).cost == pytest.approx(best(cost, *[(0, 1)] * 4))


def test_both_kinds_of_rows_give_the_tightest_bound():
    assert relaxed(cluster(), 12, "completeness:facet") == pytest.approx(-7.2)
    assert relaxed(cluster(), 12, "completeness") == pytest.approx(-2.5)
    assert relaxed(cluster(), 12) == pytest.approx(-2.142857)


def test_without_its_rows_a_cluster_operates_for_nothing():
    assert plan(cluster(), worth(9), leave_out=["completeness"]).cost == pytest.approx(-9)


def test_cluster_that_is_complete_anyway_costs_nothing():
    assert plan(cluster((None,) * 6), worth(9)).cost == pytest.approx(-9)
    assert plan(cluster(), worth(9, completeness=0.5)).cost == pytest.approx(-9)


def test_cluster_that_is_worth_nothing_adds_no_row():
    found = plan(cluster(), worth(0))
    assert not any(name.startswith("completeness") for name in found.handed.rows)


def test_class_that_nobody_can_cover_there_counts_as_missing():
    draft = cluster()
    for i in (6, 7):
        draft.add("classes", part=draft.part(f"c{i}"))
    # 7 of 8 are needed and 6 is the most
    assert plan(draft, worth(1000)).cost == pytest.approx(0)
    assert relaxed(draft, 1000) == pytest.approx(0)


def test_cluster_stays_once_it_operates():
    draft = cluster(periods=3)
    found = plan(draft, asked(policy={"hub_benefit": 12.0, "completeness": 0.8}, years=3))
    hub = found.quantity("hub")[0]
    assert (np.diff(hub) >= -1e-9).all()
    assert hub.sum() > 0


def test_two_makers_of_a_class_cover_it_once():
    draft = cluster((None, None, 4.0, 6.0))
    again = draft.pair("twin", draft.rows["pairs"][1]["part"], 0)
    draft.add("covers", **{"region": 0, "class": 0, "pair": again})
    # 4 of 4 are needed: the twin of the first class stands for no other
    assert plan(draft, worth(9)).cost == pytest.approx(0)
    assert plan(draft, worth(11)).cost == pytest.approx(-1)


def test_separation_finds_the_most_violated_facet(monkeypatch):
    one = Cluster(region=0, covers=np.array([3, 4, 5]), choose=2)
    hub, covered = np.array([[0.9, 0.5]]), np.array([[1.0] * 2] * 3 + [[0.2, 0.3], [0.9, 0.4], [0.4, 0.3]])
    found = one.violated(hub, covered)
    assert [(t, members.tolist()) for t, members in found] == [(0, [3, 5])]
    assert one.facets == 3


def test_separated_rounds_reach_the_bound_of_all_facets(monkeypatch):
    monkeypatch.setattr(completeness, "OUTRIGHT", 0)
    written = build(cluster().problem(), worth(12))
    assert "completeness:facet" not in written.model.constraints
    from tierscape.planning import facets as module

    monkeypatch.setattr(module, "OUTRIGHT", 0)
    handed = program(written)
    separate = module.facets(written, handed)
    assert separate is not None
    form = handed.program
    bounds = []
    for _ in range(10):
        value, x = solve(form, relaxed=True)
        bounds.append(value * handed.money)
        rows = separate(x)
        if rows is None:
            break
        form = stacked(form, rows)
    assert bounds[0] == pytest.approx(-7.2)
    assert bounds[-1] == pytest.approx(-2.142857)


def stacked(form, rows):
    from dataclasses import replace

    from scipy.sparse import csr_array, vstack

    return replace(
        form,
        matrix=csr_array(vstack([form.matrix, rows.matrix])),
        row_lower=np.append(form.row_lower, rows.lower),
        row_upper=np.append(form.row_upper, rows.upper),
    )


def test_many_classes_are_left_to_separation():
    written = build(cluster((None,) * 5 + (1.0,) * 25).problem(), worth(12))
    assert "completeness:facet" not in written.model.constraints
    handed = program(written)
    from tierscape.planning.facets import facets

    separate = facets(written, handed)
    _, x = solve(handed.program, relaxed=True)
    rows = separate(x)
    assert rows is not None
    assert (rows.matrix @ x > 1e-6).all()


def test_project_that_requires_a_cluster_brings_its_rows():
    draft = cluster()
    draft.source("rich", 0, 0, 0.0, want=0)
    far = draft.rows["wants"][0]
    far["penalty"] = 1.0
    draft.demand[0] = 10
    draft.rows["pairs"][0]["unit_cost"] = 3.0
    new = len(draft.rows["pairs"]) - 1
    project = draft.project("lab", new, 10, 5)
    draft.add("requirements", project=project, kind="hub", target=0)
    # 10 units cost 3 each from the plant; the project saves 30 for 5 and a cluster for 10
    assert plan(draft, worth(0)).cost == pytest.approx(15)
    assert plan(draft, worth(0), leave_out=["completeness"]).cost == pytest.approx(5)
