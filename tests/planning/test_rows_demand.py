from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.handoff import program
from tierscape.planning.model import build

LOST = {"unmet": "penalised"}


def two_sources(near: float = 60.0) -> Draft:
    """U1: 100 asked; A has 60 at 10 + freight 2, B 100 at 11 + freight 3."""
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    for site, cost, freight, capacity in (("A", 10, 2, near), ("B", 11, 3, 100)):
        draft.lane(draft.pair(site, unit, cost, capacity), want=want, freight=freight)
    return draft


def location(single: bool) -> float:
    """U18: capacities 11 and 10, fixed 5 and 4; demand 6, 5, 7; cost of serving a whole customer by site."""
    draft = Draft()
    unit = draft.part("unit")
    cost, asked_for = ((1, 2, 4), (3, 1, 1)), (6, 5, 7)
    wants = [draft.want(unit, d, region=f"k{k}") for k, d in enumerate(asked_for)]
    for i, (capacity, fixed) in enumerate(((11, 5), (10, 4))):
        pair = draft.pair(f"s{i}", unit, 0, 0.0)
        draft.project(f"open{i}", pair, capacity, fixed)
        for k, want in enumerate(wants):
            draft.lane(pair, want=want, freight=cost[i][k] / asked_for[k])
    return plan(draft, asked(policy={"single_sourced_demand": single})).cost


@pytest.mark.parametrize(("near", "cost"), [(60, 1280), (70, 1260), (120, 1200)])
def test_nearer_source_is_used_up_first(near, cost):
    assert plan(two_sources(near)).cost == pytest.approx(cost)
    assert best(lambda a: 12 * a + 14 * (100 - a) if a <= near else None, range(101)) == cost


def test_without_demand_rows_nothing_is_delivered():
    assert plan(two_sources(), leave_out=["demand"]).cost == pytest.approx(0)


def test_dear_units_stay_unmet_at_their_penalty():
    draft = two_sources()
    draft.rows["wants"][0]["penalty"] = 13.0
    found = plan(draft, asked(finance=LOST))
    assert found.cost == pytest.approx(60 * 12 + 40 * 13)
    assert found.terms["unmet"] == pytest.approx(40 * 13)
    assert found.quantity("unmet")[0, 0] == pytest.approx(40)


def test_cheap_units_are_all_served_where_loss_is_dear():
    assert plan(two_sources(), asked(finance=LOST)).quantity("unmet")[0, 0] == pytest.approx(0)


def test_forbidden_loss_beyond_all_capacity_has_no_plan():
    draft = two_sources()
    draft.demand[0] = 161
    assert plan(draft) is None


def test_single_sourcing_costs_what_splitting_saves():
    assert location(single=False) == pytest.approx(12.4)
    assert location(single=True) == pytest.approx(13)


def test_single_sourcing_agrees_with_enumeration():
    capacity, fixed, demand, cost = (11, 10), (5, 4), (6, 5, 7), ((1, 2, 4), (3, 1, 1))

    def total(*by):
        load = [sum(d for d, i in zip(demand, by, strict=True) if i == s) for s in (0, 1)]
        if any(load[s] > capacity[s] for s in (0, 1)):
            return None
        return sum(cost[i][k] for k, i in enumerate(by)) + sum(fixed[s] for s in set(by))

    assert best(total, (0, 1), (0, 1), (0, 1)) == 13


def test_demand_whose_loss_has_no_price_must_be_met_but_in_an_adverse_year():
    draft = two_sources()
    draft.demand[0], draft.rows["wants"][0]["penalty"] = 161, None
    draft.rows["parts"][0]["value"] = 7.0
    assert plan(draft, asked(finance=LOST)) is None
    struck = program(build(draft.problem(), asked(), periods=[0]))
    lost = struck.columns["unmet"][0, 0]
    assert struck.program.upper[lost] == np.inf
    assert struck.terms["unmet"][lost] == pytest.approx(21)  # three times the part's value
