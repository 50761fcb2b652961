"""Stress: swings of demand, value added, the model of sectors, roots of the whole tail, days, the staircase, placement."""

import re

import numpy as np
import polars as pl
import pytest

import tierscape
from tierscape.analyses.stress import stress
from tierscape.analyses.stress.added import value_added
from tierscape.analyses.stress.assumptions import Dynamics, Run, Shocks
from tierscape.analyses.stress.blocks import simulated
from tierscape.analyses.stress.causes import MOST_EXPLAINED, _sampled
from tierscape.analyses.stress.sectors import sector_rows
from tierscape.analyses.stress.sizes import LIMITS
from tierscape.analyses.stress.study import make_study, run_certain
from tierscape.analyses.stress.swings import read_swings
from tierscape.errors import DataError, ParameterError
from tierscape.graph import supply_graph
from tierscape.kernels.firm_events import FirmEvents, no_outages, no_windows
from tierscape.network import Network
from tierscape.quantities.firm_lines import firm_lines, network_at
from tierscape.quantities.hazards import Durations, certain
from tierscape.quantities.targets import places

from network_tables import make_network  # isort: skip

QUIET = {"progress": False, "jobs": 1}
RUN = Run(**QUIET)
PAIR = {
    "parts": "part kind unit_value\nb product 50\na component 20",
    "bom": "parent child quantity\nb a 2",
    "demand": "region product year volume_per_year unit_margin\nR b 2027 36500 2",
    "sites": "site\nA\nB",
    "capabilities": "site part capacity_per_year lead_time_days\nA a 73000 4\nB b 36500 9",
    "links": "supplier buyer part volume_per_year stock_days\nA B a 73000 2",
}


def study_of(dynamics=None, **changes):
    network, _ = network_at(make_network(**(PAIR | changes)))
    dynamics = dynamics or Dynamics(horizon_days=60)
    firm = firm_lines(network, supply_graph(network), default_stock_days=dynamics.default_stock_days)
    return firm, places(network, firm), make_study(firm, (), Shocks(), dynamics)


def test_value_added_is_price_less_what_is_bought():
    firm, _, study = study_of()
    added, known, said = value_added(firm)
    by_line = dict(zip(firm.lines["part"], added.tolist(), strict=True))
    assert by_line == {"a": 20.0, "b": 50.0 - 2 * 20.0}
    assert known
    assert said == ()
    assert study.added_known


def test_value_added_that_is_lost_is_summed_over_lines_and_days():
    firm, here, study = study_of()
    sure = certain(firm, here, [("site", "A")], Durations(default_days=5))
    losses = run_certain(study, sure, RUN)
    # A makes 200 a day at 20; B's loss of 300 units adds 10 each
    outcome = simulated(study.case, _events(study, sure), study.case.group, 8)
    made = outcome.made[0].sum(axis=0)
    units = {p: 60 * normal - made[i] for i, (p, normal) in enumerate(zip(study.parts, (200.0, 100.0), strict=True))}
    assert losses.metrics["lost_value_added"][0] == pytest.approx(20.0 * units["a"] + 10.0 * units["b"])


def _events(study, sure):
    from tierscape.analyses.stress.study import sure_events

    return sure_events(study, sure, ())


def test_unknown_price_leaves_a_line_out_and_says_so():
    firm, _, _ = study_of(parts="part kind unit_value\nb product 50\na component .")
    added, known, said = value_added(firm)
    assert not known or said[0].rule == "value_added_unknown"
    assert added.min() == 0.0


def test_demand_that_swings_up_misses_what_nobody_can_make():
    firm, _, study = study_of()
    (swing,) = read_swings(firm, ["b=1.5:10"])
    losses = run_certain(study, (), RUN, swings=(swing,))
    assert losses.lost_units.sum() == pytest.approx(10 * 50.0)  # B makes 100 a day and no more
    assert losses.metrics["first_loss_day"].tolist() == [1.0]
    down = run_certain(study, (), RUN, swings=read_swings(firm, ["*=0.5"]))
    assert down.lost_units.sum() == 0.0
    assert down.metrics["lost_output"][0] > 0.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b", "no product=factor"),
        ("b=x", "no product=factor"),
        ("c=2", "nobody asks for 'c'"),
        ("b=-1", "0 to 100"),
        ("b=2:0", "1 to 3650"),
    ],
)
def test_swing_that_makes_no_sense_is_refused(text, words):
    firm, _, _ = study_of()
    with pytest.raises(ParameterError, match=re.escape(words)):
        read_swings(firm, [text])


