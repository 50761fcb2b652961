"""Why demand was missed: roots, ways and sums."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.firm_ario import FirmRules, simulate_firms
from tierscape.kernels.firm_causes import CLOSURE, HEADROOM, OUTAGE, RESTOCKING, explain_losses
from tierscape.kernels.firm_events import FirmEvents, Outages, Windows, no_outages, no_windows
from tierscape.kernels.firm_network import Links, firm_network

RULES = FirmRules(horizon_days=60)


def network(links, demand, capacity=None, lead=0):
    """Make a network from (supplier, buyer, flow, stock days), one slot a link."""
    links = sorted(links, key=lambda link: (link[1], link[0]))
    buyer = np.array([link[1] for link in links])
    return firm_network(
        Links(
            slot_start=np.searchsorted(buyer, np.arange(len(demand) + 1)),
            essential=np.ones(len(links), bool),
            arc_start=np.arange(len(links) + 1),
            supplier=np.array([link[0] for link in links], np.uint32),
            flow=np.array([link[2] for link in links], float),
            stock_days=np.array([link[3] for link in links], float),
            transit_days=np.full(len(links), lead),
        ),
        np.array(demand, float),
        None if capacity is None else np.array(capacity, float),
    )


def outage(*rows):
    """Make one scenario from (line, begin, days, loss)."""
    line, begin, hold, loss = (np.array(column) for column in zip(*rows, strict=True))
    return FirmEvents(
        Outages(np.array([0, len(rows)]), line, begin * 1.0, hold * 1.0, hold * 0.0, loss * 1.0, line * 0),
        no_windows(1), no_windows(1),
    )  # fmt: skip


def closure(link, begin, end, factor=0.0):
    one = Windows(
        np.array([0, 1]), np.array([link]), np.array([begin * 1.0]), np.array([end * 1.0]), np.array([factor])
    )
    return FirmEvents(no_outages(1), one, no_windows(1))


CHAIN = network([(0, 1, 100, 2), (1, 2, 100, 1)], [0, 0, 100])


def told(loss):
    return [(step.line, step.kind) for step in loss.cause.steps]


def test_a_calm_network_has_nothing_to_explain():
    assert explain_losses(CHAIN, FirmEvents(no_outages(1), no_windows(1), no_windows(1)), RULES) == ()


def test_one_supplier_out_is_the_root_of_all_that_is_lost():
    # S1 of the method: A out on days 1 to 5, stock of 2 days: 300 lost
    pair = network([(0, 1, 100, 2)], [0, 100])
    (loss,) = explain_losses(pair, outage((0, 1, 5, 1.0)), RULES)
    assert loss.units == pytest.approx(300.0)
    assert told(loss) == [(1, -1), (0, OUTAGE)]
    assert [step.day for step in loss.cause.steps] == [4, 1]


def test_days_fall_along_the_way_through_the_chain():
    (loss,) = explain_losses(CHAIN, outage((0, 1, 20, 1.0)), RULES)
    assert told(loss) == [(2, -1), (1, -1), (0, OUTAGE)]
    days = [step.day for step in loss.cause.steps]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 3


def test_closed_link_is_the_root():
    (loss,) = explain_losses(network([(0, 1, 100, 2)], [0, 100]), closure(0, 1, 6), RULES)
    assert told(loss) == [(1, -1), (0, CLOSURE)]
    assert loss.cause.steps[-1].link == 0


def test_line_that_meets_the_demand_itself_needs_no_way():
    (loss,) = explain_losses(CHAIN, outage((2, 1, 3, 0.5)), RULES)
    assert told(loss) == [(2, OUTAGE)]
    assert loss.units == pytest.approx(150.0)


def test_swing_of_demand_above_capacity_is_missing_headroom():
    swing = Windows(np.array([0, 1]), np.array([2]), np.array([1.0]), np.array([4.0]), np.array([1.5]))
    events = FirmEvents(no_outages(1), no_windows(1), swing)
    (loss,) = explain_losses(CHAIN, events, RULES)
    assert told(loss) == [(2, HEADROOM)]
    assert loss.units == pytest.approx(150.0)


def test_two_outages_share_the_loss_by_who_bound():
    parallel = network([(0, 2, 100, 0), (1, 2, 100, 0)], [0, 0, 100])
    found = explain_losses(parallel, outage((0, 1, 4, 1.0), (1, 20, 8, 1.0)), RULES)
    first, second = found
    assert (told(first)[-1], first.units) == ((0, OUTAGE), pytest.approx(400))
    assert told(second)[-1] == (1, OUTAGE)
    assert 700 < second.units < 800  # what line 1 still delivered in the first outage lies in stock


@given(st.integers(0, 10_000), st.sampled_from(["none", "pipeline"]), st.sampled_from(["wanted", "realised"]))
@settings(max_examples=25)
def test_causes_add_up_to_the_loss(seed, transit, order_basis):
    rng = np.random.default_rng(seed)
    n = 6
    pairs = [(j, i) for i in range(n) for j in range(i) if rng.random() < 0.5]
    flows = [(j, i, float(rng.integers(1, 50)), float(rng.integers(0, 5))) for j, i in pairs]
    demand = np.where(rng.random(n) < 0.5, rng.integers(1, 80, n), 0)
    capacity = np.where(rng.random(n) < 0.3, 300.0, np.nan)
    some = network(flows, demand, capacity, lead=int(rng.integers(0, 4))) if flows else CHAIN
    size = len(some.output)
    events = outage(
        *((int(rng.integers(size)), int(rng.integers(1, 20)), int(rng.integers(1, 15)), rng.random()) for _ in range(3))
    )
    rules = FirmRules(horizon_days=50, transit=transit, order_basis=order_basis)
    found = explain_losses(some, events, rules)
    outcome = simulate_firms(some, events, rules, lanes=8)
    by_line = np.zeros(size)
    for loss in found:
        by_line[loss.line] += loss.units
        assert loss.cause.steps[0].line == loss.line
        assert loss.cause.steps[-1].kind in (OUTAGE, HEADROOM, RESTOCKING)
        days = [step.day for step in loss.cause.steps]
        assert all(later > earlier for later, earlier in pairwise(days))
    assert by_line[outcome.demand_line] == pytest.approx(outcome.lost_units[0], rel=1e-9, abs=1e-9)
