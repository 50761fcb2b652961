"""What a growth run costs: ``python benchmarks/growth.py --draws 200 --regions 4``.

A made-up place with 120 parts is drawn over 40 quarters in two arms, by the kernel and by NumPy vectorised over draws and
parts under the same rules. Means of the final sites must agree within four standard errors before any figure is shown; the
bar of the method is three times less CPU. NumPy draws from its own generator and leaves out the walk of the bill of materials and feeds nothing back;
the kernel's time is given with its walk and, for the ratio, on a bill of materials without groups. Then a part of 1,000
regions × 50 parts × 15 years × 1,000 draws is run through a sweep with progress, and the whole is told from it.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np

from tierscape.kernels import entry_exit as kernel
from tierscape.kernels.completeness_again import Needs
from tierscape.kernels.entry_exit import simulate
from tierscape.kernels.entry_place import Place, unpacked
from tierscape.sweep import sweep


def made_up(parts: int, quarters: int, *, walk: bool) -> Place:
    """Draw a place with a bill of materials of four children a parent, or without groups."""
    rng = np.random.default_rng(0)
    parents = (parts - 1) // 4 if walk else 0
    groups = 4 * parents
    tier = np.zeros(parts, np.int64)
    for k in range(1, parts):
        tier[k] = tier[(k - 1) // 4] + 1
    first = np.minimum(4 * np.arange(parts + 1), groups)
    needs = Needs(
        own=np.where(np.arange(parts) == 0, 0.0, 0.2), first=first, weight=np.full(groups, 0.2), essential=np.ones(groups, np.bool_),
        member_first=np.arange(groups + 1), member=np.arange(1, groups + 1), floor=0.05,
    )  # fmt: skip
    if not walk:
        needs = needs._replace(own=np.ones(parts))
    pull = np.zeros((2, quarters, parts))
    pull[0] = rng.uniform(0.0, 1.5, parts)
    pull[:, :, 0] = 0.0
    return Place(
        needs=needs, tier=tier, start=rng.poisson(0.5, parts), weight=np.ones(parts), planned=np.zeros((quarters + 1, parts), np.int64),
        sure=np.zeros((2, quarters + 1, parts), np.int64), pull=pull, related=rng.uniform(0, 0.5, parts), most=rng.integers(2, 8, parts).astype(float),
        jobs=np.full(parts, 100.0), lag=np.tile([18.0, 21.0, 24.0], (parts, 1)), ramp=np.full(parts, 4), labour_pool=5e4, dispersion=0.0, full=1.0,
    )  # fmt: skip


def drawn(draws: int) -> np.ndarray:
    """Draw parameters near the default priors; nothing is fed back, as in the peer."""
    rng = np.random.default_rng(1)
    out = np.zeros((draws, kernel.PARAMETERS))
    out[:, kernel.RATE] = rng.uniform(0.05, 0.2, draws)
    out[:, kernel.PULL] = np.where(rng.random(draws) < 0.3, 0.0, np.abs(rng.normal(0.3, 0.3, draws)))
    out[:, kernel.SIZE], out[:, kernel.RELATED], out[:, kernel.EXIT] = 0.35, 0.8, 0.05
    return out


def by_numpy(place: Place, beta: np.ndarray) -> np.ndarray:
    """Final sites, shape (draws, arms, parts), of the same rules by arrays of draws × parts."""
    rng = np.random.default_rng(2)
    arms, quarters, parts = place.pull.shape
    draws = len(beta)
    low, mode, high = place.lag[0]
    ends = np.zeros((draws, arms, parts))
    base = 0.25 * beta[:, [kernel.RATE]] * np.exp(beta[:, [kernel.RELATED]] * place.related)
    stay = 1.0 - (1.0 - beta[:, [kernel.EXIT]]) ** 0.25
    share = np.where(place.tier == 1, 1.0, np.where(place.tier == 2, 0.5, 0.0))
    rows, columns = np.indices((draws, parts))
    for arm in range(arms):
        lag = np.rint(rng.triangular(low, mode, high, (draws, parts)) / 3.0).astype(np.int64)
        sites = np.tile(place.start, (draws, 1))
        wait = np.zeros((draws, parts), np.int64)
        due = np.zeros((quarters + 12, draws, parts), np.int16)
        for q in range(quarters):
            room = np.maximum(0.0, 1.0 - (sites + wait) / place.most)
            mean = base * room * (1.0 + sites) ** beta[:, [kernel.SIZE]]
            mean *= np.exp(beta[:, [kernel.PULL]] * share * place.pull[arm, q])
            mean[:, 0] = 0.0
            come = rng.poisson(mean)
            due[q + 1 + lag, rows, columns] += come.astype(np.int16)
            gone = rng.binomial(sites, stay)
            gone[:, 0] = 0
            wait += come - due[q + 1]
            sites = sites - gone + due[q + 1]
        ends[:, arm] = sites
    return ends


def cpu(work) -> tuple[np.ndarray, float]:  # type: ignore[no-untyped-def]
    """Give the result and the seconds of CPU, the less of two runs."""
    least, got = np.inf, np.zeros(0)
    for _ in range(2):
        start = time.process_time()
        got = work()
        least = min(least, time.process_time() - start)
    return got, least


def main() -> None:
    """Measure, and show the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument(
        "--regions", type=int, default=10, help="of 1,000, with 50 parts, 60 quarters, 1,000 draws each"
    )
    given = parser.parse_args()
    bare, whole, beta, ids = made_up(120, 40, walk=False), made_up(120, 40, walk=True), drawn(given.draws), np.arange(given.draws)  # fmt: skip
    simulate((bare, beta, 0), ids[:2])  # compiled before the clock
    rows, ours = cpu(lambda: simulate((bare, beta, 0), ids))
    _, walked = cpu(lambda: simulate((whole, beta, 0), ids))
    peer, theirs = cpu(lambda: by_numpy(bare, beta))
    mine = unpacked(rows, 2, 40, 120).sites[:, :, 1:]
    gap = mine.sum(axis=2).mean(axis=0) - peer[:, :, 1:].sum(axis=2).mean(axis=0)
    error = np.sqrt((mine.sum(axis=2).var(axis=0) + peer[:, :, 1:].sum(axis=2).var(axis=0)) / given.draws)
    if (np.abs(gap) > 4 * error).any():
        raise SystemExit(f"the means differ by {np.abs(gap / error).max():.1f} standard errors")
    print(f"means of final sites agree: {np.abs(gap / error).max():.1f} standard errors at most")
    print(
        f"2 arms × {given.draws:,} draws × 120 parts × 40 quarters: kernel {ours:.2f} CPU s ({walked:.2f} with the walk), "
        f"NumPy {theirs:.2f}: {theirs / ours:.1f} times as much (load {os.getloadavg()[0]:.1f})"
    )
    place, many = made_up(51, 60, walk=True), drawn(1000)
    start, began = time.process_time(), time.perf_counter()
    for region in range(given.regions):
        sweep(simulate, (place, many, region), 1000, jobs=2, progress=None)
        print(f"\r{region + 1} of {given.regions} regions", end="", flush=True)
    spent, passed = time.process_time() - start, time.perf_counter() - began
    each = spent / given.regions
    print(
        f"\n50 parts × 60 quarters × 1,000 draws × 2 arms, {given.regions:,} regions: {passed:.0f} s passed, {spent:.0f} CPU s; "
        f"1,000 take {each * 1000 / 2:.0f} s of two cores that do nothing else"
    )


if __name__ == "__main__":
    main()
