"""The connection to the store: SQLite in a file, or PostgreSQL.

A session is of a workspace, of all of them (``EVERYWHERE``) or, where nothing is said, of none. On PostgreSQL row-level security
holds it to that, to the end of its transaction, whatever its queries forget; SQLite has no such wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from tierscape.errors import MissingExtra, ParameterError

EVERYWHERE = "*"
"""Scope of what the server does for itself: the queue, the cache, the log's chain, backups. No workspace has this id."""
SCOPE = "app.workspace"
"""Setting of a transaction that the policies of the tables ask for."""
SET_SCOPE = text("SELECT set_config(:name, :scope, true)")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def open_engine(url: str) -> Engine:
    """Connect to a store.

    Parameters
    ----------
    url : str
        ``sqlite:///path/to/store.db`` or ``postgresql://user@host/database``.

    Raises
    ------
    ParameterError
        The address is neither.
    MissingExtra
        PostgreSQL is asked for and its driver is absent.
    """
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise ParameterError("store: this is no address. Give sqlite:///FILE or postgresql://HOST/DATABASE.") from error
    kind = made.get_backend_name()
    if kind == "sqlite":
        engine = create_engine(made, connect_args={"timeout": 5, "check_same_thread": False})
        event.listen(engine, "connect", _pragmas)
        event.listen(engine, "begin", _begin)
        return engine
    if kind == "postgresql":
        try:
            engine = create_engine(made.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
        except ModuleNotFoundError as error:
            raise MissingExtra("PostgreSQL needs a driver: pip install 'tierscape[postgres]'") from error
        event.listen(engine, "begin", _begin_in_scope)
        return engine
    raise ParameterError(f"store: '{kind}' is not supported. Give sqlite:///FILE or postgresql://HOST/DATABASE.")


@contextmanager
def reading(engine: Engine, scope: str = "") -> Iterator[Session]:
    """Open a session that only reads, of a workspace or `EVERYWHERE`."""
    with Session(engine.execution_options(scope=scope), expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine, scope: str = "") -> Iterator[Session]:
    """Open a session that writes, of a workspace or `EVERYWHERE`: all of it is kept, or nothing.

    On SQLite it takes the write lock at once: a transaction that first reads and then writes would fail, not wait, where
    another wrote in between.
    """
    of = engine.execution_options(writes=True, scope=scope)
    with Session(of, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def looking(engine: Engine, scope: str = "") -> Iterator[Connection]:
    """Open a connection that only reads, where a session would cost more than the look itself."""
    with engine.execution_options(scope=scope).connect() as connection:
        yield connection


@contextmanager
def widened(session: Session) -> Iterator[None]:
    """Let a session of a workspace see all of them for a moment, for what concerns the store as a whole."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    session.flush()
    before = connection.get_execution_options().get("scope", "")
    connection.execute(SET_SCOPE, {"name": SCOPE, "scope": EVERYWHERE})
    yield  # an error ends the transaction, and the scope with it
    session.flush()
    connection.execute(SET_SCOPE, {"name": SCOPE, "scope": before})


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by its own rules
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_in_scope(connection: Connection) -> None:
    scope = connection.get_execution_options().get("scope", "")
    if scope:
        connection.execute(SET_SCOPE, {"name": SCOPE, "scope": scope})
