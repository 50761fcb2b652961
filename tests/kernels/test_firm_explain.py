"""Roots of losses: worked cases, and that every lost unit has one."""

import numpy as np
import pytest
from firm_cases import chain, events, random_events, random_network, two_suppliers
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.firm_ario import FirmRules, simulate_firms
from tierscape.kernels.firm_explain import ROOTS, explain_losses
from tierscape.kernels.firm_network import Links, firm_network

RULES = FirmRules(horizon_days=40)


def rows(causes):
    """(line, kind, root, slot, lost, first day, path) of each cause."""
    return [
        (
            int(c[0]),
            ROOTS[c[1]],
            int(c[2]),
            int(c[3]),
            round(float(c[4]), 9),
            int(c[5]),
            [int(p) for p in c[6] if p >= 0],
        )
        for c in zip(*causes, strict=True)
    ]


def long_chain(stock=(2.0, 1.0)):
    """Plating 0 → connectors 1 → harness 2, demand 100 at 2."""
    links = Links(
        np.array([0, 0, 1, 2]),
        np.ones(2, bool),
        np.array([0, 1, 2]),
        np.array([0, 1]),
        np.full(2, 100.0),
        np.array(stock),
    )
    return firm_network(links, np.array([0.0, 0.0, 100.0]))


def test_loss_of_a_chain_has_the_outage_as_root_and_the_input_that_ran_out():
    causes, outcome = explain_losses(chain(), events({"down": [(0, 1, 5, 1.0)]}), RULES)
    assert rows(causes) == [(1, "outage", 0, 0, 300.0, 4, [1, 0])]
    assert outcome.lost_units.tolist() == [[300.0]]


def test_root_two_steps_up_is_found_through_the_line_between():
    causes, _ = explain_losses(long_chain(), events({"down": [(0, 1, 9, 1.0)]}), RULES)
    assert {row[:4] for row in rows(causes)} == {(2, "outage", 0, 1)}
    assert rows(causes)[0][6] == [2, 1, 0]


def test_closed_lane_is_the_root_not_its_supplier():
    causes, _ = explain_losses(chain(), events({"closed": [(0, 1, 6, 0.0)]}), RULES)
    assert rows(causes) == [(1, "closure", 0, 0, 300.0, 4, [1])]


def test_starved_chain_still_points_to_the_outage():
    causes, _ = explain_losses(chain(), events({"down": [(0, 1, 5, 1.0)]}), RULES._replace(order_basis="realised"))
    assert rows(causes) == [(1, "outage", 0, 0, 3600.0, 4, [1, 0])]


def test_surge_meets_a_line_without_headroom():
    causes, _ = explain_losses(chain(), events({"swing": [(1, 2, 4, 1.5)]}), RULES)
    assert rows(causes) == [(1, "no headroom", 1, -1, 100.0, 2, [1])]


def test_own_outage_is_bound_by_capacity():
    causes, _ = explain_losses(chain(), events({"down": [(1, 3, 2, 0.5), (1, 4, 1, 0.2)]}), RULES)
    assert rows(causes) == [(1, "outage", 0, -1, 110.0, 3, [1])]


def test_of_two_suppliers_the_one_that_is_down_is_named():
    causes, _ = explain_losses(two_suppliers(70.0), events({"down": [(0, 1, 5, 1.0)]}), RULES)
    assert {row[:3] for row in rows(causes)} == {(2, "outage", 0)}
    assert causes.lost_units.sum() == pytest.approx(83.598216, abs=5e-7)


@pytest.mark.parametrize(
    "changed",
    [{}, {"order_basis": "realised"}, {"rationing": "water_filling", "transit": "pipeline", "reorder": "capacity"}],
)
@settings(max_examples=30)
@given(lines=st.integers(1, 8), seed=st.integers(0, 10**6))
def test_causes_add_up_to_the_loss_and_the_run_is_that_of_the_batch(changed, lines, seed):
    network = random_network(lines, seed, lead=3, headroom=0.2)
    given_events, _ = random_events(network, 5, seed)
    rules = RULES._replace(**changed)
    batch = simulate_firms(network, given_events, rules, lanes=8)
    for s in range(5):
        causes, outcome = explain_losses(network, given_events, rules, scenario=s)
        assert np.array_equal(outcome.lost_units[0], batch.lost_units[s])
        by_line = np.bincount(causes.line, causes.lost_units, lines)[batch.demand_line]
        assert by_line == pytest.approx(batch.lost_units[s], rel=1e-12)
        assert (causes.path[:, 0] == causes.line).all()
        assert (causes.root >= 0).all()


def test_calm_scenario_has_no_cause():
    causes, outcome = explain_losses(chain(), events({}), RULES)
    assert (len(causes.line), causes.path.shape, outcome.stopped_day.tolist()) == (0, (0, 6), [1])
