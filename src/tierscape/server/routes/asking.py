"""Analyses of a network, answered with the bytes of the result or with a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tierscape import analyses
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.server import answering
from tierscape.server.access import current_actor, enter
from tierscape.server.routes.what_if import router as what_if
from tierscape.server.serving import Serving, quickly, send, serving
from tierscape.server.store import jobs

router = APIRouter(prefix="/api/w/{workspace}/networks/{digest}", tags=["analyses"])
router.include_router(what_if)


class Queued(BaseModel):
    """The job that makes an answer."""

    job: str = Field(description="Id; see /jobs/{job} and /jobs/{job}/events.")
    result_key: str


BODY = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "Parameters; the schema is at /api/analyses/{name}."},
                "examples": {"defaults": {"value": {}}, "density": {"value": {"radius_km": 80}}},
            }
        },
    }
}


@router.post(
    "/analyses/{name}",
    response_class=Response,
    responses={
        200: {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object"}}}},
        202: {"model": Queued, "description": "It is slow: a job makes it."},
        304: {"description": "The reader has these bytes already."},
    },
    openapi_extra=BODY,
)
async def ask(
    request: Request,
    workspace: str,
    digest: str,
    name: str,
    wait: Annotated[int, Query(ge=0, le=1, description="0 queues a job even where the answer is quick.")] = 1,
) -> Response:
    """Run an analysis; the body is the bytes that the command line prints with ``--json``."""
    held = serving(request)
    what = workspace, digest, name
    raw = await request.body()
    known = await quickly(held, _recalled, request, held, what, raw)
    if known is not None:
        return known
    return await run_in_threadpool(_ask, request, held, what, raw, wait == 1)


def _recalled(request: Request, held: Serving, what: tuple[str, str, str], raw: bytes) -> Response | None:
    """Send an answer that is in memory to a request with these very bytes."""
    workspace, digest, name = what
    who = enter(current_actor(request), workspace, "viewer")
    body = held.answers.recall(digest, name, raw)
    if body is None or not held.shelf.has(who.workspace, digest):
        return None
    return send(request, body, **{"X-Cache": "hit"})


def _ask(request: Request, held: Serving, what: tuple[str, str, str], raw: bytes, wait: bool) -> Response:  # noqa: FBT001
    workspace, digest, name = what
    who = enter(current_actor(request), workspace, "viewer")
    network = held.shelf.read(who.workspace, digest)
    question = answering.question(name, network, parameters(raw), held.settings.data_paths)
    if not answering.names_files(name, question.params):
        held.answers.remember(question, raw)
    body = held.answers.bodies.get(who.workspace, question.key)
    if body is not None:
        return send(request, body, **{"X-Cache": "hit"})
    if not wait or slow(held, name, network):
        job = jobs.add(held.store, who.workspace, question, by=who.actor.user)
        held.workers.wake()
        return JSONResponse({"job": job, "result_key": question.key}, 202, {"X-Result-Key": question.key})
    body, computed = held.answers.body(who.workspace, question, network)
    return send(request, body, **{"X-Cache": "computed" if computed else "hit"})


def parameters(raw: bytes) -> Mapping[str, Any]:
    """Read parameters from a body; an empty one means the defaults.

    Raises
    ------
    ParameterError
        It is no JSON object.
    """
    try:
        given = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise ParameterError(f"body: this is no JSON ({error}).") from error
    if not isinstance(given, dict):
        raise ParameterError("body: parameters are a JSON object, {} for the defaults.")
    return given


def slow(held: Serving, name: str, network: Network) -> bool:
    """See whether an analysis of a network is work for a job."""
    rows = sum(frame.height for frame in network.tables.values())
    return analyses.get(name).slow or rows > held.settings.slow_rows
