"""Networks of a workspace: bring, look at, edit, take away."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from tierscape.io.networks import save
from tierscape.network import Network
from tierscape.scenario import Edit, Scenario, apply_scenario
from tierscape.server.access import Member, member
from tierscape.server.failures import FindingBody
from tierscape.server.incoming import read_body
from tierscape.server.routes.catalogue import EXCEL
from tierscape.server.serving import Serving, serving
from tierscape.server.store import names, networks
from tierscape.server.store.engine import reading

router = APIRouter(prefix="/api/w/{workspace}/networks", tags=["networks"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Planner = Annotated[Member, Depends(member("planner"))]
Admin = Annotated[Member, Depends(member("admin"))]
Held = Annotated[Serving, Depends(serving)]
MOST_EDITS = 5000


class NetworkRow(BaseModel):
    """A network in the list."""

    digest: str
    name: str | None = Field(description="A name that points to it, if any.")
    label: str = Field(description="Its own name.")
    rows: int
    created: str
    by: str | None


class Made(BaseModel):
    """A network that was stored."""

    digest: str
    name: str | None
    label: str
    findings: list[FindingBody]


class Product(BaseModel):
    """A product of a network."""

    part: str
    name: str


class NetworkBody(BaseModel):
    """A network."""

    digest: str
    label: str
    home: str | None
    currency: str | None
    products: list[Product]
    tables: dict[str, int] = Field(description="Rows by table; tables without rows are left out.")
    findings: list[FindingBody]
    names: list[str]
    created: str
    by: str | None


class Edits(BaseModel):
    """Edits that make a new network; the old one stands."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=200, description="What the edits are called; becomes part of the label.")
    move_name: str | None = Field(None, max_length=200, description="Name to move from this network to the new one.")
    edits: list[Edit] = Field(min_length=1, max_length=MOST_EDITS)


@router.get("")
def list_networks(who: Viewer, held: Held) -> list[NetworkRow]:
    """List the networks of the workspace, the newest first."""
    pointed: dict[str, str] = {}
    for each in names.listing(held.store, who.workspace):
        pointed.setdefault(each["digest"], each["name"])
    with reading(held.store.engine, who.workspace) as session:
        rows = networks.listing(session, who.workspace)
    return [
        NetworkRow(
            digest=r.digest, name=pointed.get(r.digest), label=r.label, rows=r.rows, created=r.created.isoformat(), by=r.by
        )
        for r in rows
    ]  # fmt: skip


@router.post(
    "",
    status_code=201,
    responses={200: {"model": Made, "description": "The workspace has it already."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}
                },
                "application/json": {
                    "schema": {"type": "object"},
                    "examples": {
                        "example": {"value": {"example": "mini"}},
                        "rows": {"value": {"tables": {"parts": [{"part": "cell", "kind": "component"}]}}},
                    },
                },
            },
        }
    },
)
async def bring_network(
    request: Request,
    response: Response,
    who: Planner,
    held: Held,
    filename: Annotated[str, Query(max_length=255, description="Name of the file; its ending says the form.")] = "",
    name: Annotated[str | None, Query(max_length=200, description="Name that shall point to it.")] = None,
) -> Made:
    """Check a network and store it: a file, several files, rows, or a shipped example."""
    network = await read_body(request, held, filename)
    made, new = await run_in_threadpool(_put, held, who, network, name)
    response.status_code = 201 if new else 200
    return made


def _put(held: Serving, who: Member, network: Network, name: str | None) -> tuple[Made, bool]:
    new = networks.put(held.store, who.workspace, network, by=who.actor.user, name=name)
    return _made(network, name), new


def _made(network: Network, name: str | None) -> Made:
    findings = [FindingBody(**f.to_dict()) for f in network.findings]
    return Made(digest=network.digest, name=name, label=network.name, findings=findings)


@router.get("/{digest}")
def one_network(digest: str, who: Viewer, held: Held) -> NetworkBody:
    """Give a network: products, rows by table, findings, names."""
    with reading(held.store.engine, who.workspace) as session:
        row = networks.row(session, who.workspace, digest)
        tables = networks.counts(session, digest)
    pointing = [each["name"] for each in names.listing(held.store, who.workspace) if each["digest"] == digest]
    return NetworkBody(
        digest=digest, label=row.label, home=row.home, currency=row.currency, products=row.products, tables=tables,
        findings=row.findings, names=pointing, created=row.created.isoformat(), by=row.by,
    )  # fmt: skip


@router.delete("/{digest}", status_code=204)
def delete_network(digest: str, who: Admin, held: Held) -> None:
    """Delete a network that no name, scenario or report rests on."""
    held.shelf.remove(who.workspace, digest, by=who.actor.user)


@router.post("/{digest}/edits", status_code=201)
def edit_network(digest: str, edits: Edits, who: Planner, held: Held) -> Made:
    """Edit tables: a new network, with a digest of its own."""
    edited = edited_network(held, who, digest, edits.edits, edits.name)
    if edits.move_name is not None:
        names.follow(held.store, who.workspace, edits.move_name, edited.digest, seen=digest, by=who.actor.user)
    return _made(edited, edits.move_name)


def edited_network(held: Serving, who: Member, digest: str, edits: Sequence[Edit], name: str | None) -> Network:
    """Make and store the network of some edits; its label is that of the old one unless the edits have a name."""
    old = held.shelf.read(who.workspace, digest)
    new = apply_scenario(old, Scenario(name=name or "edited", edits=tuple(edits)))
    if name is None:
        new = Network(old.name, new.tables, new.findings)
    kept = [edit.model_dump(mode="json", exclude_defaults=True) for edit in edits]
    networks.put(held.store, who.workspace, new, by=who.actor.user, base=(digest, kept))
    return new


@router.get(
    "/{digest}/export", response_class=Response, responses={200: {"content": {EXCEL: {}, "application/zip": {}}}}
)
def export_network(
    digest: str,
    who: Viewer,
    held: Held,
    format: Literal["xlsx", "zip"] = "xlsx",  # noqa: A002 - name of the query
) -> Response:
    """Give a network as a workbook or as an archive of CSV files."""
    network = held.shelf.read(who.workspace, digest)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"network.{format}"
        save(network, target)
        content = target.read_bytes()
    kind = EXCEL if format == "xlsx" else "application/zip"
    named = {"Content-Disposition": f'attachment; filename="network-{digest[:12]}.{format}"'}
    return Response(content, media_type=kind, headers=named)
