import networkx as nx
import numpy as np
import pytest
from and_or_graphs import (
    ONLY_A,
    S1,
    S2,
    V3,
    V3_C2,
    V3_CN,
    V3_COUNTRIES,
    V3_US,
    V6,
    A,
    U,
    from_,
    graphs,
    kept_share,
    lives,
    needs_of,
    permuted,
)  # fmt: skip
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.criticality import breakers, feasible, retained
from tierscape.kernels.needs import chosen

WHOLE = np.ones(1)


def stopped(needs, removed):
    return (1 - retained(needs, ONLY_A, WHOLE, np.array(removed))).round(12).tolist()


def test_stopped_shares_of_sites_are_those_of_oracle_v3():
    assert stopped(V3, [S1, S2, U, A, ~V3_C2]) == [0.6, 0.4, 1.0, 1.0, 1.0]


def test_stopped_shares_of_countries_are_those_of_oracle_v3():
    assert stopped(V3_COUNTRIES, [V3_US, V3_CN]) == [0.6, 1.0]


def test_single_points_are_a_and_u_and_the_dominator_is_the_undisclosed_c2():
    removed = np.array([A, S1, S2, U, ~V3_C2])
    assert removed[~feasible(V3, ONLY_A, removed)].tolist() == [A, U, ~V3_C2]


def test_no_single_point_but_a_in_oracle_v6():
    assert feasible(V6, ONLY_A, np.arange(7)).tolist() == [False] + [True] * 6


def test_alternative_without_a_link_saves_the_product_but_not_the_share():
    needs = needs_of([[from_((1, 1.0), (2, 0.0))], [], []])
    assert stopped(needs, [1, 2]) == [1.0, 0.0]
    assert feasible(needs, ONLY_A, np.array([1, 2])).all()


def test_need_that_is_not_essential_never_stops_anything():
    needs = needs_of([[(False, False, [(1, 1.0)])], []])
    assert stopped(needs, [1]) == [0.0]
    assert feasible(needs, ONLY_A, np.array([1])).all()


def test_two_makers_are_weighted_and_either_keeps_the_product_alive():
    needs = needs_of([[from_((2, 1.0))], [], []])
    makers = np.array([0, 1])
    assert retained(needs, makers, np.array([0.7, 0.3]), np.arange(3)).round(12).tolist() == [0.3, 0.7, 0.3]
    assert feasible(needs, makers, np.arange(3)).all()


def test_line_of_no_unit_cannot_be_removed():
    needs = needs_of([[from_((1, 1.0))], []], [0, -1])
    assert feasible(needs, ONLY_A, np.array([0, 1])).tolist() == [False, True]


def test_full_loss_over_many_equal_shares_is_exactly_one():
    needs = needs_of([[from_(*((i, 1 / 6) for i in range(1, 7)))], *([from_((7, 1.0))] for _ in range(6)), []])
    assert retained(needs, ONLY_A, WHOLE, np.array([7, 7, 1])).tolist() == [0.0, 0.0, 1 - 1 / 6]


def test_nothing_removed_gives_nothing_back():
    assert retained(V3, ONLY_A, WHOLE, np.array([], int)).shape == feasible(V3, ONLY_A, np.array([], int)).shape == (0,)


def test_removing_a_slot_that_is_not_there_is_an_error():
    with pytest.raises(IndexError, match="there are 4 slots, and slot 9 is to be removed"):
        feasible(V3, ONLY_A, np.array([~9]))


def test_more_than_one_batch_is_answered_like_one_at_a_time():
    lines = [[from_((i, 0.01), (i + 1, 0.01)) for i in range(1, 100, 2)], *([] for _ in range(100))]
    lines[3] = [from_((70, 1.0))]
    lines[4] = [from_((70, 1.0))]
    needs = needs_of(lines)
    removed = np.array([*range(101), ~0, ~51])
    together = feasible(needs, ONLY_A, removed), retained(needs, ONLY_A, WHOLE, removed)
    alone = [(feasible(needs, ONLY_A, r)[0], retained(needs, ONLY_A, WHOLE, r)[0]) for r in removed[:, None]]
    assert [tuple(pair) for pair in zip(*together, strict=True)] == alone
    assert np.flatnonzero(~together[0]).tolist() == [0, 70]


