"""Design page, §6 family 12 and case U14: the allied share counts value added, not units."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan

FLOOR = {"ally_share": 0.6, "ally_from_year": 2026}


def two_camps(periods: int = 1, **ally: float | None) -> Draft:
    """U14: D 100; the ally adds value 6 at 12, the other 5 at 10."""
    draft = Draft(periods)
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("ally", unit, 12, want=want, **{"value_added": 6.0, "ally": True, **ally})
    draft.source("other", unit, 10, want=want, value_added=5.0, ally=False)
    return draft


def test_share_counts_value_and_not_units():
    found = plan(two_camps(), asked(policy=FLOOR))
    assert found.cost == pytest.approx(1111.111111)
    assert found.quantity("output")[0, 0] == pytest.approx(55.555556)


def test_share_agrees_with_enumeration():
    def cost(tenths):
        ally = tenths / 10
        return 12 * ally + 10 * (100 - ally) if 6 * ally >= 0.6 * (6 * ally + 5 * (100 - ally)) else None

    least = best(cost, range(1001))
    assert plan(two_camps(), asked(policy=FLOOR)).cost <= least <= 1111.111111 + 0.2


def test_share_that_is_met_anyway_costs_nothing():
    assert plan(two_camps(), asked(policy={**FLOOR, "ally_share": 0.0})).cost == pytest.approx(1000)


def test_without_its_row_all_comes_from_the_other():
    assert plan(two_camps(), asked(policy=FLOOR), leave_out=["ally_share"]).cost == pytest.approx(1000)


def test_share_holds_from_three_years_after_the_start_where_no_year_is_asked():
    found = plan(two_camps(5), asked(policy={"ally_share": 0.6}, years=5))
    assert found.quantity("output")[0] == pytest.approx([0, 0, 0, 55.555556, 55.555556])


def test_share_from_beyond_the_horizon_adds_no_row():
    found = plan(two_camps(2), asked(policy={"ally_share": 0.6}, years=2))
    assert "ally_share" not in found.handed.rows
    assert found.cost == pytest.approx(2000)


def test_pair_of_unknown_value_added_counts_on_neither_side():
    # nobody else's value counts, so the other may add none at all
    found = plan(two_camps(value_added=None), asked(policy=FLOOR))
    assert found.quantity("output")[:, 0] == pytest.approx([100, 0])
