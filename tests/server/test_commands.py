"""Commands of the server: doctor, backup, restore, accounts, and what `serve` refuses."""

from __future__ import annotations

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
