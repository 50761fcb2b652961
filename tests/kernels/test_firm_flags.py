"""Marks of what the rules of the model make, on the worked cases."""

import numpy as np
import pytest
from firm_cases import chain, events, two_suppliers

from tierscape.kernels.firm_ario import FirmRules, simulate_firms
from tierscape.kernels.firm_events import active_days
from tierscape.kernels.firm_flags import find_artefacts, tau_sensitive

A_DOWN = events({"down": [(0, 1, 5, 1.0)]})


def artefacts(network, given_events, days=60, **rules):
    outcome = simulate_firms(network, given_events, FirmRules(horizon_days=days, **rules))
    return find_artefacts(outcome, active_days(given_events, days), 100.0)


def test_sawtooth_of_realised_orders_is_an_echo():
    # Oracle S2 of the method page: 60, 40, 83.3, 46.1, then 100, 52.5, 100, 62.1: what follows day 9 is the order rule.
    found = artefacts(two_suppliers(), A_DOWN, order_basis="realised")
    assert found.loss[0] == pytest.approx(281.493056, abs=5e-7)
    assert found.echo.tolist() == [True]
    assert found.loss_without_echo[0] < 281.493056 - 47.5
    assert np.nonzero(found.echo_days[0])[0][:2].tolist() == [10, 12]


def test_orders_by_what_is_wanted_have_no_echo():
    found = artefacts(two_suppliers(), A_DOWN)
    assert (found.echo.tolist(), found.loss_without_echo.tolist()) == ([False], found.loss.tolist())


def test_second_loss_in_an_event_is_no_echo():
    twice = events({"down": [(1, 3, 2, 1.0), (1, 20, 2, 1.0)]})
    assert not artefacts(chain(), twice).echo.any()


def test_starved_and_truncated_and_restocking_are_marked():
    starved = artefacts(chain(), A_DOWN, order_basis="realised")
    assert (starved.starved.tolist(), starved.truncated.tolist(), starved.restocking_peak.tolist()) == (
        [True],
        [True],
        [False],
    )
    wanted = artefacts(chain(), A_DOWN)
    assert (wanted.starved.tolist(), wanted.truncated.tolist(), wanted.restocking_peak.tolist()) == (
        [False],
        [False],
        [True],
    )


def test_days_of_events_are_marked_active():
    given_events = events({"down": [(0, 1, 3, 1.0), (0, 2, 1, 1.0, 4.0, "linear")], "closed": [(0, 8, 9, 0.5)]}, {})
    active = active_days(given_events, 12)
    assert np.nonzero(active[:, 0])[0].tolist() == [1, 2, 3, 4, 5, 6, 8]
    assert not active[:, 1].any()


def test_loss_that_moves_with_tau_is_marked():
    assert tau_sensitive(np.array([95.0, 80.0]), np.array([100.0, 100.0]), np.array([104.0, 101.0])).tolist() == [
        False,
        True,
    ]
