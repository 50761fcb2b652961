"""Shares of value of each line: prices, bottom-up values, what is unknown, and what is doubtful."""

import numpy as np
import polars as pl
import pytest

import tierscape
from network_tables import make_network
from tierscape.errors import DataError, ParameterError
from tierscape.graph import supply_graph
from tierscape.quantities.tracing import trace_value
from tierscape.quantities.values import OWN_UNKNOWN, line_values
from visibility_cases import TABLES, small


def values_of(network):
    graph = supply_graph(network)
    return graph, line_values(network, graph)


def rules(found):
    return [f.rule for f in found.findings]


def test_shares_of_the_small_network():
    _, values = values_of(small())
    assert values.value.tolist() == [100, 40, 40, 10]
    assert values.own == pytest.approx([0.40, 0.75, 0.75, 1.0])
    assert values.arc_value == pytest.approx([0.24, 0.16, 0.25, 0.25])
    assert values.slot_unknown == pytest.approx([0, 0.2, 0, 0])


@pytest.mark.parametrize("name", ["mini", "ev-battery-central-europe", "auto-electronics-mexico"])
def test_own_inputs_and_unknown_sum_to_one(name):
    graph, values = values_of(tierscape.load(name))
    total = values.own + values.line_unknown + np.bincount(graph.arc_line, values.arc_value, graph.n)
    total += np.bincount(graph.slot_line, values.slot_unknown, graph.n)
    np.testing.assert_allclose(total, 1.0, atol=1e-12)


def test_a_price_of_the_link_goes_before_the_value_of_the_part():
    dear = TABLES["links"].replace("S2        A      c1    40               40", "S2 A c1 40 50")
    _, values = values_of(small(links=dear))
    assert values.arc_value[:2] == pytest.approx([0.24, 0.20])


def test_without_a_value_a_unit_costs_its_conversion_and_its_inputs():
    network = small(
        parts="part kind unit_value\nP product .\nc1 component .\nc2 component 20\nc3 material 10",
        capabilities="site part conversion_cost\nA P 40\nS1 c1 30\nS2 c1 30\nU c3 .",
        links="supplier buyer part volume_per_year\nS1 A c1 60\nS2 A c1 40\nU S1 c3 60\nU S2 c3 40",
    )
    _, values = values_of(network)
    assert values.value.tolist() == [100, 40, 40, 10]
    assert values.own == pytest.approx([0.40, 0.75, 0.75, 1.0])


def test_inputs_dearer_than_the_good_leave_no_own_share_and_a_finding():
    _, values = values_of(small(parts=TABLES["parts"].replace("P product 100", "P product 50")))
    assert values.own[0] == 0.0
    assert values.arc_value[:2].sum() + values.slot_unknown[1] == pytest.approx(1.0)
    assert "negative_value_added" in rules(values)


def test_a_component_without_a_bill_of_materials_keeps_a_part_and_the_rest_is_unknown():
    network = small(bom="parent child quantity\nP c1 1\nP c2 1")
    graph, values = values_of(network)
    assert values.own[1:3].tolist() == [OWN_UNKNOWN, OWN_UNKNOWN]
    assert values.line_unknown[1:3] == pytest.approx([1 - OWN_UNKNOWN] * 2)
    assert values.own[graph.n - 1] == 1.0


def test_a_need_without_any_value_carries_none_and_is_counted():
    _, values = values_of(small(parts=TABLES["parts"].replace("c2 component 20", "c2 component .")))
    assert values.slot_unvalued.tolist() == [False, True, False, False]
    assert rules(values) == ["needs_without_value"]


def test_links_without_volume_share_equally_with_a_finding():
    links = "supplier buyer part unit_price\nS1 A c1 40\nS2 A c1 40\nU S1 c3 10\nU S2 c3 10"
    _, values = values_of(small(links=links))
    assert values.arc_share[:2].tolist() == [0.5, 0.5]
    assert rules(values) == ["shares_assumed"]


def test_a_link_without_volume_takes_what_the_others_leave_of_the_need():
    links = TABLES["links"].replace("S2        A      c1    40 ", "S2        A      c1    . ")
    _, values = values_of(small(links=links))
    assert values.arc_share[:2] == pytest.approx([0.6, 0.4])  # 100 units are made, 60 are known


def test_a_value_of_zero_is_unknown():
    _, values = values_of(
        small(
            parts=TABLES["parts"].replace("c2 component 20", "c2 component 20\nz product 0"),
            capabilities=TABLES["capabilities"] + "\nA z",
        )
    )
    assert "zero_value" in rules(values)


def test_prices_far_apart_within_a_need_are_a_finding():
    odd = TABLES["links"].replace("S2        A      c1    40               40", "S2 A c1 40 3")
    _, values = values_of(small(links=odd))
    assert "price_spread" in rules(values)


def test_an_unknown_quantity_is_refused():
    with pytest.raises(DataError, match=r"bom.quantity: 1 row upstream .* 'P/c2'"):
        trace_value(small(bom="parent child quantity\nP c1 1\nP c2 .\nc1 c3 1"), "P")


def test_a_product_that_nobody_makes_is_refused():
    with pytest.raises(DataError, match="no operating site makes 'P'"):
        trace_value(
            small(sites=TABLES["sites"].replace("A     MX       25   -100  operating", "A MX 25 -100 closed")), "P"
        )


def test_a_site_that_does_not_make_the_product_is_refused():
    with pytest.raises(ParameterError, match=r"'S1' does not make 'P'\. Makers are A"):
        trace_value(small(), "P", site="S1")
    with pytest.raises(ParameterError, match="'nowhere' is no site"):
        trace_value(small(), "P", site="nowhere")


def test_traced_and_unknown_sum_to_one():
    trace = trace_value(small(), "P")
    assert trace.reached["added"].sum() + trace.unknown_share == pytest.approx(1.0, abs=1e-12)
    assert trace.unknown.rows() == [(0, 1, 1, pytest.approx(0.2))]


def test_makers_weigh_by_what_leaves_them():
    network = make_network(
        sites="site country status\nX MX operating\nY US operating",
        parts="part kind unit_value\np product 10\nm material 1",
        bom="parent child quantity\np m 1",
        capabilities="site part capacity_per_year\nX p 30\nY p 10",
        demand="region product year volume_per_year\nR p 2026 4",
    )
    trace = trace_value(network, "p")
    assert trace.reached.filter(trace.reached["tier"] == 0).select("site", "mass").rows() == [("X", 0.75), ("Y", 0.25)]


def test_a_stated_own_share_takes_the_place_of_the_assumed_one_where_inputs_are_unknown():
    # S1 makes c1 of which no bill of materials names the inputs; its sector keeps 0.5 of its value.
    network = small(bom="parent child quantity\nP c1 1\nP c2 1")
    own = pl.DataFrame({"site": ["S1"], "part": ["c1"], "own": [0.5]})
    added = dict(trace_value(network, "P", own=own).reached.group_by("site").agg(pl.col("added").sum()).rows())
    assert added["S1"] == pytest.approx(0.24 * 0.5)
    assert added["S2"] == pytest.approx(0.16 * OWN_UNKNOWN)
