"""Sign-in by OpenID against a provider that this test runs, honest and otherwise."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from openid_provider import CLIENT, Provider
from people import PASSWORD, SITE, Client, make_world
from sqlalchemy import select

from tierscape.server.store.account_tables import OpenSignIn, User
from tierscape.server.store.engine import reading


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running):
    running.claims, running.lie, running.about = {}, "", {}
    running.person = {"sub": "s-1", "email": "olga@example.org", "email_verified": True, "name": "Olga"}
    del running.keys[1:]
    return running


@pytest.fixture
def world(tmp_path, provider):
    return make_world(tmp_path, oidc_issuer=provider.issuer, oidc_client=CLIENT, oidc_admin="boss@example.org")


def start(browser):
    answer = browser.get("/api/oidc/start")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def finish(browser, provider, **change):
    given = {**provider.authorize(start(browser)), **change}
    query = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
    return browser.get(f"/api/oidc/callback?{query}")


def who(browser):
    user = browser.get("/api/me").json()["user"]
    return user and user["email"]


def test_person_of_the_provider_gets_in_and_sees_nothing_until_given_a_role(world, provider):
    browser = Client(world.app)
    answer = finish(browser, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = browser.get("/api/me").json()
    assert (me["user"]["email"], me["user"]["administrator"], me["workspaces"], me["oidc"]) == (
        "olga@example.org",
        False,
        [],
        True,
    )
    assert browser.get("/api/w/main/networks").status_code == 404
    world.browser("anna").ask("PUT", "/api/w/main/members", json={"email": "olga@example.org", "role": "viewer"})
    assert browser.get("/api/w/main/networks").status_code == 200


def test_request_carries_challenge_state_and_nonce_that_are_new_each_time_and_no_secret(world):
    one, two = (parse_qs(urlsplit(start(Client(world.app))).query) for _ in range(2))
    assert one["redirect_uri"] == [f"{SITE}/api/oidc/callback"]
    assert one["scope"] == ["openid email profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert one[name] != two[name]
        assert len(one[name][0]) >= 43
    with reading(world.engine) as session:
        row = session.scalars(select(OpenSignIn)).first()
    assert row.state not in (one["state"][0], two["state"][0])
    assert "code_verifier" not in one


def test_same_subject_is_the_same_account_whatever_its_email_today(world, provider):
    finish(Client(world.app), provider)
    provider.person["email"] = "olga.new@example.org"
    browser = Client(world.app)
    finish(browser, provider)
    assert who(browser) == "olga@example.org"


def test_verified_email_finds_the_account_that_was_made_for_it_and_an_unverified_one_does_not(world, provider):
    provider.person.update(sub="v", email="vera@example.org", email_verified=False)
    stranger = Client(world.app)
    finish(stranger, provider)
    assert who(stranger).endswith("@unverified.invalid")
    assert stranger.get("/api/w/main/networks").status_code == 404
    provider.person.update(sub="w", email_verified=True)
    browser = Client(world.app)
    finish(browser, provider)
    assert who(browser) == "vera@example.org"
    provider.person.update(sub="x")
    assert finish(Client(world.app), provider).status_code == 403


def test_one_whom_the_settings_name_becomes_administrator(world, provider):
    provider.person.update(sub="b", email="boss@example.org")
    browser = Client(world.app)
    finish(browser, provider)
    assert browser.get("/api/me").json()["user"]["administrator"] is True
    assert browser.get("/api/w/main/members").status_code == 200


def test_disabled_account_does_not_get_in(world, provider):
    finish(Client(world.app), provider)
    with reading(world.engine) as session:
        olga = session.scalar(select(User.user).where(User.email == "olga@example.org"))
    world.browser("ada").ask("PATCH", f"/api/admin/users/{olga}", json={"disabled": True})
    assert finish(Client(world.app), provider).status_code == 403


NOW = int(time.time())
LIES = {
    "another issuer": {"iss": "https://evil.example"}, "another audience": {"aud": "another-client"},
    "no audience": {"aud": None}, "over": {"exp": NOW - 3600, "iat": NOW - 7200}, "no end": {"exp": None},
    "of the future": {"iat": NOW + 36_000, "exp": NOW + 72_000}, "another nonce": {"nonce": "0" * 43}, "no nonce": {"nonce": None},
    "no subject": {"sub": None}, "another party": {"azp": "another-client"},
    "two audiences and no party": {"aud": [CLIENT, "another-client"]}, "not yet": {"nbf": NOW + 36_000},
    "never ends": {"exp": "never"},
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_token_that_says_other_things_than_was_asked_is_refused(world, provider, lie):
    provider.claims = LIES[lie]
    browser = Client(world.app)
    answer = finish(browser, provider)
    assert answer.status_code == 403, lie
    assert who(browser) is None
    assert "evil" not in answer.text


@pytest.mark.parametrize("lie", ["none", "hmac", "stranger"])
def test_token_that_is_not_signed_by_a_key_of_the_provider_is_refused(world, provider, lie):
    provider.lie = lie
    browser = Client(world.app)
    assert finish(browser, provider).status_code == 403
    assert who(browser) is None


def test_two_audiences_with_the_right_party_are_taken(world, provider):
    provider.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert finish(Client(world.app), provider).status_code == 303


@pytest.mark.parametrize(
    "change", [{"state": "0" * 43}, {"state": ""}, {"iss": "https://evil.example"}, {"code": "guess"}, {"code": ""}]
)
def test_answer_that_does_not_fit_the_question_is_refused(world, provider, change):
    browser = Client(world.app)
    assert finish(browser, provider, **change).status_code == 403
    assert who(browser) is None


def test_answer_is_taken_once_and_only_from_the_browser_that_asked(world, provider):
    victim, attacker = Client(world.app), Client(world.app)
    brought = provider.authorize(start(attacker))
    url = "/api/oidc/callback?" + "&".join(f"{name}={value}" for name, value in brought.items())
    start(victim)
    assert victim.get(url).status_code == 403
    assert attacker.get(url).status_code == 303
    assert attacker.get(url).status_code == 403


def test_question_ends_after_ten_minutes(world, provider):
    from sqlalchemy import update

    from tierscape.server.store.engine import writing
    from tierscape.server.store.tables import now

    browser = Client(world.app)
    brought = provider.authorize(start(browser))
    with writing(world.engine) as session:
        session.execute(update(OpenSignIn).values(expires=now()))
    assert browser.get(f"/api/oidc/callback?code={brought['code']}&state={brought['state']}").status_code == 403


def test_cookie_of_the_question_is_short_lived_and_out_of_reach_of_scripts(world):
    cookie = Client(world.app).get("/api/oidc/start").headers["set-cookie"].lower()
    assert cookie.startswith("__host-tierscape-openid=")
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=600"} <= {
        part.strip() for part in cookie.split(";")
    }


def test_session_is_new_after_the_sign_in(world, provider):
    browser = Client(world.app)
    browser.http.cookies.set("__Host-tierscape", "planted", domain="plan.example.org", path="/")
    finish(browser, provider)
    assert browser.http.cookies.get("__Host-tierscape", domain="plan.example.org") != "planted"
    thief = Client(world.app)
    thief.http.cookies.set("__Host-tierscape", "planted")
    assert who(thief) is None


def test_new_key_of_the_provider_is_fetched_when_it_is_first_met(world, provider, monkeypatch):
    monkeypatch.setattr("tierscape.server.oidc.AGAIN_S", 0)
    assert finish(Client(world.app), provider).status_code == 303
    provider.keys.append(RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"}))
    before = provider.asked.count("/keys")
    assert finish(Client(world.app), provider).status_code == 303
    assert provider.asked.count("/keys") == before + 1


@pytest.mark.parametrize(
    "about",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://10.0.0.1/token"}, {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:1"}],
)  # fmt: skip
def test_provider_that_describes_itself_otherwise_is_not_used(world, provider, about):
    provider.about = about
    answer = Client(world.app).get("/api/oidc/start")
    assert answer.status_code == 503
    assert answer.headers["retry-after"].isdigit()


def test_without_a_provider_the_ways_in_are_not_there(tmp_path):
    world = make_world(tmp_path)
    assert Client(world.app).get("/api/oidc/start").status_code == 404
    assert Client(world.app).get("/api/oidc/callback?code=x&state=y").status_code == 404
    assert Client(world.app).get("/api/me").json()["oidc"] is False


def test_where_the_provider_alone_signs_in_passwords_and_the_first_run_are_off(tmp_path, provider):
    world = make_world(tmp_path, auth="oidc", oidc_issuer=provider.issuer, oidc_client=CLIENT)
    assert Client(world.app).sign_in("vera@example.org").status_code == 403
    given = {"name": "Eve", "email": "eve@example.org", "password": PASSWORD}
    local = Client(world.app, site="http://localhost:8000", address="127.0.0.1")
    assert local.post("/api/first-run", given).status_code == 409
    assert Client(world.app).post("/api/password", {"invitation": "any", "password": PASSWORD}).status_code == 403


def test_provider_that_is_away_is_said_and_nothing_breaks(tmp_path):
    world = make_world(tmp_path, oidc_issuer="http://127.0.0.1:9", oidc_client=CLIENT)
    answer = Client(world.app).get("/api/oidc/start")
    assert answer.status_code == 503
    assert answer.json()["error"] == "Unavailable"