def test_swing_of_mini_is_a_scenario_with_its_causes_and_days():
    got = stress(
        tierscape.load("mini"),
        ask=("simulate",),
        shocks={"swings": ("*=2:30",), "scenarios": 100, "targets": ("site:n2",)},
        run=QUIET,
    )
    row = got.scenarios.filter(pl.col("scenario") == "demand:*=2:30").row(0, named=True)
    assert row["lost_units"] > 0
    assert row["lost_value_added"] is not None
    assert got.sentence().startswith("Of what happens for certain, ")
    rows = got.causes.filter(pl.col("scenario") == "demand:*=2:30")
    assert rows["lost_units"].sum() == pytest.approx(row["lost_units"])
    days = got.days.filter(pl.col("scenario") == "demand:*=2:30")
    assert days.filter("active")["day"].to_list() == list(range(1, 31))
    assert days["loss_share"].max() == pytest.approx(2 * row["peak_loss_share"])  # of a usual day


def test_calm_sectors_lose_nothing_and_their_table_balances():
    _, _, study = study_of(Dynamics(model="sector", horizon_days=40))
    rows = sector_rows(study.case.network, study.case.sector)
    sold = np.bincount(rows.table.supplier, rows.table.flow, len(rows.table.output))
    assert sold + rows.table.final == pytest.approx(rows.table.output)
    calm = simulated(study.case, FirmEvents(no_outages(2), no_windows(2), no_windows(2)), study.case.group, 8)
    assert calm.lost_units.sum() == 0.0
    assert calm.daily_loss.sum() == 0.0
    assert calm.day_recovered.tolist() == [-1, -1]


def test_sectors_lose_what_stock_and_overproduction_leave():
    firm, here, study = study_of(Dynamics(model="sector", horizon_days=200))
    sure = certain(firm, here, [("site", "A")], Durations(default_days=30))
    losses = run_certain(study, sure, RUN)
    lost = losses.lost_units.sum()
    assert losses.metrics["lost_margin"] == pytest.approx([2.0 * lost])
    assert 0.0 < losses.metrics["peak_loss_share"][0] <= 1.0
    assert losses.metrics["lost_value_added"][0] > 0.0
    firms = run_certain(study_of(Dynamics(horizon_days=200))[2], sure, RUN)
    # firms lose 28 days; sectors work slower until 80 % of the stock is back, which takes τ = 60 days and more
    assert firms.lost_units.sum() == pytest.approx(100.0 * 28)
    assert 100.0 * 28 < lost < 100.0 * 120


def test_sectors_answer_the_tail_and_say_what_they_leave_out():
    got = stress(
        tierscape.load("mini"), ask=("tail",), shocks={"scenarios": 200}, dynamics={"model": "sector"}, run=QUIET
    )
    assert got.whole_tail["cvar"] > 0
    assert got.causes.is_empty()
    assert "sector_model" in {f.rule for f in got.findings}
    with pytest.raises(ParameterError, match="no swing of demand"):
        stress(
            tierscape.load("mini"),
            ask=("simulate",),
            shocks={"swings": ("*=2",)},
            dynamics={"model": "sector"},
            run=QUIET,
        )


def test_roots_of_the_tail_sum_to_one_and_its_worst_draws_are_shares_of_the_same_whole():
    got = stress(tierscape.load("mini"), ask=("tail",), shocks={"scenarios": 2000}, run=QUIET)
    whole = got.causes.filter(pl.col("scenario") == "all")
    assert whole["cvar_share"].sum() == pytest.approx(1.0)
    draws = got.causes.filter(pl.col("scenario") != "all")["scenario"].unique(maintain_order=True)
    assert draws.len() == 6  # the worst five and the median
    shares = got.causes.filter(pl.col("scenario").is_in(draws.head(5).implode()))["cvar_share"].sum()
    bad = got.scenarios.filter(pl.col("scenario").str.starts_with("draw:"))["lost_margin"].head(100)
    assert shares == pytest.approx(bad.head(5).sum() / bad.sum(), rel=0.05)
    assert got.causes.filter(pl.col("scenario") == draws[5])["cvar_share"].null_count() > 0


