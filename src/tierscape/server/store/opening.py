"""An open store: the connection, and the folder of network files."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from tierscape.server.store import blobs, migrate, roles
from tierscape.server.store.engine import EVERYWHERE, open_engine, reading, writing
from tierscape.server.store.tables import Blob, Workspace

MAIN = "main"
"""The workspace that every store begins with."""


@dataclass(frozen=True)
class Store:
    """A connection and a folder.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    networks : pathlib.Path
        Folder of the Parquet files.
    """

    engine: Engine
    networks: Path

    @property
    def embedded(self) -> bool:
        """Whether it is SQLite, which one server has for itself."""
        return self.engine.dialect.name == "sqlite"

    @property
    def made(self) -> bool:
        """Whether there is a store at the address; asking makes none."""
        if self.embedded and not Path(self.engine.url.database or "").is_file():
            return False
        return migrate.revision(self.engine) is not None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def connect(url: str, data: Path) -> Store:
    """Connect to a store as it is, without bringing it up to date.

    Raises
    ------
    ParameterError
        The address is not supported.
    """
    return Store(open_engine(url), data / "networks")


def open_store(url: str, data: Path, owner: str = "") -> Store:
    """Connect to a store, bring it to the newest revision, and clear what a process that died left behind.

    Parameters
    ----------
    url, data
        Address and folder.
    owner : str
        Address under which the role that owns the tables connects, where the server's own role does not.

    Raises
    ------
    ParameterError
        The address is not supported, the store is of a newer version, or row-level security does not hold the role.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = connect(url, data)
    with ExitStack() as stack:
        stack.callback(store.engine.dispose)
        store.networks.mkdir(exist_ok=True)
        roles.refuse_bypass(store.engine)
        _bring_up(store, owner)
        with writing(store.engine) as session:
            if session.get(Workspace, MAIN) is None:
                session.add(Workspace(workspace=MAIN, name="Main"))
        with reading(store.engine, EVERYWHERE) as session:
            named = set(session.scalars(select(Blob.folder)))
        blobs.sweep_orphans(store.networks, named)
        stack.pop_all()  # all went well: it stays open
    return store


def _bring_up(store: Store, owner: str) -> None:
    """Bring a store to the newest revision, by the owner of its tables."""
    if not owner:
        migrate.upgrade(store.engine)
        return
    engine = open_engine(owner)
    try:
        migrate.upgrade(engine)
        if not store.embedded:
            roles.grant(engine, str(store.engine.url.username))
    finally:
        engine.dispose()
