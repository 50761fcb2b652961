"""Who may do what, over every route of the OpenAPI file: three roles, a stranger who is admin elsewhere, and nobody."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from people import Client, Program, make_world

import tierscape.server
from tierscape.server.access import ROLES, can

OPEN = "open"
PERSON = "person"
ADMINISTRATOR = "administrator"
W = "/api/w/{workspace}"

NEEDS = {
    "GET /healthz": OPEN, "GET /readyz": OPEN, "GET /api/me": OPEN, "POST /api/first-run": OPEN, "POST /api/login": OPEN,
    "POST /api/password": OPEN, "GET /api/oidc/start": OPEN, "GET /api/oidc/callback": OPEN,
    "GET /api/analyses": PERSON, "GET /api/analyses/{name}": PERSON, "GET /api/tables": PERSON, "GET /api/examples": PERSON,
    "GET /api/template.xlsx": PERSON, "GET /api/template.zip": PERSON, "GET /api/sessions": PERSON,
    "DELETE /api/sessions/{session_id}": PERSON, "GET /api/tokens": PERSON, "POST /api/tokens": PERSON,
    "DELETE /api/tokens/{token}": PERSON, "POST /api/logout": PERSON,
    "GET /api/admin/users": ADMINISTRATOR, "POST /api/admin/users": ADMINISTRATOR,
    "POST /api/admin/users/{user}/invitation": ADMINISTRATOR, "PATCH /api/admin/users/{user}": ADMINISTRATOR,
    "DELETE /api/admin/users/{user}": ADMINISTRATOR, "POST /api/admin/workspaces": ADMINISTRATOR,
    "GET /api/admin/audit": ADMINISTRATOR, "GET /api/admin/audit/check": ADMINISTRATOR,
    f"GET {W}/members": "admin", f"PUT {W}/members": "admin", f"DELETE {W}/members/{{user}}": "admin", f"GET {W}/audit": "admin",
    f"GET {W}/networks": "viewer", f"POST {W}/networks": "planner", f"GET {W}/networks/{{digest}}": "viewer",
    f"DELETE {W}/networks/{{digest}}": "admin", f"POST {W}/networks/{{digest}}/edits": "planner",
    f"GET {W}/networks/{{digest}}/export": "viewer", f"GET {W}/networks/{{digest}}/tables/{{table}}": "viewer",
    f"GET {W}/networks/{{digest}}/search": "viewer", f"GET {W}/networks/{{digest}}/diff/{{other}}": "viewer",
    f"GET {W}/networks/{{digest}}/map": "viewer", f"GET {W}/networks/{{digest}}/tiers": "viewer",
    f"POST {W}/networks/{{digest}}/what-if/density": "viewer", f"POST {W}/networks/{{digest}}/analyses/{{name}}": "viewer",
    f"GET {W}/names": "viewer", f"PUT {W}/names/{{name}}": "planner",
    f"GET {W}/results/{{key}}": "viewer", f"GET {W}/results/{{key}}/charts": "viewer",
    f"GET {W}/results/{{key}}/headlines": "viewer", f"POST {W}/results/{{key}}/scenario": "planner",
    f"GET {W}/results/{{key}}/tables/{{table}}.csv": "viewer",
    f"GET {W}/results/{{key}}.xlsx": "viewer", f"GET {W}/results/{{key}}/report.html": "viewer",
    f"GET {W}/jobs": "viewer", f"GET {W}/jobs/{{job}}": "viewer", f"DELETE {W}/jobs/{{job}}": "viewer",
    f"GET {W}/jobs/{{job}}/events": "viewer", f"POST {W}/compare": "viewer",
    f"GET {W}/scenarios": "viewer", f"POST {W}/scenarios": "planner", f"PUT {W}/scenarios/{{scenario}}": "planner",
    f"DELETE {W}/scenarios/{{scenario}}": "planner",
    f"GET {W}/reports": "viewer", f"POST {W}/reports": "viewer", f"GET {W}/reports/{{report}}.html": "viewer",
    f"DELETE {W}/reports/{{report}}": "planner",
}  # fmt: skip
"""The least role, or kind of person, of every route; a new route must be added here."""

BODIES = {
    "PUT /members": {"email": "otto@example.org", "role": "viewer"},
    "POST /networks": {"example": "mini"},
    "POST /edits": {"edits": [{"table": "sites", "where": {"site": "x"}, "remove": True}]},
    "POST /density": {"product": "pump", "parameters": {}, "moves": []},
    "PUT /names": {"seen": None},
    "POST /compare": {"analyses": ["density"]},
    "POST /scenarios": {"name": "s", "edits": [{"table": "sites", "where": {"site": "x"}, "remove": True}]},
    "PUT /scenarios": {"name": "s", "edits": [{"table": "sites", "where": {"site": "x"}, "remove": True}]},
    "POST /reports": {"analyses": ["density"]},
}


class Ids:
    """Ids of what there is in 'main', and of nothing."""

    def __init__(self, world) -> None:
        anna = world.browser("anna")
        self.digest = anna.post(f"{self.at('main')}/networks?name=base", {"example": "mini"}).json()["digest"]
        site = anna.get(f"{self.at('main')}/networks/{self.digest}/tables/sites").json()["rows"][0]["site"]
        edit = [{"table": "sites", "where": {"site": site}, "set": {"name": "Renamed"}}]
        place = f"{self.at('main')}/networks/{self.digest}"
        self.other = anna.post(f"{place}/edits", {"edits": edit}).json()["digest"]
        answered = anna.post(f"{place}/analyses/density", {})
        self.key = answered.headers["x-result-key"]
        self.table = next(name for name in answered.json()["tables"])
        made = anna.post(f"{self.at('main')}/scenarios", {"name": "one", "digest": self.digest, "edits": edit})
        self.scenario = made.json()["scenario"]
        queued = anna.post(f"{self.at('main')}/reports", {"digest": self.digest, "analyses": ["density"]}).json()
        self.report, self.job = queued["report"], queued["job"]
        self.real = {
            "digest": self.digest, "other": self.other, "key": self.key, "scenario": self.scenario, "report": self.report,
            "job": self.job, "table": self.table, "name": "density", "user": world.ids["vera"], "token": "0" * 32,
            "session_id": "0" * 16,
        }  # fmt: skip
        self.absent = {
            **dict.fromkeys(("digest", "other", "key"), "0" * 64), "scenario": "0" * 32, "report": "0" * 32, "job": "0" * 32,
            "table": self.table, "name": "density", "user": "0" * 32, "token": "0" * 32, "session_id": "0" * 16,
        }  # fmt: skip

    @staticmethod
    def at(workspace: str) -> str:
        return f"/api/w/{workspace}"


def request(client: Client, route: str, ids: dict[str, str], workspace: str = "main"):
    """Ask a route with ids in path and body."""
    method, path = route.split(" ")
    told = {**ids, "workspace": workspace}
    if path.endswith("/names/{name}"):
        told["name"] = "base"
    if path.endswith("/tables/{table}"):
        told["table"] = "sites"
    body = next((dict(b) for k, b in BODIES.items() if k.split(" ")[0] == method and k.split(" ")[1] in path), {})
    if path == W + "/networks" and method == "POST":
        body = {"example": "mini"}
    elif method in ("POST", "PUT") and path.startswith(W) and "members" not in path and "{digest}" not in path:
        body["digest"] = ids["digest"]
    if path.endswith("/compare"):
        body["scenarios"] = [ids["scenario"]]
    url = path.format(**told) + ("?q=a" if path.endswith("/search") else "")
    return client.ask(method, url, json=body if method in ("POST", "PUT", "PATCH") else None)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def ids(world):
    return Ids(world)


@pytest.fixture(scope="module")
def clients(world, ids):
    people = {who: world.browser(who) for who in ("vera", "paul", "anna", "otto", "ada")}
    return {**people, "nobody": Client(world.app)}


BOUND = sorted(route for route in NEEDS if W in route)
WITH_IDS = [r for r in BOUND if "{" in r.replace(W, "") or (r.split(" ")[0] == "POST" and r.endswith(("/scenarios", "/reports", "/compare")))]  # fmt: skip


def told(answer):
    """What an answer says, without its id, which is another each time."""
    kept = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "content-length")}
    return answer.status_code, {**answer.json(), "id": ""}, kept


def test_every_route_says_here_who_may_use_it(world):
    stored = {f"{m.upper()} {path}" for path, methods in world.app.openapi()["paths"].items() for m in methods}
    assert stored == set(NEEDS)


def test_every_route_but_those_of_the_app_stands_in_the_openapi_file(world):
    described = set(world.app.openapi()["paths"])
    hidden = {getattr(r, "path", "") for r in world.app.routes if getattr(r, "include_in_schema", True) is False}
    assert hidden <= {"/{path:path}", "/api/openapi.json"}
    assert described


def test_every_workspace_route_takes_its_member_from_one_place():
    folder = Path(tierscape.server.__file__).parent / "routes"
    for file in folder.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        prefix = next(
            (ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Call) and "APIRouter" in ast.unparse(n.func)),
            "",
        )
        if "{workspace}" in prefix:
            assert named & {"member", "enter"}, file.name


@pytest.mark.parametrize("needed", ROLES)
def test_role_may_do_what_lesser_roles_may_and_no_more(needed):
    assert [can(role, needed) for role in (None, *ROLES)] == [
        False,
        *(ROLES.index(r) >= ROLES.index(needed) for r in ROLES),
    ]


@pytest.mark.parametrize("route", [r for r in sorted(NEEDS) if NEEDS[r] != OPEN])
def test_nobody_gets_in_without_signing_in(clients, ids, route):
    answer = request(clients["nobody"], route, ids.real)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", BOUND)
def test_stranger_gets_the_answer_of_a_workspace_that_is_not_there(clients, ids, route):
    closed = request(clients["otto"], route, ids.real, "main")
    absent = request(clients["otto"], route, ids.real, "absent")
    assert closed.status_code == 404
    assert told(closed) == told(absent)


@pytest.mark.parametrize("route", BOUND)
def test_administrator_without_a_role_is_a_stranger_too(clients, ids, route):
    assert request(clients["ada"], route, ids.real).status_code == 404


@pytest.mark.parametrize("route", WITH_IDS)
def test_id_of_another_workspace_answers_as_one_that_is_not_there(clients, ids, route):
    swapped = request(clients["otto"], route, ids.real, "other")
    absent = request(clients["otto"], route, ids.absent, "other")
    if route.startswith("PUT") and route.endswith("/names/{name}"):
        assert swapped.status_code in (404, 409, 422)
    else:
        assert swapped.status_code in (404, 422)
    assert told(swapped) == told(absent)


@pytest.mark.parametrize("route", BOUND)
@pytest.mark.parametrize(("who", "role"), [("vera", "viewer"), ("paul", "planner"), ("anna", "admin")])
def test_role_decides_before_anything_is_looked_up(clients, ids, who, role, route):
    absent = {**ids.absent, "user": "0" * 32}
    if route == f"POST {W}/networks" and can(role, "planner"):
        return
    answer = request(clients[who], route, absent)
    if can(role, NEEDS[route]):
        assert answer.status_code not in (401, 403, 500), answer.text
    else:
        assert answer.status_code == 403
        assert answer.json()["error"] == "Forbidden"


@pytest.mark.parametrize(
    "route", [r for r in BOUND if r.startswith("GET") and NEEDS[r] == "viewer" and not r.endswith("/events")]
)
def test_viewer_reads_what_there_is(clients, ids, route):
    answer = request(clients["vera"], route, ids.real)
    not_made_yet = route.endswith("/reports/{report}.html")
    assert answer.status_code == (404 if not_made_yet else 200), answer.text


def test_what_strangers_tried_left_no_trace_and_the_rest_still_stands(world, clients, ids):
    anna = clients["anna"]
    assert [n["digest"] for n in anna.get("/api/w/main/networks").json()].count(ids.digest) == 1
    assert [s["name"] for s in anna.get("/api/w/main/scenarios").json()] == ["one"]
    assert clients["otto"].get("/api/w/other/networks").json() == []
    assert clients["otto"].get("/api/w/other/jobs").json() == []
    log = clients["otto"].get("/api/w/other/audit").json()["rows"]
    assert not [row for row in log if row["target"] in ids.real.values()]


@pytest.mark.parametrize("role", ROLES)
def test_token_is_held_to_its_role_on_every_route(world, clients, ids, role):
    program = Program(world.app, world.token("anna", role=role))
    for route in BOUND:
        if route == f"POST {W}/networks":
            continue
        status = request(program, route, ids.absent).status_code
        in_person = "members" in route and not route.startswith("GET")
        if can(role, NEEDS[route]) and not in_person:
            assert status not in (401, 403), route
        else:
            assert status == 403, route


def test_ended_membership_ends_the_sight_at_once(world, clients, ids):
    vera, anna = clients["vera"], clients["anna"]
    url = f"/api/w/main/results/{ids.key}"
    tag = vera.get(url).headers["etag"]
    assert vera.get(url, headers={"If-None-Match": tag}).status_code == 304
    anna.ask("DELETE", f"/api/w/main/members/{world.ids['vera']}")
    assert vera.get(url, headers={"If-None-Match": tag}).status_code == 404
    anna.ask("PUT", "/api/w/main/members", json={"email": "vera@example.org", "role": "viewer"})
    assert vera.get(url).status_code == 200


# Without accounts


def test_without_accounts_the_local_user_is_admin_of_main(tmp_path):
    world = make_world(tmp_path, people=False, auth="none")
    browser = Client(world.app, site="http://127.0.0.1:8000", address="127.0.0.1")
    me = browser.get("/api/me").json()
    assert (me["auth"], me["user"]["id"], me["first_run"]) == ("none", "local", False)
    assert me["workspaces"] == [{"workspace": "main", "name": "Main", "role": "admin"}]
    assert browser.get("/api/w/main/members").json() == []
    assert browser.get("/api/w/other/networks").status_code == 404
    assert browser.post("/api/admin/users", {"email": "a@b", "name": "A"}).status_code == 400


@pytest.mark.parametrize("host", ["plan.example.org", "127.0.0.1.evil.example", "evil.example:8000", "10.0.0.1", ""])
def test_without_accounts_a_name_that_is_rebound_to_this_machine_opens_nothing(tmp_path, host):
    world = make_world(tmp_path, people=False, auth="none")
    browser = Client(world.app, site="http://127.0.0.1:8000", address="127.0.0.1")
    assert browser.get("/api/w/main/networks", headers={"Host": host}).status_code == 403


def test_without_accounts_another_site_changes_nothing(tmp_path):
    world = make_world(tmp_path, people=False, auth="none")
    browser = Client(world.app, site="http://127.0.0.1:8000", address="127.0.0.1")
    given = {"example": "mini"}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": None, "Sec-Fetch-Site": "cross-site"},
    ):
        assert browser.post("/api/w/main/networks", given, headers=headers).status_code == 403
    assert browser.post("/api/w/main/networks", given, headers={"Origin": None}).status_code == 201
