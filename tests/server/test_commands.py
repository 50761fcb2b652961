"""Commands of the server: doctor, backup, restore, accounts, and what `serve` refuses."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing

import pytest

import tierscape as ts
from tierscape.cli.server_verbs import free_port
from tierscape.server.store import networks
from tierscape.server.store.opening import MAIN, open_store


@pytest.fixture
def data(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'store.db'}", tmp_path / "data")
    networks.put(store, MAIN, ts.load("mini"), by=None)
    store.close()
    return tmp_path / "data"


def test_backup_is_restored_elsewhere(tierscape, data, tmp_path):
    file = tmp_path / "b.zip"
    assert tierscape("backup", file, "--data", data).out.startswith(f"Written: {file}, 1 networks")
    assert tierscape("backup", file, "--data", data).code == 4
    assert "1 networks" in tierscape("restore", file, "--data", tmp_path / "else").out
    assert tierscape("restore", file, "--data", tmp_path / "else").code == 4
    assert tierscape("backup", tmp_path / "c.zip", "--data", tmp_path / "nothing").code == 4
    assert not (tmp_path / "nothing" / "store.db").exists()


def test_log_is_followed_from_its_start_and_held_to_an_end_that_was_kept(tierscape, data, tmp_path):
    told = tierscape("backup", tmp_path / "b.zip", "--data", data).out
    head = re.search(r"[0-9]+:[0-9a-f]{64}", told)[0]
    assert tierscape("audit", "--data", data).out.strip().endswith(head)
    assert tierscape("audit", "--head", head, "--data", data).code == 0
    assert tierscape("audit", "--head", "7:x", "--data", data).code == 4
    with closing(sqlite3.connect(data / "store.db")) as connection:
        connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET target = 'x' WHERE entry = 1")
    assert tierscape("audit", "--data", data).code == 3
    assert tierscape("audit", "--data", tmp_path / "nothing").code == 4


def test_backup_whose_log_was_changed_is_not_restored(tierscape, data, tmp_path):
    tierscape("backup", tmp_path / "b.zip", "--data", data)
    with zipfile.ZipFile(tmp_path / "b.zip") as whole, zipfile.ZipFile(tmp_path / "c.zip", "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            changed.writestr(name, content.replace(b"network.add", b"network.bad") if "audit" in name else content)
    told = tierscape("restore", tmp_path / "c.zip", "--data", tmp_path / "else")
    assert (told.code, "Row 1 of the log" in told.err) == (4, True)


def test_doctor_shows_settings_and_finds_a_changed_file(tierscape, data, tmp_path):
    told = tierscape("doctor", "--data", data)
    assert told.code == 0
    assert "every file is as it was written" in told.out
    assert "slow_rows = 100000" in told.out
    assert "not made yet" in tierscape("doctor", "--data", tmp_path / "nothing").out
    next(data.glob("networks/*/sites.parquet")).write_bytes(b"PAR1")
    told = tierscape("doctor", "--data", data)
    assert (told.code, "sites" in told.out) == (3, True)


@pytest.mark.parametrize("words", [("--no-auth", "--host", "0.0.0.0"), ("--host", "0.0.0.0"), ("--port", "70000"), ("--store", "mysql://x/y")])  # noqa: S104 # fmt: skip
def test_serve_refuses_what_is_not_safe_or_not_there(tierscape, tmp_path, words):
    told = tierscape("serve", *words, "--data", tmp_path / "data")
    assert told.code == 4
    assert told.out == ""


def test_taken_port_is_left_for_the_next_free_one():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port
