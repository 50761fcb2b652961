"""What PuLP and Pyomo take to write the model of ``design_build.py`` and hand it to HiGHS: ``python benchmarks/design_build_peers.py``.

PuLP and Pyomo are installed beside (``pip install pulp pyomo``); a peer that is missing is left out, and that is said. Each runs in a
process of its own. All must hand over the same sizes, costs, entries and sides, as sorted numbers, before a figure is shown.
CPU seconds of the process, without imports. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable

import highspy
import numpy as np
from design_build import ARCS, NODES, PERIODS, Instance, by_rows, hand_over


def by_tierscape(it: Instance) -> highspy.Highs:
    """Write it as the families of rows do, and hand it over."""
    return hand_over(by_rows(it))


def _arcs(it: Instance) -> tuple[list[list[int]], list[list[int]]]:
    into: list[list[int]] = [[] for _ in range(NODES)]
    out: list[list[int]] = [[] for _ in range(NODES)]
    for arc, (tail, head) in enumerate(zip(it.tail.tolist(), it.head.tolist(), strict=True)):
        out[tail].append(arc)
        into[head].append(arc)
    return into, out


def by_pulp(it: Instance) -> highspy.Highs:
    """Write it in PuLP."""
    import pulp

    into, out = _arcs(it)
    goods, arcs, nodes, periods = (range(n) for n in (it.goods, ARCS, NODES, PERIODS))
    problem = pulp.LpProblem("flow", pulp.LpMinimize)
    flow = [[[pulp.LpVariable(f"f_{g}_{a}_{t}", 0) for t in periods] for a in arcs] for g in goods]
    stock = [[[pulp.LpVariable(f"s_{g}_{n}_{t}", 0) for t in periods] for n in nodes] for g in goods]
    problem += pulp.LpAffineExpression(
        [(flow[g][a][t], it.freight[g, a]) for g in goods for a in arcs for t in periods]
        + [(stock[g][n][t], it.holding[g, n]) for g in goods for n in nodes for t in periods]
    )
    for g in goods:
        for n in nodes:
            for t in periods:
                terms = [(flow[g][a][t], 1.0) for a in into[n]] + [(flow[g][a][t], -1.0) for a in out[n]]
                terms += [(stock[g][n][t], -1.0)] + ([(stock[g][n][t - 1], 1.0)] if t else [])
                problem += pulp.LpAffineExpression(terms) == it.supply[g, n, t]
    for a in arcs:
        for t in periods:
            problem += pulp.LpAffineExpression([(flow[g][a][t], it.size[g]) for g in goods]) <= it.room[a]
    solver = pulp.HiGHS(msg=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    return problem.solverModel


def by_pyomo(it: Instance) -> highspy.Highs:
    """Write it in Pyomo, handed over by its persistent interface to HiGHS."""
    import pyomo.environ as pyo
    from pyomo.contrib.appsi.solvers.highs import Highs
    from pyomo.core.expr.numeric_expr import LinearExpression

    into, out = _arcs(it)
    model = pyo.ConcreteModel()
    model.g, model.a, model.n, model.t = (pyo.RangeSet(0, n - 1) for n in (it.goods, ARCS, NODES, PERIODS))
    model.flow = pyo.Var(model.g, model.a, model.t, within=pyo.NonNegativeReals)
    model.stock = pyo.Var(model.g, model.n, model.t, within=pyo.NonNegativeReals)
    flow, stock = model.flow, model.stock

    def linear(coefficients: list[float], variables: list[object]) -> object:
        return LinearExpression(linear_coefs=coefficients, linear_vars=variables)

    def balance(_: object, g: int, n: int, t: int) -> object:
        variables = [flow[g, a, t] for a in into[n] + out[n]] + [stock[g, n, t]] + ([stock[g, n, t - 1]] if t else [])
        coefficients = [1.0] * len(into[n]) + [-1.0] * len(out[n]) + [-1.0] + ([1.0] if t else [])
        return linear(coefficients, variables) == float(it.supply[g, n, t])

    def room(_: object, a: int, t: int) -> object:
        return linear(it.size.tolist(), [flow[g, a, t] for g in model.g]) <= float(it.room[a])

    model.balance = pyo.Constraint(model.g, model.n, model.t, rule=balance)
    model.room = pyo.Constraint(model.a, model.t, rule=room)
    costs = [float(it.freight[g, a]) for g in model.g for a in model.a for _ in model.t]
    costs += [float(it.holding[g, n]) for g in model.g for n in model.n for _ in model.t]
    model.cost = pyo.Objective(expr=linear(costs, [*flow.values(), *stock.values()]))
    solver = Highs()
    solver.set_instance(model)
    return solver._solver_model


CONTENDERS: dict[str, tuple[str, Callable[[Instance], highspy.Highs]]] = {
    "tierscape rows": ("linopy", by_tierscape),
    "PuLP": ("pulp", by_pulp),
    "Pyomo": ("pyomo", by_pyomo),
}


def fingerprint(solver: highspy.Highs) -> str:
    """Hash sizes, costs, entries and sides, each in order of size: contenders number columns and rows in their own ways."""
    lp = solver.getLp()
    digest = hashlib.sha256(f"{lp.num_col_} {lp.num_row_}".encode())
    for array in (lp.col_cost_, lp.col_lower_, lp.a_matrix_.value_, lp.row_lower_, lp.row_upper_):
        digest.update(np.sort(np.round(np.asarray(array, dtype=np.float64), 12) + 0.0).tobytes())
    return digest.hexdigest()


def work(name: str, goods: int) -> dict[str, str | float]:
    """Build, hand over, measure."""
    build = CONTENDERS[name][1]
    build(Instance(1))  # first calls import and compile
    instance = Instance(goods)
    start = time.process_time()
    solver = build(instance)
    seconds = time.process_time() - start
    return {"seconds": seconds, "print": fingerprint(solver), "columns": solver.getNumCol(), "rows": solver.getNumRow()}


def main() -> None:
    """Run every contender in a process of its own and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, nargs="+", default=[5])
    parser.add_argument("--only", choices=CONTENDERS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(work(given.only, given.goods[0])))
        return
    for goods in given.goods:
        found = {}
        for name, (module, _) in CONTENDERS.items():
            if importlib.util.find_spec(module) is None:
                print(f"{name} is not installed and left out")
                continue
            command = [sys.executable, __file__, "--goods", str(goods), "--only", name]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name] = json.loads(run.stdout.splitlines()[-1])
        ours = found["tierscape rows"]
        print(f"{ours['columns']:,} columns, {ours['rows']:,} rows")
        if len({f["print"] for f in found.values()}) > 1:
            raise SystemExit("the contenders handed over different numbers")
        for name, f in found.items():
            print(f"  {name:16} {f['seconds']:7.2f} CPU s ({f['seconds'] / ours['seconds']:.1f}x ours)")


if __name__ == "__main__":
    main()
