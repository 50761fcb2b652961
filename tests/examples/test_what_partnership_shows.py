"""What `partnership` says of the shipped examples, held against the typed facts behind them."""

import pytest

import tierscape
from tierscape.analyses.partnership import DemandModel, Public, Terms, partnership

ANNUITY_6 = 4.6228797  # (1 − 1.08⁻⁶)/0.08


@pytest.fixture(scope="module")
def mexico():
    return tierscape.load("auto-electronics-mexico")


# HV cable line: P6 with 30 M, 5 M a year and 250,000 sets, C5 with 150,000 sets at 66 for 6 years, I2 up to 5 M, 30 % clawback


def test_cable_line_needs_a_higher_price_than_the_one_that_was_signed(mexico):
    got = partnership(mexico, project="P6")
    assert (got.deal.investment, got.deal.opex, got.deal.capacity) == (30e6, 5e6, 250_000)
    assert (got.deal.volume, got.deal.price, got.deal.term_years) == (150_000, 66, 6)
    aid = 5e6 - 0.25 * 0.3 * 5e6 / 1.08**3
    running = 5e6 / 250_000  # paid apart, and held by the cost of the other makers
    needed = 45.5 + (24.5 - running) + (30e6 + 5e6 * ANNUITY_6 - aid) / (150_000 * ANNUITY_6)
    assert got.stated["price_needed"][0] == pytest.approx(needed, abs=0.01)
    assert "no volume suffices" in got.sentence()
    assert got.short > 0


def test_land_given_in_chihuahua_is_worth_its_cap_less_the_clawback(mexico):
    rows = partnership(mexico, project="P6").support
    land = dict(zip(rows["incentive"], rows.iter_rows(named=True), strict=True))["I2"]
    assert (land["gross"], land["kind"]) == (5_000_000, "land")
    assert land["net"] == pytest.approx(5e6 - 0.25 * 0.3 * 5e6 / 1.08**3)
    assert land["per_job"] == pytest.approx(land["net"] / 120)


def test_board_fab_has_two_buyers_and_its_gain_is_split_once_numbers_allow_one(mexico):
    # C1 is 4 M dm2 at 1.28 for 6 years, shared by assemblers in Jalisco and Nuevo León: it pays no fab of 180 M
    plain = partnership(mexico, project="P1")
    assert plain.deal.volume == 4_000_000
    assert plain.split["role"].to_list() == ["buyer", "buyer", "supplier"]
    assert "no deal" in plain.sentence()
    what_if = partnership(mexico, project="P1", terms=Terms(price=22, unit_cost=1.2), demand=DemandModel(worth=28))
    assert what_if.short == 0
    assert what_if.split["nucleolus"].sum() == pytest.approx(
        4e6 * 26.8 * ANNUITY_6 - 26e6 * ANNUITY_6 - 180e6, rel=1e-6
    )
    assert what_if.split["nucleolus"][0] == pytest.approx(what_if.split["nucleolus"][1])
    assert what_if.excess <= 1e-6


# Mould centre: P4a with 24 M, 4 M a year and 180 tools; C3 with 160 tools at 58,000 of three moulding plants, here for ten years

ANNUITY_10 = 6.7100814  # (1 − 1.08⁻¹⁰)/0.08


def test_mould_centre_pays_for_three_moulders_together_and_for_none_alone(mexico):
    got = partnership(mexico, project="P4a")
    assert (got.deal.investment, got.deal.opex, got.deal.capacity) == (24e6, 4e6, 180)
    assert (got.deal.volume, got.deal.price, got.deal.unit_cost, got.deal.worth) == (160, 58_000, 8_000, 60_000)

    def gain(tools):
        return max((52_000 * tools - 4e6) * ANNUITY_10 - 24e6, 0.0)

    whole, two = gain(160), gain(150)
    assert 0 < two < whole
    assert gain(90) == 0
    split = got.split
    assert split["role"].to_list() == ["buyer", "buyer", "buyer", "supplier"]
    assert split["nucleolus"].sum() == pytest.approx(whole)
    # the two large buyers and the centre reach something without the third: a third of it each, then a quarter of the rest
    assert split["shapley"].to_list() == pytest.approx(
        [(whole - two) / 4 + two / 3] * 2 + [(whole - two) / 4, (whole - two) / 4 + two / 3]
    )
    assert got.blocking.is_empty()
    assert got.short == 0
    assert split["cost_share"].sum() == pytest.approx(1)
    assert 0 < split["risk_share"].min() < 1


def test_training_grant_of_queretaro_lowers_what_the_mould_centre_needs(mexico):
    got = partnership(mexico, project="P4a")
    aid = 4e6 - 0.25 * 0.3 * 4e6 / 1.08**3  # I3, capped at 4 M
    needed = [(24e6 - a + 4e6 * ANNUITY_10) / (50_000 * ANNUITY_10) for a in (aid, 0.0)]
    assert got.stated["q_star"].to_list() == pytest.approx(needed)
    assert max(needed) < 160
    assert "the buyers' fair share of the gain is" in got.sentence()
    assert any(f.rule == "not_alone" and f.value == "P4b" for f in got.findings)
    assert got.forms.height == 6


def test_harness_automation_is_judged_as_a_programme(mexico):
    got = partnership(mexico, project="P7")
    assert got.programme.cost == 14e6  # P7
    assert "Developing the supplier" in got.sentence()


def test_mini_says_that_no_volume_suffices():
    got = partnership(tierscape.load("mini"))
    assert "no volume suffices" in got.sentence()
    assert "the committed 4 a year would need a price of" in got.sentence()


def test_europe_answers_with_support_in_numbers():
    got = partnership(tierscape.load("ev-battery-central-europe"), public=Public(grant=50e6))
    assert got.support["gross"][0] == 50e6
    assert got.commitment.height > 0
