"""Routes of a workspace: networks, rows, names, edits, results, scenarios, what-if, reports, the app's files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from served import LOOSE, SITE, TestClient, W, bring
from sqlalchemy import update

import tierscape as ts
from tierscape.schema import TABLES
from tierscape.server import uploads
from tierscape.server.application import create_app, held_by
from tierscape.server.importing import child
from tierscape.server.settings import Settings
from tierscape.server.store import networks, results
from tierscape.server.store.engine import writing
from tierscape.server.store.opening import MAIN
from tierscape.server.store.tables import StoredResult

CLOSED = {"table": "sites", "where": {"site": "n3"}, "set": {"status": "closed"}}


@pytest.fixture(scope="module")
def mini():
    return ts.load("mini")


@pytest.fixture(scope="module", autouse=True)
def read_in_this_process():
    """Read uploads without starting a process for each; test_uploads.py and test_limits.py hold that it is one of its own."""

    def run(source: Path, target: Path, _: Settings) -> int:
        return child.main([str(source), str(target), "1", "1", "1"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "confine", lambda *_: None)
        patch.setattr(uploads, "_run", run)
        yield


@pytest.fixture
def digest(client, mini):
    networks.put(held_by(client.app).store, MAIN, mini, by=None)
    return mini.digest


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """One server with the network ``mini``, for all tests that change nothing."""
    with TestClient(
        create_app(Settings(**{**LOOSE, "data": tmp_path_factory.mktemp("standing")})),
        base_url=SITE,
        raise_server_exceptions=False,
    ) as client:
        bring(client)
        yield client


@pytest.fixture(scope="module")
def known(standing):
    return bring(standing)


def folder_state(client) -> set[str]:
    held = held_by(client.app)
    return {str(p.relative_to(held.settings.data)) for p in held.settings.data.rglob("*") if p.suffix == ".parquet" or p.parent.name == "incoming"}  # fmt: skip


# Health, catalogue


def test_server_says_that_it_lives_and_is_ready(standing):
    assert standing.get("/healthz").json() == {"state": "alive"}
    assert standing.get("/readyz").json() == {"state": "ready"}


def test_input_tables_are_those_of_the_schema(standing):
    told = standing.get("/api/tables").json()
    assert [t["name"] for t in told] == list(TABLES)
    for table in told:
        assert [c["name"] for c in table["columns"]] == list(TABLES[table["name"]].names)


def test_templates_are_workbook_and_archive_and_come_back_as_no_rows(standing):
    book = standing.get("/api/template.xlsx")
    assert book.content[:2] == b"PK"
    with zipfile.ZipFile(io.BytesIO(standing.get("/api/template.zip").content)) as archive:
        assert "sites.csv" in archive.namelist()


def test_examples_are_listed_and_can_be_brought(client):
    for example in client.get("/api/examples").json():
        assert client.post(f"{W}/networks", json={"example": example["name"]}).status_code == 201


# Networks


def test_network_brought_twice_is_known(client, mini):
    first = client.post(f"{W}/networks?name=best", json={"example": "mini"})
    assert (first.status_code, first.json()["digest"], first.json()["name"]) == (201, mini.digest, "best")
    assert client.post(f"{W}/networks", json={"example": "mini"}).status_code == 200
    (row,) = client.get(f"{W}/networks").json()
    assert (row["digest"], row["name"], row["label"]) == (mini.digest, "best", mini.name)
    told = client.get(f"{W}/networks/{mini.digest}").json()
    assert told["products"] == [{"part": "pump", "name": "coolant pump"}]
    assert told["tables"]["sites"] == 11
    assert (told["names"], told["home"], told["currency"]) == (["best"], "US", "USD")
    assert [f["message"] for f in told["findings"]] == [f.message for f in mini.findings]


@pytest.mark.parametrize("form", ["xlsx", "zip"])
def test_export_brought_again_is_the_same_network(standing, known, form):
    content = standing.get(f"{W}/networks/{known}/export?format={form}").content
    again = standing.post(f"{W}/networks?filename=a%20b.{form}", content=content)
    assert (again.status_code, again.json()["digest"]) == (200, known)


def test_digest_does_not_depend_on_rows_order_columns_order_or_form(client, mini, digest):
    files = {}
    for name, frame in mini.tables.items():
        if frame.height:
            mixed = frame.select(list(reversed(frame.columns))).reverse()
            sink = io.BytesIO()
            mixed.write_parquet(sink)
            files[name] = (f"{name}.parquet", sink.getvalue())
    sent = client.post(f"{W}/networks", files=files)
    assert (sent.status_code, sent.json()["digest"]) == (200, digest)
    rows = {name: json.loads(frame.with_columns(pl.col(pl.Date).cast(pl.String)).write_json()) for name, frame in mini.tables.items() if frame.height}  # fmt: skip
    told = client.post(f"{W}/networks", json={"tables": rows})
    assert (told.status_code, told.json()["digest"]) == (200, digest)


BROKEN = [
    ({"files": {"bom": ("bom.csv", b"parent,child\np,q\n")}}, "DataError"),
    ({"files": {"x": ("nothing.csv", b"a\n1\n")}}, "DataError"),
    ({"files": {"x": ("../../etc/sites.csv", b"site,country\nA,Atlantis\n")}}, "DataError"),
    ({"content": b"PK\x03\x04 broken", "params": {"filename": "x.zip"}}, "DataError"),
    ({"content": b"x", "params": {"filename": "x.exe"}}, "ParameterError"),
    ({"content": b"x"}, "ParameterError"),
    ({"json": {"example": "nothing"}}, "ParameterError"),
    ({"json": {"example": "mini", "tables": {}}}, "ParameterError"),
    ({"json": {"tables": {"nothing": [{}]}}}, "DataError"),
    ({"json": {"tables": {"sites": [{"site": "A", "country": "DE", "lat": "north"}]}}}, "DataError"),
    ({"json": {"tables": {"sites": [{"site": {"$ne": 1}}]}}}, "DataError"),
]


@pytest.mark.parametrize(("how", "error"), BROKEN)
def test_broken_upload_is_refused_and_leaves_the_store_as_it_was(client, how, error):
    before = folder_state(client)
    answer = client.post(f"{W}/networks", **how)
    assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert set(answer.json()) == {"error", "message", "findings", "id"}
    assert (error == "DataError") == bool(answer.json()["findings"])
    assert folder_state(client) == before
    assert client.get(f"{W}/networks").json() == []


def test_all_findings_of_an_upload_are_listed_with_their_rows(client):
    sites = b"site,country,lat\nA,DE,95\nB,XX,1\n"
    links = b"supplier,buyer,part\nA,Z,cell\n"
    parts = b"part,kind\ncell,component\n"
    files = {n: (f"{n}.csv", c) for n, c in (("sites", sites), ("links", links), ("parts", parts))}
    answer = client.post(f"{W}/networks", files=files)
    found = {(f["where"], f["row"]) for f in answer.json()["findings"] if f["severity"] == "error"}
    assert found == {("sites.lat", 2), ("sites.lat+lon", 2), ("sites.country", 3), ("links.buyer", 2)}


def test_files_of_one_field_are_all_read_and_a_table_sent_twice_is_refused(client, mini):
    content = {n: f.write_csv().encode() for n, f in mini.tables.items() if f.height}
    files = [("files", (f"{name}.csv", text)) for name, text in content.items()]
    sent = client.post(f"{W}/networks", files=files)
    assert (sent.status_code, sent.json()["digest"]) == (201, mini.digest)
    twice = client.post(f"{W}/networks", files=[*files, ("files", ("sites.csv", content["sites"]))])
    assert (twice.status_code, [f["rule"] for f in twice.json()["findings"]]) == (422, ["doubled"])


def test_one_table_sent_alone_is_refused_without_a_path_of_the_server(client):
    answer = client.post(f"{W}/networks?filename=sites.csv", content=b"site,country\nA,DE\n")
    assert (answer.status_code, answer.json()["findings"][0]["rule"]) == (422, "one_table")
    assert str(held_by(client.app).settings.data) not in answer.text
    assert "incoming" not in answer.text


def test_only_generated_names_are_on_disk(client, digest):
    client.post(f"{W}/networks?filename=..%2F..%2Fevil.csv", content=b"name,makes\nA,cell\n")
    names = {p.name for p in held_by(client.app).settings.data.rglob("*")}
    assert not [name for name in names if "evil" in name]


def test_deleted_network_is_gone_unless_something_rests_on_it(client, digest):
    client.put(f"{W}/names/best", json={"digest": digest, "seen": None})
    assert client.delete(f"{W}/networks/{digest}").status_code == 409
    other = client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED], "move_name": "best"}).json()["digest"]
    assert client.delete(f"{W}/networks/{digest}").status_code == 204
    assert client.get(f"{W}/networks/{digest}").status_code == 404
    assert client.get(f"{W}/networks/{other}").status_code == 200


# Rows, search, difference


def test_rows_are_filtered_sorted_and_cut(standing, known, mini):
    url = f"{W}/networks/{known}/tables/sites"
    told = standing.get(url, params={"sort": "-site", "limit": 2, "offset": 1}).json()
    assert told["total"] == 11
    assert [r["site"] for r in told["rows"]] == sorted(mini["sites"]["site"], reverse=True)[1:3]
    found = standing.get(url, params={"filter": "CASTCO"}).json()
    assert {r["site"] for r in found["rows"]} == set(
        mini["sites"].filter(pl.col("name").str.contains("Castco"))["site"]
    )
    place = mini["sites"]["site"].to_list()
    assert all(place[r["row"] - 1] == r["site"] for r in found["rows"])
    assert [c["name"] for c in told["columns"]] == list(TABLES["sites"].names)


def test_rows_come_as_arrow_where_asked_for(standing, known, mini):
    sent = standing.get(f"{W}/networks/{known}/tables/sites", headers={"Accept": "application/vnd.apache.arrow.stream"})
    assert pl.read_ipc_stream(io.BytesIO(sent.content)).equals(mini["sites"])


HOSTILE = ["' OR 1=1 --", "site; DROP TABLE networks", "%", "(((((((((a*)*)*)*", "\\", "\u202e", "x" * 100]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_filter_sort_and_search_find_nothing_and_break_nothing(standing, known, text):
    assert standing.get(f"{W}/networks/{known}/tables/sites", params={"filter": text}).json()["rows"] == []
    assert standing.get(f"{W}/networks/{known}/tables/sites", params={"sort": text}).status_code == 422
    assert standing.get(f"{W}/networks/{known}/search", params={"q": text}).json() == []
    assert standing.get(f"{W}/networks/{known}/tables/{text}").status_code in (404, 422)
    assert standing.get(f"{W}/networks").status_code == 200


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"limit": "x"}, {"filter": "y" * 201}]
)
def test_page_out_of_bounds_is_refused(standing, known, params):
    answer = standing.get(f"{W}/networks/{known}/tables/sites", params=params)
    assert (answer.status_code, answer.json()["error"]) == (422, "ParameterError")


def test_search_finds_by_name_and_key_and_puts_beginnings_first(standing, known):
    found = standing.get(f"{W}/networks/{known}/search", params={"q": "castco"}).json()
    assert all(f["name"].startswith("Castco") for f in found)
    assert {f["table"] for f in found} == {"sites", "organizations"}
    assert standing.get(f"{W}/networks/{known}/search", params={"q": "  "}).json() == []
    one = standing.get(f"{W}/networks/{known}/search", params={"q": "plateline us"}).json()
    assert {"n3"} <= {f["key"] for f in one}


def test_difference_tells_rows_added_removed_and_values_changed(client, digest):
    edits = [
        CLOSED,
        {"table": "capabilities", "where": {"site": "n3"}, "remove": True},
        {"table": "regions", "add": [{"region": "EAST", "country": "US"}]},
        {"table": "parts", "where": {"part": "pump"}, "scale": {"unit_value": 2}},
    ]
    other = client.post(f"{W}/networks/{digest}/edits", json={"name": "many", "edits": edits}).json()
    assert other["label"].endswith("· many")
    told = client.get(f"{W}/networks/{digest}/diff/{other['digest']}").json()["tables"]
    assert told["sites"]["changed"] == [{"key": "n3", "column": "status", "before": "operating", "after": "closed"}]
    assert told["regions"]["added"] == ["EAST"]
    assert told["capabilities"]["removed"] == ["n3/plating"]
    assert told["parts"]["changed"][0]["after"] == 2 * told["parts"]["changed"][0]["before"]
    assert client.get(f"{W}/networks/{digest}/diff/{digest}").json() == {"tables": {}}


# Edits and names


def test_edit_makes_a_new_digest_and_the_old_network_stands(client, digest, mini):
    made = client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED]})
    assert made.status_code == 201
    assert made.json()["digest"] != digest
    old = client.get(f"{W}/networks/{digest}/tables/sites", params={"filter": "plateline"}).json()
    new = client.get(f"{W}/networks/{made.json()['digest']}/tables/sites", params={"filter": "plateline"}).json()
    assert (old["rows"][0]["status"], new["rows"][0]["status"]) == ("operating", "closed")
    back = client.post(
        f"{W}/networks/{made.json()['digest']}/edits",
        json={"edits": [{**CLOSED, "set": {"status": "operating"}}]},
    )
    assert back.json()["digest"] == digest


BAD_EDITS = [
    ([], 422), ([{"table": "nothing", "remove": True}], 422), ([{"table": "sites", "where": {"site": "none"}, "remove": True}], 422),
    ([{"table": "sites", "where": {"site": "n3"}, "set": {"lat": "north"}}], 422),
    ([{"table": "sites", "where": {"site": "n0"}, "remove": True}], 422), ([{"table": "sites"}], 422), ("x", 422),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "status"), BAD_EDITS)
def test_edit_that_does_not_fit_is_refused_and_nothing_is_stored(standing, known, edits, status):
    answer = standing.post(f"{W}/networks/{known}/edits", json={"edits": edits})
    assert answer.status_code == status
    assert len(standing.get(f"{W}/networks").json()) == 1


def test_name_moves_only_for_one_who_saw_where_it_pointed(client, digest):
    other = client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED]}).json()["digest"]
    assert client.put(f"{W}/names/plan", json={"digest": digest, "seen": None}).status_code == 200
    assert client.put(f"{W}/names/plan", json={"digest": other, "seen": digest}).status_code == 200
    late = client.put(f"{W}/names/plan", json={"digest": digest, "seen": digest})
    assert (late.status_code, late.json()["error"]) == (409, "Conflict")
    (name,) = client.get(f"{W}/names").json()
    assert [m["digest"] for m in name["history"]] == [other, digest]
    assert client.put(f"{W}/names/plan", json={"digest": "0" * 64, "seen": other}).status_code == 404
    late = client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED], "move_name": "plan"})
    assert late.status_code == 409


# Results


def test_answer_that_the_reader_has_is_not_sent_again(standing, known):
    url = f"{W}/networks/{known}/analyses/trust"
    first = standing.post(url, json={})
    key, tag = first.headers["x-result-key"], first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        assert standing.get(f"{W}/results/{key}", headers={"If-None-Match": given}).status_code == 304
    assert standing.post(url, json={}, headers={"If-None-Match": tag}).status_code == 304
    assert standing.get(f"{W}/results/{key}", headers={"If-None-Match": '"other"'}).status_code == 200
    assert first.headers["cache-control"].startswith("private")


def test_packed_and_plain_answer_hold_the_same_bytes(standing, known):
    key = standing.post(f"{W}/networks/{known}/analyses/trust", json={}).headers["x-result-key"]
    packed = standing.get(f"{W}/results/{key}")
    plain = standing.get(f"{W}/results/{key}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


def test_answer_can_be_had_as_charts_tables_workbook_and_page(standing, known, mini):
    key = standing.post(f"{W}/networks/{known}/analyses/trust", json={}).headers["x-result-key"]
    answer = ts.trust(mini)
    charts = standing.get(f"{W}/results/{key}/charts").json()
    assert [c["spec"] for c in charts] == [json.loads(json.dumps(c.standalone())) for c in answer.charts()]
    assert standing.get(f"{W}/results/{key}/charts").json() == charts
    table = answer.TABLES[0]
    sent = standing.get(f"{W}/results/{key}/tables/{table.name}.csv").text
    assert sent.splitlines()[0] == ",".join(table.names)
    assert len(sent.splitlines()) == answer.frame(table.name).height + 1
    assert standing.get(f"{W}/results/{key}.xlsx").content[:2] == b"PK"
    page = standing.get(f"{W}/results/{key}/report.html?static=true")
    assert "<script" not in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    for url in ("/tables/nothing.csv", "x.xlsx", "/nothing"):
        assert standing.get(f"{W}/results/{key}{url}").status_code == 404


def test_headlines_of_an_answer_are_kept_with_it_and_made_anew_where_they_are_not(standing, known, mini):
    key = standing.post(f"{W}/networks/{known}/analyses/trust", json={}).headers["x-result-key"]
    expected = [list(line) for line in ts.trust(mini).headlines()]
    assert expected
    assert standing.get(f"{W}/results/{key}/headlines").json() == expected
    store = held_by(standing.app).store
    assert results.headlines(store, "main", key) == expected
    with writing(store.engine) as session:
        session.execute(update(StoredResult).where(StoredResult.key == key).values(headlines=None))
    assert standing.get(f"{W}/results/{key}/headlines").json() == expected
    assert standing.get(f"{W}/results/{'0' * 64}/headlines").status_code == 404


def test_answer_outlives_the_memory_of_the_server(serve, store_url, mini):
    first = serve(store_url)
    bring(first)
    made = first.post(f"{W}/networks/{mini.digest}/analyses/trust", json={})
    second = serve(store_url)
    again = second.post(f"{W}/networks/{mini.digest}/analyses/trust", json={})
    assert (again.headers["x-cache"], again.content) == ("hit", made.content)
    assert second.get(f"{W}/results/{made.headers['x-result-key']}/charts").status_code == 200


# Map, tiers, what-if


def test_map_holds_every_site_and_link_as_columns(standing, known, mini):
    told = standing.get(f"{W}/networks/{known}/map").json()
    assert told["sites"]["site"] == mini["sites"]["site"].to_list()
    assert len(told["links"]["offshore"]) == mini["links"].height
    assert {len(column) for column in told["sites"].values()} == {11}
    at = dict(zip(told["sites"]["site"], told["sites"]["tier"], strict=True))
    assert at["n0"] == 0
    far = {s for s, o in zip(told["links"]["supplier"], told["links"]["offshore"], strict=True) if o}
    assert far == {"c1"}
    assert standing.get(f"{W}/networks/{known}/map?product=nothing").status_code == 422


def test_map_that_the_reader_has_is_not_sent_again_and_packed_or_not_it_is_the_same(standing, known):
    url = f"{W}/networks/{known}/map"
    packed, plain = standing.get(url), standing.get(url, headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert "content-encoding" not in plain.headers
    assert standing.get(url, headers={"If-None-Match": packed.headers["etag"]}).status_code == 304
    assert standing.get(f"{url}?product=pump").headers["etag"] != packed.headers["etag"]


def test_tiers_place_every_site_once_within_its_tier(standing, known):
    told = standing.get(f"{W}/networks/{known}/tiers").json()
    known = [n for n in told["nodes"] if not n["unknown"]]
    assert len({n["id"] for n in told["nodes"]}) == len(told["nodes"])
    assert len({(n["x"], n["y"]) for n in told["nodes"]}) == len(told["nodes"])
    assert all(0 <= n["x"] <= 1 and 0 <= n["y"] <= 1 for n in told["nodes"])
    assert next(n for n in known if n["id"] == "n0")["y"] == 0
    ids = {n["id"] for n in known}
    assert all({e["from"], e["to"]} <= ids for e in told["edges"])
    assert told["edges"]
    assert told["cut"] == 0


def test_what_if_gives_what_density_gives_for_the_edited_network(standing, known, mini):
    moves = [{"site": "n3", "lat": 31.2, "lon": -106.4}, {"remove": "n2"}, {"add": {"lat": 31.7, "lon": -106.3, "parts": ["motor"]}}]  # fmt: skip
    url = f"{W}/networks/{known}/what-if/density"
    told = standing.post(url, json={"moves": moves}).json()
    from tierscape.analyses.density.resident import resident

    state = resident(mini).move("n3", lat=31.2, lon=-106.4).remove("n2").add(["motor"], lat=31.7, lon=-106.3)
    scores = dict(state.places.select("place", "score").iter_rows())
    assert {p["place"]: p["score"] for p in told["places"]} == {p["place"]: scores[p["place"]] for p in told["places"]}
    before = dict(ts.density(mini).regions.select("region", "score").iter_rows())
    assert {p["place"]: p["score_before"] for p in told["places"]} == {p["place"]: before[p["place"]] for p in told["places"]}  # fmt: skip
    assert standing.post(url, json={}).json()["places"] == []
    undone = standing.post(url, json={"moves": moves[:1]}).json()
    assert {p["part"] for p in undone["parts"]} == {"plating"}
    assert standing.post(url, json={"moves": moves}).json()["places"] == told["places"]


@pytest.mark.parametrize("body", [{"moves": [{}]}, {"moves": [{"site": "none", "lat": 1, "lon": 1}]}, {"parameters": {"x": 1}}, {"moves": [{"site": "n3", "lat": 91, "lon": 0}]}, {"product": "x"}])  # fmt: skip
def test_what_if_that_makes_no_sense_is_refused(standing, known, body):
    answer = standing.post(f"{W}/networks/{known}/what-if/density", json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, "ParameterError")


# Scenarios, compare, reports


def scenario(client, digest, name="Plating closed", edit=CLOSED):
    return client.post(f"{W}/scenarios", json={"name": name, "digest": digest, "edits": [edit]})


def test_scenario_is_kept_with_the_network_that_it_makes(client, digest):
    made = scenario(client, digest)
    assert made.status_code == 201
    kept = made.json()
    assert kept["edits"] == [CLOSED]
    assert client.get(f"{W}/networks/{kept['made']}").json()["label"].endswith("Plating closed")
    changed = client.put(
        f"{W}/scenarios/{kept['scenario']}",
        json={"name": "Motors closed", "digest": digest, "edits": [{**CLOSED, "where": {"site": "n2"}}]},
    ).json()
    assert (changed["name"], changed["made"] == kept["made"]) == ("Motors closed", False)
    assert [s["name"] for s in client.get(f"{W}/scenarios").json()] == ["Motors closed"]
    assert client.delete(f"{W}/networks/{digest}").status_code == 409
    assert client.delete(f"{W}/scenarios/{kept['scenario']}").status_code == 204
    assert client.get(f"{W}/scenarios").json() == []
    assert client.get(f"{W}/networks/{changed['made']}").status_code == 200


def test_compare_gives_the_differences_of_the_command_line(client, digest, mini):
    kept = scenario(client, digest).json()
    asked = {"digest": digest, "scenarios": [kept["scenario"]], "analyses": ["density"]}
    told = client.post(f"{W}/compare", json=asked).json()
    from tierscape.compare import Comparison
    from tierscape.scenario import Edit, Scenario, apply_scenario

    other = apply_scenario(mini, Scenario(name="Plating closed", edits=[Edit(**CLOSED)]))
    expected = Comparison.of([ts.density(mini)], {"Plating closed": [ts.density(other)]})
    rows = expected.differences.rename({"changed": "value"}).to_dicts()
    assert [{k: v for k, v in row.items() if k != "measure"} for row in told["rows"]] == rows
    assert told["total"] == expected.differences.height
    assert "\n".join(f"{s['scenario']}: {s['sentence']}" for s in told["sentences"]) == expected.sentence()
    assert told["changed_inputs"]["Plating closed"]["sites"]["totals"]["changed"] == 1


def test_report_is_made_by_a_job_and_holds_on_to_its_results(client, digest):
    kept = scenario(client, digest, name="<script>alert(1)</script>").json()
    asked = {"digest": digest, "analyses": ["trust"], "scenarios": [kept["scenario"]], "static": True, "title": "For <b>us</b>"}  # fmt: skip
    queued = client.post(f"{W}/reports", json=asked)
    assert queued.status_code == 202
    told = list(client.get(f"{W}/jobs/{queued.json()['job']}/events").iter_lines())
    last = json.loads(told[-2].removeprefix("data: "))
    assert (last["state"], last["kind"], last["result_key"]) == ("done", "report", queued.json()["report"])
    page = client.get(f"{W}/reports/{queued.json()['report']}.html").text
    assert "<script>" not in page
    assert "For &lt;b&gt;us&lt;/b&gt;" in page
    (listed,) = client.get(f"{W}/reports").json()
    assert (listed["ready"], listed["title"]) == (True, "For <b>us</b>")
    made = client.post(f"{W}/networks/{digest}/analyses/trust", json={})
    assert made.headers["x-cache"] == "hit"
    assert client.delete(f"{W}/reports/{queued.json()['report']}").status_code == 204
    assert client.get(f"{W}/reports/{queued.json()['report']}.html").status_code == 404


@pytest.mark.parametrize("more", [{"analyses": ["nothing"]}, {"scenarios": ["x"]}, {"analyses": ["density"], "parameters": {"density": {"radius_km": 1}}}, {"analyses": ["density"], "parameters": {"trust": {}}}])  # fmt: skip
def test_report_that_cannot_be_made_is_refused_at_once(standing, known, more):
    answer = standing.post(f"{W}/reports", json={"digest": known, **more})
    assert answer.status_code in (404, 422)
    assert standing.get(f"{W}/jobs").json() == []


# Errors, files of the app


@pytest.mark.parametrize("url", ["/api/nothing", f"{W}/nothing", "/api/w/other/networks", f"{W}/networks/{'0' * 64}", f"{W}/results/x", f"{W}/jobs/x", f"{W}/scenarios/x/y"])  # fmt: skip
def test_absent_things_answer_the_same_body(standing, url):
    answer = standing.get(url)
    assert answer.status_code == 404
    body = answer.json()
    assert (body["error"], body["findings"]) == ("NotFound", [])
    assert body["message"] == standing.get("/api/w/other/networks").json()["message"]


def test_fault_of_the_server_shows_no_trace(standing, known, monkeypatch):
    def broken(*_):
        raise KeyError("secret-value")

    monkeypatch.setattr("tierscape.server.routes.pictures.map_json", broken)
    answer = standing.get(f"{W}/networks/{known}/map")
    assert answer.status_code == 500
    assert set(answer.json()) == {"error", "message", "findings", "id"}
    assert "secret-value" not in answer.text
    assert "Traceback" not in answer.text


def test_full_disk_is_said_in_words_and_reads_go_on(client, digest, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    answer = client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED]})
    assert answer.status_code == 503
    assert "No space left" in answer.json()["message"]
    assert client.get(f"{W}/networks/{digest}/tables/sites").status_code == 200
    monkeypatch.undo()
    assert client.post(f"{W}/networks/{digest}/edits", json={"edits": [CLOSED]}).status_code == 201


def test_no_route_writes_on_get(standing, known):
    held = held_by(standing.app)
    with held.store.engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM networks").scalar()
    for route in standing.get("/api/openapi.json").json()["paths"]:
        if "{" not in route.replace("{workspace}", "").replace("{known}", ""):
            standing.get(route.replace("{workspace}", "main").replace("{known}", known))
    with held.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM networks").scalar() == before
        assert connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar() == 0


def test_every_route_documents_its_errors_and_its_purpose(standing):
    told = standing.get("/api/openapi.json").json()
    for path, methods in told["paths"].items():
        for method, route in methods.items():
            assert {"401", "403", "404", "422", "500", "503"} <= set(route["responses"]), (method, path)
            assert route.get("description") or route.get("summary"), path


def test_pages_of_the_app_are_one_file_and_assets_are_files(tmp_path: Path):
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>app</title>")
    (static / "assets" / "a-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    app = create_app(Settings(**{**LOOSE, "data": tmp_path / "data"}), static=static)
    with TestClient(app, base_url=SITE) as client:
        for url in ("/", "/w/main/n/x/map", "/login"):
            assert "<title>app" in client.get(url).text
        assert client.get("/assets/a-1.js").headers["cache-control"].startswith("public")
        assert client.get("/assets/none.js").status_code == 404
        for url in ("/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt", f"/{'x' * 5000}"):
            assert "secret" not in client.get(url).text
    bare = create_app(Settings(**{**LOOSE, "data": tmp_path / "data"}), static=tmp_path / "none")
    with TestClient(bare, base_url=SITE) as client:
        assert "npm run build" in client.get("/").text
