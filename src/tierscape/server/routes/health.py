"""Whether the server lives, and whether it can work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from tierscape.server.failures import WORDS, ErrorBody
from tierscape.server.refusals import Unavailable
from tierscape.server.serving import Serving, serving
from tierscape.server.store import migrate

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """State of the server."""

    state: str


@router.get("/healthz")
def healthz() -> Health:
    """Say that the process answers."""
    return Health(state="alive")


@router.get("/readyz", responses={503: {"model": ErrorBody, "description": WORDS[503]}})
def readyz(held: Annotated[Serving, Depends(serving)]) -> Health:
    """Say that the store can be reached and has the revision of this version."""
    if migrate.revision(held.store.engine) != migrate.newest():
        raise Unavailable("The store has another revision than this version works with.")
    return Health(state="ready")
