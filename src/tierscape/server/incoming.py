"""A network as it comes in over HTTP: a file, several files, rows as JSON, or the name of an example."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from tierscape import examples
from tierscape.errors import DataError, Finding, ParameterError
from tierscape.io.networks import load
from tierscape.network import Network
from tierscape.schema import SUPPLIERS, TABLES
from tierscape.server.serving import Serving
from tierscape.server.uploads import read_upload

FORMS = (".xlsx", ".zip", ".csv")
PIECES = (".csv", ".parquet")
MOST_FILES = 64
MOST_ROWS = 200_000


class Told(BaseModel):
    """A network told in JSON: the name of a shipped example, or rows by table."""

    model_config = ConfigDict(extra="forbid")

    example: str | None = None
    tables: dict[str, list[dict[str, Any]]] | None = Field(None)

    @model_validator(mode="after")
    def _one(self) -> Told:
        if (self.example is None) == (self.tables is None):
            raise ValueError("give one of 'example' and 'tables'")
        return self


async def read_body(request: Request, held: Serving, filename: str) -> Network:
    """Read the network of a request; nothing is stored yet.

    Raises
    ------
    ParameterError
        The body is of no form that is known.
    DataError
        Its tables cannot be used; all findings are listed.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        return await run_in_threadpool(_told, await request.body())
    async with _staging(held.settings.data) as folder:
        if kind == "multipart/form-data":
            await _pieces(request, folder / "tables")
            return await run_in_threadpool(read_upload, folder / "tables", held.settings)
        ending = Path(filename).suffix.lower()
        if ending not in FORMS:
            raise ParameterError(f"filename: its ending says the form of the file. Give one of {', '.join(FORMS)}.")
        target = folder / f"{_stem(filename)}{ending}"
        with target.open("wb") as file:
            async for part in request.stream():
                file.write(part)
        return await run_in_threadpool(read_upload, target, held.settings)


def _stem(filename: str) -> str:
    """Give what a network without a name is called after; never more than letters, digits, '-' and '_'."""
    plain = "".join(c if c.isalnum() or c in "-_ " else "_" for c in Path(filename.replace("\\", "/")).stem)
    return plain.strip("_ ")[:60] or "network"


@asynccontextmanager
async def _staging(data: Path) -> AsyncIterator[Path]:
    folder = data / "incoming" / secrets.token_hex(12)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)


async def _pieces(request: Request, folder: Path) -> None:
    """Write the files of a form under the names of their tables."""
    folder.mkdir()
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        for file in files:
            given = Path((file.filename or "").replace("\\", "/"))
            name, ending = given.stem.strip().lower(), given.suffix.lower()
            if name not in {*TABLES, SUPPLIERS.name} or ending not in PIECES:
                known = ", ".join([*TABLES, SUPPLIERS.name])
                raise DataError(
                    [_finding("unknown_table", f"no table is called so; there are {known}", given.name[:80])]
                )
            target = folder / f"{name}{ending}"
            if target.exists() or any((folder / f"{name}{other}").exists() for other in PIECES):
                raise DataError([_finding("doubled", "the table was sent twice", given.name[:80])])
            with target.open("wb") as sink:
                while part := await file.read(1 << 20):
                    sink.write(part)


def _told(raw: bytes) -> Network:
    try:
        told = Told.model_validate(json.loads(raw))
    except ValidationError as error:
        raise ParameterError(
            " ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}." for e in error.errors())
        ) from error
    except ValueError as error:
        raise ParameterError(f"body: this is no JSON ({error}).") from error
    if told.example is not None:
        if told.example not in examples.EXAMPLES:
            raise ParameterError(f"example: there is none of that name. There are {', '.join(examples.EXAMPLES)}.")
        return load(told.example)
    return Network.from_tables({name: _frame(name, rows) for name, rows in (told.tables or {}).items()})


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Make a frame of text, which is checked and parsed as if it came from a file."""
    if table not in TABLES:
        raise DataError([_finding("unknown_table", "no table is called so", table)])
    if len(rows) > MOST_ROWS:
        raise DataError([_finding("too_large", f"more than {MOST_ROWS:,} rows as JSON", table, "Send a file.")])
    columns = dict.fromkeys(name for row in rows for name in row)
    for number, row in enumerate(rows, 1):
        for name, value in row.items():
            if isinstance(value, (dict, list)):
                told = _finding(
                    "no_value", f"row {number} has a list or an object in '{name[:80]}'", json.dumps(value)[:80]
                )
                raise DataError([replace(told, table=table, row=number)])
    texts = {name: [_text(row.get(name)) for row in rows] for name in columns}
    return pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value)


def _finding(rule: str, problem: str, value: str, remedy: str = "Correct it.") -> Finding:
    return Finding(rule=rule, severity="error", table="upload", problem=problem, remedy=remedy, value=value)
