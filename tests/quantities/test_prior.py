"""Priors of the unknown: exact quantiles, drawn ones, gains, and what a country-sector table says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from country_sector_tables import toy, two_sectors
from tierscape.errors import ParameterError
from tierscape.kernels.leontief import origin
from tierscape.quantities.hs_sectors import DIVISION_OF_CHAPTER, read_overrides, sector_of_chapter
from tierscape.quantities.prior import answer_gains, interval_width, location_prior, place_unknown


def test_one_unknown_has_the_worked_interval():
    # Oracle V4 of the method page: K = .22, U = .2, π = .25, κ = 10.
    placed = place_unknown(np.array([0.22, 0.58]), np.array([0.2]), 10 * np.array([[0.25, 0.75]]))
    assert placed.mean[0] == pytest.approx(0.27)
    assert placed.low[0] == pytest.approx(0.23346, abs=5e-6)
    assert placed.high[0] == pytest.approx(0.31833, abs=5e-6)


def test_gain_of_the_only_answer_is_the_worked_width():
    mass, share = np.array([0.2]), np.array([0.25])
    assert interval_width(mass, share, 10.0) == pytest.approx(0.08487, abs=5e-6)
    assert answer_gains(mass, np.array([0]), share, 10.0) == pytest.approx([0.08487], abs=5e-6)


def test_the_normal_formula_gives_the_worked_number():
    # §7.3: .0859 for the same need; it is used where several needs are unknown, so a second one without mass is added.
    assert interval_width(np.array([0.2, 0.0]), np.array([0.25, 0.5]), 10.0) == pytest.approx(0.0859, abs=5e-5)


def test_without_a_prior_an_answer_is_worth_its_mass():
    gains = answer_gains(np.array([0.2, 0.1, 0.05]), np.array([1, 0, 1]), None, 10.0)
    assert gains == pytest.approx([0.1, 0.25])


def test_a_need_that_the_table_cannot_place_counts_in_full_and_never_as_an_average():
    mass, share = np.array([0.2, 0.1]), np.array([0.25, np.nan])
    assert interval_width(mass, share, 10.0) == pytest.approx(0.08487 + 0.1, abs=5e-6)
    assert answer_gains(mass, np.array([0, 1]), share, 10.0) == pytest.approx([0.08487, 0.1], abs=5e-6)
    both = answer_gains(np.array([0.2, 0.1, 0.05]), np.array([0, 1, 1]), np.array([0.25, np.nan, 0.5]), 10.0)
    assert both[1] > 0.1
    nowhere = np.full(2, np.nan)
    assert answer_gains(mass, np.array([0, 1]), nowhere, 10.0) == pytest.approx(
        answer_gains(mass, np.array([0, 1]), None, 10.0)
    )


def test_drawn_intervals_agree_with_the_exact_ones():
    known, alpha = np.array([0.22, 0.58]), 10 * np.array([[0.25, 0.75]])
    exact = place_unknown(known, np.array([0.2]), alpha)
    nearly_one = place_unknown(known, np.array([0.2, 1e-12]), np.vstack([alpha, alpha]), draws=20_000)
    assert nearly_one.low == pytest.approx(exact.low, abs=2e-3)
    assert nearly_one.high == pytest.approx(exact.high, abs=2e-3)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(2, 4))
def test_intervals_lie_between_nothing_and_all_of_the_unknown(seed, needs, places):
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(needs + places))
    mass, known = shares[:needs], shares[needs:]
    placed = place_unknown(known, mass, 10 * random.dirichlet(np.ones(places), needs), draws=200, seed=seed)
    assert (placed.low >= known - 1e-12).all()
    assert (placed.high <= known + mass.sum() + 1e-12).all()
    assert placed.mean.sum() == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_interval():
    args = np.array([0.3, 0.3]), np.array([0.2, 0.2]), np.full((2, 2), 5.0)
    one, same, other = (place_unknown(*args, draws=200, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.low, same.low)
    assert not np.array_equal(one.low, other.low)


def test_a_need_that_the_table_cannot_place_moves_nothing():
    placed = place_unknown(np.array([0.5]), np.array([0.2]), np.zeros((1, 1)))
    assert (placed.mean, placed.low, placed.high) == (0.5, 0.5, 0.5)


def test_location_prior_of_a_single_sector_is_first_hop_times_value_added():
    # V1: A column USA = (.02, .40, .05); v̂B by country, columns MEX USA CHN.
    table = toy()
    hop = np.array([0.02, 0.40, 0.05]) / 0.47
    expected = origin(table.system, hop)[:-1]
    prior = location_prior(table, ("USA", "all"), "all")
    assert prior == pytest.approx(expected / expected.sum())
    assert prior.sum() == pytest.approx(1.0)


def test_location_prior_of_an_unknown_buyer_is_none():
    assert location_prior(two_sectors(), ("ATL", "goods"), "goods") is None


def test_every_chapter_has_one_division_but_those_without():
    chapters = {f"{i:02d}" for i in range(1, 97)} - {"77"}
    assert set(DIVISION_OF_CHAPTER) == chapters
    assert all(len(d) == 2 and d.isdigit() for d in DIVISION_OF_CHAPTER.values())


@pytest.mark.parametrize(
    ("chapter", "sector"), [("85", "C27"), ("10", "A01_02"), ("73", "C25"), ("22", "C10T12"), ("99", None)]
)
def test_chapters_find_the_sector_that_holds_their_division(chapter, sector):
    assert sector_of_chapter(chapter, ["A01_02", "C10T12", "C25", "C27"], {}) == sector


def test_an_override_goes_first_and_a_wrong_one_is_refused():
    assert sector_of_chapter("85", ["c14"], read_overrides(["85=c14"], ["c14"])) == "c14"
    with pytest.raises(ParameterError, match="'85=C99' is no chapter"):
        read_overrides(["85=C99"], ["C27"])
