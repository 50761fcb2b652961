"""Sector dynamics against BoARIO 0.7.2 (oracle V6 of the method page on stress) and a plain NumPy reference."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels.sector_ario import SectorRules, simulate
from tierscape.kernels.sector_arrays import Outages, sector_table

FROZEN = Path(__file__).parents[1] / "data" / "sector_ario_small.npz"
BOTH = pytest.mark.parametrize("orders", ["fixed", "capacity"])
YEAR = 365


def outages(*scenarios):
    """Each scenario is a list of (row, begin, hold, ramp, loss)."""
    rows = [row for scenario in scenarios for row in scenario]
    start = np.cumsum([0, *map(len, scenarios)])
    line, *rest = np.array(rows, dtype=float).reshape(-1, 5).T
    return Outages(start, line.astype(np.int64), *rest)


def left_on(day, scenario, n):
    """Capacity that the outages of one scenario leave."""
    left = np.ones(n)
    for line, begin, hold, ramp, loss in scenario:
        over = day - begin - hold
        if day >= begin and over < 0:
            left[line] *= 1.0 - loss
        elif day >= begin and over < ramp:
            left[line] *= 1.0 - loss * (1.0 - over / ramp)
    return left


def reference(flows, x0, final, sector, scenario, days, rules, stock_days=90.0):
    """The equations with the whole matrix of orders, one scenario."""
    n, kinds = len(x0), int(sector.max()) + 1
    member = np.zeros((kinds, n))
    member[sector, np.arange(n)] = 1.0
    bought = member @ flows
    use = bought / x0
    orders, made, alpha, stock = flows.copy(), x0.copy(), np.ones(n), stock_days * bought
    rows = []
    for day in range(days):
        demand = orders.sum(axis=1) + final
        some = demand > 0
        if day >= 2:
            short = np.where(some, (demand - made) / np.where(some, demand, 1.0), 0.0)
            up = alpha + (rules.overproduction - alpha) * short / rules.overproduction_days
            alpha = np.maximum(1.0, np.where(short != 0, up, alpha + (1.0 - alpha) / rules.overproduction_days))
        capacity = alpha * left_on(day, scenario, n)
        wanted = np.minimum(demand, capacity * x0)
        need = rules.psi * stock_days * use * wanted
        enough = np.where(need > 0, stock / np.where(need > 0, need, 1.0), np.inf).min(axis=0)
        made = wanted * np.minimum(1.0, enough)
        filled = np.where(some, made / np.where(some, demand, 1.0), 1.0)
        stock = stock + member @ (orders * filled[:, None]) - use * made
        order = np.maximum(0.0, stock_days * use * wanted - stock) / rules.restock_days + use * made
        weight = flows * capacity[:, None] if rules.orders == "capacity" else flows
        total = (member @ weight)[sector]
        orders = np.divide(weight, total, out=np.zeros_like(flows), where=total > 0) * order[sector]
        rows.append(made)
    return np.array(rows)


@st.composite
def cases(draw):
    """Tables of 1 to 8 rows in 1 to 3 classes, some flows 0, with up to four outages in each of up to three scenarios."""
    n, kinds, seed = draw(st.integers(1, 8)), draw(st.integers(1, 3)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sector = rng.integers(0, kinds, n)
    shares = rng.uniform(0.0, 1.0, (n, n)) * (rng.random((n, n)) < 0.7)
    shares *= rng.uniform(0.1, 0.8, n) / np.maximum(shares.sum(axis=0), 1e-9)
    final = rng.uniform(0.1, 10.0, n)
    output = np.linalg.solve(np.eye(n) - shares, final)
    events = [
        [(int(rng.integers(n)), int(rng.integers(0, 6)), int(rng.integers(0, 10)), int(rng.integers(0, 5)), float(rng.uniform(0, 0.9)))
         for _ in range(rng.integers(0, 5))]
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return (shares * output, output, final, sector), events


# V6


@pytest.fixture(scope="module")
def pymrio_table():
    """Pymrio's test table a day, rows sorted by region and sector."""
    pymrio = pytest.importorskip("pymrio", reason="pymrio, whose test table the oracle uses, is in the group 'bench'")
    system = pymrio.load_test().calc_system()
    rows = system.Z.index.sort_values()
    kinds = sorted(system.get_sectors())
    return (
        system.Z.loc[rows, rows].to_numpy() / YEAR, system.x.loc[rows].to_numpy()[:, 0] / YEAR,
        system.Y.loc[rows].sum(axis=1).to_numpy() / YEAR, np.array([kinds.index(s) for _, s in rows]),
    )  # fmt: skip


