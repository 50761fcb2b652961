"""A server that is killed: nothing that was acknowledged is lost, jobs go on, results are written once."""

from __future__ import annotations

import random
import sqlite3
import time

import pytest
from killed import Served, W, Writer, check_acknowledged, kill_process
from served import W as WORKSPACE

from tierscape.server.store import backup
from tierscape.server.store.opening import connect

KILLS = 5


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
        time.sleep(0.05)
    raise AssertionError(told)


def test_killed_server_has_lost_nothing_that_it_acknowledged(served):
    assert W == WORKSPACE
    draw = random.Random(1)
    acknowledged: dict[str, str] = {}
    number = 0
    for _ in range(KILLS):
        writer = Writer(served, number)
        writer.start()
        time.sleep(draw.uniform(0.1, 0.8))
        served.kill()
        writer.leave.set()
        writer.join()
        acknowledged |= writer.acknowledged
        number = writer.number + 1
        served.start()
    assert acknowledged
    check_acknowledged(served, acknowledged)
    with sqlite3.connect(served.data / "store.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    store = connect(f"sqlite:///{served.data / 'store.db'}", served.data)
    assert backup.faults(store) == []
    store.engine.dispose()


def test_killed_worker_is_replaced_and_a_killed_server_goes_on_with_the_job(served):
    digest = served.client.post(f"{W}/networks", json={"example": "mini"}).json()["digest"]
    url = f"{W}/networks/{digest}/analyses/visibility"
    queued = served.client.post(url, params={"wait": 0}, json={}).json()
    assert served.client.post(url, params={"wait": 0}, json={}).json() == queued
    wait_for(served, queued["job"], ("running",))
    (worker,) = served.workers()
    kill_process(worker)
    wait_for(served, queued["job"], ("queued", "running"))
    served.kill()
    served.start()
    assert wait_for(served, queued["job"], ("done", "failed", "cancelled"))["state"] == "done"
    sent = served.client.post(url, json={})
    assert sent.headers["x-cache"] == "hit"
    with sqlite3.connect(served.data / "store.db") as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (1,)
    connection.close()


def test_cancelled_job_ends_and_leaves_nothing(served):
    digest = served.client.post(f"{W}/networks", json={"example": "mini"}).json()["digest"]
    asked = {"shocks": {"scenarios": 100_000}}
    queued = served.client.post(f"{W}/networks/{digest}/analyses/stress", json=asked)
    assert queued.status_code == 202, queued.text
    job = queued.json()["job"]
    wait_for(served, job, ("running",))
    served.client.delete(f"{W}/jobs/{job}")
    assert wait_for(served, job, ("done", "failed", "cancelled"))["state"] == "cancelled"
    assert served.client.get(f"{W}/results/{queued.json()['result_key']}").status_code == 404
    assert served.workers() == []
