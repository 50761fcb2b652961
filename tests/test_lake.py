"""Counts of sites: the worked table, every engine against a count by hand, and what bad registers say."""

import itertools
import sys

import h3
import ibis
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tierscape import lake
from tierscape.errors import DataError, MissingExtra, ParameterError
from tierscape.kernels import flat as kernel
from tierscape.kernels.cells import parent
from tierscape.lake.expressions import count_expression, parent_expression

# Ibis 12 still fetches from DuckDB 2 by a name that DuckDB wants dropped
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning:ibis")

ONE = 1 << 20
CELLS = [int(cell, 16) for cell in ("8748a2072ffffff", "87489e36dffffff", "8748a2070ffffff")]
OPERATING = ("operating",)

WORKED = pl.DataFrame(
    [
        (CELLS[0], "A", "MX", 1_000_000, "operating"),
        (CELLS[0], "A", "MX", 250_000, "operating"),
        (CELLS[0], "B", "MX", 1_000_000, "operating"),
        (CELLS[1], "A", "US", 400_000, "operating"),
        (CELLS[1], "B", "US", None, "operating"),
        (CELLS[2], "A", "US", 0, "operating"),
        (CELLS[2], "A", "US", 1_000_000, "announced"),
    ],
    schema={"cell7": pl.Int64, "part": pl.String, "country": pl.String, "share": pl.Int64, "status": pl.String},
    orient="row",
)
COUNTED = pl.DataFrame(
    [
        (CELLS[0], "MX", "A", 2, 1_250_000, 2),
        (CELLS[0], "MX", "B", 1, 1_000_000, 1),
        (CELLS[1], "US", "A", 1, 400_000, 1),
        (CELLS[1], "US", "B", 1, 0, 0),
        (CELLS[2], "US", "A", 1, 0, 1),
    ],
    schema={
        "cell": pl.Int64, "country": pl.String, "part": pl.String,
        "sites": pl.Int64, "share": pl.Int64, "share_known": pl.Int64,
    },
    orient="row",
).sort("cell", "country", "part")  # fmt: skip


