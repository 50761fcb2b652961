"""The log: it only grows, and shows when somebody changed or cut it."""

from __future__ import annotations

import json
import threading

import pytest
from people import Client, make_world
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tierscape.server.store import audit, migrate
from tierscape.server.store.audit import Head
from tierscape.server.store.engine import EVERYWHERE, open_engine, reading, writing


@pytest.fixture
def engine(store_url):
    made = open_engine(store_url)
    migrate.upgrade(made)
    yield made
    made.dispose()


def fill(engine, number=5):
    heads = []
    for i in range(number):
        with writing(engine) as session:
            heads.append(
                audit.record(session, "network.add", user=f"u{i}", workspace="main", target=str(i), detail={"n": i})
            )
    return heads


def check(engine, published=None):
    with reading(engine, EVERYWHERE) as session:
        return audit.verify(session, published)


def test_log_grows_by_one_chain(engine):
    heads = fill(engine)
    assert [head.entry for head in heads] == [1, 2, 3, 4, 5]
    verdict = check(engine, heads[2])
    assert (verdict.broken, verdict.head) == (None, heads[-1])


def test_empty_log_is_whole(engine):
    assert check(engine).broken is None
    assert check(engine, Head(3, "0" * 64)).broken == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET target = 'x' WHERE entry = 2", "DELETE FROM audit WHERE entry = 2"]
)
def test_store_refuses_to_change_or_delete_a_row(engine, statement):
    fill(engine)
    of = engine.execution_options(scope=EVERYWHERE)
    with pytest.raises(DBAPIError, match="only grows"), of.begin() as connection:
        connection.execute(text(statement))
    assert check(engine).broken is None


def around(engine, statement):
    """Do what somebody with the disk could do."""
    with engine.execution_options(scope=EVERYWHERE).connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text(statement))
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET target = 'x' WHERE entry = 2", 2),
        ("UPDATE audit SET user_id = NULL WHERE entry = 3", 3),
        ("UPDATE audit SET happened_at = '2020-01-01T00:00:00' WHERE entry = 4", 4),
        ("UPDATE audit SET detail = '{}' WHERE entry = 5", 5),
        ("DELETE FROM audit WHERE entry = 1", 1),
        ("DELETE FROM audit WHERE entry = 3", 3),
        ("DELETE FROM audit WHERE entry >= 4", 4),
        ("DELETE FROM audit", 1),
    ],
)
def test_changed_or_cut_row_is_found_against_a_published_head(engine, statement, broken):
    published = fill(engine)[-1]
    around(engine, statement)
    assert check(engine, published).broken == broken


def test_log_written_anew_from_a_row_on_is_found_against_a_published_head(engine):
    published = fill(engine)[-1]
    around(engine, "DELETE FROM audit WHERE entry >= 4")
    with writing(engine) as session:
        audit.record(session, "network.add", user="forger", target="4")
        audit.record(session, "network.add", user="forger", target="5")
    assert check(engine).broken is None
    assert check(engine, published).broken == 5


