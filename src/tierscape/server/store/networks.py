"""Networks of a workspace by their digest: put, read, list, delete."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import fields
from threading import Lock
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.server.refusals import Conflict, NotFound
from tierscape.server.store import audit, blobs
from tierscape.server.store.engine import looking, reading, widened, writing
from tierscape.server.store.opening import Store
from tierscape.server.store.tables import Blob, EditSet, Name, NameMove, StoredNetwork, StoredReport, StoredScenario

MOST_KNOWN = 10_000
MOST_AT_HAND = 8
"""Networks that one process keeps in memory: a pure cache, by digest."""


def put(
    store: Store,
    workspace: str,
    network: Network,
    *,
    by: str | None,
    name: str | None = None,
    base: tuple[str, list[Any]] | None = None,
) -> bool:
    """Keep a network in a workspace.

    Parameters
    ----------
    store, workspace
        Where.
    network : Network
        What.
    by : str, optional
        Who.
    name : str, optional
        Name to give it where that name is free or points to it already.
    base : tuple of str and list, optional
        Digest and edits that it was made by.

    Returns
    -------
    bool
        Whether the workspace did not have it before.

    Raises
    ------
    Conflict
        The name points to another network.
    """
    fresh: list[Blob] = []
    try:
        while True:
            with writing(store.engine, workspace) as session:
                with widened(session):  # the files of a network are kept once, whoever has it
                    known = session.scalars(select(Blob).where(Blob.digest == network.digest)).first() is not None
                    if fresh and not known:
                        session.add_all(fresh)
                        session.flush()
                        fresh = []
                        known = True
                if known:
                    return _enter(session, workspace, network, by=by, name=name, base=base)
            fresh = blobs.write_blobs(store.networks, network.digest, network.tables)
    except IntegrityError:  # another process wrote the same network at the same time: its files stand
        return put(store, workspace, network, by=by, name=name, base=base)
    finally:
        blobs.remove_folders(store.networks, [blob.folder for blob in fresh])


def _enter(
    session: Session,
    workspace: str,
    network: Network,
    *,
    by: str | None,
    name: str | None,
    base: tuple[str, list[Any]] | None,
) -> bool:
    new = session.get(StoredNetwork, (workspace, network.digest)) is None
    if new:
        session.add(_row(workspace, network, by))
        session.flush()
        how: dict[str, str | None] = {} if base is None else {"base": base[0]}
        audit.record(session, "network.add", user=by, workspace=workspace, target=network.digest, detail=how)
    if name:
        held = session.get(Name, (workspace, name))
        if held is not None and held.digest != network.digest:
            raise Conflict(f"The name '{name}' points to another network. Move it, or choose another name.")
        if held is None:
            session.add(Name(workspace=workspace, name=name, digest=network.digest))
            session.add(NameMove(workspace=workspace, name=name, before=None, digest=network.digest, by=by))
            how = {"before": None}
            audit.record(session, "name.move", user=by, workspace=workspace, target=network.digest, detail=how)
    if base is not None and new:
        session.add(EditSet(workspace=workspace, base=base[0], made=network.digest, edits=base[1], by=by))
    return new


def _row(workspace: str, network: Network, by: str | None) -> StoredNetwork:
    names = dict(network["parts"].select("part", "name").iter_rows())
    meta = network["meta"]
    return StoredNetwork(
        workspace=workspace,
        digest=network.digest,
        label=(network.name or f"network {network.digest[:12]}")[:400],
        home=network.home,
        currency=meta["currency"].item() if meta.height else None,
        rows=sum(frame.height for frame in network.tables.values()),
        products=[{"part": part, "name": names.get(part) or part} for part in network.products],
        findings=[finding.to_dict() for finding in network.findings],
        by=by,
    )


def row(session: Session, workspace: str, digest: str) -> StoredNetwork:
    """Give the row of a network.

    Raises
    ------
    NotFound
        The workspace has no such network.
    """
    found = session.get(StoredNetwork, (workspace, digest))
    if found is None:
        raise NotFound
    return found


def has(store: Store, workspace: str, digest: str) -> bool:
    """See whether a workspace has a network."""
    held = exists().where(StoredNetwork.workspace == workspace, StoredNetwork.digest == digest)
    with looking(store.engine, workspace) as connection:
        return bool(connection.execute(select(held)).scalar())


def listing(session: Session, workspace: str) -> Sequence[StoredNetwork]:
    """List the networks of a workspace, the newest first."""
    mine = select(StoredNetwork).where(StoredNetwork.workspace == workspace)
    return session.scalars(mine.order_by(StoredNetwork.created.desc(), StoredNetwork.digest)).all()


def counts(session: Session, digest: str) -> dict[str, int]:
    """Give the number of rows by table, of tables that have any."""
    found = select(Blob.table, Blob.rows).where(Blob.digest == digest, Blob.rows > 0)
    return {row.table: row.rows for row in session.execute(found)}


def remove(store: Store, workspace: str, digest: str, *, by: str | None) -> None:
    """Delete a network from a workspace; its files go with the last workspace that has it.

    Raises
    ------
    NotFound
        The workspace has no such network.
    Conflict
        A name, a scenario or a report rests on it.
    """
    folders: list[str] = []
    with writing(store.engine, workspace) as session:
        found = row(session, workspace, digest)
        for kind, what in ((Name, "A name"), (StoredScenario, "A scenario"), (StoredReport, "A report")):
            if session.scalars(select(kind).where(kind.workspace == workspace, kind.digest == digest)).first():
                raise Conflict(f"{what} rests on this network. Move or delete that first.")
        session.delete(found)
        session.flush()
        with widened(session):  # another workspace may have it too
            if not session.scalar(select(exists().where(StoredNetwork.digest == digest))):
                folders = list(session.scalars(select(Blob.folder).where(Blob.digest == digest)))
                session.execute(delete(Blob).where(Blob.digest == digest))
        audit.record(session, "network.delete", user=by, workspace=workspace, target=digest)
    blobs.remove_folders(store.networks, folders)


class Shelf:
    """Networks that were read lately; they never change, so that nothing here can be stale."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: OrderedDict[tuple[str, str], Network] = OrderedDict()
        self._known: set[tuple[str, str]] = set()
        self._lock = Lock()

    def has(self, workspace: str, digest: str) -> bool:
        """See whether a workspace has a network; an embedded store is asked once, for no other server can delete in it."""
        if (workspace, digest) in self._known:
            return True
        found = has(self._store, workspace, digest)
        if found and self._store.embedded and len(self._known) < MOST_KNOWN:
            self._known.add((workspace, digest))
        return found

    def remove(self, workspace: str, digest: str, *, by: str | None) -> None:
        """Delete a network from a workspace.

        Raises
        ------
        NotFound
            The workspace has no such network.
        Conflict
            A name, a scenario or a report rests on it.
        """
        try:
            remove(self._store, workspace, digest, by=by)
        finally:
            self._known.discard((workspace, digest))

    def read(self, workspace: str, digest: str) -> Network:
        """Read a network of a workspace.

        Raises
        ------
        NotFound
            The workspace has no such network.
        """
        with reading(self._store.engine, workspace) as session:
            found = row(session, workspace, digest)
            files = session.scalars(select(Blob).where(Blob.digest == digest)).all()
        key = workspace, digest
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        tables = blobs.read_blobs(self._store.networks, files)
        network = Network(found.label, tables, tuple(read_finding(each) for each in found.findings))
        network.__dict__["digest"] = digest  # known already; a cached property keeps its value here
        with self._lock:
            self._held[key] = network
            while len(self._held) > MOST_AT_HAND:
                self._held.popitem(last=False)
        return network


def read_finding(stored: dict[str, Any]) -> Finding:
    """Make a finding of what ``to_dict`` gave."""
    known = {field.name for field in fields(Finding)}
    return Finding(
        **{name: value for name, value in stored.items() if name in known} | {"column": stored["column"] or ""}
    )
