"""The answers of `density` for the example `mini`, worked by hand as in its README."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import tierscape
from density_cases import row
from tierscape import examples

DIGITS = 5e-5
"""The README prints four decimals; the points of the example are those of H3 cells to four decimals."""

KM = 55.43
HOURS = 1.3 * KM / 60
BORDER_HOURS = 4.0
REACH_HOURS = 2.0
COVER = math.exp(-(HOURS + BORDER_HOURS) / REACH_HOURS)


def floored(cover: float) -> float:
    return 0.05 + 0.95 * cover


def completeness(
    mould_making: float, plating: float = 1.0, casting: float = 1.0, motor: float = 1.0, magnet: float = 1.0
) -> float:
    """Walk the bill of materials of the pump: weights are value shares, ρ = 1, floor 0.05."""
    casting_value = 1 / (0.5 / floored(casting) + 0.5 / floored(mould_making))
    housing = 1 / (0.5 / floored(1.0) + 0.25 / casting_value + 0.25 / floored(plating))
    motor_value = 1 / (0.5 / floored(motor) + 0.5 / floored(magnet))
    return (1 / (0.5 / housing + 0.5 / motor_value) - 0.05) / 0.95


@pytest.fixture(scope="module")
def network():
    return tierscape.load("mini")


@pytest.fixture(scope="module")
def answer(network):
    return tierscape.density(network)


@pytest.fixture(scope="module")
def north(answer):
    return row(answer.regions, region="NORTH")


def test_mini_has_eleven_sites_and_seven_required_parts_in_three_tiers(network, answer):
    assert network["sites"].height == 11
    assert answer.parts["part"].n_unique() == 7
    assert sorted(answer.parts["tier"].unique()) == [1, 2, 3]


def test_the_mould_shop_lies_55_km_and_a_border_away(answer):
    mould = row(answer.parts, region="NORTH", part="mould_making")
    assert mould["nearest_km"] == pytest.approx(KM, abs=0.005)
    assert mould["cover"] == pytest.approx(COVER, abs=DIGITS)


def test_completeness_is_the_walk_over_the_bill_of_materials(north):
    assert north["completeness"] == pytest.approx(completeness(COVER), abs=DIGITS)
    assert completeness(COVER) == pytest.approx(0.6703, abs=DIGITS)
    assert north["average"] == pytest.approx(1 - 0.0625 * (1 - COVER), abs=DIGITS)


def test_fragmentation_compares_the_own_territory_with_no_border(north):
    own, free = completeness(0.0), completeness(math.exp(-HOURS / REACH_HOURS))
    assert north["completeness_own"] == pytest.approx(own, abs=DIGITS)
    assert north["completeness_open"] == pytest.approx(free, abs=DIGITS)
    assert north["fragmentation"] == pytest.approx(1 - own / free, abs=DIGITS)
    assert (round(own, 4), round(free, 4), round(1 - own / free, 4)) == (0.4286, 0.9528, 0.5502)


def test_depth_multiplies_the_covers_of_the_tiers(north):
    assert north["depth"] == pytest.approx((1 + 1 * 1 + 1 * 1 * COVER) / 3, abs=DIGITS)
    assert north["layers_sourced"] == 2


def test_two_plants_of_one_firm_are_one_supplier(answer, north):
    housing = row(answer.parts, region="NORTH", part="housing")
    assert (housing["sites"], housing["organizations"]) == (2, 1)
    assert housing["n_effective"] == pytest.approx(1.0, abs=1e-6)
    assert north["redundancy"] == pytest.approx(min(1.0, 1 / 2), abs=DIGITS)


def test_the_score_is_the_weighted_geometric_mean(north):
    depth, fragmentation = (2 + COVER) / 3, 1 - completeness(0.0) / completeness(math.exp(-HOURS / REACH_HOURS))
    score = (
        100
        * completeness(COVER) ** 0.35
        * depth**0.20
        * 1.0**0.15  # connection: railhead and laboratory stand in NORTH
        * (1 - fragmentation) ** 0.15
        * 0.5**0.15
    )
    assert (north["logistics"], north["labs"]) == (1.0, 1.0)
    assert north["score"] == pytest.approx(score, abs=0.005)
    assert round(score, 2) == 64.56


def test_the_gap_of_north_is_closed_by_the_project(answer):
    gap = row(answer.gaps, region="NORTH", part="mould_making")
    annuity = (1 - 1.08**-10) / 0.08
    cost = 4_000_000 / annuity + 300_000
    assert gap["gain"] == pytest.approx(100 * (1 - completeness(COVER)), abs=0.005)
    assert (gap["move"], gap["target"]) == ("project", "M1")
    assert gap["cost"] == pytest.approx(cost, abs=0.01)
    assert round(cost) == 896_118
    assert gap["cost_per_point"] == pytest.approx(cost / (100 * (1 - completeness(COVER))), rel=1e-4)


def test_an_alternative_makes_the_rare_earth_gap_worthless(answer):
    assert row(answer.gaps, region="NORTH", part="magnet_rare_earth")["gain"] < 0.001


@pytest.mark.parametrize(
    ("part", "move", "target"), [("plating", "reach", "n3"), ("motor", "qualify", "s3"), ("casting", "co_locate", "s2")]
)
def test_south_shows_the_other_moves(answer, part, move, target):
    gap = row(answer.gaps, region="SOUTH", part=part)
    assert (gap["move"], gap["target"]) == (move, target)


def test_the_gains_of_south_are_the_walk_with_one_cover_set_to_1(answer):
    far = {reach: math.exp(-(HOURS + BORDER_HOURS) / reach) for reach in (2.0, 6.0, 24.0)}
    covers = {"plating": far[2.0], "casting": far[6.0], "motor": far[6.0], "magnet": far[24.0]}
    today = completeness(1.0, **covers)
    assert row(answer.regions, region="SOUTH")["completeness"] == pytest.approx(today, abs=DIGITS)
    for part, printed in (("plating", 28.35), ("motor", 6.71), ("casting", 1.51)):
        gain = 100 * (completeness(1.0, **{**covers, part: 1.0}) - today)
        assert row(answer.gaps, region="SOUTH", part=part)["gain"] == pytest.approx(gain, abs=0.005)
        assert gain == pytest.approx(printed, abs=0.01)


def test_the_whole_place_can_stop_every_motor(north):
    assert (north["cluster_at_risk"], north["at_risk_part"]) == (1.0, "motor")


def test_the_empty_place_says_why_it_scores_nothing(answer):
    west = row(answer.regions, region="WEST")
    assert (west["completeness"], west["sites"]) == (0.0, 0)
    assert west["score"] == pytest.approx(1.0)
    assert "no counted site" in west["note"]


@pytest.mark.parametrize(
    "number", ["0.0742", "0.6703", "0.4286", "0.9528", "0.5502", "0.6914", "64.56", "32.97", "896,118"]
)
def test_the_readme_prints_the_number(number):
    assert number in (Path(examples.path("mini")) / "README.md").read_text(encoding="utf-8")
