from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.systemic import LANES, shares, systemic
from tierscape.kernels.systemic_push import systemic_push

SEEDS = st.integers(0, 2**32 - 1)

# Fixture of the open Julia package Economic-Systemic-Risk: (supplier, customer, their sectors, essentiality), weight 1
STAR = [
    ("A", "X", 1, 1, 2), ("B", "X", 2, 1, 2), ("C", "X", 2, 1, 2), ("D", "X", 2, 1, 2), ("E", "X", 3, 1, 1),
    ("F", "X", 3, 1, 1), ("G", "X", 5, 1, 1), ("H", "X", 99, 1, 0), ("X", "I", 1, 1, 2), ("X", "J", 1, 3, 1),
    ("X", "K", 1, 4, 2), ("K", "L", 4, 2, 2),
]  # fmt: skip
STAR_ESRI = {
    "A": 0.4166666666666667, "X": 1.0, "B": 0.1369047619047619, "C": 0.1369047619047619, "D": 0.1369047619047619,
    "E": 0.12320402298850575, "F": 0.12320402298850575, "G": 0.12320402298850575, "H": 0.08333333333333333,
    "I": 0.30555555555555564, "J": 0.30555555555555564, "K": 0.388888888888889, "L": 0.388888888888889,
}  # fmt: skip

# Example data of GLcascade 0.9.3.1: supplier → customer, unit weights, everything linear, no substitution
LINKS = [(2, 1), (2, 3), (3, 7), (6, 7), (7, 4), (7, 11), (8, 11), (9, 5), (9, 10), (10, 7)]
SECTORS = [1, 2, 1, 3, 4, 2, 4, 1, 2, 3, 5]
LINEAR_ESRI = [0.1, 0.366666666666667, 0.266666666666667, 0.35, 0.1, 0.166666666666667, 0.7, 0.1, 0.366666666666667,
               0.266666666666667, 0.45]  # fmt: skip
LINEAR_ITERATIONS = [2, 4, 3, 4, 2, 3, 3, 2, 4, 3, 4]


def exact_push(network, targets, eps=1e-2, *, substitution=True):
    return systemic_push(network, targets, eps, substitution=substitution, tau=0.0)


ENGINES = pytest.mark.parametrize("engine", [systemic, exact_push])


def each(lines, left=0.0):
    return np.arange(lines + 1), np.arange(lines), np.full(lines, left)


def star():
    names = list(STAR_ESRI)
    sector = {n: s for a, b, sa, sb, _ in STAR for n, s in ((a, sa), (b, sb))}
    supplier, buyer = (np.array([names.index(link[i]) for link in STAR]) for i in (0, 1))
    market = np.array([sector[n] for n in names])
    essentiality = np.array([link[4] for link in STAR])
    return shares((supplier, buyer, np.ones(len(STAR)), essentiality, market[supplier]), market), names


def linear():
    supplier, buyer = np.array(LINKS).T - 1
    market = np.array(SECTORS)
    return shares((supplier, buyer, np.ones(10), np.ones(10, np.int64), market[supplier]), market)


def draw(seed, lines=8, links=20, sectors=3):
    rng = np.random.default_rng(seed)
    supplier, buyer = rng.integers(0, lines, links), rng.integers(0, lines, links)
    market = rng.integers(0, sectors, lines)
    matters = rng.integers(0, 3, (sectors, sectors))
    return (supplier, buyer, rng.lognormal(0.0, 1.5, links), matters[market[supplier], market[buyer]],
            market[supplier]), market  # fmt: skip


def naive(links, market, left, *, substitution, eps=1e-2):
    """The published loop for one scenario, straight from the definition: h is what each line still does."""
    number = len(market)
    sales = np.zeros(number)
    np.add.at(sales, links[0], links[2])
    down, up, steps = left.copy(), left.copy(), 0
    while True:
        steps += 1
        next_down, next_up = left.copy(), left.copy()
        for i in range(number):
            loss, whole = {}, sum(w for _, b, w, _, _ in zip(*links, strict=True) if b == i)
            for j, b, w, matter, kind in zip(*links, strict=True):
                if b != i or matter == 0:
                    continue
                remaining = (sales * down)[market == market[j]].sum()
                sigma = min(1.0, sales[j] / remaining) if substitution and remaining > 1e-10 else 1.0
                same = sum(v for _, c, v, _, k in zip(*links, strict=True) if c == i and k == kind)
                key, share = (kind, w / same) if matter == 2 else (-1, w / whole)
                loss[key] = loss.get(key, 0.0) + share * sigma * (1.0 - down[j])
            next_down[i] = max(0.0, min([left[i], *(1.0 - x for x in loss.values())]))
            if sales[i] > 0.0:
                lost = sum(w / sales[i] * (1.0 - up[b]) for j, b, w, _, _ in zip(*links, strict=True) if j == i)
                next_up[i] = max(0.0, min(left[i], 1.0 - lost))
        drop = max((down - next_down).max(), (up - next_up).max())
        down, up = next_down, next_up
        if drop <= eps:
            weight = sales / sales.sum()
            return (*(weight @ (1.0 - h) for h in (np.minimum(down, up), down, up)), steps)


# Oracles


