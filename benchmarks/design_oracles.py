"""All published optima of warehouse location through `design`: a table of what comes out, and at what effort.

``python benchmarks/design_oracles.py [capacitated|uncapacitated|holmberg …]`` with the instances in ``../shared/data``.
One run each, CPU time of the whole answer; a plan farther than 1e-6 from the optimum ends the run with an error.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import polars as pl

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / name) for name in ("", "planning")]

from location_files import DATA, holmberg, optima, or_library  # noqa: E402 - beside the tests
from plan_cases import asked  # noqa: E402

from tierscape.analyses.design import design  # noqa: E402

KINDS = ("capacitated", "uncapacitated", "holmberg")


def run(kind: str) -> None:
    """Plan every instance of a kind and print its line."""
    known = optima("holmberg") if kind == "holmberg" else optima("orlib").filter(pl.col("kind") == kind)
    given = asked(
        policy={"single_sourced_demand": kind == "holmberg"}, search={"gap": 0, "goals": False, "work_limit": 100}
    )
    total, began = 0, time.process_time()
    for name, optimum in known.select("instance", "optimum").iter_rows():
        start = time.process_time()
        answer = design(holmberg(name) if kind == "holmberg" else or_library(name, kind), **given)
        off = abs(answer.plan["cost"] - optimum) / optimum
        checks = answer.checks.row(0, named=True)
        print(
            f"{kind:<14}{name:<8}{optimum:>16,.3f}{answer.plan['cost']:>16,.3f}{off:>10.1e}{answer.plan['gap']:>10.1e}"
            f"{checks['max_row_violation']:>10.1e}{time.process_time() - start:>8.1f} s",
            flush=True,
        )
        if off > 1e-6:
            raise SystemExit(f"{name}: {answer.plan['cost']} is not the optimum {optimum}")
        total += 1
    print(f"{kind}: {total} of {known.height} reproduced, {time.process_time() - began:.1f} CPU s")


def main() -> None:
    """Run the kinds that are named, all by default."""
    if not DATA.is_dir():
        raise SystemExit("the published instances are not beside the repository")
    print(f"{'kind':<14}{'name':<8}{'optimum':>16}{'plan':>16}{'off':>10}{'gap':>10}{'violated':>10}{'CPU':>9}")
    for kind in sys.argv[1:] or KINDS:
        run(kind)


if __name__ == "__main__":
    main()
