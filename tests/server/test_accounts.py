"""Accounts over HTTP: the first run, passwords, lock-out, sessions, tokens, invitations, administrators."""

from __future__ import annotations

import datetime as dt
import statistics
import time

import pytest
from people import PASSWORD, SITE, Client, Program, make_world
from sqlalchemy import select, table, text, update

from tierscape.errors import ParameterError
from tierscape.server.passwords import Passwords, check_new
from tierscape.server.settings import Settings
from tierscape.server.store.account_tables import Failure, Invitation, SignedIn, Token, User
from tierscape.server.store.engine import reading, writing
from tierscape.server.store.tables import now

FIRST = {"name": "Ada", "email": "Ada@Example.org", "password": PASSWORD}


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path)


@pytest.fixture
def empty(tmp_path):
    return make_world(tmp_path, people=False, set_up_token="a token of the set-up")  # noqa: S106


def local(app, **how):
    return Client(app, site="http://localhost:8000", address="127.0.0.1", **how)


# The first run


def test_first_run_on_this_machine_needs_no_token_and_makes_an_administrator(empty):
    browser = local(empty.app)
    assert browser.get("/api/me").json()["first_run"] is True
    answer = browser.post("/api/first-run", FIRST)
    assert answer.status_code == 201
    me = browser.get("/api/me").json()
    assert me["user"]["email"] == "ada@example.org"
    assert me["user"]["administrator"] is True
    assert me["workspaces"] == [{"workspace": "main", "name": "Main", "role": "admin"}]
    assert me["first_run"] is False


@pytest.mark.parametrize("token", ["", "a guess", "a token of the set-uq"])
def test_first_run_from_elsewhere_needs_the_token_that_was_printed(empty, token):
    assert Client(empty.app).post("/api/first-run", {**FIRST, "token": token}).status_code == 403
    assert Client(empty.app).post("/api/first-run", {**FIRST, "token": "a token of the set-up"}).status_code == 201


def test_first_run_past_a_proxy_on_this_machine_counts_as_from_elsewhere(empty):
    answer = local(empty.app).post("/api/first-run", FIRST, headers={"X-Forwarded-For": "198.51.100.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("said", [{"public_url": "https://plan.example.org"}, {"proxies": ("127.0.0.1",)}])
def test_first_run_of_a_server_behind_a_proxy_needs_the_token_wherever_it_seems_to_come_from(tmp_path, said):
    assert local(make_world(tmp_path, **said).app).post("/api/first-run", FIRST).status_code == 403


def test_first_run_happens_once(empty):
    assert local(empty.app).post("/api/first-run", FIRST).status_code == 201
    again = local(empty.app).post("/api/first-run", {**FIRST, "email": "eve@example.org"})
    assert again.status_code == 409
    assert again.json()["error"] == "Conflict"


# Passwords


def test_password_is_stored_as_argon2id_and_hashed_anew_when_parameters_change(tmp_path):
    world = make_world(tmp_path)
    with reading(world.engine) as session:
        before = session.scalar(select(User.password).where(User.email == "vera@example.org"))
    assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    later = make_world(tmp_path, people=False, argon2_memory_kib=16)
    assert later.browser("vera").get("/api/me").json()["user"]["name"] == "Vera"
    with reading(world.engine) as session:
        after = session.scalar(select(User.password).where(User.email == "vera@example.org"))
    assert after.startswith("$argon2id$v=19$m=16,t=1,p=1$")


def test_password_parameters_that_ship_are_those_of_the_library():
    shipped = Passwords(Settings()).hash(PASSWORD)
    assert shipped.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "123456789012345", "ada@example.org", "tierscape-ada", "x" * 257],
)
def test_weak_password_is_refused_without_repeating_it(password):
    with pytest.raises(ParameterError) as caught:
        check_new(password, "Ada", "ada@example.org")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "åäö ñandú 漢字漢 π", "7hx!Qm2#pL9z"])
def test_password_may_have_any_characters_and_spaces(password):
    check_new(password, "Ada", "ada@example.org")
    cheap = Passwords(Settings(argon2_time=1, argon2_memory_kib=8, argon2_lanes=1))
    assert cheap.matches(password, cheap.hash(password))
    assert not cheap.matches(password + " ", cheap.hash(password))


