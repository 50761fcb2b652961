"""What the map and the graph of tiers are drawn from."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from tierscape._version import __version__
from tierscape.server import answering
from tierscape.server.access import Member, member
from tierscape.server.drawings import map_json, tier_graph
from tierscape.server.serving import FRESH, JSON, Serving, serving

router = APIRouter(prefix="/api/w/{workspace}/networks/{digest}", tags=["pictures"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Held = Annotated[Serving, Depends(serving)]
Product = Annotated[str | None, Query(max_length=200, description="Product; the only one by default.")]
SEEN: dict[int | str, dict[str, Any]] = {304: {"description": "The reader has these bytes already."}}
OBJECT: dict[int | str, dict[str, Any]] = {200: {"content": {JSON: {"schema": {"type": "object"}}}}}


@router.get("/map", response_class=Response, responses=OBJECT | SEEN)
def network_map(request: Request, digest: str, who: Viewer, held: Held, product: Product = None) -> Response:
    """Give sites, links, nodes and regions as columns, so that 500,000 links are one answer."""
    network = held.shelf.read(who.workspace, digest)
    tag = hashlib.sha256("\0".join([digest, product or "", __version__]).encode()).hexdigest()[:32]
    kept = {"ETag": f'W/"{tag}"', "Cache-Control": FRESH, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    content = map_json(network, product)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, media_type=JSON, headers=kept)
    packed = gzip.compress(content, 5, mtime=0)  # here, in a thread: the middleware would hold up everybody else
    return Response(packed, media_type=JSON, headers={**kept, "Content-Encoding": "gzip"})


@router.get("/tiers", response_class=Response, responses=OBJECT)
def network_tiers(
    digest: str,
    who: Viewer,
    held: Held,
    product: Product = None,
    inferred: Annotated[
        Literal["no", "show", "use"], Query(description="What happens with links that nobody declared.")
    ] = "use",
) -> Response:
    """Give the graph of who stands behind whom with places, 2,000 sites at most."""
    network = held.shelf.read(who.workspace, digest)
    given = {"inference": {"inferred": inferred}} | ({} if product is None else {"product": product})
    question = answering.question("visibility", network, given)
    return _columns(tier_graph(network, held.answers.result(question, network)))  # type: ignore[arg-type]


def _columns(content: dict[str, Any]) -> Response:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, media_type=JSON, headers={"Cache-Control": FRESH})
