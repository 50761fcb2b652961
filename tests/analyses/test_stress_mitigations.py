"""What would help: stock and second sources, valued on the draws without them."""

import numpy as np
import polars as pl
import pytest

from stress_cases import chain
from tierscape.analyses.stress import Mitigation, Shocks, stress
from tierscape.analyses.stress.mitigate import relieved
from tierscape.analyses.stress.options import Source
from tierscape.kernels.firm_events import FirmEvents, Outages, no_windows
from tierscape.kernels.hazard_draws import Strikes

FIRE = """
disruption target_kind target annual_probability duration_days capacity_loss
FIRE       site        CO     0.5                30            1
"""
SECOND = """
site organization country region ttr_days
FG   A            DE      R1     20
CO   B            DE      R2     20
RW   C            PL      R3     20
C2   D            PL      R3     20
"""
IDLE = """
site part capacity_per_year finished_stock_days qualified lead_time_days
FG   fg   3650              5                   true      1
CO   comp 3650              0                   true      1
RW   raw  3650              2                   true      1
C2   comp 3650              0                   false     12
"""
FOUR = "organization country\nA DE\nB DE\nC PL\nD PL"
DRAWS = Shocks(scenarios=200, duration_p95_ratio=1.0)


@pytest.fixture(scope="module")
def answer():
    network = chain(disruptions=FIRE, sites=SECOND, capabilities=IDLE, organizations=FOUR)
    choices = Mitigation(budget=3_000, qualification_cost=6_710.08)
    return stress(network, ask=("mitigate",), shocks=DRAWS, mitigation=choices)


def option(answer, words: str) -> dict[str, object]:
    rows = answer.mitigations.filter(pl.col("option").str.contains(words, literal=True))
    return rows.row(0, named=True)


def test_stock_costs_its_value_times_the_holding_rate(answer):
    row = option(answer, "hold 5 more days of comp")
    assert row["cost_per_year"] == pytest.approx(5 * 10 * 50 * 0.2)
    assert row["kind"] == "stock"


def test_more_days_save_more_and_each_day_of_stock_saves_a_day_of_demand(answer):
    saved = [option(answer, f"hold {d} more days of comp")["mean_saved"] for d in (5, 15)]
    fires = answer.scenarios.filter(pl.col("lost_units") > 0).height / 200
    assert saved[0] > 0
    assert saved[0] <= saved[1]
    assert saved[0] <= 5 * 1_000 * 3 * fires  # at most three fires a year were drawn


def test_second_source_in_another_region_stands_in_once_it_is_ready(answer):
    row = option(answer, "qualify C2 for comp")
    assert row["kind"] == "dual_region"
    assert row["cost_per_year"] == pytest.approx(1_000.0, rel=1e-4)  # annuity of 8 % over ten years
    assert "after 12 days" in row["note"]
    assert row["mean_saved"] > option(answer, "hold 5 more days of comp")["mean_saved"]


def test_budget_is_not_overspent(answer):
    bought = answer.mitigations.filter(pl.col("chosen").is_not_null())
    assert bought.height >= 1
    assert bought["cost_per_year"].sum() <= 3_000
    assert sorted(bought["chosen"]) == list(range(1, bought.height + 1))


def test_without_a_cost_an_option_is_ranked_last_and_says_so():
    network = chain(disruptions=FIRE, sites=SECOND, capabilities=IDLE, organizations=FOUR)
    rows = stress(network, ask=("mitigate",), shocks=DRAWS).mitigations
    unpriced = rows.filter(pl.col("cost_per_year").is_null())
    assert unpriced.height >= 1
    assert unpriced["note"].str.contains("cost unknown").all()
    assert rows["ratio"].null_count() == unpriced.height
    assert rows["chosen"].null_count() == rows.height


def outage(hold: float) -> FirmEvents:
    one = np.ones(1)
    outages = Outages(np.array([0, 1]), np.array([3]), 10 * one, hold * one, 0 * one, one, np.zeros(1, np.int64))
    return FirmEvents(outages, no_windows(1), no_windows(1))


def strikes(hazard: int) -> Strikes:
    zero = np.zeros(1, np.int64)
    return Strikes(zero, np.array([hazard]), zero, np.array([12.0]), np.array([5.0]))


def test_outage_is_cut_where_the_second_source_is_ready_and_the_rest_goes_on():
    source = Source(np.array([3]), 0.25, 20.0, np.array([False, True]))
    found = relieved(outage(50.0), strikes(0), np.array([0]), [source]).outages
    assert found.start.tolist() == [0, 2]
    assert found.begin.tolist() == [10.0, 30.0]
    assert found.hold.tolist() == [20.0, 30.0]
    assert found.loss.tolist() == [1.0, 0.75]


def test_second_source_that_is_struck_at_the_same_time_does_not_help():
    source = Source(np.array([3]), 1.0, 20.0, np.array([False, True]))
    before = outage(50.0)
    assert relieved(before, strikes(1), np.array([0]), [source]).outages.hold.tolist() == [50.0]
    assert relieved(before, strikes(0), np.array([0]), [source]).outages.hold.tolist() == [20.0]


def test_outage_that_ends_before_the_source_is_ready_stays_as_it_is():
    source = Source(np.array([3]), 1.0, 20.0, np.array([False]))
    assert relieved(outage(15.0), strikes(0), np.array([0]), [source]).outages.hold.tolist() == [15.0]
