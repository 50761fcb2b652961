"""The HTTP door: for each analysis the bytes of Python and of the command line."""

from __future__ import annotations

import os
import signal
import time

import pytest
from served import LOOSE, SITE, TestClient, W, bring
from sqlalchemy import select

import tierscape as ts
from tierscape import analyses
from tierscape.cli.flags import fields
from tierscape.network import Network
from tierscape.server.answering import paths_of
from tierscape.server.application import create_app, held_by
from tierscape.server.settings import Settings
from tierscape.server.store.engine import reading
from tierscape.server.store.tables import StoredResult

NAMES = list(analyses.LISTED)
OF_NETWORKS = [name for name in NAMES if analyses.get(name).takes is Network]
SMALL = {
    "stress": {"shocks": {"scenarios": 100}}, "growth": {"draws": 100, "horizon_years": 3},
    "design": {"risk": {"scenarios": 0}, "horizon": {"years": 2}, "search": {"goals": False}},
}  # fmt: skip
"""Parameters that keep slow analyses short; an analysis that becomes slow must be added."""
PLACES = ("path", "file", "folder", "store", "address", "url", "connection")
"""Words in a parameter's description that mean a place outside of the network."""


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    app = create_app(Settings(**{**LOOSE, "data": tmp_path_factory.mktemp("door")}))
    with TestClient(app, base_url=SITE) as client:
        bring(client)
        yield client


@pytest.fixture(scope="module")
def mini():
    return ts.load("mini")


@pytest.mark.parametrize("name", [n for n in OF_NETWORKS if not analyses.get(n).slow])
def test_http_gives_the_bytes_of_python(door, mini, name):
    sent = door.post(f"{W}/networks/{mini.digest}/analyses/{name}", json={})
    assert sent.status_code == 200, sent.text
    assert sent.headers["x-cache"] == "computed"
    assert sent.content == analyses.get(name)(mini).to_json()
    again = door.post(f"{W}/networks/{mini.digest}/analyses/{name}", json={})
    assert again.headers["x-cache"] == "hit"
    assert again.content == sent.content
    plain = door.get(f"{W}/results/{sent.headers['x-result-key']}", headers={"Accept-Encoding": "identity"})
    assert plain.content == sent.content


@pytest.mark.parametrize("name", [n for n in OF_NETWORKS if analyses.get(n).slow])
def test_job_gives_the_bytes_of_python(door, mini, name):
    url, given = f"{W}/networks/{mini.digest}/analyses/{name}", SMALL[name]
    queued = door.post(url, json=given)
    assert queued.status_code == 202, queued.text
    told = list(door.get(f"{W}/jobs/{queued.json()['job']}/events").iter_lines())
    assert '"state": "done"' in told[-2], told[-2]
    answer, place = analyses.get(name)(mini, **given), f"{W}/results/{queued.json()['result_key']}"
    assert door.get(place).content == answer.to_json()
    assert door.get(f"{place}/charts").json()
    assert door.get(f"{place}/headlines").json() == [list(line) for line in answer.headlines()]
    now = door.post(url, json=given)
    assert (now.status_code, now.headers["x-cache"], now.content) == (200, "hit", answer.to_json())


def test_killed_worker_is_replaced_and_its_job_done_once(door, mini):
    held, url = held_by(door.app), f"{W}/networks/{mini.digest}/analyses/stress"
    given = {"shocks": {"scenarios": 101}}
    queued = door.post(url, json=given).json()
    assert door.post(url, json=given).json() == queued
    while not held.workers.processes:
        time.sleep(0.02)
    os.kill(held.workers.processes[0], signal.SIGKILL)
    told = list(door.get(f"{W}/jobs/{queued['job']}/events").iter_lines())
    assert '"state": "done"' in told[-2], told[-2]
    assert door.post(url, json=given).headers["x-cache"] == "hit"
    with reading(held.store.engine) as session:
        assert len(session.scalars(select(StoredResult).where(StoredResult.key == queued["result_key"])).all()) == 1


def test_cancelled_job_ends_and_leaves_nothing(door, mini):
    asked = {"shocks": {"scenarios": 100_000}}
    queued = door.post(f"{W}/networks/{mini.digest}/analyses/stress", json=asked).json()
    url = f"{W}/jobs/{queued['job']}"
    while door.get(url).json()["state"] == "queued":
        time.sleep(0.02)
    door.delete(url)
    told = list(door.get(f"{url}/events").iter_lines())
    assert '"state": "cancelled"' in told[-2], told[-2]
    assert door.get(f"{W}/results/{queued['result_key']}").status_code == 404
    assert held_by(door.app).workers.processes == []


@pytest.mark.parametrize("name", NAMES)
def test_analysis_is_described_by_its_own_declaration(door, name):
    told = door.get(f"/api/analyses/{name}").json()
    analysis = analyses.get(name)
    assert told["schema"] == analysis.parameters.model_json_schema()
    assert [t["name"] for t in told["result"]] == [t.name for t in analysis.result.TABLES]
    assert told["doc"].startswith(analysis.__doc__.split(".")[0].split("\n")[0])
    listed = {a["name"]: a for a in door.get("/api/analyses").json()}
    assert listed[name]["slow"] is analysis.slow


