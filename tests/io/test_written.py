"""Writing: whole or not at all, and never over something."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

import tierscape as ts
from tierscape.io import read, write
from tierscape.network import Network


@pytest.mark.parametrize("target", ["n", "n.xlsx", "n.zip"])
def test_existing_target_is_refused_and_unchanged(tmp_path, target):
    place = tmp_path / target
    if target == "n":
        place.mkdir()
        (place / "mine.txt").write_text("keep")
    else:
        place.write_text("keep")
    with pytest.raises(ts.DataError, match="exists"):
        ts.save(ts.load("mini"), place)
    assert (place / "mine.txt" if target == "n" else place).read_text() == "keep"
    assert [f.name for f in tmp_path.iterdir()] == [target]


def test_empty_folder_may_be_the_target(tmp_path, monkeypatch):
    (tmp_path / "n").mkdir()
    ts.save(ts.load("mini"), tmp_path / "n")
    assert ts.load(tmp_path / "n").digest == ts.load("mini").digest
    (tmp_path / "m").mkdir()
    monkeypatch.chdir(tmp_path)
    ts.save(ts.load("mini"), "deep/er/n.zip")
    assert ts.load("deep/er/n.zip").digest == ts.load("mini").digest


@pytest.mark.parametrize("target", ["n.csv", "n.parquet", "n.xls", "n.JSON"])
def test_target_that_no_network_fits_into_is_refused(tmp_path, target):
    with pytest.raises(ts.DataError, match="Name a folder"):
        ts.save(ts.load("mini"), tmp_path / target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "failing"),
    [("n", "write_bytes"), ("n", "rename"), ("n", "mkdir"), ("n.zip", "write_bytes"), ("n.xlsx", "replace")],
)
def test_interrupted_write_leaves_no_half_target(tmp_path, monkeypatch, target, failing):
    def fail(path, *rest, **options):
        raise OSError(28, "No space left on device")

    network = ts.load("mini")
    monkeypatch.setattr(Path, failing, fail)
    with pytest.raises(ts.DataError, match="No space left on device"):
        ts.save(network, tmp_path / target)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_stop_by_the_user_leaves_no_half_target(tmp_path, monkeypatch):
    def stop(path, content):
        raise KeyboardInterrupt

    network = ts.load("mini")
    monkeypatch.setattr(Path, "write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        ts.save(network, tmp_path / "n")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_place_that_may_not_be_written_is_an_error_in_words(tmp_path, monkeypatch, tierscape):
    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    ran = tierscape("convert", "mini", tmp_path / "n.zip")
    assert ran.code == 3
    assert "Permission denied" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_folder_that_is_read_only_is_an_error_in_words(tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ts.DataError, match="Permission denied"):
        ts.save(ts.load("mini"), tmp_path / "locked" / "n")


def test_file_in_the_way_of_a_folder_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ts.DataError):
        ts.save(ts.load("mini"), tmp_path / "file" / "n")


def test_write_leaves_out_empty_tables_and_columns(tmp_path):
    tables = Network.from_tables({"parts": pl.DataFrame({"part": ["a"], "kind": ["product"]})}).tables
    assert write(tables, tmp_path / "n") == []
    assert {f.name: f.read_text() for f in (tmp_path / "n").iterdir()} == {"parts.csv": "part,kind\na,product\n"}
    assert list(read(tmp_path / "n").tables) == ["parts"]
