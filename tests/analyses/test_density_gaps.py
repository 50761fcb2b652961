"""Gaps of a place: the move that closes each, what it costs, and the order of closing."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from density_cases import HERE, LAT, LON, REGION, makers, oracle_tree, row, two_parts
from network_tables import make_network
from tierscape.analyses.density import DensityAssumptions, density


def gap(network, part="A", **parameters):
    return row(density(network, **parameters).gaps, part=part)


def sites(*lines):
    return "\n".join(["site country organization lat lon status", *lines])


PROJECT = "project kind site part capex opex_per_year"


def test_nobody_makes_it_so_search():
    found = gap(two_parts("b B"))
    assert (found["move"], found["target"], found["target_km"], found["cost"]) == ("search", None, None, None)


def test_nearest_maker_outside_is_the_one_to_reach():
    found = gap(two_parts("b B", "f A far . DE", "g A 40,-100 . US"))
    assert (found["move"], found["target"]) == ("reach", "g")
    assert found["target_km"] == pytest.approx(1588, abs=1)


def test_maker_inside_that_covers_too_little_is_reached_when_there_is_none_outside():
    weak = DensityAssumptions(sites_for_full=5)
    assert gap(two_parts("a A"), assumptions=weak)["target"] == "a"
    assert gap(two_parts("a A", "f A far . DE"), assumptions=weak)["target"] == "f"


def test_owner_of_a_site_inside_that_makes_it_elsewhere_co_locates():
    network = two_parts("b B here X", "f A far X DE", "g A 40,-100 Y US")
    found = gap(network)
    assert (found["move"], found["target"], found["target_km"]) == ("co_locate", "b", 0.0)


def test_site_of_the_same_owner_that_is_closed_does_not_co_locate():
    tables = makers("b B here X", "f A far X DE")
    closed = tables["sites"].replace("b MX X " + HERE + " operating", "b MX X " + HERE + " closed")
    assert closed != tables["sites"]
    assert gap(two_parts("b B", **(tables | {"sites": closed})))["move"] == "reach"


def test_project_inside_comes_before_co_location_and_its_cost_is_an_annuity():
    network = two_parts("b B here X", "f A far X DE", "c . north", projects=f"{PROJECT}\nP1 capacity c A 1000000 50000")
    found = gap(network)
    assert (found["move"], found["target"]) == ("project", "P1")
    # 8 % over 10 years: 0.149029 a year for each unit of capital
    assert found["cost"] == pytest.approx(149_029.49 + 50_000, abs=0.01)
    assert found["cost_per_point"] == pytest.approx(found["cost"] / found["gain"])
    free = gap(network, assumptions=DensityAssumptions(capital_rate=0))
    assert free["cost"] == pytest.approx(150_000)


def test_project_outside_the_radius_or_for_training_is_no_move():
    outside = two_parts("b B", "c . far", projects=f"{PROJECT}\nP1 capacity c A 1 1")
    assert gap(outside)["move"] == "search"
    training = two_parts("b B", "c .", projects=f"{PROJECT}\nP1 training c A 1 1")
    assert gap(training)["move"] == "search"


def test_cheapest_project_wins_and_an_unknown_cost_never_does():
    projects = f"{PROJECT}\nP1 capacity c A . .\nP2 capacity d A 500 0\nP3 capacity c A 900 0\nP4 capacity c A 1 ."
    found = gap(two_parts("b B", "c .", "d . north", projects=projects))
    assert (found["target"], found["cost"]) == ("P2", pytest.approx(74.5147, abs=1e-4))
    unknown = gap(two_parts("b B", "c .", projects=f"{PROJECT}\nP1 capacity c A . 5"))
    assert (unknown["move"], unknown["cost"], unknown["cost_per_point"]) == ("project", None, None)


def test_site_to_be_qualified_comes_first():
    capabilities = "site part qualified\nq A false\nf A true"
    projects = f"{PROJECT}\nP1 capacity c A 1 1"
    network = two_parts("q . north", "f . far . DE", "c .", capabilities=capabilities, projects=projects)
    found = gap(network)
    assert (found["move"], found["target"], found["cost"]) == ("qualify", "q", None)
    assert found["target_km"] == pytest.approx(50.04, abs=0.01)
    assert gap(network, radius_km=40)["move"] == "project"


def test_of_two_equal_moves_the_first_by_name_is_named():
    capabilities = "site part qualified\nr A false\nq A false"
    assert gap(two_parts("r .", "q .", capabilities=capabilities))["target"] == "q"


def test_part_that_is_half_covered_is_no_gap():
    half = DensityAssumptions(sites_for_full=2)
    assert density(two_parts("a A", "b B"), assumptions=half).gaps.is_empty()
    below = DensityAssumptions(sites_for_full=2.001)
    assert density(two_parts("a A", "b B"), assumptions=below).gaps.height == 2


def test_gaps_are_listed_by_gain():
    network = make_network(
        parts="part kind unit_value\nP product 100\nA component 70\nB component 10\nC component 20",
        bom="parent child quantity\nP A 1\nP B 1\nP C 1", regions=REGION,
    )  # fmt: skip
    gaps = density(network).gaps
    assert gaps["part"].to_list() == ["A", "C", "B"]
    assert gaps["step"].to_list() == [1, 2, 3]
    assert gaps["completeness_after"][2] == 1.0


MANY = [f"K{i:02d}" for i in range(12)]


def test_sequence_stops_after_ten_steps_and_never_falls():
    parts = "\n".join(["part kind", "P product", *(f"{k} component" for k in MANY)])
    bom = "\n".join(["parent child", *(f"P {k}" for k in MANY)])
    gaps = density(make_network(parts=parts, bom=bom, regions=REGION)).gaps
    steps = gaps.drop_nulls("step").sort("step")
    assert steps["step"].to_list() == list(range(1, 11))
    assert steps["completeness_after"].is_sorted()
    assert gaps.height == 12


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["A", "B", "H", "M1", "M2"]), max_size=6), st.sampled_from([-1.0, 0.0, 1.0, 5.0]))
def test_no_gain_is_negative_and_the_sequence_is_monotone(made, rho):
    network = oracle_tree(*(f"s{i} {part}" for i, part in enumerate(made)))
    answer = density(network, resolution=4, assumptions=DensityAssumptions(sites_for_full=2, rho=rho))
    start = row(answer.regions, region="R")["completeness"]
    assert (answer.gaps["gain"] >= 0).all()
    after = answer.gaps.drop_nulls("step").sort("step")["completeness_after"].to_list()
    assert after == sorted(after)
    assert all(a >= start for a in after)
    first = answer.gaps.filter(pl.col("step") == 1)
    if first.height:
        gained = 100 * (first["completeness_after"].item() - start)
        assert gained == pytest.approx(first["gain"].item())
        assert gained == pytest.approx(answer.gaps["gain"].max())


def test_cover_that_the_nearest_maker_would_give_counts_way_and_border():
    found = gap(two_parts("b B", "g A 40,-100 . US"))
    hours = found["target_km"] * 1.3 / 60 + 4  # MX and US share a trade bloc
    assert found["reach_cover"] == pytest.approx(math.exp(-hours / 6))


def test_part_next_door_is_the_one_most_often_made_where_the_missing_one_is():
    parts = "part kind\nP product\nA component\nB component\nC component"
    regions = (
        f"region name country lat lon\nR One MX {HERE}\nS Two MX {LAT + 4!r} {LON!r}\nT Three MX {LAT + 8!r} {LON!r}"
    )
    sites = "site country region lat lon status\n" + "\n".join(
        f"{site} MX {region} {LAT + step!r} {LON!r} operating"
        for site, region, step in (("b", "R", 0), ("a2", "S", 4), ("b2", "S", 4), ("c3", "T", 8))
    )
    network = make_network(
        parts=parts, bom="parent child\nP A\nP B\nP C", regions=regions, sites=sites,
        capabilities="site part\nb B\na2 A\nb2 B\nc3 C",
    )  # fmt: skip
    found = row(density(network).gaps, part="A", region="R")
    assert (found["related_part"], found["proximity"]) == ("B", 0.5)


def test_move_that_does_not_reach_out_has_no_reach_cover():
    assert gap(two_parts("b B"))["reach_cover"] is None


def test_cheapest_of_all_kinds_goes_first_where_the_easier_one_has_a_cost():
    capabilities = "site part qualified\nq A false\nf A true"
    costs = f"{PROJECT}\nP1 supplier_development q A 10000 0\nP2 capacity c A 500 0"
    tables = {"capabilities": capabilities, "projects": costs}
    found = gap(two_parts("q . north", "f . far . DE", "c .", **tables))
    assert (found["move"], found["target"]) == ("project", "P2")
    assert found["alternatives"] == "qualify q, 50 km, 1,490 a year; nearest maker f, 9,220 km"
    dearer = tables | {"projects": costs.replace("P2 capacity c A 500 0", "P2 capacity c A 90000 0")}
    found = gap(two_parts("q . north", "f . far . DE", "c .", **dearer))
    assert (found["move"], found["target"]) == ("qualify", "q")
    assert found["cost"] == pytest.approx(1490.29, abs=0.01)


def test_planned_site_inside_comes_before_co_location():
    tables = makers("b B here X", "f A far X DE", "n A north")
    planned = tables["sites"].splitlines()
    planned[-1] = planned[-1].replace("operating", "announced")
    found = gap(two_parts("b B", **(tables | {"sites": "\n".join(planned)})))
    assert (found["move"], found["target"]) == ("candidate", "n")
    assert found["alternatives"].startswith("co-locate with b, 0 km")
    counted = DensityAssumptions(statuses=("operating", "announced"))
    answer = density(two_parts("b B", **(tables | {"sites": "\n".join(planned)})), assumptions=counted)
    assert "A" not in answer.gaps["part"]


def related():
    """R makes B; S makes A and B; T makes C: A and B are next door with proximity 1/2."""
    regions = (
        f"region name country lat lon\nR One MX {HERE}\nS Two MX {LAT + 4!r} {LON!r}\nT Three MX {LAT + 8!r} {LON!r}"
    )
    places = (("b", "R", 0), ("a2", "S", 4), ("b2", "S", 4), ("c3", "T", 8), ("slow", "R", 0.8))
    sites = "site country region lat lon status\n" + "\n".join(
        f"{site} MX {region} {LAT + step!r} {LON!r} operating" for site, region, step in places
    )
    return regions, sites


def test_maker_of_a_related_part_is_developed_where_none_of_the_part_stands_inside():
    regions, sites = related()
    parts = "part name kind\nP . product\nA . component\nB brackets component\nC . component"
    tables = {"parts": parts, "bom": "parent child\nP A\nP B\nP C", "regions": regions, "sites": sites}
    answer = density(make_network(**tables, capabilities="site part\nb B\na2 A\nb2 B\nc3 C"))
    found = row(answer.gaps, part="A", region="R")
    assert (found["move"], found["target"], found["related_name"]) == ("develop", "b", "brackets")
    assert found["alternatives"].startswith("nearest maker a2, 445 km")
    slow = density(
        make_network(**tables, capabilities="site part\nb B\na2 A\nb2 B\nc3 C\nslow A"),
        assumptions=DensityAssumptions(sites_for_full=5),
    )
    assert row(slow.gaps, part="A", region="R")["move"] == "reach"  # one inside is slow, but it is there