def test_password_of_256_characters_counts_to_its_last_one():
    cheap = Passwords(Settings(argon2_time=1, argon2_memory_kib=8, argon2_lanes=1))
    long = "correct horse battery " * 11 + "staple of hay."
    assert len(long) == 256
    check_new(long, "Ada", "ada@example.org")
    assert not cheap.matches(long[:-1], cheap.hash(long))


def test_password_is_the_same_however_a_keyboard_composes_it():
    cheap = Passwords(Settings(argon2_time=1, argon2_memory_kib=8, argon2_lanes=1))
    assert cheap.matches("cafe\u0301 by the sea", cheap.hash("caf\u00e9 by the sea"))


def test_unknown_account_and_wrong_password_get_one_answer(world):
    browser = Client(world.app)
    wrong = browser.sign_in("vera@example.org", "not her password")
    unknown = browser.sign_in("nobody@example.org", "not her password")
    assert wrong.status_code == unknown.status_code == 401
    assert {**wrong.json(), "id": ""} == {**unknown.json(), "id": ""}
    assert wrong.headers.keys() == unknown.headers.keys()


def test_unknown_account_costs_the_same_work():
    hasher = Passwords(Settings(argon2_time=1, argon2_memory_kib=4096, argon2_lanes=1))
    stored = hasher.hash(PASSWORD)
    hasher.matches("warm", None)

    def cpu(hashed):
        costs = []
        for _ in range(9):
            start = time.process_time()
            hasher.matches("wrong password", hashed)
            costs.append(time.process_time() - start)
        return statistics.median(costs)

    assert 0.3 < cpu(None) / cpu(stored) < 3


def test_account_without_a_password_cannot_be_entered_by_one(world):
    with writing(world.engine) as session:
        session.execute(update(User).where(User.email == "vera@example.org").values(password=None))
    assert [Client(world.app).sign_in("vera@example.org", p).status_code for p in ("", PASSWORD, "None")] == [401] * 3


def test_disabled_account_cannot_be_entered(world):
    with writing(world.engine) as session:
        session.execute(update(User).where(User.email == "vera@example.org").values(disabled=True))
    assert Client(world.app).sign_in("vera@example.org").status_code == 401


# Lock-out


def fail(world, email, times, address="203.0.113.7"):
    browser = Client(world.app, address=address)
    return [browser.sign_in(email, "a wrong password").status_code for _ in range(times)]


def test_account_is_locked_after_ten_failures_even_for_the_right_password(world):
    statuses = [fail(world, "vera@example.org", 1, f"198.51.100.{i}")[0] for i in range(11)]
    assert statuses == [401] * 10 + [429]
    locked = Client(world.app, address="192.0.2.1").sign_in("vera@example.org")
    assert locked.status_code == 429
    assert 800 < int(locked.headers["Retry-After"]) <= 901
    assert Client(world.app, address="192.0.2.1").sign_in("paul@example.org").status_code == 200


def test_address_is_locked_after_ten_failures_over_many_accounts(world):
    browser = Client(world.app)
    statuses = [browser.sign_in(f"guess{i}@example.org", "x").status_code for i in range(11)]
    assert statuses == [401] * 10 + [429]
    assert browser.sign_in("vera@example.org").status_code == 429
    assert Client(world.app, address="192.0.2.1").sign_in("vera@example.org").status_code == 200


def test_account_that_is_not_there_is_locked_like_one_that_is(world):
    known = [fail(world, "vera@example.org", 1, f"198.51.100.{i}")[0] for i in range(11)]
    unknown = [fail(world, "nobody@example.org", 1, f"192.0.2.{i}")[0] for i in range(11)]
    assert known == unknown


def test_lock_ends_after_fifteen_minutes(world):
    [fail(world, "vera@example.org", 1, f"198.51.100.{i}") for i in range(10)]
    with writing(world.engine) as session:
        past = now() - dt.timedelta(seconds=1)
        session.execute(update(Failure).values(until=past, last=now() - dt.timedelta(minutes=15, seconds=1)))
    assert Client(world.app, address="192.0.2.1").sign_in("vera@example.org").status_code == 200
    assert fail(world, "vera@example.org", 1) == [401]


