"""From form to form without loss."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

import tierscape as ts
from made_networks import EXACT, networks
from tierscape.examples import EXAMPLES
from tierscape.network import Network

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("example", EXAMPLES)
def test_folder_workbook_archive_folder_gives_the_same_digest(tmp_path, example):
    network = ts.load(example)
    steps = [network]
    for target in ("a", "b.xlsx", "c.zip", "d"):
        assert ts.save(steps[-1], tmp_path / target) == ()
        steps.append(ts.load(tmp_path / target))
    assert {step.digest for step in steps} == {network.digest}
    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "d").iterdir()
    }


@QUICK
@given(networks())
def test_made_network_survives_every_form(network):
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        for target in ("a", "b.xlsx", "c.zip"):
            ts.save(network, here / target)
            back = ts.load(here / target)
            assert back.digest == network.digest
            assert {t: f.rows() for t, f in back.tables.items()} == {t: f.rows() for t, f in network.tables.items()}


@QUICK
@given(networks(EXACT, 2**53))
def test_csv_keeps_numbers_to_the_last_bit(network):
    with tempfile.TemporaryDirectory() as name:
        ts.save(network, Path(name) / "a")
        assert ts.load(Path(name) / "a").digest == network.digest


@pytest.mark.parametrize("example", EXAMPLES)
def test_parquet_equals_csv(tmp_path, example):
    network = ts.load(example)
    for name, frame in network.tables.items():
        if frame.height:
            frame.write_parquet(tmp_path / f"{name}.parquet")
    assert ts.load(tmp_path).digest == network.digest


def test_the_same_network_gives_the_same_bytes(tmp_path):
    network = ts.load("mini")
    for ending in ("", ".xlsx", ".zip"):
        for name in ("a", "b"):
            ts.save(network, tmp_path / f"{name}{ending}")
    for ending in (".xlsx", ".zip"):
        assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_first_text_that_begins_with_the_mark_is_no_row_of_units(tmp_path):
    network = Network.from_tables({"meta": pl.DataFrame({"name": ["# 1 supplier"], "home": ["DE"]})})
    for target in ("a", "b.xlsx", "c.zip"):
        ts.save(network, tmp_path / target)
        assert ts.load(tmp_path / target).name == "# 1 supplier"
    assert (tmp_path / "a" / "meta.csv").read_text() == "name,home\n#,\n#,\n# 1 supplier,DE\n"


def test_row_of_nulls_alone_is_the_same_as_none(tmp_path):
    empty = Network.from_tables({"meta": pl.DataFrame({"name": [None]}, schema={"name": pl.String})})
    assert empty.digest == Network.from_tables({}).digest


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@A1", "|x", "%x", "＝1", "'=1", "''@"])
def test_formula_is_text_with_an_apostrophe_in_csv_and_comes_back_as_it_was(tmp_path, text):
    network = Network.from_tables({"sites": pl.DataFrame({"site": ["a"], "name": [text]})})
    ts.save(network, tmp_path / "a")
    assert f"a,'{text}\n" in (tmp_path / "a" / "sites.csv").read_text(encoding="utf-8")
    assert ts.load(tmp_path / "a")["sites"]["name"].item() == text


def test_negative_number_stays_a_number_in_csv(tmp_path):
    network = Network.from_tables({"sites": pl.DataFrame({"site": ["a"], "lat": [-1.5], "lon": [-2.5]})})
    ts.save(network, tmp_path / "a")
    assert "a,-1.5,-2.5\n" in (tmp_path / "a" / "sites.csv").read_text()
