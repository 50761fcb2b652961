"""The smoothing that `density` runs, against SQL and against its own edits: ``python benchmarks/density_smoothing.py``.

Border delays, territories, kinds of travel and firms are all in it, see ``kernels/smooth``. The sums must have the same bits,
the effective numbers of suppliers may differ by 1e-12. The harness is that of ``density.py``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from density import CONTENDERS, REQUIRED, WANTED, Work, contest, measure, write_reach, write_sites

from tierscape import lake
from tierscape.analyses.density.reach import cell_centres
from tierscape.analyses.density.resident import resident
from tierscape.frames import empty
from tierscape.kernels import smooth as kernel
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network
from tierscape.schema import TABLES

REACH = (6.0, 2.0, 3.0, 24.0)
COUNTRIES = ("CA", "MX", "US")
FIRMS = 50
TOLERANCE = 1e-12


def write_entries(folder: Path) -> None:
    """Write what stands in each cell, with firms, the neighbours with their distances, speeds and borders."""
    register = lake.Register(path=f"{folder}/sites-*.parquet")
    counted = lake.counts(register, resolution=5, statuses=("operating",), parts=WANTED).sort("cell", "part", "country")
    rng = np.random.default_rng(3)
    code = pl.DataFrame({"part": WANTED, "code": np.arange(REQUIRED)})
    entries = counted.join(code, on="part", maintain_order="left").with_columns(
        land=pl.col("country").replace_strict({c: i for i, c in enumerate(COUNTRIES)}, return_dtype=pl.Int64)
    )
    firm = np.where(rng.random(entries.height) < 0.2, rng.integers(0, FIRMS, entries.height), -1)
    slot = np.where(firm < 0, -1, firm + FIRMS * entries["code"].to_numpy())
    entries = entries.with_columns(count=pl.col("sites") * kernel.ONE, firm=pl.Series(slot))
    entries.select("cell", "code", "land", "count", "sites", "firm").write_parquet(folder / "entries.parquet")
    near = pl.read_parquet(folder / "near.parquet").select("place", "cell")
    cells = near["place"].unique().sort()
    lat, lon = cell_centres(cells.to_numpy())
    points = pl.DataFrame({"cell": cells, "lat": lat, "lon": lon, "home": np.arange(len(cells)) % 3})
    a, b = (near.join(points, left_on=c, right_on="cell", maintain_order="left") for c in ("place", "cell"))
    km = great_circle_km(*(frame[c].to_numpy() for frame in (a, b) for c in ("lat", "lon")))
    near.with_columns(a["home"], km=pl.Series(km)).write_parquet(folder / "pairs.parquet")


class Smoothing:
    """Tables of the smoothing, in memory, and as the arrays that the kernel takes."""

    def __init__(self, folder: Path) -> None:
        self.entries, self.pairs = (pl.read_parquet(folder / f"{name}.parquet") for name in ("entries", "pairs"))
        codes = np.arange(REQUIRED)
        self.speed = pl.DataFrame(
            {"code": codes, "kind": codes % 4, "per_km": 1.3 / 60, "reach": np.array(REACH)[codes % 4]}
        )
        delay = np.array([[0.0, 24.0, 4.0], [24.0, 0.0, 4.0], [4.0, 4.0, 0.0]])
        home, land = np.indices((3, 3)).reshape(2, -1)
        self.borders = pl.DataFrame({"home": home, "land": land, "delay": delay.ravel(), "same": (home == land)})
        self.delay = delay

    def arrays(self) -> tuple[np.ndarray, tuple[object, ...]]:
        """Places, and the arguments of the kernel; the tables are sorted already."""
        cells = self.entries["cell"].unique(maintain_order=True).to_numpy()
        places = self.pairs["place"].unique(maintain_order=True).to_numpy()
        pointer = np.searchsorted(self.entries["cell"].to_numpy(), np.append(cells, 2**63 - 1))
        indptr = np.searchsorted(self.pairs["place"].to_numpy(), np.append(places, 2**63 - 1))
        at = np.searchsorted(cells, self.pairs["cell"].to_numpy())
        home = self.pairs["home"].to_numpy()[indptr[:-1]]
        entries = (pointer, *(self.entries[c].to_numpy() for c in ("code", "land", "count", "sites", "firm")))
        travel = self.speed["per_km"].to_numpy(), self.speed["reach"].to_numpy()
        near = (indptr, at, self.pairs["km"].to_numpy())
        return places, (near, entries, travel, (home, self.delay, self.delay == 0), FIRMS * REQUIRED)


def answered(folder: Path, name: str, places: np.ndarray, found: tuple[np.ndarray, ...]) -> pl.DataFrame:
    """Give the sums that must have equal bits, and keep the effective numbers beside them."""
    *sums, effective = found
    np.save(folder / f"{name}.npy", effective[sums[3] > 0])
    place, code = np.nonzero(sums[3])
    columns = dict(zip(("headline", "open", "own", "sites"), (s[place, code] for s in sums), strict=True))
    return pl.DataFrame({"place": places[place], "code": code} | columns)


def smooth_kernel(folder: Path) -> Work:
    """Smooth with the kernel of `density`, its arrays made from the tables each time."""
    tables = Smoothing(folder)

    def work() -> pl.DataFrame:
        places, given = tables.arrays()
        return answered(folder, "smooth_kernel", places, kernel.smooth(*given))

    return work


def smooth_kernel_resident(folder: Path) -> Work:
    """The same with the arrays at hand."""
    places, given = Smoothing(folder).arrays()
    return lambda: answered(folder, "smooth_kernel_resident", places, kernel.smooth(*given))


def _in_duckdb(folder: Path) -> duckdb.DuckDBPyConnection:
    tables = Smoothing(folder)
    connection = duckdb.connect()
    for name in ("entries", "pairs", "speed", "borders"):
        connection.register("given", getattr(tables, name).to_arrow())
        connection.execute(f"create table {name} as select * from given")
    return connection


SUMMED = """
    by_firm as (
        select place, code, sum(open)::bigint as open, sum(late)::bigint as late, sum(own)::bigint as own,
               sum(sites)::bigint as sites, sum(late)::double ** 2 as squares
        from reached where firm >= 0 group by place, code, firm
        union all
        select place, code, sum(open)::bigint, sum(late)::bigint, sum(own)::bigint, sum(sites)::bigint,
               sum(late::double * late::double / sites)
        from reached where firm < 0 group by place, code)
    select place, code, sum(late)::bigint // 1048576 as headline, sum(open)::bigint // 1048576 as open,
           sum(own)::bigint // 1048576 as own, sum(sites)::bigint as sites,
           sum(late)::double ** 2 / sum(squares) as effective
    from by_firm group by place, code order by place, code"""
WEIGHT = "floor(1048576 * exp(-({hours} / reach)) + 0.5)::bigint"
BY_ENTRY = f"""
    with reached as (
        select place, code, firm, sites, {WEIGHT.format(hours="(km * per_km)")} * count as open,
               {WEIGHT.format(hours="(km * per_km + delay)")} * count as late, if(same, late, 0) as own
        from pairs join entries using (cell) join speed using (code) join borders using (home, land)), {SUMMED}"""
BY_KIND = f"""
    with kinds as (select distinct kind, per_km, reach from speed),
    weights as (
        select place, cell, kind, land, same, {WEIGHT.format(hours="(km * per_km)")} as free,
               {WEIGHT.format(hours="(km * per_km + delay)")} as slow
        from pairs join (select distinct cell, land from entries) using (cell) join borders using (home, land) cross join kinds),
    reached as (
        select place, code, firm, sites, free * count as open, slow * count as late, if(same, slow * count, 0) as own
        from entries join speed using (code) join weights using (cell, land, kind)), {SUMMED}"""


def _queried(folder: Path, name: str, query: str) -> Work:
    connection = _in_duckdb(folder)

    def work() -> pl.DataFrame:
        found = connection.sql(query).pl()
        np.save(folder / f"{name}.npy", found["effective"].to_numpy())
        return found.drop("effective")

    return work


def smooth_sql(folder: Path) -> Work:
    """Smooth in DuckDB, one exponential an entry."""
    return _queried(folder, "smooth_sql", BY_ENTRY)


def smooth_sql_kinds(folder: Path) -> Work:
    """Smooth in DuckDB, weights first by neighbour, kind and country, as the kernel does."""
    return _queried(folder, "smooth_sql_kinds", BY_KIND)


NAMES = ("smooth_kernel", "smooth_kernel_resident", "smooth_sql", "smooth_sql_kinds")
CONTENDERS |= {f.__name__: f for f in (smooth_kernel, smooth_kernel_resident, smooth_sql, smooth_sql_kinds)}


def hold_to_one(folder: Path) -> float:
    """Stop if the effective numbers differ; give the largest relative difference."""
    first, *others = (np.load(folder / f"{name}.npy") for name in NAMES)
    apart = max(float((np.abs(other - first) / first)[first > 0].max()) for other in others)
    if not apart <= TOLERANCE:
        raise SystemExit(f"smoothing: effective numbers differ by {apart:.1e}")
    return apart


# What an edit of one site costs


def made_network(sites: int) -> Network:
    """A network of that many sites over 120 parts and four tiers, unchecked: checking is not what is measured."""
    rng = np.random.default_rng(4)
    lat, lon = rng.uniform(24, 36, sites), rng.uniform(-106, -98, sites)
    known = {
        "sites": {"site": np.arange(sites).astype(str), "lat": lat, "lon": lon, "status": ["operating"] * sites,
                  "country": np.where(lat > 30, "US", "MX"), "organization": rng.integers(0, sites // 2, sites).astype(str)},
        "capabilities": {"site": np.arange(sites).astype(str), "part": np.array(WANTED)[rng.integers(0, REQUIRED, sites)]},
        "parts": {"part": ["P", *WANTED], "kind": ["product", *(("component", "process", "material")[i % 3] for i in range(REQUIRED))]},
        "bom": {"parent": ["P" if i < 10 else WANTED[(i - 10) // 3] for i in range(REQUIRED)], "child": WANTED},
        "regions": {"region": ["A", "B"], "country": ["MX", "US"], "lat": [26.0, 34.0], "lon": [-102.0, -102.0]},
    }  # fmt: skip
    tables = {name: empty(table) for name, table in TABLES.items()}
    for name, columns in known.items():
        frame = pl.DataFrame({c: list(v) for c, v in columns.items()})
        tables[name] = pl.concat([tables[name], frame], how="diagonal_relaxed").select(tables[name].columns)
    return Network("made", tables)


def edits(sites: int, number: int) -> None:
    """Move sites one by one, then run all again over the edited network; stop if a cover differs in a bit."""
    network = made_network(sites)
    state = resident(network, places="cells")
    rng = np.random.default_rng(5)
    keys, lat, lon = (
        rng.integers(0, sites, number).astype(str),
        rng.uniform(25, 35, number),
        rng.uniform(-105, -99, number),
    )
    state.move(keys[0], lat=30.0, lon=-101.0)  # compiles
    before = time.process_time()
    for key, y, x in zip(keys, lat, lon, strict=True):
        state = state.move(key, lat=y, lon=x)
    a_move = (time.process_time() - before) / number
    where = pl.DataFrame({"site": keys, "y": lat, "x": lon}).unique("site", keep="last", maintain_order=True)
    moved = state.surroundings.network["sites"].join(where, on="site", how="left", maintain_order="left")
    lands = {e.where["site"]: e.set["country"] for e in state.scenario().edits}
    moved = moved.with_columns(
        lat=pl.coalesce("y", "lat"), lon=pl.coalesce("x", "lon"),
        country=pl.col("site").replace_strict(lands, default=pl.col("country"), return_dtype=pl.String),
    ).drop("y", "x")  # fmt: skip
    edited = Network("made", {**network.tables, "sites": moved})
    before = time.process_time()
    full = resident(edited, places="cells")
    whole = time.process_time() - before
    ours, theirs = state.places.join(full.places, left_on="place", right_on="place", how="semi"), full.places
    theirs = theirs.join(ours, on="place", how="semi")
    at = [
        np.flatnonzero(frame["place"].is_in(ours["place"].implode()).to_numpy())
        for frame in (state.places, full.places)
    ]
    same = ours["country"].eq_missing(theirs["country"]).to_numpy()
    for one, other in zip(state._sums, full._sums, strict=True):
        if not np.array_equal(one.cover[at[0]][same], other.cover[at[1]][same]):
            raise SystemExit("edits: a cover differs from a full run")
    apart = np.abs(ours["completeness"].to_numpy() - theirs["completeness"].to_numpy())[same].max()
    if not apart <= TOLERANCE:
        raise SystemExit(f"edits: completeness differs by {apart:.1e}")
    print(f"\nmoving one of {sites:.0e} sites, {ours.height:,} places, {REQUIRED} parts: covers equal to the last bit, "
          f"completeness to {apart:.0e}; {a_move * 1e3:.1f} ms CPU, a full run {whole:.2f} s, 1/{whole / a_move:.0f}")  # fmt: skip


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, nargs="*", default=[1e5, 1e6], help="sizes of the smoothing")
    parser.add_argument("--edits", type=float, default=1e6, help="sites of the network that is edited; 0 for none")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each contender; the least counts")
    parser.add_argument("--child", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.folder, given.repeat)))
        return
    for n in (int(n) for n in given.rows):
        with tempfile.TemporaryDirectory() as name:
            here = Path(name)
            write_sites(here, n)
            write_reach(here)
            write_entries(here)
            for path in here.glob("sites-*.parquet"):
                path.unlink()
            contest(f"smoothing of `density`, {n:.0e} sites", NAMES, here, given.repeat, script=__file__)
            print(f"effective numbers of suppliers equal to {hold_to_one(here):.0e}")
    if given.edits:
        edits(int(given.edits), 20)


if __name__ == "__main__":
    main()
