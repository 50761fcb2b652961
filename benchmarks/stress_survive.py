"""What time to survive costs, by the sweep and by the linear programmes it replaces: ``python benchmarks/stress_survive.py``.

A sample of the programmes is solved, each must give the days of the sweep, and the time of all is extrapolated from it.
Then a network of three tiers and 1,700 nodes, lanes and stock where they lie: both programmes for every node, all solved.
See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from tierscape.kernels import exposure, survive

PARTS, PRODUCTS, SITES, ROWS = 10_000, 100, 15_000, 19_000
TIERS = (100, 500, 1_100)  # makers of goods, of components, of materials
AGREE_DAYS = 1e-5
HORIZON = 3650.0


def make_parts(
    rng: np.random.Generator,
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """A bill of materials of many parts, demand for goods, some stock of two in three parts, one to a few makers of each."""
    child = np.concatenate([np.arange(PRODUCTS, PARTS), rng.integers(PRODUCTS, PARTS, ROWS - PARTS + PRODUCTS)])
    parent = (rng.random(len(child)) * child).astype(np.int64)  # any part before it
    pair = np.unique(np.stack([child, parent]), axis=1)
    while pair.shape[1] < ROWS:  # a pair drawn twice is one row
        extra = rng.integers(PRODUCTS, PARTS, ROWS - pair.shape[1])
        pair = np.unique(np.hstack([pair, [extra, (rng.random(len(extra)) * extra).astype(np.int64)]]), axis=1)
    indptr = np.append(0, np.cumsum(np.bincount(pair[0], minlength=PARTS)))
    quantity = rng.choice([0.5, 1.0, 2.0], ROWS)
    demand = np.where(np.arange(PARTS) < PRODUCTS, rng.uniform(5.0, 50.0, PARTS), 0.0)
    need = demand.copy()
    for part in range(PARTS):  # parents stand before their children
        span = slice(indptr[part], indptr[part + 1])
        need[part] += quantity[span] @ need[pair[1][span]]
    made = np.concatenate([np.arange(PARTS), rng.integers(0, PARTS, SITES - PARTS)])
    share = rng.uniform(0.2, 1.0, SITES)
    share /= np.bincount(made, share)[made]
    capacity = share * need[made] * rng.choice([1.0, 1.1, 1.5], PARTS)[made]
    days = np.where(rng.random(PARTS) < 2 / 3, rng.exponential(10.0, PARTS), 0.0)
    return (indptr, pair[1], quantity), demand, need * days, (made, capacity)


def make_tiers(rng: np.random.Generator) -> exposure.Chain:
    """Three tiers; every line needs a few inputs, one or two suppliers each, and holds stock for them."""
    first = np.append(0, np.cumsum(TIERS))
    lines = int(first[-1])
    slot_line, fills, supplier, lane_flow = [], [], [], []
    flow = np.zeros(lines)
    flow[: TIERS[0]] = rng.uniform(5.0, 50.0, TIERS[0])
    for line in range(int(first[2])):
        below = (first[1], first[2]) if line < first[1] else (first[2], first[3])
        for _ in range(rng.integers(2, 5)):
            drawn = rng.choice(np.arange(*below), size=rng.integers(1, 3), replace=False)
            flow[drawn] += flow[line] / len(drawn)
            slot_line.append(line)
            fills.append(len(drawn))
            supplier.extend(drawn.tolist())
            lane_flow.append(flow[line])
    held = np.array(slot_line)
    return exposure.Chain(
        capacity=np.maximum(flow, 1e-3) * rng.choice([1.0, 1.2, 1.6], lines),
        finished=flow * rng.uniform(0.0, 5.0, lines),
        slot_line=held,
        quantity=np.ones(len(held)),
        stock=flow[held] * rng.uniform(2.0, 30.0, len(held)),
        lanes=(np.append(0, np.cumsum(fills)), np.array(supplier), np.ones(len(supplier))),
        sellers=(np.arange(TIERS[0] + 1), np.arange(TIERS[0])),
        demand=flow[: TIERS[0]],
        margin=rng.uniform(10.0, 1000.0, TIERS[0]),
    )


def compare_sweep(sample: int, repeat: int) -> None:
    """Time the sweep of all sites and a sample of linear programmes, and hold them to the same days."""
    rng = np.random.default_rng(0)
    bom, demand, stock, (made, capacity) = make_parts(rng)
    total = np.bincount(made, capacity)
    targets = (np.arange(SITES + 1), made, capacity)

    def sweep() -> tuple[survive.Curves, survive.Survival, float]:
        curves = survive.needs(bom, demand, stock)
        return curves, survive.survive(curves, total, targets), float(survive.baseline(curves, total).tts.min())

    sweep()  # compiles
    costs = []
    for _ in range(repeat):
        before = time.process_time()
        curves, found, short = sweep()
        costs.append(time.process_time() - before)
    chosen = np.sort(rng.choice(np.flatnonzero((found.tts > 0.0) & (found.tts < HORIZON)), sample, replace=False))
    chain = exposure.alike(bom, demand, stock, (made, capacity))

    def solve(sites: np.ndarray) -> tuple[np.ndarray, float]:
        before = time.process_time()
        days = exposure.survive(
            chain, exposure.Targets((np.arange(len(sites) + 1), sites, np.ones(len(sites)))), HORIZON
        )
        return days, time.process_time() - before

    alone, cold = solve(chosen[:1])
    days, warm = solve(chosen)
    gap = np.abs(np.append(days, alone) - np.minimum(found.tts[np.append(chosen, chosen[0])], short)).max()
    if not gap <= AGREE_DAYS:
        raise SystemExit(f"the sweep and the linear programmes differ by {gap:.2e} days")
    ours, each = min(costs), (warm - cold) / (sample - 1)
    print(f"{PARTS:,} parts, {SITES:,} sites, {ROWS:,} rows of bom, {len(curves.time):,} breakpoints, "
          f"{np.isfinite(found.tts).mean():.0%} of sites exposed")  # fmt: skip
    print(f"{sample} sampled programmes differ from the sweep by at most {gap:.1e} days")
    print(f"sweep of all sites      {ours * 1e3:10.1f} ms CPU")
    print(
        f"one programme, cold     {cold:10.2f} s CPU  → all sites {cold * SITES / 3600:8.1f} h, extrapolated: {cold * SITES / ours:.1e} times the sweep"
    )
    print(
        f"one programme, warm     {each:10.2f} s CPU  → all sites {each * SITES / 3600:8.1f} h, extrapolated: {each * SITES / ours:.1e} times the sweep"
    )


def sweep_tiers() -> None:
    """Solve both programmes for every node of a network of three tiers."""
    rng = np.random.default_rng(1)
    chain = make_tiers(rng)
    lines = len(chain.capacity)
    targets = exposure.Targets((np.arange(lines + 1), np.arange(lines), np.ones(lines)))
    recover = rng.choice([14.0, 28.0, 56.0, 112.0], (lines, 1))
    before = time.process_time()
    tts = exposure.survive(chain, targets, HORIZON)
    between = time.process_time()
    found = exposure.impact(chain, targets, recover)
    after = time.process_time()
    safe = tts >= recover[:, 0] + 1e-6
    size = found.loss.max()
    if (found.loss[safe, 0] > 1e-6 * size).any() or (found.loss[tts < recover[:, 0] - 1e-3, 0] <= 0.0).any():
        raise SystemExit("the two programmes disagree on who is exposed")
    print(
        f"\n{lines:,} nodes in three tiers, {len(chain.lanes[1]):,} lanes, all programmes optimal: {(~safe).mean():.0%} of nodes exposed"
    )
    print(f"time to survive of all  {between - before:10.1f} s CPU")
    print(f"impact of all           {after - between:10.1f} s CPU")
    print(f"both                    {after - before:10.1f} s CPU")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=30, help="linear programmes to solve")
    parser.add_argument("--repeat", type=int, default=5, help="runs of the sweep; the least counts")
    given = parser.parse_args()
    compare_sweep(given.sample, given.repeat)
    sweep_tiers()


if __name__ == "__main__":
    main()
