"""Emissions of a million legs, against a bare polars join-and-multiply of the same legs.

    python benchmarks/esg.py --rows 1e6

Both give kg CO2e a unit for each leg with a stated mode and distance; the run stops unless they agree. Ours also looks up
the range, the source, the vehicle by where it drives, checks the sites, and keeps places for maps: the price of that is the
ratio. CPU time, the least of some runs; time is also shown at a tenth of the rows, to tell whether it grows with them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from tierscape.network import Network
from tierscape.quantities.lanes import lane_legs, lanes

COUNTRIES = ("US", "MX", "DE", "HU", "CN")
FACTORS = {"road": 75.0, "rail": 25.0, "sea": 8.15, "air": 789.0, "barge": 21.0}
SITES, PARTS = 2000, 500


def made(n: int) -> tuple[Network, pl.DataFrame]:
    """Give a network and random lanes between its sites of one zone, so that one factor a mode holds for both."""
    rng = np.random.default_rng(7)
    sites = pl.DataFrame(
        {
            "site": [f"s{i}" for i in range(SITES)],
            "country": ["CN"] * SITES,
            "lat": rng.uniform(25, 40, SITES),
            "lon": rng.uniform(105, 115, SITES),
        }
    )
    parts = pl.DataFrame(
        {
            "part": [f"p{i}" for i in range(PARTS)],
            "kind": ["component"] * PARTS,
            "unit_mass_kg": rng.uniform(0.01, 500, PARTS),
        }
    )
    rows = pl.DataFrame(
        {
            "supplier": sites["site"].gather(rng.integers(0, SITES, n)),
            "buyer": sites["site"].gather(rng.integers(0, SITES, n)),
            "part": parts["part"].gather(rng.integers(0, PARTS, n)),
            "mode": pl.Series(list(FACTORS)).gather(rng.integers(0, len(FACTORS), n)),
            "distance_km": rng.uniform(1, 20_000, n),
        }
    )
    return Network.from_tables({"sites": sites, "parts": parts}), rows


def bare(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Join masses and factors, and multiply."""
    factors = pl.DataFrame({"mode": list(FACTORS), "g_per_tkm": list(FACTORS.values())})
    masses = network["parts"].select("part", "unit_mass_kg")
    joined = rows.join(masses, on="part", how="left", maintain_order="left")
    joined = joined.join(factors, on="mode", how="left", maintain_order="left")
    kg = pl.col("unit_mass_kg") * pl.col("distance_km") / 1e6 * pl.col("g_per_tkm")
    return joined.with_columns(kg_per_unit=kg)


def least(work: Callable[[], pl.DataFrame], repeat: int) -> tuple[float, pl.DataFrame]:
    """Give the least CPU time of some runs, and the answer."""
    seconds = []
    for _ in range(repeat):
        before = time.process_time()
        answer = work()
        seconds.append(time.process_time() - before)
    return min(seconds), answer


def main() -> None:
    """Measure, and stop where the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    for n in (int(given.rows / 10), int(given.rows)):
        network, rows = made(n)
        bare_seconds, expected = least(lambda: bare(network, rows), given.repeat)  # noqa: B023 - called at once
        our_seconds, legs = least(lambda: lane_legs(network, rows), given.repeat)  # noqa: B023
        all_seconds, costed = least(lambda: lanes(network, rows), given.repeat)  # noqa: B023
        for name, found in (("legs", legs), ("lanes", costed)):
            if not np.allclose(found["kg_per_unit"], expected["kg_per_unit"], rtol=1e-12, atol=0):
                raise SystemExit(f"{name}: the answers differ")
        print(f"{n:,} legs, equal answers; CPU seconds: join and multiply {bare_seconds:.3f}, legs {our_seconds:.3f} "
              f"({our_seconds / bare_seconds:.2f}x), lanes with freight and time {all_seconds:.3f} "
              f"({all_seconds / bare_seconds:.2f}x)")  # fmt: skip


if __name__ == "__main__":
    main()
