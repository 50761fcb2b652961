"""Tables of the store, typed and declarative; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[dt.datetime]):
    """A point in time, always with the zone UTC: SQLite keeps none of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Write the time in UTC."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Read the time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def now() -> dt.datetime:
    """Give the time of the clock, in UTC."""
    return dt.datetime.now(dt.UTC)


class Base(DeclarativeBase):
    """Base of every table of the store."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, dt.datetime: Moment, bytes: LargeBinary}  # noqa: RUF012


class Workspace(Base):
    """Whose networks are kept apart from whose."""

    __tablename__ = "workspaces"
    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created: Mapped[dt.datetime] = mapped_column(default=now)


class Blob(Base):
    """One table of a network as a Parquet file; its row is written after the file is safe on disk."""

    __tablename__ = "blobs"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    table: Mapped[str] = mapped_column("table_name", String(40), primary_key=True)
    rows: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(String(60))


class StoredNetwork(Base):
    """A network of a workspace; its rows never change under a digest."""

    __tablename__ = "networks"
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    label: Mapped[str] = mapped_column(String(400))
    home: Mapped[str | None] = mapped_column(String(2))
    currency: Mapped[str | None] = mapped_column(String(3))
    rows: Mapped[int]
    products: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    created: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    by: Mapped[str | None] = mapped_column("made_by", String(40))


class Name(Base):
    """A movable pointer to a network."""

    __tablename__ = "names"
    __table_args__ = (ForeignKeyConstraint(["workspace", "digest"], ["networks.workspace", "networks.digest"]),)
    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))


class NameMove(Base):
    """One move of a name: from where, to where, when, by whom."""

    __tablename__ = "name_moves"
    __table_args__ = (Index("ix_name_moves_name", "workspace", "name"),)
    move: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    before: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column("moved_at", default=now)
    by: Mapped[str | None] = mapped_column("moved_by", String(40))


class EditSet(Base):
    """Edits that made one network of another."""

    __tablename__ = "edits"
    edit: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), index=True)
    base: Mapped[str] = mapped_column(String(64))
    made: Mapped[str] = mapped_column(String(64))
    edits: Mapped[list[Any]]
    at: Mapped[dt.datetime] = mapped_column("made_at", default=now)
    by: Mapped[str | None] = mapped_column("made_by", String(40))


class StoredResult(Base):
    """An answer as the bytes that are sent; who may see the network of its digest may see it."""

    __tablename__ = "results"
    key: Mapped[str] = mapped_column("result_key", String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    analysis: Mapped[str] = mapped_column(String(80))
    params: Mapped[dict[str, Any]]
    version: Mapped[str] = mapped_column(String(40))
    etag: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes]
    packed: Mapped[bytes]
    charts: Mapped[bytes | None]
    headlines: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    size: Mapped[int] = mapped_column(BigInteger)
    made: Mapped[dt.datetime] = mapped_column(default=now)
    used: Mapped[dt.datetime] = mapped_column(default=now, index=True)


ACTIVE = text("state IN ('queued', 'running')")
"""What is asked for twice at the same time is one job."""


class Job(Base):
    """Work that a worker process does: an analysis or a report."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_queue", "state", "created"),
        Index("uq_jobs_active", "workspace", "result_key", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )
    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), index=True)
    owner: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    analysis: Mapped[str] = mapped_column(String(80))
    params: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column("result_key", String(64), index=True)
    state: Mapped[str] = mapped_column(String(12))
    progress: Mapped[float | None]
    message: Mapped[str] = mapped_column(String(400), default="")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cancel: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(80))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    started: Mapped[dt.datetime | None]
    heartbeat: Mapped[dt.datetime | None]
    finished: Mapped[dt.datetime | None]


class StoredScenario(Base):
    """Named edits of a network, and the network that they make."""

    __tablename__ = "scenarios"
    scenario: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    edits: Mapped[list[Any]]
    made: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column("made_by", String(40))


class StoredReport(Base):
    """A report that was asked for, and its page once it is made."""

    __tablename__ = "reports"
    report: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    asked: Mapped[dict[str, Any]]
    job: Mapped[str] = mapped_column(String(40))
    page: Mapped[bytes | None]
    created: Mapped[dt.datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column("made_by", String(40))


class ReportResult(Base):
    """A result that a report names; such a result is never evicted."""

    __tablename__ = "report_results"
    report: Mapped[str] = mapped_column(ForeignKey("reports.report", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column("result_key", String(64), primary_key=True, index=True)
