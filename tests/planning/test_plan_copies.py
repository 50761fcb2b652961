from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, solve

from tierscape.planning.copies import reference, templates, two_stage
from tierscape.planning.handoff import program
from tierscape.planning.model import build
from tierscape.planning.program import extensive

FAR, NEAR = 0, 1


def tail(capex: float = 300.0, periods: int = 1) -> Draft:
    """U12: 100 asked; far 10 with capacity 100, near 12 with 60, a project adds 40 there; ten adverse years alike."""
    draft = Draft(periods)
    unit = draft.part("unit")
    want = draft.want(unit, 100, penalty=50.0)
    draft.source("far", unit, 10, 100, want=want)
    near = draft.source("near", unit, 12, 60, want=want)
    draft.project("P", near, 40, capex)
    draft.scenario({FAR: 0.0})
    draft.scenario({FAR: 0.5})
    for _ in range(8):
        draft.scenario()
    return draft


def solved(draft: Draft, alpha: float = 0.8, weight: float = 1.0, *, calm_reference: float | None = None, **given):
    """Cost, first-stage start and CVaR of the plan with all adverse years written out."""
    ask = asked(risk={"alpha": alpha, "weight": weight, "scenarios": 10}, **given)
    written = build(draft.problem(), ask)
    base = program(written)
    forms = templates(written, base)
    calm = solve(base.program, relaxed=True)[1]
    level = reference(forms, base, calm)
    stage = two_stage(written, base, forms, level)
    cost, x = solve(extensive(stage))
    n = len(base.program.cost)
    plain = float(base.program.cost @ x[:n]) * base.money
    cost *= base.money
    return cost, base.quantity(x[:n], "start").sum(), (cost - plain) / weight if weight else np.nan, level


def by_hand(capex: float, weight: float, alpha: float) -> float:
    """The project or not; the calm plan buys from far alone; adverse years lose what near cannot deliver."""

    def cost(opened: int) -> float:
        near = 60 + 40 * opened
        losses = []
        for left in (0, 50):
            far = min(left, 100)
            taken = min(near, 100 - far)
            losses.append(10 * far + 12 * taken + 50 * (100 - far - taken) - 1000)
        return 1000 + capex * opened + weight * cvar([*losses, *[0.0] * 8], alpha)

    return best(cost, (0, 1))


def cvar(losses: list[float], alpha: float) -> float:
    """Mean of the worst 1 - alpha of the probability, the last one in part."""
    rest, total = 1 - alpha, 0.0
    for loss in sorted(losses, reverse=True):
        share = min(rest, 1 / len(losses))
        total, rest = total + share * loss, rest - share
    return total / (1 - alpha)


@pytest.mark.parametrize(
    ("weight", "alpha", "cost", "opened", "risk"),
    [
        (0.1, 0.8, 1091, 0, 910),
        (0.5, 0.8, 1375, 1, 150),
        (1.0, 0.8, 1450, 1, 150),
        (0.5, 0.85, 1383.333333, 1, 166.666667),
    ],
)
def test_project_is_opened_where_the_tail_weighs_enough(weight, alpha, cost, opened, risk):
    total, started, conditional, level = solved(tail(), alpha, weight)
    assert total == pytest.approx(cost)
    assert by_hand(300, weight, alpha) == pytest.approx(cost)
    assert started == pytest.approx(opened)
    assert conditional == pytest.approx(risk)
    assert level == {0: pytest.approx(1000)}


@pytest.mark.parametrize(("weight", "opened"), [(0.394, 0), (0.396, 1)])
def test_the_break_even_weight_is_capex_over_the_tail_that_it_saves(weight, opened):
    assert solved(tail(), 0.8, weight)[1] == pytest.approx(opened)  # 300 / 760


def test_a_plan_cannot_lower_its_risk_by_burning_money_in_calm_years():
    total, started, _, _ = solved(tail(5000), 0.8, 2.0)
    assert total == pytest.approx(2820)
    assert started == pytest.approx(0)


def test_a_template_serves_every_scenario_of_its_period():
    draft = tail()
    written = build(draft.problem(), asked(risk={"weight": 1.0}))
    base = program(written)
    forms = templates(written, base)
    stage = two_stage(written, base, forms, {0: 1000.0})
    assert len(forms) == 1
    assert len(stage.copies) == 10
    assert all(c.matrix is forms[0].matrix for c in stage.copies)
    # half of far's capacity, and near's row is whole, its project included
    rows = np.flatnonzero(forms[0].limited == FAR), np.flatnonzero(forms[0].limited == NEAR)
    size = forms[0].handed.row_unit
    assert stage.copies[1].row_upper[rows[0]] * size[rows[0]] == pytest.approx([50])
    assert stage.copies[1].row_upper[rows[1]] * size[rows[1]] == pytest.approx([60])
    assert stage.copies[1].tie[rows[1], :].toarray().min() * size[rows[1]] == pytest.approx([-40])


