"""Rows of `disruptions` as hazards, and targets that stop for certain."""

import numpy as np
import pytest

from shock_cases import land
from tierscape.kernels.firm_ario import FirmRules, simulate_firms
from tierscape.kernels.firm_events import PROFILES
from tierscape.quantities.hazards import (
    Durations,
    certain,
    demand_swing,
    hazard_arrays,
    hazard_code,
    read_hazards,
    struck_once,
    unseen_routes,
)

HEADER = "disruption target_kind target part annual_probability duration_days capacity_loss\n"


def hazards(rows, durations=None, **tables):
    network, firm, here = land(disruptions=HEADER + rows, **tables)
    return read_hazards(network, firm, here, durations or Durations())


def test_code_is_the_head_of_the_blake2b_digest():
    # R1 of the method
    assert hazard_code("region:MX-GUA") == 0x4689F730A09B79CE


def test_rate_has_the_annual_probability():
    # R2 of the method: λ for p = .1 is .1053605
    ((hazard,), findings) = hazards("X site F . 0.1 7 0.5")
    assert hazard.rate == pytest.approx(0.1053605, abs=1e-7)
    assert (hazard.days, hazard.loss, hazard.effect.tolist()) == (7.0, 0.5, [0.5])
    assert findings == ()


def test_unknown_probability_is_never_drawn_and_unknown_loss_is_all():
    (first, second), findings = hazards("A site F . . 7 .\nB site C . 0.1 7 .")
    assert np.isnan(first.rate)
    assert second.effect.tolist() == [1.0]
    assert hazard_arrays((first, second)).code.tolist() == [hazard_code("B")]
    assert {f.rule for f in findings} == {"never_drawn", "unknown_loss"}


def test_unknown_duration_is_the_longest_time_to_recover_of_the_sites_hit():
    rows, findings = hazards(
        "A site C . 0.1 . 1\nB region R3 . 0.1 . 1\nC mode sea . 0.1 . 1", Durations(default_days=33)
    )
    assert [h.days for h in rows] == [12.0, 60.0, 33.0]
    assert "unknown_duration" in [f.rule for f in findings]
    floored, _ = hazards("A site C . 0.1 . 1", Durations(floor_days=25))
    assert floored[0].days == 25.0


def test_hazard_that_hits_nobody_is_told_and_not_drawn():
    rows, findings = hazards("A corridor olsz . 0.1 7 1\nB site F raw 0.1 7 1")
    assert len(hazard_arrays(rows).code) == 0
    assert findings[0].rule == "hits_nobody"
    assert findings[0].count == 2


def test_closed_crossing_leaves_its_neighbour_and_the_air():
    (hazard,), _ = hazards("A corridor zgorz . 0.1 7 1")
    assert hazard.effect.tolist() == pytest.approx([0.5 + 0.2])
    # 10 units a day, half of them 20 % dearer, a fifth of them at nine times the freight of 2
    assert hazard.cost.tolist() == pytest.approx([10 * 2 * (0.5 * 0.2 + 0.2 * 8.0)])


def test_partly_closed_crossing_takes_the_cheapest_way_first():
    (hazard,), _ = hazards("A corridor zgorz . 0.1 7 0.4")
    assert hazard.effect.tolist() == pytest.approx([1.0])
    assert hazard.cost.tolist() == pytest.approx([10 * 2 * 0.4 * 0.2])


def test_mode_leaves_other_modes_that_join_the_same_countries():
    (sea, road), findings = hazards("A mode sea . 0.1 7 1\nB mode road . 0.1 7 1")
    assert sea.effect.tolist() == pytest.approx([0.7])
    assert np.isnan(sea.cost).all()
    assert road.effect.tolist() == pytest.approx([0.2])
    assert [f.rule for f in findings] == ["unknown_freight"]


def test_border_closed_as_a_whole_leaves_no_way_round():
    whole, by_road = hazards("A corridor DE-PL . 0.1 7 1\nB corridor DE-PL:road . 0.1 7 1")[0]
    assert whole.effect.tolist() == [0.0]
    assert by_road.effect.tolist() == pytest.approx([0.2])


def test_unknown_routes_are_counted_as_unseen():
    _, firm, here = land()
    assert unseen_routes(firm, here) == pytest.approx(50 / (400 + 50 + 50))
    _, findings = hazards("A corridor zgorz . 0.1 7 1")
    assert next(f for f in findings if f.rule == "unknown_route").problem.startswith("10% of the value")


def test_arrays_list_units_and_members_of_each_hazard():
    rows, _ = hazards("B region R3 . 0.1 7 0.6\nA site F . 0.2 7 1")
    arrays = hazard_arrays(rows)
    assert arrays.code.tolist() == [hazard_code("A"), hazard_code("B")]
    assert np.diff(arrays.unit_start).tolist() == [1, 2]
    assert arrays.unit_code.tolist() == [hazard_code(k) for k in ("A/F", "B/R", "B/S")]
    assert arrays.effect.tolist() == [1.0, 0.6, 0.6]


def test_certain_stop_hits_everybody_once_for_its_time_to_recover():
    _, firm, here = land()
    stops = certain(firm, here, [("region", "R3"), ("mode", "sea")], Durations())
    events = struck_once(stops, profile=PROFILES.index("slow"), ramp_days=9.0)
    assert events.outages.start.tolist() == [0, 2, 2]
    assert events.outages.hold.tolist() == [60.0, 60.0]
    assert events.outages.ramp.tolist() == [9.0, 9.0]
    assert events.closures.start.tolist() == [0, 0, 1]
    assert (events.closures.begin.tolist(), events.closures.end.tolist()) == ([1.0], [31.0])


def test_swing_of_demand_above_capacity_is_lost():
    _, firm, _ = land(capabilities="site part capacity_per_year\nF fg 3650\nC comp 3650\nR raw 3650\nS raw 3650")
    outcome = simulate_firms(
        firm.arrays, demand_swing(firm, "fg", factor=1.5, days=4), FirmRules(horizon_days=30), lanes=8
    )
    assert outcome.lost_units.sum() == pytest.approx(4 * 5.0)
    calm = simulate_firms(
        firm.arrays, demand_swing(firm, "comp", factor=9.0, days=4), FirmRules(horizon_days=30), lanes=8
    )
    assert calm.lost_units.sum() == 0.0
