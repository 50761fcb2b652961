"""The bars of `design` on drawn networks, in one run: ``python benchmarks/design.py --size S``.

The tail's bound against the extensive form (B2), tight rows against loose (B3), a proven plan against HiGHS on the extensive
form (B4, B5), a frontier against its first point (B6), what a time limit is overrun by (B7), the shortfall of an infeasible
question against one linear program (B8). CPU time of this process, one thread, one run each; overrun by the clock. Answers
are compared before a figure is shown: bounds with the extensive form's, plans with an evaluation that shares none of the
optimiser's rows. Networks come from ``design_instance``. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from design_instance import SIZES, ask, instance
from scipy.sparse import csr_array

from tierscape.planning.frontier import Axis, frontier
from tierscape.planning.prepare import Planning, prepare
from tierscape.planning.program import Program, TwoStage, extensive
from tierscape.planning.solve import Limits, Outcome, Prepared, evaluate, shortfall
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import SHARE, Effort

T = TypeVar("T")
BARS = ("B2", "B3", "B4", "B6", "B7", "B8")


def cpu(work: Callable[[], T]) -> tuple[float, T]:
    """Run and give CPU seconds and the answer."""
    before = time.process_time()
    answer = work()
    return time.process_time() - before, answer


def in_solver(program: Program, *, whole: bool = False) -> Solver:
    """Load a program into HiGHS alone."""
    solver = Solver()
    rows = (program.row_lower, program.row_upper)
    solver.load(program.cost, (program.lower, program.upper), program.matrix, rows, program.constant)
    if whole:
        solver.set_integer(np.flatnonzero(program.integer), whole=True)
        solver.set("mip_rel_gap", 0.01)
    return solver


def within(seconds: float) -> Effort:
    """An effort of which one run may use so many seconds."""
    return Effort(Limits(time_s=seconds / SHARE))


def tail_bound(planning: Planning) -> Outcome:
    """The relaxation over the scenarios that its tail asks for."""
    return Prepared(planning.stage, planning.cuts).solve(Limits(gap=np.inf, work=1e-9))


def relaxation(planning: Planning) -> float:
    """Give its value as a plain linear program of the master problem: no dive."""
    return max(step.lower for step in tail_bound(planning).trace if step.stage == "bound")


def b2(planning: Planning, seconds: float) -> None:
    """The tail's bound against the extensive linear program."""
    relaxed = replace(
        planning.stage, base=replace(planning.stage.base, integer=np.zeros_like(planning.stage.base.integer))
    )
    ours, outcome = cpu(lambda: Prepared(relaxed, planning.cuts).solve(Limits(gap=0.0)))
    full = in_solver(extensive(planning.stage))
    theirs, status = cpu(lambda: full.run(within(seconds)))
    if status != "optimal":
        print(
            f"  B2 tail bound {ours:.2f} CPU s; extensive LP not finished in {theirs:.1f}: at least {theirs / ours:.1f} x"
        )
        return
    apart = abs(full.objective - outcome.lower) / abs(full.objective)
    assert planning.cuts is not None or apart <= 1e-9, (full.objective, outcome.lower)
    print(
        f"  B2 tail bound {ours:.2f} CPU s with {len(outcome.tail)} of {len(planning.stage.copies)} scenarios; extensive LP"
        f" {theirs:.2f}: {theirs / ours:.1f} x; apart {apart:.1e}"
    )


def loosened(planning: Planning) -> TwoStage:
    """The same program as one writes it at first: one big-M for all qualifications, no facets, no rows of opened sites."""
    handed, base = planning.handed, planning.stage.base
    matrix = base.matrix.copy()
    entry_row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    most = planning.problem["parts"]["need"].max()
    rows = handed.rows["qualification"].ravel()
    inside = np.isin(entry_row, rows[rows >= 0]) & base.integer[matrix.indices]
    scale = handed.unit[matrix.indices] / handed.row_unit[entry_row]
    matrix.data[inside] = np.minimum(matrix.data[inside], -float(most) * scale[inside])  # type: ignore[arg-type]
    lower, upper = base.row_lower.copy(), base.row_upper.copy()
    for name in ("completeness:facet", "capacity:opened", "capacity:enough"):
        gone = handed.rows.get(name, np.zeros(0, dtype=np.int64)).ravel()
        lower[gone[gone >= 0]], upper[gone[gone >= 0]] = -np.inf, np.inf
    return replace(planning.stage, base=replace(base, matrix=csr_array(matrix), row_lower=lower, row_upper=upper))


def b3(planning: Planning, best: float) -> None:
    """Root gaps of tight and of loose rows to the best plan known."""
    loose = Prepared(loosened(planning)).solve(Limits(gap=np.inf, work=1e-9))
    bound = max(step.lower for step in loose.trace if step.stage == "bound")
    tight_gap, loose_gap = (best - relaxation(planning)) / abs(best), (best - bound) / abs(best)
    print(
        f"  B3 root gap to the best plan: tight {tight_gap:.3%}, loose {loose_gap:.3%}: {loose_gap / tight_gap:.1f} x"
    )


