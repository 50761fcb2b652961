"""A server that is killed: nothing that was acknowledged is lost, jobs go on, results are written once.

One kill here, of a worker alone in test_door.py; ``benchmarks/server_kills.py`` kills as often as is asked.
"""

from __future__ import annotations

import sqlite3
import time

import pytest
from killed import Served, W, Writer, check_acknowledged

from tierscape.server.store import backup
from tierscape.server.store.opening import connect


@pytest.fixture
def served(tmp_path):
    server = Served(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def wait_for(served: Served, job: str, states: tuple[str, ...]) -> dict:
    for _ in range(1200):
        told = served.client.get(f"{W}/jobs/{job}").json()
        if told["state"] in states:
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_killed_server_loses_nothing_that_it_acknowledged_and_goes_on_with_its_jobs(served):
    digest = served.client.post(f"{W}/networks", json={"example": "mini"}).json()["digest"]
    url = f"{W}/networks/{digest}/analyses/trust"
    queued = served.client.post(url, params={"wait": 0}, json={}).json()
    assert served.client.post(url, params={"wait": 0}, json={}).json() == queued
    wait_for(served, queued["job"], ("running",))
    writer = Writer(served, 0)
    writer.start()
    while len(writer.acknowledged) < 3:
        assert writer.is_alive()
        time.sleep(0.01)
    served.kill()
    writer.leave.set()
    writer.join()
    served.start()
    check_acknowledged(served, writer.acknowledged)
    assert wait_for(served, queued["job"], ("done", "failed", "cancelled"))["state"] == "done"
    assert served.client.post(url, json={}).headers["x-cache"] == "hit"
    with sqlite3.connect(served.data / "store.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (1,)
    connection.close()
    store = connect(f"sqlite:///{served.data / 'store.db'}", served.data)
    assert backup.faults(store) == []
    store.engine.dispose()


def test_server_says_503_while_postgresql_is_away_and_recovers_alone(serve, postgres):
    client = serve(postgres.store())
    assert client.get("/readyz").status_code == 200
    postgres.stop()
    away = client.get(f"{W}/networks")
    assert (away.status_code, away.json()["error"]) == (503, "Unavailable")
    assert away.headers["retry-after"]
    assert client.get("/healthz").status_code == 200
    postgres.start()
    assert client.get(f"{W}/networks").status_code == 200
    assert client.post(f"{W}/networks", json={"example": "mini"}).status_code == 201