@pytest.mark.parametrize("name", [n for n in NAMES if n not in OF_NETWORKS])
def test_analysis_of_another_source_is_refused_in_words(door, mini, name):
    answer = door.post(f"{W}/networks/{mini.digest}/analyses/{name}", json={})
    assert (answer.status_code, answer.json()["error"]) == (422, "ParameterError")


@pytest.mark.parametrize("name", OF_NETWORKS)
def test_every_parameter_that_names_a_place_is_confined(name):
    confined = set(paths_of(name))
    for parameter, field, _ in fields(analyses.get(name).parameters):
        words = f"{parameter.split('.')[-1]} {field.description}".lower().replace(".", " ").replace(",", " ").split()
        text = "str" in str(field.annotation) or "Secret" in str(field.annotation) or "Sector" in str(field.annotation)
        names_place = text and ("Sector" in str(field.annotation) or any(word in PLACES for word in words))
        if names_place and parameter != "register.table" and "Literal" not in str(field.annotation):
            assert parameter in confined, parameter


CONFINED = [
    ("density", {"register": {"path": "/etc/passwd"}}), ("density", {"register": {"path": "../../*.parquet"}}),
    ("density", {"register": {"engine": "spark", "connection": "sc://127.0.0.1"}}),
    ("density", {"register": {"engine": "ibis", "connection": "duckdb:///x.db"}}),
    ("landed_cost", {"tariffs": {"rules": "/etc/passwd"}}), ("origin", {"calculation": {"rules": "/etc"}}),
    ("stress", {"run": {"store": "/var/x"}}), ("stress", {"run": {"backend": "loky"}}),
    ("visibility", {"prior": {"io_table": "/etc/passwd"}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), CONFINED)
def test_parameters_that_reach_out_of_the_store_are_refused(door, mini, name, given):
    answer = door.post(f"{W}/networks/{mini.digest}/analyses/{name}", json=given)
    assert answer.status_code == 422
    assert "over HTTP" in answer.json()["message"]
    group, values = next(iter(given.items()))
    assert f"{group}.{next(iter(values))}" in answer.json()["message"] or "connection" in answer.json()["message"]


def test_files_may_be_named_in_folders_that_the_operator_allows(serve, tmp_path, mini):
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "secret-link").symlink_to("/etc/passwd")
    client = serve(data_paths=(allowed,))
    digest = bring(client)
    inside = client.post(
        f"{W}/networks/{digest}/analyses/landed_cost", json={"tariffs": {"rules": str(allowed / "none.csv")}}
    )
    assert "over HTTP" not in inside.json()["message"]
    (tmp_path / "other.csv").write_text("")
    for path in (allowed / "../other.csv", allowed / "secret-link", "/etc/passwd", allowed / "*/../../other.csv",
                 allowed / "[/../../other.csv", allowed / "secret-*"):  # fmt: skip
        outside = client.post(f"{W}/networks/{digest}/analyses/landed_cost", json={"tariffs": {"rules": str(path)}})
        assert "over HTTP" in outside.json()["message"]


OUT_OF_RANGE = [
    ({"radius_km": 1}, "greater than or equal to 5"), ({"radius": 80}, "Did you mean 'radius_km'"),
    ({"radius_km": "far"}, "valid number"), ({"product": "pomp"}, "Did you mean 'pump'"), ({"assumptions": 3}, "assumptions"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), OUT_OF_RANGE)
def test_parameter_out_of_range_has_the_message_of_python(door, mini, given, said):
    answer = door.post(f"{W}/networks/{mini.digest}/analyses/density", json=given)
    assert answer.status_code == 422
    assert said in answer.json()["message"]
    with pytest.raises(ts.ParameterError) as raised:
        ts.density(mini, **given)
    assert answer.json()["message"] == str(raised.value)


def test_spelling_of_parameters_makes_no_second_answer(door, mini):
    url = f"{W}/networks/{mini.digest}/analyses/density"
    keys = {
        door.post(url, content=raw, headers={"content-type": "application/json"}).headers["x-result-key"]
        for raw in (b"", b"{}", b' {"radius_km": 100}', b'{"product":"pump","radius_km":1e2}')
    }
    assert len(keys) == 1
    other = door.post(url, json={"radius_km": 90})
    assert other.headers["x-result-key"] not in keys


@pytest.mark.parametrize("raw", [b"[1]", b"3", b'"x"', b"{", b"nonsense"])
def test_body_that_is_no_object_is_refused(door, mini, raw):
    answer = door.post(f"{W}/networks/{mini.digest}/analyses/density", content=raw)
    assert (answer.status_code, answer.json()["error"]) in ((422, "ParameterError"), (400, "BadRequest"))