def test_sample_of_a_long_tail_stands_for_all_of_it():
    bad = np.arange(500)
    ids, weight = _sampled(bad)
    assert len(ids) == MOST_EXPLAINED == len(set(ids.tolist()))
    assert weight.sum() == pytest.approx(500.0)
    assert ids[:5].tolist() == [0, 1, 2, 3, 4]
    assert ids[5:] @ weight[5:] == pytest.approx(bad[5:].sum(), rel=0.01)


def test_staircase_falls_and_its_first_step_is_the_best_for_its_cost():
    got = stress(tierscape.load("mini"), ask=("mitigate",), shocks={"scenarios": 400}, run=QUIET)
    steps = got.staircase
    assert steps["option"][0] == "today"
    assert (np.diff(steps["cost_per_year"].to_numpy()) > 0).all()
    assert steps["mean_left"][-1] < steps["mean_left"][0]
    saved = dict(got.mitigations.select("option", "mean_saved").iter_rows())
    assert steps["mean_left"][0] - steps["mean_left"][1] == pytest.approx(saved[steps["option"][1]])
    assert "staircase" in {chart.name for chart in got.charts()}


def test_stock_is_placed_where_the_bill_of_materials_is_a_tree():
    net = make_network(
        **PAIR,
        disruptions="disruption target_kind target annual_probability duration_days capacity_loss\nD site A 0.3 20 1",
    )
    rows = stress(net, ask=("mitigate",), shocks={"scenarios": 100}, run=QUIET).placement
    by_part = {row["part"]: row for row in rows.to_dicts()}
    assert by_part["b"]["promised_days"] == 0.0
    # 13 days at the end: 1.645 · 0.2 · 100 · √13 · 50 · 0.2; split: √9 at b and √4 at a, 200 a day at 20
    assert rows["cost_per_year"].sum() == pytest.approx(
        1.645 * 0.2 * min(100 * np.sqrt(13) * 10, 100 * 3 * 10 + 200 * 2 * 4)
    )


def test_alternatives_are_no_tree_and_that_is_said():
    got = stress(
        tierscape.load("ev-battery-central-europe"),
        ask=("mitigate",),
        shocks={"scenarios": 100},
        dynamics={"horizon_days": 60},
        run=QUIET,
    )
    assert got.placement.is_empty()
    assert "no_placement" in {f.rule for f in got.findings}


def test_worst_case_is_drawn_with_events_and_artefacts():
    got = stress(tierscape.load("mini"), ask=("tail",), shocks={"scenarios": 400}, run=QUIET)
    chart = next(c for c in got.charts() if c.name == "days")
    assert "Hatched" in chart.note
    assert len(chart.spec["layer"]) >= 2


@pytest.mark.parametrize(("table", "column", "most"), LIMITS)
def test_number_that_no_programme_can_carry_is_refused_by_name(table, column, most):
    net = tierscape.load("mini")
    values = [most * 1.01, *[None] * (net[table].height - 1)]
    rows = net[table].with_columns(pl.coalesce(pl.Series(values, dtype=pl.Float64), column).alias(column))
    huge = Network.from_tables(dict(net.tables) | {table: rows}, name="huge")
    with pytest.raises(DataError, match=re.escape(f"{table}.{column}: 1 of ")):
        stress(huge, ask=("survive",), run=QUIET)


@pytest.mark.parametrize(
    ("table", "column", "most"), [limit for limit in LIMITS if limit[0] in ("links", "demand", "bom")]
)
def test_largest_number_that_is_let_in_is_answered(table, column, most):
    net = tierscape.load("mini")
    values = [most, *[None] * (net[table].height - 1)]
    rows = net[table].with_columns(pl.coalesce(pl.Series(values, dtype=pl.Float64), column).alias(column))
    large = Network.from_tables(dict(net.tables) | {table: rows}, name="large")
    got = stress(large, ask=("survive", "impact"), run=QUIET)
    assert got.survive.height > 0