def random_register(rows, seed=0):
    """Rows round Monterrey with every kind of null."""
    rng = np.random.default_rng(seed)
    points = [h3.str_to_int(h3.latlng_to_cell(25.67 + dy, -100.31 + dx, 7)) for dx, dy in rng.normal(0, 0.5, (200, 2))]

    def some(values, unknown=0.1):
        picked = rng.integers(0, len(values), rows)
        return [None if lost else values[i] for i, lost in zip(picked, rng.random(rows) < unknown, strict=True)]

    return pl.DataFrame(
        {
            "cell7": some(points, 0.01),
            "country": some(["MX", "US"], 0.05),
            "part": some([f"part-{i}" for i in range(12)], 0.01),
            "status": some(["operating", "announced", "closed"]),
            "share": some(list(range(0, 1_000_001, 50_000)), 0.4),
            "organization": some([f"firm {i}" for i in range(max(rows // 3, 1))], 0.3),
        },
        schema_overrides={"cell7": pl.Int64, "share": pl.Int64}
        | dict.fromkeys(["country", "part", "status", "organization"], pl.String),
    )


def counted_by_hand(rows, resolution, statuses, parts=None):
    """The definition, in Polars with H3's own parents."""
    rows = rows.filter(
        pl.col("status").is_in(statuses), pl.col("cell7").is_not_null(),
        pl.col("part").is_not_null() if parts is None else pl.col("part").is_in(parts),
    )  # fmt: skip
    coarse = [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), resolution)) for cell in rows["cell7"]]
    return (
        rows.with_columns(pl.Series("cell", coarse, dtype=pl.Int64))
        .group_by("cell", "country", "part")
        .agg(
            pl.len().cast(pl.Int64).alias("sites"),
            pl.col("share").sum().cast(pl.Int64).alias("share"),
            pl.col("share").count().cast(pl.Int64).alias("share_known"),
        )
        .sort("cell", "country", "part", nulls_last=True)
    )


def asked(resolution=5, statuses=OPERATING, parts=None):
    return {"resolution": resolution, "statuses": statuses, "parts": parts}


# The worked table


def test_worked_rows_count_to_the_worked_table():
    assert_frame_equal(lake.counts(WORKED, **asked(7)), COUNTED)


def test_worked_rows_count_the_same_in_the_polars_engine_of_ibis():
    rows = ibis.polars.connect({"register": WORKED}).table("register")
    assert_frame_equal(lake.counts(rows, **asked(7)), COUNTED)


def test_worked_rows_count_the_same_behind_a_connection_string(tmp_path):
    store = ibis.duckdb.connect(tmp_path / "plants.duckdb")
    store.con.register("given", WORKED.to_arrow())
    store.raw_sql("create table plants as select * from given")
    store.disconnect()
    register = lake.Register(engine="ibis", connection=f"duckdb://{tmp_path}/plants.duckdb", table="plants")
    assert_frame_equal(lake.counts(register, **asked(7)), COUNTED)


def test_worked_rows_count_the_same_in_sqlite(tmp_path):
    address = f"sqlite://{tmp_path}/plants.sqlite"
    store = ibis.connect(address)
    store.create_table("sites", ibis.memtable(WORKED))
    store.disconnect()
    assert_frame_equal(lake.counts(lake.Register(engine="ibis", connection=address), **asked(7)), COUNTED)


@pytest.mark.parametrize(
    "dialect", ["bigquery", "clickhouse", "databricks", "mssql", "oracle", "postgres", "snowflake", "trino"]
)
def test_count_is_written_for_every_warehouse(dialect):
    rows = ibis.table({"cell7": "int64", "country": "string", "part": "string", "status": "string"}, name="sites")
    assert "GROUP BY" in ibis.to_sql(count_expression(rows, **asked()), dialect=dialect)


CHAIN = {
    "place": [0, 0, 1, 1, 1, 2, 2],
    "cell": [CELLS[i] for i in (0, 1, 0, 1, 2, 1, 2)],
    "weight": [ONE, 385750, 385750, ONE, 385750, 385750, ONE],
}
NEEDS = pl.DataFrame({"part": ["A", "B"], "full": [2 * ONE, ONE], "weight": [500_000, 500_000]})
FLAT = [10**12, 10**12, 525_909_000_000]


def test_flat_completeness_of_the_worked_rows_is_the_worked_number_in_the_engine():
    answer = lake.flat(WORKED, near=pl.DataFrame(CHAIN), needs=NEEDS, resolution=7, statuses=OPERATING)
    assert answer["flat"].to_list() == FLAT
    assert answer.schema == {"place": pl.Int64, "flat": pl.Int64}


def test_place_that_nothing_reaches_has_flat_completeness_zero():
    near = pl.DataFrame({"place": [7], "cell": [CELLS[1] + 1], "weight": [ONE]})
    assert lake.flat(WORKED, near=near, needs=NEEDS, resolution=7, statuses=OPERATING).rows() == [(7, 0)]


def test_engine_and_kernel_give_the_same_flat_completeness_on_random_rows():
    rows = random_register(20_000)
    counted = lake.counts(rows, **asked(6))
    cells = counted["cell"].unique().sort().to_numpy()
    near, needs = random_neighbours(cells), random_needs(counted)
    engine = lake.flat(rows, near=near, needs=needs, resolution=6, statuses=OPERATING)
    assert engine["flat"].to_list() == flat_by_kernel(counted, cells, near, needs).tolist()
    assert engine["flat"].n_unique() > 10


def random_neighbours(cells, seed=1):
    rng = np.random.default_rng(seed)
    pairs = pl.DataFrame({"place": rng.integers(0, 50, 400), "cell": cells[rng.integers(0, len(cells), 400)]})
    pairs = pairs.unique().sort("place", "cell")
    return pairs.with_columns(pl.Series("weight", rng.integers(1, ONE, pairs.height) // 50))


def random_needs(counted):
    parts = counted["part"].unique().sort().to_list()[:8]
    full = [ONE * (1 + i % 3) for i in range(len(parts))]
    return pl.DataFrame(
        {"part": parts, "full": full, "weight": kernel.largest_remainder(np.arange(1.0, len(parts) + 1))}
    )


def flat_by_kernel(counted, cells, near, needs):
    code = pl.DataFrame({"part": needs["part"], "code": range(needs.height)}, schema_overrides={"code": pl.Int64})
    entries = counted.join(code, on="part", how="inner").sort("cell", "code")
    ends = np.append(cells, np.iinfo(np.int64).max)
    pointer = np.searchsorted(entries["cell"].to_numpy(), ends)
    places = near["place"].unique().sort().to_numpy()
    indptr = np.searchsorted(near["place"].to_numpy(), np.append(places, places[-1] + 1))
    reach = (indptr, np.searchsorted(cells, near["cell"].to_numpy()), near["weight"].to_numpy())
    sums = kernel.smooth_counts(reach, (pointer, entries["code"].to_numpy(), entries["sites"].to_numpy()), needs.height)
    return kernel.flat_completeness(sums, needs["full"].to_numpy(), needs["weight"].to_numpy())


# Cells


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=20), st.integers(0, 7))
def test_parents_in_the_engine_are_those_of_the_kernel_and_of_h3(points, resolution):
    rows = lake.index(pl.DataFrame(points, schema=["lat", "lon"], orient="row"))
    cells = rows["cell7"].to_numpy()
    connection = ibis.polars.connect({"t": rows})
    table = connection.table("t")
    engine = connection.to_polars(table.select(cell=parent_expression(table.cell7, resolution)))["cell"].to_list()
    assert engine == parent(cells, resolution).tolist()
    assert engine == [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(int(c)), resolution)) for c in cells]


