"""Edits of a resident state against full runs of `density` over the edited network."""

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tierscape
from density_cases import LAT, LON, oracle_tree, row, two_parts
from tierscape.analyses.density import DensityAssumptions
from tierscape.analyses.density.resident import resident
from tierscape.errors import ParameterError

ROUNDED = (
    "score", "completeness", "completeness_own", "completeness_open", "average", "bottleneck", "depth", "redundancy",
    "fragmentation", "logistics", "labs", "connection",
)  # fmt: skip
QUICK = DensityAssumptions(sampling={"draws": 100, "redraws": 100})


def assert_equals_a_full_run(state, **parameters):
    """Covers to the last bit, what is walked or summed from them to 1e-12."""
    product = state.surroundings.tree.parts[0]
    answer = tierscape.density(state.network(), product=product, **{"assumptions": QUICK} | parameters)
    full = answer.regions.filter(pl.col("score").is_not_null()).sort("region")
    ours = state.places.sort("place")
    assert ours["place"].to_list() == full["region"].to_list()
    for name in ROUNDED:
        assert ours[name].is_null().to_list() == full[name].is_null().to_list(), name
        a, b = (frame[name].fill_null(0.0).to_numpy() for frame in (ours, full))
        assert np.abs(a - b).max(initial=0.0) <= 1e-10 if name == "score" else np.abs(a - b).max(initial=0.0) <= 1e-12
    for name in ("bottleneck_part", "layers_sourced"):
        assert ours[name].to_list() == full[name].to_list()
    for place in ours["place"]:
        mine, theirs = state.cover(place), answer.parts.filter(pl.col("region") == place)
        assert mine["part"].to_list() == theirs["part"].to_list()
        assert mine["cover"].to_numpy().tobytes() == theirs["cover"].to_numpy().tobytes()
        assert mine["sites"].to_list() == theirs["sites"].to_list()
        assert np.allclose(mine["n_effective"], theirs["n_effective"], rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["mini", "ev-battery-central-europe", "auto-electronics-mexico"])
def test_edits_of_the_examples_equal_full_runs(name):
    network = tierscape.load(name)
    start = resident(network, product=network.products[0], assumptions=QUICK)
    assert_equals_a_full_run(start)
    makers = network["capabilities"].filter(pl.col("part").is_in(start.surroundings.tree.parts))["site"].unique().sort()
    there = start.places.row(-1, named=True)
    moved = start.move(makers[-1], lat=there["lat"] + 0.1, lon=there["lon"])
    added = moved.add(start.surroundings.tree.required[:3], lat=there["lat"], lon=there["lon"], organization="Newcomer")
    closed = added.remove(makers[0])
    assert_equals_a_full_run(closed)
    assert not closed.places.equals(start.places)


def test_worked_move_out_of_reach_takes_the_cover_away():
    start = resident(two_parts("a A", "b B"), product="P")
    gone = start.move("b", lat=52.5, lon=13.4)
    assert gone.changed_parts.rows() == [("R", "B", "B", 1.0, 0.0)]
    # half the weight at cover 0: E = 1 / (0.5/1 + 0.5/0.05) = 0.095238, less the floor 0.047619
    assert row(gone.changed_places, place="R")["completeness_before"] == 1.0
    assert row(gone.changed_places, place="R")["completeness"] == pytest.approx(0.047619, abs=1e-6)
    assert row(gone.changed_places, place="R")["average"] == pytest.approx(0.5, abs=1e-12)
    assert row(gone.places, place="R")["bottleneck_part"] == "B"


def test_the_start_stays_as_it_was_and_going_back_restores_it():
    start = resident(oracle_tree("a A", "b B", "m M2"), product="P")
    before = start.places.clone()
    gone = start.move("a", lat=52.5, lon=13.4, country="DE")
    back = gone.move("a", lat=LAT, lon=LON, country="MX")
    assert start.places.equals(before)
    assert not gone.places.equals(before)
    assert back.places.equals(before)
    assert back.cover("R").equals(start.cover("R"))


def test_edit_that_reaches_no_place_changes_none():
    start = resident(two_parts("a A", "far B far"), product="P")
    after = start.move("far", lat=40.4, lon=-3.7)
    assert after.changed_places.is_empty()
    assert after.changed_parts.is_empty()
    assert after.places.equals(start.places)


def test_dragging_a_site_leaves_one_edit():
    state = resident(two_parts("a A", "b B"), product="P")
    for step in range(5):
        state = state.move("b", lat=LAT + 0.1 * step, lon=LON)
    assert len(state.scenario().edits) == 1
    assert state.scenario().edits[0].set["lat"] == pytest.approx(LAT + 0.4)
    assert_equals_a_full_run(state)


def test_added_site_has_a_key_and_can_be_moved_and_closed():
    start = resident(two_parts("a A"), product="P")
    added = start.add("B", lat=LAT, lon=LON)
    assert added.site == "new-1"
    assert row(added.places, place="R")["completeness"] == 1.0
    assert added.add("A", lat=LAT, lon=LON).site == "new-2"
    assert_equals_a_full_run(added.move("new-1", lat=LAT + 0.3, lon=LON))
    assert added.remove("new-1").places.equals(start.places)


