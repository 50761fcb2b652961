"""The second revision: people, roles, sessions, tokens, and the log that only grows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLE = "role IN ('viewer', 'planner', 'admin')"
REFUSAL = "the audit log only grows"


def upgrade() -> None:
    """Make the tables, and the triggers that keep the log from being changed."""
    _people()
    _secrets()
    _sign_in()
    _audit()


def downgrade() -> None:
    """Drop them, the log too."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION tierscape_audit_only_grows()")
    for table in (
        "audit",
        "open_sign_ins",
        "sign_in_failures",
        "invitations",
        "tokens",
        "sessions",
        "memberships",
        "users",
    ):
        op.drop_table(table)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=f"fk_{table}_user_id", ondelete="CASCADE")


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace"], ["workspaces.workspace"], name=f"fk_{table}_workspace", ondelete="CASCADE"
    )


def _people() -> None:
    op.create_table(
        "users", _text("user_id", 40), _text("email", 254), _text("name", 200), _text("password", 200, nullable=True),
        _text("oidc_issuer", 400, nullable=True), _text("oidc_subject", 255, nullable=True), _flag("administrator"),
        _flag("disabled"), _moment("created"), _key("users", "user_id"), sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name="uq_users_oidc"),
    )  # fmt: skip
    op.create_table(
        "memberships", _text("workspace", 40), _text("user_id", 40), _text("role", 10),
        sa.CheckConstraint(ROLE, name="ck_memberships_role"), _of_workspace("memberships"), _of_user("memberships"),
        _key("memberships", "workspace", "user_id"),
    )  # fmt: skip
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])


def _secrets() -> None:
    op.create_table(
        "sessions", _text("session_hash", 64), _text("user_id", 40), _moment("created"), _moment("seen"),
        _of_user("sessions"), _key("sessions", "session_hash"),
    )  # fmt: skip
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_seen", "sessions", ["seen"])
    op.create_table(
        "tokens", _text("token_id", 40), _text("token_hash", 64), _text("user_id", 40), _text("workspace", 40),
        _text("role", 10), _text("name", 200), _moment("created"), _moment("expires"), _moment("used", nullable=True),
        sa.CheckConstraint(ROLE, name="ck_tokens_role"), _of_user("tokens"), _of_workspace("tokens"),
        _key("tokens", "token_id"), sa.UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
    )  # fmt: skip
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_index("ix_tokens_workspace", "tokens", ["workspace"])
    op.create_table(
        "invitations", _text("invitation_hash", 64), _text("user_id", 40), _moment("expires"), _of_user("invitations"),
        _key("invitations", "invitation_hash"),
    )  # fmt: skip
    op.create_index("ix_invitations_user_id", "invitations", ["user_id"])


def _sign_in() -> None:
    op.create_table(
        "sign_in_failures", _text("failure_key", 64), sa.Column("failures", sa.Integer(), nullable=False),
        _moment("last_at"), _moment("locked_until", nullable=True), _key("sign_in_failures", "failure_key"),
    )  # fmt: skip
    op.create_table(
        "open_sign_ins", _text("state_hash", 64), _text("nonce", 64), _text("verifier", 128), _moment("expires"),
        _key("open_sign_ins", "state_hash"),
    )  # fmt: skip
    op.create_index("ix_open_sign_ins_expires", "open_sign_ins", ["expires"])


def _audit() -> None:
    op.create_table(
        "audit", sa.Column("entry", sa.Integer(), nullable=False, autoincrement=False), _text("happened_at", 32),
        _text("user_id", 40, nullable=True), _text("workspace", 40, nullable=True), _text("action", 40),
        _text("target", 200), sa.Column("detail", sa.Text(), nullable=False), _text("hash_before", 64),
        _text("entry_hash", 64), _key("audit", "entry"),
    )  # fmt: skip
    op.create_index("ix_audit_workspace", "audit", ["workspace", "entry"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION tierscape_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION tierscape_audit_only_grows()"
        )
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
