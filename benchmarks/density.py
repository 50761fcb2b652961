"""What counting and smoothing cost, against the peers that people would use: ``python benchmarks/density.py --rows 1e6``.

Each contender runs in a process of its own, on the same files, and must give the same bits before any figure is shown.
See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import h3.api.basic_int as h3
import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tierscape import lake
from tierscape.kernels import flat as kernel

RESOLUTION, RINGS = 5, 4
PARTS, REQUIRED = 250, 120
ONE = 1 << 20
WANTED = [f"part-{i:03d}" for i in range(REQUIRED)]
QUESTION = {"resolution": RESOLUTION, "statuses": ("operating",)}
CHUNK = 10**7
Work = Callable[[], pl.DataFrame]


# Data: the same for everybody, drawn from a fixed seed


def make_pool(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cells of resolution 7 over about 20,000 contiguous cells of resolution 5, and how likely a site stands in each."""
    middle = h3.latlng_to_cell(30.0, -102.0, RESOLUTION)
    coarse = np.array(sorted(h3.grid_disk(middle, 81)), dtype=np.int64)
    fine = np.array([c for cell in coarse for c in h3.cell_to_children(int(cell), 7)], dtype=np.int64)
    weight = np.repeat(rng.lognormal(0.0, 1.5, len(coarse)), len(fine) // len(coarse))
    weight = np.resize(weight, len(fine))
    return fine, weight / weight.sum()


def write_sites(folder: Path, rows: int) -> None:
    """Write Parquet files of at most ``CHUNK`` rows, with text keys as a user has them."""
    rng = np.random.default_rng(0)
    pool, weight = make_pool(rng)
    names = pl.Series([f"part-{i:03d}" for i in range(PARTS)], dtype=pl.Categorical)
    countries, statuses = pl.Series(["CA", "MX", "US"]), pl.Series(["operating", "construction", "announced", "closed"])
    cumulative = np.cumsum(weight)
    for i, start in enumerate(range(0, rows, CHUNK)):
        n = min(CHUNK, rows - start)
        cell = pool[np.minimum(np.searchsorted(cumulative, rng.random(n)), len(pool) - 1)]
        share = pl.Series("share", rng.integers(0, lake.FULL_SHARE + 1, n))
        pl.DataFrame(
            {
                "cell7": cell,
                "country": countries.gather(((cell >> 30) % 3).astype(np.uint32)),
                "part": names.gather(rng.integers(0, PARTS, n).astype(np.uint32)).cast(pl.String),
                "status": statuses.gather(np.searchsorted([0.85, 0.9, 0.95], rng.random(n)).astype(np.uint32)),
            }
        ).with_columns(pl.when(pl.Series(rng.random(n) < 0.6)).then(share).alias("share")).write_parquet(
            folder / f"sites-{i:03d}.parquet"
        )


def write_points(folder: Path, rows: int) -> None:
    """Write raw sites with coordinates, not indexed."""
    rng = np.random.default_rng(1)
    frame = {
        "lat": rng.normal(28, 4, rows), "lon": rng.normal(-102, 4, rows), "status": ["operating"] * rows,
        "country": np.array(["MX", "US"])[rng.integers(0, 2, rows)],
        "part": np.array(WANTED)[rng.integers(0, REQUIRED, rows)],
    }  # fmt: skip
    pl.DataFrame(frame).write_parquet(folder / "points.parquet")


def write_reach(folder: Path) -> None:
    """Write the neighbour table of the occupied cells, and the counts of required parts."""
    counted = (
        lake.counts(register(folder), **QUESTION, parts=WANTED).group_by("cell", "part").agg(pl.col("sites").sum())
    )
    counted.sort("cell", "part").write_parquet(folder / "counts.parquet")
    cells = counted["cell"].unique().sort().to_list()
    known = set(cells)
    near = [(c, n) for c in cells for n in h3.grid_disk(c, RINGS) if n in known]
    frame = pl.DataFrame(
        near, schema=["place", "cell"], orient="row", schema_overrides={"place": pl.Int64, "cell": pl.Int64}
    )
    middles = {c: h3.cell_to_latlng(c) for c in cells}
    a, b = (np.radians([middles[c] for c in frame[column]]) for column in ("place", "cell"))
    dot = np.sin(a[:, 0]) * np.sin(b[:, 0]) + np.cos(a[:, 0]) * np.cos(b[:, 0]) * np.cos(a[:, 1] - b[:, 1])
    hours = 6371.0088 * np.arccos(np.clip(dot, -1, 1)) * 1.3 / 60
    weight = np.floor(ONE * np.exp(-hours / 2.0) + 0.5).astype(np.int64)
    frame.with_columns(pl.Series("weight", weight)).sort("place", "cell").write_parquet(folder / "near.parquet")
    shares = kernel.largest_remainder(np.arange(1.0, REQUIRED + 1))
    full = [ONE * (400 + 10 * (i % 20)) for i in range(REQUIRED)]  # so large that covers differ
    pl.DataFrame({"part": WANTED, "full": full, "weight": shares}).write_parquet(folder / "needs.parquet")


def register(folder: Path, engine: str = "duckdb") -> lake.Register:
    """Give the pre-indexed files as a register."""
    address = "local[2]" if engine == "spark" else None
    return lake.Register(path=f"{folder}/sites-*.parquet", engine=engine, connection=address)


# Contenders: each takes the folder, prepares, and gives the work that is measured


def counts_ibis(folder: Path) -> Work:
    """Count through the one Ibis expression."""
    return lambda: lake.counts(register(folder), **QUESTION)


def counts_sql(folder: Path) -> Work:
    """Count by SQL written by hand."""
    keep, put = 2**63 - 1 - (0xF << 52), (RESOLUTION << 52) | ((1 << (3 * (15 - RESOLUTION))) - 1)

    def work() -> pl.DataFrame:
        query = f"""
            select (cell7 & {keep}) | {put} as cell, country, part, count(*) as sites,
                   coalesce(sum(share), 0)::bigint as share, count(share) as share_known
            from read_parquet('{folder}/sites-*.parquet') where status = 'operating' group by all"""
        with duckdb.connect() as connection:
            return connection.sql(query).pl().sort("cell", "country", "part", nulls_last=True)

    return work


def counts_spark(folder: Path) -> Work:
    """Count through the same expression on local Spark."""
    return lambda: lake.counts(register(folder, "spark"), **QUESTION)


def points_ours(folder: Path) -> Work:
    """Index and count raw points."""
    frame = pl.read_parquet(folder / "points.parquet")

    def work() -> pl.DataFrame:
        counted = lake.counts(lake.index(frame), **QUESTION)
        return counted.select("cell", "country", "part", "sites")

    return work


def points_pandas(folder: Path) -> Work:
    """Index with h3-py and count with pandas."""
    import pandas as pd

    frame = pd.read_parquet(folder / "points.parquet")

    def work() -> pl.DataFrame:
        fine = [h3.latlng_to_cell(a, b, 7) for a, b in zip(frame["lat"], frame["lon"], strict=True)]
        cells = [h3.cell_to_parent(c, RESOLUTION) for c in fine]
        kept = frame.assign(cell=cells)[frame["status"] == "operating"]
        sites = kept.groupby(["cell", "country", "part"]).size().rename("sites").reset_index()
        return pl.from_pandas(sites).sort("cell", "country", "part")

    return work


class Tables:
    """Counts, neighbours and needs, in memory, and as the arrays that a kernel takes."""

    def __init__(self, folder: Path) -> None:
        self.counts, self.near, self.needs = (
            pl.read_parquet(folder / f"{name}.parquet") for name in ("counts", "near", "needs")
        )
        self.full, self.weight = self.needs["full"].to_numpy(), self.needs["weight"].to_numpy()

    def arrays(self) -> tuple[np.ndarray, tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Places, CSR of neighbours, CSR of entries; the tables are sorted already."""
        code = pl.DataFrame({"part": self.needs["part"], "code": np.arange(self.needs.height)})
        entries = self.counts.join(code, on="part", maintain_order="left")
        cells = entries["cell"].unique(maintain_order=True).to_numpy()
        places = self.near["place"].unique(maintain_order=True).to_numpy()
        pointer = np.searchsorted(entries["cell"].to_numpy(), np.append(cells, 2**63 - 1))
        indptr = np.searchsorted(self.near["place"].to_numpy(), np.append(places, 2**63 - 1))
        position = pl.DataFrame({"cell": cells, "at": np.arange(len(cells))})
        at = self.near.join(position, on="cell", maintain_order="left")["at"].to_numpy()
        near = (indptr, at, self.near["weight"].to_numpy())
        return places, near, (pointer, entries["code"].to_numpy(), entries["sites"].to_numpy())


def scored(places: np.ndarray, flat: np.ndarray) -> pl.DataFrame:
    """Give the answer that every smoother must give."""
    return pl.DataFrame({"place": places, "flat": flat})


def flat_kernel(folder: Path) -> Work:
    """Smooth with the kernel, its arrays made from the tables each time."""
    tables = Tables(folder)

    def work() -> pl.DataFrame:
        places, near, entries = tables.arrays()
        sums = kernel.smooth_counts(near, entries, REQUIRED)
        return scored(places, kernel.flat_completeness(sums, tables.full, tables.weight))

    return work


def flat_kernel_resident(folder: Path) -> Work:
    """Smooth with the kernel, its arrays at hand as in a run of `density`."""
    tables = Tables(folder)
    places, near, entries = tables.arrays()
    return lambda: scored(
        places,
        kernel.flat_completeness(kernel.smooth_counts(near, entries, REQUIRED), tables.full, tables.weight),
    )


def flat_sql(folder: Path) -> Work:
    """Smooth in DuckDB, written by hand, over tables that it holds in memory."""
    tables = Tables(folder)
    connection = duckdb.connect()
    for name in ("counts", "near", "needs"):
        connection.register("given", getattr(tables, name).to_arrow())
        connection.execute(f"create table {name} as select * from given")
    query = """
        with reached as (
            select place, part, sum(sites * near.weight)::bigint as total from counts join near using (cell) group by all)
        select place, sum(needs.weight * (least(total, needs."full") * 1000000 // needs."full"))::bigint as flat
        from reached join needs using (part) group by place order by place"""
    return lambda: connection.sql(query).pl()


def flat_scipy(folder: Path) -> Work:
    """Smooth with SciPy, sparse times sparse."""
    tables = Tables(folder)
    places, near, entries = tables.arrays()

    def work() -> pl.DataFrame:
        sums = (_neighbours(near, entries) @ _matrix(entries)).toarray()
        return scored(places, _cover(sums, tables))

    return work


def flat_scipy_dense(folder: Path) -> Work:
    """Smooth with SciPy, sparse times dense."""
    tables = Tables(folder)
    places, near, entries = tables.arrays()

    def work() -> pl.DataFrame:
        return scored(places, _cover(_neighbours(near, entries) @ _matrix(entries).toarray(), tables))

    return work


def _neighbours(near: tuple[np.ndarray, ...], entries: tuple[np.ndarray, ...]) -> csr_array:
    return csr_array((near[2], near[1], near[0]), shape=(len(near[0]) - 1, len(entries[0]) - 1))


def _matrix(entries: tuple[np.ndarray, ...]) -> csr_array:
    return csr_array((entries[2], entries[1], entries[0]), shape=(len(entries[0]) - 1, REQUIRED))


def _cover(sums: np.ndarray, tables: Tables) -> np.ndarray:
    return (np.minimum(sums, tables.full) * kernel.POINTS // tables.full) @ tables.weight


# What an edit costs


def edits(folder: Path, number: int) -> dict[str, float]:
    """Move sites one by one in a resident state; give CPU seconds a move and of a full run, and stop if bits differ."""
    tables = Tables(folder)
    _, near, (pointer, codes, sites) = tables.arrays()
    scale = (tables.full, tables.weight)
    state_sums = kernel.smooth_counts(near, (pointer, codes, sites), REQUIRED)
    state = (state_sums, kernel.flat_completeness(state_sums, *scale))
    cells = len(pointer) - 1
    back, place, weight = kernel.transpose(*near, cells)
    rng = np.random.default_rng(2)
    entry, there = rng.integers(0, len(sites), number + 1), rng.integers(0, cells, number + 1)
    home = np.searchsorted(pointer, entry, side="right") - 1
    dense = np.zeros((cells, REQUIRED), np.int64)
    dense[np.repeat(np.arange(cells), np.diff(pointer)), codes] = sites

    def move(i: int) -> None:
        part = int(codes[entry[i]])
        for cell, count in ((int(home[i]), -1), (int(there[i]), 1)):
            span = slice(back[cell], back[cell + 1])
            kernel.edit(state, (place[span], weight[span]), (part, count), scale)
            dense[cell, part] += count

    move(number)  # compiles
    before = time.process_time()
    for i in range(number):
        move(i)
    a_move = (time.process_time() - before) / number
    filled = csr_array(dense)
    edited = (filled.indptr.astype(np.int64), filled.indices.astype(np.int64), filled.data)
    full = []
    for _ in range(3):
        before = time.process_time()
        sums = kernel.smooth_counts(near, edited, REQUIRED)
        flat = kernel.flat_completeness(sums, *scale)
        full.append(time.process_time() - before)
    if not (np.array_equal(sums, state[0]) and np.array_equal(flat, state[1])):
        raise SystemExit("edits: the state differs from a full run")
    return {"move": a_move, "full": min(full)}


# Measuring


def cpu_seconds() -> float:
    """CPU of this process, of its children that ended, and of those that run (Spark's)."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = 0
    for pid in _descendants(os.getpid()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return sum(u.ru_utime + u.ru_stime for u in used) + ticks / os.sysconf("SC_CLK_TCK")


def peak_gib() -> float:
    """Peak resident memory of this process and of those below it."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in (os.getpid(), *_descendants(os.getpid()))]
    return sum(int(text.partition("VmHWM:")[2].split()[0]) for text in texts if "VmHWM:" in text) / 2**20


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(p) for p in children.read_text().split()] if children.exists() else []
    return [d for child in below for d in (child, *_descendants(child))]


def measure(name: str, folder: Path, repeat: int) -> dict[str, float | str]:
    """Run one contender in this process: the least CPU and wall time, peak memory, and the fingerprint of its answer."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="ibis")
    work = CONTENDERS[name](folder)
    cpu, wall, prints = [], [], set()
    for _ in range(repeat):
        before, start = cpu_seconds(), time.perf_counter()
        answer = work()
        cpu.append(cpu_seconds() - before)
        wall.append(time.perf_counter() - start)
        prints.add(lake.digest(answer))
    if len(prints) > 1:
        raise SystemExit(f"{name}: two runs differ")
    return {"cpu": min(cpu), "wall": min(wall), "peak": peak_gib(), "rows": answer.height, "digest": prints.pop()}


CONTENDERS: dict[str, Callable[[Path], Work]] = {
    f.__name__: f
    for f in (
        counts_ibis, counts_sql, counts_spark, points_ours, points_pandas,
        flat_kernel, flat_kernel_resident, flat_sql, flat_scipy, flat_scipy_dense,
    )
}  # fmt: skip


def contest(title: str, names: Sequence[str], folder: Path, repeat: int, script: str = __file__) -> None:
    """Run contenders in turn, hold them to one answer, and print what each costs over the first."""
    found = {}
    for name in names:
        command = [sys.executable, script, "--child", name, "--folder", str(folder), "--repeat", str(repeat)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
    if len({f["digest"] for f in found.values()}) > 1:
        raise SystemExit(
            f"{title}: the answers differ: " + ", ".join(f"{n} {f['digest'][:12]}" for n, f in found.items())
        )
    first = found[names[0]]
    print(f"\n{title}: equal answers, {first['rows']:,} rows, sha256 {first['digest'][:16]}")
    print(f"{'':22}{'CPU s':>9}{'wall s':>9}{'peak GiB':>10}{'CPU ratio':>11}")
    for name, f in found.items():
        print(f"{name:22}{f['cpu']:9.3f}{f['wall']:9.3f}{f['peak']:10.2f}{f['cpu'] / first['cpu']:11.2f}", flush=True)


def run(rows: Sequence[int], folder: Path, *, repeat: int, spark: bool) -> None:
    """Run all sections at each size."""
    for n in rows:
        here = folder / str(n)
        here.mkdir()
        write_sites(here, n)
        contest(f"counting {n:.0e} rows", ["counts_sql", "counts_ibis"], here, repeat)
        if spark:
            contest(f"counting {n:.0e} rows on Spark", ["counts_ibis", "counts_spark"], here, 1)
        write_reach(here)
        names = ["flat_kernel", "flat_kernel_resident", "flat_sql", "flat_scipy", "flat_scipy_dense"]
        contest(f"smoothing {n:.0e} sites", names, here, repeat)
        cost = edits(here, 2000)
        print(f"\nmoving one of {n:.0e} sites: equal bits; {cost['move'] * 1e6:.0f} µs CPU, a full run "
              f"{cost['full'] * 1e3:.0f} ms, 1/{cost['full'] / cost['move']:.0f}")  # fmt: skip
        if n <= 10**6:
            write_points(here, n)
            contest(f"indexing and counting {n:.0e} points", ["points_pandas", "points_ours"], here, repeat)
        shutil.rmtree(here)


def run_large(folder: Path) -> None:
    """Count 10⁸ pre-indexed rows, if the disk has room for them."""
    free = shutil.disk_usage(folder).free
    if free < 4 << 30:
        raise SystemExit(f"--large needs 4 GiB of disk, there are {free / 2**30:.1f}")
    write_sites(folder, 10**8)
    contest("counting 1e8 rows", ["counts_sql", "counts_ibis"], folder, 2)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6], help="sizes, for example 1e6 1e7")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each contender; the least counts")
    parser.add_argument("--spark", action="store_true", help="count on local Spark too")
    parser.add_argument("--large", action="store_true", help="count 1e8 rows as well")
    parser.add_argument("--child", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.folder, given.repeat)))
        return
    with tempfile.TemporaryDirectory() as folder:
        run([int(n) for n in given.rows], Path(folder), repeat=given.repeat, spark=given.spark)
        if given.large:
            run_large(Path(folder))


if __name__ == "__main__":
    main()
