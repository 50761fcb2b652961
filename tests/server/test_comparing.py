"""What is slow is never run while somebody waits: comparisons and pages of answers that jobs make."""

from __future__ import annotations

import html
import json

import pytest
from served import W

import tierscape as ts
from tierscape.compare import Comparison
from tierscape.scenario import Edit, Scenario, apply_scenario
from tierscape.server import answering
from tierscape.server.application import held_by
from tierscape.server.store import networks
from tierscape.server.store.opening import MAIN

CLOSED = {"table": "sites", "where": {"site": "n3"}, "set": {"status": "closed"}}


@pytest.fixture(scope="module")
def mini():
    return ts.load("mini")


@pytest.fixture
def client(serve):
    """A server for which every network is large."""
    return serve(slow_rows=10)


@pytest.fixture
def digest(client, mini):
    networks.put(held_by(client.app).store, MAIN, mini, by=None)
    return mini.digest


def ended(client, job):
    told = list(client.get(f"{W}/jobs/{job}/events").iter_lines())
    return json.loads(told[-2].removeprefix("data: "))


def test_compare_of_a_slow_analysis_is_made_by_jobs_and_never_while_somebody_waits(client, digest, mini, monkeypatch):
    given = {"name": "Plating closed", "digest": digest, "edits": [CLOSED]}
    kept = client.post(f"{W}/scenarios", json=given).json()
    asked = {"digest": digest, "scenarios": [kept["scenario"]], "analyses": ["trust", "esg"]}
    queued = client.post(f"{W}/compare", json=asked)
    assert queued.status_code == 202
    assert len(queued.json()["jobs"]) == 4
    assert set(client.post(f"{W}/compare", json=asked).json()["jobs"]) <= set(queued.json()["jobs"])
    for job in queued.json()["jobs"]:
        assert ended(client, job)["state"] == "done"
    monkeypatch.setattr(answering, "answer", None)
    told = client.post(f"{W}/compare", json=asked)
    assert told.status_code == 200
    other = apply_scenario(mini, Scenario(name="Plating closed", edits=[Edit(**CLOSED)]))
    both = [[ts.trust(n), ts.esg(n)] for n in (mini, other)]
    expected = Comparison.of(both[0], {"Plating closed": both[1]})
    rows = expected.differences.rename({"changed": "value"}).to_dicts()
    assert [{k: v for k, v in row.items() if k != "measure"} for row in told.json()["rows"]] == rows
    assert "\n".join(f"{s['scenario']}: {s['sentence']}" for s in told.json()["sentences"]) == expected.sentence()


def test_page_of_a_slow_answer_is_made_of_what_was_kept(client, digest, monkeypatch):
    queued = client.post(f"{W}/networks/{digest}/analyses/trust", json={})
    assert ended(client, queued.json()["job"])["state"] == "done"
    monkeypatch.setattr(answering, "answer", None)
    page = client.get(f"{W}/results/{queued.json()['result_key']}/report.html")
    assert page.status_code == 200
    assert "<h2" in page.text
    answer = client.get(f"{W}/results/{queued.json()['result_key']}").json()
    assert html.escape(answer["summary"].split(".")[0]) in page.text
