"""What a day of sector dynamics costs, against BoARIO: ``python benchmarks/stress_sector.py``.

Both run the same table, outage and days in one process; CPU time a scenario and day, and nothing is shown unless outputs
agree to 1e-12. BoARIO (GPL-3) and pymrio (LGPL-3) come with the group ``bench`` and are never imported by the package.
``--freeze FILE`` writes the small table of the tests with BoARIO's outputs.
"""

from __future__ import annotations

import argparse
import logging
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tierscape.kernels.sector_ario import SectorRules, simulate
from tierscape.kernels.sector_arrays import Outages, SectorTable, sector_table

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pymrio
    from boario import event
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

YEAR = 365
BARS = {48: 100.0, 1000: 10.0}
"""Least ratio by number of industries."""
LOSS, BEGIN, HOLD, HIT = 0.6, 2, 31, 4
"""Share of capacity that the first rows lose, from which day and for how long."""


def random_table(regions: int, sectors: int, seed: int = 0) -> pymrio.IOSystem:
    """Draw a balanced table, labels in sorted order, and complete it."""
    rng = np.random.default_rng(seed)
    n = regions * sectors
    shares = rng.uniform(0.0, 1.0, (n, n))
    shares *= rng.uniform(0.3, 0.6, n) / shares.sum(axis=0)
    use = rng.uniform(1e3, 2e3, (n, regions))
    output = np.linalg.solve(np.eye(n) - shares, use.sum(axis=1))
    rows = pd.MultiIndex.from_product(
        [[f"r{i:03d}" for i in range(regions)], [f"s{i:03d}" for i in range(sectors)]], names=["region", "sector"]
    )
    final = pd.MultiIndex.from_product([rows.levels[0], ["use"]], names=["region", "category"])
    system = pymrio.IOSystem(
        Z=pd.DataFrame(shares * output, index=rows, columns=rows), Y=pd.DataFrame(use, index=rows, columns=final)
    )
    return system.calc_all()


def ours(system: pymrio.IOSystem) -> SectorTable:
    """Give the same table a day, its rows in sorted order as BoARIO keeps them."""
    rows = system.Z.index.sort_values()
    kinds = {name: at for at, name in enumerate(sorted(system.get_sectors()))}
    return sector_table(
        system.Z.loc[rows, rows].to_numpy() / YEAR, system.x.loc[rows].to_numpy()[:, 0] / YEAR,
        system.Y.loc[rows].sum(axis=1).to_numpy() / YEAR, np.array([kinds[s] for _, s in rows]),
    )  # fmt: skip


def theirs(system: pymrio.IOSystem, days: int, order: str) -> tuple[np.ndarray, float]:
    """Run BoARIO once: output by day and row, and CPU seconds a day; the first days, which warm it up, are not timed."""
    rows = system.Z.index.sort_values()
    model = ARIOPsiModel(
        system, order_type=order, alpha_base=1.0, alpha_max=1.25, alpha_tau=365, main_inv_dur=90, psi_param=0.8,
        inventory_restoration_tau=60, monetary_factor=10**6, iotable_year_to_temporal_unit_factor=YEAR,
    )  # fmt: skip
    run = Simulation(model, n_temporal_units_to_sim=days)
    loss = pd.Series(LOSS, index=rows[:HIT])
    run.add_event(
        event.from_series(
            loss,
            event_type="arbitrary",
            occurrence=BEGIN - 1,
            duration=HOLD - 1,
            recovery_tau=1,
            recovery_function="linear",
        )
    )
    start = time.process_time()
    run.loop()
    spent = time.process_time() - start
    return run.production_realised.to_numpy(), spent / days


def outages(scenarios: int) -> Outages:
    """Give the same outage to every scenario."""
    count = HIT * scenarios
    return Outages(
        np.arange(0, count + 1, HIT), np.tile(np.arange(HIT), scenarios), np.full(count, float(BEGIN)),
        np.full(count, float(HOLD)), np.ones(count), np.full(count, LOSS),
    )  # fmt: skip


def contest(system: pymrio.IOSystem, name: str, days: int, scenarios: int, *, repeat: int = 3) -> None:
    """Compare outputs, then CPU time, for both kinds of orders."""
    table = ours(system)
    n = len(table.output)
    for order, words in (("noalt", "fixed"), ("alt", "capacity")):
        rules = SectorRules(orders=words)  # type: ignore[arg-type]
        found = [theirs(system, days, order) for _ in range(repeat)]
        made, peer = found[0][0], min(cost for _, cost in found)
        kept = simulate(table, outages(1), days=days, rules=rules, keep=True).output[0]
        gap = float(np.abs(made / made[0] - kept / table.output).max())
        if gap > 1e-12:
            raise SystemExit(f"{name}, {order}: outputs differ by {gap:.1e} of normal output")
        print(
            f"\n{name}, {n} industries, {len(table.flow):,} flows, {days} days, '{order}': outputs agree to {gap:.1e}"
        )
        print(f"  {'BoARIO, 1 scenario':34}{1e6 * peer:12.1f} µs a day and scenario")
        for precision in ("float64", "float32"):
            costs = []
            for _ in range(repeat):
                typed = replace(rules, precision=precision)  # type: ignore[arg-type]
                start = time.process_time()
                simulate(table, outages(scenarios), days=days, rules=typed)
                costs.append(time.process_time() - start)
            mine = min(costs) / days / scenarios
            bar = f", bar ≥ {BARS[n]:.0f}" if precision == "float64" and order == "noalt" and n in BARS else ""
            label = f"tierscape, {scenarios} scenarios, {precision}"
            print(f"  {label:34}{1e6 * mine:12.2f} µs a day and scenario   {peer / mine:6.0f} ×{bar}", flush=True)


def freeze(path: Path) -> None:
    """Write a drawn table of 3 regions and 4 sectors with BoARIO's outputs."""
    system = random_table(3, 4, seed=1)
    table, rows = ours(system), system.Z.index.sort_values()
    outputs = {order: theirs(system, 120, order)[0] for order in ("noalt", "alt")}
    np.savez_compressed(
        path, flows=system.Z.loc[rows, rows].to_numpy() / YEAR, output=table.output, final=table.final,
        sector=np.tile(np.arange(4), 3), hit=HIT, loss=LOSS, begin=BEGIN, hold=HOLD,
        **{order: made / made[0] for order, made in outputs.items()},
    )  # fmt: skip


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freeze", type=Path, metavar="FILE", help="write the table of the tests and stop")
    parser.add_argument("--days", type=int, default=60, help="days at 1,000 industries")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if given.freeze:
        freeze(given.freeze)
        return
    contest(pymrio.load_test().calc_all(), "pymrio's test table", 365, 96)
    contest(random_table(50, 20), "drawn table", given.days, 32, repeat=2)


if __name__ == "__main__":
    main()
