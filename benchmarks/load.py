"""What a load costs: a CSV of a million capabilities, and a workbook of 200,000.

Run ``uv run python benchmarks/load.py``. Each case runs in a process of its own and prints CPU seconds, peak resident
memory and the bar: 60 s and 1.5 GB on two cores of a server of 2023.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from tierscape.io import write
from tierscape.io.networks import load
from tierscape.validate import typed

PARTS = 10
CASES = {"csv": 1_000_000, "xlsx": 200_000}
BAR_SECONDS, BAR_BYTES = 60.0, 1.5e9


def make(folder: Path, form: str, rows: int) -> Path:
    """Write a network with that many capabilities."""
    sites = pl.select(pl.format("site_{}", pl.int_range(rows // PARTS)).alias("site")).with_columns(
        pl.format("Works {}", pl.int_range(rows // PARTS) * 7919 % 1_000_003).alias("name"),
        lat=47.0 + pl.int_range(rows // PARTS) % 1000 / 1000,
        lon=18.0 + pl.int_range(rows // PARTS) % 997 / 1000,
        country=pl.lit("HU"),
        status=pl.lit("operating"),
    )
    parts = pl.DataFrame({"part": [f"part_{i}" for i in range(PARTS)], "kind": ["component"] * PARTS})
    made = sites.select("site").join(parts.select("part"), how="cross").with_columns(
        capacity_per_year=1000.0 + pl.int_range(rows) % 1777 * 1.1, lead_time_days=pl.int_range(rows) % 90,
        evidence=pl.lit("declared"), source=pl.lit("survey, made up"), as_of=pl.lit("2026-03-31"),
    )  # fmt: skip
    tables, _ = typed({"sites": sites, "parts": parts, "capabilities": made})
    target = folder / ("network.xlsx" if form == "xlsx" else "network")
    write(tables, target)
    return target


def measure(source: Path) -> None:
    """Load and print what it cost."""
    network = load(source)
    seconds, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    said = "within" if seconds <= BAR_SECONDS and peak <= BAR_BYTES else "OVER"
    rows, size = (
        network["capabilities"].height,
        sum(f.stat().st_size for f in [source, *source.rglob("*")] if f.is_file()),
    )
    print(
        f"{source.name}: {rows:,} rows, {size / 1e6:.0f} MB: {seconds:.1f} CPU s, {peak / 1e9:.2f} GB peak ({said} the bar)"
    )


def main() -> None:
    """Make every case, and measure it in a process of its own."""
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    for form, rows in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, __file__, str(make(Path(folder), form, rows))], check=True)


if __name__ == "__main__":
    main()
