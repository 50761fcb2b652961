"""Names: movable pointers to networks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from tierscape.server.access import Member, member
from tierscape.server.serving import Serving, serving
from tierscape.server.store import names

router = APIRouter(prefix="/api/w/{workspace}/names", tags=["names"])


class Moved(BaseModel):
    """One move of a name."""

    digest: str
    by: str | None
    at: str


class NameBody(BaseModel):
    """A name and where it pointed, the newest move first."""

    name: str
    digest: str
    history: list[Moved]


class Pointer(BaseModel):
    """Where a name shall point, and where the mover saw it point; null for a new name."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(min_length=64, max_length=64)
    seen: str | None = Field(None, min_length=64, max_length=64)


@router.get("")
def list_names(
    who: Annotated[Member, Depends(member("viewer"))], held: Annotated[Serving, Depends(serving)]
) -> list[NameBody]:
    """List the names of the workspace with their history."""
    return [NameBody(**each) for each in names.listing(held.store, who.workspace)]


@router.put("/{name}")
def move_name(
    name: Annotated[str, Path(min_length=1, max_length=200, pattern=r"\S")],
    pointer: Pointer,
    who: Annotated[Member, Depends(member("planner"))],
    held: Annotated[Serving, Depends(serving)],
) -> NameBody:
    """Point a name to a network; refused with 409 where it was moved since it was seen."""
    names.move(held.store, who.workspace, name, pointer.digest, seen=pointer.seen, by=who.actor.user)
    return next(NameBody(**n) for n in names.listing(held.store, who.workspace) if n["name"] == name)
