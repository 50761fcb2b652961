"""What goes with every answer, and what the log says of it."""

from __future__ import annotations

import json
import logging

import pytest
from people import PASSWORD, Client, make_world

from tierscape.server.headers import POLICY


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = make_world(tmp_path_factory.mktemp("headers"))

    @made.app.post("/api/a-fault")
    def fault() -> None:
        raise RuntimeError("secret of the house")

    return made


ANSWERS = {
    "page": ("GET", "/", 200), "health": ("GET", "/healthz", 200), "data": ("GET", "/api/me", 200), "absent": ("GET", "/api/nothing", 404),
    "closed": ("GET", "/api/w/main/networks", 401), "method": ("PUT", "/api/me", 405), "large": ("POST", "/api/login", 413),
    "broken": ("POST", "/api/first-run", 400), "fault": ("POST", "/api/a-fault", 500),
}  # fmt: skip


def ask(world, kind, **how):
    method, url, status = ANSWERS[kind]
    content = {"large": b"x" * (1 << 21), "broken": b"{"}.get(kind, b"" if method == "GET" else b"{}")
    answer = Client(world.app).ask(method, url, content=content, headers={"Content-Type": "application/json"}, **how)
    assert answer.status_code in (status, 405 if kind == "method" else status), answer.text
    return answer


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_carries_the_headers_whoever_made_it(world, kind):
    headers = ask(world, kind).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert len(headers["x-request-id"]) == 16
    assert "server" not in headers


def test_policy_is_the_one_of_the_method_page_and_allows_no_foreign_or_inline_script():
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules == {
        "default-src": "'none'", "script-src": "'self'", "worker-src": "'self' blob:", "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:", "connect-src": "'self'", "font-src": "'self' data:", "object-src": "'none'",
        "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'",
    }  # fmt: skip


def test_strict_transport_is_not_promised_over_plain_http(world):
    answer = Client(world.app, site="http://localhost:8000", address="127.0.0.1").get("/healthz")
    assert "strict-transport-security" not in answer.headers


def test_answers_of_the_api_stay_out_of_shared_caches(world):
    assert ask(world, "data").headers["cache-control"] == "no-store"
    assert {"cookie", "authorization"} <= {v.strip().lower() for v in ask(world, "data").headers["vary"].split(",")}


def test_fault_says_its_id_and_nothing_of_its_cause(world, caplog):
    with caplog.at_level(logging.ERROR):
        answer = ask(world, "fault")
    body = answer.json()
    assert set(body) == {"error", "message", "findings", "id"}
    assert body["id"] == answer.headers["x-request-id"]
    assert "secret of the house" not in answer.text
    assert "Traceback" not in answer.text
    assert body["id"] in caplog.text


def test_id_of_a_request_cannot_be_chosen_from_outside(world):
    answer = Client(world.app).get("/healthz", headers={"X-Request-Id": "chosen\tby me"})
    assert "chosen" not in answer.headers["x-request-id"]


def test_log_names_route_status_and_person_but_no_value(world, caplog):
    with caplog.at_level(logging.INFO, logger="tierscape.access"):
        vera = world.browser("vera")
        vera.get("/api/w/main/networks/secret-plant?filter=hidden-price")
        Client(world.app).sign_in("vera@example.org", "a wrong password")
    text = "\n".join(record.message for record in caplog.records if record.name == "tierscape.access")
    lines = [json.loads(line) for line in text.splitlines()]
    seen = next(line for line in lines if line["route"] == "/api/w/{workspace}/networks/{digest}")
    assert (seen["method"], seen["status"], seen["user"]) == ("GET", 404, world.ids["vera"])
    secrets = (
        "secret-plant",
        "hidden-price",
        PASSWORD,
        "wrong password",
        "vera@",
        vera.http.cookies["__Host-tierscape"],
    )
    assert not [secret for secret in secrets if secret in text]
