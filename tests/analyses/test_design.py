"""The answer of `design` on the mini example and on small networks: tables, planned world, doors, interruption, bad input."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import polars as pl
import pytest

import tierscape
from network_tables import make_network
from tierscape.analyses.design import design, plan_scenario
from tierscape.errors import DataError, ParameterError, Stopped
from tierscape.scenario import Scenario, apply_scenario

COMMAND = [sys.executable, "-m", "tierscape.cli", "design"]


@pytest.fixture(scope="module")
def mini():
    return tierscape.load("mini")


@pytest.fixture(scope="module")
def plan(mini):
    return design(mini, finance={"discount_rate": 0}, search={"objectives": ["cost", "ally"], "points": 2, "gap": 1e-4})


def test_every_plan_passes_its_re_evaluation(plan):
    figures = ["max_row_violation", "max_integrality", "money_apart", "tail_apart"]
    assert plan.checks.select(pl.max_horizontal(figures).max()).item() <= 1e-6
    assert plan.checks["rule"].to_list() == [""] * plan.points.height
    assert plan.checks["scenarios_evaluated"].to_list() == [20] * plan.points.height
    assert not [f for f in plan.findings if f.rule == "plan_unsound"]


def test_tables_add_up_to_the_cost(plan):
    shown = plan.of_plan("costs")
    money = dict(shown.select("term", "money").rows())
    assert sum(money.values()) == pytest.approx(plan.plan["cost"])
    moved = sum(money.get(term, 0.0) for term in ("freight", "duty", "transit_stock"))
    assert plan.of_plan("flows")["cost"].sum() == pytest.approx(moved, rel=1e-5)
    points = plan.points
    assert (points["lower_bound"] <= points["upper_bound"] * (1 + 1e-9)).all()
    assert points["cost"].is_sorted()
    assert points["ally_share"].is_sorted()


def test_sentence_gives_decisions_cost_bound_and_allies(plan):
    text = plan.sentence()
    assert text.startswith(("Open", "Sign", "Qualify", "Keep"))
    assert "above the proven minimum" in text or "the proven minimum" in text
    assert " % allied value" in text


def test_planned_world_is_written_and_read_back(mini, plan, tmp_path):
    plan.save(tmp_path)
    read = Scenario.load(tmp_path / "scenario.toml")
    assert read == plan.planned
    world = apply_scenario(mini, read)
    made = plan.of_plan("production")
    made = made.filter((pl.col("year") == pl.col("year").max()) & (pl.col("site") != "market"))
    able = world["capabilities"].filter("qualified").select("site", "part")
    assert made.join(able, on=["site", "part"], how="anti").is_empty()


def test_planned_links_carry_the_flows_of_the_year(mini, plan):
    year = int(plan.production["year"].max())
    world = apply_scenario(mini, plan_scenario(mini, plan, year=year))
    sites = world["sites"]["site"].implode()
    flows = plan.of_plan("flows").filter(
        (pl.col("year") == year) & pl.col("supplier").is_in(sites) & pl.col("buyer").is_in(sites) & (pl.col("supplier") != pl.col("buyer"))
    )  # fmt: skip
    volume = world["links"].filter(pl.col("part").is_in(plan.production["part"].unique().implode()))["volume_per_year"]
    assert volume.sum() == pytest.approx(flows["units"].sum())


def test_what_is_built_is_no_project_any_more_and_nobody_waits_for_it():
    tables = {**SMALL, "projects": PROJECT + "p capacity a f 70 10 0 0 .\nnext capacity a f 5 1 0 0 p\nother capacity a f 70 900 0 0 !p\nlast capacity a f 5 1 0 0 other",
              "demand": SMALL["demand"].replace(" 50 ", " 170 ")}  # fmt: skip
    network = make_network(**tables)
    answer = design(network, **{**BARE, "policy": {"unnamed_supply": "none"}})
    assert answer.projects["project"].to_list() == ["p"]
    left = apply_scenario(network, plan_scenario(network, answer))["projects"]
    assert left.select("project", "requires").rows() == [("next", None)]
    assert answer.planned is not None
    world = apply_scenario(network, answer.planned)
    assert design(world, **BARE).projects.is_empty()  # the capacity stands: nothing is built twice


def test_planned_world_asks_for_a_point_and_year_of_the_plan(mini, plan):
    with pytest.raises(ParameterError, match="the plan has no point 9"):
        plan_scenario(mini, plan, point=9)
    with pytest.raises(ParameterError, match="the plan has no year 1999"):
        plan_scenario(mini, plan, year=1999)
    other = make_network(sites="site country\ns DE")
    with pytest.raises(ParameterError, match="another network"):
        plan_scenario(other, plan)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"search": {"objectives": ["ally", "cost"]}}, "the first must be 'cost'"),
        ({"search": {"objectives": ["cost", "cvar"]}, "risk": {"scenarios": 0}}, "'cvar' needs adverse years"),
        ({"finance": {"co_investment_shares": [0, 1.5]}}, "less than or equal to 1"),
        ({"finance": {"budget": [1.0, 2.0]}}, "budget"),
        ({"finance": {"budget": [-1.0]}}, "greater than or equal to 0"),
        ({"risk": {"alpha": 1.0}}, "less than 1"),
        ({"horizon": {"years": 16}}, "less than or equal to 15"),
        ({"policy": {"ally_shares": 0.4}}, "is no parameter"),
        ({"product": "nothing"}, "nothing"),
    ],
)
def test_bad_parameters_are_named(mini, given, text):
    with pytest.raises(ParameterError, match=text):
        design(mini, **given)


SMALL = {
    "meta": "name currency home\nx EUR DE", "parts": "part kind unit_value\nf product 10",
    "regions": "region name country\nhome Home DE", "sites": "site country region\na DE home",
    "capabilities": "site part capacity_per_year conversion_cost qualified\na f 100 3 true",
    "demand": "region product year volume_per_year unit_margin\nhome f 2026 50 9",
}  # fmt: skip
PROJECT = "project kind site part added_capacity_per_year capex lead_months ramp_months requires\n"
BARE = {
    "horizon": {"years": 1},
    "risk": {"scenarios": 0},
    "finance": {"unmet": "forbidden"},
    "search": {"gap": 0, "goals": False},
}


@pytest.mark.parametrize(
    ("tables", "text"),
    [
        ({"capabilities": "site part capacity_per_year conversion_cost qualified\na f -1 3 true"}, "capacity_per_year"),
        ({"projects": PROJECT + "p capacity a f 5 1 0 0 p"}, "requires"),
        ({"projects": PROJECT + "p capacity a f 5 1 0 0 !q\nq capacity a f 5 1 0 0 p"}, "requires|exclude"),
        ({"projects": PROJECT + "p capacity nowhere f 5 1 0 0 ."}, "nowhere"),
        ({"contracts": "contract buyer supplier part start_year term_years committed_per_year take_or_pay_share\nc a a f 2026 1 5 1.2"},
         "take_or_pay_share"),
        ({"demand": "region product year volume_per_year\nhome g 2026 50"}, "product"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused_by_name(tables, text):
    with pytest.raises(DataError, match=text):
        design(make_network(**{**SMALL, **tables}), **BARE)


def test_two_projects_that_require_each_other_start_together():
    tables = {**SMALL, "projects": PROJECT + "p capacity a f 30 10 0 0 q\nq capacity a f 30 10 0 0 p",
              "demand": SMALL["demand"].replace(" 50 ", " 120 ")}  # fmt: skip
    answer = design(make_network(**tables), **{**BARE, "policy": {"unnamed_supply": "none"}})
    assert answer.projects["project"].to_list() == ["p", "q"]


def test_an_incentive_past_its_date_is_told_and_left_out():
    tables = {**SMALL, "projects": PROJECT + "p capacity a f 30 10 0 0 .",
              "sites": "site country region\na DE home", "incentives": "incentive region kind rate until\ni home grant 0.5 2020-01-01"}  # fmt: skip
    answer = design(make_network(**tables), **BARE)
    assert answer.incentives.is_empty()
    assert [f.count for f in answer.findings if f.rule == "incentive_late"] == [1]


def test_zero_demand_and_nothing_to_decide_is_a_plan_that_costs_nothing():
    answer = design(make_network(**{**SMALL, "demand": SMALL["demand"].replace(" 50 ", " 0 ")}), **BARE)
    assert answer.plan["cost"] == 0.0
    assert answer.sentence().startswith("Keep what stands")


def test_too_few_makers_for_the_limits_on_sources_are_told():
    answer = design(make_network(**SMALL), **{**BARE, "policy": {"max_share": 0.5}})
    found = [f for f in answer.findings if f.rule == "sources_let_off"]
    assert [(f.count, f.value) for f in found] == [(1, "f")]


@pytest.mark.parametrize("limit", [{"time_limit_s": 1e-6}, {"work_limit": 1e-9}])
def test_a_limit_leaves_the_best_plan_so_far_or_says_that_there_is_none(mini, limit):
    given = {"risk": {"scenarios": 0}, "search": {"gap": 0, "goals": False, **limit}}
    found = []
    with contextlib.suppress(Stopped):
        found.append(design(mini, **given).points)
    assert all(points["stopped_by"][0] in ("time", "work", "gap") for points in found)
    assert all(points["gap"][0] is None or points["gap"][0] >= 0 for points in found)


def test_command_leaves_with_five_where_nothing_is_feasible():
    ran = subprocess.run(
        [*COMMAND, "mini", "--policy.ally-share", "1", "--policy.allies", "AQ", "--risk.scenarios", "0", "--horizon.years", "5",
         "--policy.ally-from-year", "1990", "--finance.unmet", "forbidden"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 5, ran.stderr
    assert "InfeasibleError: no plan meets all that was asked" in ran.stderr
    assert "An allied share of 100 %" in ran.stderr


INTERRUPTED = """
import os, signal, time
from contextlib import contextmanager
import tierscape
from tierscape.analyses.design import design, plan as planning
from tierscape.planning.solve.search import Search