def test_second_source_that_hangs_on_the_same_site_is_found_out():
    assert breakers(V3, np.arange(4)).tolist() == [U, -1, U, U]


def test_own_site_and_a_need_that_is_broken_anyway_have_no_breaker():
    needs = needs_of([[from_((1, 1.0)), from_()], []], [0, 0])
    assert breakers(needs, np.array([0])).tolist() == [-1, -1]


def test_chosen_lines_keep_their_needs():
    kept = chosen(V6, np.array([1, 0, 1, 0, 1, 0, 0], bool), np.array([0, 0, 1, 1], bool))
    assert kept.line_group.tolist() == [0, 2, 4]
    assert kept.slot_start.tolist() == [0, 0, 1, 1]
    assert (kept.arc_supplier.tolist(), kept.arc_start.tolist()) == ([2], [0, 1])


@given(graphs())
def test_sweeps_equal_the_walk_by_hand(case):
    lines, group = case
    needs = needs_of(lines, group)
    units, slots = np.arange(max(group) + 1), np.arange(len(needs.slot_essential))
    assert feasible(needs, ONLY_A, units).tolist() == [lives(lines, group, {u}) for u in units]
    assert feasible(needs, ONLY_A, ~slots).tolist() == [lives(lines, group, (), {q}) for q in slots]
    by_hand = [kept_share(lines, group, u) for u in units]
    np.testing.assert_allclose(retained(needs, ONLY_A, WHOLE, units), by_hand, atol=1e-9)


@given(graphs())
def test_breaker_of_a_slot_is_the_first_unit_that_leaves_it_without_suppliers(case):
    lines, group = case
    expected = []
    for i, slots in enumerate(lines):
        for _, undisclosed, suppliers in slots:
            alone = [[(True, undisclosed, suppliers)], *lines[1:]]
            found = [u for u in range(1, max(group) + 1) if u != group[i] and not lives(alone, group, {u})]
            expected.append(found[0] if found and lives(alone, group, ()) else -1)
    assert breakers(needs_of(lines, group), np.arange(max(group) + 1)).tolist() == expected


@given(graphs(), st.permutations(range(8)))
def test_order_of_rows_changes_nothing(case, rank):
    lines, group = case
    units = np.arange(max(group) + 1)
    needs, moved = needs_of(lines, group), needs_of(*permuted(lines, group, rank))
    assert feasible(needs, ONLY_A, units).tolist() == feasible(moved, ONLY_A, units).tolist()
    np.testing.assert_allclose(retained(needs, ONLY_A, WHOLE, units), retained(moved, ONLY_A, WHOLE, units), atol=1e-12)


@given(graphs(), st.integers(0, 7), st.integers(0, 1))
def test_one_more_alternative_never_stops_more(case, line, slot):
    lines, group = case
    units = np.arange(max(group) + 1)
    before = feasible(needs_of(lines, group), ONLY_A, units)
    if line < len(lines) and slot < len(lines[line]):
        essential, undisclosed, suppliers = lines[line][slot]
        more = [(s, 0.0) for s in range(line + 1, len(lines))]
        lines[line][slot] = (essential, undisclosed, suppliers + more)
    assert (feasible(needs_of(lines, group), ONLY_A, units) >= before).all()


@given(graphs(most=12))
def test_pure_or_graph_has_the_dominators_of_networkx_as_single_points(case):
    lines, _ = case
    merged = [sorted({s for _, _, suppliers in slots for s, _ in suppliers}) for slots in lines]
    needs = needs_of([[from_(*((s, 1 / len(m)) for s in m))] if m else [] for m in merged])
    graph = nx.DiGraph([(i, s) for i, m in enumerate(merged) for s in m])
    graph.add_edges_from((i, "leaf") for i, m in enumerate(merged) if not m)
    above = nx.immediate_dominators(graph, 0)
    chain, node = set(), above["leaf"]
    while node is not None:
        chain.add(node)
        node = above.get(node) if node != 0 else None
    assert np.flatnonzero(~feasible(needs, ONLY_A, np.arange(len(lines)))).tolist() == sorted(chain)
