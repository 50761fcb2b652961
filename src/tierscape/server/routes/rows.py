"""Rows of the tables of a network: pages of them, search, and the difference between two networks."""

from __future__ import annotations

import io
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.schema import TABLES, Table
from tierscape.server.access import Member, member
from tierscape.server.difference import table_difference
from tierscape.server.refusals import NotFound
from tierscape.server.serving import FRESH, Serving, serving

router = APIRouter(prefix="/api/w/{workspace}/networks", tags=["rows"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Held = Annotated[Serving, Depends(serving)]
ARROW = "application/vnd.apache.arrow.stream"
MOST_FOUND = 200


class Page:
    """Which rows, in which order.

    Parameters
    ----------
    offset, limit : int
        First row, counted from 0, and most rows.
    sort : str
        Column, with ``-`` before it for the other way round.
    filter : str
        Text that a cell of the row must hold.
    """

    def __init__(
        self,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        sort: Annotated[str, Query(max_length=100, description="Column; with '-' before it the other way round.")] = "",
        filter: Annotated[str, Query(max_length=200, description="Text that a cell must hold.")] = "",  # noqa: A002
    ) -> None:
        self.offset, self.limit, self.sort, self.filter = offset, limit, sort, filter


class RowColumn(BaseModel):
    """A column of a table."""

    name: str
    kind: str
    unit: str
    description: str
    required: bool
    choices: list[str]


class Rows(BaseModel):
    """A page of rows."""

    columns: list[RowColumn]
    total: int = Field(description="Rows that the filter lets through.")
    rows: list[dict[str, Any]]


class Found(BaseModel):
    """Something with the words that were looked for."""

    table: str
    key: str
    name: str
    detail: str
    lat: float | None
    lon: float | None


class Changed(BaseModel):
    """A value that differs."""

    key: str
    column: str
    before: Any
    after: Any


class Difference(BaseModel):
    """What differs in a table; the lists hold 200 at most, the totals all."""

    added: list[str]
    removed: list[str]
    changed: list[Changed]
    totals: dict[str, int]


class Differences(BaseModel):
    """What differs between two networks, by table."""

    tables: dict[str, Difference]


@router.get(
    "/{digest}/tables/{table}", response_model=Rows, responses={200: {"content": {ARROW: {}}, "description": "Rows, as JSON or Arrow."}}
)  # fmt: skip
def table_rows(
    request: Request,
    digest: str,
    table: str,
    who: Viewer,
    held: Held,
    page: Annotated[Page, Depends()],
) -> Any:
    """Give rows of a table; with ``Accept: application/vnd.apache.arrow.stream`` all of them."""
    declared, frame = _table(held.shelf.read(who.workspace, digest), table)
    if ARROW in request.headers.get("accept", ""):
        sink = io.BytesIO()
        frame.write_ipc_stream(sink, compression="uncompressed")
        return Response(sink.getvalue(), media_type=ARROW, headers={"Cache-Control": FRESH})
    frame = frame.with_row_index("row", offset=1)
    if page.filter:
        frame = frame.filter(_holds(declared.names, page.filter))
    if page.sort:
        frame = _sorted(frame, declared, page.sort)
    shown = frame.slice(page.offset, page.limit)
    return Rows(columns=[_column(c) for c in declared.columns], total=frame.height, rows=plain(shown))


def _sorted(frame: pl.DataFrame, table: Table, sort: str) -> pl.DataFrame:
    name = sort.removeprefix("-")
    if name not in table.names:
        raise ParameterError(f"sort: '{table.name}' has no column of that name. There are {', '.join(table.names)}.")
    return frame.sort(name, descending=sort.startswith("-"), nulls_last=True, maintain_order=True)


def plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give rows as plain values, days as ISO text."""
    return frame.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()


def _column(c: Any) -> RowColumn:
    return RowColumn(
        name=c.name, kind=c.kind, unit=c.unit, description=c.description, required=c.required, choices=list(c.choices)
    )  # fmt: skip


def _holds(columns: tuple[str, ...], text: str) -> pl.Expr:
    """See whether any cell of a row holds a text, whatever its case; the text is no pattern."""
    wanted = text.lower()
    cells = [pl.col(c).cast(pl.String).str.to_lowercase().str.contains(wanted, literal=True) for c in columns]
    return pl.any_horizontal(cells).fill_null(value=False)


def _table(network: Network, name: str) -> tuple[Table, pl.DataFrame]:
    if name not in TABLES:
        raise NotFound
    return TABLES[name], network[name]


@router.get("/{digest}/search")
def search_network(
    digest: str,
    who: Viewer,
    held: Held,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words; each must occur.")],
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 20,
) -> list[Found]:
    """Find sites, parts, firms, regions and the like by key, name, town or country; those that begin so come first."""
    network = held.shelf.read(who.workspace, digest)
    words = q.lower().split()
    if not words:
        return []
    found: list[tuple[int, Found]] = []
    for table in ("sites", "parts", "organizations", "regions", "nodes", "projects", "disruptions"):
        found += _found(network[table], table, words, limit)
    ordered = sorted(found, key=lambda each: (each[0], each[1].name))
    return [each for _, each in ordered[:limit]]


def _found(frame: pl.DataFrame, table: str, words: list[str], limit: int) -> list[tuple[int, Found]]:
    key = TABLES[table].key[0]
    details = [
        name for name in ("kind", "town", "region", "country", "organization", "target") if name in frame.columns
    ]
    name = pl.coalesce("name", key) if "name" in frame.columns else pl.col(key)
    rows = frame.select(
        pl.col(key).alias("key"),
        name.alias("name"),
        pl.concat_str([pl.col(d) for d in details], separator=" · ", ignore_nulls=True).alias("detail"),
        *((pl.col(c) if c in frame.columns else pl.lit(None, pl.Float64)).alias(c) for c in ("lat", "lon")),
    )
    text = pl.concat_str(["key", "name", "detail"], separator=" ", ignore_nulls=True).str.to_lowercase()
    hit = pl.all_horizontal([text.str.contains(word, literal=True) for word in words])
    first = pl.col("name").str.to_lowercase().str.starts_with(words[0])
    rows = rows.with_columns(rank=pl.when(first).then(0).otherwise(1)).filter(hit)
    shown = rows.sort("rank", maintain_order=True).head(limit)
    return [(r.pop("rank"), Found(table=table, **r)) for r in shown.to_dicts()]


@router.get("/{digest}/diff/{other}")
def difference(digest: str, other: str, who: Viewer, held: Held) -> Differences:
    """Give what was added, removed and changed from the first network to the second."""
    before, after = held.shelf.read(who.workspace, digest), held.shelf.read(who.workspace, other)
    tables = {name: table_difference(before[name], after[name], table) for name, table in TABLES.items()}
    return Differences(
        tables={name: Difference(**found) for name, found in tables.items() if any(found["totals"].values())}
    )
