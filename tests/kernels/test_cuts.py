import numpy as np
import pytest
from and_or_graphs import (
    ONLY_A,
    S1,
    S2,
    T1,
    T2,
    V3,
    V6,
    U,
    V,
    cuts_by_trial,
    from_,
    graphs,
    needs_of,
    permuted,
)  # fmt: skip
from hypothesis import given
from hypothesis import strategies as st

from tierscape.kernels import cut_program
from tierscape.kernels.cuts import pairs, relevant, smallest_cuts
from tierscape.kernels.needs import Needs

V6_PAIRS = [[S1, S2], [S1, V], [S2, U], [U, V], [T1, T2]]


def listed(lines, group, **options):
    found = smallest_cuts(needs_of(lines, group), ONLY_A, **options)
    return found.size, found.sets.tolist()


def test_one_hidden_site_stops_everything_in_oracle_v3():
    found = smallest_cuts(V3, ONLY_A)
    assert (found.size, found.bound, found.sets.tolist(), found.all_listed) == (1, 1, [[U]], True)


@pytest.mark.parametrize("most_pairs", [5000, 0])
def test_oracle_v6_has_exactly_five_minimal_pairs_by_enumeration_and_by_program(most_pairs):
    found = smallest_cuts(V6, ONLY_A, most_pairs=most_pairs)
    assert (found.size, found.bound, found.sets.tolist(), found.all_listed) == (2, 2, V6_PAIRS, True)
    assert found.gap == 0


@pytest.mark.parametrize("most_pairs", [5000, 0])
def test_list_stops_at_its_limit_and_says_so(most_pairs):
    found = smallest_cuts(V6, ONLY_A, limit=3, most_pairs=most_pairs)
    assert (found.size, len(found.sets), found.all_listed) == (2, 3, False)
    assert all(cut in V6_PAIRS for cut in found.sets.tolist())


def test_three_sources_need_three_losses():
    found = smallest_cuts(needs_of([[from_(*((i, 1 / 3) for i in range(1, 4)))], [], [], []]), ONLY_A)
    assert (found.size, found.sets.tolist(), found.all_listed) == (3, [[1, 2, 3]], True)


def test_product_that_needs_nothing_is_stopped_by_no_loss():
    found = smallest_cuts(needs_of([[(True, True, [])], []]), ONLY_A)
    assert (found.size, found.bound, found.sets.shape, found.gap) == (None, None, (0, 0), 0)


def test_product_that_cannot_be_made_has_order_zero():
    found = smallest_cuts(needs_of([[from_()], []]), ONLY_A)
    assert (found.size, found.sets.shape) == (0, (1, 0))


def test_two_makers_must_both_stop_and_neither_of_their_sites_is_a_cut():
    needs = needs_of([[from_((2, 1.0))], [from_((3, 1.0))], [], []])
    found = smallest_cuts(needs, np.array([0, 1]))
    assert (found.size, found.sets.tolist()) == (2, [[2, 3]])


def test_time_that_has_run_out_leaves_a_minimal_cut_with_its_bound(monkeypatch):
    needs = needs_of([[from_(*((i, 0.25) for i in range(1, 5)))], [], [], [], [], []])
    wide = cut_program.Program([np.array([1, 2, 3, 4])], 3, all_listed=False)
    monkeypatch.setattr(cut_program, "solve", lambda *_, **__: wide)
    found = smallest_cuts(needs, ONLY_A)
    assert (found.size, found.bound, found.all_listed, found.gap) == (4, 3, False, 0.25)
    monkeypatch.setattr(cut_program, "solve", lambda *_, **__: wide._replace(cuts=[], bound=4))
    assert smallest_cuts(needs, ONLY_A).sets.tolist() == [[1, 2, 3, 4]]


def test_what_time_ran_out_on_is_thinned_to_what_it_needs(monkeypatch):
    needs = needs_of([[from_(*((i, 1 / 3) for i in range(1, 4))), from_(*((i, 0.25) for i in range(4, 8)))]] + [[]] * 7)
    monkeypatch.setattr(
        cut_program, "solve", lambda *_, **__: cut_program.Program([np.arange(1, 8)], 3, all_listed=False)
    )
    found = smallest_cuts(needs, ONLY_A)
    assert (found.size, found.bound, found.sets.tolist()) == (4, 3, [[4, 5, 6, 7]])


