"""What can be asked, what tables there are, what is shipped."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from tierscape import analyses
from tierscape.examples import EXAMPLES
from tierscape.io.archive import pack
from tierscape.io.networks import load
from tierscape.io.template import write_template
from tierscape.schema import TABLES, Table
from tierscape.server.access import current_actor
from tierscape.server.answering import asked

router = APIRouter(prefix="/api", tags=["catalogue"], dependencies=[Depends(current_actor)])
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Listed(BaseModel):
    """An analysis in the list."""

    name: str = Field(examples=["density"])
    title: str
    question: str
    takes: str = Field(description="What it takes first; only those that take a Network can be asked here.")
    slow: bool = Field(description="It runs as a job.")
    product: bool = Field(description="It asks about a product.")


class ColumnBody(BaseModel):
    """A column of an answer."""

    name: str
    kind: str
    unit: str
    description: str


class TableBody(BaseModel):
    """A table of an answer."""

    name: str
    columns: list[ColumnBody]


class AnalysisBody(BaseModel):
    """An analysis with its parameters and what it answers."""

    name: str
    title: str
    question: str
    doc: str
    schema_: dict[str, Any] = Field(alias="schema", description="JSON schema of the parameters.")
    result: list[TableBody]


class InputColumn(ColumnBody):
    """A column of an input table."""

    required: bool
    default: str = Field(description="What analyses take a null for; empty means that it stays unknown.")
    choices: list[str]
    reference: str
    example: str
    low: float | None
    high: float | None


class InputTable(BaseModel):
    """An input table."""

    name: str
    key: list[str]
    description: str
    columns: list[InputColumn]


class Example(BaseModel):
    """A shipped network."""

    name: str
    title: str
    description: str


@cache
def _listed() -> list[Listed]:
    found = []
    for name, question in analyses.listed().items():
        analysis = analyses.get(name)
        found.append(
            Listed(
                name=name, title=analysis.title, question=question, takes=analysis.takes.__name__, slow=analysis.slow,
                product="product" in analysis.parameters.model_fields,
            )
        )  # fmt: skip
    return found


@router.get("/analyses")
def list_analyses() -> list[Listed]:
    """List what can be asked."""
    return _listed()


@router.get("/analyses/{name}")
def one_analysis(name: str) -> AnalysisBody:
    """Give an analysis with its parameters and the tables that it answers."""
    analysis = asked(name)
    columns = [
        TableBody(
            name=table.name,
            columns=[
                ColumnBody(name=c.name, kind=c.kind, unit=c.unit, description=c.description) for c in table.columns
            ],
        )
        for table in analysis.result.TABLES
    ]
    words = {
        "name": name,
        "title": analysis.title,
        "question": analyses.listed()[name],
        "doc": _opening(analysis.__doc__),
    }
    return AnalysisBody(**words, schema=analysis.parameters.model_json_schema(), result=columns)


def _opening(doc: str | None) -> str:
    """Give the paragraphs of a docstring before its first heading."""
    text = (doc or "").split("\n    Parameters\n")[0]
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


@router.get("/tables")
def list_tables() -> list[InputTable]:
    """Give every input table and column, as templates and docs have them."""
    return [_input(table) for table in TABLES.values()]


def _input(table: Table) -> InputTable:
    columns = [
        InputColumn(
            name=c.name, kind=c.kind, unit=c.unit, description=c.description, required=c.required, default=c.null,
            choices=list(c.choices), reference=c.reference, example=c.example, low=c.low, high=c.high,
        )
        for c in table.columns
    ]  # fmt: skip
    return InputTable(name=table.name, key=list(table.key), description=table.row, columns=columns)


@cache
def _examples() -> list[Example]:
    return [Example(name=name, title=load(name).name, description=text) for name, text in EXAMPLES.items()]


@router.get("/examples")
def list_examples() -> list[Example]:
    """List the networks that are shipped."""
    return _examples()


@router.get("/template.xlsx", response_class=Response, responses={200: {"content": {EXCEL: {}}}})
def template_workbook() -> Response:
    """Give a workbook of empty tables with a guide to every column."""
    return Response(_template("template.xlsx")["template.xlsx"], media_type=EXCEL, headers=_named("template.xlsx"))


@router.get("/template.zip", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
def template_archive() -> Response:
    """Give an archive of empty tables with a guide to every column."""
    return Response(pack(_template("template")), media_type="application/zip", headers=_named("template.zip"))


@cache
def _template(name: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        write_template(target)
        files = [target] if target.is_file() else sorted(target.iterdir())
        return {file.name: file.read_bytes() for file in files}


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
