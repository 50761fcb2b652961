"""The store on SQLite and on PostgreSQL: revisions, networks, names, results, jobs, backup."""

from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select, text

import tierscape as ts
from tierscape.errors import DataError, ParameterError
from tierscape.network import Network
from tierscape.server.refusals import Conflict, NotFound, TooMany
from tierscape.server.store import account_tables, backup, blobs, jobs, migrate, names, networks, reports, results
from tierscape.server.store.engine import EVERYWHERE, looking, open_engine, reading, writing
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import MAIN, connect, open_store
from tierscape.server.store.results import Question
from tierscape.server.store.tables import Base, Blob, NameMove, StoredResult, Workspace

KNOWN = account_tables.Base is Base  # so that every table is declared


@pytest.fixture
def store(store_url, tmp_path):
    opened = open_store(store_url, tmp_path / "data")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def mini():
    return ts.load("mini")


def parts(*keys: str) -> Network:
    return Network.from_tables({"parts": pl.DataFrame({"part": keys, "kind": ["component"] * len(keys)})})


def question(key: str, digest: str) -> Question:
    return Question(key, digest, "density", {})


# Revisions


def rows_of(engine) -> dict[str, int]:
    with looking(engine, EVERYWHERE) as connection:
        return {
            t.name: connection.execute(select(func.count()).select_from(t)).scalar()
            for t in Base.metadata.sorted_tables
        }


