"""How much and how often: bodies, JSON, requests a second."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from people import Client, Program, make_world

from tierscape.errors import ParameterError
from tierscape.server.limits import _TOKEN, BODY, DEPTH, MIB, Buckets, check_json
from tierscape.server.refusals import BadRequest
from tierscape.server.settings import Settings, check_bind


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("limits"), upload_mib=2)


@pytest.fixture(scope="module")
def paul(world):
    return world.browser("paul")


JSON = {"Content-Type": "application/json"}


def test_body_above_one_mib_is_refused_by_its_announced_length(paul):
    answer = paul.ask("POST", "/api/login", content=b'"' + b"x" * BODY + b'"', headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"] == "TooLarge"
    assert answer.json()["findings"] == []
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def unannounced(total):
    for _ in range(total // 65_536):
        yield b"x" * 65_536


@pytest.mark.parametrize("url", ["/api/login", "/api/w/main/networks?filename=a.csv"])
def test_body_that_comes_in_pieces_is_cut_off_at_the_limit(paul, url):
    headers = JSON if "login" in url else {"Content-Type": "text/csv"}
    answer = paul.ask("POST", url, content=unannounced(4 * MIB), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"] == "TooLarge"


def test_upload_may_be_larger_than_other_bodies(paul):
    content = b"name,country\n" + b"x" * int(1.5 * MIB)
    answer = paul.ask(
        "POST", "/api/w/main/networks?filename=a.csv", content=content, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 422
    assert answer.json()["findings"]


def test_length_that_is_no_number_is_refused(world):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/login", "raw_path": b"/api/login", "query_string": b"", "scheme": "https",
        "headers": [(b"content-length", b"-1"), (b"host", b"plan.example.org")], "http_version": "1.1", "server": None,
        "client": None, "root_path": "",
    }  # fmt: skip
    asyncio.run(world.app(scope, receive, send))
    assert sent[0]["status"] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"email": "a", "email": "b"}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"{'a': 1}",
        b"{",
        b"password=x",
    ],
    ids=lambda body: repr(body[:14]),
)
def test_json_that_stores_or_readers_take_differently_is_refused(paul, body):
    answer = paul.ask("POST", "/api/login", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"] == "BadRequest"


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"{}", b'{"a": "\\\\u0000 [[[ \\" {{{"}', b'"' + b"[" * 500 + b'"', b"[" * DEPTH + b"]" * DEPTH],
)
def test_json_that_only_looks_odd_is_let_through(body):
    check_json(body)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@effort(max_examples=60)
@given(plain, st.booleans())
def test_every_plain_value_is_let_through(value, ascii_only):
    check_json(json.dumps(value, ensure_ascii=ascii_only).encode())


@effort(max_examples=100)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_words_or_read(body):
    try:
        check_json(body)
    except BadRequest:
        return
    assert not body.strip() or json.dumps(json.loads(body), allow_nan=False)


@pytest.mark.parametrize("body", [b'["' + b'\\"[' * 400_000 + b'"]', b'["' + b'\\"[' * 400_000])
def test_texts_full_of_quotes_are_walked_once(body):
    """Going back at each quote would take hours here, not a second."""
    with contextlib.suppress(BadRequest):
        check_json(body)
    assert len(_TOKEN.findall(body)) <= 3


def test_name_that_is_twice_among_many_is_found():
    body = "{" + "".join(f'"n{i}": 0, ' for i in range(100_000)) + '"last": 0, "last": 1}'
    with pytest.raises(BadRequest, match="names 'last' twice"):
        check_json(body.encode())


@pytest.mark.parametrize("url", ["/api/w/main/names/a%00b", "/api/w/main/networks?filter=%00", "/api/analyses/%00"])
def test_zero_character_in_an_address_is_refused(paul, url):
    assert paul.get(url).status_code == 400


@pytest.mark.parametrize(
    "ending", ["%c3%28", "%ff", "..%2f..%2fetc%2fpasswd", "a" * 4000, "%E2%80%AE", "CON", "%27%20OR%201=1"]
)
def test_odd_address_is_never_a_fault_of_the_server(paul, ending):
    for url in (
        f"/api/w/{ending}/networks",
        f"/api/w/main/networks/{ending}",
        f"/api/w/main/results/{ending}",
        f"/{ending}",
    ):
        assert paul.get(url).status_code < 500


# Requests a second


def test_bucket_lets_a_burst_through_then_one_at_the_rate():
    clock = [0.0]
    bucket = Buckets(2, 5, clock=lambda: clock[0])
    assert [bucket.take("a") for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]
    assert bucket.take("b") == 0
    clock[0] = 0.5
    assert [bucket.take("a"), bucket.take("a")] == [0, 0.5]
    clock[0] = 1000
    assert [bucket.take("a") == 0 for _ in range(6)] == [True] * 5 + [False]


def test_buckets_forget_the_least_recently_used(monkeypatch):
    monkeypatch.setattr("tierscape.server.limits.MOST_BUCKETS", 3)
    bucket = Buckets(0.001, 1)
    for key in "abcd":
        bucket.take(key)
    assert bucket.take("d") > 0
    assert bucket.take("a") == 0


def test_session_and_token_have_a_rate_of_their_own_and_guesses_share_one(tmp_path):
    world = make_world(tmp_path, rate_per_s=0.01, rate_burst=6)
    vera, paul = world.browser("vera"), world.browser("paul")
    token = Program(world.app, world.token("anna"))
    assert [vera.get("/api/me").status_code for _ in range(7)] == [200] * 6 + [429]
    assert vera.get("/api/me").headers["retry-after"].isdigit()
    assert paul.get("/api/me").status_code == 200
    assert [token.get("/api/w/main/networks").status_code for _ in range(7)] == [200] * 6 + [429]
    guesses = [Program(world.app, f"tierscape_{i}") for i in range(12)]
    assert [g.get("/api/w/main/networks").status_code for g in guesses][-1] == 429
    assert Client(world.app, address="192.0.2.1").get("/api/me").status_code == 200


# Where the server listens


def test_without_accounts_the_server_is_held_to_loopback():
    with pytest.raises(ParameterError, match=r"127\.0\.0\.1"):
        Settings.from_environment({}, host="0.0.0.0", auth="none")  # noqa: S104
    assert Settings.from_environment({}, host="::1", auth="none").host == "::1"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "plan.example.org"])  # noqa: S104
def test_public_address_without_accounts_is_refused_with_the_remedy(host):
    settings = Settings.from_environment({"TIERSCAPE_HOST": host})
    with pytest.raises(ParameterError, match="tierscape user add"):
        check_bind(settings, accounts=0)
    check_bind(settings, accounts=1)
    check_bind(Settings(host=host, set_up=True), accounts=0)
    check_bind(Settings(), accounts=0)


def test_variables_are_read_and_flags_go_before_them():
    environ = {"TIERSCAPE_PORT": "9000", "TIERSCAPE_PROXIES": "10.0.0.1, 10.0.0.2", "HOME": "/x"}
    settings = Settings.from_environment(environ, port=9100, host=None)
    assert (settings.port, settings.proxies, settings.host) == (9100, ("10.0.0.1", "10.0.0.2"), "127.0.0.1")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TIERSCAPE_PROT", "1", "TIERSCAPE_PORT"), ("TIERSCAPE_PORT", "70000", "TIERSCAPE_PORT"), ("TIERSCAPE_AUTH", "ldap", "AUTH"),
        ("TIERSCAPE_PUBLIC_URL", "http://plan.example.org", "https"), ("TIERSCAPE_PUBLIC_URL", "javascript:1", "scheme"),
        ("TIERSCAPE_OIDC_ISSUER", "http://id.example.org", "https"), ("TIERSCAPE_AUTH", "oidc", "oidc_issuer"),
    ],
)  # fmt: skip
def test_setting_that_is_unknown_or_out_of_range_is_refused_by_name(variable, value, said):
    with pytest.raises(ParameterError, match=said):
        Settings.from_environment({variable: value})


def test_secret_comes_from_a_file_that_only_its_owner_reads_and_is_never_shown(tmp_path):
    file = tmp_path / "secret"
    file.write_text("hush hush\n")
    file.chmod(0o644)
    with pytest.raises(ParameterError, match="chmod 600"):
        Settings.from_environment({"TIERSCAPE_OIDC_SECRET_FILE": str(file)})
    file.chmod(0o600)
    settings = Settings.from_environment(
        {"TIERSCAPE_OIDC_SECRET_FILE": str(file), "TIERSCAPE_STORE": "postgresql://u:pa55word@h/d"}
    )
    assert settings.oidc_secret.get_secret_value() == "hush hush"
    assert not [
        line for line in [*settings.lines(), repr(settings.oidc_secret)] if "hush" in line or "pa55word" in line
    ]
