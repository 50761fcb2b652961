"""The third revision: an answer's headlines are kept with it, for what made it may take long to run again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; answers of before have none and are asked anew."""
    op.add_column("results", sa.Column("headlines", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("results") as results:
        results.drop_column("headlines")