def test_lowest_production_of_the_test_table_is_that_of_boario(pymrio_table):
    table = sector_table(*pymrio_table)
    assert len(table.flow) == 2304
    event = outages([(i, 2, 364, 0, 0.6) for i in range(4)])
    run = simulate(table, event, days=365, lanes=1, keep=True)
    lowest = (run.output[0] / table.output).min(axis=1)
    assert lowest[[0, 1]].round(12).tolist() == [1.0, 1.0]
    expected = [0.4, 0.405252202957453, 0.410364759373069, 0.419502174788415, 0.23015152802125]
    assert lowest[[2, 50, 100, 200, 364]] == pytest.approx(expected, abs=1e-12)
    assert run.lost_output.sum() / table.output.sum() == pytest.approx(29.857156, abs=5e-7)


@pytest.mark.parametrize(("orders", "theirs"), [("fixed", "noalt"), ("capacity", "alt")])
def test_every_day_and_row_of_the_frozen_table_is_that_of_boario(orders, theirs):
    with np.load(FROZEN) as frozen:
        held = dict(frozen)
    table = sector_table(held["flows"], held["output"], held["final"], held["sector"])
    event = outages(
        [(i, int(held["begin"]), int(held["hold"]), 1, float(held["loss"])) for i in range(int(held["hit"]))]
    )
    run = simulate(table, event, days=120, lanes=2, rules=SectorRules(orders=orders), keep=True)
    assert held[theirs].min() < 0.41
    assert np.abs(run.output[0] / table.output - held[theirs]).max() < 1e-12


# Brute force


@BOTH
@settings(max_examples=25)
@given(cases())
def test_kernel_equals_the_matrix_of_orders(orders, case):
    parts, events = case
    rules = SectorRules(orders=orders, restock_days=5.0, overproduction_days=20.0)
    run = simulate(sector_table(*parts, stock_days=4.0), outages(*events), days=40, rules=rules, lanes=2, keep=True)
    for made, event in zip(run.output, events, strict=True):
        expected = reference(*parts, event, 40, rules, stock_days=4.0)
        assert np.abs(made / parts[1] - expected / parts[1]).max() < 1e-11


# Invariants


@BOTH
@settings(max_examples=15)
@given(cases())
def test_without_an_outage_nothing_moves(orders, case):
    parts, _ = case
    run = simulate(sector_table(*parts), outages([], []), days=60, rules=SectorRules(orders=orders), keep=True)
    assert np.abs(run.output / parts[1] - 1.0).max() < 1e-12
    assert run.lost_output.tolist() == run.lost_final.tolist() == np.zeros((2, len(parts[1]))).tolist()


@BOTH
@pytest.mark.parametrize("precision", ["float64", "float32"])
@settings(max_examples=10)
@given(cases())
def test_lane_of_a_batch_has_the_bits_of_a_single_run(orders, precision, case):
    parts, events = case
    rules = SectorRules(orders=orders, restock_days=4.0, precision=precision)
    table = sector_table(*parts, stock_days=3.0)
    whole = simulate(table, outages(*events), days=20, rules=rules, lanes=5, keep=True)
    for s, event in enumerate(events):
        single = simulate(table, outages(event), days=20, rules=rules, lanes=1, keep=True)
        for one, many in zip(single, whole, strict=True):
            assert np.array_equal(one[0], many[s])


@BOTH
@settings(max_examples=10)
@given(cases())
def test_losses_are_the_sums_of_the_days(orders, case):
    parts, events = case
    table = sector_table(*parts, stock_days=3.0)
    run = simulate(table, outages(*events), days=20, rules=SectorRules(orders=orders), keep=True)
    assert np.allclose(run.lost_output, (parts[1] - run.output).sum(axis=1), atol=1e-9 * parts[1].max())
    assert np.allclose(run.total_output, run.output.sum(axis=2), rtol=1e-12)
    assert (run.lost_final >= 0).all()
    assert (run.lost_final <= 20 * parts[2]).all()