def b4(planning: Planning, limits: Limits, peer_s: float) -> float:
    """A proven plan against HiGHS on the extensive form; give the plan's value."""
    bounding, _ = cpu(lambda: relaxation(planning))
    ours, outcome = cpu(lambda: Prepared(planning.stage, planning.cuts).solve(limits))
    for step in outcome.trace:
        print(
            f"     {step.stage:7} work {step.work:10.0f} [{step.lower:.8g}, {step.upper:.8g}] {step.gap:8.3%} in model {step.scenarios}"
        )
    if outcome.x is not None:
        check = evaluate(planning.stage, outcome.x)
        assert check.sound, (check.violation, check.fraction)
        assert abs(check.value - outcome.upper) <= 1e-9 * abs(outcome.upper)
    print(
        f"  B4 {ours:.1f} CPU s, gap {outcome.gap:.3%}, stopped by {outcome.stopped_by}; tail bound {bounding:.2f}: {ours / bounding:.1f} x"
    )
    if peer_s > 0:
        whole = in_solver(extensive(planning.stage), whole=True)
        theirs, status = cpu(lambda: whole.run(within(peer_s)))
        gap = abs(whole.objective - whole.proven) / max(abs(whole.objective), 1e-12) if whole.found else np.inf
        if status == "optimal" and np.isfinite(outcome.upper):
            assert whole.objective >= outcome.lower - 1e-6 * abs(outcome.lower)
        print(
            f"     HiGHS on the extensive form: {status} {theirs:.1f} CPU s, gap {gap:.3%}; {theirs / ours:.1f} x ours",
            flush=True,
        )
    return outcome.upper


def b6(planning: Planning, limits: Limits) -> None:
    """A frontier of five points against its first."""
    others = ~planning.problem["pairs"]["ally"].fill_null(value=False).to_numpy()
    each = others * planning.problem["pairs"]["value_added"].fill_null(0.0).to_numpy()
    axis = Axis(name="ally", cost=planning.weights("output", each[:, None]))
    first, _ = cpu(lambda: frontier(planning.stage, [axis], 1, limits, cuts=planning.cuts))
    five, walked = cpu(lambda: frontier(planning.stage, [axis], 5, limits, cuts=planning.cuts))
    lows = [point.lower for point in walked]
    assert all(a <= b + 1e-9 * abs(b) for a, b in itertools.pairwise(lows))
    gaps = ", ".join(f"{point.gap:.2%}" for point in walked)
    print(f"  B6 first point {first:.1f} CPU s, {len(walked)} points {five:.1f}: {five / first:.1f} x; gaps {gaps}")


def b7(planning: Planning, seconds: float) -> None:
    """What a time limit is overrun by, on the clock."""
    begun = time.monotonic()
    outcome = Prepared(planning.stage, planning.cuts).solve(Limits(gap=0.0, work=np.inf, time_s=seconds))
    taken = time.monotonic() - begun
    print(
        f"  B7 limit {seconds:.0f} s, took {taken:.1f}: {taken / seconds - 1:+.0%}; stopped by {outcome.stopped_by}, gap {outcome.gap:.2%}"
    )


def b8(planning: Planning) -> None:
    """The shortfall of a question without a plan against one linear program."""
    base = planning.stage.base
    once, _ = cpu(lambda: in_solver(base).run())
    upper = base.upper.copy()
    unmet = planning.handed.columns["unmet"].ravel()
    upper[unmet[unmet >= 0]] = 0.0
    cut = replace(base, upper=upper, row_upper=base.row_upper.copy())
    rows = planning.handed.rows["capacity"].ravel()
    rows = rows[rows >= 0]
    cut.row_upper[rows] *= 0.3
    elastic, short = cpu(lambda: shortfall(cut))
    assert short is not None
    assert short.any()
    print(
        f"  B8 one LP {once:.2f} CPU s, shortfalls of an infeasible one {elastic:.2f}: {elastic / once:.1f} x; {int((short != 0).sum())} rows give way"
    )


def main() -> None:
    """Print the figures."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--size", choices=SIZES, default="XS")
    read.add_argument("--seed", type=int, nargs="+", default=[0])
    read.add_argument("--bars", nargs="+", choices=BARS, default=["B2", "B3", "B4", "B7", "B8"])
    read.add_argument("--gap", type=float, default=0.01)
    read.add_argument("--seconds", type=float, default=600.0)
    read.add_argument("--work", type=float, default=1.0)
    read.add_argument("--peer-seconds", type=float, default=60.0)
    read.add_argument("--every", action="store_true", help="all families of rows")
    given = read.parse_args()
    for seed in given.seed:
        network = instance(SIZES[given.size], seed)
        built, planning = cpu(lambda net=network: prepare(net, ask(net, SIZES[given.size][-1], every=given.every)))  # type: ignore[misc]
        base = planning.stage.base
        wide = len(base.cost) + sum(len(copy.cost) for copy in planning.stage.copies)
        print(
            f"{given.size} seed {seed}: {wide:,} columns extensive, {len(base.cost):,} calm,"
            f" {int((base.integer & (base.lower < base.upper)).sum())} binaries; prepared in {built:.1f} CPU s",
            flush=True,
        )
        measure(given, planning)


def measure(given: argparse.Namespace, planning: Planning) -> None:
    """Run the bars that were asked for."""
    limits = Limits(gap=given.gap, work=given.work, time_s=given.seconds)
    if "B2" in given.bars:
        b2(planning, given.peer_seconds)
    best = b4(planning, limits, given.peer_seconds) if {"B3", "B4"} & set(given.bars) else np.nan
    if "B3" in given.bars:
        b3(planning, best)
    if "B6" in given.bars:
        b6(planning, limits)
    if "B7" in given.bars:
        b7(planning, 5.0)
    if "B8" in given.bars:
        b8(planning)


if __name__ == "__main__":
    main()
