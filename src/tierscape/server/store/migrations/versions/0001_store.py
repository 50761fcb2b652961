"""The first revision: networks, names, edits, results, jobs, scenarios, reports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACTIVE = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    """Make the tables."""
    _workspaces()
    _networks()
    _names()
    _results()
    _jobs()
    _reports()


def downgrade() -> None:
    """Drop them."""
    for table in ("report_results", "reports", "scenarios", "jobs", "results", "edits", "name_moves", "names", "networks",
                  "blobs", "workspaces"):  # fmt: skip
        op.drop_table(table)


def _text(name: str, length: int, **how: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=how.pop("nullable", False), **how)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _number(name: str, **how: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, **how)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace"], ["workspaces.workspace"], name=f"fk_{table}_workspace", ondelete="CASCADE"
    )


def _workspaces() -> None:
    op.create_table(
        "workspaces", _text("workspace", 40), _text("name", 200), _moment("created"), _key("workspaces", "workspace")
    )


def _networks() -> None:
    op.create_table(
        "blobs", _text("digest", 64), _text("table_name", 40), _number("rows"),
        sa.Column("size", sa.BigInteger(), nullable=False), _text("sha256", 64), _text("folder", 60),
        _key("blobs", "digest", "table_name"),
    )  # fmt: skip
    op.create_table(
        "networks", _text("workspace", 40), _text("digest", 64), _text("label", 400), _text("home", 2, nullable=True),
        _text("currency", 3, nullable=True), _number("rows"), _json("products"), _json("findings"), _moment("created"),
        _text("made_by", 40, nullable=True), _of_workspace("networks"), _key("networks", "workspace", "digest"),
    )  # fmt: skip
    op.create_index("ix_networks_created", "networks", ["created"])


def _names() -> None:
    network = sa.ForeignKeyConstraint(
        ["workspace", "digest"], ["networks.workspace", "networks.digest"], name="fk_names_workspace"
    )
    op.create_table(
        "names", _text("workspace", 40), _text("name", 200), _text("digest", 64), network, _key("names", "workspace", "name")
    )  # fmt: skip
    op.create_table(
        "name_moves", _number("move", autoincrement=True), _text("workspace", 40), _text("name", 200),
        _text("before", 64, nullable=True), _text("digest", 64), _moment("moved_at"), _text("moved_by", 40, nullable=True),
        _of_workspace("name_moves"), _key("name_moves", "move"),
    )  # fmt: skip
    op.create_index("ix_name_moves_name", "name_moves", ["workspace", "name"])
    op.create_table(
        "edits", _number("edit", autoincrement=True), _text("workspace", 40), _text("base", 64), _text("made", 64),
        _json("edits"), _moment("made_at"), _text("made_by", 40, nullable=True), _of_workspace("edits"), _key("edits", "edit"),
    )  # fmt: skip
    op.create_index("ix_edits_workspace", "edits", ["workspace"])


def _results() -> None:
    op.create_table(
        "results", _text("result_key", 64), _text("digest", 64), _text("analysis", 80), _json("params"),
        _text("version", 40), _text("etag", 80), sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False), sa.Column("charts", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False), _moment("made"), _moment("used"), _key("results", "result_key"),
    )  # fmt: skip
    op.create_index("ix_results_digest", "results", ["digest"])
    op.create_index("ix_results_used", "results", ["used"])


def _jobs() -> None:
    op.create_table(
        "jobs", _text("job", 40), _text("workspace", 40), _text("owner", 40, nullable=True), _text("kind", 20),
        _text("digest", 64), _text("analysis", 80), _json("params"), _text("result_key", 64), _text("state", 12),
        sa.Column("progress", sa.Double(), nullable=True), _text("message", 400), _json("error", nullable=True),
        sa.Column("cancel", sa.Boolean(), nullable=False), _number("attempt"), _text("worker", 80, nullable=True),
        _moment("created"), _moment("started", nullable=True), _moment("heartbeat", nullable=True),
        _moment("finished", nullable=True), _of_workspace("jobs"), _key("jobs", "job"),
    )  # fmt: skip
    op.create_index("ix_jobs_queue", "jobs", ["state", "created"])
    op.create_index("ix_jobs_result_key", "jobs", ["result_key"])
    op.create_index("ix_jobs_workspace", "jobs", ["workspace"])
    op.create_index(
        "uq_jobs_active", "jobs", ["workspace", "result_key"], unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )


def _reports() -> None:
    op.create_table(
        "scenarios", _text("scenario", 40), _text("workspace", 40), _text("name", 200), _text("digest", 64), _json("edits"),
        _text("made", 64, nullable=True), _moment("created"), _text("made_by", 40, nullable=True),
        _of_workspace("scenarios"), _key("scenarios", "scenario"),
    )  # fmt: skip
    op.create_index("ix_scenarios_workspace", "scenarios", ["workspace"])
    op.create_table(
        "reports", _text("report", 40), _text("workspace", 40), _text("title", 200), _text("digest", 64), _json("asked"),
        _text("job", 40), sa.Column("page", sa.LargeBinary(), nullable=True), _moment("created"),
        _text("made_by", 40, nullable=True), _of_workspace("reports"), _key("reports", "report"),
    )  # fmt: skip
    op.create_index("ix_reports_workspace", "reports", ["workspace"])
    report = sa.ForeignKeyConstraint(
        ["report"], ["reports.report"], name="fk_report_results_report", ondelete="CASCADE"
    )
    op.create_table(
        "report_results", _text("report", 40), _text("result_key", 64), report, _key("report_results", "report", "result_key")
    )  # fmt: skip
    op.create_index("ix_report_results_result_key", "report_results", ["result_key"])
