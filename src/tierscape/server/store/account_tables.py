"""Tables of accounts: people, what they may, how they are signed in, and the log of what was done.

Secrets are never stored: a session, a token or an invitation is known by the SHA-256 of its 256 random bits, a password by
argon2id. The log refers to people by id alone, so that the deletion of an account leaves its rows with a pseudonym.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tierscape.server.store.tables import Base, now

USER = "users.user_id"


class User(Base):
    """A person's account."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject", name="uq_users_oidc"),)
    user: Mapped[str] = mapped_column("user_id", String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(200))
    oidc_issuer: Mapped[str | None] = mapped_column(String(400))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    administrator: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    created: Mapped[dt.datetime] = mapped_column(default=now)


class Membership(Base):
    """The role of a person in a workspace."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('viewer', 'planner', 'admin')", name="role"),)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), primary_key=True)
    user: Mapped[str] = mapped_column("user_id", ForeignKey(USER, ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))


class SignedIn(Base):
    """A session of a browser."""

    __tablename__ = "sessions"
    session: Mapped[str] = mapped_column("session_hash", String(64), primary_key=True)
    user: Mapped[str] = mapped_column("user_id", ForeignKey(USER, ondelete="CASCADE"), index=True)
    created: Mapped[dt.datetime] = mapped_column(default=now)
    seen: Mapped[dt.datetime] = mapped_column(default=now, index=True)


class Token(Base):
    """A secret for programs, with the rights of its owner in one workspace, at most those of a role."""

    __tablename__ = "tokens"
    __table_args__ = (CheckConstraint("role IN ('viewer', 'planner', 'admin')", name="role"),)
    token: Mapped[str] = mapped_column("token_id", String(40), primary_key=True)
    hash: Mapped[str] = mapped_column("token_hash", String(64), unique=True)
    user: Mapped[str] = mapped_column("user_id", ForeignKey(USER, ondelete="CASCADE"), index=True)
    workspace: Mapped[str] = mapped_column(ForeignKey("workspaces.workspace", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    expires: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]


class Invitation(Base):
    """A one-time secret with which a person sets a password."""

    __tablename__ = "invitations"
    invitation: Mapped[str] = mapped_column("invitation_hash", String(64), primary_key=True)
    user: Mapped[str] = mapped_column("user_id", ForeignKey(USER, ondelete="CASCADE"), index=True)
    expires: Mapped[dt.datetime]


class Failure(Base):
    """Failed sign-ins by account and by address; the key is a hash, so that no list of addresses arises."""

    __tablename__ = "sign_in_failures"
    key: Mapped[str] = mapped_column("failure_key", String(64), primary_key=True)
    count: Mapped[int] = mapped_column("failures")
    last: Mapped[dt.datetime] = mapped_column("last_at")
    until: Mapped[dt.datetime | None] = mapped_column("locked_until")


class OpenSignIn(Base):
    """A sign-in at the OpenID provider that has begun: what the answer must match."""

    __tablename__ = "open_sign_ins"
    state: Mapped[str] = mapped_column("state_hash", String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    expires: Mapped[dt.datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """One row of the log; each holds the hash of the one before it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_workspace", "workspace", "entry"),)
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column("happened_at", String(32))
    user: Mapped[str | None] = mapped_column("user_id", String(40))
    workspace: Mapped[str | None] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column("hash_before", String(64))
    hash: Mapped[str] = mapped_column("entry_hash", String(64))
