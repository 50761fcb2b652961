"""Scenarios of a network: worked stops, the same bits however they are run, tails and clusters."""

import sys

import numpy as np
import polars as pl
import pytest

from network_tables import make_network
from shock_cases import LAND, land
from tierscape.analyses.stress import tables
from tierscape.analyses.stress.assumptions import Dynamics, Run, Shocks
from tierscape.analyses.stress.blocks import tau_range
from tierscape.analyses.stress.causes import certain_causes, drawn_causes
from tierscape.analyses.stress.clusters import cluster_rows
from tierscape.analyses.stress.simulate import path_rows, scenario_rows
from tierscape.analyses.stress.study import make_study, run_certain, run_drawn
from tierscape.analyses.stress.tail import part_tiers, tail_rows
from tierscape.graph import supply_graph
from tierscape.kernels.firm_events import FirmEvents, no_outages, no_windows
from tierscape.quantities.firm_lines import firm_lines, network_at
from tierscape.quantities.hazards import Durations, certain, read_hazards
from tierscape.quantities.targets import places
from tierscape.results import conform

QUIET = Run(progress=False, jobs=1)
PUBLISHED = {"default_stock_days": 2, "transit": "none", "horizon_days": 60}
HAZARDS = (
    "disruption target_kind target part annual_probability duration_days capacity_loss\n"
    "A region R3 . 0.5 40 1\nB site F . 0.2 30 1\nC corridor DE-PL . 0.3 20 1"
)


def study_of(shocks=None, dynamics=None, **given):
    network, firm, here = land(disruptions=HAZARDS, **given)
    hazards, _ = read_hazards(network, firm, here, Durations())
    return network, here, make_study(firm, hazards, shocks or Shocks(scenarios=400), dynamics or Dynamics())


def stop(target, days, dynamics=None, **given):
    """Stop one target for certain, from day 1 on, and give what its scenario came to."""
    network, _ = network_at(make_network(**given))
    dynamics = dynamics or Dynamics(**PUBLISHED)
    firm = firm_lines(network, supply_graph(network), default_stock_days=dynamics.default_stock_days)
    here = places(network, firm)
    study = make_study(firm, (), Shocks(), dynamics)
    hazards = certain(firm, here, [target], Durations(default_days=days))
    return study, run_certain(study, hazards, QUIET)


PAIR = {
    "parts": "part kind\nb product\na component",
    "bom": "parent child quantity\nb a 1",
    "demand": "region product year volume_per_year unit_margin\nR b 2027 36500 2",
}
S1 = PAIR | {"sites": "site\nA\nB", "capabilities": "site part\nA a\nB b",
             "links": "supplier buyer part volume_per_year stock_days\nA B a 36500 2"}  # fmt: skip
S2 = PAIR | {"sites": "site\nA1\nA2\nB", "capabilities": "site part capacity_per_year\nA1 a .\nA2 a .\nB b .",
             "links": "supplier buyer part volume_per_year stock_days\nA1 B a 21900 2\nA2 B a 14600 2"}  # fmt: skip


def test_one_supplier_out_loses_what_stock_does_not_bridge():
    # S1 of the method, `wanted`: B at 0 on days 4, 5, 6; lost 300 = (5 − 2)·100
    _, losses = stop(("site", "A"), 5, **S1)
    assert losses.lost_units.sum() == pytest.approx(300.0)
    assert losses.metrics["lost_margin"] == pytest.approx([600.0])
    assert losses.metrics["first_loss_day"].tolist() == [4.0]
    assert losses.metrics["restocking_peak"].tolist() == [1.0]
    assert losses.metrics["truncated"].tolist() == [0.0]


def test_orders_on_realised_output_starve_for_ever():
    # S1, `realised`: 3 600 units lost in 40 days
    _, losses = stop(("site", "A"), 5, Dynamics(**(PUBLISHED | {"horizon_days": 40}), order_basis="realised"), **S1)
    assert losses.lost_units.sum() == pytest.approx(3600.0)
    assert losses.metrics["starved"].tolist() == [1.0]
    assert losses.metrics["truncated"].tolist() == [1.0]


