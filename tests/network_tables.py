"""Networks from short tables that stand in the test itself."""

from __future__ import annotations

import polars as pl

from tierscape.network import Network


def table(text: str) -> pl.DataFrame:
    """Read a table typed as words: names in the first line, a point for unknown, ``~`` for a blank inside a word."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    cells = [[None if word == "." else word.replace("~", " ") for word in row] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")


def make_network(name: str = "test", **tables: str | pl.DataFrame) -> Network:
    """Check and freeze tables given as text or as frames."""
    frames = {key: table(value) if isinstance(value, str) else value for key, value in tables.items()}
    return Network.from_tables(frames, name=name)
