import numpy as np
from and_or_graphs import ONLY_A, S1, S2, V3, V6, A, U, from_, graphs, needs_of
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels.common_nodes import behind, cover, cover_value, overlap


def test_u_stands_behind_both_direct_suppliers_of_oracle_v3():
    found = behind(V3, ONLY_A)
    assert found.direct.tolist() == [S1, S2]
    assert cover(found.unit, 2).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_covered_value_of_u_is_that_of_oracle_v3():
    found = behind(V3, ONLY_A)
    low, high = cover_value(found.unit, np.array([0.24, 0.16]), 0.20)
    assert (round(low[U], 4), high[U]) == (0.6667, 1.0)
    assert low[A] == high[A] == 0.0


def test_sources_that_share_nothing_do_not_overlap():
    found = behind(V6, ONLY_A)
    jaccard = overlap(found.line, np.ones(7), len(found.direct))
    assert jaccard[0, :2].tolist() == [1.0, 0.0]
    assert np.isnan(jaccard[2, 3])


def test_sources_with_one_supplier_behind_both_overlap_by_its_weight():
    needs = needs_of([[from_((1, 0.5), (2, 0.5))], [from_((3, 1.0)), from_((4, 1.0))], [from_((3, 1.0))], [], []])
    found = behind(needs, ONLY_A)
    assert overlap(found.line, np.array([9.0, 9.0, 9.0, 0.1, 0.3]), 2)[0, 1] == 0.1 / 0.4


def test_direct_supplier_that_also_supplies_another_is_behind_that_one_only():
    found = behind(needs_of([[from_((1, 0.5), (2, 0.5))], [from_((2, 1.0))], []]), ONLY_A)
    assert cover(found.unit, 2).tolist() == [0.0, 0.0, 0.5]


def test_site_with_an_own_forerunner_is_not_behind_itself():
    found = behind(needs_of([[from_((1, 1.0))], [from_((2, 1.0))], []], [0, 1, 1]), ONLY_A)
    assert cover(found.unit, 1).tolist() == [0.0, 0.0]
    assert cover(found.line, 1).tolist() == [0.0, 0.0, 1.0]


def test_alternative_without_flow_stands_behind_nobody():
    found = behind(needs_of([[from_((1, 1.0))], [from_((2, 1.0), (3, 0.0))], [], []]), ONLY_A)
    assert cover(found.unit, 1).tolist() == [0.0, 0.0, 1.0, 0.0]


def test_without_known_value_the_share_is_unknown():
    low, high = cover_value(np.zeros((1, 1), np.uint64), np.zeros(1), 5.0)
    assert low[0] == 0.0
    assert np.isnan(high[0])


def test_product_without_suppliers_has_nobody_behind_it():
    found = behind(needs_of([[], []]), ONLY_A)
    assert found.direct.tolist() == []
    assert cover(found.unit, 0).tolist() == [0.0, 0.0]
    assert overlap(found.line, np.ones(2), 0).shape == (0, 0)


def test_seventy_direct_suppliers_need_a_second_word():
    lines = [[from_(*((i, 1 / 70) for i in range(1, 71)))], *([from_((71, 1.0))] for _ in range(70)), []]
    lines[66] = []
    found = behind(needs_of(lines), ONLY_A)
    assert found.unit.shape == (72, 2)
    assert cover(found.unit, 70)[71] == 69 / 70
    assert round(cover_value(found.unit, np.arange(70.0), 0.0)[1][71], 12) == round(1 - 65 / np.arange(70.0).sum(), 12)


@given(graphs(), st.lists(st.floats(0, 10), min_size=8, max_size=8))
def test_sets_equal_a_walk_up_from_each_direct_supplier(case, weight):
    lines, group = case
    flows = [{s for _, _, suppliers in slots for s, w in suppliers if w > 0} for slots in lines]

    def up(starts):
        return set().union(*(flows[i] | up(flows[i]) for i in starts))

    sets = {u: up({i for i in flows[0] if group[i] == u}) for u in sorted({group[i] for i in flows[0]})}
    found = behind(needs_of(lines, group), ONLY_A)
    assert found.direct.tolist() == list(sets)
    count = max(len(sets), 1)
    by_line = [sum(i in s for s in sets.values()) / count for i in range(len(lines))]
    assert cover(found.line, len(sets)).tolist() == by_line
    by_unit = [
        sum(u != t and u in {group[i] for i in s} for t, s in sets.items()) / count for u in range(max(group) + 1)
    ]
    assert cover(found.unit, len(sets)).tolist() == by_unit
    jaccard = overlap(found.line, np.array(weight[: len(lines)]), len(sets))
    for i, a in enumerate(sets.values()):
        for j, b in enumerate(sets.values()):
            either = sum(weight[k] for k in a | b)
            if either > 1e-6:
                np.testing.assert_allclose(jaccard[i, j], sum(weight[k] for k in a & b) / either, atol=1e-9)