def test_closed_border_is_as_bad_as_the_supplier_out():
    # S1: link closed days 1–5 instead of A down, K = P0: B identical
    given = S1 | {"sites": "site country\nA DE\nB PL"}
    _, losses = stop(("corridor", "DE-PL"), 5, **given)
    assert losses.lost_units.sum() == pytest.approx(300.0)


@pytest.mark.parametrize(("capacity", "lost"), [(".", 100.0), (25550, 83.598216)])
def test_second_supplier_helps_as_far_as_its_headroom(capacity, lost):
    # S2: lost 100 with K = P0, 83.598216 with K_A2 = 70
    given = S2 | {"capabilities": f"site part capacity_per_year\nA1 a .\nA2 a {capacity}\nB b ."}
    _, losses = stop(("site", "A1"), 5, **given)
    assert losses.lost_units.sum() == pytest.approx(lost, abs=1e-6)


def test_published_orders_echo():
    # S2, `realised`, K = P0: a sawtooth, lost 281.493056 in 60 days
    _, losses = stop(("site", "A1"), 5, Dynamics(**PUBLISHED, order_basis="realised"), **S2)
    assert losses.lost_units.sum() == pytest.approx(281.493056, abs=1e-6)


@pytest.mark.parametrize(("site", "first_day"), [("F", 6), ("C", 10), ("R", 13)])
def test_chain_survives_its_stock_and_a_day_on_each_link(site, first_day):
    # T1 of the method: stocks of 5, 3 and 2 days; time to survive 5, 8 and 10 days from day 1 on; goods under way add a day a link
    given = LAND | {
        "sites": "site\nF\nC\nR",
        "capabilities": "site part finished_stock_days\nF fg 5\nC comp .\nR raw .",
        "links": "supplier buyer part volume_per_year stock_days\nC F comp 3650 3\nR C raw 3650 2",
        "nodes": "node kind lat lon\nz seaport 0 0",
    }
    _, losses = stop(("site", site), 20, Dynamics(transit="none"), **given)
    assert losses.metrics["first_loss_day"].tolist() == [first_day]


def test_ways_round_cost_money_and_lose_less():
    _, here, study = study_of()
    closed = certain(study.firm, here, [("corridor", "zgorz"), ("corridor", "DE-PL")], Durations(default_days=30))
    losses = run_certain(study, closed, QUIET)
    assert losses.lost_units.sum(axis=1)[0] < losses.lost_units.sum(axis=1)[1]
    assert losses.metrics["reroute_cost"] == pytest.approx([34.0 * 30, 0.0])
    assert losses.money[0] == losses.metrics["lost_margin"][0] + losses.metrics["reroute_cost"][0]


def test_target_that_is_never_hit_loses_nothing():
    _, here, study = study_of()
    losses = run_certain(study, certain(study.firm, here, [("corridor", "olsz")], Durations()), QUIET)
    assert losses.money.tolist() == [0.0]
    assert losses.metrics["first_loss_day"].tolist() == [-1.0]


@pytest.mark.parametrize(("block", "jobs", "backend"), [(32, 1, "threading"), (96, 2, "threading"), (1000, 2, "loky")])
def test_losses_do_not_depend_on_how_they_are_run(block, jobs, backend):
    _, _, study = study_of()
    plain = run_drawn(study.case, 200, QUIET)
    other = run_drawn(study.case, 200, Run(progress=False, block=block, jobs=jobs, backend=backend))
    assert plain.lost_units.tobytes() == other.lost_units.tobytes()
    assert plain.lost_parts.tobytes() == other.lost_parts.tobytes()
    for name, values in plain.metrics.items():
        assert values.tobytes() == other.metrics[name].tobytes(), name


def test_scenarios_without_an_event_lose_exactly_nothing():
    _, _, study = study_of()
    losses = run_drawn(study.case, 200, QUIET)
    calm = losses.metrics["events"] == 0
    assert 0 < calm.sum() < 200
    assert not losses.money[calm].any()
    assert not losses.lost_parts[calm].any()
    assert losses.money[~calm].max() > 0