def test_answer_of_the_solver_that_does_not_hold_is_an_error(monkeypatch):
    needs = needs_of([[from_(*((i, 1 / 3) for i in range(1, 4)))], [], [], []])
    monkeypatch.setattr(
        cut_program, "solve", lambda *_, **__: cut_program.Program([np.array([1, 2])], 2, all_listed=True)
    )
    with pytest.raises(ArithmeticError, match="does not stop the product"):
        smallest_cuts(needs, ONLY_A)


def test_program_without_time_still_gives_a_bound_that_holds():
    rng = np.random.default_rng(0)
    draw = [rng.choice(np.arange(i + 1, i + 40), 4, replace=False) for i in range(300)]
    needs = needs_of([*([from_(*((int(s), 0.25) for s in d))] * 2 for d in draw), *([[]] * 40)])
    found = cut_program.solve(*relevant(needs, ONLY_A), seconds=0.0)
    assert 1 <= found.bound <= 4  # the loss of the four sources of one need is a cut
    assert not found.all_listed


def test_two_chains_of_nine_are_cut_in_eighty_one_ways():
    chain = [[from_((i + 2, 1.0))] for i in range(1, 17)]
    found = smallest_cuts(needs_of([[from_((1, 0.5), (2, 0.5))], *chain, [], []]), ONLY_A)
    assert found.sets.tolist() == sorted(sorted((a, b)) for a in range(1, 19, 2) for b in range(2, 19, 2))


def test_pairs_look_past_needs_that_cannot_stop_anything():
    open_needs = [(True, True, []), (False, False, [(3, 1.0)])]
    needs = needs_of([[from_((1, 0.5), (2, 0.5)), *open_needs], [], [], []])
    assert pairs(needs, ONLY_A, np.array([1, 2, 3])).tolist() == [[1, 2]]


@given(graphs())
def test_order_and_list_equal_the_trial_of_all_subsets(case):
    lines, group = case
    assert listed(lines, group) == cuts_by_trial(lines, group)


@given(graphs(least=3))
def test_order_and_list_beyond_pairs_equal_the_trial_of_all_subsets(case):
    lines, group = case
    assert listed(lines, group) == cuts_by_trial(lines, group)


@given(graphs())
def test_program_equals_the_trial_of_all_subsets(case):
    lines, group = case
    size, cuts = cuts_by_trial(lines, group)
    if size:
        needs, focal, units = relevant(needs_of(lines, group), ONLY_A)
        found = cut_program.solve(needs, focal, units)
        assert (found.bound, sorted(c.tolist() for c in found.cuts), found.all_listed) == (size, cuts, True)


@given(graphs(), st.permutations(range(8)))
def test_order_of_rows_changes_no_cut(case, rank):
    assert listed(*case) == listed(*permuted(*case, rank))


@given(graphs(), st.integers(0, 7), st.integers(0, 1))
def test_more_alternatives_never_lower_the_order(case, line, slot):
    lines, group = case
    before = listed(lines, group)[0]
    if line < len(lines) and slot < len(lines[line]):
        essential, undisclosed, suppliers = lines[line][slot]
        lines[line][slot] = (essential, undisclosed, [*suppliers, *((s, 0.0) for s in range(line + 1, len(lines)))])
    after = listed(lines, group)[0]
    assert after is None or (before is not None and after >= before)


def test_a_graph_too_large_for_the_program_gets_a_minimal_cut_with_its_bound():
    # The product takes c from three lines and d from four, all of which live on their own: k = 3 is found near the product.
    needs = Needs(
        line_group=np.arange(8, dtype=np.int32), slot_start=np.array([0, 2, 2, 2, 2, 2, 2, 2, 2]),
        slot_essential=np.ones(2, bool), slot_undisclosed=np.zeros(2, bool), arc_start=np.array([0, 3, 7]),
        arc_supplier=np.arange(1, 8, dtype=np.int32), arc_share=np.array([1 / 3] * 3 + [1 / 4] * 4),
    )  # fmt: skip
    found = smallest_cuts(needs, np.array([0]), most_arcs=5)
    assert (found.size, found.bound, found.sets.tolist(), found.all_listed) == (3, 3, [[1, 2, 3]], False)
    assert smallest_cuts(needs, np.array([0])).sets.tolist() == [[1, 2, 3]]
    few = smallest_cuts(needs, np.array([0]), most_arcs=5, most_pairs=0)
    assert (few.size, few.bound) == (3, 2)
    assert few.gap == pytest.approx(1 / 3)