def test_site_that_is_dragged_over_the_border_takes_the_country_of_its_new_place():
    start = resident(two_parts("a A", "b B"), product="P", radius_km=500)
    over = start.move("b", lat=29.42, lon=-98.49)  # San Antonio, Texas
    assert over.network()["sites"].filter(pl.col("site") == "b")["country"].item() == "US"
    kept = start.move("b", lat=29.42, lon=-98.49, country="MX")
    assert kept.cover("R")["cover"].to_list() > over.cover("R")["cover"].to_list()
    assert_equals_a_full_run(over, radius_km=500)


def test_capacity_is_measured_as_in_a_full_run():
    demand = "region product year volume_per_year\nR P 2026 1000"
    start = resident(two_parts("a A", "b B", demand=demand), product="P", measure="capacity", assumptions=QUICK)
    added = start.add("A", lat=LAT, lon=LON, capacity_per_year=400.0)
    assert row(added.cover("R"), part="A")["cover"] == pytest.approx(0.4, abs=2**-20)
    assert_equals_a_full_run(added, measure="capacity")


def test_regions_without_coordinates_stay_where_they_stood():
    network = two_parts("a A", "b B north", regions="region country\nR MX")
    network = network.with_tables(sites=network["sites"].with_columns(region=pl.lit("R")))
    start = resident(network, product="P")
    gone = start.move("b", lat=52.5, lon=13.4)
    assert gone.places["lat"].to_list() == start.places["lat"].to_list()
    assert_equals_a_full_run(gone)


def test_network_without_regions_scores_its_implied_ones():
    network = two_parts("a A", "b B north")
    network = network.with_tables(
        regions=network["regions"].clear(), sites=network["sites"].with_columns(region=pl.col("site"))
    )
    start = resident(network, product="P")
    assert start.places["place"].to_list() == ["a", "b"]
    assert_equals_a_full_run(start.move("b", lat=LAT, lon=LON))


def test_cells_equal_the_surface_of_a_full_run():
    start = resident(oracle_tree("a A", "b B north", "m M1;M2"), product="P", places="cells", assumptions=QUICK)
    after = start.move("b", lat=LAT + 0.1, lon=LON + 0.1)
    full = tierscape.density(after.network(), product="P", assumptions=QUICK).cells
    both = after.places.join(full, left_on="place", right_on="cell", suffix="_full")
    assert both.height > 50
    for name in ("completeness", "completeness_own", "completeness_open"):
        assert np.abs(both[name].to_numpy() - both[f"{name}_full"].to_numpy()).max() <= 1e-12


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda s: s.move("aa", lat=0, lon=0), "there is no 'aa'. Did you mean 'a'?"),
        (lambda s: s.move("a", lat=95, lon=0), "no point on Earth"),
        (lambda s: s.remove("zz"), "there is no 'zz'"),
        (lambda s: s.add("Q", lat=0, lon=0), "'Q' is not required for P"),
        (lambda s: s.add([], lat=0, lon=0), "'' is not required for P"),
        (lambda s: s.add("A", lat=0, lon=0, site="a"), "there is a 'a' already"),
        (lambda s: s.add("A", lat=0, lon=0, capacity_per_year=-1.0), "capacity_per_year"),
        (lambda s: s.add("A", lat=0, lon=0, owner="x"), "owner"),
        (lambda s: s.cover("S"), "there is no 'S'"),
        (lambda s: s.scenario(), "nothing was edited"),
    ],
)
def test_impossible_edit_is_refused_by_name(edit, words):
    with pytest.raises(ParameterError, match=re.escape(words)):
        edit(resident(two_parts("a A", "b B"), product="P"))


def test_bad_parameters_are_refused_as_by_density():
    network = two_parts("a A", "b B")
    with pytest.raises(ParameterError, match="radius_km"):
        resident(network, radius_km=1)
    with pytest.raises(ParameterError, match="'A' has no bill of materials"):
        resident(network, product="A")
    with pytest.raises(ParameterError, match="counts closed sites"):
        resident(network, assumptions=DensityAssumptions(statuses=("operating", "closed"))).remove("a")


# Made networks: sites of both countries in and around the radius, some alike, some of one owner.

places = st.tuples(st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))
makes = st.lists(st.sampled_from(["A", "B", "H", "M1", "M2"]), min_size=1, max_size=3, unique=True)
standing = st.lists(
    st.tuples(places, makes, st.sampled_from(["MX", "US"]), st.sampled_from([".", "o", "p"])), min_size=1, max_size=6
)
edits = st.lists(
    st.tuples(st.sampled_from(["move", "add", "remove"]), st.integers(0, 5), places, makes), min_size=1, max_size=4
)


@settings(max_examples=25, deadline=None)
@given(standing, edits, st.sampled_from([1.0, 0.0, -1.0]))
def test_any_edits_of_any_network_equal_a_full_run(sites, changes, rho):
    lines = [
        f"s{i} {';'.join(parts)} {LAT + y!r},{LON + x!r} {owner} {land}"
        for i, ((y, x), parts, land, owner) in enumerate(sites)
    ]
    assumptions = DensityAssumptions(rho=rho, sampling={"draws": 100, "redraws": 100})
    state = resident(oracle_tree(*lines), product="P", assumptions=assumptions)
    for what, number, (y, x), parts in changes:
        site, lat, lon = f"s{number % len(sites)}", LAT + y, LON + x
        if what == "move":
            state = state.move(site, lat=lat, lon=lon)
        elif what == "remove":
            state = state.remove(site)
        else:
            state = state.add(parts, lat=lat, lon=lon, organization="o")
    assert_equals_a_full_run(state, assumptions=assumptions)