def test_kept_blocks_are_used_again(tmp_path):
    _, _, study = study_of()
    kept = Run(progress=False, jobs=1, store=str(tmp_path))
    first = run_drawn(study.case, 64, kept)
    assert len(list(tmp_path.glob("*.npy"))) > 0
    assert np.array_equal(run_drawn(study.case, 64, kept).lost_units, first.lost_units)


def test_scenarios_become_the_declared_frame_the_largest_first():
    _, _, study = study_of()
    losses = run_drawn(study.case, 100, QUIET)
    frame = conform(scenario_rows(study, losses, [str(i) for i in range(100)], ["0"]), tables.SCENARIOS)
    assert frame["lost_margin"].is_sorted(descending=True) or frame["reroute_cost"].sum() > 0
    assert frame["lost_margin"].sum() == pytest.approx(losses.metrics["lost_margin"].sum())
    calm = frame.filter(pl.col("events") == 0)
    assert calm["first_loss_day"].null_count() == calm.height
    assert "tau_sensitive" in frame.filter(pl.col("scenario") == "0")["flags"].item()


def test_losses_without_margins_are_in_units_only():
    network, _, study = study_of(demand="region product year volume_per_year\nR1 fg 2027 3650")
    losses = run_drawn(study.case, 100, QUIET)
    frame = scenario_rows(study, losses, [str(i) for i in range(100)])
    assert frame["lost_margin"].null_count() == 100
    assert frame["lost_units"].is_sorted(descending=True)
    assert frame["lost_units"][0] > 0
    assert tail_rows(network, study, losses, 0.95)[0].is_empty()


def test_paths_start_at_normal_and_bound_each_other():
    _, _, study = study_of()
    frame = conform(path_rows(study, 100, QUIET), tables.PATHS)
    assert frame.height == study.case.rules.horizon_days
    assert frame.row(0)[2:] == (10.0, 10.0, 10.0, 10.0)
    assert (frame["p5"] <= frame["p50"]).all()
    assert (frame["p50"] <= frame["p95"]).all()
    assert frame["mean"].min() < 10.0
    losses = run_drawn(study.case, 100, QUIET)
    assert (10.0 - frame["mean"]).sum() * 100 == pytest.approx(losses.lost_units.sum())


def test_tail_adds_up_over_products_and_regions():
    network, _, study = study_of()
    losses = run_drawn(study.case, 400, QUIET)
    frame, findings = tail_rows(network, study, losses, 0.95)
    frame = conform(frame, tables.TAIL)
    mean = dict(frame.select(pl.concat_str("group_kind", "group", separator=" "), "mean").iter_rows())
    assert mean["product fg"] == pytest.approx(mean["region R1"])
    assert mean["all all"] == pytest.approx(mean["product fg"] + losses.metrics["reroute_cost"].mean())
    assert mean["tier 0"] == pytest.approx(losses.lost_parts[:, study.parts.index("fg")].mean() * 100)
    assert (frame["cvar"] >= frame["var"]).all()
    assert [f.rule for f in findings] == ["thin_tail"]
    assert "Draw at least 1,000 scenarios" in findings[0].remedy


def test_enough_scenarios_make_no_thin_tail():
    network, _, study = study_of()
    losses = run_drawn(study.case, 100, QUIET)
    assert tail_rows(network, study, losses, 0.5)[1] == ()


def test_tiers_count_from_the_nearest_product():
    network, _, study = study_of()
    assert dict(zip(study.parts, part_tiers(network, study).tolist(), strict=True)) == {"fg": 0, "comp": 1, "raw": 2}


