"""The second wall, on PostgreSQL: a query that forgets its workspace sees and changes nothing of another."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from people import make_world
from sqlalchemy import create_engine, delete, event, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.server.store import account_tables, jobs, names, networks, reports, results, scenarios
from tierscape.server.store.engine import EVERYWHERE, _begin_in_scope, looking, reading, writing
from tierscape.server.store.opening import MAIN, open_store
from tierscape.server.store.results import Question
from tierscape.server.store.tables import (
    Base,
    Blob,
    EditSet,
    Job,
    Name,
    NameMove,
    ReportResult,
    StoredNetwork,
    StoredReport,
    StoredResult,
    StoredScenario,
    Workspace,
)  # fmt: skip

OTHER = "other"
OWN = (StoredNetwork, Name, NameMove, EditSet, Job, StoredScenario, StoredReport, account_tables.AuditEntry)
"""Tables whose rows are of one workspace."""
OPEN = {"workspaces", "memberships", "tokens"}
"""Tables with a workspace that the gate must read before it knows which one is asked for."""


def parts(*keys: str) -> Network:
    return Network.from_tables({"parts": pl.DataFrame({"part": keys, "kind": ["component"] * len(keys)})})


def fill(store, workspace: str) -> str:
    """Bring something into every table of a workspace; gives the digest of its network."""
    base, edited = parts(f"of-{workspace}"), parts(f"of-{workspace}", "more")
    networks.put(store, workspace, base, by=None, name="plan")
    networks.put(store, workspace, edited, by=None, base=(base.digest, []))
    names.move(store, workspace, "plan", edited.digest, seen=base.digest, by=None)
    results.put(store, workspace, Question(f"key-{workspace}", base.digest, "density", {}), b"{}")
    jobs.add(store, workspace, Question(f"job-{workspace}", base.digest, "density", {}), by=None)
    scenarios.add(store, workspace, name="s", digest=base.digest, edits=[], made=edited.digest, by=None)
    report = reports.add(store, workspace, title="t", digest=base.digest, asked={}, by=None)
    reports.finish(store, workspace, report.report, b"<html>", [f"key-{workspace}"])
    return base.digest


@pytest.fixture
def store(postgres, tmp_path):
    opened = open_store(postgres.store(), tmp_path / "data")
    with writing(opened.engine) as session:
        session.add(Workspace(workspace=OTHER, name="Other"))
    fill(opened, MAIN)
    fill(opened, OTHER)
    yield opened
    opened.close()


def test_every_table_with_a_workspace_has_a_policy_that_holds_for_its_owner(store):
    with store.engine.connect() as connection:
        held = connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
        )
        walled = set(held.scalars())
    bound = {table.name for table in Base.metadata.sorted_tables if "workspace" in table.columns}
    assert bound - walled == OPEN
    assert {"blobs", "results", "report_results"} <= walled


@pytest.mark.parametrize("table", OWN, ids=lambda t: t.__tablename__)
def test_query_that_forgets_its_workspace_sees_one_alone(store, table):
    for workspace in (MAIN, OTHER):
        with reading(store.engine, workspace) as session:
            assert {row.workspace for row in session.scalars(select(table))} == {workspace}
    with reading(store.engine) as session:
        assert session.scalars(select(table)).all() == []
    with reading(store.engine, EVERYWHERE) as session:
        assert {MAIN, OTHER} <= {row.workspace for row in session.scalars(select(table))}


@pytest.mark.parametrize("table", [Blob, StoredResult, ReportResult], ids=lambda t: t.__tablename__)
def test_what_hangs_on_a_network_is_seen_where_the_network_is(store, table):
    seen = {}
    for scope in (MAIN, OTHER, "", EVERYWHERE):
        with reading(store.engine, scope) as session:
            seen[scope] = {tuple(row) for row in session.execute(select(*table.__mapper__.primary_key))}
    assert seen[""] == set()
    assert seen[MAIN]
    assert seen[OTHER]
    assert not seen[MAIN] & seen[OTHER]
    assert seen[EVERYWHERE] == seen[MAIN] | seen[OTHER]


@pytest.mark.parametrize(
    "table", [Name, Job, StoredScenario, StoredReport, StoredNetwork], ids=lambda t: t.__tablename__
)
def test_change_that_forgets_its_workspace_touches_one_alone(store, table):
    with reading(store.engine, OTHER) as session:
        before = session.execute(select(table.__table__).order_by(*table.__mapper__.primary_key)).all()
    column = "label" if table is StoredNetwork else "message" if table is Job else "digest"
    with writing(store.engine, MAIN) as session:
        if table is Name:
            session.execute(delete(table))
        else:
            session.execute(update(table).values({column: "x"}))
    with reading(store.engine, OTHER) as session:
        after = session.execute(select(table.__table__).order_by(*table.__mapper__.primary_key)).all()
    assert after == before


def test_row_cannot_be_put_into_or_moved_to_another_workspace(store):
    job = {"kind": "analysis", "digest": "d", "analysis": "a", "params": {}, "state": "queued"}
    for scope in (MAIN, ""):
        with pytest.raises(ProgrammingError, match="row-level security"), writing(store.engine, scope) as session:
            session.add(Job(job="j", workspace=OTHER, key="k", **job))
    with pytest.raises(ProgrammingError, match="row-level security"), writing(store.engine, MAIN) as session:
        session.execute(update(Job).values(workspace=OTHER))
    with reading(store.engine, OTHER) as session:
        digest = session.scalars(select(StoredNetwork.digest)).first()
    with pytest.raises(ProgrammingError, match="row-level security"):
        results.put(store, MAIN, Question("planted", digest, "density", {}), b"{}")


def test_network_that_two_workspaces_have_is_seen_in_both_and_its_files_are_one(store):
    shared = parts("shared")
    for workspace in (MAIN, OTHER):
        assert networks.put(store, workspace, shared, by=None)
    networks.remove(store, MAIN, shared.digest, by=None)
    assert networks.Shelf(store).read(OTHER, shared.digest).digest == shared.digest
    networks.remove(store, OTHER, shared.digest, by=None)
    with reading(store.engine, EVERYWHERE) as session:
        assert session.scalars(select(Blob).where(Blob.digest == shared.digest)).all() == []


def test_scope_ends_with_its_transaction_on_connections_that_are_shared(store):
    """C9: 200 interleaved transactions of 8 workspaces over 2 connections, with errors; none sees a foreign row."""
    spaces = [f"w{n}" for n in range(8)]
    with writing(store.engine) as session:
        session.add_all(Workspace(workspace=w, name=w) for w in spaces)
    for workspace in spaces:
        fill(store, workspace)
    engine = create_engine(store.engine.url, pool_size=2, max_overflow=0)
    event.listen(engine, "begin", _begin_in_scope)

    def ask(number: int) -> bool:
        draw = random.Random(number)  # noqa: S311 - no secret
        workspace = draw.choice([*spaces, ""])
        try:
            with writing(engine, workspace) as session:
                found = set(session.scalars(select(Job.workspace)))
                if draw.random() < 0.3:
                    session.execute(text("SELECT 1/0"))
        except DBAPIError:
            return True
        return found == ({workspace} if workspace else set())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))
    engine.dispose()


def test_role_that_row_security_does_not_hold_is_refused(postgres, tmp_path):
    url = postgres.store().replace("//tierscape@", "//postgres@")
    with pytest.raises(ParameterError, match="NOBYPASSRLS"):
        open_store(url, tmp_path / "data")


def test_servers_role_that_owns_nothing_reads_and_writes_rows_and_changes_no_table(postgres, tmp_path):
    owner = postgres.database()
    postgres.sql("DROP ROLE IF EXISTS clerk")
    postgres.sql("CREATE ROLE clerk LOGIN NOSUPERUSER NOBYPASSRLS")
    url = owner.replace("//tierscape@", "//clerk@")
    opened = open_store(url, tmp_path / "data", owner)
    try:
        fill(opened, MAIN)
        with reading(opened.engine, MAIN) as session:
            assert len(session.scalars(select(StoredNetwork)).all()) == 2
        for statement in (
            "ALTER TABLE networks DISABLE ROW LEVEL SECURITY", "DROP POLICY apart ON networks", "DROP TABLE audit",
            "ALTER TABLE audit DISABLE TRIGGER ALL", "UPDATE audit SET target = 'x'", "DELETE FROM audit",
        ):  # fmt: skip
            refused = pytest.raises(ProgrammingError, match=r"must be owner|permission denied")
            with refused, writing(opened.engine, EVERYWHERE) as session:
                session.execute(text(statement))
    finally:
        opened.close()
        postgres.sql("DROP OWNED BY clerk", owner.rpartition("/")[2])
        postgres.sql("DROP ROLE clerk")


def test_forgotten_workspace_in_the_code_of_a_route_shows_nothing_of_another(postgres, tmp_path, monkeypatch):
    """Take the WHERE out of what lists networks; the answer stays that of one's own workspace."""
    world = make_world(tmp_path, postgres.store())
    for workspace, who in ((MAIN, "anna"), (OTHER, "otto")):
        given = {"tables": {"parts": [{"part": f"of-{workspace}", "kind": "component"}]}}
        assert world.browser(who).post(f"/api/w/{workspace}/networks", given).status_code == 201
    forgetful = lambda session, workspace: session.scalars(select(StoredNetwork)).all()  # noqa: E731
    monkeypatch.setattr(networks, "listing", forgetful)
    mine = world.browser("anna").get(f"/api/w/{MAIN}/networks").json()
    theirs = world.browser("otto").get(f"/api/w/{OTHER}/networks").json()
    assert len(mine) == len(theirs) == 1
    assert mine[0]["digest"] != theirs[0]["digest"]


def test_looking_past_the_session_is_held_too(store):
    with looking(store.engine, MAIN) as connection:
        assert set(connection.execute(text("SELECT workspace FROM jobs")).scalars()) == {MAIN}
    with looking(store.engine) as connection:
        assert connection.execute(text("SELECT workspace FROM jobs")).all() == []
