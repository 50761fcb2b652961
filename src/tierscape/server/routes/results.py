"""Answers that were made: their bytes, pictures, tables and pages."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from tierscape.render import to_csv
from tierscape.server import remade
from tierscape.server.access import Member, current_actor, enter, member
from tierscape.server.headers import REPORT_POLICY
from tierscape.server.refusals import NotFound
from tierscape.server.routes.asking import slow
from tierscape.server.routes.catalogue import EXCEL
from tierscape.server.serving import FRESH, JSON, Serving, quickly, send, serving
from tierscape.server.store.results import Body
from tierscape.workbook import write_workbook

router = APIRouter(prefix="/api/w/{workspace}/results", tags=["results"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Held = Annotated[Serving, Depends(serving)]
Headline = Annotated[list[str], Field(min_length=3, max_length=3)]


class ChartBody(BaseModel):
    """A picture of an answer."""

    name: str
    title: str
    caption: str
    description: str
    table: str
    spec: dict[str, Any]


def _body(held: Serving, who: Member, key: str) -> Body:
    body = held.answers.bodies.get(who.workspace, key)
    if body is None or not held.shelf.has(who.workspace, body.digest):
        raise NotFound
    return body


@router.get(
    "/{key}/charts",
    response_class=Response,
    responses={200: {"model": list[ChartBody], "description": "The pictures, as Vega-Lite."}},
)
def result_charts(key: str, who: Viewer, held: Held) -> Response:
    """Give the pictures of an answer as Vega-Lite specs."""
    _body(held, who, key)
    packed = held.answers.charts(who.workspace, key)
    sent = {"Content-Encoding": "gzip", "Cache-Control": FRESH, "Vary": "Accept-Encoding"}
    return Response(packed, media_type=JSON, headers=sent)


@router.get("/{key}/headlines")
def result_headlines(key: str, who: Viewer, held: Held, response: Response) -> list[Headline]:
    """Give the numbers that a reader should see first: what it is, its value with unit, a few words beside it."""
    _body(held, who, key)
    response.headers["Cache-Control"] = FRESH
    return [list(line) for line in held.answers.headlines(who.workspace, key)]


@router.get("/{key}/tables/{table}.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def result_table(key: str, table: str, who: Viewer, held: Held) -> Response:
    """Give a table of an answer as CSV; texts never become formulas."""
    answer = json.loads(_body(held, who, key).plain)
    for declared, frame in remade.frames(answer):
        if declared.name == table:
            named = _attached(f"{answer['analysis']}-{table}.csv")
            return Response(to_csv(frame, declared), media_type="text/csv; charset=utf-8", headers=named)
    raise NotFound


@router.get("/{key}.xlsx", response_class=Response, responses={200: {"content": {EXCEL: {}}}})
def result_workbook(key: str, who: Viewer, held: Held) -> Response:
    """Give an answer as a workbook."""
    answer = json.loads(_body(held, who, key).plain)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "answer.xlsx"
        write_workbook(target, answer, remade.frames(answer))
        content = target.read_bytes()
    return Response(content, media_type=EXCEL, headers=_attached(f"{answer['analysis']}.xlsx"))


@router.get("/{key}/report.html", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def result_page(key: str, who: Viewer, held: Held, static: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query
    """Give an answer as one self-contained page."""
    body = _body(held, who, key)
    question = held.answers.question(who.workspace, key)
    network = held.shelf.read(who.workspace, question.digest)
    if slow(held, question.analysis, network):  # never computed again while somebody waits
        kept = held.answers.headlines(who.workspace, key), gzip.decompress(held.answers.charts(who.workspace, key))
        answer = remade.answer(body.plain, *kept)
    else:
        answer = held.answers.result(question, network)
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return html(answer.to_html(static=static, date=today))


@router.get(
    "/{key}",
    response_class=Response,
    responses={
        200: {"description": "The answer.", "content": {JSON: {"schema": {"type": "object"}}}},
        304: {"description": "The reader has these bytes already."},
    },
)
async def one_result(request: Request, workspace: str, key: str) -> Response:
    """Give the bytes of an answer."""
    held = serving(request)
    return await quickly(held, _sent, request, held, workspace, key)


def _sent(request: Request, held: Serving, workspace: str, key: str) -> Response:
    return send(request, _body(held, enter(current_actor(request), workspace, "viewer"), key), **{"X-Cache": "hit"})


def html(page: str | bytes) -> Response:
    """Send a self-contained page, which has a policy of its own and runs apart from the app."""
    sent = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": FRESH}
    return Response(page, media_type="text/html; charset=utf-8", headers=sent)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": FRESH}
