"""The fourth revision: on PostgreSQL the database itself keeps workspaces apart, whatever a query forgets.

A transaction says by the setting ``app.workspace`` whose rows it works on; ``*`` are all, and without it there are none. The policies
are forced, so that they hold for the owner of the tables too; only a superuser or a role with BYPASSRLS is not held by them.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCOPE = "current_setting('app.workspace', true)"
OWN = f"workspace = {SCOPE} OR {SCOPE} = '*'"
SHARED = "current_setting('app.workspace', true) = '*' OR digest IN (SELECT n.digest FROM networks n)"
"""What is kept once for all workspaces that have the network; the policy of the networks holds within."""
RULES = {
    **dict.fromkeys(("networks", "names", "name_moves", "edits", "jobs", "scenarios", "reports", "audit"), OWN),
    "blobs": SHARED,
    "results": SHARED,
    "report_results": "EXISTS (SELECT 1 FROM reports r WHERE r.report = report_results.report)",
}


def upgrade() -> None:
    """Index networks by digest, and put up the wall."""
    op.create_index("ix_networks_digest", "networks", ["digest"])
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in RULES.items():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY apart ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    """Take it down."""
    if op.get_bind().dialect.name == "postgresql":
        for table in RULES:
            op.execute(f"DROP POLICY apart ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_index("ix_networks_digest", "networks")
