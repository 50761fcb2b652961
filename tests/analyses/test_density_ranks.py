"""Rank intervals and regions side by side, from small networks."""

import numpy as np
import pytest

import tierscape
from density_cases import HERE, LAT, LON, NORTH, TWO, TWO_PARTS, makers, row
from density_steps import RADIUS, steps
from network_tables import make_network
from tierscape.analyses.density import DensityAssumptions, statistics_tables
from tierscape.analyses.density.assumptions import Sampling
from tierscape.analyses.density.ranks import comparison_table, rank_columns, sample_scores
from tierscape.results import conform

FEW = Sampling(draws=300)
FARTHER_NORTH = "24.9 -101.0"


def two_regions(*lines, **tables):
    regions = f"region name country lat lon\nR Here MX {HERE}\nS There MX {NORTH}\nT Away MX {FARTHER_NORTH}"
    return make_network(**{"parts": TWO_PARTS, "bom": TWO, "regions": regions} | makers(*lines) | tables)


def sampled(network, assumptions=None, sampling=FEW):
    assumptions = (assumptions or DensityAssumptions()).model_copy(update={"sampling": sampling})
    s = steps(network, assumptions)
    return s, sample_scores(network, s.tree, s.regions, s.supply, RADIUS, assumptions)


def test_place_with_everything_is_first_in_every_draw_and_has_no_driver():
    s, sample = sampled(two_regions("a A", "b B", "c A", "d B"))
    found = row(rank_columns(s.regions, sample), region="R")
    assert (found["rank_p5"], found["rank_p50"], found["rank_p95"]) == (1, 1, 1)
    assert (found["p_first"], found["p_top5"], found["main_driver"]) == (1.0, 1.0, None)


def test_columns_are_those_declared_in_the_order_of_the_regions():
    s, sample = sampled(tierscape.load("mini"))
    table = rank_columns(s.regions, sample)
    assert table.columns == ["region", *(c.name for c in statistics_tables.RANK_COLUMNS)]
    assert table["region"].to_list() == list(s.regions.key)


def test_middle_variant_is_the_score_as_given():
    s, sample = sampled(tierscape.load("mini"))
    middle = dict(zip(sample.dimensions, sample.values[1, 1, 1].T, strict=True))
    for name in ("completeness", "depth", "redundancy", "connection"):
        assert middle[name] == pytest.approx(s.scored[name].fill_null(0.0).to_numpy(), abs=1e-15)
    assert middle["unfragmented"] == pytest.approx((1 - s.scored["fragmentation"]).fill_null(0.0).to_numpy())


def test_longer_reach_never_lowers_a_cover_and_a_weaker_link_never_completeness():
    _, sample = sampled(tierscape.load("mini"))
    index = sample.dimensions.index("completeness")
    complete = sample.values[..., index]
    assert (np.diff(complete, axis=0) >= -1e-12).all()
    assert (np.diff(complete, axis=1) <= 1e-12).all()
    depth = sample.values[..., sample.dimensions.index("depth")]
    assert (np.diff(depth, axis=0) >= -1e-12).all()
    assert (depth == depth[:, :1]).all()


def test_wider_radius_never_lowers_a_cover():
    _, sample = sampled(tierscape.load("mini"))
    for name in ("completeness", "depth"):
        assert (np.diff(sample.values[..., sample.dimensions.index(name)], axis=2) >= -1e-12).all()


def test_place_that_is_first_by_a_supplier_at_the_edge_of_the_radius_hangs_on_the_radius():
    # R has A at the place and B some 90 km off: within 100 and 125 km, not within 75. S has both some 60 km off.
    edge, there = f"{LAT + 0.81},{LON}", f"{LAT + 0.55},{LON - 4}"
    regions = f"region name country lat lon\nR Here MX {HERE}\nS There MX {LAT} {LON - 4}"
    s, sample = sampled(two_regions("a A", f"b B {edge}", f"c A {there}", f"d B {there}", regions=regions))
    found = row(rank_columns(s.regions, sample), region="R")
    assert (found["rank_p5"], found["rank_p95"], found["main_driver"]) == (1, 2, "radius")


def test_reach_that_the_network_states_for_a_part_is_scaled_too():
    stated = "subject_kind subject indicator value\npart A reach_hours 1\npart B reach_hours 1"
    s, sample = sampled(two_regions("a A north", "b B north", indicators=stated))
    depth = sample.values[:, 1, 1, 0, sample.dimensions.index("depth")]
    hours = -np.log(depth) * np.array([0.7, 1.0, 1.4])
    assert s.regions.key[0] == "R"
    assert hours == pytest.approx(hours[1], rel=1e-4)
    assert s.network["indicators"]["value"].to_list() == [1.0, 1.0]


def test_dimension_that_is_assessed_nowhere_has_no_weight():
    _, sample = sampled(two_regions("a A", "b B"))
    weights = dict(zip(sample.dimensions, sample.choices.weights.mean(axis=0), strict=True))
    assert weights["connection"] == 0.0
    assert weights["completeness"] == pytest.approx(0.35 / 0.85, abs=0.03)


def test_same_seed_gives_the_same_scores_and_another_seed_others():
    network = tierscape.load("mini")
    first, again, other = (sampled(network, sampling=Sampling(draws=100, seed=s))[1].scores for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_region_gives_empty_tables():
    network = make_network(parts="part kind\nP product\nA component", bom="parent child\nP A")
    s, sample = sampled(network)
    assert rank_columns(s.regions, sample).height == 0
    assert comparison_table(s.scored, sample).height == 0


def test_regions_stand_side_by_side_in_the_order_asked_for():
    s, sample = sampled(two_regions("a A", "b B north"))
    table = conform(comparison_table(s.scored, sample, ("S", "R")), statistics_tables.COMPARISON)
    assert set(table.select("region_a", "region_b").rows()) == {("S", "R")}
    assert table["dimension"].to_list() == ["score", *sample.dimensions]
    found = row(table, dimension="score")
    assert found["difference"] == pytest.approx(found["value_a"] - found["value_b"])
    nothing = row(table, dimension="connection")
    assert (nothing["value_a"], nothing["difference"], nothing["p_a_above_b"]) == (None, None, None)


def test_regions_are_above_each_other_with_chances_that_add_to_one():
    s, sample = sampled(two_regions("a A", "b B north"))
    there, back = (comparison_table(s.scored, sample, pair) for pair in (("R", "S"), ("S", "R")))
    assert (there["p_a_above_b"] + back["p_a_above_b"]).drop_nulls().to_list() == pytest.approx([1.0] * 5)
    everything = comparison_table(s.scored, sample)
    assert everything.height == 3 * 6  # three pairs of three regions, the score and five dimensions