@BOTH
def test_single_precision_stays_near(orders):
    with np.load(FROZEN) as frozen:
        table = sector_table(*(frozen[k] for k in ("flows", "output", "final", "sector")))
    event = outages([(0, 2, 60, 10, 0.5)])
    double, single = (
        simulate(table, event, days=120, rules=SectorRules(orders=orders, precision=p), lanes=1)
        for p in ("float64", "float32")
    )
    assert np.abs(single.total_output / double.total_output - 1.0).max() < 3e-6
    assert single.lost_output.sum() == pytest.approx(double.lost_output.sum(), rel=1e-3)


def test_order_and_currency_of_rows_change_nothing():
    with np.load(FROZEN) as frozen:
        flows, output, final, sector = (frozen[k] for k in ("flows", "output", "final", "sector"))
    base = simulate(sector_table(flows, output, final, sector), outages([(0, 2, 30, 0, 0.8)]), days=60)
    turned = np.arange(len(output))[::-1]
    other = sector_table(1e3 * flows[np.ix_(turned, turned)], 1e3 * output[turned], 1e3 * final[turned], sector[turned])
    found = simulate(other, outages([(len(output) - 1, 2, 30, 0, 0.8)]), days=60)
    assert np.allclose(found.lost_output[:, turned], 1e3 * base.lost_output, rtol=1e-9)


def test_outages_multiply_and_come_back_evenly():
    table = sector_table(np.zeros((1, 1)), np.array([100.0]), np.array([100.0]), np.zeros(1, int))
    event = outages([(0, 1, 2, 4, 0.5), (0, 2, 1, 0, 0.5)])
    run = simulate(table, event, days=8, rules=SectorRules(overproduction=1.0), keep=True)
    assert run.output[0, :, 0].tolist() == [100.0, 50.0, 25.0, 50.0, 62.5, 75.0, 87.5, 100.0]
    assert run.lost_final[0].tolist() == [250.0]


def test_row_that_nobody_buys_from_and_that_buys_nothing_changes_nothing():
    with np.load(FROZEN) as frozen:
        flows, output, final, sector = (frozen[k] for k in ("flows", "output", "final", "sector"))
    event = outages([(0, 2, 30, 0, 0.8)])
    base = simulate(sector_table(flows, output, final, sector), event, days=40)
    wider = sector_table(np.pad(flows, (0, 1)), np.append(output, 7.0), np.append(final, 7.0), np.append(sector, 0))
    found = simulate(wider, event, days=40)
    assert np.array_equal(found.lost_output[:, :-1], base.lost_output)
    assert found.lost_output[0, -1] == 0.0


def test_suppliers_that_are_all_down_take_no_orders_by_capacity():
    flows = np.array([[0.0, 50.0], [0.0, 0.0]])
    table = sector_table(flows, np.array([50.0, 100.0]), np.array([0.0, 100.0]), np.arange(2), stock_days=2.0)
    run = simulate(table, outages([(0, 2, 10, 0, 1.0)]), days=20, rules=SectorRules(orders="capacity"), keep=True)
    assert np.isfinite(run.output).all()
    assert run.output[0, 2:12, 0].max() == 0.0
    assert run.output[0, 10, 1] < 60.0


# Bad input


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"flows": np.array([[-1.0]])}, "flows must be finite and at least 0"),
        ({"output": np.array([0.0])}, "output must be finite and above 0"),
        ({"final": np.array([np.nan])}, "final must be finite"),
        ({"flows": np.zeros((2, 2))}, "flows must be 1 × 1"),
        ({"stock_days": 0.0}, "stock_days must be finite and above 0"),
    ],
)
def test_table_that_cannot_run_is_refused(change, says):
    given = {"flows": np.zeros((1, 1)), "output": np.ones(1), "final": np.ones(1), "sector": np.zeros(1, int)} | change
    with pytest.raises(ValueError, match=says):
        sector_table(**given)


@pytest.mark.parametrize(
    ("event", "more", "says"),
    [
        ([(1, 0, 1, 0, 0.5)], {}, "names a row outside 0 to 0"),
        ([(0, 0, 1, 0, 1.5)], {}, "loss outside 0 to 1"),
        ([], {"days": 0}, "days and lanes"),
    ],
)
def test_run_that_makes_no_sense_is_refused(event, more, says):
    table = sector_table(np.zeros((1, 1)), np.ones(1), np.ones(1), np.zeros(1, int))
    with pytest.raises(ValueError, match=says):
        simulate(table, outages(event), **({"days": 3} | more))