def test_index_gives_the_worked_cell_and_null_without_coordinates():
    rows = lake.index(
        pl.DataFrame({"site": ["a", "b", "c"], "lat": [25.67, None, 25.67], "lon": [-100.31, 1.0, -100.31]})
    )
    assert rows["cell7"].to_list() == [CELLS[0], None, CELLS[0]]
    assert rows["site"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 0.0), (-90.0, 12.0), (0.0, 180.0), (0.0, -180.0)])
def test_poles_and_the_antimeridian_have_cells(lat, lon):
    cell = lake.index(pl.DataFrame({"lat": [lat], "lon": [lon]}))["cell7"].item()
    assert h3.int_to_str(cell) == h3.latlng_to_cell(lat, lon, 7)


def test_share_is_capacity_over_need_cut_at_one_and_null_where_either_is_unknown():
    rows = pl.DataFrame(
        {
            "lat": [0.0] * 5, "lon": [0.0] * 5, "part": ["A", "A", "A", "B", "C"],
            "capacity_per_year": [1.0, 9.0, None, 5.0, 5.0],
        }
    )  # fmt: skip
    assert lake.index(rows, need={"A": 3.0, "C": 0.0})["share"].to_list() == [333_333, 1_000_000, None, None, None]


def test_index_names_all_missing_columns_at_once():
    with pytest.raises(DataError) as raised:
        lake.index(pl.DataFrame({"lat": [1.0]}), need={"A": 1.0})
    assert [f.column for f in raised.value.findings] == ["capacity_per_year", "lon", "part"]


@pytest.mark.parametrize("bad", [91.0, float("nan")])
def test_coordinates_outside_the_world_are_refused_with_count_and_first_case(bad):
    with pytest.raises(DataError) as raised:
        lake.index(pl.DataFrame({"lat": [0.0, bad, bad], "lon": [0.0, 7.0, 8.0]}))
    assert (raised.value.findings[0].count, raised.value.findings[0].value) == (2, f"{bad}, 7.0")


# Random rows against a count by hand, and orders that must not matter


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6), st.integers(0, 7), st.booleans())
def test_counts_equal_the_count_by_hand(rows, seed, resolution, some):
    register = random_register(rows, seed)
    parts = ["part-1", "part-2", "part-3"] if some else None
    question = asked(resolution, ("operating", "announced"), parts)
    assert_frame_equal(
        lake.counts(register, **question), counted_by_hand(register, resolution, ["operating", "announced"], parts)
    )


def test_counts_of_a_hundred_thousand_rows_equal_the_count_by_hand():
    register = random_register(100_000)
    engine, hand = lake.counts(register, **asked()), counted_by_hand(register, 5, ["operating"])
    assert lake.digest(engine) == lake.digest(hand)
    assert engine.height > 100


def test_order_of_rows_and_split_into_files_change_no_byte(tmp_path):
    register = random_register(3_000)
    whole = lake.digest(lake.counts(register, **asked()))
    shuffled = register.sample(fraction=1.0, shuffle=True, seed=3)
    assert lake.digest(lake.counts(shuffled, **asked())) == whole
    for i, (start, stop) in enumerate(itertools.pairwise([0, 1, 700, 2_999, 3_000])):
        folder = tmp_path / f"shelf={i % 2}"
        folder.mkdir(exist_ok=True)
        shuffled[start:stop].write_parquet(folder / f"{i}.parquet")
    for place in (str(tmp_path), f"{tmp_path}/*/*.parquet"):
        assert lake.digest(lake.counts(lake.Register(path=place), **asked())) == whole
        assert lake.digest(lake.owners(lake.Register(path=place), **asked())) == lake.digest(
            lake.owners(register, **asked())
        )


