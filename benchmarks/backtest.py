"""Does the entry model rank real plants better than counting? ``python benchmarks/backtest.py [PANEL]`` prints the table.

The form of the model was chosen on the splits that end by 2013 alone; those of 2014 and 2015 were scored once, after it was
fixed. See ``docs/backtest.md``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from tierscape.analyses.backtest import Backtest, BacktestAssumptions, backtest
from tierscape.io.panel import Panel, read_panel

PANEL = Path(__file__).parents[2] / "shared" / "data" / "retc_mexico" / "panel.csv"
AUTOMOTIVE = ("3361", "3362", "3363")
CHOSEN_ON = ((2008, 2013), (2010, 2013))
HELD_BACK = ((2012, 2013), (2014, 2018), (2015, 2018))
PLACES = {
    "municipalities": {"assumptions": BacktestAssumptions(places="municipality_key")},
    "cells": {"resolution": 5},
}


def answers(panel: Panel, splits: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, Backtest]]:
    """Judge every split on every kind of place."""
    for fit_until, until in splits:
        for name, how in PLACES.items():
            yield name, backtest(panel, fit_until=fit_until, until=until, part=AUTOMOTIVE, **how)


def line(places: str, answer: Backtest, subset: str) -> str:
    """One row of the table in Markdown."""
    size = answer.metrics.filter(subset=subset, measure="auc", model="model", part=answer.first_part).row(0, named=True)
    cells = [f"{answer.span[0]} → {answer.span[1]}", places, subset, f"{size['positives']} / {size['places']}"]
    for measure in ("auc", "precision@25"):
        digits = 3 if measure == "auc" else 2
        values = [answer.value(measure, model=m, subset=subset) for m in ("model", "same_part", "total")]
        gap = answer.against_better(measure, subset=subset)
        cells.append(" / ".join(f"{v:.{digits}f}" for v in values))
        cells.append(f"{gap['difference']:+.{digits}f} ({gap['low']:+.{digits}f} to {gap['high']:+.{digits}f})")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print one row a split, kind of place and subset."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("panel", nargs="?", type=Path, default=PANEL)
    arguments.add_argument("--held-back", action="store_true", help="also score the splits that chose nothing")
    given = arguments.parse_args()
    start = time.process_time()
    panel = read_panel(given.panel)
    print("| split | places | subset | with a new site / all | AUC model / part / all sites | difference to the better | precision@25 | difference |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for places, answer in answers(panel, CHOSEN_ON + (HELD_BACK if given.held_back else ())):
        for subset in ("all", "hard"):
            print(line(places, answer, subset))
        print(f"<!-- expected {answer.expected:.0f}, came {answer.actual} -->")
    print(f"\n{time.process_time() - start:.1f} CPU s")


if __name__ == "__main__":
    main()
