"""Bounds and plans of two-stage programs against HiGHS on the extensive form: ``python benchmarks/design_solve.py --size S``.

Synthetic programs in the shape of `design`: tiers of parts, qualified and unqualified makers, projects with buyer's shares,
budgets, take-or-pay contracts, outages of regions. CPU time of this process, one thread, one run; see
``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import block_array, csr_array, hstack, vstack

from tierscape.planning.program import Copy, Program, TwoStage
from tierscape.planning.solve import Limits, Prepared, evaluate
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import SHARE, Effort

SIZES = {
    "XS": (10, 30, 8, 3, 10),
    "S": (20, 60, 12, 4, 20),
    "ML": (30, 110, 22, 6, 20),
    "M": (50, 200, 40, 8, 20),
}
REGIONS, MARKETS, KEPT = 12, 3, 8
SURGE, DISCOUNT = 1.1, 0.92


@dataclass
class Table:
    """Rows under construction: coordinates and sides."""

    row: list[np.ndarray] = field(default_factory=list)
    column: list[np.ndarray] = field(default_factory=list)
    value: list[np.ndarray] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    family: list[str] = field(default_factory=list)

    def add(
        self, family: str, columns: list[int] | np.ndarray, values: list[float], lower: float, upper: float
    ) -> None:
        """Add one row."""
        count = len(columns)
        self.row.append(np.full(count, len(self.lower)))
        self.column.append(np.asarray(columns, dtype=int))
        self.value.append(np.asarray(values, dtype=float))
        self.lower.append(lower)
        self.upper.append(upper)
        self.family.append(family)

    def matrix(self, columns: int) -> csr_array:
        """Give the coefficients."""
        parts = (np.concatenate(self.value), (np.concatenate(self.row), np.concatenate(self.column)))
        return csr_array(parts, shape=(len(self.lower), columns))


class World:
    """Parts, makers, lanes, projects and contracts drawn from a seed."""

    def __init__(self, parts: int, sites: int, projects: int, periods: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng, self.periods, self.projects = rng, periods, projects
        self.finals = max(2, parts // 10)
        tier = np.concatenate(
            [np.zeros(self.finals, int), rng.choice([1, 2, 3], parts - self.finals, p=[0.22, 0.33, 0.45])]
        )
        tier[self.finals : self.finals + 3] = [1, 2, 3]
        self.children: list[tuple[int, int, int]] = []
        for child in range(self.finals, parts):
            above = np.flatnonzero(tier == tier[child] - 1)
            for parent in rng.choice(above, min(len(above), rng.integers(1, 4)), replace=False):
                self.children.append((int(parent), child, int(rng.integers(1, 4))))
        self.demand = rng.uniform(20, 80, (self.finals, MARKETS))
        self.need = np.zeros(parts)
        self.need[: self.finals] = self.demand.sum(axis=1)
        for _ in range(3):
            again = np.zeros(parts)
            again[: self.finals] = self.demand.sum(axis=1)
            for parent, child, quantity in self.children:
                again[child] += quantity * self.need[parent]
            self.need = again
        region = np.concatenate(
            [rng.integers(0, 4, int(0.4 * sites)), rng.integers(4, REGIONS, sites - int(0.4 * sites))]
        )
        self.region = region
        index = np.concatenate([rng.uniform(0.6, 0.8, 4), rng.uniform(0.8, 0.98, 4), rng.uniform(1.0, 1.25, 4)])
        far = np.concatenate([rng.uniform(8, 12, 4), rng.uniform(1, 3, 4), rng.uniform(0, 2, 4)])
        own = rng.uniform(1, 4, parts) * np.array([8, 3, 1.2, 0.5])[tier]
        self.pairs: list[tuple[int, int]] = []
        cost, base, qualified = [], [], []
        for part in range(parts):
            makers = rng.choice(sites, min(9, sites), replace=False)
            incumbent = np.concatenate(
                [np.flatnonzero(region[makers] < 4)[:2], np.flatnonzero(region[makers] >= 4)[:1]]
            )
            incumbent = makers[incumbent]
            for site in makers:
                held = site in incumbent
                candidate = not held and region[site] >= 4 and rng.random() < 0.4
                self.pairs.append((int(site), part))
                cost.append(own[part] * index[region[site]] * rng.uniform(0.9, 1.1))
                base.append(
                    1.08 * 1.2 * self.need[part] / 3 * rng.uniform(0.8, 1.2)
                    if held
                    else 0
                    if candidate
                    else 0.1 * self.need[part]
                )
                qualified.append(held or (rng.random() < 0.3 and not candidate))
        self.cost, self.base, self.qualified = np.array(cost), np.array(base), np.array(qualified)
        self.at: dict[int, list[int]] = {}
        for number, (_, part) in enumerate(self.pairs):
            self.at.setdefault(part, []).append(number)
        value = own.copy()
        for depth in (2, 1, 0):
            for parent, child, quantity in self.children:
                if tier[parent] == depth:
                    value[parent] += quantity * value[child]
        self.value_added, self.price = own, 3 * value[: self.finals]
        self._join(tier, far)
        self._offer(own)

    def _join(self, tier: np.ndarray, far: np.ndarray) -> None:
        """Draw lanes from makers to users and to markets."""
        rng, region, at = self.rng, self.region, self.at
        parts = len(tier)
        mass = rng.uniform(0.5, 2, parts) * np.array([0.3, 0.1, 0.04, 0.02])[tier]
        lanes: list[tuple[int, int, float]] = []  # supplier pair, need or want, freight
        self.needs: list[tuple[int, int]] = []
        self.wants = [(final, market) for final in range(self.finals) for market in range(MARKETS)]
        parents: dict[int, list[int]] = {}
        for parent, child, _ in self.children:
            parents.setdefault(child, []).append(parent)
        for child, above in parents.items():
            for site in sorted({self.pairs[e][0] for parent in above for e in at[parent]}):
                need = len(self.needs)
                self.needs.append((site, child))
                reach = [
                    (mass[child] * (abs(far[region[self.pairs[e][0]]] - far[region[site]]) + 0.2), e) for e in at[child]
                ]
                reach.sort(key=lambda found: found[0] + self.cost[found[1]])
                lanes += [(e, need, f + 0.08 * self.cost[e] * (region[self.pairs[e][0]] < 4)) for f, e in reach[:KEPT]]
        inner = len(lanes)
        for want, (final, _) in enumerate(self.wants):
            lanes += [
                (
                    e,
                    want,
                    mass[final] * far[region[self.pairs[e][0]]] + 0.12 * self.cost[e] * (region[self.pairs[e][0]] < 4),
                )
                for e in at[final]
            ]
        self.supplier, self.target, self.freight = (np.array(column) for column in zip(*lanes, strict=True))
        self.inner = inner

    def _offer(self, own: np.ndarray) -> None:
        """Draw projects and contracts."""
        rng, region, projects = self.rng, self.region, self.projects
        sites_near = [e for e in range(len(self.pairs)) if region[self.pairs[e][0]] >= 4]
        self.project_pair = rng.choice(sites_near, projects, replace=False)
        size = np.array([self.need[self.pairs[e][1]] for e in self.project_pair])
        self.project_size = rng.uniform(0.3, 0.8, projects) * size
        self.capex = (
            rng.uniform(0.5, 1.2, projects)
            * np.array([own[self.pairs[e][1]] for e in self.project_pair])
            * self.project_size
        )
        self.lead = rng.integers(1, 3, projects)
        chosen = rng.choice(len(self.pairs), projects, replace=False)
        self.contract = [(int(e), level, cut) for e in chosen for level, cut in ((0.15, 0.04), (0.35, 0.09))]


SHARES, ALLIED = (0.35, 0.7), 0.55


def columns_of(world: World) -> tuple[dict[str, np.ndarray], int]:
    """Number the columns of the base: name -> numbers."""
    n, t = len(world.pairs), world.periods
    shapes = {
        "start": (len(world.capex), len(SHARES), t), "qualify": (n, t), "sign": (len(world.contract),),
        "flow": (len(world.supplier), t), "output": (n, t), "unmet": (len(world.wants), t), "taken": (len(world.contract), t),
        "short": (len(world.contract), t), "rebated": (len(world.capex), len(SHARES), t),
    }  # fmt: skip
    found, at = {}, 0
    for name, shape in shapes.items():
        found[name] = np.arange(at, at + int(np.prod(shape))).reshape(shape)
        at += found[name].size
    return found, at


def operations(world: World, c: dict[str, np.ndarray], t: int, table: Table) -> None:
    """Rows 1 to 5 of one period."""
    growth = 1.03**t
    for want, (final, market) in enumerate(world.wants):
        lanes = np.flatnonzero((world.target == want) & (np.arange(len(world.target)) >= world.inner))
        volume = world.demand[final, market] * growth
        table.add("demand", [*c["flow"][lanes, t], c["unmet"][want, t]], [1.0] * (len(lanes) + 1), volume, volume)
    out: list[list[int]] = [[] for _ in world.pairs]
    for lane, e in enumerate(world.supplier):
        out[e].append(lane)
    for e, lanes in enumerate(out):
        table.add("output", [*c["flow"][lanes, t], c["output"][e, t]], [1.0] * len(lanes) + [-1.0], 0.0, 0.0)
    into: dict[int, list[int]] = {}
    for lane in range(world.inner):
        into.setdefault(int(world.target[lane]), []).append(lane)
    pair_at = {pair: e for e, pair in enumerate(world.pairs)}
    for need, (site, child) in enumerate(world.needs):
        users = [(pair_at[site, p], q) for p, k, q in world.children if k == child and (site, p) in pair_at]
        lanes = into[need]
        table.add("input", [*c["flow"][lanes, t], *(c["output"][e, t] for e, _ in users)],
                  [1.0] * len(lanes) + [-float(q) for _, q in users], 0.0, 0.0)  # fmt: skip
    for e, (_, part) in enumerate(world.pairs):
        columns, values = [c["output"][e, t]], [1.0]
        reach = world.base[e]
        for j in np.flatnonzero(world.project_pair == e):
            late = t - world.lead[j]
            ramps = [(begun, 0.5 if begun == late else 1.0) for begun in range(late + 1)]
            columns += [column for begun, _ in ramps for column in c["start"][j, :, begun]]
            values += [-ramp * world.project_size[j] for _, ramp in ramps for _ in SHARES]
            reach += world.project_size[j]
        table.add("capacity", columns, values, -np.inf, world.base[e])
        if not world.qualified[e]:
            most = min(world.need[part] * growth, reach)
            table.add("qualification", [c["output"][e, t], *c["qualify"][e, :t]], [1.0] + [-most] * t, -np.inf, 0.0)


def decisions(world: World, c: dict[str, np.ndarray], table: Table) -> None:  # noqa: PLR0912 - a block for each family
    """Rows 6 to 8: projects, budget, anchor, commitment, co-investment."""
    t, projects = world.periods, len(world.capex)
    budget = 0.25 * world.capex.sum() / t
    share = np.array([(world.region[site] >= 4) - ALLIED for site, _ in world.pairs])
    share = share * world.value_added[[part for _, part in world.pairs]]
    for s in range(min(4, t - 1), t):
        table.add("ally share", c["output"][:, s], list(share), 0.0, np.inf)
    for j in range(projects):
        table.add("projects", c["start"][j].ravel(), [1.0] * c["start"][j].size, -np.inf, 1.0)
    for s in range(t):
        values = np.outer(world.capex, SHARES).ravel()
        table.add("budget", c["start"][:, :, s].ravel(), list(values), -np.inf, budget)
    for e in range(len(world.pairs)):
        table.add("once", c["qualify"][e], [1.0] * t, -np.inf, 1.0)
    for k, (e, level, _) in enumerate(world.contract):
        volume = level * world.need[world.pairs[e][1]]
        for s in range(t):
            table.add("commitment", [c["taken"][k, s], c["sign"][k]], [1.0, -1.5 * volume], -np.inf, 0.0)
            table.add(
                "commitment", [c["taken"][k, s], c["short"][k, s], c["sign"][k]], [1, 1, -0.8 * volume], 0.0, np.inf
            )
    for k in range(0, len(world.contract), 2):
        table.add("tier", c["sign"][k : k + 2], [1.0, 1.0], -np.inf, 1.0)
        for s in range(t):
            table.add(
                "delivered", [*c["taken"][k : k + 2, s], c["output"][world.contract[k][0], s]], [1, 1, -1], -np.inf, 0.0
            )
    for j in range(0, projects, 2):
        offers = [k for k, (e, _, _) in enumerate(world.contract) if e == world.project_pair[j]]
        if offers:
            table.add(
                "anchor",
                [*c["start"][j].ravel(), *c["sign"][offers]],
                [1.0] * c["start"][j].size + [-1.0] * len(offers),
                -np.inf,
                0.0,
            )
    for j in range(projects):
        for s in range(t):
            for o in range(len(SHARES)):
                table.add("co-investment", [c["rebated"][j, o, s], *c["start"][j, o, : s + 1]],
                          [1.0] + [-world.project_size[j]] * (s + 1), -np.inf, 0.0)  # fmt: skip
            table.add(
                "co-investment",
                [*c["rebated"][j, :, s], c["output"][world.project_pair[j], s]],
                [1, 1, -1],
                -np.inf,
                0.0,
            )


def instance(size: str, seed: int, weight: float = 1.0) -> TwoStage:
    """Draw a program and its scenarios."""
    parts, sites, projects, periods, scenarios = SIZES[size]
    world = World(parts, sites, projects, periods, seed)
    c, n = columns_of(world)
    discount = DISCOUNT ** np.arange(periods)
    cost, upper, integer, group = np.zeros(n), np.full(n, np.inf), np.zeros(n, bool), np.full(n, -1)
    cost[c["flow"]] = np.outer(world.freight, discount)
    cost[c["output"]] = np.outer(world.cost, discount)
    price = np.array([world.price[final] for final, _ in world.wants])
    cost[c["unmet"]] = np.outer(price, discount)
    cost[c["start"]] = world.capex[:, None, None] * np.array(SHARES)[None, :, None] * discount
    added = 0.03 * np.array([world.need[part] for _, part in world.pairs]) * world.cost
    cost[c["qualify"]] = np.outer(added, discount)
    unit = np.array([world.cost[e] for e, _, _ in world.contract])
    cut = np.array([cut for _, _, cut in world.contract])
    cost[c["taken"]], cost[c["short"]] = -np.outer(unit * cut, discount), np.outer(unit, discount)
    rebate = world.capex[:, None] * np.array(SHARES) * 0.22 / (0.8 * world.project_size[:, None])
    cost[c["rebated"]] = -rebate[:, :, None] * discount
    for at, name in enumerate(("start", "qualify", "sign")):
        columns = c[name]
        integer[columns], upper[columns] = True, 1.0
        shape = (-1,) + (1,) * (columns.ndim - 1)
        group[columns] = 10_000 * at + np.arange(columns.shape[0]).reshape(shape)
    # a pair that is qualified already, or makes only what a project adds without one, has nothing to qualify
    upper[c["qualify"][world.qualified]] = 0.0
    table = Table()
    for t in range(periods):
        operations(world, c, t, table)
    decisions(world, c, table)
    matrix = table.matrix(n)
    base = Program(cost, np.zeros(n), upper, integer, matrix, np.array(table.lower), np.array(table.upper), group)
    calm = Solver()
    calm.load(base.cost, (base.lower, base.upper), matrix, (base.row_lower, base.row_upper), 0.0)
    calm.run()
    copies = tuple(outage(world, c, base, calm.x, w, scenarios) for w in range(scenarios))
    return TwoStage(base, copies, 0.8, weight)


def outage(world: World, c: dict[str, np.ndarray], base: Program, calm: np.ndarray, w: int, scenarios: int) -> Copy:
    """One region, or three sites, lose capacity in one period."""
    rng = world.rng
    t = int(rng.integers(1, world.periods))
    site_region = world.region[np.array([site for site, _ in world.pairs])]
    site = np.array([site for site, _ in world.pairs])
    if rng.random() < 0.7:
        hit = site_region == (rng.integers(0, 4) if rng.random() < 0.6 else rng.integers(0, REGIONS))
        loss = rng.uniform(0.4, 0.9) * rng.uniform(0.4, 1)
    else:
        hit, loss = np.isin(site, rng.choice(site.max() + 1, 3, replace=False)), rng.uniform(0.5, 1)
    left = np.where(hit, 1 - loss, 1.0) * SURGE
    table = Table()
    operations(world, c, t, table)
    family = np.array(table.family)
    full = table.matrix(len(base.cost))
    own = np.concatenate([c["flow"][:, t], c["output"][:, t], c["unmet"][:, t]])
    stage = np.ones(len(base.cost), bool)
    stage[own] = False
    tie = full.tocsc()
    tie = csr_array(tie.multiply(stage[None, :]))
    lower, upper = np.array(table.lower), np.array(table.upper)
    rows = np.flatnonzero(family == "capacity")
    scale = np.ones(len(upper))
    scale[rows] = left
    upper[rows] = upper[rows] * left
    tie = csr_array(tie.multiply(scale[:, None]))
    return Copy(
        f"w{w}", 1 / scenarios, base.cost[own], np.zeros(len(own)), np.full(len(own), np.inf), tie,
        csr_array(full[:, own]), lower, upper, float(base.cost[own] @ calm[own]),
    )  # fmt: skip


def extensive(two_stage: TwoStage) -> tuple[Program, int]:
    """All copies written out, without R (as eta >= 0)."""
    base, copies = two_stage.base, two_stage.copies
    w, m, n = len(copies), base.matrix.shape[0], len(base.cost)
    share = np.array([copy.probability for copy in copies]) / (1 - two_stage.alpha)
    y = block_array(
        [[copy.matrix if i == j else None for j in range(w)] for i, copy in enumerate(copies)], format="csr"
    )
    k = y.shape[1]
    risk_y = block_array(
        [[csr_array(-copy.cost[None, :]) if i == j else None for j in range(w)] for i, copy in enumerate(copies)],
        format="csr",
    )
    ties = vstack([copy.tie for copy in copies], format="csr")
    ones, eye = csr_array(np.ones((w, 1))), csr_array(np.eye(w))
    matrix = vstack([
        hstack([base.matrix, csr_array((m, k + w + 1))]),
        hstack([ties, y, csr_array((y.shape[0], w + 1))]),
        hstack([csr_array((w, n)), risk_y, eye, ones]),
    ], format="csr")  # fmt: skip
    cat = np.concatenate
    program = Program(
        cat([base.cost, np.zeros(k), two_stage.weight * share, [two_stage.weight]]),
        cat([base.lower, *(copy.lower for copy in copies), np.zeros(w + 1)]),
        cat([base.upper, *(copy.upper for copy in copies), np.full(w + 1, np.inf)]),
        cat([base.integer, np.zeros(k + w + 1, bool)]), csr_array(matrix),
        cat([base.row_lower, *(copy.row_lower for copy in copies), [-copy.reference for copy in copies]]),
        cat([base.row_upper, *(copy.row_upper for copy in copies), np.full(w, np.inf)]),
        np.full(n + k + w + 1, -1),
    )  # fmt: skip
    return program, n


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    """Run and give CPU seconds and the answer."""
    before = time.process_time()
    answer = work()
    return time.process_time() - before, answer


def in_solver(program: Program, *, whole: bool) -> Solver:
    """Load the extensive form."""
    solver = Solver()
    solver.load(
        program.cost, (program.lower, program.upper), program.matrix, (program.row_lower, program.row_upper), 0.0
    )
    if whole:
        solver.set_integer(np.flatnonzero(program.integer), whole=True)
        solver.set("mip_rel_gap", 0.01)
    return solver


def main() -> None:
    """Print the table."""
    read = argparse.ArgumentParser()
    read.add_argument("--size", choices=SIZES, default="XS")
    read.add_argument("--seeds", type=int, default=1)
    read.add_argument("--gap", type=float, default=0.01)
    read.add_argument("--seconds", type=float, default=600.0)
    read.add_argument("--work", type=float, default=1.0)
    read.add_argument("--peer", action="store_true", help="also solve the extensive form by HiGHS alone")
    read.add_argument("--peer-seconds", type=float, default=120.0)
    given = read.parse_args()
    for seed in range(given.seeds):
        compare(given, seed)


def compare(given: argparse.Namespace, seed: int) -> None:
    """Solve one program, by the method and by HiGHS alone, and hold the bounds and plans against each other."""
    two_stage = instance(given.size, seed)
    whole = two_stage.base.integer & (two_stage.base.upper > two_stage.base.lower)
    wide = len(two_stage.base.cost) + sum(len(copy.cost) for copy in two_stage.copies)
    print(f"{given.size} seed {seed}: {wide} columns extensive, {int(whole.sum())} binaries", flush=True)
    bounding, _ = cpu(lambda: Prepared(two_stage).solve(Limits(gap=np.inf, time_s=given.seconds)))
    limits = Limits(gap=given.gap, time_s=given.seconds, work=given.work)
    spent, outcome = cpu(lambda: Prepared(two_stage).solve(limits))
    for step in outcome.trace:
        print(
            f"   {step.stage:9} work {step.work:12.0f} [{step.lower:14.4f}, {step.upper:14.4f}]"
            f" gap {step.gap:8.3%} in model {step.scenarios}"
        )
    if outcome.x is not None:
        check = evaluate(two_stage, outcome.x)
        assert check.sound, (check.violation, check.fraction)
        assert abs(check.value - outcome.upper) <= 1e-9 * abs(outcome.upper)
    print(
        f"   {spent:.1f} CPU s, gap {outcome.gap:.3%}, stopped by {outcome.stopped_by}; tail bound {bounding:.1f} CPU s,"
        f" all {spent / bounding:.1f} x",
        flush=True,
    )
    if not given.peer:
        return
    program, _ = extensive(two_stage)
    allowed = Limits(time_s=given.peer_seconds / SHARE)
    lp = in_solver(program, whole=False)
    spent_lp, status = cpu(lambda: lp.run(Effort(allowed)))
    bound = max(step.lower for step in outcome.trace if step.stage == "bound")
    if status == "optimal":
        assert abs(lp.objective - bound) <= 1e-9 * abs(bound), (lp.objective, bound)
    print(f"   extensive LP: {status} {spent_lp:.1f} CPU s, {spent_lp / bounding:.1f} x the tail bound", flush=True)
    mip = in_solver(program, whole=True)
    spent_mip, status = cpu(lambda: mip.run(Effort(allowed)))
    gap = abs(mip.objective - mip.proven) / abs(mip.objective)
    print(
        f"   extensive MIP: {status} {spent_mip:.1f} CPU s, gap {gap:.3%}; {spent_mip / spent:.1f} x ours", flush=True
    )


if __name__ == "__main__":
    main()
