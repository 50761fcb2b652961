"""Draws of hazards: a function of seed, scenario and key; common cause, and the same chances apart."""

import numpy as np
import pytest

from tierscape.kernels.firm_events import PROFILES
from tierscape.kernels.hazard_draws import Chances, Hazards, draw
from tierscape.kernels.loss_tail import tail
from tierscape.kernels.philox import uniform, words

FIXED = Chances(seed=7, years=1, p95_ratio=1.0, hit_share=1.0, profile=0, ramp_days=30.0)
IDS = np.arange(20_000)
TENTH = -np.log(0.9)


def hazards(*rows, on_links=False, apart=False):
    """Make hazards from (code, rate, days, number of units); each unit is one line, numbered through."""
    code, rate, days, units = (np.array(column) for column in zip(*rows, strict=True))
    number = int(units.sum())
    return Hazards(
        code=code.astype(np.uint64),
        rate=rate.astype(float),
        days=days.astype(float),
        on_links=np.full(len(rows), on_links),
        unit_start=np.concatenate(([0], np.cumsum(units))).astype(np.int64),
        unit_code=np.concatenate([1000 * c + 1 + np.arange(u) for c, u in zip(code, units, strict=True)]).astype(
            np.uint64
        ),
        member_start=np.arange(number + 1),
        member=np.arange(number),
        effect=np.full(number, 0.4),
        cost=np.full(number, 2.0 * on_links),
        apart=np.full(len(rows), apart),
    )


def down(drawn, lines):
    """Say which line is hit in which scenario."""
    outages = drawn.events.outages
    hit = np.zeros((drawn.events.scenarios, lines))
    scenario = np.repeat(np.arange(drawn.events.scenarios), np.diff(outages.start))
    hit[scenario, outages.line] = 1.0
    return hit


def test_count_is_read_from_the_word_of_seed_scenario_and_key():
    # R1 of the method: Philox4x64-10 with key (7, 42) at counter (1, 3, 0, 0) is 6fa6ed2371738ad4, u = 0.43614084353744265
    u = uniform(words(7, np.array([42], np.uint64), np.array([3], np.uint64), number=1))[0, 0, 0]
    assert u == 0.43614084353744265
    rate = -np.log(u)  # P(no event) = u: the least k with F(k) > u is 1 just above it, 0 just below
    for factor, expected in ((1.0 + 1e-9, 1), (1.0 - 1e-9, 0)):
        assert draw(hazards((3, rate * factor, 10.0, 1)), FIXED, np.array([42]), 365).number.tolist() == [expected]


@pytest.mark.parametrize(("years", "expected"), [(1, 0.236827), (10, 0.932976)])
def test_one_event_in_three_point_seven_years(years, expected):
    # R2 of the method
    drawn = draw(hazards((1, 1 / 3.7, 5.0, 1)), FIXED._replace(years=years), IDS, 365)
    share = (drawn.number > 0).mean()
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / len(IDS)))


def test_common_cause_costs_what_the_method_says():
    # R3 of the method: two sites, each down with p = .1 for a loss of 1: CVaR.95 independent 1.2, common 2.0, means 0.2
    shared = hazards((5, TENTH, 5.0, 2))
    joint = down(draw(shared, FIXED, IDS, 365), 2).sum(axis=1)
    alone = down(draw(shared._replace(apart=np.array([True])), FIXED, IDS, 365), 2).sum(axis=1)
    together, apart = tail(joint, 0.95), tail(alone, 0.95)
    assert together.cvar[0] == pytest.approx(2.0, abs=3 * together.se_cvar[0])
    assert apart.cvar[0] == pytest.approx(1.2, abs=3 * apart.se_cvar[0])
    assert apart.mean[0] == pytest.approx(together.mean[0], abs=3 * np.hypot(apart.se_mean[0], together.se_mean[0]))


