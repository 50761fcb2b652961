"""What scenarios change in the answers of analyses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tierscape.compare import Comparison
from tierscape.network import Network
from tierscape.results import Result
from tierscape.schema import TABLES
from tierscape.server import answering, remade
from tierscape.server.access import Member, member
from tierscape.server.difference import table_difference
from tierscape.server.refusals import Unavailable
from tierscape.server.reporting import every_product
from tierscape.server.routes.asking import slow
from tierscape.server.routes.rows import Difference
from tierscape.server.routes.scenarios import Digest
from tierscape.server.serving import Serving, serving
from tierscape.server.store import jobs, scenarios
from tierscape.server.store.results import Question

router = APIRouter(prefix="/api/w/{workspace}", tags=["scenarios"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Held = Annotated[Serving, Depends(serving)]
MOST_DIFFERENCES = 2000


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


class CompareQueued(BaseModel):
    """The jobs that make what is to be compared."""

    jobs: list[str] = Field(description="Ids; see /jobs/{job}.")


@router.post(
    "/compare",
    response_model=CompareBody,
    responses={
        202: {"model": CompareQueued, "description": "Slow analyses are to be run: ask again when the jobs are done."}
    },
)
def compare(asked: CompareIn, who: Viewer, held: Held) -> CompareBody | JSONResponse:
    """Run analyses on a network and on its scenarios, and give every number that differs, 2,000 at most.

    What is slow is run by jobs, one for each analysis and network; those that are done are not run again.
    """
    base = held.shelf.read(who.workspace, asked.digest)
    others: dict[str, Network] = {}
    for each in asked.scenarios:
        found = scenarios.get(held.store, who.workspace, each)
        label = found.name if found.name not in others else f"{found.name} ({each[:6]})"
        others[label] = held.shelf.read(who.workspace, str(found.made))
    networks = [base, *others.values()]
    asked_for = [
        [(answering.question(name, network, given, held.settings.data_paths), network) for network in networks]
        for name, given in _asked(base, asked)
    ]
    missing = [each for line in asked_for for each in line if _is_missing(held, who, *each)]
    if missing:
        queued = [jobs.add(held.store, who.workspace, question, by=who.actor.user) for question, _ in missing]
        held.workers.wake()
        return JSONResponse({"jobs": list(dict.fromkeys(queued))}, 202)
    answers, *changed = zip(*[[_answer(held, who, *each) for each in line] for line in asked_for], strict=True)
    compared = Comparison.of(answers, dict(zip(others, changed, strict=True)))
    names = [("base", a) for a in answers] + [(label, a) for label in others for a in answers]
    sentences = [
        Sentence(scenario=label, analysis=answer.analysis, sentence=text)
        for (label, answer), (_, text) in zip(names, compared.sentences, strict=True)
    ]
    inputs = {label: _inputs(base, other) for label, other in others.items()}
    rows = [CompareRow(**row) for row in _named(compared.differences.head(MOST_DIFFERENCES)).to_dicts()]
    return CompareBody(rows=rows, total=compared.differences.height, sentences=sentences, changed_inputs=inputs)


def _asked(base: Network, asked: CompareIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every analysis with its parameters, once a product where it asks for one and none is given."""
    answering.check_named(asked.parameters, asked.analyses)
    for name in asked.analyses:
        answering.asked(name)
        for given in every_product(base, name, asked.parameters.get(name, {})):
            yield name, given


def _is_missing(held: Serving, who: Member, question: Question, network: Network) -> bool:
    return slow(held, question.analysis, network) and held.answers.bodies.get(who.workspace, question.key) is None


def _answer(held: Serving, who: Member, question: Question, network: Network) -> Result:
    """Give an answer: one that is slow from what is kept of it."""
    if not slow(held, question.analysis, network):
        return held.answers.result(question, network)
    kept = held.answers.bodies.get(who.workspace, question.key)
    if kept is None:  # thrown out in between
        raise Unavailable("An answer is being made again. Try again.")
    return remade.answer(kept.plain)


def _named(differences: pl.DataFrame) -> pl.DataFrame:
    measure = pl.format("{} · {}", "row", pl.col("column").str.replace_all("_", " ")).alias("measure")
    return differences.with_columns(measure).rename({"changed": "value"})


def _inputs(before: Network, after: Network) -> dict[str, Difference]:
    found = {name: table_difference(before[name], after[name], table) for name, table in TABLES.items()}
    return {name: Difference(**each) for name, each in found.items() if any(each["totals"].values())}
