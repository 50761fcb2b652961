"""Whatever is given: an answer or findings, never a traceback."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tierscape as ts
from made_networks import NASTY
from odd_files import findings_of, put
from tierscape.io import delimited, read
from tierscape.network import Network

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MINI = {name: frame for name, frame in ts.load("mini").tables.items() if frame.height}
CELLS = st.sampled_from(
    (
        *NASTY,
        "",
        "-1",
        "1e999",
        "99999999999999999999",
        "0",
        "CN",
        "US-MX",
        "POLYGON ((",
        "47,17,5",
        "a;b;c",
        "!",
        "hub:",
    )
)


def packed(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("parts.csv", "part,kind\n" + "x" * 200_000)
    return path


SOURCES = {
    "nothing": lambda here: here / "absent",
    "blank folder": lambda here: put(here / "n"),
    "text": lambda here: (here / "a.txt", (here / "a.txt").write_text("x"))[0],
    "noise.csv": lambda here: (here / "a.csv", (here / "a.csv").write_bytes(bytes(range(256)) * 9))[0],
    "noise.xlsx": lambda here: (here / "a.xlsx", (here / "a.xlsx").write_bytes(bytes(range(256)) * 9))[0],
    "noise.zip": lambda here: (here / "a.zip", (here / "a.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9))[0],
    "wide": lambda here: packed(here / "a.zip"),
    "all nasty": lambda here: put(here / "n", **{n: f"{','.join(f.columns)}\n{','.join(['!x'] * f.width)}\n" for n, f in MINI.items()}),
    "no bom": lambda here: put(here / "n", parts="part,kind\na,product\n"),
    "only sites": lambda here: put(here / "n", sites="site,country,lat,lon\na,DE,50,10\n"),
    "unplaced": lambda here: put(here / "n", sites="site\na\n", parts="part,kind\np,product\nq,component\n",
                                 bom="parent,child\np,q\n", capabilities="site,part\na,q\n"),
    "folder called parts.csv": lambda here: ((here / "n" / "parts.csv").mkdir(parents=True), here / "n")[1],
    "zip in a zip": lambda here: (packed(here / "a.zip"), zipfile.ZipFile(here / "b.zip", "w").write(here / "a.zip"), here / "b.zip")[2],
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("verb", ["check", "convert", "density"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_command_ends_in_a_traceback(tmp_path, tierscape, source, verb):
    given = SOURCES[source](tmp_path)
    words = [verb, given, *([tmp_path / "out.zip"] if verb == "convert" else [])]
    ran = tierscape(*words)
    assert ran.code in (0, 3, 4)
    assert "Traceback" not in ran.out + ran.err
    assert ran.out + ran.err


@FUZZ
@given(st.sampled_from(sorted(MINI)), st.data())
def test_any_cell_may_be_anything(table, data):
    frame = MINI[table].cast(pl.String)
    row = data.draw(st.integers(0, frame.height - 1))
    for name in data.draw(st.lists(st.sampled_from(frame.columns), min_size=1, max_size=4)):
        cell = data.draw(CELLS)
        values = frame[name].to_list()
        values[row] = cell
        frame = frame.with_columns(pl.Series(name, values, dtype=pl.String))
    try:
        findings = Network.from_tables({**MINI, table: frame}).findings
    except ts.DataError as error:
        findings = error.findings
    assert all(f.message and f.remedy for f in findings)


@FUZZ
@given(st.binary(max_size=200), st.sampled_from(["parts.csv", "sites.parquet", "x.zip", "x.xlsx"]))
def test_any_bytes_may_stand_in_a_file(content, name):
    with tempfile.TemporaryDirectory() as here:
        path = Path(here) / name
        path.write_bytes(content)
        assert all(f.message for f in findings_of(path.parent if name[0] != "x" else path))


@FUZZ
@given(st.text(st.sampled_from("ab,;\t\"\n\r#'= é"), max_size=60))
def test_any_text_is_read_as_csv_or_found_to_be_none(text):
    frame, first_row, findings = delimited.parse("sites", text.encode())
    assert 2 <= first_row <= 4
    assert frame.width or findings or not text.strip()
    assert len(set(frame.columns)) == frame.width
    assert all(dtype == pl.String for dtype in frame.dtypes)


@FUZZ
@given(st.lists(st.lists(st.text(st.sampled_from("ab,;\"\n #'=-é"), max_size=6), min_size=3, max_size=3), max_size=5))
def test_what_is_written_as_csv_is_read_back(rows):
    cells = [[cell or None for cell in row] for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(["site", "name", "town"], pl.String), orient="row")
    back, _, findings = delimited.parse("sites", delimited.render(frame))
    assert findings == []
    assert back.rows() == frame.rows()


def test_reading_an_example_finds_nothing_to_say():
    from tierscape import examples

    assert read(examples.path("mini")).findings == ()
