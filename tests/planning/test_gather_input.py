"""What gathering refuses, and that order, scale and size do not matter to it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import tierscape
from network_tables import make_network
from tierscape.errors import DataError, ParameterError
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather import gather
from tierscape.planning.parameters import Finance, Horizon, Policy, Risk
from tierscape.planning.problem import SCHEMAS, Problem

PLAIN = {
    "parts": "part kind unit_value\na product 10\nb component 4\nc component 2",
    "bom": "parent child quantity\na b 1\nb c 2",
    "sites": "site country\ns US\nt US",
    "regions": "region country\nR US",
    "capabilities": "site part capacity_per_year conversion_cost qualified\ns a 9 3 true\nt b 9 1 true\nt c 99 1 true",
    "demand": "region product year volume_per_year\nR a 2028 5",
}


def network(**tables: str) -> Network:
    return make_network(**{**PLAIN, **tables})


def same(one: Problem, other: Problem) -> None:
    for name in SCHEMAS:
        assert one[name].equals(other[name]), name
    for name in ("demand", "capacity", "lane_duty", "scenario_capacity", "scenario_lane"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.left_out.equals(other.left_out)
    assert [f.message for f in one.findings] == [f.message for f in other.findings]
    assert one.unseen_share == pytest.approx(other.unseen_share, nan_ok=True)


def test_network_without_demand_is_refused() -> None:
    with pytest.raises(DataError, match="nothing is to be delivered"):
        gather(network(demand="region product year volume_per_year"), Ask())


def test_product_without_demand_is_refused() -> None:
    with pytest.raises(DataError, match="has no demand"):
        gather(network(), Ask(), product="b")


def test_unknown_product_is_refused_with_those_that_have_demand() -> None:
    with pytest.raises(ParameterError, match="'z' is no part of the network; products with demand: a"):
        gather(network(), Ask(), product="z")


def test_horizon_before_all_demand_is_refused() -> None:
    with pytest.raises(ParameterError, match="the plan ends in 2021, and the first demand is of 2028"):
        gather(network(), Ask(horizon=Horizon(start_year=2020, years=2)))


def test_unknown_quantity_is_refused() -> None:
    with pytest.raises(DataError, match="1 rows below the products have no quantity, the first 'b/c'"):
        gather(network(bom="parent child quantity\na b 1\nb c ."), Ask())


def test_unknown_quantity_elsewhere_does_not_matter() -> None:
    parts = PLAIN["parts"] + "\nx component 1\ny component 1"
    assert gather(network(parts=parts, bom=PLAIN["bom"] + "\nx y ."), Ask())["parts"].height == 3


def test_circle_in_the_bill_of_materials_is_refused() -> None:
    with pytest.raises(DataError, match=r"circle|cycle"):
        gather(network(bom="parent child quantity\na b 1\nb c 1\nc b 1"), Ask())


def test_project_on_a_missing_site_is_refused() -> None:
    with pytest.raises(DataError, match="nowhere"):
        gather(network(projects="project kind site part\nP capacity nowhere b"), Ask())


def test_take_or_pay_above_one_is_refused() -> None:
    head = "contract buyer supplier part committed_per_year take_or_pay_share unit_price"
    with pytest.raises(DataError, match=r"1\.2"):
        gather(network(contracts=f"{head}\nK s t b 5 1.2 3"), Ask())


@pytest.mark.parametrize("requires", ["P1", "Q1;!Q1"])
def test_requirements_that_contradict_each_other_are_refused(requires: str) -> None:
    head = "project kind site part added_capacity_per_year capex requires"
    with pytest.raises(DataError, match="require"):
        gather(network(projects=f"{head}\nP1 capacity t b 1 1 {requires}\nQ1 capacity t c 1 1 ."), Ask())


def test_exclusion_behind_a_requirement_is_refused() -> None:
    head = "project kind site part added_capacity_per_year capex requires"
    rows = "P1 capacity t b 1 1 Q1;Q2\nQ1 capacity t c 1 1 !Q2\nQ2 capacity s a 1 1 ."
    with pytest.raises(DataError, match="Q1 excludes Q2"):
        gather(network(projects=f"{head}\n{rows}"), Ask())


def test_share_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="less than or equal to 1"):
        Finance(co_investment_shares=(1.5,))


def test_no_projects_and_contracts_leave_a_pure_flow_plan() -> None:
    problem = gather(network(), Ask())
    for name in ("projects", "requirements", "rebates", "contracts", "contract_lanes", "incentives", "eligible"):
        assert problem[name].is_empty(), name
    assert problem["lanes"].height == 3


def test_zero_demand_is_a_plan() -> None:
    problem = gather(network(demand="region product year volume_per_year\nR a 2028 0"), Ask())
    assert problem.demand.max() == 0.0
    assert problem["parts"]["need"].max() == 0.0
    assert np.isnan(problem.unseen_share)


def test_unmet_demand_that_cannot_be_priced_is_told() -> None:
    parts = "part kind unit_value\na product .\nb component .\nc component ."
    capabilities = "site part capacity_per_year conversion_cost\nt c 99 1"
    problem = gather(network(parts=parts, capabilities=capabilities), Ask())
    assert problem["wants"]["penalty"].to_list() == [None]
    assert "unmet_unpriced" in {f.rule for f in problem.findings}


def test_one_product_is_planned_alone() -> None:
    demand = PLAIN["demand"] + "\nR b 2028 5"
    assert gather(network(demand=demand), Ask())["wants"].height == 2
    assert gather(network(demand=demand), Ask(), product="b")["parts"]["part"].to_list() == ["b", "c"]


@pytest.mark.parametrize("name", ["mini", "auto-electronics-mexico"])
def test_order_of_rows_changes_nothing(name: str) -> None:
    given = tierscape.load(name)
    ask = Ask(policy=Policy(origin="usmca", buffer_months=1), risk=Risk(scenarios=8, time_to_survive=True))
    turned = {t: f.sample(fraction=1.0, shuffle=True, seed=3) for t, f in given.tables.items()}
    same(gather(given, ask), gather(Network(given.name, turned), ask))


@pytest.mark.parametrize("name", ["mini", "ev-battery-central-europe", "auto-electronics-mexico"])
def test_shipped_examples_gather_for_all_and_each_of_their_products(name: str) -> None:
    given = tierscape.load(name)
    wanted = sorted(set(given["demand"]["product"].to_list()))
    for product in [None, *wanted]:
        problem = gather(given, Ask(), product=product)
        lanes, pairs = problem["lanes"], problem["pairs"]
        assert lanes.select(pl.col("pair", "freight", "stock", "crossings").null_count().sum()).row(0) == (0, 0, 0, 0)
        assert (lanes["need"].is_null() != lanes["want"].is_null()).all()
        assert pairs["unit_cost"].null_count() == 0
        assert problem.capacity.shape == (pairs.height, 5)
        assert np.isfinite(problem.lane_duty).all()
        assert problem.lane_duty.min() >= 0
        assert problem.scenario_lane.shape == (20, lanes.height)
        assert problem.scenario_capacity.min() >= 0
        assert problem.scenario_capacity.max() <= 1
        assert 0 <= problem.unseen_share <= 1
        assert not any(f.severity == "error" for f in problem.findings)
        reached = set(lanes["need"].drop_nulls().to_list())
        assert reached == set(range(problem["needs"].height)), "a need that no lane reaches"


def test_scaling_money_scales_every_figure_of_money() -> None:
    given = network()
    dear = network(
        parts="part kind unit_value\na product 70\nb component 28\nc component 14",
        capabilities="site part capacity_per_year conversion_cost qualified\ns a 9 21 true\nt b 9 7 true\nt c 99 7 true",
    )
    one, other = gather(given, Ask()), gather(dear, Ask())
    assert (7 * one["pairs"]["unit_cost"]).to_list() == other["pairs"]["unit_cost"].to_list()
    assert (7 * one["wants"]["penalty"]).to_list() == other["wants"]["penalty"].to_list()
    assert one["parts"]["need"].to_list() == other["parts"]["need"].to_list()