def test_integer_codes_count_as_text_does():
    register = random_register(2_000)
    code = {f"part-{i}": i for i in range(12)}
    coded = register.with_columns(
        pl.col("part").replace_strict(code, return_dtype=pl.Int32),
        pl.col("status").replace_strict({"operating": 0, "announced": 1, "closed": 2}, return_dtype=pl.Int8),
        pl.col("country").replace_strict({"MX": 0, "US": 1}, return_dtype=pl.Int16),
        pl.col("cell7").cast(pl.UInt64),
    )
    text = lake.counts(register, **asked(parts=["part-3"]))
    codes = lake.counts(coded, **asked(statuses=[0], parts=[3]))
    assert codes.drop("country", "part").rows() == text.drop("country", "part").rows()


def test_register_without_shares_counts_sites_and_knows_no_share():
    answer = lake.counts(WORKED.drop("share"), **asked(7))
    assert answer["sites"].to_list() == COUNTED["sites"].to_list()
    assert answer["share"].sum() == answer["share_known"].sum() == 0


def test_columns_without_a_known_value_count_as_unknown():
    rows = WORKED.with_columns(share=pl.lit(None), country=pl.lit(None), organization=pl.lit(None))
    answer = lake.counts(rows, **asked(7))
    assert (answer["sites"].sum(), answer["share_known"].sum(), answer["country"].null_count()) == (6, 0, answer.height)
    assert lake.owners(rows, **asked(7)).is_empty()
    assert lake.counts(rows.with_columns(cell7=pl.lit(None)), **asked(7)).is_empty()


def test_no_status_counts_nothing():
    assert lake.counts(WORKED, **asked(7, statuses=())).is_empty()
    assert lake.counts(WORKED, **asked(7, parts=())).is_empty()


# Owners


def test_only_organizations_with_several_sites_of_a_part_are_owners():
    rows = WORKED.with_columns(pl.Series("organization", ["X", "X", "X", "X", "Y", None, None]))
    owned = lake.owners(rows, **asked(7))
    assert sorted(owned.select("part", "organization", "sites", "share").rows()) == [
        ("A", "X", 1, 400_000), ("A", "X", 2, 1_250_000),
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 80), st.integers(0, 10**6))
def test_firms_add_up_to_the_counts_and_singles_are_the_rest(rows, seed):
    register = random_register(rows, seed)
    counted, owned = lake.counts(register, **asked()), lake.owners(register, **asked())
    firms = lake.by_firm(counted, owned)
    together = firms.group_by("cell", "country", "part").agg(pl.col("sites", "share", "share_known").sum())
    assert_frame_equal(together, counted, check_row_order=False)
    wanted = register.filter(pl.col("status") == "operating").drop_nulls(["cell7", "part"])
    several = wanted.drop_nulls("organization").filter(pl.len().over("part", "organization") > 1)
    assert owned["sites"].sum() == several.height
    assert firms.filter(pl.col("organization").is_null())["sites"].sum() == wanted.height - several.height


# What is left out, and what is refused


def test_rows_without_a_cell_or_a_status_are_reported():
    rows = WORKED.with_columns(
        pl.Series("cell7", [None, *WORKED["cell7"][1:]]), pl.Series("status", [*WORKED["status"][:5], None, None])
    )
    assert [(f.rule, f.count) for f in lake.review(rows, statuses=OPERATING)] == [("no_cell", 1), ("no_status", 2)]
    assert lake.review(WORKED, statuses=OPERATING) == ()


def test_cells_of_another_resolution_and_shares_out_of_range_are_refused():
    rows = WORKED.with_columns(cell7=pl.Series(parent(WORKED["cell7"].to_numpy(), 6)), share=pl.lit(-1))
    with pytest.raises(DataError) as raised:
        lake.review(rows, statuses=OPERATING)
    assert [(f.rule, f.count) for f in raised.value.findings] == [("wrong_cell", 7), ("wrong_share", 7)]


