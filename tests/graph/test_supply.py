"""Lines, slots and arcs: order, relays, in-house supply, volumes, and what is dropped."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tierscape
from network_tables import make_network
from tierscape.graph import IN_HOUSE, supply_graph
from visibility_cases import small


def lines_of(graph) -> list[str]:
    return [f"{site}/{part}" for site, part in graph.lines.rows()]


def arcs_of(graph) -> set[tuple[str, str]]:
    names = lines_of(graph)
    return {(names[a], names[b]) for a, b in zip(graph.arc_line, graph.arc_supplier, strict=True)}


def rules(graph) -> list[str]:
    return [f.rule for f in graph.findings]


def assert_well_formed(graph):
    arcs, slots = len(graph.arc_supplier), len(graph.slot_line)
    assert (np.diff(graph.slot_line) >= 0).all()
    assert graph.slot_start[-1] == slots
    assert graph.arc_start[-1] == arcs
    assert (graph.arc_line < graph.arc_supplier).all()
    assert (graph.arc_slot == np.repeat(np.arange(slots), np.diff(graph.arc_start))).all()
    for q in range(slots):
        suppliers = graph.arc_supplier[graph.arc_start[q] : graph.arc_start[q + 1]]
        assert (np.diff(suppliers) > 0).all()


def test_lines_and_arcs_of_the_small_network():
    graph = supply_graph(small())
    assert lines_of(graph) == ["A/P", "S1/c1", "S2/c1", "U/c3"]
    assert graph.slot_part == ("c1", "c2", "c3", "c3")
    assert graph.slot_kind.tolist() == [2, 2, 2, 2]
    assert graph.arc_volume.tolist() == [60, 40, 60, 40]
    assert graph.output.tolist() == [100, 60, 40, 100]
    assert graph.findings == ()
    assert_well_formed(graph)


@pytest.mark.parametrize("name", ["mini", "ev-battery-central-europe", "auto-electronics-mexico"])
def test_shipped_networks_are_well_formed(name):
    network = tierscape.load(name)
    graph = supply_graph(network)
    assert_well_formed(graph)
    shipped = graph.links.filter(pl.col("source") != IN_HOUSE)
    assert shipped.height == network["links"].height
    assert len(np.unique(graph.arc_link)) == graph.links.height


def test_a_link_into_a_site_of_several_lines_is_shared_by_quantity_times_output():
    graph = supply_graph(
        make_network(
            sites="site status\nX operating\nM operating\nB operating",
            parts="part kind\np component\nq component\nm material",
            bom="parent child quantity\np m 2\nq m 1",
            capabilities="site part\nX p\nX q\nM m",
            links="supplier buyer part volume_per_year\nX B p 30\nX B q 40\nM X m 100",
        )
    )
    taken = dict(zip([lines_of(graph)[i] for i in graph.arc_line], graph.arc_volume.tolist(), strict=True))
    assert taken == {"X/p": pytest.approx(60.0), "X/q": pytest.approx(40.0)}


def test_a_link_is_shared_by_quantity_alone_where_output_is_unknown():
    graph = supply_graph(
        make_network(
            sites="site status\nX operating\nM operating",
            parts="part kind\np component\nq component\nm material",
            bom="parent child quantity\np m 3\nq m 1",
            capabilities="site part\nX p\nX q\nM m",
            links="supplier buyer part volume_per_year\nM X m 100",
        )
    )
    assert graph.arc_volume.tolist() == [75.0, 25.0]
    assert rules(graph) == ["link_shared_by_quantity"]


def test_a_need_that_no_link_meets_is_met_in_house_where_the_site_can():
    graph = supply_graph(tierscape.load("mini"))
    assert ("n1/housing", "n1/casting") in arcs_of(graph)
    inside = graph.links.filter(pl.col("source") == IN_HOUSE)
    assert inside.select("supplier", "buyer", "part", "evidence").rows() == [("n1", "n1", "casting", "inferred")]


RELAY = {
    "sites": "site status\nM operating\nW operating\nV operating\nX operating",
    "parts": "part kind\np component\nm material",
    "bom": "parent child quantity\np m 1",
    "capabilities": "site part\nX p\nM m",
}


def test_a_warehouse_is_a_relay_with_one_slot_for_the_same_part():
    graph = supply_graph(make_network(**RELAY, links="supplier buyer part volume_per_year\nM W m 5\nW V m 5\nV X m 5"))
    assert lines_of(graph) == ["X/p", "V/m", "W/m", "M/m"]
    assert graph.relay.tolist() == [False, True, True, False]
    assert arcs_of(graph) == {("X/p", "V/m"), ("V/m", "W/m"), ("W/m", "M/m")}
    assert graph.arc_quantity.tolist() == [1, 1, 1]
    assert_well_formed(graph)


def test_relays_in_a_circle_lose_their_links_with_a_finding():
    graph = supply_graph(
        make_network(**RELAY, links="supplier buyer part volume_per_year\nM W m 5\nW V m 5\nV W m 2\nV X m 5")
    )
    assert arcs_of(graph) == {("X/p", "V/m"), ("W/m", "M/m")}
    assert rules(graph) == ["relay_circle"]
    assert graph.findings[0].count == 2


def test_a_link_of_a_site_with_itself_is_left_out_with_a_finding():
    graph = supply_graph(make_network(**RELAY, links="supplier buyer part\nX X m\nM X m"))
    assert arcs_of(graph) == {("X/p", "M/m")}
    assert rules(graph) == ["self_supply"]


def test_sites_that_do_not_operate_carry_nothing():
    tables = RELAY | {"sites": "site status\nM closed\nW operating\nV operating\nX operating"}
    graph = supply_graph(make_network(**tables, links="supplier buyer part\nM X m\nW X m"))
    assert arcs_of(graph) == {("X/p", "W/m")}
    assert set(rules(graph)) == {"link_of_idle_site", "ships_without_capability"}


def test_a_part_that_no_bill_asks_for_is_an_unlisted_need():
    tables = RELAY | {"parts": RELAY["parts"] + "\nbox material", "capabilities": RELAY["capabilities"] + "\nV box"}
    graph = supply_graph(make_network(**tables, links="supplier buyer part\nM X m\nV X box"))
    kinds = dict(zip(graph.slot_part, graph.slot_kind.tolist(), strict=True))
    assert kinds == {"m": 2, "box": 0}
    assert np.isnan(graph.arc_quantity[graph.arc_slot == graph.slot_part.index("box")]).all()
    assert rules(graph) == ["unlisted_need"]


def test_unlisted_needs_in_a_circle_are_dropped():
    tables = RELAY | {"capabilities": "site part\nX p\nM m\nV p"}
    graph = supply_graph(make_network(**tables, links="supplier buyer part\nX V p\nV X p\nM X m\nX M p"))
    assert arcs_of(graph) == {("X/p", "M/m")}
    assert "unlisted_circle" in rules(graph)
    assert_well_formed(graph)


def test_alternatives_share_one_slot():
    graph = supply_graph(tierscape.load("mini"))
    slot = graph.slot_part.index("magnet")
    suppliers = graph.arc_supplier[graph.arc_start[slot] : graph.arc_start[slot + 1]]
    assert graph.slot_choice[slot]
    assert {lines_of(graph)[i] for i in suppliers} == {"n4/magnet_ferrite", "c1/magnet_rare_earth"}


def test_demand_goes_to_makers_that_ship_to_nobody_by_capacity():
    graph = supply_graph(
        make_network(
            sites="site status\nX operating\nY operating\nZ operating\nshop operating",
            parts="part kind\np product\nm material",
            bom="parent child quantity\np m 1",
            capabilities="site part capacity_per_year\nX p 10\nY p 30\nZ p 60",
            links="supplier buyer part volume_per_year\nZ shop p 7",
            demand="region product year volume_per_year\nR p 2026 80\nR p 2027 500",
        )
    )
    assert dict(zip(lines_of(graph), graph.output.tolist(), strict=True)) == {"X/p": 20.0, "Y/p": 60.0, "Z/p": 7.0}


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random):
    network = tierscape.load("mini")
    shuffled = network.with_tables(
        **{
            name: network[name].sample(fraction=1.0, shuffle=True, seed=random.randrange(99))
            for name in ("links", "bom", "sites", "capabilities")
        }
    )
    one, other = supply_graph(network), supply_graph(shuffled)
    assert one.lines.equals(other.lines)
    assert one.slot_part == other.slot_part
    assert np.array_equal(one.arc_supplier, other.arc_supplier)
    assert np.array_equal(one.arc_volume, other.arc_volume)


def test_an_empty_network_has_no_lines():
    graph = supply_graph(make_network(parts="part kind\np product"))
    assert graph.n == 0
    assert len(graph.arc_supplier) == 0