@contextmanager
def told(planning):
    sent = []
    def show(now):
        if not sent:
            sent.append(now)
            os.kill(os.getpid(), signal.SIGINT)
    yield show

planning.told = told
note = Search.note
Search.note = lambda self, stage: (note(self, stage), time.sleep(0.3))  # so that a report comes while it runs
answer = design(tierscape.load("mini"), risk={"scenarios": 0}, search={"objectives": ["cost", "ally"], "points": 3, "gap": 0})
print(answer.points.height, answer.goals.height, answer.points["gap"][0])
"""


STOPPED = """
import os, signal
import tierscape
from tierscape.analyses.design import design
from tierscape.planning import frontier as walk

under = walk._Walk.under

def stopped_between(self, caps):
    point = under(self, caps)
    os.kill(os.getpid(), signal.SIGINT)  # after a search, before the next
    return point

walk._Walk.under = stopped_between
answer = design(tierscape.load("mini"), risk={"scenarios": 0}, search={"objectives": ["cost", "ally"], "points": 4, "gap": 0})
print(answer.points.height, answer.points["gap"].null_count(), answer.goals.height, answer.checks.height)
"""


def test_ctrl_c_between_two_searches_keeps_the_plans_found_so_far():
    ran = subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    points, unknown, goals, checked = (int(word) for word in ran.stdout.split())
    assert 2 <= points < 4  # the first, and the end that was found before it
    assert (unknown, goals, checked) == (0, 0, points)


def test_interrupted_run_gives_the_best_plan_so_far_or_says_what_is_proven():
    ran = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    if ran.returncode:
        assert "Stopped: no plan was found before the search ended" in ran.stderr
        return
    points, goals, gap = ran.stdout.split()
    assert int(points) < 3
    assert int(goals) == 0
    assert gap == "None" or float(gap) >= 0
