"""The connection to the store: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from tierscape.errors import MissingExtra, ParameterError

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
            return create_engine(made.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
        except ModuleNotFoundError as error:
            raise MissingExtra("PostgreSQL needs a driver: pip install 'tierscape[postgres]'") from error
    raise ParameterError(f"store: '{kind}' is not supported. Give sqlite:///FILE or postgresql://HOST/DATABASE.")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a session that writes: all of it is kept, or nothing.

    On SQLite it takes the write lock at once: a transaction that first reads and then writes would fail, not wait, where
    another wrote in between.
    """
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session, session.begin():
        yield session


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by its own rules
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
