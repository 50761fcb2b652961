"""Concentration in plants, regions and distance, against worked numbers, SciPy's densities and enumeration."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

from tierscape.kernels import concentration
from tierscape.kernels.concentration import (
    distance_density,
    ellison_glaeser,
    envelopes,
    herfindahl,
    pair_km,
    plant_density,
    silverman,
)
from tierscape.kernels.distance import great_circle_km, unit_vectors

RANDOM = np.random.default_rng(7)
LAT, LON = RANDOM.uniform(40, 55, 30), RANDOM.uniform(0, 25, 30)
SITES = unit_vectors(LAT, LON)


def test_effective_number_is_the_worked_number():
    assert 1 / herfindahl(np.array([0.5, 0.3, 0.2])) == pytest.approx(2.631579, abs=5e-7)
    assert math.isnan(herfindahl(np.zeros(3)))


def test_ellison_glaeser_is_the_worked_numbers():
    half = np.array([0.5, 0.5])
    assert ellison_glaeser(np.array([0.75, 0.25]), half, 0.1) == pytest.approx(1 / 6, abs=1e-12)
    assert ellison_glaeser(half, half, 0.1) == pytest.approx(-1 / 9, abs=1e-12)


def test_single_plant_or_single_region_has_no_index():
    assert math.isnan(ellison_glaeser(np.array([1.0, 0.0]), np.array([0.5, 0.5]), 1.0))
    assert math.isnan(ellison_glaeser(np.array([1.0]), np.array([1.0]), 0.5))
    assert math.isnan(ellison_glaeser(np.array([0.5, 0.5]), np.array([0.5, 0.5]), math.nan))


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.lists(st.integers(1, 9), min_size=2, max_size=3),
)
@settings(max_examples=30, deadline=None)
def test_index_is_zero_on_average_when_plants_land_by_chance(sizes, regions):
    # Proposition 1 of Ellison & Glaeser (1997), by enumeration of every way in which the plants can land.
    z, x = np.array(sizes) / sum(sizes), np.array(regions) / sum(regions)
    mean = 0.0
    for where in itertools.product(range(len(x)), repeat=len(z)):
        share = np.bincount(where, weights=z, minlength=len(x))
        mean += math.prod(x[r] for r in where) * ellison_glaeser(share, x, herfindahl(z))
    assert mean == pytest.approx(0.0, abs=1e-9)


def by_pairs(z, where, x):
    """Ellison & Glaeser (1997), equation 5, from pairs of plants in fractions: no share of any region is formed.

    Σ_r (s_r − x_r)² = Σ_ij z_i z_j (1[r_i = r_j] − x of r_i − x of r_j + Σ x²), which holds as Σ z = 1.
    """
    squares = sum(v * v for v in x)
    h = sum(v * v for v in z)
    g = sum(
        z[i] * z[j] * ((where[i] == where[j]) - x[where[i]] - x[where[j]] + squares)
        for i in range(len(z))
        for j in range(len(z))
    )
    return (g - (1 - squares) * h) / ((1 - squares) * (1 - h))


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 3)), min_size=2, max_size=12),
    st.lists(st.integers(1, 99), min_size=4, max_size=4),
)
@settings(max_examples=80, deadline=None)
def test_index_equals_the_one_from_pairs_of_plants(plants, regions):
    z = [Fraction(size, sum(s for s, _ in plants)) for size, _ in plants]
    x = [Fraction(size, sum(regions)) for size in regions]
    where = [r for _, r in plants]
    share = np.bincount(where, weights=[float(v) for v in z], minlength=4)
    found = ellison_glaeser(share, np.array([float(v) for v in x]), herfindahl(np.array([s for s, _ in plants], float)))
    assert found == pytest.approx(float(by_pairs(z, where, x)), rel=1e-9, abs=1e-9)


def test_density_of_plants_equals_a_double_loop_over_scipys_densities():
    # Duranton & Overman (2005), equation 1, reflected at 0: one gaussian_kde a pair of plants and its mirror image, summed
    # over i < j; distances by the law of cosines, in degrees, where the kernel takes chords of unit vectors.
    n, h, at = 12, 40.0, np.linspace(0, 900, 15)
    phi, lam = np.radians(LAT[:n]), np.radians(LON[:n])
    total = np.zeros(len(at))
    for i in range(n):
        for j in range(i + 1, n):
            cosine = math.sin(phi[i]) * math.sin(phi[j]) + math.cos(phi[i]) * math.cos(phi[j]) * math.cos(
                lam[i] - lam[j]
            )
            d = 6371.0088 * math.acos(cosine)
            pair = np.array([-d, d])  # of weight 1/2 each
            total += 2 * gaussian_kde(pair, bw_method=h / pair.std(ddof=1))(at)
    expected = 2 / (n * (n - 1)) * total
    assert plant_density(SITES[:n], at, h) == pytest.approx(expected, rel=1e-7, abs=1e-14)


def test_density_of_three_distances_is_the_worked_numbers():
    k = distance_density(np.array([10.0, 20.0, 30.0]), np.array([0.0, 10.0, 20.0]), 5.0)
    assert k == pytest.approx([0.00721664, 0.03021339, 0.03379495], abs=5e-9)


def test_density_equals_scipy_reflected_at_zero():
    km, at, h = pair_km(SITES), np.linspace(0, 1500, 40), 60.0
    kde = gaussian_kde(km, bw_method=h / km.std(ddof=1))
    assert distance_density(km, at, h) == pytest.approx(kde(at) + kde(-at), rel=1e-6, abs=1e-12)


def test_density_integrates_to_one():
    km = pair_km(SITES)
    at = np.linspace(0, km.max() + 600, 4001)
    assert np.trapezoid(distance_density(km, at, 80.0), at) == pytest.approx(1.0, abs=1e-6)


def test_distances_of_pairs_are_great_circles():
    expected = [great_circle_km(LAT[i], LON[i], LAT[j], LON[j]) for i in range(30) for j in range(i)]
    assert pair_km(SITES) == pytest.approx(np.array(expected), rel=1e-9)


def test_bandwidth_follows_the_rule():
    km = np.arange(1.0, 101.0)
    assert silverman(km) == pytest.approx(0.9 * km.std(ddof=1) * 100**-0.2)  # the deviation is below 49.5/1.34
    clumped = np.array([1.0] * 40 + [2.0] * 40 + [500.0])
    assert silverman(clumped) == pytest.approx(0.9 * (1 / 1.34) * 81**-0.2)
    assert math.isnan(silverman(np.full(10, 3.0)))
    assert math.isnan(silverman(np.array([3.0])))


def test_binned_distances_give_nearly_the_exact_density(monkeypatch):
    at = np.linspace(0, 800, 50)
    exact = plant_density(SITES, at, 50.0)
    monkeypatch.setattr(concentration, "EXACT_PLANTS", 5)
    assert plant_density(SITES, at, 50.0) == pytest.approx(exact, rel=1e-3, abs=1e-4 * exact.max())


def test_permuting_the_plants_changes_no_density():
    at = np.linspace(0, 800, 20)
    assert plant_density(SITES[::-1], at, 50.0) == pytest.approx(plant_density(SITES, at, 50.0), rel=1e-12)


def test_global_band_holds_nineteen_of_twenty_whole_curves_and_is_wider_than_the_local():
    at = np.linspace(0, 800, 30)
    band = envelopes(SITES, 6, at, 60.0, redraws=400, seed=1)
    assert (band.global_high >= band.local_high).all()
    assert (band.global_low <= band.local_low).all()
    random = np.random.default_rng(5)
    fresh = np.array([plant_density(SITES[random.choice(30, 6, replace=False)], at, 60.0) for _ in range(400)])
    assert (fresh > band.global_high).any(axis=1).mean() == pytest.approx(0.05, abs=0.04)
    assert (fresh > band.local_high).mean(axis=0) == pytest.approx(0.05, abs=0.05)


def test_band_of_all_sites_is_their_own_density():
    at = np.linspace(0, 800, 30)
    band = envelopes(SITES[:8], 8, at, 60.0, redraws=20)
    own = plant_density(SITES[:8], at, 60.0)
    for curve in band:
        assert curve == pytest.approx(own, rel=1e-3, abs=1e-4 * own.max())


def test_same_seed_gives_the_same_band():
    at = np.linspace(0, 800, 10)
    first, again, other = (envelopes(SITES, 5, at, 60.0, redraws=50, seed=s) for s in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.global_high, other.global_high)
