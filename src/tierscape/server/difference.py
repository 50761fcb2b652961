"""What differs between two states of a table, by key."""

from __future__ import annotations

from typing import Any

import polars as pl

from tierscape.schema import Table

MOST = 200
"""Most that each list holds; the totals count all."""


def table_difference(before: pl.DataFrame, after: pl.DataFrame, table: Table) -> dict[str, Any]:
    """Give the keys of rows that were added and removed, and the values that changed.

    Parameters
    ----------
    before, after : polars.DataFrame
        Rows by the declaration.
    table : Table
        The declaration; rows of a table without a key are told apart by their place.

    Returns
    -------
    dict
        ``added``, ``removed`` (keys joined by ``/``), ``changed`` (key, column, before, after), ``totals`` of the three.
    """
    old, new = _keyed(before, table), _keyed(after, table)
    added = new.join(old, on="_key", how="anti", maintain_order="left")["_key"]
    removed = old.join(new, on="_key", how="anti", maintain_order="left")["_key"]
    both = old.join(new, on="_key", suffix=" after", maintain_order="left")
    changed: list[dict[str, Any]] = []
    total = 0
    for column in table.columns:
        if column.name in table.key:
            continue
        moved = both.filter(pl.col(column.name).ne_missing(pl.col(f"{column.name} after")))
        total += moved.height
        rows = moved.head(max(0, MOST - len(changed))).select("_key", column.name, f"{column.name} after").rows()
        changed += [
            {"key": key, "column": column.name, "before": _plain(was), "after": _plain(now)} for key, was, now in rows
        ]
    return {
        "added": added.head(MOST).to_list(),
        "removed": removed.head(MOST).to_list(),
        "changed": changed,
        "totals": {"added": len(added), "removed": len(removed), "changed": total},
    }


def _keyed(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Give each row its key as text; where rows share one (a year may be null), the second and on are numbered."""
    if table.key:
        key = pl.concat_str([pl.col(k).cast(pl.String).fill_null("") for k in table.key], separator="/")
    else:
        key = pl.int_range(1, pl.len() + 1).cast(pl.String)
    keyed = frame.with_columns(key.alias("_key"))
    place = pl.int_range(pl.len()).over("_key")
    return keyed.with_columns(
        pl.when(place > 0).then(pl.format("{} #{}", "_key", place + 1)).otherwise("_key").alias("_key")
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
