"""What a plan may decide: projects, contracts, incentives, origin and adverse years as index tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from network_tables import make_network
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather import gather
from tierscape.planning.parameters import Finance, Horizon, Policy, Risk
from tierscape.planning.problem import Problem

THREE_YEARS = Ask(horizon=Horizon(start_year=2028, years=3))
TABLES = {
    "meta": "currency home\nUSD US",
    "parts": "part kind unit_value hs6 unit_mass_kg\npack product 100 850760 10\ncell component 50 850760 1\ncase component 20 . 1",
    "bom": "parent child quantity\npack cell 1\npack case 1",
    "regions": "region country labour_pool\nM MX 1000\nU US .",
    "sites": """
        site country region status opened_year ttr_days alternate_ttr_days
        pm   MX      M      operating . 60 20
        pu   US      U      operating . 90 .
        cn   CN      .      operating . 30 .
        us   US      U      operating . . .
        new  MX      M      candidate . . .
        sh   US      U      closed    . . .""",
    "capabilities": """
        site part capacity_per_year conversion_cost qualified
        pm   pack 100               30              true
        pu   pack 100               35              true
        cn   cell 500               45              true
        us   cell 500               52              true
        us   case 500               20              true""",
    "links": """
        supplier buyer part volume_per_year unit_price
        cn       pm    cell 30              40
        cn       pu    cell 10              60""",
    "demand": "region product year volume_per_year\nU pack 2028 50\nU pack 2029 50\nU pack 2030 50",
    "projects": """
        project kind site part added_capacity_per_year capex opex_per_year lead_months ramp_months jobs requires
        P1 capacity new cell 120 700 12 14 6  20 C1
        P2 capacity new case 60  100 .  .  12 .  P1;!P3
        P3 capacity us  cell 60  90  .  0  .  .  .""",
    "contracts": """
        contract buyer supplier part start_year term_years committed_per_year take_or_pay_share unit_price status
        C1 pm new cell 2029 1 40 0.8 44 offered
        C2 pm cn  cell 2026 3 20 .   41 signed
        C3 pm cn  cell 2029 9 30 0.5 42 offered
        C4 pm cn  cell 2035 2 30 0.5 42 offered
        C5 pm cn  cell 2029 2 30 0.5 .  offered""",
}


def network(**tables: str) -> Network:
    return make_network(**{**TABLES, **tables})


def rules(problem: Problem) -> set[str]:
    return {f.rule for f in problem.findings}


def test_months_become_periods_rounded_up_and_quantities_a_period() -> None:
    whole = gather(network(), THREE_YEARS)["projects"].filter(pl.col("project") == "P1")
    assert whole.select("added", "capex", "opex", "lead", "ramp", "jobs").row(0) == (120.0, 700.0, 12.0, 2, 0.5, 20.0)
    half = Ask(horizon=Horizon(start_year=2028, years=3, periods_per_year=2))
    row = gather(network(), half)["projects"].filter(pl.col("project") == "P1")
    assert row.select("added", "opex", "lead", "ramp").row(0) == (60.0, 6.0, 3, 1.0)


def test_project_opens_a_pair_at_what_the_value_leaves_after_children_and_running_cost() -> None:
    problem = gather(network(), THREE_YEARS)
    names = problem["parts"]["part"]
    made = problem["pairs"].with_columns(name=names.gather(problem["pairs"]["part"])).filter(pl.col("site") == "new")
    assert made.select("name", "unit_cost", "base", "qualified").rows() == [
        ("case", 20.0, False, False),
        ("cell", 50.0 - 12 / 120, False, False),
    ]
    assert made["hours"].to_list() == [None, pytest.approx(1750 * 20 / 120)]
    numbers = problem["pairs"].with_row_index("n").filter(pl.col("site") == "new")["n"].to_numpy()
    assert problem.capacity[numbers].max() == 0.0
    assert "cost_of_project" in rules(problem)


def test_requirements_are_numbered_by_kind() -> None:
    problem = gather(network(), THREE_YEARS)
    assert problem["projects"]["project"].to_list() == ["P1", "P2", "P3"]
    assert sorted(problem["requirements"].rows()) == [(0, "contract", 0), (1, "not", 2), (1, "project", 0)]


def test_hub_is_a_requirement_of_a_region() -> None:
    problem = gather(network(projects=TABLES["projects"].replace("C1\n", "hub:U\n")), THREE_YEARS)
    row = problem["requirements"].filter(pl.col("kind") == "hub").row(0, named=True)
    assert problem["regions"]["region"][row["target"]] == "U"


def test_projects_that_require_each_other_stay_and_start_together() -> None:
    projects = TABLES["projects"].replace("C1\n", "P2\n")
    problem = gather(network(projects=projects), THREE_YEARS)
    assert {(0, "project", 1), (1, "project", 0)} <= set(problem["requirements"].rows())


def test_incomplete_project_is_not_offered_nor_is_what_requires_it() -> None:
    problem = gather(network(projects=TABLES["projects"].replace("120 700", "120 .")), THREE_YEARS)
    assert problem["projects"]["project"].to_list() == ["P3"]
    assert {"project_incomplete", "project_unmet"} <= rules(problem)


def test_project_whose_contract_is_not_in_the_plan_is_not_offered() -> None:
    problem = gather(network(projects=TABLES["projects"].replace("C1\n", "C4\n")), THREE_YEARS)
    assert problem["projects"]["project"].to_list() == ["P3"]
    assert "project_unmet" in rules(problem)


def test_project_of_a_part_outside_the_plan_stays_only_if_it_is_required() -> None:
    parts = TABLES["parts"] + "\nlab service 5 . .\ntool service 5 . ."
    projects = (
        TABLES["projects"].replace("C1\n", "P8\n")
        + "\nP8 training us lab 0 5 . . . . .\nP9 training us tool 0 5 . . . . ."
    )
    problem = gather(network(parts=parts, projects=projects), THREE_YEARS)
    assert problem["projects"]["project"].to_list() == ["P1", "P2", "P3", "P8"]
    assert problem["projects"].filter(pl.col("project") == "P8")["pair"].null_count() == 0
    assert dict(problem["parts"].select("part", "need").iter_rows())["lab"] == 0.0
    assert "project_idle" in rules(problem)


def test_project_at_a_closed_site_is_not_offered() -> None:
    problem = gather(network(projects=TABLES["projects"] + "\nP7 capacity sh cell 60 9 . 0 . . ."), THREE_YEARS)
    assert "P7" not in problem["projects"]["project"].to_list()
    assert "project_closed" in rules(problem)


def test_rebate_pays_the_share_back_over_seven_years_of_four_fifths_of_the_capacity() -> None:
    problem = gather(network(), THREE_YEARS)
    crf = 0.12 / (1 - 1.12**-7)
    got = problem["rebates"].filter(pl.col("project") == 0).select("share", "rebate").rows()
    assert got == [(s, pytest.approx(s * 700 * crf / (0.8 * 120))) for s in (0.0, 0.35, 0.7, 1.0)]


def test_rebate_without_interest_is_a_seventh_a_year() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, finance=Finance(supplier_rate=0, co_investment_shares=(1, 0)))
    got = gather(network(), ask)["rebates"].filter(pl.col("project") == 0)["rebate"].to_list()
    assert got == [0.0, pytest.approx(700 / 7 / 96)]


def test_stated_rebates_count_and_a_single_share_earns_none() -> None:
    """Oracle U8 of the design page: rebates 0, 1 and 2.2 for shares 0, 0.35 and 0.7."""
    indicators = """
    subject_kind subject indicator value
    project P1 rebate_per_unit.0 0
    project P1 rebate_per_unit.0.35 1
    project P1 rebate_per_unit.0.7 2.2
    project P3 rebate_per_unit 4
    """
    ask = Ask(horizon=THREE_YEARS.horizon, finance=Finance(co_investment_shares=(0, 0.35, 0.7)))
    rows = gather(network(indicators=indicators), ask)["rebates"]
    assert rows.filter(pl.col("project") == 0)["rebate"].to_list() == [0.0, 1.0, 2.2]
    assert rows.filter(pl.col("project") == 2)["rebate"].to_list() == pytest.approx([0.0, 1.4, 2.8])
    alone = Ask(horizon=THREE_YEARS.horizon, finance=Finance(co_investment_shares=(1,)))
    assert gather(network(), alone)["rebates"]["rebate"].to_list() == [0.0, 0.0, 0.0]


def test_contract_terms_are_clipped_to_the_plan_with_a_finding() -> None:
    problem = gather(network(), THREE_YEARS)
    rows = problem["contracts"].select("contract", "first", "last", "volume", "theta", "price", "signed").rows()
    assert rows == [
        ("C1", 1, 1, 40.0, 0.8, 44.0, False),
        ("C2", 0, 0, 20.0, 0.0, 41.0, True),
        ("C3", 1, 2, 30.0, 0.5, 42.0, False),
    ]
    assert {"contract_clipped", "contract_beyond", "contract_incomplete"} <= rules(problem)


def test_contracts_of_the_same_goods_are_tiers_and_ride_on_their_lane() -> None:
    problem = gather(network(), THREE_YEARS)
    tier = dict(problem["contracts"].select("contract", "tier").iter_rows())
    assert tier["C2"] == tier["C3"] != tier["C1"]
    lanes = problem["contract_lanes"].sort("contract")
    assert lanes["contract"].to_list() == [0, 1, 2]
    assert lanes["lane"][1] == lanes["lane"][2]


def test_spot_is_the_mean_price_by_volume_else_the_own_cost_with_the_children() -> None:
    spot = dict(gather(network(), THREE_YEARS)["contracts"].select("contract", "spot").iter_rows())
    assert spot["C2"] == pytest.approx((30 * 40 + 10 * 60) / 40)
    assert spot["C1"] == 50.0


def test_offer_that_nobody_needs_is_left_out_but_a_signed_one_stays() -> None:
    contracts = """
    contract buyer supplier part start_year term_years committed_per_year take_or_pay_share unit_price status
    idle us cn cell 2028 3 10 1 9 offered
    bound us cn cell 2028 3 10 1 9 signed
    """
    problem = gather(network(contracts=contracts, projects="project kind site part"), THREE_YEARS)
    assert problem["contracts"]["contract"].to_list() == ["bound"]
    assert problem["contract_lanes"].is_empty()
    assert "contract_idle" in rules(problem)


def test_incentive_ends_with_the_last_period_that_begins_before_its_day() -> None:
    incentives = """
    incentive region kind rate cap floor_investment floor_jobs clawback_share until
    I1 M grant 0.2 60 30 5 0.5 2029-01-01
    I2 M grant 0.2 . . . . .
    I3 M grant 0.2 . . . 0 2027-06-30
    I4 M grant . . . . 0 .
    I5 U tax 0.1 . . . 0 2029-01-02
    I6 Z tax 0.1 . . . 0 .
    """
    problem = gather(network(incentives=incentives), THREE_YEARS)
    rows = (
        problem["incentives"].select("incentive", "cap", "floor_investment", "floor_jobs", "clawback", "until").rows()
    )
    assert rows == [("I1", 60.0, 30.0, 5.0, 0.5, 0), ("I2", None, 0.0, 0.0, 0.0, 2), ("I5", None, 0.0, 0.0, 0.0, 1)]
    assert sorted(problem["eligible"].rows()) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2)]
    assert {"incentive_rate", "incentive_late", "incentive_idle", "clawback_unknown"} <= rules(problem)


def test_sites_survive_their_own_recovery_or_the_alternate_where_one_can_take_over() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, risk=Risk(time_to_survive=True))
    problem = gather(network(), ask)
    assert dict(problem["nodes"].iter_rows()) == {"cn": 30.0, "pm": 20.0, "pu": 90.0}
    assert "ttr_unknown" in rules(problem)
    assert gather(network(), THREE_YEARS)["nodes"].is_empty()


def test_alternate_recovery_does_not_count_where_nobody_can_take_over() -> None:
    capabilities = TABLES["capabilities"].replace("pu   pack", "pu   case")
    ask = Ask(horizon=THREE_YEARS.horizon, risk=Risk(time_to_survive=True))
    assert dict(gather(network(capabilities=capabilities), ask)["nodes"].iter_rows())["pm"] == 60.0


def test_makers_in_the_territory_may_claim_and_save_the_duty() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    problem = gather(network(), ask)
    sites = problem["pairs"]["site"].gather(problem["claims"]["pair"]).to_list()
    assert sites == ["pm", "pu"]  # cells have no children here
    rows = dict(zip(sites, problem["claims"].select("method", "base_value", "whole").rows(), strict=True))
    assert rows["pm"] == ("build_down", 100.0, False)
    saving = dict(zip(sites, problem["claims"]["saving"], strict=True))
    assert saving["pm"] >= 0.034 * 100  # the ordinary duty at least
    assert saving["pu"] == 0.0


def test_stated_threshold_and_saving_go_before_the_rules() -> None:
    """Oracle U11 of the design page: value 100, threshold 0.60, 8 saved a unit."""
    indicators = """
    subject_kind subject indicator value
    part pack origin.threshold 0.6
    capability pm/pack origin.saving_per_unit 8
    capability pm/pack origin.transaction_value 90
    """
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    row = gather(network(indicators=indicators), ask)["claims"].row(0, named=True)
    assert (row["base_value"], row["threshold"], row["saving"]) == (90.0, 0.6, 8.0)


def test_net_cost_is_the_own_cost_with_the_children_and_other_tests_are_told() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    problem = gather(network(parts=TABLES["parts"].replace("100 850760", "100 870323")), ask)
    row = problem["claims"].row(0, named=True)
    assert (row["method"], row["base_value"], row["threshold"]) == ("net_cost", 30.0 + 50 + 20, 0.75)
    assert "origin_partial" in rules(problem)


def test_rule_without_a_value_test_is_not_planned_and_told() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    problem = gather(network(parts=TABLES["parts"].replace("100 850760", "100 853400")), ask)
    assert problem["claims"].is_empty()
    assert {"origin_unplanned", "claim_none"} <= rules(problem)


def test_part_without_a_rule_claims_nothing() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    problem = gather(network(parts=TABLES["parts"].replace("100 850760", "100 .")), ask)
    assert problem["claims"].is_empty()
    assert "claim_none" in rules(problem)


def test_lane_is_within_the_bloc_where_maker_and_user_lie_in_it_and_nothing_is_declared_against() -> None:
    claims = "site part agreement originating evidence\nus case usmca false declared"
    ask = Ask(horizon=THREE_YEARS.horizon, policy=Policy(origin="usmca"))
    problem = gather(network(origin_claims=claims), ask)
    sites = problem["pairs"]["site"].gather(problem["lanes"]["pair"])
    parts = problem["parts"]["part"].gather(problem["pairs"]["part"].gather(problem["lanes"]["pair"]))
    within = set(
        pl.DataFrame([sites, parts, problem["lanes"]["within"]], schema=["s", "p", "w"])
        .filter("w")
        .select("s", "p")
        .rows()
    )
    assert within == {("us", "cell"), ("new", "cell"), ("new", "case"), ("pm", "pack"), ("pu", "pack")}
    assert not gather(network(), THREE_YEARS)["lanes"]["within"].any()


def test_unknown_agreement_is_refused() -> None:
    with pytest.raises(ParameterError, match="'nafta' is unknown"):
        gather(network(), Ask(policy=Policy(origin="nafta")))


DISRUPTIONS = """
disruption target_kind target part annual_probability duration_days capacity_loss
sure country CN . 1 365 0.4
half site us case 1 73 0.5
ban corridor CN-US . 1 200 1
slow corridor CN-MX . 1 20 1
never site pm . . 10 1
nobody site sh . 1 10 1
"""


def test_struck_capacity_is_what_loss_and_duration_leave() -> None:
    ask = Ask(horizon=THREE_YEARS.horizon, risk=Risk(scenarios=4))
    problem = gather(network(disruptions=DISRUPTIONS), ask)
    names = problem["parts"]["part"].gather(problem["pairs"]["part"])
    left = {
        (s, p): problem.scenario_capacity[:, n]
        for n, (s, p) in enumerate(zip(problem["pairs"]["site"], names, strict=True))
    }
    assert left["cn", "cell"] == pytest.approx(np.full(4, 0.6))
    assert left["us", "case"] == pytest.approx(np.full(4, 1 - 0.5 * 73 / 365))
    assert left["us", "cell"] == pytest.approx(np.ones(4))
    assert problem["scenarios"]["probability"].to_list() == [0.25] * 4
    assert problem["scenarios"]["targets"][0] == "ban; half; nobody; slow; sure"
    assert {"never_drawn", "hits_nobody", "closure_brief"} <= rules(problem)


def test_half_a_year_is_hit_twice_as_hard_as_a_year() -> None:
    half = Ask(horizon=Horizon(start_year=2028, years=1, periods_per_year=2), risk=Risk(scenarios=1))
    problem = gather(network(disruptions=DISRUPTIONS), half)
    names = problem["parts"]["part"].gather(problem["pairs"]["part"])
    at = [n for n, (s, p) in enumerate(zip(problem["pairs"]["site"], names, strict=True)) if (s, p) == ("us", "case")]
    assert problem.scenario_capacity[0, at[0]] == pytest.approx(1 - 0.5 * 2 * 73 / 365)


def test_long_closure_shuts_the_lanes_of_its_corridor() -> None:
    problem = gather(network(disruptions=DISRUPTIONS), Ask(horizon=THREE_YEARS.horizon, risk=Risk(scenarios=1)))
    sites = problem["pairs"]["site"].gather(problem["lanes"]["pair"])
    shut = problem["lanes"].filter(pl.Series(problem.scenario_lane[0]))
    assert shut.height == 1  # to the plant in the United States, not the one in Mexico
    assert sites.filter(pl.Series(problem.scenario_lane[0])).to_list() == ["cn"]


def test_draws_depend_on_seed_and_key_alone() -> None:
    chance = DISRUPTIONS.replace(" 1 365", " 0.5 365").replace("case 1 73", "case 0.5 73")
    ask = Ask(horizon=THREE_YEARS.horizon, risk=Risk(scenarios=30, seed=5))
    few = Ask(horizon=THREE_YEARS.horizon, risk=Risk(scenarios=10, seed=5))
    other = Ask(horizon=THREE_YEARS.horizon, risk=Risk(scenarios=30, seed=6))
    all_rows = gather(network(disruptions=chance), ask)
    without = "\n".join(line for line in chance.splitlines() if not line.startswith("half"))
    fewer_rows = gather(network(disruptions=without), ask)
    cn = all_rows["pairs"]["site"].to_list().index("cn")
    assert (all_rows.scenario_capacity[:, cn] == fewer_rows.scenario_capacity[:, cn]).all()
    assert (all_rows.scenario_capacity[:10] == gather(network(disruptions=chance), few).scenario_capacity).all()
    assert (all_rows.scenario_capacity != gather(network(disruptions=chance), other).scenario_capacity).any()
    assert 5 < (all_rows.scenario_capacity[:, cn] < 1).sum() < 25
    assert set(all_rows["scenarios"]["period"].to_list()) == {0, 1, 2}


def test_without_disruptions_there_is_no_tail_and_a_finding_says_so() -> None:
    problem = gather(network(), THREE_YEARS)
    assert problem["scenarios"].is_empty()
    assert problem.scenario_capacity.shape == (0, problem["pairs"].height)
    assert "no_disruptions" in rules(problem)
    calm = Ask(horizon=THREE_YEARS.horizon, risk=Risk(weight=0))
    assert "no_disruptions" not in rules(gather(network(), calm))
