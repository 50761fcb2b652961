"""Declared tables as polars frames: the types, and the empty frame."""

from __future__ import annotations

import polars as pl

from tierscape.schema import Table

DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
}


def empty(table: Table) -> pl.DataFrame:
    """Give the declared table without rows."""
    return pl.DataFrame(schema={c.name: DTYPES[c.kind] for c in table.columns})