def test_row_is_kept_with_what_it_tells_of_or_not_at_all(engine):
    fill(engine, 1)

    def broken():
        with writing(engine) as session:
            audit.record(session, "network.add", user="u", target="lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert [head.entry for head in fill(engine, 1)] == [2]


def test_many_writers_at_once_make_one_chain(engine):
    threads = [threading.Thread(target=fill, args=(engine, 8)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = check(engine)
    assert (verdict.broken, verdict.head.entry) == (None, 32)


def test_revision_of_accounts_goes_down_and_up_again_with_rows(engine):
    fill(engine)
    migrate.downgrade(engine, "0001")
    migrate.upgrade(engine)
    assert check(engine).head.entry == 0
    assert fill(engine, 1)[0].entry == 1


def test_admin_reads_the_log_of_the_workspace_alone(tmp_path):
    world = make_world(tmp_path)
    anna, otto = world.browser("anna"), world.browser("otto")
    anna.ask("PUT", "/api/w/main/members", json={"email": "otto@example.org", "role": "viewer"})
    otto.ask("PUT", "/api/w/other/members", json={"email": "vera@example.org", "role": "planner"})
    (row,) = anna.get("/api/w/main/audit").json()["rows"]
    assert (row["action"], row["user"], row["name"], row["target"]) == (
        "member.set", world.ids["anna"], "Anna", world.ids["otto"],
    )  # fmt: skip
    whole = world.browser("ada").get("/api/admin/audit").json()
    assert {r["action"] for r in whole["rows"]} == {"sign_in", "member.set"}
    url = f"/api/admin/audit/check?entry={whole['head_entry']}&hash={whole['head_hash']}"
    assert world.browser("ada").get(url).json()["whole"] is True
    wrong = f"/api/admin/audit/check?entry={whole['head_entry']}&hash={'0' * 64}"
    assert world.browser("ada").get(wrong).json()["broken"] == whole["head_entry"]


def test_every_change_of_a_workspace_stands_in_its_log_and_a_refused_one_does_not(tmp_path):
    world = make_world(tmp_path)
    paul, anna, at = world.browser("paul"), world.browser("anna"), "/api/w/main"
    mini = paul.post(f"{at}/networks?name=base", {"example": "mini"}).json()["digest"]
    paul.post(f"{at}/networks", {"example": "mini"})
    edit = [{"table": "sites", "where": {"site": "n3"}, "set": {"status": "closed"}}]
    edited = paul.post(f"{at}/networks/{mini}/edits", {"edits": edit, "move_name": "base"}).json()["digest"]
    paul.ask("PUT", f"{at}/names/base", json={"digest": mini, "seen": mini})
    paul.ask("PUT", f"{at}/names/base", json={"digest": mini, "seen": edited})
    given = {"name": "closed", "digest": mini, "edits": edit}
    scenario = paul.post(f"{at}/scenarios", given).json()["scenario"]
    paul.ask("PUT", f"{at}/scenarios/{scenario}", json={**given, "name": "shut"})
    paul.ask("DELETE", f"{at}/scenarios/{scenario}")
    report = paul.post(f"{at}/reports", {"digest": mini, "analyses": ["trust"]}).json()["report"]
    paul.ask("DELETE", f"{at}/reports/{report}")
    paul.ask("DELETE", f"{at}/networks/{edited}")
    anna.ask("DELETE", f"{at}/networks/{mini}")
    anna.ask("DELETE", f"{at}/networks/{edited}")
    rows = anna.get(f"{at}/audit").json()["rows"]
    told = [(r["action"], r["name"], r["target"], json.loads(r["detail"])) for r in reversed(rows)]
    assert told == [
        ("network.add", "Paul", mini, {}), ("name.move", "Paul", mini, {"before": None}),
        ("network.add", "Paul", edited, {"base": mini}), ("name.move", "Paul", edited, {"before": mini}),
        ("name.move", "Paul", mini, {"before": edited}), ("scenario.add", "Paul", scenario, {}),
        ("scenario.change", "Paul", scenario, {}), ("scenario.delete", "Paul", scenario, {}),
        ("report.add", "Paul", report, {}), ("report.delete", "Paul", report, {}), ("network.delete", "Anna", edited, {}),
    ]  # fmt: skip
    assert world.browser("ada").get("/api/admin/audit/check").json()["whole"] is True


def test_failed_sign_in_stands_in_the_log_without_the_address_that_was_tried(tmp_path):
    world = make_world(tmp_path)
    Client(world.app).sign_in("nobody@example.org", "a wrong password")
    rows = world.browser("ada").get("/api/admin/audit").json()["rows"]
    assert [r["action"] for r in rows] == ["sign_in", "sign_in.failed"]
    assert "nobody" not in str(rows)
