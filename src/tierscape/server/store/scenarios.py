"""Scenarios: named edits of a network, kept with the network that they make."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tierscape.server.refusals import NotFound
from tierscape.server.store import audit
from tierscape.server.store.engine import reading, writing
from tierscape.server.store.opening import Store
from tierscape.server.store.tables import StoredScenario


def add(
    store: Store, workspace: str, *, name: str, digest: str, edits: list[Any], made: str, by: str | None
) -> StoredScenario:
    """Keep a new scenario."""
    scenario = StoredScenario(
        scenario=secrets.token_hex(12), workspace=workspace, name=name, digest=digest, edits=edits, made=made, by=by
    )
    with writing(store.engine, workspace) as session:
        session.add(scenario)
        audit.record(session, "scenario.add", user=by, workspace=workspace, target=scenario.scenario)
    return scenario


def change(store: Store, workspace: str, scenario: str, *, by: str | None, **values: Any) -> StoredScenario:
    """Change name, base, edits or what they make.

    Raises
    ------
    NotFound
        The workspace has no such scenario.
    """
    with writing(store.engine, workspace) as session:
        found = _of(session, workspace, scenario)
        for name, value in values.items():
            setattr(found, name, value)
        audit.record(session, "scenario.change", user=by, workspace=workspace, target=scenario)
    return found


def remove(store: Store, workspace: str, scenario: str, *, by: str | None) -> None:
    """Delete a scenario; the network that it made stands.

    Raises
    ------
    NotFound
        The workspace has no such scenario.
    """
    with writing(store.engine, workspace) as session:
        session.delete(_of(session, workspace, scenario))
        audit.record(session, "scenario.delete", user=by, workspace=workspace, target=scenario)


def get(store: Store, workspace: str, scenario: str) -> StoredScenario:
    """Give a scenario.

    Raises
    ------
    NotFound
        The workspace has no such scenario.
    """
    with reading(store.engine, workspace) as session:
        return _of(session, workspace, scenario)


def listing(store: Store, workspace: str) -> Sequence[StoredScenario]:
    """List the scenarios of a workspace, the newest first."""
    mine = select(StoredScenario).where(StoredScenario.workspace == workspace)
    with reading(store.engine, workspace) as session:
        return session.scalars(mine.order_by(StoredScenario.created.desc(), StoredScenario.scenario)).all()


def _of(session: Session, workspace: str, scenario: str) -> StoredScenario:
    found = session.get(StoredScenario, scenario)
    if found is None or found.workspace != workspace:
        raise NotFound
    return found
