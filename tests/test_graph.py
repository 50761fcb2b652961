"""The bill of materials as integers: order, tiers, weights, quantities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network_tables import make_network
from tierscape.graph import OWN_SHARE, bom_tree, sites_of

PUMP = """
    part     kind       unit_value
    pump     product    100
    housing  component  40
    motor    component  40
    casting  component  10
    plating  process    10
    ferrite  material   20
    rare     material   20
"""
PUMP_BOM = """
    parent   child    quantity  essential  choice
    pump     housing  1         true       .
    pump     motor    1         .          .
    housing  casting  1         true       .
    housing  plating  1         true       .
    motor    ferrite  1         true       magnet
    motor    rare     1         true       magnet
"""


def pump(**changed):
    return make_network(**{"parts": PUMP, "bom": PUMP_BOM} | changed)


def test_product_is_first_and_parents_stand_before_children():
    tree = bom_tree(pump(), "pump")
    assert tree.parts[0] == "pump"
    assert set(tree.required) == {"housing", "motor", "casting", "plating", "ferrite", "rare"}
    assert all(g.parent < min(g.members) for g in tree.groups)


def test_tier_is_the_fewest_steps_from_the_product():
    # C is reached through A (two steps) and directly (one step); D hangs below C.
    network = make_network(
        parts="part kind\nP product\nA component\nC component\nD material",
        bom="parent child\nP A\nA C\nP C\nC D",
    )
    tree = bom_tree(network, "P")
    assert dict(zip(tree.parts, tree.tiers.tolist(), strict=True)) == {"P": 0, "A": 1, "C": 1, "D": 2}


def test_tree_of_an_inner_part_starts_there():
    tree = bom_tree(pump(), "motor")
    assert tree.parts[0] == "motor"
    assert tree.tiers.tolist() == [0, 1, 1]


def test_weights_are_value_shares_and_a_choice_counts_its_mean():
    tree = bom_tree(pump(), "pump")
    by_child = {tree.parts[g.members[0]]: g for g in tree.groups}
    # Product: 40/100 each, and nothing for its own making. Housing: 10/40 each, half is its own. Motor: 20/40.
    assert by_child["housing"].weight == by_child["motor"].weight == 0.5
    assert by_child["casting"].weight == by_child["plating"].weight == 0.25
    assert by_child["ferrite"].weight == 0.5
    assert len(by_child["ferrite"].members) == 2
    own = dict(zip(tree.parts, tree.own.tolist(), strict=True))
    assert own == {
        "pump": 0.0,
        "housing": 0.5,
        "motor": 0.5,
        "casting": 1.0,
        "plating": 1.0,
        "ferrite": 1.0,
        "rare": 1.0,
    }
    assert tree.findings == ()


def test_own_making_keeps_a_tenth_however_dear_the_inputs():
    dear = PUMP.replace("casting  component  10", "casting  component  90")
    tree = bom_tree(pump(parts=dear), "pump")
    at = tree.parts.index("housing")
    # 90/40 + 10/40 = 2.5, and 0.1 for its own
    assert tree.own[at] == pytest.approx(OWN_SHARE / (2.5 + OWN_SHARE))


@pytest.mark.parametrize(
    "changed",
    [
        {"parts": PUMP.replace("casting  component  10", "casting  component  .")},
        {"parts": PUMP.replace("housing  component  40", "housing  component  .")},
        {"bom": PUMP_BOM.replace("casting  1", "casting  .")},
    ],
    ids=["value of a child", "value of the parent", "quantity"],
)
def test_unknown_value_or_quantity_gives_equal_weights_and_a_finding_that_names_the_parent(changed):
    tree = bom_tree(pump(**changed), "pump")
    at = tree.parts.index("housing")
    weights = [g.weight for g in tree.groups if g.parent == at]
    assert [*weights, tree.own[at]] == pytest.approx([1 / 3] * 3)
    finding = next(f for f in tree.findings if f.rule == "equal_weights")
    assert finding.severity == "note"
    expected = (2, "pump") if changed.get("parts", "").count("housing  component  .") else (1, "housing")
    assert (finding.count, finding.value) == expected


def test_product_with_unknown_values_shares_its_weight_among_its_children_alone():
    network = make_network(parts="part kind\nP product\nA component\nB component", bom="parent child\nP A\nP B")
    tree = bom_tree(network, "P")
    assert tree.own[0] == 0.0
    assert [g.weight for g in tree.groups] == [0.5, 0.5]


def test_unknown_essential_is_essential_and_a_choice_is_essential_if_one_of_it_is():
    bom = """
        parent  child  essential  choice
        P       A      .          .
        P       B      false      .
        P       C      false      x
        P       D      true       x
    """
    network = make_network(parts="part kind\nP product\nA component\nB component\nC component\nD component", bom=bom)
    tree = bom_tree(network, "P")
    essential = {tuple(tree.parts[m] for m in g.members): g.essential for g in tree.groups}
    assert essential == {("A",): True, ("B",): False, ("C", "D"): True}


def test_same_word_of_choice_below_two_parents_makes_two_groups():
    bom = "parent child choice\nP A .\nP B .\nA C x\nA D x\nB C x\nB E x"
    parts = "part kind\nP product\nA component\nB component\nC material\nD material\nE material"
    tree = bom_tree(make_network(parts=parts, bom=bom), "P")
    groups = {(tree.parts[g.parent], *(tree.parts[m] for m in g.members)) for g in tree.groups}
    assert groups == {("P", "A"), ("P", "B"), ("A", "C", "D"), ("B", "C", "E")}


def test_quantities_multiply_along_paths_and_add_over_them():
    bom = "parent child quantity\nP A 2\nP B 3\nA C 5\nB C 7"
    network = make_network(parts="part kind\nP product\nA component\nB component\nC material", bom=bom)
    tree = bom_tree(network, "P")
    assert dict(zip(tree.parts, tree.quantities.tolist(), strict=True)) == {"P": 1, "A": 2, "B": 3, "C": 31}


def test_unknown_quantity_makes_all_below_unknown_and_nothing_else():
    bom = "parent child quantity\nP A .\nP B 3\nA C 5"
    network = make_network(parts="part kind\nP product\nA component\nB component\nC material", bom=bom)
    tree = bom_tree(network, "P")
    known = dict(zip(tree.parts, np.isfinite(tree.quantities).tolist(), strict=True))
    assert known == {"P": True, "A": False, "B": True, "C": False}


def test_weights_of_parts_sum_to_one_and_alternatives_count_once_a_tier():
    tree = bom_tree(pump(), "pump")
    assert tree.weights.sum() == pytest.approx(1.0)
    assert sum(w for _, _, w in tree.tier_items) == pytest.approx(1.0)
    assert sum(1 for tier, _, _ in tree.tier_items if tier == 2) == 3  # casting, plating, one magnet


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)))
def test_order_of_rows_changes_nothing(order):
    network, header = pump(), PUMP_BOM.strip().splitlines()
    shuffled = pump(bom="\n".join([header[0], *(header[1:][i] for i in order)]))
    a, b = bom_tree(network, "pump"), bom_tree(shuffled, "pump")
    assert (a.parts, a.groups) == (b.parts, b.groups)
    assert a.own.tobytes() == b.own.tobytes()
    assert a.tiers.tolist() == b.tiers.tolist()


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_all_unit_values_changes_no_weight(factor):
    lines = PUMP.strip().splitlines()
    scaled = [lines[0], *(f"{p} {k} {float(v) * factor}" for p, k, v in (line.split() for line in lines[1:]))]
    a, b = bom_tree(pump(), "pump"), bom_tree(pump(parts="\n".join(scaled)), "pump")
    assert a.groups == b.groups
    assert a.own.tobytes() == b.own.tobytes()


def test_sites_of_joins_the_site_and_reads_an_unknown_status_as_operating():
    network = pump(
        sites="site lat lon country status\na 47 17 HU .\nb 48 17 SK closed",
        capabilities="site part\na casting\nb casting\na pump",
    )
    rows = sites_of(network, ("casting",))
    assert rows.select("site", "status", "country").rows() == [("a", "operating", "HU"), ("b", "closed", "SK")]
