"""Design page, §6 family 18 and case U20."""

from __future__ import annotations

from dataclasses import replace

import pytest
from problems import Draft, asked, best, plan


def town(
    periods: int = 1, *, pool: float | None = 400.0, wage: float | None = None, before: float | None = 0.0
) -> Draft:
    """U20: D 100; near at 10 with 875 h a unit, far at 12; pool 400, nobody works there yet."""
    draft = Draft(periods)
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("near", unit, 10, want=want, hours=875.0)
    draft.source("far", unit, 12, want=want, region="away")
    draft.add("regions", region="home", name="Home", labour_pool=pool, wage=wage, jobs_before=before)
    return draft


def test_hiring_limits_what_is_made_near():
    found = plan(town())
    assert found.cost == pytest.approx(1104)
    assert found.quantity("output")[0, 0] == pytest.approx(48)
    assert found.quantity("hires")[0, 0] == pytest.approx(24)


def test_hiring_agrees_with_enumeration():
    assert best(lambda n: 10 * n + 12 * (100 - n) if 875 * n / 1750 <= 0.06 * 400 else None, range(101)) == 1104


def test_each_year_adds_as_many_again():
    assert plan(town(3), asked(years=3)).quantity("output")[0] == pytest.approx([48, 96, 100])


def test_those_who_worked_there_before_need_not_be_hired():
    assert plan(town(before=10.0)).quantity("output")[0, 0] == pytest.approx(68)


def test_unknown_number_before_leaves_the_first_year_free():
    draft = town(2, before=None)
    draft.demand = [[20, 100]]
    assert plan(draft, asked(years=2)).quantity("output")[0] == pytest.approx([20, 68])


def test_large_pool_does_not_bind_and_unknown_pool_has_no_row():
    assert plan(town(pool=4000.0)).cost == pytest.approx(1000)
    found = plan(town(pool=None))
    assert found.cost == pytest.approx(1000)
    assert not any(name.startswith("labour") for name in found.handed.rows)


def test_without_its_rows_all_is_made_near():
    assert plan(town(), leave_out=["labour"]).cost == pytest.approx(1000)


def test_hiring_of_nobody_keeps_all_far():
    assert plan(town(), asked(policy={"hiring": 0.0})).cost == pytest.approx(1200)


def test_half_a_year_hires_half_as_many():
    # 48 units a half-year would be 48 jobs; 12 may be hired: 12 jobs make 12 units of 875 h in half a year
    problem = replace(town().problem(), periods_per_year=2)
    assert plan(problem).quantity("output")[0, 0] == pytest.approx(12)


def test_hiring_fast_costs_more_wage():
    found = plan(town(wage=0.01))
    assert found.terms["wage_premium"] == pytest.approx(0.01 * 1750 * 24 * 0.5 * (24 / 400 - 0.02))


@pytest.mark.parametrize("wage", [0.2, 0.5])
def test_premium_agrees_with_enumeration_at_its_breaks(wage):
    def cost(hires):
        extra = wage * 1750 * hires * 0.5 * max(0.0, hires / 400 - 0.02)
        return 10 * 2 * hires + 12 * (100 - 2 * hires) + extra

    # the curve's chords meet it at 2, 3, 4, 5 and 6 % of the pool, and lie above it between
    assert plan(town(wage=wage)).cost == pytest.approx(best(cost, [0, 8, 12, 16, 20, 24]))
    assert plan(town(wage=wage)).cost >= best(cost, [h / 10 for h in range(241)]) - 1e-9