def test_what_strikes_a_site_strikes_its_projects_too():
    draft = tail()
    draft.struck[0] = ({FAR: 0.0, NEAR: 0.5}, ())
    total, started, _, _ = solved(draft, 0.8, 1.0)
    # near keeps 50 of 100 with the project, 30 of 60 without
    assert total == pytest.approx(min(1300 + (2100 + 100) / 2, 1000 + (30 * 12 + 70 * 50 - 1000 + 100) / 2))
    assert started in {0, 1}


def test_a_closed_lane_carries_nothing():
    draft = tail()
    draft.struck[0] = ({}, (FAR,))
    assert solved(draft, 0.8, 0.1)[0] == pytest.approx(1091)


def test_an_unlimited_pair_that_loses_everything_stands_still():
    draft = tail()
    draft.capacity[FAR] = np.inf
    total = solved(draft, 0.8, 0.1)[0]
    # at half, a source without limit still delivers all
    assert total == pytest.approx(1000 + 0.1 * 1720 / 2)


def test_surge_stretches_capacity_in_adverse_years_only():
    draft = tail()
    draft.rows["pairs"][NEAR]["surge"] = 0.1
    total, _, risk, _ = solved(draft, 0.8, 0.1)
    # 66 from near; far's half year needs 50 of them
    assert risk == pytest.approx((66 * 12 + 34 * 50 - 1000 + 100) / 2)
    assert total == pytest.approx(1000 + 0.1 * risk)


def test_loss_may_be_forbidden_in_calm_years_and_still_happens_in_adverse_ones():
    assert solved(tail(), 0.8, 0.1, finance={"unmet": "forbidden"})[0] == pytest.approx(1091)


def test_later_periods_are_discounted_once():
    draft = tail(periods=2)
    draft.rate = 0.25
    for row in draft.rows["scenarios"]:
        row["period"] = 1
    total, _, risk, level = solved(draft, 0.8, 0.1, years=2)
    assert level == {1: pytest.approx(800)}
    assert risk == pytest.approx(910 / 1.25)
    assert total == pytest.approx(1800 + 0.1 * 728)


def test_dropping_adverse_years_never_raises_the_optimum():
    whole = solved(tail(), 0.8, 1.0)[0]
    draft = tail()
    problem = draft.problem()
    written = build(problem, asked(risk={"weight": 1.0}))
    base = program(written)
    forms = templates(written, base)
    stage = two_stage(written, base, forms, {0: 1000.0})
    for kept in ((0,), (1,), (0, 1), (5,)):
        fewer = type(stage)(stage.base, tuple(stage.copies[w] for w in kept), stage.alpha, stage.weight)
        assert solve(extensive(fewer))[0] * base.money <= whole + 1e-6


def test_without_adverse_years_the_extensive_form_is_the_base():
    draft = tail()
    draft.struck, draft.rows["scenarios"] = [], []
    written = build(draft.problem(), asked(risk={"weight": 1.0}))
    base = program(written)
    stage = two_stage(written, base, templates(written, base), {})
    assert extensive(stage) is base.program
    assert stage.weight == 0


def test_a_need_served_from_stock_is_not_short():
    draft = Draft()
    final, child = draft.part("F"), draft.part("c")
    made = draft.source("plant", final, 0, 10, want=draft.want(final, 10, penalty=50.0))
    need = draft.add("needs", site="plant", part=child)
    draft.add("recipes", pair=made, need=need)
    maker = draft.pair("maker", child, 1, 100)
    draft.lane(maker, need=need)
    draft.add("buffers", need=need, part=child, site="plant", most=4.0, value=1.0)
    draft.scenario({maker: 0.0})
    written = build(draft.problem(), asked(risk={"weight": 1.0}))
    base = program(written)
    forms = templates(written, base)
    stage = two_stage(written, base, forms, {0: 10.0})
    form = forms[0]
    drawn = np.flatnonzero(np.isin(form.own, form.handed.columns["drawn"].ravel()))
    assert len(drawn) == 1
    assert stage.copies[0].matrix[:, drawn].nnz >= 1
