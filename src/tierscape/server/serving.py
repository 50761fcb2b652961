"""What one running server holds, and the bytes that it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from tierscape.server.answers import Answers
from tierscape.server.settings import Settings
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import Store
from tierscape.server.store.results import Body
from tierscape.server.what_if import Residents
from tierscape.server.workers import Workers

T = TypeVar("T")
JSON = "application/json"
FRESH = "private, no-cache"
"""Kept by the reader's browser alone, and asked about each time: an ended membership ends the sight at once."""


@dataclass(frozen=True)
class Serving:
    """Everything that routes reach for; all but the store is a cache that can be lost."""

    settings: Settings
    store: Store
    shelf: Shelf
    answers: Answers
    workers: Workers
    residents: Residents


async def quickly(held: Serving, call: Callable[..., T], *given: Any) -> T:
    """Call what only looks something up: here where that is memory and a local file, else in a thread.

    A thread costs more than the look-up itself; over a network a look-up would hold up everything else.
    """
    if held.settings.auth == "none" and held.store.embedded:
        return call(*given)
    return await run_in_threadpool(call, *given)


def serving(request: Request) -> Serving:
    """Give what the server of a request holds."""
    held: Serving = request.app.state.serving
    return held


def send(request: Request, body: Body, **headers: str) -> Response:
    """Send an answer as it is kept: packed where the reader takes that, nothing where the reader has it."""
    packed = bool(body.packed) and "gzip" in request.headers.get("accept-encoding", "")
    tag = f'{body.etag[:-1]}-gz"' if packed else body.etag
    sent = {"ETag": tag, "Cache-Control": FRESH, "Vary": "Accept-Encoding", "X-Result-Key": body.key, **headers}
    if _has(request.headers.get("if-none-match", ""), body.etag):
        return Response(status_code=304, headers=sent)
    if packed:
        return Response(body.packed, headers={**sent, "Content-Encoding": "gzip"}, media_type=JSON)
    return Response(body.plain, headers=sent, media_type=JSON)


def _has(seen: str, etag: str) -> bool:
    if not seen:
        return False
    bare = etag.strip('"')
    tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gz") for tag in seen.split(",")}
    return bare in tags or "*" in tags
