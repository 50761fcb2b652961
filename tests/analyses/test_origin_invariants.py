"""What holds for any good: bounds over all statuses, tracing, scale, splitting, order of rows."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from origin_cases import good, overall, row
from tierscape.analyses.origin import origin
from tierscape.quantities.origin_rules import Goods, Ledger, Materials, Terms, judge, judge_ledger, variants
from tierscape.reference.origin_expression import Group, Leaf

ON = "2026-11-22"
HEADINGS = (850130, 850133, 850300, 740811, 850760, -1)
LEAVES = (
    Leaf("shift", "CTH"), Leaf("shift", "CC", ("7408",)), Leaf("value", "transaction_value", (), "tv"),
    Leaf("value", "net_cost", (), "nc"), Leaf("value", "max_nom", (), "nom"), Leaf("value", "build_up", (), "up"),
    Leaf("value", "focused_value", ("8503",), "focus"), Leaf("value", "super_core", ("8507",), "core"),
    Leaf("process", "weld"), Leaf("wholly_obtained"), Leaf("originating", "", ("8507",)), Leaf("share", "steel", (), "steel"),
)  # fmt: skip
LIMITS = dict.fromkeys(LEAVES, 0.0) | {
    leaf: {"max_nom": 40.0, "build_up": 30.0}.get(leaf.what, 60.0) for leaf in LEAVES if leaf.kind in {"value", "share"}
}
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def rules(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(LEAVES))
    members = draw(st.lists(rules(depth=depth - 1), min_size=1, max_size=3))
    return Group(draw(st.sampled_from(("any_of", "all_of"))), tuple(members))


@st.composite
def ledgers(draw, most=6, known=False):
    k = draw(st.integers(1, most))
    status = st.sampled_from(((False, False), (True, True)) if known else ((False, False), (False, True), (True, True)))
    value = np.array(draw(st.lists(st.floats(1, 400), min_size=k, max_size=k)))
    part = np.array(draw(st.lists(st.floats(0, 1), min_size=k, max_size=k)))
    more = np.array(draw(st.lists(st.floats(0, 1), min_size=k, max_size=k)))
    regional = np.stack([value * part, value * np.maximum(part, more)], axis=1)
    codes = np.array(draw(st.lists(st.sampled_from(HEADINGS), min_size=k, max_size=k)), dtype=np.int64)
    materials = Materials(
        np.zeros(k, dtype=np.int64), codes, value,
        np.array(draw(st.lists(status, min_size=k, max_size=k))), regional,
    )  # fmt: skip
    return Ledger(make_goods(1.0, weld=draw(st.booleans())), materials)


def make_goods(scale, *, weld=True):
    bases = dict.fromkeys(("transaction_value", "adjusted_value", "exworks", "fob"), np.array([1000.0 * scale]))
    shares = {"steel": np.array([[50.0, 80.0]])}
    return Goods(
        np.array([850131]), bases | {"net_cost": np.array([850.0 * scale])}, np.ones((1, 2), bool),
        {"weld": np.array([[weld, True]])}, shares,
    )  # fmt: skip


TERMS = Terms(LIMITS, 10.0)
FIRST = np.array([0])


def judged(rule, ledger):
    return judge_ledger(rule, ledger, FIRST, TERMS)


@quick
@given(rules(), ledgers(most=8))
def test_every_set_of_statuses_lies_between_the_two_ends(rule, ledger):
    found, m = judged(rule, ledger), ledger.materials
    free = np.flatnonzero(m.originates[:, 0] != m.originates[:, 1])
    for chosen in itertools.product((False, True), repeat=len(free)):
        status = m.originates[:, 0].copy()
        status[free] = chosen
        both = np.stack([status, status], axis=1)
        exact = Ledger(ledger.goods, Materials(m.good, m.hs, m.value, both, m.regional))
        each = judged(rule, exact)
        assert found.overall[0, 0] <= each.overall[0, 0]
        assert each.overall[0, 1] <= found.overall[0, 1]
        for e, sign in ((0, -1), (1, 1)):
            gap = sign * (found.margin[:, 0, e] - each.margin[:, 0, e])
            assert np.nanmax(np.append(-gap, -1.0)) <= 1e-6


@quick
@given(rules(), ledgers(known=True))
def test_ends_fall_together_where_nothing_is_undetermined(rule, ledger):
    m = ledger.materials
    same = Materials(
        m.good, np.where(m.hs == -1, 850300, m.hs), m.value, m.originates, np.repeat(m.regional[:, :1], 2, axis=1)
    )
    goods = make_goods(1.0)
    sure = Goods(goods.hs, goods.bases, goods.inside, goods.processes, {"steel": np.array([[80.0, 80.0]])})
    found = judged(rule, Ledger(sure, same))
    if not any(leaf.kind == "originating" or leaf.what == "super_core" for leaf in found.leaves):
        assert found.overall[0, 0] == found.overall[0, 1]
    np.testing.assert_allclose(found.margin[:, 0, 0], found.margin[:, 0, 1])


@quick
@given(ledgers())
def test_rungs_of_tracing_rise(ledger):
    for leaf in (LEAVES[2], LEAVES[3]):
        values = []
        for tracing, roll_up in ((False, False), (True, False), (True, True)):
            rung = Ledger(ledger.goods, ledger.materials, tracing=tracing, roll_up=roll_up)
            values.append(judged(leaf, rung).pct[0, 0, 0])
        assert values[0] <= values[1] + 1e-9
        assert values[1] <= values[2] + 1e-9


@quick
@given(rules(), ledgers(), st.floats(0.01, 100))
def test_another_currency_changes_no_verdict(rule, ledger, scale):
    m = ledger.materials
    scaled = Materials(m.good, m.hs, m.value * scale, m.originates, m.regional * scale)
    goods = make_goods(scale)
    goods = Goods(goods.hs, goods.bases, goods.inside, ledger.goods.processes, goods.shares)
    one, other = judged(rule, ledger), judged(rule, Ledger(goods, scaled))
    np.testing.assert_allclose(one.margin, other.margin, atol=1e-6)
    assert (one.overall == other.overall).all() or np.nanmin(np.abs(one.margin)) < 1e-6


@quick
@given(rules(), ledgers(), st.floats(0.1, 0.9))
def test_material_split_in_two_changes_nothing(rule, ledger, share):
    m = ledger.materials
    cut = [np.concatenate([f * v[:1], (1 - f) * v[:1], v[1:]]) for f, v in ((share, m.value), (share, m.regional))]
    twice = [np.concatenate([v[:1], v]) for v in (m.good, m.hs, m.originates)]
    split = Ledger(ledger.goods, Materials(twice[0], twice[1], cut[0], twice[2], cut[1]))
    one, other = judged(rule, ledger), judged(rule, split)
    np.testing.assert_allclose(one.margin, other.margin, atol=1e-6)
    assert (one.overall == other.overall).all()


@quick
@given(ledgers())
def test_value_tests_pass_where_all_materials_originate(ledger):
    m = ledger.materials
    ours = Ledger(ledger.goods, Materials(m.good, m.hs, m.value, np.ones_like(m.originates), m.regional))
    for leaf in LEAVES[:7]:
        if leaf.what != "build_up":
            assert judged(leaf, ours).overall[0, 0], leaf


@quick
@given(rules(), ledgers())
def test_reversing_a_material_is_judging_with_it_reversed(rule, ledger):
    m = ledger.materials
    groups = [np.array([i]) for i in range(len(m.value))]
    from_sums, sums = variants(ledger, 0, groups, reverse=True)
    fast = judge(rule, from_sums, sums, TERMS)
    for i in range(len(m.value)):
        status = m.originates.copy()
        status[i] = ~m.originates[i, 0]
        slow = judged(rule, Ledger(ledger.goods, Materials(m.good, m.hs, m.value, status, m.regional)))
        np.testing.assert_allclose(fast.margin[:, i], slow.margin[:, 0], atol=1e-6)
        assert (fast.overall[i] == slow.overall[0]).all()


def test_rows_in_another_order_give_the_same_answer():
    network = good("A 850133 300 MX yes\nB 850133 250 MX .\nC 740811 90 CN no")
    mixed = network.with_tables(links=network["links"].reverse(), bom=network["bom"].reverse())
    assert origin(network, on=ON).to_json() == origin(mixed, on=ON).to_json()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 300), st.booleans()), min_size=1, max_size=6))
def test_shortest_list_of_asks_is_the_shortest(drawn):
    materials = "\n".join(
        f"M{i} 850133 {value} {'MX .' if silent else 'CN no'}" for i, (value, silent) in enumerate(drawn)
    )
    answer = origin(good(materials), on=ON, calculation={"method": "transaction_value"})
    if overall(answer)["verdict"] != "depends":
        return
    asked = answer.asks.filter(pl.col("would_settle")).height
    silent = [v for v, s in drawn if s]
    total = sum(v for v, _ in drawn)
    by_value = [n for n in range(len(silent) + 1) for c in itertools.combinations(silent, n) if total - sum(c) <= 400]
    by_shift = [len(silent)] if all(s for _, s in drawn) else []
    assert asked == min(by_value + by_shift)


def test_silent_wages_never_raise_the_low_end_of_labour_value():
    base = "subject_kind subject indicator value valid_from evidence\ncapability plant/P origin.net_cost 30000 2026-06-01 declared\n"
    materials = "F 854231 6000 CN no\nE 840734 9000 MX ."
    silent = good(materials, hs6="870323", price=36000).with_tables(indicators=stated(base))
    told = silent.with_tables(
        indicators=stated(base + "capability s_E/E lvc.high_wage_material 5000 2026-06-01 declared")
    )
    low = [row(origin(n, on=ON).verdicts, leaf="labour value") for n in (silent, told)]
    assert low[0]["low"] == 0.0
    assert low[1]["low"] == pytest.approx(100 * 5000 / 30000)
    assert low[0]["high"] >= low[1]["high"]
    coverage = row(origin(told, on=ON).automotive, test="labour_value")["coverage"]
    assert coverage == pytest.approx(9000 / 15000)


def stated(text):
    header, *lines = [line.split() for line in text.strip().splitlines()]
    return pl.DataFrame(lines, schema=dict.fromkeys(header, pl.String), orient="row")
