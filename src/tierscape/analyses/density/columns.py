"""Columns that several tables of `density` have."""

from __future__ import annotations

from tierscape.schema import Column

REGION = Column("region", "text", "Region.")
PART = Column("part", "text", "Part.")
PART_NAME = Column("name", "text", "Name of the part.")


def share(name: str, description: str) -> Column:
    """Declare a share from 0 to 1."""
    return Column(name, "number", description, unit="share")
