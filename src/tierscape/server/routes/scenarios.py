"""Scenarios: named edits, and the networks that they make."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tierscape.analyses.design import plan_scenario
from tierscape.errors import ParameterError
from tierscape.scenario import Edit
from tierscape.server import remade
from tierscape.server.access import Member, member
from tierscape.server.refusals import NotFound
from tierscape.server.routes.networks import MOST_EDITS, edited_network
from tierscape.server.serving import Serving, serving
from tierscape.server.store import scenarios
from tierscape.server.store.tables import StoredScenario

router = APIRouter(prefix="/api/w/{workspace}", tags=["scenarios"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Planner = Annotated[Member, Depends(member("planner"))]
Held = Annotated[Serving, Depends(serving)]
Digest = Annotated[str, Field(min_length=64, max_length=64)]


class ScenarioIn(BaseModel):
    """Named edits of a network."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    digest: Digest
    edits: list[Edit] = Field(min_length=1, max_length=MOST_EDITS)


class PlannedIn(BaseModel):
    """Which plan of an answer to keep, as it stands in which of its years."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    point: int | None = Field(None, description="Point of the frontier; that at the knee by default.")
    year: int | None = Field(None, description="Year of the plan; its last by default.")


class ScenarioBody(BaseModel):
    """A scenario."""

    scenario: str
    name: str
    digest: str
    edits: list[Any]
    made: str | None = Field(description="Digest of the edited network.")
    by: str | None
    created: str


def _body(s: StoredScenario) -> ScenarioBody:
    return ScenarioBody(
        scenario=s.scenario, name=s.name, digest=s.digest, edits=s.edits, made=s.made, by=s.by, created=s.created.isoformat()
    )  # fmt: skip


@router.get("/scenarios")
def list_scenarios(who: Viewer, held: Held) -> list[ScenarioBody]:
    """List the scenarios of the workspace, the newest first."""
    return [_body(each) for each in scenarios.listing(held.store, who.workspace)]


@router.post("/scenarios", status_code=201)
def add_scenario(given: ScenarioIn, who: Planner, held: Held) -> ScenarioBody:
    """Keep named edits, and the network that they make."""
    values = _values(held, who, given)
    return _body(scenarios.add(held.store, who.workspace, by=who.actor.user, **values))


@router.post("/results/{key}/scenario", status_code=201)
def add_planned_scenario(key: str, given: PlannedIn, who: Planner, held: Held) -> ScenarioBody:
    """Keep a plan as a scenario of the network that it was made from: what stands, is signed and flows in that year.

    Raises
    ------
    ParameterError
        The answer is no plan, or has no such point or year.
    NotFound
        There is no such answer in this workspace.
    """
    body = held.answers.bodies.get(who.workspace, key)
    if body is None or not held.shelf.has(who.workspace, body.digest):
        raise NotFound
    plan = remade.plan(body.plain)
    if plan is None:
        raise ParameterError("This answer is no plan; only those of 'design' become scenarios.")
    network = held.shelf.read(who.workspace, body.digest)
    edits = plan_scenario(network, plan, point=given.point, year=given.year).edits
    return add_scenario(ScenarioIn(name=given.name, digest=body.digest, edits=list(edits)), who, held)


@router.put("/scenarios/{scenario}")
def change_scenario(scenario: str, given: ScenarioIn, who: Planner, held: Held) -> ScenarioBody:
    """Put other edits in the place of those of a scenario."""
    scenarios.get(held.store, who.workspace, scenario)
    values = _values(held, who, given)
    return _body(scenarios.change(held.store, who.workspace, scenario, by=who.actor.user, **values))


@router.delete("/scenarios/{scenario}", status_code=204)
def delete_scenario(scenario: str, who: Planner, held: Held) -> None:
    """Delete a scenario; the network that it made stands."""
    scenarios.remove(held.store, who.workspace, scenario, by=who.actor.user)


def _values(held: Serving, who: Member, given: ScenarioIn) -> dict[str, Any]:
    made = edited_network(held, who, given.digest, given.edits, given.name)
    edits = [edit.model_dump(mode="json", exclude_defaults=True) for edit in given.edits]
    return {"name": given.name, "digest": given.digest, "edits": edits, "made": made.digest}
