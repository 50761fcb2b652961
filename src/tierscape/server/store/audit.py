"""The log of what was done: only ever longer, each row chained to the one before it by SHA-256.

The database refuses to change or delete rows by triggers; the chain shows it where someone went around them. A cut end is
found by comparing with a head that was published before, as backups do.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tierscape.errors import ParameterError
from tierscape.server.store.account_tables import AuditEntry
from tierscape.server.store.engine import widened
from tierscape.server.store.tables import now

START = "0" * 64
LOCK = 0x7165_7273
"""Number of PostgreSQL's advisory lock under which the log grows, one writer at a time."""
PAGE = 1000


@dataclass(frozen=True)
class Head:
    """Where the log ends.

    Parameters
    ----------
    entry : int
        Number of the last row, 0 where there is none.
    hash : str
        Its hash; 64 zeros where there is none.
    """

    entry: int
    hash: str

    def __str__(self) -> str:
        return f"{self.entry}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``str`` gave.

        Raises
        ------
        ParameterError
            It is no end of a log.
        """
        found = re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{64})", text)
        if found is None:
            raise ParameterError("head: give ENTRY:HASH as 'tierscape audit' or 'tierscape backup' printed it.")
        return cls(int(found[1]), found[2])


@dataclass(frozen=True)
class Verdict:
    """What checking the log has found.

    Parameters
    ----------
    head : Head
        The last row whose chain is whole.
    broken : int or None
        Number of the first row that was changed, or that should be there and is not; null where all is well.
    """

    head: Head
    broken: int | None


def lock(session: Session) -> None:
    """Let one writer at a time go on, to the end of its transaction; on SQLite a writing session is the only one anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def record(
    session: Session, action: str, *, user: str | None, workspace: str | None = None, target: str = "",
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> Head:  # fmt: skip
    """Add a row, in the transaction of what it tells of: both are kept, or neither.

    Parameters
    ----------
    session : Session
        A writing session.
    action : str
        What was done, such as ``member.set``.
    user : str or None
        Id of who did it; null where nobody was signed in.
    target : str
        Id of what it was done to; never a name, a secret or a value of a network.
    """
    lock(session)
    with widened(session):  # the chain is one for all workspaces
        last = head(session)
        entry = AuditEntry(
            entry=last.entry + 1, at=now().isoformat(timespec="microseconds"), user=user, workspace=workspace,
            action=action, target=target, detail=json.dumps(dict(detail or {}), sort_keys=True), before=last.hash,
        )  # fmt: skip
        entry.hash = _hash(entry)
        session.add(entry)
        session.flush()
    return Head(entry.entry, entry.hash)


def head(session: Session) -> Head:
    """Give the end of the log, to publish it; the session must see all of it."""
    found = session.execute(
        select(AuditEntry.entry, AuditEntry.hash).order_by(AuditEntry.entry.desc()).limit(1)
    ).first()
    return Head(found.entry, found.hash) if found else Head(0, START)


def entries(
    session: Session, workspace: str | None, *, before: int | None = None, limit: int = 200
) -> list[AuditEntry]:
    """Give rows of a workspace, newest first; null gives those of no workspace too."""
    query = select(AuditEntry).order_by(AuditEntry.entry.desc()).limit(limit)
    if workspace is not None:
        query = query.where(AuditEntry.workspace == workspace)
    if before is not None:
        query = query.where(AuditEntry.entry < before)
    return list(session.scalars(query))


def verify(session: Session, published: Head | None = None) -> Verdict:
    """Follow the chain from its start; the session must see all of it.

    Parameters
    ----------
    published : Head, optional
        An end of the log that was kept elsewhere; it must still be in it.
    """
    last = Head(0, START)
    for entry in _in_order(session):
        whole = entry.entry == last.entry + 1 and entry.before == last.hash and entry.hash == _hash(entry)
        agrees = published is None or entry.entry != published.entry or entry.hash == published.hash
        if not (whole and agrees):
            return Verdict(last, last.entry + 1)
        last = Head(entry.entry, entry.hash)
    cut = published is not None and published.entry > last.entry
    return Verdict(last, last.entry + 1 if cut else None)


def _in_order(session: Session) -> Iterator[AuditEntry]:
    after = 0
    while page := list(
        session.scalars(select(AuditEntry).where(AuditEntry.entry > after).order_by(AuditEntry.entry).limit(PAGE))
    ):
        yield from page
        after = page[-1].entry
        session.expunge_all()


def _hash(entry: AuditEntry) -> str:
    fields = [
        entry.entry,
        entry.at,
        entry.user,
        entry.workspace,
        entry.action,
        entry.target,
        entry.detail,
        entry.before,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
