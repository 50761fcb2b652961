"""A store of either kind for each test, and a server of its own over it."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from people import migrated
from served import LOOSE, SITE, TestClient

from tierscape.server.application import create_app
from tierscape.server.settings import Settings
from tierscape.server.store.opening import open_store


def postgres_bin() -> Path | None:
    """Find the newest PostgreSQL of Debian, or one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Postgres:
    """A PostgreSQL server of its own, without a password, on a free port of loopback."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder / "cluster", programs
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.user, self.role, self.template = "postgres", "tierscape", ""
        if os.geteuid() == 0:
            folder.chmod(0o711)
            account = pwd.getpwnam("postgres")
            self.folder.mkdir()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.run("initdb", "-D", self.folder, "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-sync", "-N")

    def run(self, program: str, *words: object) -> None:
        """Run a program of PostgreSQL, as the user ``postgres`` where the tests run as root."""
        command = [str(self.programs / program), *map(str, words)]
        demoted = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        log = self.folder.parent / "programs.log"
        with log.open("ab") as sink:  # a pipe would be held open by the server that pg_ctl leaves running
            done = subprocess.run(command, stdout=sink, stderr=sink, cwd="/", check=False, **demoted)
        assert done.returncode == 0, log.read_text()

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self.run("pg_ctl", "-D", self.folder, "-w", "-o", words, "-l", "/dev/null", "start")

    def sql(self, statement: str, database: str = "postgres", user: str = "") -> list[tuple[object, ...]]:
        """Run a statement, as the superuser unless another is named; gives its rows."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user={user or self.user} dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is what a crash would be."""
        self.run("pg_ctl", "-D", self.folder, "-m", mode, "-w", "stop")

    def database(self, like: str = "template1") -> str:
        """Make a new database, a copy of another, and give its address; row-level security holds the role in it."""
        name = f"t{secrets.token_hex(6)}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY OWNER {self.role}')
        return f"postgresql://{self.role}@127.0.0.1:{self.port}/{name}"

    def store(self) -> str:
        """Give the address of an empty store, a copy of one that is migrated once."""
        if not self.template:
            url = self.database()
            with tempfile.TemporaryDirectory() as folder:
                open_store(url, Path(folder)).close()
            self.template = url.rpartition("/")[2]
        return self.database(self.template)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; tests that need one skip where it is not installed."""
    programs = postgres_bin()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; 'apt-get install postgresql' brings it")
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    folder = Path(
        tempfile.mkdtemp(prefix="tierscape-postgres-")
    )  # pytest's own folders are closed to the user postgres
    server = Postgres(folder, programs)
    try:
        server.start()
        server.sql(f"CREATE ROLE {server.role} LOGIN NOSUPERUSER NOBYPASSRLS")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty store, once of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "store.db"
        file.write_bytes(migrated())
        return f"sqlite:///{file}"
    return request.getfixturevalue("postgres").store()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Make a server in this process: ``client = serve(store_url, slow_rows=10)``; it is stopped at the end of the test."""
    opened: list[TestClient] = []

    def start(store: str = "", **settings: object) -> TestClient:
        data = tmp_path / "data"
        if not store and not data.exists():
            data.mkdir()
            (data / "store.db").write_bytes(migrated())
        app = create_app(Settings(**{**LOOSE, "data": data, "store": store, **settings}))
        client = TestClient(app, base_url=SITE, raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return client

    yield start
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Callable[..., TestClient]) -> TestClient:
    """A server over an empty SQLite store."""
    return serve()
