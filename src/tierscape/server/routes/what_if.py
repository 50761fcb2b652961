"""What if a supplier stood elsewhere: the density of what it reaches, at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tierscape.server.access import Member, member
from tierscape.server.serving import Serving, serving
from tierscape.server.what_if import Move

router = APIRouter()


class WhatIf(BaseModel):
    """Moves of sites, from the network as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"moves": [{"site": "n3", "lat": 48.1, "lon": 17.1}]}]}
    )

    product: str | None = Field(None, description="Product; may be left out where there is only one.")
    parameters: dict[str, Any] = Field({}, description="radius_km, resolution, measure, assumptions of density.")
    moves: list[Move] = Field([], max_length=200, description="In this order, all of them each time.")
    places: Literal["regions", "cells", "both"] = Field("regions", description="What is scored.")


class ChangedPlace(BaseModel):
    """A place that the moves change."""

    place: str
    lat: float
    lon: float
    score: float | None
    completeness: float | None
    average: float | None
    bottleneck: float | None
    fragmentation: float | None
    score_before: float | None
    completeness_before: float | None
    average_before: float | None
    bottleneck_before: float | None
    fragmentation_before: float | None


class ChangedPart(BaseModel):
    """A cover that the moves change."""

    place: str
    part: str
    name: str | None
    cover_before: float | None
    cover: float | None


class WhatIfBody(BaseModel):
    """What the moves change."""

    places: list[ChangedPlace]
    parts: list[ChangedPart]
    ms: float = Field(description="Time that it took here.")


@router.post("/what-if/density")
def what_if_density(
    digest: str,
    asked: WhatIf,
    who: Annotated[Member, Depends(member("viewer"))],
    held: Annotated[Serving, Depends(serving)],
) -> WhatIfBody:
    """Move, add and remove sites, and give what changes; nothing is stored."""
    network = held.shelf.read(who.workspace, digest)
    kinds: tuple[Literal["regions", "cells"], ...] = (asked.places,) if asked.places != "both" else ("regions", "cells")
    found = [held.residents.ask(network, asked.product, asked.parameters, asked.moves, kind) for kind in kinds]
    places = [place for each in found for place in each["places"]]
    return WhatIfBody(places=places, parts=found[0]["parts"], ms=sum(each["ms"] for each in found))
