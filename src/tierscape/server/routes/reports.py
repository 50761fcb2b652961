"""Reports: chosen analyses and scenarios on one self-contained page, made by a job."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from tierscape.server import answering
from tierscape.server.access import Member, member
from tierscape.server.reporting import every_product
from tierscape.server.routes.results import html
from tierscape.server.serving import Serving, serving
from tierscape.server.store import reports, scenarios

router = APIRouter(prefix="/api/w/{workspace}/reports", tags=["reports"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Planner = Annotated[Member, Depends(member("planner"))]
Held = Annotated[Serving, Depends(serving)]


class ReportIn(BaseModel):
    """What a report shall hold."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(min_length=64, max_length=64)
    analyses: list[str] = Field([], max_length=40, description="In this order; none means all that are not slow.")
    scenarios: list[str] = Field([], max_length=20)
    parameters: dict[str, dict[str, Any]] = Field({}, description="Parameters by analysis.")
    static: bool = Field(False, description="Draw charts as SVG and carry no script.")
    title: str = Field("", max_length=200, description="Heading; the network's own name by default.")


class ReportBody(BaseModel):
    """A report."""

    report: str
    title: str
    digest: str
    asked: dict[str, Any]
    job: str
    ready: bool
    created: str
    by: str | None


class ReportQueued(BaseModel):
    """The job that makes a report."""

    job: str
    report: str


@router.get("")
def list_reports(who: Viewer, held: Held) -> list[ReportBody]:
    """List the reports of the workspace, the newest first."""
    return [
        ReportBody(
            report=r.report, title=r.title, digest=r.digest, asked=r.asked, job=r.job, ready=ready,
            created=r.created.isoformat(), by=r.by,
        )
        for r, ready in reports.listing(held.store, who.workspace)
    ]  # fmt: skip


@router.post("", status_code=202)
def ask_report(given: ReportIn, who: Viewer, held: Held) -> ReportQueued:
    """Queue a report; what cannot be asked is refused at once."""
    network = held.shelf.read(who.workspace, given.digest)
    for each in given.scenarios:
        scenarios.get(held.store, who.workspace, each)
    answering.check_named(given.parameters, given.analyses)
    for name in given.analyses:
        answering.asked(name)
        for params in every_product(network, name, given.parameters.get(name, {})):
            answering.question(name, network, params, held.settings.data_paths)
    asked = given.model_dump(mode="json", exclude={"digest", "title"})
    made = reports.add(
        held.store, who.workspace, title=given.title or network.name, digest=given.digest, asked=asked, by=who.actor.user
    )  # fmt: skip
    held.workers.wake()
    return ReportQueued(job=made.job, report=made.report)


@router.get("/{report}.html", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def report_page(report: str, who: Viewer, held: Held) -> Response:
    """Give the page of a report."""
    return html(reports.page(held.store, who.workspace, report))


@router.delete("/{report}", status_code=204)
def delete_report(report: str, who: Planner, held: Held) -> None:
    """Delete a report; the results that it held on to may then be thrown out."""
    reports.remove(held.store, who.workspace, report, by=who.actor.user)
