"""Does calibration find what was put in? ``python benchmarks/calibrate.py`` simulates panels and fits them again.

Plants come year after year by a known rate of the features at the end of the year before, and so change the features of the
next. Each panel is read and fitted by ``calibrate`` without a ridge. Shown are bias and the coverage of 90 % intervals.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import polars as pl

from tierscape.analyses.calibrate import CalibrateAssumptions, calibrate
from tierscape.io.panel import Panel
from tierscape.quantities.panel_features import FEATURES, Landscape
from tierscape.quantities.panel_places import find_places

PART = "3363"
TRUTH = {"own": 0.35, "near": 0.3, "related": 0.8, "total": 0.3, "near_total": -0.3, "distance": -0.4}
LEVEL = -2.0
SIDE, YEARS, STOCK = 14, 12, 120
PLAIN = CalibrateAssumptions(ridge=0.0)


def simulate(seed: int) -> Panel:
    """Draw a panel on a grid of places of 0.4 degrees; other parts stand in the first year and come at random."""
    random = np.random.default_rng(seed)
    places = SIDE * SIDE
    weight = random.lognormal(0.0, 1.0, places)
    rows: list[tuple[str, str, int, int]] = []

    def add(part: str, counts: np.ndarray, year: int) -> None:
        start = len(rows)
        rows.extend([(f"s{start + i}", part, int(p), year) for i, p in enumerate(np.repeat(np.arange(places), counts))])

    for code in range(8):
        add(f"{1000 + code}", random.poisson(weight * random.lognormal(0.0, 0.7, places)), 2000)
    add("9999", np.ones(places, np.int64), 2000)
    add(PART, random.multinomial(STOCK, weight / weight.sum()), 2000)
    beta = np.array([TRUTH[name] for name in FEATURES])
    for year in range(2001, 2001 + YEARS):
        panel = as_panel(rows)
        land = Landscape(panel, find_places(panel, until=year))
        features = land.features(land.of_part((PART,)), year - 1)
        add(PART, random.poisson(np.exp(LEVEL + features @ beta)), year)
        add("1000", random.poisson(0.05 * weight), year)
    return as_panel(rows)


def as_panel(rows: list[tuple[str, str, int, int]]) -> Panel:
    """Place the rows on the grid."""
    frame = pl.DataFrame(rows, schema=["site", "part", "place", "first_year"], orient="row")
    return Panel.from_frame(
        frame.select(
            "site", "part", "first_year",
            lat=20.0 + 0.4 * (pl.col("place") // SIDE), lon=-100.0 + 0.4 * (pl.col("place") % SIDE),
            region=pl.format("r{}", pl.col("place").cast(pl.String).str.zfill(4)),
        )
    )  # fmt: skip


def main() -> None:
    """Print one row a feature."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--panels", type=int, default=100)
    given = arguments.parse_args()
    start = time.process_time()
    found, errors, inside, entries = [], [], [], []
    for seed in range(given.panels):
        answer = calibrate(simulate(seed), part=(PART,), assumptions=PLAIN)
        rows = answer.coefficients
        truth = np.array([TRUTH[name] for name in rows["symbol"]])
        found.append(rows["estimate"].to_numpy() - truth)
        errors.append(rows["standard_error"].to_numpy())
        inside.append(((rows["low"].to_numpy() <= truth) & (truth <= rows["high"].to_numpy())).astype(float))
        entries.append(answer.fits["entries"].item())
    bias, spread = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
    simulation = spread / np.sqrt(given.panels)
    print(f"{given.panels} panels of {SIDE * SIDE} places and {YEARS} years, {np.mean(entries):.0f} new sites each\n")
    print("| feature | truth | bias | standard error of one fit | simulation error of the bias | 90 % intervals that hold the truth |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for i, name in enumerate(FEATURES):
        cells = [f"`{name}`", f"{TRUTH[name]:+.2f}", f"{bias[i]:+.3f}", f"{np.mean(errors, axis=0)[i]:.3f}", f"{simulation[i]:.3f}", f"{np.mean(inside, axis=0)[i]:.0%}"]  # fmt: skip
        print(f"| {' | '.join(cells)} |")
    print(f"\n{time.process_time() - start:.1f} CPU s")


if __name__ == "__main__":
    main()