def test_revisions_make_what_is_declared(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrate.revision(store.engine) == migrate.newest()


def test_revisions_go_down_and_up_with_rows_in_the_tables(store, mini):
    networks.put(store, MAIN, mini, by=None, name="best")
    jobs.add(store, MAIN, question("k", mini.digest), by="somebody")
    results.put(store, MAIN, question("k", mini.digest), b"{}")
    before = rows_of(store.engine)
    migrate.downgrade(store.engine, "0001")
    assert migrate.revision(store.engine) == "0001"
    migrate.upgrade(store.engine)
    assert rows_of(store.engine) == before | {"audit": 0}  # the log of before went with its table
    assert Shelf(store).read(MAIN, mini.digest).digest == mini.digest
    migrate.downgrade(store.engine, "base")
    with store.engine.connect() as connection:
        left = set(store.engine.dialect.get_table_names(connection)) - {"alembic_version"}
    assert left == set()


def test_store_of_a_newer_version_is_refused_and_left_alone(store, tmp_path):
    with store.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = store.engine.url.render_as_string(hide_password=False)
    with pytest.raises(ParameterError, match="newer"):
        open_store(url, tmp_path / "data")
    assert migrate.revision(store.engine) == "9999"


@pytest.mark.parametrize("url", ["mysql://host/x", "nothing", "sqlite"])
def test_address_of_another_kind_of_store_is_refused(url):
    with pytest.raises(ParameterError, match="sqlite:///FILE"):
        open_engine(url)


def test_sqlite_keeps_every_commit_and_its_references(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 's.db'}")
    with engine.connect() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")]  # fmt: skip
    assert told == ["wal", 2, 1, 5000]
    engine.dispose()


# Networks


def test_network_comes_back_as_it_was_put(store, mini):
    assert networks.put(store, MAIN, mini, by="ada")
    back = Shelf(store).read(MAIN, mini.digest)
    for name, frame in mini.tables.items():
        assert back[name].equals(frame), name
    assert (back.name, back.findings) == (mini.name, mini.findings)
    assert Network(back.name, back.tables).digest == mini.digest


def test_same_network_twice_is_one_set_of_files(store, mini):
    networks.put(store, MAIN, mini, by=None)
    assert not networks.put(store, MAIN, mini, by=None)
    shuffled = mini.with_tables(sites=mini["sites"].reverse())
    assert not networks.put(store, MAIN, shuffled, by=None)
    assert len(list(store.networks.iterdir())) == 1


def test_many_that_put_one_network_at_once_leave_one_set_of_files(store, mini):
    with ThreadPoolExecutor(6) as pool:
        new = list(pool.map(lambda _: networks.put(store, MAIN, mini, by=None), range(6)))
    assert sum(new) == 1
    assert len(list(store.networks.iterdir())) == 1


def test_network_without_rows_can_be_kept(store):
    empty = Network.from_tables({})
    networks.put(store, MAIN, empty, by=None)
    assert Shelf(store).read(MAIN, empty.digest).digest == empty.digest


def test_network_of_another_workspace_is_absent(store, mini):
    with writing(store.engine) as session:
        session.add(Workspace(workspace="other", name="Other"))
    networks.put(store, MAIN, mini, by=None)
    shelf = Shelf(store)
    shelf.read(MAIN, mini.digest)
    with pytest.raises(NotFound):
        shelf.read("other", mini.digest)
    assert not networks.has(store, "other", mini.digest)


def test_files_go_with_the_last_workspace_that_has_the_network(store, mini):
    with writing(store.engine) as session:
        session.add(Workspace(workspace="other", name="Other"))
    networks.put(store, MAIN, mini, by=None)
    networks.put(store, "other", mini, by=None)
    networks.remove(store, MAIN, mini.digest, by=None)
    assert Shelf(store).read("other", mini.digest).digest == mini.digest
    networks.remove(store, "other", mini.digest, by=None)
    assert list(store.networks.iterdir()) == []
    with reading(store.engine, EVERYWHERE) as session:
        assert session.scalars(select(Blob)).first() is None


def test_network_that_a_name_points_to_is_not_deleted(store, mini):
    networks.put(store, MAIN, mini, by=None, name="best")
    with pytest.raises(Conflict):
        networks.remove(store, MAIN, mini.digest, by=None)
    assert Shelf(store).read(MAIN, mini.digest)


def test_file_that_was_cut_short_is_an_error_that_names_the_table(store, mini):
    networks.put(store, MAIN, mini, by=None)
    file = next(store.networks.glob("*/sites.parquet"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match="sites"):
        Shelf(store).read(MAIN, mini.digest)
    assert "sites" in backup.faults(store)[0]


def state(store) -> str:
    """Give one hash for all that the store and its folder hold."""
    seen = hashlib.sha256()
    with looking(store.engine, EVERYWHERE) as connection:
        for table in Base.metadata.sorted_tables:
            seen.update(repr(connection.execute(select(table).order_by(*table.primary_key)).all()).encode())
    for path in sorted(store.networks.rglob("*")):
        seen.update(str(path.relative_to(store.networks)).encode() + (path.read_bytes() if path.is_file() else b""))
    return seen.hexdigest()


@pytest.mark.parametrize("what", ["fsync", "rename", "mkdir", "write_parquet"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_failing_disk_leaves_the_store_as_it_was(store, mini, monkeypatch, what, at):
    before = state(store)
    calls = []
    places = {"fsync": (os, "fsync"), "rename": (Path, "rename"), "mkdir": (Path, "mkdir"), "write_parquet": (pl.DataFrame, "write_parquet")}  # fmt: skip
    owner, name = places[what]
    real = getattr(owner, name)

    def failing(*given, **how):
        calls.append(1)
        if len(calls) == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*given, **how)

    monkeypatch.setattr(owner, name, failing)
    try:
        networks.put(store, MAIN, mini, by=None)
    except OSError:
        monkeypatch.undo()
        assert networks.has(store, MAIN, mini.digest) is False
        after = state(store)
        left = [folder for folder in store.networks.iterdir() if not folder.name.startswith(blobs.PARTIAL)]
        assert after == before or (what == "fsync" and len(left) == 1)  # renamed, not yet named by any row
        assert networks.put(store, MAIN, mini, by=None)
    monkeypatch.undo()
    assert Shelf(store).read(MAIN, mini.digest).digest == mini.digest


def test_what_a_dead_process_left_is_swept_away_once_it_is_old(store, mini, tmp_path):
    networks.put(store, MAIN, mini, by=None)
    orphan, young = store.networks / f"{blobs.PARTIAL}x", store.networks / f"{blobs.PARTIAL}y"
    orphan.mkdir()
    young.mkdir()
    os.utime(orphan, (0, 0))
    again = open_store(store.engine.url.render_as_string(hide_password=False), tmp_path / "data")
    assert not orphan.exists()
    assert young.exists()
    assert Shelf(again).read(MAIN, mini.digest)
    again.engine.dispose()


# Names


def test_moved_name_is_not_moved_by_one_who_saw_it_elsewhere(store):
    a, b, c = parts("a"), parts("b"), parts("c")
    for network in (a, b, c):
        networks.put(store, MAIN, network, by=None)
    names.move(store, MAIN, "plan", a.digest, seen=None, by="ada")
    names.move(store, MAIN, "plan", b.digest, seen=a.digest, by="paul")
    with pytest.raises(Conflict):
        names.move(store, MAIN, "plan", c.digest, seen=a.digest, by="vera")
    with pytest.raises(Conflict):
        names.move(store, MAIN, "plan", c.digest, seen=None, by="vera")
    (listed,) = names.listing(store, MAIN)
    assert (listed["digest"], [m["by"] for m in listed["history"]]) == (b.digest, ["paul", "ada"])
    with pytest.raises(NotFound):
        names.move(store, MAIN, "plan", "0" * 64, seen=b.digest, by=None)


def test_of_many_that_move_a_name_at_once_one_wins_each_time(store):
    states = [parts(str(n)) for n in range(4)]
    for network in states:
        networks.put(store, MAIN, network, by=None)
    names.move(store, MAIN, "plan", states[0].digest, seen=None, by=None)

    def mover(number: int) -> int:
        won = 0
        for step in range(8):
            seen = names.listing(store, MAIN)[0]["digest"]
            try:
                names.move(store, MAIN, "plan", states[(number + step) % 4].digest, seen=seen, by=str(number))
                won += 1
            except Conflict:
                continue
        return won

    with ThreadPoolExecutor(4) as pool:
        won = sum(pool.map(mover, range(4)))
    with reading(store.engine, EVERYWHERE) as session:
        moves = session.scalars(select(NameMove).order_by(NameMove.move)).all()
    assert len(moves) == won + 1
    assert [m.before for m in moves[1:]] == [m.digest for m in moves[:-1]]


# Results


def test_first_answer_of_a_key_stands(store, mini):
    networks.put(store, MAIN, mini, by=None)
    results.put(store, MAIN, question("k", mini.digest), b'{"first":1}')
    results.put(store, MAIN, question("k", mini.digest), b'{"second":1}')
    assert results.Bodies(store).get(MAIN, "k").plain == b'{"first":1}'


def test_least_used_answers_go_first_and_those_of_a_report_never(store, mini):
    networks.put(store, MAIN, mini, by=None)
    for number in range(6):
        results.put(store, MAIN, question(f"k{number}", mini.digest), os.urandom(20_000))
    report = reports.add(store, MAIN, title="t", digest=mini.digest, asked={}, by=None)
    reports.finish(store, MAIN, report.report, b"<html>", ["k0"])
    bodies = results.Bodies(store)
    assert bodies.get(MAIN, "k1")
    bodies.write_use()
    assert results.evict(store, 90_000) == 4
    with reading(store.engine, EVERYWHERE) as session:
        assert set(session.scalars(select(StoredResult.key))) == {"k0", "k1"}
    assert results.evict(store, 90_000) == 0
    reports.remove(store, MAIN, report.report, by=None)
    assert results.evict(store, 10) == 2


def test_answers_in_memory_keep_to_their_bound(store, mini):
    bodies = results.Bodies(store, most_bytes=1000)
    for number in range(20):
        bodies.hold(results.Body(f"k{number}", mini.digest, '"e"', b"x" * 200, b""))
    assert bodies.at_hand("k0") is None
    assert bodies.at_hand("k19") is not None
    bodies.hold(results.Body("large", mini.digest, '"e"', b"x" * 600, b""))
    assert bodies.at_hand("large") is None


# Jobs


def test_same_question_twice_is_one_job_until_it_has_ended(store, mini):
    first = jobs.add(store, MAIN, question("k", mini.digest), by="ada")
    assert jobs.add(store, MAIN, question("k", mini.digest), by="paul") == first
    jobs.end(store, first, "done")
    assert jobs.add(store, MAIN, question("k", mini.digest), by="paul") != first


def test_workspace_with_too_many_open_jobs_has_to_wait(store, mini, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_OPEN", 2)
    first = jobs.add(store, MAIN, question("k0", mini.digest), by="ada")
    jobs.add(store, MAIN, question("k1", mini.digest), by="ada")
    with pytest.raises(TooMany, match="2 jobs of this workspace"):
        jobs.add(store, MAIN, question("k2", mini.digest), by="ada")
    assert jobs.add(store, MAIN, question("k0", mini.digest), by="ada") == first
    jobs.end(store, first, "done")
    assert jobs.add(store, MAIN, question("k2", mini.digest), by="ada")


def test_each_job_is_claimed_once_the_oldest_first(store, mini):
    queued = [jobs.add(store, MAIN, question(f"k{n}", mini.digest), by=None) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda n: jobs.claim(store, f"w{n}"), range(10)))
    taken = [job.job for job in claimed if job is not None]
    assert sorted(taken) == sorted(queued)
    assert not jobs.waiting(store)


def test_job_of_a_dead_worker_is_tried_once_more_then_fails(store, mini):
    job = jobs.add(store, MAIN, question("k", mini.digest), by=None)
    for end in ("queued", "failed"):
        assert jobs.claim(store, "w").job == job
        jobs.again(store, job)
        assert jobs.get(store, MAIN, job).state == end
    assert jobs.get(store, MAIN, job).error["error"] == "WorkerDied"


def test_first_end_of_a_job_stands(store, mini):
    job = jobs.add(store, MAIN, question("k", mini.digest), by=None)
    jobs.claim(store, "w")
    jobs.end(store, job, "done")
    jobs.again(store, job)
    jobs.end(store, job, "failed", "late")
    assert jobs.get(store, MAIN, job).state == "done"


def test_waiting_job_is_cancelled_at_once_and_a_running_one_is_flagged(store, mini):
    job = jobs.add(store, MAIN, question("k", mini.digest), by=None)
    other = jobs.add(store, MAIN, question("k2", mini.digest), by=None)
    jobs.claim(store, "w")
    jobs.cancel(store, MAIN, job)
    jobs.cancel(store, MAIN, other)
    assert jobs.get(store, MAIN, other).state == "cancelled"
    assert jobs.to_stop(store, [job, other]) == [job]
    jobs.again(store, job)
    assert jobs.get(store, MAIN, job).state == "cancelled"
    with pytest.raises(NotFound):
        jobs.cancel(store, "other", job)


def test_fresh_heartbeat_keeps_a_job_and_a_stale_one_frees_it(store, mini):
    job = jobs.add(store, MAIN, question("k", mini.digest), by=None)
    jobs.claim(store, "w")
    jobs.revive(store)
    assert jobs.get(store, MAIN, job).state == "running"
    with store.engine.execution_options(writes=True, scope=EVERYWHERE).begin() as connection:
        connection.execute(text("UPDATE jobs SET heartbeat = '2020-01-01 00:00:00'"))
    jobs.revive(store)
    assert jobs.get(store, MAIN, job).state == "queued"


def test_job_that_a_stopping_server_hands_back_has_lost_no_attempt(store, mini):
    job = jobs.add(store, MAIN, question("k", mini.digest), by=None)
    jobs.claim(store, "w")
    jobs.hand_back(store, [job])
    found = jobs.get(store, MAIN, job)
    assert (found.state, found.attempt) == ("queued", 0)


# Backup


def test_backup_and_restore_give_the_same_store(store, mini, tmp_path):
    networks.put(store, MAIN, mini, by="ada", name="best")
    results.put(store, MAIN, question("k", mini.digest), b"{}")
    report = reports.add(store, MAIN, title="t", digest=mini.digest, asked={"a": [1]}, by=None)
    reports.finish(store, MAIN, report.report, b"\x00page", ["k"])
    results.put(store, MAIN, question("unnamed", mini.digest), b"{}")
    file = tmp_path / "b.zip"
    assert backup.write(store, file)[0] == 1
    with pytest.raises(ParameterError, match="exists"):
        backup.write(store, file)
    url = f"sqlite:///{tmp_path / 'else.db'}"
    assert backup.read(file, url, tmp_path / "else") == 1
    there = connect(url, tmp_path / "else")
    assert Shelf(there).read(MAIN, mini.digest).digest == mini.digest
    assert names.listing(there, MAIN) == names.listing(store, MAIN)
    assert reports.page(there, MAIN, report.report) == b"\x00page"
    counts = rows_of(store.engine)
    assert rows_of(there.engine) == counts | {"results": 1}
    with pytest.raises(ParameterError, match="holds something"):
        backup.read(file, url, tmp_path / "else")
    there.engine.dispose()


def test_restored_store_counts_on(store, mini, tmp_path, postgres):
    networks.put(store, MAIN, mini, by=None, name="best")
    backup.write(store, tmp_path / "b.zip")
    url = postgres.database()
    backup.read(tmp_path / "b.zip", url, tmp_path / "else")
    there = connect(url, tmp_path / "else")
    names.move(there, MAIN, "second", mini.digest, seen=None, by=None)
    assert [n["name"] for n in names.listing(there, MAIN)] == ["best", "second"]
    there.engine.dispose()


def test_changed_backup_is_refused(store, mini, tmp_path):
    import zipfile

    networks.put(store, MAIN, mini, by=None)
    backup.write(store, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, content + b" " if entry.endswith("sites.parquet") else content)
    with pytest.raises(ParameterError, match="sites"):
        backup.read(tmp_path / "c.zip", f"sqlite:///{tmp_path / 'else.db'}", tmp_path / "else")
    (tmp_path / "d.zip").write_bytes(b"no archive")
    with pytest.raises(ParameterError, match="no backup"):
        backup.read(tmp_path / "d.zip", f"sqlite:///{tmp_path / 'more.db'}", tmp_path / "more")
