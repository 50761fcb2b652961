"""Names: movable pointers to networks, with their history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tierscape.server.refusals import Conflict
from tierscape.server.store import audit
from tierscape.server.store.engine import reading, writing
from tierscape.server.store.networks import row
from tierscape.server.store.opening import Store
from tierscape.server.store.tables import Name, NameMove


def move(store: Store, workspace: str, name: str, digest: str, *, seen: str | None, by: str | None) -> None:
    """Point a name to a network.

    Parameters
    ----------
    store, workspace, name
        Which name.
    digest : str
        Network that it shall point to.
    seen : str, optional
        Network that the mover saw it point to; null for a new name.
    by : str, optional
        Who.

    Raises
    ------
    NotFound
        The workspace has no such network.
    Conflict
        The name points elsewhere by now.
    """
    try:
        with writing(store.engine, workspace) as session:
            point(session, (workspace, name), digest, seen=seen, by=by)
    except IntegrityError as error:  # another made the same name at the same time
        raise Conflict(_moved(name)) from error


def follow(store: Store, workspace: str, name: str, digest: str, *, seen: str, by: str | None) -> None:
    """Point a name to what was made of the network that it points to; a name that is not there yet is made.

    Raises
    ------
    Conflict
        The name points elsewhere by now.
    """
    with reading(store.engine, workspace) as session:
        there = session.get(Name, (workspace, name)) is not None
    move(store, workspace, name, digest, seen=seen if there else None, by=by)


def point(session: Session, at: tuple[str, str], digest: str, *, seen: str | None, by: str | None) -> None:
    """Do the same as a part of a larger change; ``at`` is workspace and name.

    Raises
    ------
    NotFound
        The workspace has no such network.
    Conflict
        The name points elsewhere by now.
    """
    workspace, name = at
    row(session, workspace, digest)
    if seen is None:
        if session.get(Name, (workspace, name)) is not None:
            raise Conflict(_moved(name))
        session.add(Name(workspace=workspace, name=name, digest=digest))
    else:
        here = (Name.workspace == workspace) & (Name.name == name) & (Name.digest == seen)
        if session.connection().execute(update(Name).where(here).values(digest=digest)).rowcount != 1:
            raise Conflict(_moved(name))
    session.add(NameMove(workspace=workspace, name=name, before=seen, digest=digest, by=by))
    audit.record(session, "name.move", user=by, workspace=workspace, target=digest, detail={"before": seen})


def _moved(name: str) -> str:
    return f"The name '{name}' was moved since you saw it. Look at where it points now, and move it again."


def listing(store: Store, workspace: str) -> list[dict[str, Any]]:
    """List names with their history, the newest move first."""
    with reading(store.engine, workspace) as session:
        names = session.scalars(select(Name).where(Name.workspace == workspace).order_by(Name.name)).all()
        moves = session.scalars(
            select(NameMove).where(NameMove.workspace == workspace).order_by(NameMove.move.desc())
        ).all()
    history: dict[str, list[dict[str, Any]]] = {}
    for each in moves:
        history.setdefault(each.name, []).append({"digest": each.digest, "by": each.by, "at": each.at.isoformat()})
    return [{"name": n.name, "digest": n.digest, "history": history.get(n.name, [])[:200]} for n in names]
