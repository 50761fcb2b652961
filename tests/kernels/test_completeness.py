"""Completeness over a bill of materials, against hand-worked numbers and a slow recursion."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.completeness import aggregate, walk

# Five essential parts of one product, worked by hand: weights and covers.
WEIGHTS = (0.4, 0.1, 0.2, 0.15, 0.15)
COVERS = (1.0, 1.0, 0.0, 1.0, 0.5)

# P <- {A, B}, A <- H, B <- {M1 | M2}, equal weights in every part.
P, A, B, H, M1, M2 = range(6)
OWN = np.array([0.0, 0.5, 0.5, 1.0, 1.0, 1.0])
GROUPS = [(P, (A,), True, 0.5), (P, (B,), True, 0.5), (A, (H,), True, 0.5), (B, (M1, M2), True, 0.5)]
# Covers of P (never read), A, B, H, M1, M2.
COVER = (0.0, 1.0, 0.5, 0.0, 0.0, 1.0)


def column(values):
    return np.array(values, dtype=float)[:, None]


def complete(cover=COVER, **changed):
    """Completeness of P once some covers are changed."""
    cover = np.array(cover)
    for name, value in changed.items():
        cover[globals()[name]] = value
    return walk(cover[None, :], OWN, GROUPS)[0, P]


@pytest.mark.parametrize(("floor", "expected"), [(0.05, 0.202020), (0.001, 0.004976)])
def test_raw_harmonic_mean_of_floored_covers_is_the_worked_number(floor, expected):
    floored = np.maximum(column(COVERS), floor)
    assert aggregate(floored, np.array(WEIGHTS), 1.0)[0] == pytest.approx(expected, abs=5e-7)


def test_rho_minus_one_is_the_mean_and_rho_infinity_the_minimum():
    values, weights = column(COVERS), np.array(WEIGHTS)
    assert aggregate(values, weights, -1.0)[0] == pytest.approx(0.725, abs=1e-15)
    assert aggregate(values, weights, math.inf)[0] == 0.0


@pytest.mark.parametrize(
    ("rho", "expected"), [(-1.0, 0.725), (0.0, 0.472290), (1.0, 0.160637), (3.0, 0.037336), (50.0, 0.001722)]
)
def test_walk_with_affine_floor_is_the_worked_number(rho, expected):
    groups = [(0, (i + 1,), True, w) for i, w in enumerate(WEIGHTS)]
    own = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    found = walk(np.array([[0.0, *COVERS]]), own, groups, rho=rho, floor=0.05)[0, 0]
    assert found == pytest.approx(expected, abs=5e-7)


def test_tree_with_alternatives_is_the_worked_number():
    found = walk(np.array([COVER]), OWN, GROUPS)[0]
    assert found[[A, B, P]] == pytest.approx([0.047619, 0.672131, 0.123506], abs=5e-7)


@pytest.mark.parametrize(("closed", "gain"), [("H", 0.682319), ("B", 0.006929), ("A", 0.0), ("M1", 0.0), ("M2", 0.0)])
def test_gain_of_closing_one_gap_is_the_worked_number(closed, gain):
    assert complete(**{closed: 1.0}) - complete() == pytest.approx(gain, abs=1e-6)


def test_closing_h_then_b_reaches_the_worked_steps():
    assert complete(H=1.0) == pytest.approx(0.805825, abs=5e-7)
    assert complete(H=1.0, B=1.0) == 1.0


def test_losing_the_alternative_in_use_lowers_completeness_to_the_worked_number():
    assert complete(M2=0.0) == pytest.approx(0.045505, abs=5e-7)


def test_alternatives_that_add_up_fill_one_minus_the_product_of_what_is_missing():
    cover = np.array([[0.0, 0.5, 0.6]])
    groups = [(0, (1, 2), True, 1.0)]
    own = np.array([0.0, 1.0, 1.0])
    assert walk(cover, own, groups, any_of=True)[0, 0] == pytest.approx(1 - 0.5 * 0.4, abs=1e-15)
    assert walk(cover, own, groups)[0, 0] == pytest.approx(0.6, abs=1e-15)


def test_non_essential_hole_costs_its_share_and_no_more():
    cover = np.array([[0.0, 1.0, 0.0]])
    groups = [(0, (1,), True, 0.7), (0, (2,), False, 0.3)]
    assert walk(cover, np.array([0.0, 1.0, 1.0]), groups)[0, 0] == pytest.approx(0.7, abs=1e-12)


def test_product_of_non_essential_parts_alone_is_their_mean():
    cover = np.array([[0.0, 1.0, 0.5]])
    groups = [(0, (1,), False, 0.5), (0, (2,), False, 0.5)]
    assert walk(cover, np.array([0.0, 1.0, 1.0]), groups)[0, 0] == pytest.approx(0.75, abs=1e-12)


def test_essential_part_without_weight_changes_nothing_and_divides_by_nothing():
    cover = np.array([[0.0, 0.0, 0.5]])
    groups = [(0, (1,), True, 0.0), (0, (2,), False, 1.0)]
    assert walk(cover, np.array([0.0, 1.0, 1.0]), groups)[0, 0] == pytest.approx(0.5, abs=1e-12)


def test_cover_that_is_given_is_not_written_to():
    cover = np.array([COVER])
    walk(cover, OWN, GROUPS)
    assert cover.tolist() == [list(COVER)]


def test_part_without_a_bill_of_materials_keeps_its_cover():
    cover = np.array([[0.3, 0.7]])
    assert walk(cover, np.array([0.0, 1.0]), []).tolist() == [[0.3, 0.7]]


# Random trees of up to 8 parts: parents come before children, some children stand in for each other.
share = st.floats(0, 1)


@st.composite
def trees(draw):
    n = draw(st.integers(2, 8))
    parent = [0, *(draw(st.integers(0, i - 1)) for i in range(1, n))]
    children = {p: [i for i in range(1, n) if parent[i] == p] for p in range(n)}
    own, groups = [1.0] * n, []
    for p, below in children.items():
        if not below:
            continue
        cuts = [draw(st.booleans()) for _ in below[1:]]
        sets = [[below[0]]]
        for i, apart in zip(below[1:], cuts, strict=True):
            if apart:
                sets.append([i])
            else:
                sets[-1].append(i)
        raw = [draw(st.floats(0.1, 1)) for _ in sets]
        mine = 0.0 if p == 0 else draw(st.floats(0.1, 1))
        total = sum(raw) + mine
        own[p] = mine / total
        groups += [(p, tuple(s), draw(st.booleans()), w / total) for s, w in zip(sets, raw, strict=True)]
    cover = [draw(share) for _ in range(n)]
    return cover, own, groups


def slow(part, tree, rho, floor, any_of):
    """The definition, word for word, by recursion."""
    cover, own, groups = tree
    mine = [g for g in groups if g[0] == part]
    if not mine:
        return cover[part]

    def f(a):
        return floor + (1 - floor) * a

    hard = [(f(cover[part]), own[part])] if own[part] > 0 else []
    soft = []
    for _, members, essential, weight in mine:
        below = [slow(m, tree, rho, floor, any_of) for m in members]
        value = 1 - math.prod(1 - b for b in below) if any_of else max(below)
        (hard if essential else soft).append((f(value), weight))
    u, s = sum(w for _, w in hard), sum(w for _, w in soft)
    e = 0.0
    if hard:
        scaled = [(v, w / u) for v, w in hard]
        if rho == 0:
            e = math.prod(v**w for v, w in scaled)
        elif rho == math.inf:
            e = min(v for v, _ in scaled)
        else:
            e = sum(w * v**-rho for v, w in scaled) ** (-1 / rho)
    met = u * e + sum(w * v for v, w in soft)
    return (met / (u + s) - floor) / (1 - floor)


@settings(max_examples=200, deadline=None)
@given(trees(), st.sampled_from([-1.0, 0.0, 0.5, 1.0, 3.0, math.inf]), st.sampled_from([0.05, 0.3]), st.booleans())
def test_recursion_on_random_trees_gives_the_same(tree, rho, floor, any_of):
    cover, own, groups = tree
    found = walk(np.array([cover]), np.array(own), groups, rho=rho, floor=floor, any_of=any_of)[0, 0]
    assert found == pytest.approx(slow(0, tree, rho, floor, any_of), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(trees(), st.integers(1, 7), share)
def test_more_cover_never_lowers_completeness(tree, part, level):
    cover, own, groups = tree
    more = list(cover)
    more[min(part, len(cover) - 1)] = max(level, more[min(part, len(cover) - 1)])
    before, after = walk(np.array([cover, more]), np.array(own), groups)[:, 0]
    assert after >= before - 1e-15


@settings(max_examples=50, deadline=None)
@given(trees(), st.sampled_from([-1.0, 0.0, 1.0, 3.0]))
def test_all_present_is_one_and_none_is_zero(tree, rho):
    cover, own, groups = tree
    ends = np.array([[1.0] * len(cover), [0.0] * len(cover)])
    assert walk(ends, np.array(own), groups, rho=rho)[:, 0] == pytest.approx([1.0, 0.0], abs=1e-12)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_large_rho_does_not_overflow_and_tends_to_the_minimum(values):
    weights = np.full(len(values), 1 / len(values))
    at_limit = aggregate(column(values), weights, math.inf)[0]
    assert at_limit == min(values)
    assert aggregate(column(values), weights, 2000.0)[0] == pytest.approx(at_limit, rel=2e-3)


@settings(deadline=None)
@given(trees(), st.randoms())
def test_places_do_not_depend_on_their_neighbours_in_the_array(tree, shuffler):
    cover, own, groups = tree
    many = np.array([cover, cover[::-1], [1.0] * len(cover)])
    order = [0, 1, 2]
    shuffler.shuffle(order)
    together = walk(many, np.array(own), groups)
    alone = walk(many[order], np.array(own), groups)
    assert together[order].tobytes() == alone.tobytes()