def test_sign_in_forgives_the_account_but_not_the_address(world):
    assert fail(world, "paul@example.org", 9) == [401] * 9
    assert Client(world.app).sign_in("vera@example.org").status_code == 200
    assert fail(world, "nobody@example.org", 2) == [401, 429]


def test_failures_are_kept_by_hash_alone(world):
    fail(world, "vera@example.org", 1)
    with reading(world.engine) as session:
        keys = list(session.scalars(select(Failure.key)))
    assert len(keys) == 2
    assert all(len(key) == 64 and "vera" not in key and "203.0" not in key for key in keys)


def test_sign_ins_are_limited_to_some_a_minute(tmp_path):
    world = make_world(tmp_path, logins_per_minute=5)
    browser = Client(world.app)
    statuses = [browser.sign_in("vera@example.org").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


# Sessions


def set_cookie(answer):
    return {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}


def test_cookie_over_https_is_bound_to_the_host_and_out_of_reach_of_scripts(world):
    answer = Client(world.app).sign_in("vera@example.org")
    assert answer.headers["set-cookie"].startswith("__Host-tierscape=")
    assert set_cookie(answer) == {"path=/", "httponly", "samesite=lax", "secure"}


def test_cookie_on_this_machine_without_https_has_another_name(world):
    answer = local(world.app).sign_in("vera@example.org")
    assert answer.headers["set-cookie"].startswith("tierscape=")
    assert set_cookie(answer) == {"path=/", "httponly", "samesite=lax"}


def test_nobody_signs_in_over_plain_http_from_elsewhere(world):
    answer = Client(world.app, site="http://plan.example.org").sign_in("vera@example.org")
    assert answer.status_code == 403
    assert "TIERSCAPE_PUBLIC_URL" in answer.json()["message"]
    assert "set-cookie" not in answer.headers


def test_session_secret_is_stored_as_hash_and_is_new_at_each_sign_in(world):
    browser = Client(world.app)
    browser.sign_in("vera@example.org")
    first = browser.http.cookies["__Host-tierscape"]
    browser.sign_in("vera@example.org")
    second = browser.http.cookies["__Host-tierscape"]
    assert first != second
    assert len(first) >= 43
    with reading(world.engine) as session:
        assert not {first, second} & set(session.scalars(select(SignedIn.session)))
    thief = Client(world.app)
    thief.http.cookies.set("__Host-tierscape", first)
    assert thief.get("/api/me").json()["user"] is None


def test_session_that_was_planted_before_sign_in_is_not_taken_over(world):
    victim = Client(world.app)
    victim.http.cookies.set("__Host-tierscape", "planted", domain="plan.example.org", path="/")
    victim.sign_in("vera@example.org")
    attacker = Client(world.app)
    attacker.http.cookies.set("__Host-tierscape", "planted")
    assert attacker.get("/api/me").json()["user"] is None


@pytest.mark.parametrize(
    ("column", "age"), [("seen", dt.timedelta(hours=8, minutes=1)), ("created", dt.timedelta(days=8))]
)
def test_session_ends_when_idle_and_in_any_case_after_days(world, column, age):
    browser = world.browser("vera")
    with writing(world.engine) as session:
        session.execute(update(SignedIn).values({column: now() - age}))
    assert browser.get("/api/me").json()["user"] is None
    assert browser.get("/api/w/main/networks").status_code == 401


def test_use_keeps_a_session_alive(world):
    browser = world.browser("vera")
    with writing(world.engine) as session:
        session.execute(update(SignedIn).values(seen=now() - dt.timedelta(hours=7)))
    browser.get("/api/me")
    with reading(world.engine) as session:
        assert now() - session.scalar(select(SignedIn.seen)) < dt.timedelta(minutes=1)


def test_logout_ends_the_session_on_the_server(world):
    browser = world.browser("vera")
    secret = browser.http.cookies["__Host-tierscape"]
    assert browser.post("/api/logout").status_code == 204
    thief = Client(world.app)
    thief.http.cookies.set("__Host-tierscape", secret)
    assert thief.get("/api/me").json()["user"] is None


def test_logout_everywhere_ends_all_of_ones_sessions_and_nobody_elses(world):
    one, two, other = world.browser("vera"), world.browser("vera"), world.browser("paul")
    one.post("/api/logout?everywhere=true")
    assert two.get("/api/me").json()["user"] is None
    assert other.get("/api/me").json()["user"]["name"] == "Paul"


def test_person_sees_and_ends_sessions_of_ones_own_alone(world):
    one, two, other = world.browser("vera"), world.browser("vera"), world.browser("paul")
    listed = one.get("/api/sessions").json()
    assert [s["current"] for s in listed].count(True) == 1
    (far,) = [s["session"] for s in listed if not s["current"]]
    assert other.ask("DELETE", f"/api/sessions/{far}").status_code == 404
    assert one.ask("DELETE", f"/api/sessions/{far}").status_code == 204
    assert two.get("/api/me").json()["user"] is None


# Requests on behalf of another site


def attempt(browser, **headers):
    return browser.ask("POST", "/api/logout", headers=headers).status_code


def test_change_by_a_session_needs_token_and_origin(world):
    browser = world.browser("vera")
    refused = [
        attempt(browser, **{"X-CSRF": None}),
        attempt(browser, **{"X-CSRF": "0" * 64}),
        attempt(browser, **{"X-CSRF": world.browser("vera").csrf}),
        attempt(browser, Origin=None),
        attempt(browser, Origin="https://evil.example"),
        attempt(browser, Origin="null"),
        attempt(browser, Origin="http://plan.example.org"),
        attempt(browser, Origin=f"{SITE}.evil.example"),
        attempt(browser, Origin=f"{SITE}:8443"),
    ]
    assert refused == [403] * 9
    assert attempt(browser) == 204


def test_sign_in_on_behalf_of_another_site_is_refused(world):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": None, "Sec-Fetch-Site": "cross-site"}):
        answer = Client(world.app).post(
            "/api/login", {"email": "vera@example.org", "password": PASSWORD}, headers=headers
        )
        assert answer.status_code == 403


def test_no_answer_allows_another_site_to_read_it(world):
    answer = world.browser("vera").get("/api/me", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


# Tokens


def test_token_is_shown_once_stored_as_hash_and_opens_one_workspace(world):
    secret = world.token("anna", role="planner")
    program = Program(world.app, secret)
    assert program.get("/api/w/main/networks").status_code == 200
    assert program.get("/api/w/other/networks").status_code == 404
    with reading(world.engine) as session:
        assert session.scalar(select(Token.hash)) not in (secret, secret.removeprefix("tierscape_"))
    assert secret not in world.browser("anna").get("/api/tokens").text


def test_token_needs_neither_origin_nor_csrf(world):
    made = Program(world.app, world.token("anna", role="planner")).post("/api/w/main/networks", {"example": "mini"})
    assert made.status_code == 201


def test_token_does_no_more_than_its_role_nor_than_its_owner_today(world):
    reads = Program(world.app, world.token("anna", role="viewer"))
    assert reads.post("/api/w/main/networks", {"example": "mini"}).status_code == 403
    plans = Program(world.app, world.token("paul", role="planner"))
    world.browser("anna").ask("PUT", "/api/w/main/members", json={"email": "paul@example.org", "role": "viewer"})
    assert plans.post("/api/w/main/networks", {"example": "mini"}).status_code == 403
    world.browser("anna").ask("DELETE", f"/api/w/main/members/{world.ids['paul']}")
    assert plans.get("/api/w/main/networks").status_code == 401


def test_token_cannot_be_made_for_more_than_ones_role_or_elsewhere(world):
    paul = world.browser("paul")
    assert paul.post("/api/tokens", {"name": "x", "workspace": "main", "role": "admin"}).status_code == 403
    assert paul.post("/api/tokens", {"name": "x", "workspace": "other", "role": "viewer"}).status_code == 404
    assert paul.post("/api/tokens", {"name": "x", "workspace": "absent", "role": "viewer"}).status_code == 404


def test_token_expires_at_the_latest_after_what_the_settings_allow(world):
    secret = world.token("vera", days=5000)
    with reading(world.engine) as session:
        left = session.scalar(select(Token.expires)) - now()
    assert dt.timedelta(days=89) < left <= dt.timedelta(days=90)
    with writing(world.engine) as session:
        session.execute(update(Token).values(expires=now() - dt.timedelta(seconds=1)))
    assert Program(world.app, secret).get("/api/w/main/networks").status_code == 401


def test_token_makes_no_tokens_no_members_and_no_accounts(world):
    program = Program(world.app, world.token("anna", role="admin"))
    assert program.post("/api/tokens", {"name": "x", "workspace": "main"}).status_code == 403
    assert (
        program.ask("PUT", "/api/w/main/members", json={"email": "otto@example.org", "role": "admin"}).status_code
        == 403
    )
    assert Program(world.app, world.token("anna", role="admin")).get("/api/admin/users").status_code == 403
    assert program.get("/api/sessions").status_code == 403
    assert program.get("/api/tokens").json() == []


def test_token_ends_when_its_owner_ends_it(world):
    secret = world.token("vera")
    vera = world.browser("vera")
    (listed,) = vera.get("/api/tokens").json()
    assert world.browser("paul").ask("DELETE", f"/api/tokens/{listed['token']}").status_code == 404
    assert vera.ask("DELETE", f"/api/tokens/{listed['token']}").status_code == 204
    assert Program(world.app, secret).get("/api/me").status_code == 401


@pytest.mark.parametrize(
    "token", ["", "x", "tierscape_", "tierscape_" + "A" * 43, "é" * 10, "a b", "'; DROP TABLE users; --"]
)
def test_token_that_is_none_opens_nothing(world, token):
    program = Program(world.app, token)
    assert program.get("/api/w/main/networks").status_code == 401


def test_token_in_the_address_is_no_token(world):
    secret = world.token("vera")
    assert Client(world.app).get(f"/api/w/main/networks?token={secret}&access_token={secret}").status_code == 401


# Invitations and one's own password


def test_invitation_sets_the_password_once(world):
    made = world.browser("ada").post("/api/admin/users", {"email": "new@example.org", "name": "New"})
    assert made.status_code == 201
    given = {"invitation": made.json()["invitation"], "password": "a password of my own"}
    browser = Client(world.app)
    assert browser.post("/api/password", {**given, "password": "short"}).status_code == 422
    assert browser.post("/api/password", given).json()["user"]["email"] == "new@example.org"
    assert Client(world.app).post("/api/password", given).status_code == 401
    assert Client(world.app).sign_in("new@example.org", "a password of my own").status_code == 200


def test_invitation_ends_after_seven_days_and_with_the_next_one(world):
    ada = world.browser("ada")
    old = ada.post(f"/api/admin/users/{world.ids['vera']}/invitation").json()["invitation"]
    new = ada.post(f"/api/admin/users/{world.ids['vera']}/invitation").json()["invitation"]
    given = {"password": "a password of my own"}
    assert Client(world.app).post("/api/password", {**given, "invitation": old}).status_code == 401
    with writing(world.engine) as session:
        session.execute(update(Invitation).values(expires=now() - dt.timedelta(seconds=1)))
    assert Client(world.app).post("/api/password", {**given, "invitation": new}).status_code == 401
    assert Client(world.app).sign_in("vera@example.org").status_code == 200


def test_change_of_password_needs_the_present_one_and_ends_other_sessions(world):
    here, there = world.browser("vera"), world.browser("vera")
    given = {"password": "a password of my own"}
    assert here.post("/api/password", {**given, "current": "a wrong one"}).status_code == 401
    answer = here.post("/api/password", {**given, "current": PASSWORD})
    assert answer.status_code == 200
    assert here.get("/api/me").json()["user"]["name"] == "Vera"
    assert there.get("/api/me").json()["user"] is None
    assert Client(world.app).sign_in("vera@example.org").status_code == 401
    assert Client(world.app).post("/api/password", given).status_code == 401


# Administrators


def test_only_administrators_reach_accounts(world):
    for who in ("vera", "paul", "anna", "otto"):
        assert world.browser(who).get("/api/admin/users").status_code == 403
    assert Client(world.app).get("/api/admin/users").status_code == 401
    listed = world.browser("ada").get("/api/admin/users").json()
    assert {u["email"] for u in listed} == {f"{who}@example.org" for who in ("ada", "vera", "paul", "anna", "otto")}
    assert "argon2" not in world.browser("ada").get("/api/admin/users").text


def test_administrator_sees_no_workspace_without_being_a_member(world):
    ada = world.browser("ada")
    assert ada.get("/api/me").json()["workspaces"] == []
    assert ada.get("/api/w/main/networks").status_code == 404


def test_disabled_person_is_out_at_once_with_sessions_and_tokens(world):
    browser, program = world.browser("vera"), Program(world.app, world.token("vera"))
    url = f"/api/admin/users/{world.ids['vera']}"
    assert world.browser("ada").ask("PATCH", url, json={"disabled": True}).json()["disabled"] is True
    assert browser.get("/api/w/main/networks").status_code == 401
    assert program.get("/api/w/main/networks").status_code == 401


def test_deleted_account_leaves_the_log_with_a_pseudonym(world):
    world.browser("vera")
    ada = world.browser("ada")
    assert ada.ask("DELETE", f"/api/admin/users/{world.ids['vera']}").status_code == 204
    log = ada.get("/api/admin/audit").json()["rows"]
    hers = [row for row in log if row["user"] == world.ids["vera"]]
    assert hers
    assert {row["name"] for row in hers} == {None}
    assert "vera" not in ada.get("/api/admin/audit").text.lower()
    assert ada.get("/api/admin/audit/check").json()["whole"] is True


def test_last_administrator_and_last_admin_of_a_workspace_stay(world):
    ada, anna, otto = world.browser("ada"), world.browser("anna"), world.browser("otto")
    url = f"/api/admin/users/{world.ids['ada']}"
    assert ada.ask("DELETE", url).status_code == 409
    assert ada.ask("PATCH", url, json={"administrator": False}).status_code == 409
    assert ada.ask("PATCH", url, json={"disabled": True}).status_code == 409
    assert otto.ask("DELETE", f"/api/w/other/members/{world.ids['otto']}").status_code == 409
    assert (
        anna.ask("PUT", "/api/w/main/members", json={"email": "anna@example.org", "role": "viewer"}).status_code == 409
    )
    assert ada.ask("DELETE", f"/api/admin/users/{world.ids['otto']}").status_code == 409


def test_workspace_is_made_by_an_administrator_who_is_its_first_admin(world):
    ada = world.browser("ada")
    given = {"workspace": "battery-team", "name": "Battery"}
    assert ada.post("/api/admin/workspaces", given).status_code == 201
    assert ada.post("/api/admin/workspaces", given).status_code == 409
    assert ada.post("/api/admin/workspaces", {"workspace": "../x", "name": "X"}).status_code == 422
    assert world.browser("ada").get("/api/w/battery-team/members").json()[0]["role"] == "admin"
    assert world.browser("anna").get("/api/w/battery-team/members").status_code == 404


# Both stores


def test_people_sign_in_and_lock_out_on_either_store(tmp_path, store_url):
    world = make_world(tmp_path, store_url)
    assert world.browser("vera").get("/api/w/main/networks").status_code == 200
    assert fail(world, "paul@example.org", 11, "198.51.100.1")[-2:] == [401, 429]
    program = Program(world.app, world.token("anna", role="admin"))
    assert program.get("/api/w/main/members").status_code == 200
    assert world.browser("ada", address="192.0.2.9").get("/api/admin/audit/check").json()["whole"] is True


def test_secrets_stand_nowhere_in_the_store(tmp_path):
    world = make_world(tmp_path)
    vera = world.browser("vera")
    secrets = [vera.http.cookies["__Host-tierscape"], vera.csrf, world.token("vera"), PASSWORD]
    with world.engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        held = "\n".join(
            str(row) for t in tables for row in connection.execute(select(text("*")).select_from(table(t)))
        )
    assert not [secret for secret in secrets if secret in held]