@ENGINES
def test_thirteen_firms_of_the_published_fixture(engine):
    network, names = star()
    found = engine(network, each(13))
    np.testing.assert_allclose(found.esri, [STAR_ESRI[n] for n in names], atol=1e-12, rtol=0)


@ENGINES
def test_eleven_firms_of_the_published_example_and_their_iterations(engine):
    found = engine(linear(), each(11), substitution=False)
    np.testing.assert_allclose(found.esri, LINEAR_ESRI, atol=1e-12, rtol=0)
    assert found.iterations.tolist() == LINEAR_ITERATIONS


# Brute force


@pytest.mark.parametrize("substitution", [True, False])
@ENGINES
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_engine_is_the_published_loop(engine, substitution, seed):
    links, market = draw(seed)
    found = engine(shares(links, market), each(8), substitution=substitution)
    for line in range(8):
        left = np.where(np.arange(8) == line, 0.0, 1.0)
        *expected, steps = naive(links, market, left, substitution=substitution)
        got = (found.esri[line], found.esri_down[line], found.esri_up[line])
        np.testing.assert_allclose(got, expected, atol=1e-12, rtol=0)
        assert found.iterations[line] == steps


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="takes minutes without the compiler")
@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_both_engines_agree_on_a_network_of_hundreds(seed):
    links, market = draw(seed, lines=150, links=600, sectors=12)
    network = shares(links, market)
    pull, push = systemic(network, each(150)), exact_push(network, each(150))
    for a, b in zip(pull[:3], push[:3], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12, rtol=0)
    assert (pull.iterations == push.iterations).all()
    rough = systemic_push(network, each(150))
    np.testing.assert_allclose(rough.esri, pull.esri, atol=1e-7, rtol=0)


# Invariants


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_company_in_the_block_changes_no_bit(seed):
    links, market = draw(seed, lines=40, links=120, sectors=5)
    network = shares(links, market)
    together = systemic(network, each(40))
    for line in (0, LANES, 39):
        alone = systemic(network, (np.array([0, 1]), np.array([line]), np.zeros(1)))
        assert [a[line] for a in together] == [a[0] for a in alone]


@ENGINES
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_line_that_keeps_less_costs_more(engine, seed):
    (supplier, buyer, *rest), market = draw(seed, lines=20, links=60)
    forward = (
        np.minimum(supplier, buyer),
        np.maximum(supplier, buyer) + 1,
        *rest,
    )  # no cycle: it ends, however small eps
    network = shares(forward, np.append(market, 0))
    steps = [engine(network, each(21, left), 1e-13, substitution=False) for left in (0.0, 0.3, 0.7, 1.0)]
    for worse, better in pairwise(steps):
        assert (worse.esri >= better.esri - 1e-9).all()
    assert not steps[-1].esri.any()


@ENGINES
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_index_lies_between_the_own_share_and_one(engine, seed):
    links, market = draw(seed, lines=20, links=60)
    network = shares(links, market)
    found = engine(network, each(20))
    own = network.sales / network.sales.sum()
    assert (found.esri >= own - 1e-12).all()
    assert (found.esri <= 1.0 + 1e-12).all()
    assert (found.esri >= np.maximum(found.esri_down, found.esri_up) - 1e-12).all()
    assert (found.esri <= found.esri_down + found.esri_up + 1e-12).all()


@ENGINES
def test_a_site_of_several_lines_is_at_least_as_bad_as_each(engine):
    network, names = star()
    both = engine(network, (np.array([0, 2]), np.array([names.index("A"), names.index("K")]), np.zeros(2)))
    assert both.esri[0] >= max(STAR_ESRI["A"], STAR_ESRI["K"])


@ENGINES
def test_an_isolated_line_and_an_empty_target_lose_nothing(engine):
    links, market = draw(3)
    network = shares(links, np.append(market, 0))
    found = engine(network, (np.array([0, 1, 1]), np.array([8]), np.zeros(1)))
    assert found.esri.tolist() == [0.0, 0.0]
    assert found.iterations.tolist() == [1, 1]


@ENGINES
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_order_and_unit_change_nothing(engine, seed):
    links, market = draw(seed, lines=20, links=60)
    rng = np.random.default_rng(seed)
    new, order = rng.permutation(20), rng.permutation(60)
    old = np.argsort(new)
    moved = (new[links[0]][order], new[links[1]][order], 1e6 * links[2][order], links[3][order], links[4][order])
    before, after = engine(shares(links, market), each(20)), engine(shares(moved, market[old]), each(20))
    np.testing.assert_allclose(after.esri[new], before.esri, atol=1e-12, rtol=0)


@ENGINES
def test_without_any_sales_there_is_nothing_to_lose(engine):
    none = np.zeros(0, np.int64)
    found = engine(shares((none, none, np.zeros(0), none, none), np.zeros(3, np.int64)), each(3))
    assert found.esri.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("engine", "wrong"), [(systemic, {"eps": 0.0}), (systemic_push, {"eps": 0.0}),
                                               (systemic_push, {"tau": -1e-9})])  # fmt: skip
def test_limits_that_never_end_are_refused(engine, wrong):
    with pytest.raises(ValueError, match="for ever"):
        engine(linear(), each(11), **wrong)
