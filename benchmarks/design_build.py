"""What writing a plan's model costs, against arrays filled by hand: ``python benchmarks/design_build.py --goods 5 50``.

A flow of several goods through stocks: goods x 1,500 arcs and goods x 150 nodes over 12 periods (50 goods: 990,000 columns,
108,000 rows). Both contenders end with the model inside HiGHS, each in a process of its own; both must have handed over the
same numbers before any figure is shown. Times are CPU seconds of the process, without imports. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time

import highspy
import linopy
import numpy as np
import polars as pl
from scipy.sparse import coo_array, csr_array

from tierscape.planning.ask import Ask
from tierscape.planning.handoff import program
from tierscape.planning.problem import Problem
from tierscape.planning.program import Program
from tierscape.planning.written import Written, declare, meaning, summed

ARCS, NODES, PERIODS = 1500, 150, 12


class Instance:
    """The same numbers for both: G goods, A arcs, N nodes, T periods."""

    def __init__(self, goods: int) -> None:
        rng = np.random.default_rng(7)
        self.goods = goods
        self.tail = rng.integers(0, NODES, ARCS)
        self.head = (self.tail + rng.integers(1, NODES, ARCS)) % NODES
        self.freight = rng.uniform(1, 10, (goods, ARCS))
        self.holding = rng.uniform(0.1, 1, (goods, NODES))
        self.size = rng.uniform(0.5, 2, goods)
        self.supply = rng.uniform(-5, 5, (goods, NODES, PERIODS))
        self.room = rng.uniform(50, 500, ARCS)


def by_rows(it: Instance) -> Program:
    """Write it as the families of rows do, and hand it over."""
    g, lane = np.arange(it.goods), np.arange(it.goods * ARCS)
    store, period = np.arange(it.goods * NODES), np.arange(PERIODS)
    tables = {"periods": pl.DataFrame({"year": period, "discount": np.ones(PERIODS)})}
    with meaning():
        written = Written(
            problem=Problem(tables=tables), ask=Ask(), model=linopy.Model(sparse=True), periods=list(period)
        )
        declare(written, "flow", {"lane": lane, "period": period})
        declare(written, "stock", {"store": store, "period": period})
        flow, stock = written["flow"], written["stock"]
        arriving = summed(flow, "lane", (g[:, None] * NODES + it.head).ravel(), "store", len(store))
        leaving = summed(flow, "lane", (g[:, None] * NODES + it.tail).ravel(), "store", len(store))
        before = (1 * stock).shift(period=1).fillna(0)
        supply = written.labelled(it.supply.reshape(-1, PERIODS), "store", "period")
        written.rows("balance", arriving - leaving + before - 1 * stock == supply)
        taken = written.labelled(np.repeat(it.size, ARCS), "lane") * flow
        used = summed(taken, "lane", np.tile(np.arange(ARCS), it.goods), "arc", ARCS)
        written.rows("room", used <= written.labelled(it.room, "arc"))
        written.charge("freight", written.labelled(it.freight.ravel(), "lane") * flow)
        written.charge("holding", written.labelled(it.holding.ravel(), "store") * stock)
    return program(written).program


def by_hand(it: Instance) -> Program:
    """Fill the arrays with NumPy, as fast as we know how: the floor."""
    g, t = np.arange(it.goods)[:, None, None], np.arange(PERIODS)
    flow = (g * ARCS + np.arange(ARCS)[:, None]) * PERIODS + t
    stock = flow.size + (g * NODES + np.arange(NODES)[:, None]) * PERIODS + t
    balance = (g * NODES + np.arange(NODES)[:, None]) * PERIODS + t
    room = balance.size + np.arange(ARCS)[:, None] * PERIODS + t
    row = [
        balance[:, it.head].ravel(), balance[:, it.tail].ravel(), balance[:, :, 1:].ravel(), balance.ravel(),
        np.broadcast_to(room, flow.shape).ravel(),
    ]  # fmt: skip
    column = [flow.ravel(), flow.ravel(), stock[:, :, :-1].ravel(), stock.ravel(), flow.ravel()]
    one = np.ones(flow.size)
    value = [
        one, -one, np.ones(stock[:, :, 1:].size), -np.ones(stock.size),
        np.broadcast_to(it.size[:, None, None], flow.shape).ravel(),
    ]  # fmt: skip
    n, m = flow.size + stock.size, balance.size + room.size
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    matrix = csr_array(coo_array(entries, shape=(m, n)))
    limit = np.repeat(it.room, PERIODS)
    spread = (np.ones((1, 1, PERIODS)) * money[:, :, None] for money in (it.freight, it.holding))
    return Program(
        cost=np.concatenate([s.ravel() for s in spread]),
        lower=np.zeros(n),
        upper=np.full(n, np.inf),
        integer=np.zeros(n, dtype=bool),
        matrix=matrix,
        row_lower=np.concatenate([it.supply.ravel(), np.full(limit.size, -np.inf)]),
        row_upper=np.concatenate([it.supply.ravel(), limit]),
        group=np.full(n, -1),
    )


def hand_over(form: Program) -> highspy.Highs:
    """Pass the arrays on."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(form.cost), len(form.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = form.cost, form.lower, form.upper
    lp.row_lower_, lp.row_upper_ = form.row_lower, form.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = form.matrix.indptr, form.matrix.indices
    lp.a_matrix_.value_ = form.matrix.data
    solver = highspy.Highs()
    solver.silent()
    if solver.passModel(lp) != highspy.HighsStatus.kOk:
        raise SystemExit("HiGHS refused the model")
    return solver


def fingerprint(form: Program) -> str:
    """Hash all numbers, entries in order of column within a row."""
    form.matrix.sort_indices()
    digest = hashlib.sha256()
    for array in (
        form.cost, form.lower, form.upper, form.row_lower, form.row_upper, form.matrix.data,
        form.matrix.indices.astype(np.int64), form.matrix.indptr.astype(np.int64),
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


CONTENDERS = {"arrays by hand": by_hand, "tierscape rows": by_rows}


def work(name: str, goods: int) -> dict[str, str | float]:
    """Build, hand over, measure."""
    CONTENDERS[name](Instance(1))  # first calls import and compile
    instance = Instance(goods)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    form = CONTENDERS[name](instance)
    built = time.process_time()
    hand_over(form)
    seconds = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "seconds": seconds, "build": built - start, "megabytes": grown, "print": fingerprint(form),
        "columns": len(form.cost), "rows": len(form.row_lower),
    }  # fmt: skip


def main() -> None:
    """Run every contender in a process of its own and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, nargs="+", default=[5, 50])
    parser.add_argument("--only", choices=CONTENDERS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(work(given.only, given.goods[0])))
        return
    for goods in given.goods:
        found = {}
        for name in CONTENDERS:
            command = [sys.executable, __file__, "--goods", str(goods), "--only", name]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name] = json.loads(run.stdout.splitlines()[-1])
        floor = found["arrays by hand"]
        print(f"{floor['columns']:,} columns, {floor['rows']:,} rows")
        if len({f["print"] for f in found.values()}) > 1:
            raise SystemExit("the contenders handed over different numbers")
        for name, f in found.items():
            time_ratio, memory_ratio = f["seconds"] / floor["seconds"], f["megabytes"] / floor["megabytes"]
            print(
                f"  {name:16} {f['seconds']:7.2f} CPU s ({time_ratio:.2f}x; build {f['build']:.2f})"
                f" {f['megabytes']:7.0f} MB ({memory_ratio:.2f}x)"
            )


if __name__ == "__main__":
    main()
