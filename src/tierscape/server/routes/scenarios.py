"""Scenarios: named edits, what they make, and what they change in the answers."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from tierscape.analyses.design import plan_scenario
from tierscape.compare import Comparison
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.results import Result
from tierscape.scenario import Edit
from tierscape.schema import TABLES
from tierscape.server import answering, remade
from tierscape.server.access import Member, member
from tierscape.server.difference import table_difference
from tierscape.server.refusals import NotFound
from tierscape.server.reporting import every_product
from tierscape.server.routes.networks import MOST_EDITS, edited_network
from tierscape.server.routes.rows import Difference
from tierscape.server.serving import Serving, serving
from tierscape.server.store import scenarios
from tierscape.server.store.tables import StoredScenario

router = APIRouter(prefix="/api/w/{workspace}", tags=["scenarios"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Planner = Annotated[Member, Depends(member("planner"))]
Held = Annotated[Serving, Depends(serving)]
Digest = Annotated[str, Field(min_length=64, max_length=64)]
MOST_DIFFERENCES = 2000


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


class CompareIn(BaseModel):
    """What to compare."""

    model_config = ConfigDict(extra="forbid")

    digest: Digest
    scenarios: list[str] = Field(min_length=1, max_length=20)
    analyses: list[str] = Field(min_length=1, max_length=20)
    parameters: dict[str, dict[str, Any]] = Field({}, description="Parameters by analysis.")


class CompareRow(BaseModel):
    """A number that a scenario changes."""

    scenario: str
    analysis: str
    product: str
    table: str
    row: str
    column: str
    measure: str = Field(description="Row and column in words.")
    unit: str
    base: float | None
    value: float | None
    difference: float | None


class Sentence(BaseModel):
    """The answer in a sentence: of the network as it is for scenario 'base', else what changes."""

    scenario: str
    analysis: str
    sentence: str


class CompareBody(BaseModel):
    """What scenarios change: the headline numbers first; ``total`` counts all that change."""

    rows: list[CompareRow]
    total: int
    sentences: list[Sentence]
    changed_inputs: dict[str, dict[str, Difference]] = Field(description="By scenario and table.")


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
    body = held.answers.bodies.get(key)
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


@router.post("/compare")
def compare(asked: CompareIn, who: Viewer, held: Held) -> CompareBody:
    """Run analyses on a network and on its scenarios, and give every number that differs, 2,000 at most."""
    base = held.shelf.read(who.workspace, asked.digest)
    others: dict[str, Network] = {}
    for each in asked.scenarios:
        found = scenarios.get(held.store, who.workspace, each)
        label = found.name if found.name not in others else f"{found.name} ({each[:6]})"
        others[label] = held.shelf.read(who.workspace, str(found.made))
    answering.check_named(asked.parameters, asked.analyses)
    answers: list[Result] = []
    changed: dict[str, list[Result]] = {label: [] for label in others}
    for name in asked.analyses:
        answering.asked(name)
        for given in every_product(base, name, asked.parameters.get(name, {})):
            answers.append(_answer(held, name, base, given))
            for label, other in others.items():
                changed[label].append(_answer(held, name, other, given))
    compared = Comparison.of(answers, changed)
    names = [("base", a) for a in answers] + [(label, a) for label in others for a in answers]
    sentences = [
        Sentence(scenario=label, analysis=answer.analysis, sentence=text)
        for (label, answer), (_, text) in zip(names, compared.sentences, strict=True)
    ]
    inputs = {label: _inputs(base, other) for label, other in others.items()}
    rows = [CompareRow(**row) for row in _named(compared.differences.head(MOST_DIFFERENCES)).to_dicts()]
    return CompareBody(rows=rows, total=compared.differences.height, sentences=sentences, changed_inputs=inputs)


def _answer(held: Serving, name: str, network: Network, given: dict[str, Any]) -> Result:
    question = answering.question(name, network, given, held.settings.data_paths)
    return held.answers.result(question, network)


def _named(differences: pl.DataFrame) -> pl.DataFrame:
    measure = pl.format("{} · {}", "row", pl.col("column").str.replace_all("_", " ")).alias("measure")
    return differences.with_columns(measure).rename({"changed": "value"})


def _inputs(before: Network, after: Network) -> dict[str, Difference]:
    found = {name: table_difference(before[name], after[name], table) for name, table in TABLES.items()}
    return {name: Difference(**each) for name, each in found.items() if any(each["totals"].values())}
