"""What is said where no plan meets all that was asked (design page, §9, cases U15 and U16)."""

from __future__ import annotations

import polars as pl
import pytest
from plan_cases import YEAR, asked, assembled, single, u1, u4, u15, u16

from tierscape.analyses.design import design
from tierscape.errors import InfeasibleError
from tierscape.network import Network


def refused(network, **given):
    with pytest.raises(InfeasibleError) as error:
        design(network, **asked(**given))
    return str(error.value)


def test_a_shortage_names_demand_year_share_project_and_the_cheapest_way_out():
    text = refused(u16(), horizon={"start_year": YEAR, "years": 4})
    assert f"Demand of f in home in {YEAR + 2} cannot be met: short by 12 % (12 of 100)" in text
    assert f"the capacity for f is full at 88; the earliest project that adds any is P7, ready in {YEAR + 3}" in text
    assert str(YEAR + 1) not in text
    # 80 + 85 + 88 + 100 units at 1, P7 for 10, and 12 lost at 3 times a margin of 1000
    assert (
        "Cheapest single relaxation: leave 12 units of demand unmet, counted at their price; the plan then costs 36.4 k EUR."
        in text
    )


def test_lanes_that_are_too_long_are_named_with_the_fastest():
    text = refused(u15(), policy={"max_transit_days": 3})
    assert "no lane brings f to plant in time: 2 left out (air, sea), the fastest takes 5 days" in text
    assert "Cheapest single relaxation: allow lanes of up to 5 days; the plan then costs 600 EUR." in text


def test_a_share_that_no_second_source_can_take_up_is_named():
    network = single("""
        site      capacity_per_year conversion_cost qualified
        incumbent .                 10              true
        other     900               8               false""", [100], indicators="""
        subject_kind subject indicator           value
        capability   other/f qualification_weeks 400""")  # fmt: skip
    text = refused(network, policy={"max_share": 0.6})
    assert f"The limit on the share of one source of f in {YEAR} cannot hold: missed by 40, at incumbent." in text
    assert "let 'limits on single sources' give way by 40 units in all; the plan then costs 1 k EUR" in text


def test_an_allied_share_beyond_all_allies_is_named():
    text = refused(u1(), policy={"ally_share": 0.9, "ally_from_year": YEAR, "allies": ["US"]})
    assert (
        f"An allied share of 90 % in {YEAR} cannot be reached: no plan has more than 0.0 %; allied value added is short by 936 EUR."
        in text
    )
    assert f"without any one of them the rest can hold: allied share in {YEAR} and demand in {YEAR}." in text
    assert "Cheapest single relaxation: let 'allied share' give way by 936 money of allied value added in all" in text


def test_the_largest_allied_share_within_reach_is_told_by_year():
    network = single("""
        site capacity_per_year conversion_cost qualified freight
        near 30                12              true      0
        far  .                 8               true      0""", [50, 60])  # fmt: skip
    sites = network["sites"].with_columns(country=pl.Series(["CN", "DE"]))  # far, near
    network = Network.from_tables({**{name: network[name] for name in network.tables}, "sites": sites}, name="hand")
    years = {"start_year": YEAR, "years": 2}
    text = refused(network, horizon=years, policy={"ally_share": 0.65, "ally_from_year": YEAR, "allies": ["DE"]})
    # 30 at 12 beside 30 at 8 in the second year; in the first, beside 20 at 8, the share is 69 %
    assert f"An allied share of 65 % in {YEAR + 1} cannot be reached: no plan has more than 60.0 %;" in text
    assert f"rest can hold: allied share in {YEAR + 1} and demand in {YEAR + 1}." in text
    plan = design(network, **asked(horizon=years, policy={"ally_share": 0.6, "ally_from_year": YEAR, "allies": ["DE"]}))
    assert plan.plan["gap"] == 0


def test_a_budget_too_small_for_a_forced_commitment_is_named():
    network = assembled("""
        site capacity_per_year conversion_cost qualified status
        new  0                 6               true      candidate""", [50], projects="""
        project kind     site part added_capacity_per_year capex lead_months ramp_months
        build   capacity new  f    60                      100   0           0""")  # fmt: skip
    text = refused(network, finance={"budget": [60]}, policy={"unnamed_supply": "none"})
    assert "Cheapest single relaxation: let 'budget' give way by 40 money in all; the plan then costs 400 EUR." in text


def test_second_source_that_is_offered_makes_the_share_hold():
    assert design(u4(), **asked(policy={"max_share": 0.6})).plan["cost"] == pytest.approx(1030)