def test_missing_columns_are_named_all_at_once(tmp_path):
    WORKED.select("part", "share").write_parquet(tmp_path / "a.parquet")
    for source in (WORKED.select("part"), lake.Register(path=f"{tmp_path}/a.parquet")):
        with pytest.raises(DataError, match="3 errors") as raised:
            lake.counts(source, **asked())
        assert [f.column for f in raised.value.findings] == ["cell7", "country", "status"]
    with pytest.raises(DataError, match=r"register.organization: the column is missing"):
        lake.owners(WORKED, **asked())


def test_cells_as_text_are_refused():
    with pytest.raises(DataError, match=r"register.cell7: the column holds string, not integers"):
        lake.counts(WORKED.with_columns(cell7=pl.lit("8748a2072ffffff")), **asked())


def test_files_that_are_not_there_or_not_parquet_are_refused(tmp_path):
    with pytest.raises(DataError, match="no file matches"):
        lake.counts(lake.Register(path=f"{tmp_path}/*.parquet"), **asked())
    (tmp_path / "a.parquet").write_text("part,status")
    with pytest.raises(DataError, match="register: "):
        lake.counts(lake.Register(path=f"{tmp_path}/a.parquet"), **asked())


@pytest.mark.parametrize(
    ("register", "says"),
    [
        ({}, "register.path"),
        ({"engine": "ibis"}, "register.connection"),
        ({"engine": "spark"}, "register.path"),
        ({"engine": "ibis", "connection": "nosuch://plants"}, "no backend 'nosuch'"),
    ],
)
def test_register_that_names_no_place_is_refused(register, says):
    with pytest.raises(ParameterError, match=says):
        lake.counts(lake.Register(**register), **asked())


def test_table_that_the_connection_lacks_is_refused():
    with pytest.raises(DataError, match="no table 'sites'"):
        lake.counts(lake.Register(engine="ibis", connection="duckdb://"), **asked())


def test_engine_that_is_not_installed_names_the_pip_line(tmp_path, monkeypatch):
    WORKED.write_parquet(tmp_path / "a.parquet")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingExtra, match=r'pip install "tierscape\[spark\]"'):
        lake.counts(lake.Register(path=str(tmp_path), engine="spark"), **asked())
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r'pip install "ibis-framework\[postgres\]"'):
        lake.counts(lake.Register(engine="ibis", connection="postgres://plants"), **asked())


def test_resolution_finer_than_the_index_is_refused():
    with pytest.raises(ParameterError, match="must be 0 to 7, given was 8"):
        lake.counts(WORKED, **asked(8))


def test_connection_string_is_never_shown():
    register = lake.Register(engine="ibis", connection="postgres://me:secret@host/db")
    assert "secret" not in f"{register!r}{register.model_dump_json()}"


# Spark


@pytest.fixture(scope="session")
def spark():
    """A local session, started once: it takes seconds."""
    from pyspark.sql import SparkSession

    yield lambda path: lake.Register(path=str(path), engine="spark", connection="local[2]")
    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


pyspark_leaves_sockets = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.mark.spark
@pyspark_leaves_sockets
def test_spark_counts_the_worked_rows_to_the_worked_table(spark, tmp_path):
    WORKED.write_parquet(tmp_path / "a.parquet")
    assert_frame_equal(lake.counts(spark(tmp_path), **asked(7)), COUNTED)


@pytest.mark.spark
@pyspark_leaves_sockets
def test_spark_and_duckdb_give_the_same_hash_on_a_hundred_thousand_rows(spark, tmp_path):
    register = random_register(100_000)
    for i in range(3):
        register[i::3].write_parquet(tmp_path / f"{i}.parquet")
    local = lake.Register(path=f"{tmp_path}/*.parquet")
    for count in (lake.counts, lake.owners):
        assert lake.digest(count(spark(tmp_path), **asked())) == lake.digest(count(local, **asked()))
    assert lake.review(spark(tmp_path), statuses=OPERATING) == lake.review(local, statuses=OPERATING) != ()


@pytest.mark.spark
@pyspark_leaves_sockets
def test_spark_gives_the_worked_flat_completeness(spark, tmp_path):
    WORKED.write_parquet(tmp_path / "a.parquet")
    answer = lake.flat(spark(tmp_path), near=pl.DataFrame(CHAIN), needs=NEEDS, resolution=7, statuses=OPERATING)
    assert answer["flat"].to_list() == FLAT
