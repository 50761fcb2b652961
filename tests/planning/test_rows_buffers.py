"""Design page, §6 family 17: stock costs its holding, and a bad year draws no more than there is."""

from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan, solve

from tierscape.planning.copies import reference, templates, two_stage
from tierscape.planning.handoff import program
from tierscape.planning.model import build
from tierscape.planning.program import extensive

STOCK = {"finance": {"holding_rate": 0.2}, "risk": {"weight": 1.0, "alpha": 0.5, "scenarios": 2}}


def stocked(value: float = 10.0, most: float | None = 60.0) -> Draft:
    """D 100 from one source that fails in half of the years; a lost unit 50; stock of the good at its maker."""
    draft = Draft()
    unit = draft.part("unit", value=value)
    want = draft.want(unit, 100, penalty=50.0)
    maker = draft.source("far", unit, 0, want=want)
    draft.add("buffers", need=None, part=unit, site="far", most=most, value=value)
    draft.scenario({maker: 0.0})
    draft.scenario()
    return draft


def whole(draft: Draft) -> tuple[float, np.ndarray]:
    """Cost of the extensive form and what is in stock."""
    written = build(draft.problem(), asked(**STOCK))
    handed = program(written)
    forms = templates(written, handed)
    calm = solve(handed.program, relaxed=True)
    assert calm is not None
    found = solve(extensive(two_stage(written, handed, forms, reference(forms, handed, calm[1]))))
    assert found is not None
    return found[0] * handed.money, found[1][handed.columns["buffer"]] * handed.unit[handed.columns["buffer"]]


def test_stock_is_held_up_to_its_bound_against_a_bad_year():
    cost, stock = whole(stocked())
    assert stock == pytest.approx([60])
    assert cost == pytest.approx(best(lambda b: 0.2 * 10 * b + 50 * (100 - b), range(61)))


def test_wide_bound_holds_what_is_lost():
    cost, stock = whole(stocked(most=None))
    assert stock == pytest.approx([100])
    assert cost == pytest.approx(200)


def test_dear_stock_is_not_held():
    cost, stock = whole(stocked(value=300.0))
    assert stock == pytest.approx([0])
    assert cost == pytest.approx(5000)


def test_holding_is_charged_for_every_period_at_its_discount():
    draft = Draft(3, rate=0.1)
    unit = draft.part("unit", value=10.0)
    draft.source("far", unit, 0, want=draft.want(unit, 1))
    draft.add("buffers", need=None, part=unit, site="far", most=5.0, value=10.0)
    written = build(draft.problem(), asked(finance={"holding_rate": 0.2}, years=3))
    handed = program(written)
    rate = handed.terms["buffers"][handed.columns["buffer"][0]]
    assert rate == pytest.approx(0.2 * 10 * (1 + 1 / 1.1 + 1 / 1.21))


def test_calm_plan_without_adverse_years_holds_none():
    found = plan(stocked(), asked(finance={"holding_rate": 0.2}))
    assert found.quantity("buffer") == pytest.approx([0])
