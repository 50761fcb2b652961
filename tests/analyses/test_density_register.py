"""Sites counted from a register in place of the network's own."""

import csv
from pathlib import Path

import polars as pl
import pytest

import tierscape
from tierscape import lake
from tierscape.lake import Register
from tierscape.lake.prepare import prepare

RETC = Path(__file__).parents[3] / "shared" / "data" / "retc_mexico" / "panel.csv"
BATTERY = Path(__file__).parents[3] / "shared" / "data" / "battery_na" / "sites.csv"


@pytest.fixture(scope="module")
def packs():
    return tierscape.load("ev-battery-central-europe")


@pytest.fixture(scope="module")
def register(packs, tmp_path_factory):
    """The example's own capabilities as a register."""
    sites = packs["sites"].select("site", "lat", "lon", "country", "organization", "status")
    rows = packs["capabilities"].select("site", "part").join(sites, on="site").drop("site").drop_nulls(["lat", "lon"])
    folder = tmp_path_factory.mktemp("register")
    lake.index(rows).write_parquet(folder / "sites.parquet")
    return Register(path=str(folder / "*.parquet"))


def test_register_of_the_same_sites_gives_the_same_bits(packs, register):
    own, counted = (tierscape.density(packs, **given) for given in ({}, {"register": register}))
    columns = ["region", "score", "completeness", "completeness_own", "completeness_open", "depth", "redundancy"]
    assert own.regions.select(columns).equals(counted.regions.select(columns))
    cells = [
        "cell",
        "completeness",
        "completeness_own",
        "completeness_open",
        "score",
    ]  # a register counts sites by part
    assert own.cells.select(cells).equals(counted.cells.select(cells))


@pytest.mark.spark
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)  # py4j's sockets
def test_spark_counts_the_register_like_duckdb(packs, register):
    here = tierscape.density(packs, register=register)
    there = tierscape.density(packs, register=Register(path=register.path, engine="spark"))
    digests = [[f.problem.split()[-1] for f in a.findings if f.rule == "register"] for a in (here, there)]
    assert digests[0] == digests[1]
    assert here.regions.equals(there.regions)


def test_register_that_is_not_there_is_a_finding(packs):
    with pytest.raises(tierscape.DataError) as raised:
        tierscape.density(packs, register=Register(path="nowhere/*.parquet"))
    assert raised.value.findings[0].table == "register"


def write(path, header, *rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_longest_code_decides_and_one_code_may_make_two_parts(tmp_path):
    sites = write(
        tmp_path / "s.csv",
        ["id", "act", "lat", "lon"],
        ["a", "33632", "25", "-100"],
        ["b", "3363", "25", "-100"],
        ["c", "99", "25", "-100"],
    )
    codes = write(tmp_path / "c.csv", ["code", "part"], ["3363", "seat"], ["33632", "harness"], ["33632", "crimp"])
    rows, findings = prepare(
        sites, columns={"site": "id", "part": "act"}, constants={"country": "MX", "status": "operating"}, codes=codes
    )
    assert rows.select("site", "part").rows() == [("a", "harness"), ("a", "crimp"), ("b", "seat")]
    assert [(f.column, f.count) for f in findings] == [("part", 1)]


def test_repeated_sites_and_missing_places_are_named_and_left_out(tmp_path):
    header = ["site", "part", "country", "status", "lat", "lon"]
    place = ["P", "MX", "operating", "25", "-100"]
    sites = write(tmp_path / "s.csv", header, ["a", *place], ["a", *place], ["b", "P", "MX", "operating", "", ""])
    rows, findings = prepare(sites)
    assert rows["site"].to_list() == ["a"]
    assert {f.column: f.count for f in findings} == {"lat": 1, "site": 1}


def test_missing_columns_are_all_named_at_once(tmp_path):
    with pytest.raises(tierscape.DataError) as raised:
        prepare(write(tmp_path / "s.csv", ["site"], ["a"]))
    assert {f.column for f in raised.value.findings} == {"part", "country", "status", "lat", "lon"}


@pytest.mark.parametrize("name", ["none.csv", "broken.parquet"])
def test_file_that_cannot_be_read_is_a_finding(tmp_path, name):
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"no parquet")
    with pytest.raises(tierscape.DataError) as raised:
        prepare(tmp_path / name)
    assert raised.value.findings[0].rule == "unreadable"


@pytest.mark.skipif(not RETC.exists(), reason="needs the Mexican facility panel in ../shared/data")
def test_mexican_register_runs_from_the_raw_file(tmp_path):
    codes = write(tmp_path / "codes.csv", ["code", "part"], ["336320", "harness_assembly"], ["335920", "cable_lv"])
    rows, _ = prepare(RETC, constants={"country": "MX", "status": "operating"}, codes=codes)
    rows.write_parquet(tmp_path / "retc.parquet")
    network = tierscape.load("auto-electronics-mexico")
    answer = tierscape.density(network, product="harness_body", register=Register(path=str(tmp_path / "retc.parquet")))
    assert (
        answer.parts.filter((pl.col("part") == "harness_assembly") & (pl.col("region") == "MX-CHH"))["sites"].item()
        > 10
    )
    assert answer.cells["score"].max() > 0


@pytest.mark.skipif(not BATTERY.exists(), reason="needs the North American battery sites in ../shared/data")
def test_north_american_battery_sites_run_from_the_raw_file(tmp_path):
    codes = write(
        tmp_path / "codes.csv",
        ["code", "part"],
        ["cell", "cell_nmc"],
        ["module_pack", "pack_assembly"],
        ["active", "cathode_nmc"],
    )
    rows, _ = prepare(BATTERY, columns={"part": "stage"}, codes=codes)
    rows.write_parquet(tmp_path / "sites.parquet")
    network = tierscape.load("auto-electronics-mexico")
    answer = tierscape.density(network, product="ev_pack_75", register=Register(path=str(tmp_path / "sites.parquet")))
    assert answer.parts.filter(pl.col("part") == "cell_nmc")["cover"].max() > 0


def test_effective_number_by_capacity_is_marked_where_a_register_lumps_sites(packs, register, tmp_path):
    sites = packs["sites"].select("site", "lat", "lon", "country", "organization", "status")
    rows = packs["capabilities"].select("site", "part", "capacity_per_year").join(sites, on="site").drop("site")
    twice = pl.concat([rows, rows]).with_columns(organization=pl.lit(None, pl.String)).drop_nulls(["lat", "lon"])
    need = dict.fromkeys(packs["parts"]["part"], 1000000000.0)
    lake.index(twice, need=need).write_parquet(tmp_path / "sites.parquet")
    lumped = Register(path=str(tmp_path / "*.parquet"))
    by_capacity = tierscape.density(packs, register=lumped, measure="capacity").parts
    assert not by_capacity.filter(pl.col("sites") > 1)["n_effective_exact"].all()
    assert tierscape.density(packs, register=lumped).parts["n_effective_exact"].all()
    assert tierscape.density(packs, register=register).parts["n_effective_exact"].all()
    assert tierscape.density(packs, measure="capacity").parts["n_effective_exact"].all()