def test_a_hazard_of_one_site_is_the_same_apart_or_not():
    one = hazards((5, 0.7, 5.0, 1))
    first, second = (draw(one._replace(apart=np.array([apart])), FIXED, IDS[:500], 365) for apart in (False, True))
    assert np.array_equal(first.events.outages.begin, second.events.outages.begin)


def test_another_hazard_moves_no_draw_of_the_others():
    one, two = hazards((5, 0.7, 5.0, 2)), hazards((5, 0.7, 5.0, 2), (9, 2.0, 5.0, 3))
    few, many = draw(one, FIXED, IDS[:500], 365).events.outages, draw(two, FIXED, IDS[:500], 365).events.outages
    assert np.array_equal(few.begin, many.begin[many.line < 2])


def test_scenarios_are_the_same_in_any_block_and_order():
    both = hazards((5, 0.7, 5.0, 2), (9, 2.0, 5.0, 3))
    chances = FIXED._replace(hit_share=0.5, p95_ratio=2.0)
    whole = draw(both, chances, IDS[:64], 365).events.outages
    for ids in (np.arange(40, 50), np.array([50, 3])):
        part = draw(both, chances, ids, 365).events.outages
        for k, s in enumerate(ids):
            mine, theirs = slice(*whole.start[s : s + 2]), slice(*part.start[k : k + 2])
            assert np.array_equal(whole.begin[mine], part.begin[theirs])
            assert np.array_equal(whole.hold[mine], part.hold[theirs])
            assert np.array_equal(whole.line[mine], part.line[theirs])


def test_hit_share_spares_sites_one_by_one():
    drawn = draw(hazards((5, TENTH, 5.0, 10)), FIXED._replace(hit_share=0.3), IDS, 365)
    hit = down(drawn, 10)
    struck = hit[hit.any(axis=1)]
    assert hit.mean() == pytest.approx(0.03, abs=0.003)
    assert len(set(struck.sum(axis=1))) > 3


def test_a_strike_on_several_sites_counts_once():
    drawn = draw(hazards((5, TENTH, 5.0, 10)), FIXED, IDS, 365)
    assert drawn.number.mean() == pytest.approx(TENTH, abs=0.01)
    assert len(drawn.strikes.start) == drawn.number.sum()


def test_durations_are_lognormal_with_the_median_and_percentile_asked_for():
    outages = draw(hazards((5, 3.0, 20.0, 1)), FIXED._replace(p95_ratio=2.0), IDS, 365).events.outages
    assert np.median(outages.hold) == pytest.approx(20.0, rel=0.01)
    assert np.quantile(outages.hold, 0.95) == pytest.approx(40.0, rel=0.02)
    assert ((outages.begin >= 0) & (outages.begin < 365)).all()


def test_a_ratio_of_one_gives_fixed_durations():
    outages = draw(hazards((5, 3.0, 20.0, 1)), FIXED, IDS[:100], 365).events.outages
    assert set(outages.hold) == {20.0}
    assert set(outages.ramp) == {0.0}
    assert set(outages.loss) == {0.4}


def test_recovery_takes_its_days_after_the_outage():
    slow = FIXED._replace(profile=PROFILES.index("slow"))
    outages = draw(hazards((5, 3.0, 20.0, 1)), slow, IDS[:100], 365).events.outages
    assert set(outages.ramp) == {30.0}
    assert set(outages.profile) == {PROFILES.index("slow")}


def test_closures_cost_their_ways_round_until_the_horizon():
    drawn = draw(hazards((5, 1.0, 1000.0, 1), on_links=True), FIXED, IDS[:200], 400)
    closures = drawn.events.closures
    assert len(drawn.events.outages.line) == 0
    expected = np.zeros(200)
    np.add.at(expected, np.repeat(np.arange(200), np.diff(closures.start)), 2.0 * (400 - closures.begin))
    assert drawn.cost == pytest.approx(expected)


def test_no_hazard_gives_no_event():
    none = hazards((5, 0.0, 20.0, 1))
    assert draw(none, FIXED, IDS[:50], 365).number.sum() == 0
