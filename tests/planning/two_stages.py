"""Two-stage programs by hand and at random, and their slow extensive form."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import bmat, csr_array, csr_matrix

from tierscape.planning.program import Copy, Program, TwoStage

INF = np.inf


def program(cost, rows, lower=None, upper=None, integer=(), group=None, constant=0.0):
    """A program from rows (coefficients, lower, upper)."""
    n = len(cost)
    whole = np.zeros(n, dtype=bool)
    whole[list(integer)] = True
    return Program(
        cost=np.array(cost, dtype=float),
        lower=np.zeros(n) if lower is None else np.array(lower, dtype=float),
        upper=np.where(whole, 1.0, INF) if upper is None else np.array(upper, dtype=float),
        integer=whole,
        matrix=csr_array(np.array([r[0] for r in rows], dtype=float).reshape(len(rows), n)),
        row_lower=np.array([r[1] for r in rows], dtype=float),
        row_upper=np.array([r[2] for r in rows], dtype=float),
        group=np.full(n, -1) if group is None else np.array(group),
        constant=constant,
    )


def extensive(two_stage: TwoStage) -> Program:
    """All copies written out with R, xi and eta as the page has them; slow and plain."""
    base, copies = two_stage.base, two_stage.copies
    n, w = len(base.cost), len(copies)
    if not (two_stage.weight > 0 or np.isfinite(two_stage.cap)):
        return base
    sizes = [len(c.cost) for c in copies]
    total = n + 1 + 2 * w + sum(sizes)  # x, eta, R, xi, y
    blocks, lower, upper = [np.zeros((base.matrix.shape[0], total))], list(base.row_lower), list(base.row_upper)
    blocks[0][:, :n] = base.matrix.toarray()
    cost = np.zeros(total)
    cost[:n] = base.cost
    share = np.array([c.probability for c in copies]) / (1 - two_stage.alpha)
    cost[n], cost[n + 1 + w : n + 1 + 2 * w] = two_stage.weight, two_stage.weight * share
    low, high = np.zeros(total), np.full(total, INF)
    low[:n], high[:n] = base.lower, base.upper
    at = n + 1 + 2 * w
    for i, (copy, k) in enumerate(zip(copies, sizes, strict=True)):
        block = np.zeros((copy.matrix.shape[0] + 2, total))
        block[:-2, :n], block[:-2, at : at + k] = copy.tie.toarray(), copy.matrix.toarray()
        block[-2, n + 1 + i], block[-2, at : at + k] = 1, -copy.cost
        block[-1, [n + 1 + w + i, n + 1 + i, n]] = 1, -1, 1
        low[at : at + k], high[at : at + k] = copy.lower, copy.upper
        lower += [*copy.row_lower, -copy.reference, 0]
        upper += [*copy.row_upper, INF, INF]
        blocks.append(block)
        at += k
    if np.isfinite(two_stage.cap):
        row = np.zeros((1, total))
        row[0, n], row[0, n + 1 + w : n + 1 + 2 * w] = 1, share
        blocks.append(row)
        lower.append(-INF)
        upper.append(two_stage.cap)
    whole = np.zeros(total, dtype=bool)
    whole[:n] = base.integer
    return Program(
        cost,
        low,
        high,
        whole,
        csr_array(np.vstack(blocks)),
        np.array(lower),
        np.array(upper),
        np.full(total, -1),
        base.constant,
    )


def optimum(program: Program, *, whole: bool) -> float:
    """Another door to an optimum: SciPy; infinite where there is none."""
    found = milp(
        program.cost,
        constraints=LinearConstraint(csr_matrix(program.matrix), program.row_lower, program.row_upper),
        bounds=Bounds(program.lower, program.upper),
        integrality=program.integer.astype(int) if whole else None,
        options={"mip_rel_gap": 0.0},
    )
    return found.fun + program.constant if found.status == 0 else INF


def enumerated(two_stage: TwoStage) -> float:
    """Every choice of the whole columns, each a linear program over all scenarios."""
    full = extensive(two_stage)
    whole = np.flatnonzero(full.integer)
    best = INF
    for values in itertools.product((0.0, 1.0), repeat=len(whole)):
        if np.any(values < full.lower[whole]) or np.any(values > full.upper[whole]):
            continue
        low, high = full.lower.copy(), full.upper.copy()
        low[whole] = high[whole] = values
        lhs = csr_matrix(full.matrix)
        up, down = np.isfinite(full.row_upper), np.isfinite(full.row_lower)
        found = linprog(
            full.cost,
            A_ub=bmat([[lhs[up]], [-lhs[down]]]),
            b_ub=np.concatenate([full.row_upper[up], -full.row_lower[down]]),
            bounds=np.column_stack([low, high]),
        )
        if found.status == 0:
            best = min(best, found.fun + full.constant)
    return best


# U12: demand 100; far 10 (100 units), near 12 (60 units, 100 with a project of 300); lost sale 50

FAR, NEAR, LOST, BUILD = range(4)


def tail_case(capex=300.0, weight=0.5, alpha=0.8, cap=INF, calm=8):
    """U12 of the method page: 10 equal scenarios, far -100 %, far -50 %, 8 calm."""
    base = program(
        [10, 12, 50, capex],
        [([1, 1, 1, 0], 100, 100), ([1, 0, 0, 0], -INF, 100), ([0, 1, 0, -40], -INF, 60)],
        integer=[BUILD],
        group=[-1, -1, -1, 0],
    )  # fmt: skip
    keys = ["gone", "half", *(f"calm-{i}" for i in range(calm))]
    left = [0.0, 50.0, *[100.0] * calm]
    return TwoStage(base, tuple(copy_of(k, far, 0.1) for k, far in zip(keys, left, strict=True)), alpha, weight, cap)


def copy_of(key, far, probability):
    return Copy(
        key=key,
        probability=probability,
        cost=np.array([10.0, 12.0, 50.0]),
        lower=np.zeros(3),
        upper=np.full(3, INF),
        tie=csr_array(np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, -40.0]])),
        matrix=csr_array(np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 0]])),
        row_lower=np.array([100, -INF, -INF]),
        row_upper=np.array([100, far, 60.0]),
        reference=1000.0,
    )


def facility(seed, sites=3, customers=3, scenarios=4, alpha=0.6, weight=0.7, spread=1.0):
    """A random small facility problem with outages: opening is whole, serving and lost sales are not."""
    rng = np.random.default_rng(seed)
    need, room = rng.integers(1, 9, customers) * spread, rng.integers(3, 12, sites) * spread
    lane, lost = rng.integers(1, 9, (sites, customers)).astype(float), 30.0
    lanes = sites * customers
    cost = np.concatenate([rng.integers(5, 60, sites) * 1.0, lane.ravel(), np.full(customers, lost)])
    n = len(cost)
    cols = np.arange(sites, sites + lanes).reshape(sites, customers)
    serve = np.zeros((customers, n))
    for j in range(customers):
        serve[j, [*cols[:, j], sites + lanes + j]] = 1
    hold = np.zeros((sites, n))
    for i in range(sites):
        hold[i, cols[i]], hold[i, i] = 1, -room[i]
    low, high = np.concatenate([need, np.full(sites, -INF)]), np.concatenate([need, np.zeros(sites)])
    matrix = np.vstack([serve, hold])
    integer = np.arange(n) < sites
    base = Program(
        cost,
        np.zeros(n),
        np.where(integer, 1.0, INF),
        integer,
        csr_array(matrix),
        low,
        high,
        np.where(integer, np.arange(n) // 2, -1),
    )
    copies = []
    for w in range(scenarios):
        left = rng.choice([0.0, 0.4, 1.0], sites)
        tie = np.zeros((customers + sites, n))
        tie[customers + np.arange(sites), np.arange(sites)] = -room * left
        copies.append(
            Copy(
                f"w{w}",
                1 / scenarios,
                cost[sites:],
                np.zeros(n - sites),
                np.full(n - sites, INF),
                csr_array(tie),
                csr_array(matrix[:, sites:]),
                low,
                high,
                float(rng.integers(0, 60)) * spread,
            )
        )
    return TwoStage(base, tuple(copies), alpha, weight)
