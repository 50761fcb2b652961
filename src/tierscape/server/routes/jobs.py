"""Jobs: state, progress as it comes, cancel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tierscape.server.access import Gate, Member, enter, member
from tierscape.server.refusals import Forbidden, NotFound, NotSignedIn
from tierscape.server.serving import Serving, serving
from tierscape.server.store import jobs
from tierscape.server.store.tables import Job

router = APIRouter(prefix="/api/w/{workspace}/jobs", tags=["jobs"])

Viewer = Annotated[Member, Depends(member("viewer"))]
Held = Annotated[Serving, Depends(serving)]
LOOK_S = 0.3
STILL_S = 15.0
"""After so long without news a comment is sent, so that nothing in between closes the stream."""


class JobBody(BaseModel):
    """A job."""

    job: str
    kind: str = Field(description="analysis or report.")
    state: str = Field(description="queued, running, done, failed or cancelled.")
    analysis: str
    digest: str
    params: dict[str, Any]
    progress: float | None = Field(description="0 to 1; null where it is not known.")
    message: str
    result_key: str | None = Field(description="Key of the answer, or id of the report, once it is done.")
    error: dict[str, Any] | None
    created: str
    started: str | None
    finished: str | None


def job_body(job: Job) -> JobBody:
    """Give a job as it is sent."""
    key = job.key.removeprefix("report-") if job.state == "done" else None
    return JobBody(
        job=job.job, kind=job.kind, state=job.state, analysis=job.analysis, digest=job.digest, params=job.params,
        progress=job.progress, message=job.message, result_key=key, error=job.error, created=job.created.isoformat(),
        started=job.started and job.started.isoformat(), finished=job.finished and job.finished.isoformat(),
    )  # fmt: skip


@router.get("")
def list_jobs(who: Viewer, held: Held) -> list[JobBody]:
    """List the jobs of the workspace, the newest first, 100 at most."""
    return [job_body(job) for job in jobs.listing(held.store, who.workspace)]


@router.get("/{job}")
def one_job(job: str, who: Viewer, held: Held) -> JobBody:
    """Give a job."""
    return job_body(jobs.get(held.store, who.workspace, job))


@router.delete("/{job}", status_code=202)
def cancel_job(job: str, who: Viewer, held: Held) -> JobBody:
    """Cancel a job of one's own, as a planner any; one that has ended stays as it is."""
    found = jobs.get(held.store, who.workspace, job)
    if found.owner != who.actor.user:
        enter(who.actor, who.workspace, "planner")
    jobs.cancel(held.store, who.workspace, job)
    held.workers.wake()
    return job_body(jobs.get(held.store, who.workspace, job))


@router.get(
    "/{job}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "A job each time it changes, until it ends.", "content": {"text/event-stream": {}}}
    },
)
async def job_events(request: Request, job: str, who: Viewer, held: Held) -> StreamingResponse:
    """Send the job each time that it changes, until it has ended."""
    await run_in_threadpool(jobs.get, held.store, who.workspace, job)
    return StreamingResponse(_events(request, held, who, job), media_type="text/event-stream")


async def _events(request: Request, held: Serving, who: Member, job: str) -> AsyncIterator[str]:
    told, still = "", 0.0
    while not await request.is_disconnected():
        try:
            await run_in_threadpool(_again, request, who.workspace)
            found = await run_in_threadpool(jobs.get, held.store, who.workspace, job)
        except (NotFound, NotSignedIn, Forbidden):  # what the reader may see ended meanwhile
            return
        body = job_body(found).model_dump(mode="json")
        line = f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
        if line != told:
            told, still = line, 0.0
            yield line
        elif still >= STILL_S:
            still = 0.0
            yield ": still here\n\n"
        if body["state"] in jobs.ENDED:
            return
        await asyncio.sleep(LOOK_S)
        still += LOOK_S


def _again(request: Request, workspace: str) -> None:
    """See anew whether the reader may see the workspace: a stream must end with the membership."""
    gate: Gate = request.app.state.gate
    actor = gate.again(request)
    if actor is None:
        raise NotSignedIn
    enter(actor, workspace, "viewer")
