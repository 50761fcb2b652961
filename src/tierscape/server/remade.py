"""Answers made again from their bytes: the frames of their tables, and a plan as the object that writes scenarios."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from tierscape import analyses
from tierscape.analyses.design import Design
from tierscape.frames import DTYPES
from tierscape.schema import Table


def frames(answer: dict[str, Any]) -> list[tuple[Table, pl.DataFrame]]:
    """Make the frames of an answer again from its bytes.

    Parameters
    ----------
    answer : dict
        What ``Result.to_dict`` gave.

    Returns
    -------
    list of (Table, polars.DataFrame)
        In the order in which the answer declares them.
    """
    found = []
    for table in analyses.get(answer["analysis"]).result.TABLES:
        schema = {c.name: pl.String() if c.kind == "date" else DTYPES[c.kind] for c in table.columns}
        frame = pl.DataFrame(answer["tables"][table.name]["rows"], schema=schema, orient="row")
        dates = [pl.col(c.name).str.to_date() for c in table.columns if c.kind == "date"]
        found.append((table, frame.with_columns(dates)))
    return found


def plan(content: bytes) -> Design | None:
    """Make a plan again from its bytes, without solving; None where they answer something else.

    Notes
    -----
    It holds the tables alone: places, currency and provenance stay unset, so it draws no map.
    """
    answer = json.loads(content)
    if answer["analysis"] != "design":
        return None
    tables: dict[str, Any] = {table.name: frame for table, frame in frames(answer)}
    return Design(analysis="design", **tables)
