"""Answers as bytes: kept once, sent as they are, the least used thrown out above a cap."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from tierscape._version import __version__
from tierscape.server.store.engine import EVERYWHERE, reading, writing
from tierscape.server.store.opening import Store
from tierscape.server.store.tables import Job, ReportResult, StoredResult, now

LOW_WATER = 0.9
"""Share of the cap down to which is thrown out, so that it is not done for each answer."""
SMALLEST_PACKED = 1000
"""Bytes below which packing gains nothing."""


@dataclass(frozen=True)
class Body:
    """An answer ready to be sent."""

    key: str
    digest: str
    etag: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True)
class Question:
    """What a result answers: its key covers all that the bytes depend on."""

    key: str
    digest: str
    analysis: str
    params: dict[str, Any]


Headlines = Sequence[Sequence[str]]
"""What it is, its value with unit, a few words beside it: a line each."""


def put(
    store: Store, workspace: str, question: Question, plain: bytes, *, headlines: Headlines | None = None,
    charts: bytes | None = None,
) -> Body:  # fmt: skip
    """Keep an answer about a network of a workspace; where the key is there already, the first one stands."""
    body = Body(question.key, question.digest, etag_of(plain), plain, pack(plain))
    charts = None if charts is None else gzip.compress(charts, 6, mtime=0)
    size = len(plain) + len(body.packed) + len(charts or b"")
    made = StoredResult(
        key=question.key, digest=question.digest, analysis=question.analysis, params=question.params, version=__version__,
        etag=body.etag, body=plain, packed=body.packed, charts=charts, size=size,
        headlines=None if headlines is None else [list(line) for line in headlines],
    )  # fmt: skip
    try:
        with writing(store.engine, workspace) as session:
            session.add(made)
    except IntegrityError:
        if charts is not None:
            put_charts(store, workspace, question.key, charts)
    return body


def put_charts(store: Store, workspace: str, key: str, packed: bytes) -> None:
    """Keep the packed charts of an answer that had none yet."""
    bare = (StoredResult.key == key) & StoredResult.charts.is_(None)
    with writing(store.engine, workspace) as session:
        session.execute(update(StoredResult).where(bare).values(charts=packed, size=StoredResult.size + len(packed)))


def pack(plain: bytes) -> bytes:
    """Compress with a fixed time stamp; short bodies stay as they are, marked by being empty here."""
    return gzip.compress(plain, 6, mtime=0) if len(plain) >= SMALLEST_PACKED else b""


def etag_of(plain: bytes) -> str:
    """Give the strong entity tag of a body."""
    return f'"{hashlib.sha256(plain).hexdigest()[:32]}"'


def facts(store: Store, workspace: str, key: str) -> Question | None:
    """Give what a result answers, None where the workspace has none of that key."""
    columns = select(StoredResult.digest, StoredResult.analysis, StoredResult.params)
    with reading(store.engine, workspace) as session:
        found = session.execute(columns.where(StoredResult.key == key)).one_or_none()
    return None if found is None else Question(key, found[0], found[1], found[2])


def charts(store: Store, workspace: str, key: str) -> bytes | None:
    """Give the packed charts of an answer, None where they are not drawn yet."""
    with reading(store.engine, workspace) as session:
        return session.scalar(select(StoredResult.charts).where(StoredResult.key == key))


def headlines(store: Store, workspace: str, key: str) -> Headlines | None:
    """Give the headlines of an answer, None where none were kept."""
    with reading(store.engine, workspace) as session:
        return session.scalar(select(StoredResult.headlines).where(StoredResult.key == key))


def evict(store: Store, most_bytes: float) -> int:
    """Throw out the answers used least lately until the rest fits; never one that a report or a running job names.

    Returns
    -------
    int
        Number of answers thrown out.
    """
    with reading(store.engine, EVERYWHERE) as session:
        total = session.scalar(select(func.coalesce(func.sum(StoredResult.size), 0))) or 0
        if total <= most_bytes:
            return 0
        kept = _kept()
        oldest = session.execute(
            select(StoredResult.key, StoredResult.size).where(~kept).order_by(StoredResult.used)
        ).all()
    gone = []
    for key, size in oldest:
        if total <= most_bytes * LOW_WATER:
            break
        gone.append(key)
        total -= size
    with writing(store.engine, EVERYWHERE) as session:
        for at in range(0, len(gone), 500):
            session.execute(delete(StoredResult).where(StoredResult.key.in_(gone[at : at + 500]), ~_kept()))
    return len(gone)


def _kept() -> ColumnElement[bool]:
    reported = exists().where(ReportResult.key == StoredResult.key)
    awaited = exists().where(Job.key == StoredResult.key, Job.state.in_(("queued", "running")))
    return reported | awaited


class Bodies:
    """Answers that were sent lately, in memory: a pure cache of the table, bounded in bytes."""

    def __init__(self, store: Store, most_bytes: int = 256 << 20) -> None:
        self._store = store
        self._most = most_bytes
        self._size = 0
        self._held: OrderedDict[str, Body] = OrderedDict()
        self._touched: dict[str, float] = {}
        self._lock = Lock()

    def at_hand(self, key: str) -> Body | None:
        """Give an answer if it is in memory; the store is not asked."""
        with self._lock:
            body = self._held.get(key)
            if body is not None:
                self._held.move_to_end(key)
                self._touched[key] = time.time()
        return body

    def get(self, workspace: str, key: str) -> Body | None:
        """Give an answer, None where there is none of that key.

        One that is in memory is given to any workspace: that it has the network is for the caller to see.
        """
        body = self.at_hand(key)
        if body is not None:
            return body
        columns = select(StoredResult.digest, StoredResult.etag, StoredResult.body, StoredResult.packed)
        with reading(self._store.engine, workspace) as session:
            found = session.execute(columns.where(StoredResult.key == key)).one_or_none()
        if found is None:
            return None
        body = Body(key, *found)
        self.hold(body)
        return body

    def hold(self, body: Body) -> None:
        """Keep an answer in memory; the oldest go when there is no room."""
        size = len(body.plain) + len(body.packed)
        if size > self._most // 4:
            return
        with self._lock:
            if body.key not in self._held:
                self._held[body.key] = body
                self._size += size
            self._touched[body.key] = time.time()
            while self._size > self._most:
                _, old = self._held.popitem(last=False)
                self._size -= len(old.plain) + len(old.packed)

    def write_use(self) -> None:
        """Write down which answers were used since the last time, so that eviction knows."""
        with self._lock:
            touched, self._touched = list(self._touched), {}
        if touched:
            with writing(self._store.engine, EVERYWHERE) as session:
                for at in range(0, len(touched), 500):
                    these = StoredResult.key.in_(touched[at : at + 500])
                    session.execute(update(StoredResult).where(these).values(used=now()))