def test_cluster_costs_what_standing_together_costs():
    _, here, study = study_of(Shocks(scenarios=1500))
    losses = run_drawn(study.case, 1500, QUIET)
    frame = cluster_rows(study, here, losses, {"R3": 5.0, "R1": 9.0}, 0.95, QUIET)
    assert frame["supply_cluster"].to_list() == ["all", "R1", "R3", "R2"]
    rows = {row["supply_cluster"]: row for row in frame.iter_rows(named=True)}
    premium = rows["R3"]["correlation_premium"]
    assert premium == pytest.approx(rows["R3"]["cvar_joint"] - rows["R3"]["cvar_independent"])
    assert premium > 2 * rows["R3"]["se"] > 0
    assert rows["all"]["cvar_independent"] == rows["R3"]["cvar_independent"]  # the only hazard of several sites
    assert rows["R1"]["correlation_premium"] is None
    assert (rows["R3"]["sites"], rows["R3"]["loss_if_down"]) == (2, 5.0)


def test_range_over_tau_is_around_the_loss():
    _, _, study = study_of()
    worst = np.argsort(-run_drawn(study.case, 100, QUIET).money)[:3]
    half, twice = tau_range(study.case, worst)
    assert (half > 0).all()
    assert not np.array_equal(half, twice)


def test_network_without_an_event_stays_calm():
    _, _, study = study_of()
    from tierscape.kernels.firm_ario import simulate_firms

    calm = FirmEvents(no_outages(1), no_windows(1), no_windows(1))
    assert simulate_firms(study.case.network, calm, study.case.rules, lanes=8).lost_units.sum() == 0.0


def test_causes_of_a_scenario_sum_to_its_loss_and_those_of_the_tail_to_one():
    _, _, study = study_of()
    losses = run_drawn(study.case, 300, QUIET)
    frame = conform(drawn_causes(study, losses, 0.95), tables.CAUSES)
    sums = frame.group_by("scenario").agg(pl.col("lost_units", "lost_margin", "cvar_share").sum())
    for scenario, units, margin, share in sums.iter_rows():
        if scenario == "all":
            assert share == pytest.approx(1.0)
        else:
            number = int(scenario.removeprefix("draw:"))
            assert units == pytest.approx(losses.lost_units[number].sum())
            assert margin == pytest.approx(losses.metrics["lost_margin"][number])
    assert frame["scenario"][0] == "all"
    assert 5 <= frame["scenario"].n_unique() <= 7
    caused = frame.filter(pl.col("root_kind").is_in(["outage", "closure"]))
    assert set(caused["root"].to_list()) <= {"A", "B", "C", "ways round closed links"}
    assert caused["lost_units"].sum() > 0.9 * frame["lost_units"].sum()


def test_cause_of_a_certain_stop_names_the_target_the_input_and_the_way():
    study, losses = stop(("site", "A"), 5, **S1)
    hazards = certain(study.firm, places(*_pair()), [("site", "A")], Durations(default_days=5))
    (row,) = conform(certain_causes(study, hazards, losses), tables.CAUSES).iter_rows()
    assert row[:5] == ("site:A", "outage", "site:A", "a", "A > B")
    assert row[5:] == (pytest.approx(300.0), pytest.approx(600.0), None)


def _pair():
    network, _ = network_at(make_network(**S1))
    return network, firm_lines(network, supply_graph(network))


def test_no_loss_has_no_cause():
    _, _, study = study_of()
    losses = run_drawn(
        study.case._replace(hazards=study.case.hazards._replace(rate=study.case.hazards.rate * 0)), 50, QUIET
    )
    assert drawn_causes(study, losses, 0.95).is_empty()


# Clusters of machines run the compiled dynamics, on arrays that were sent there


def same_as_threads(backend):
    _, _, study = study_of()
    plain = run_drawn(study.case, 96, QUIET)
    other = run_drawn(study.case, 96, Run(progress=False, block=32, backend=backend))
    return plain.lost_units.tobytes() == other.lost_units.tobytes() and plain.money.tobytes() == other.money.tobytes()


def test_dask_runs_the_dynamics_with_the_same_bits():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
        distributed.Client(cluster),
    ):
        assert same_as_threads("dask")


@pytest.mark.spark
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
def test_spark_runs_the_dynamics_with_the_same_bits(monkeypatch):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        assert same_as_threads("spark")
    finally:
        session.stop()
