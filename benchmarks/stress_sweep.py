"""What a sweep of scenarios costs: ``python benchmarks/stress_sweep.py --scenarios 1000``.

A made-up network of 10,000 lines and about 50,000 links, hit by 60 hazards, is run for 365 days in each scenario: by one
thread, by two, and in blocks of other sizes. Every run must give the same bits before any figure is shown. The bar of the
method is 10,000 scenarios in 15 minutes on two cores within 2 GB; ``--scenarios 10000`` runs it whole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import time
from collections.abc import Callable

import numpy as np

from tierscape.analyses.stress.blocks import Case, simulate_drawn
from tierscape.kernels.firm_ario import FirmRules
from tierscape.kernels.firm_network import FirmNetwork, Links, firm_network
from tierscape.kernels.hazard_draws import Chances, Hazards
from tierscape.quantities.hazards import hazard_code
from tierscape.sweep import sweep

SUPPLIERS = 5
HAZARDS, UNITS = 60, 25


def made_up(lines: int) -> FirmNetwork:
    """Draw a network in ten tiers in which every line but those of the last buys from five lines of the next."""
    rng = np.random.default_rng(0)
    tier = lines // 10
    buyers = np.repeat(np.arange(lines - tier), SUPPLIERS)
    suppliers = (buyers // tier + 1) * tier + rng.integers(0, tier, len(buyers))
    buyers, suppliers = np.unique(np.stack([buyers, suppliers]), axis=1)
    first = np.searchsorted(buyers, np.arange(lines + 1))
    flow = rng.lognormal(3.0, 1.0, len(buyers))
    demand = np.where(np.arange(lines) < tier, rng.lognormal(4.0, 1.0, lines), 0.0)
    links = Links(
        slot_start=first,
        essential=np.ones(len(buyers), np.bool_),
        arc_start=np.arange(len(buyers) + 1),
        supplier=suppliers.astype(np.uint32),
        flow=flow,
        stock_days=rng.integers(0, 30, len(buyers)).astype(float),
    )
    network = firm_network(links, demand)
    return network._replace(capacity=network.output * rng.uniform(1.0, 1.2, lines))


def made_up_hazards(lines: int) -> Hazards:
    """Draw hazards that each hit 25 lines at once, once in ten years."""
    rng = np.random.default_rng(1)
    number = HAZARDS * UNITS
    return Hazards(
        code=np.array([hazard_code(f"hazard:{h}") for h in range(HAZARDS)], np.uint64),
        rate=np.full(HAZARDS, -np.log(0.9)),
        days=rng.uniform(5.0, 60.0, HAZARDS),
        on_links=np.zeros(HAZARDS, np.bool_),
        unit_start=np.arange(0, number + 1, UNITS),
        unit_code=np.array([hazard_code(f"unit:{u}") for u in range(number)], np.uint64),
        member_start=np.arange(number + 1),
        member=rng.integers(0, lines, number),
        effect=rng.uniform(0.3, 1.0, number),
        cost=np.zeros(number),
        apart=np.zeros(HAZARDS, np.bool_),
    )


def made_up_case(lines: int, days: int, precision: str) -> Case:
    """Put network, hazards and rules together."""
    network = made_up(lines)
    selling = int((network.demand > 0).sum())
    return Case(
        network=network,
        hazards=made_up_hazards(lines),
        chances=Chances(seed=0, years=1, p95_ratio=2.0, hit_share=1.0, profile=0, ramp_days=0.0),
        rules=FirmRules(horizon_days=days, precision="float32" if precision == "float32" else "float64"),
        worth=np.ones(lines),
        added=np.zeros(lines),
        margin=np.ones(selling),
        group=np.zeros(0, np.int64),
        lanes=32,
    )


def timed(work: Callable[[], np.ndarray]) -> tuple[str, float, float]:
    """Give the digest of the result, seconds passed, and seconds of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    digest = hashlib.sha256(work().tobytes()).hexdigest()
    return digest, time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure, and show the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=int, default=512)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--precision", choices=("float64", "float32"), default="float64")
    given = parser.parse_args()
    case = made_up_case(given.lines, given.days, given.precision)
    simulate_drawn(case._replace(rules=case.rules._replace(horizon_days=2)), np.arange(32))  # compiled before the clock
    few = min(given.scenarios, 128)
    digests, seconds = set(), {}
    for block, jobs in ((64, 1), (64, 2), (32, 2), (96, 1)):
        digest, wall, cpu = timed(lambda b=block, j=jobs: sweep(simulate_drawn, case, few, block=b, jobs=j))
        digests.add(digest)
        seconds[block, jobs] = wall
        print(f"{few} scenarios, blocks of {block}, {jobs} thread(s): {wall:.1f} s, CPU {cpu:.1f} s, {digest[:16]}")
    if len(digests) > 1:
        raise SystemExit("the results differ")
    threads = seconds[64, 1] / seconds[64, 2]
    print(
        f"two threads are {threads:.2f} times as fast as one: {threads / 2:.0%} of two cores (load {os.getloadavg()[0]:.1f})"
    )
    plain, _, cpu = timed(
        lambda: np.concatenate([simulate_drawn(case, np.arange(k, k + 64)) for k in range(0, few, 64)])
    )
    inside, _, swept = timed(lambda: sweep(simulate_drawn, case, few, block=64, jobs=1))
    if plain != inside:
        raise SystemExit("the sweep changes the result")
    print(f"sweep over plain loop, CPU: {swept / cpu - 1:+.1%} at blocks of {cpu / (few / 64):.1f} s")
    digest, wall, cpu = timed(lambda: sweep(simulate_drawn, case, given.scenarios, jobs=2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    each = cpu / given.scenarios
    print(
        f"{given.scenarios:,} scenarios × {given.days} d × {given.lines:,} lines, {len(case.network.flow):,} links, "
        f"{given.precision}: {wall:.0f} s, CPU {cpu:.0f} s, peak {peak:.2f} GB; {each / given.days * 1e3:.3f} ms a "
        f"scenario-day; 10,000 scenarios would take {each * 10_000 / 2 / 60:.1f} minutes of two cores. {digest[:16]}"
    )


if __name__ == "__main__":
    main()
