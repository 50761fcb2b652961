"""The queue: jobs in a table, claimed by one worker each, retried once when that worker dies."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tierscape.server.refusals import NotFound, TooMany
from tierscape.server.store.engine import EVERYWHERE, looking, reading, writing
from tierscape.server.store.opening import Store
from tierscape.server.store.results import Question
from tierscape.server.store.tables import Job, now

DEAD_S = 30.0
"""Age of a heartbeat from which a worker is presumed dead."""
MOST_ATTEMPTS = 2
MOST_OPEN = 100
"""Jobs of a workspace that may wait or run at once."""
ENDED = ("done", "failed", "cancelled")
DIED = {
    "error": "WorkerDied",
    "message": "The process that worked on this ended unexpectedly, twice. It may need more memory than is allowed.",
    "findings": [],
}


def add(store: Store, workspace: str, question: Question, *, by: str | None, kind: str = "analysis") -> str:
    """Queue a question; the same one that is waiting or running already is that job.

    Returns
    -------
    str
        Id of the job.

    Raises
    ------
    TooMany
        ``MOST_OPEN`` jobs of the workspace wait or run already.
    """
    job = Job(
        job=secrets.token_hex(12), workspace=workspace, owner=by, kind=kind, digest=question.digest,
        analysis=question.analysis, params=question.params, key=question.key, state="queued", message="waiting",
    )  # fmt: skip
    while True:
        try:
            with writing(store.engine, workspace) as session:
                held = session.scalar(
                    select(Job.job).where(Job.workspace == workspace, Job.key == question.key, _active())
                )
                if held is not None:
                    return held
                ours = select(func.count()).select_from(Job).where(Job.workspace == workspace, _active())
                if (session.scalar(ours) or 0) >= MOST_OPEN:
                    raise TooMany(f"{MOST_OPEN} jobs of this workspace wait or run. Cancel some, or wait.", wait_s=60)
                session.add(job)
        except IntegrityError:  # another server queued the same in between: it is found now
            continue
        return job.job


def claim(store: Store, worker: str) -> Job | None:
    """Take the oldest job that waits, None where there is none."""
    waiting = select(Job).where(Job.state == "queued").order_by(Job.created, Job.job).limit(1)
    with writing(store.engine, EVERYWHERE) as session:
        job = session.scalars(waiting.with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        job.state, job.worker, job.message = "running", worker, "starting"
        job.attempt += 1
        job.started = job.heartbeat = now()
    return job


def waiting(store: Store) -> bool:
    """See whether any job waits; cheap, takes no lock."""
    with looking(store.engine, EVERYWHERE) as connection:
        return connection.execute(select(Job.job).where(Job.state == "queued").limit(1)).first() is not None


def beat(store: Store, jobs: Sequence[str]) -> None:
    """Say that jobs are still worked on."""
    with writing(store.engine, EVERYWHERE) as session:
        session.execute(update(Job).where(Job.job.in_(jobs), Job.state == "running").values(heartbeat=now()))


def tell(store: Store, job: str, message: str, progress: float | None = None) -> None:
    """Say how far a job is."""
    with writing(store.engine, EVERYWHERE) as session:
        values: dict[str, Any] = {"message": message[:400], "progress": progress, "heartbeat": now()}
        session.execute(update(Job).where(Job.job == job, Job.state == "running").values(**values))


def end(store: Store, job: str, state: str, message: str = "", error: dict[str, Any] | None = None) -> None:
    """End a job that has not ended yet; the first end stands."""
    values: dict[str, Any] = {"state": state, "message": message[:400], "error": error, "finished": now()}
    if state == "done":
        values["progress"] = 1.0
    with writing(store.engine, EVERYWHERE) as session:
        session.execute(update(Job).where(Job.job == job, _active()).values(**values))


def again(store: Store, job: str) -> None:
    """Queue a job once more after its worker died, or fail it after the second time."""
    with writing(store.engine, EVERYWHERE) as session:
        _again(session, Job.job == job)


def _again(session: Session, which: ColumnElement[bool]) -> None:
    running = which & (Job.state == "running")
    tired = running & (Job.attempt >= MOST_ATTEMPTS)
    stopped = running & Job.cancel
    session.execute(update(Job).where(stopped).values(state="cancelled", message="cancelled", finished=now()))
    session.execute(
        update(Job).where(tired).values(state="failed", message=DIED["message"], error=DIED, finished=now())
    )
    session.execute(
        update(Job)
        .where(running)
        .values(state="queued", message="waiting again: its worker died", worker=None, heartbeat=None)
    )


def hand_back(store: Store, jobs: Sequence[str]) -> None:
    """Queue jobs again that a server gives up because it stops; that costs no attempt."""
    with writing(store.engine, EVERYWHERE) as session:
        which = Job.job.in_(jobs), Job.state == "running"
        fresh = {"state": "queued", "message": "waiting", "worker": None, "heartbeat": None, "attempt": Job.attempt - 1}
        session.execute(update(Job).where(*which).values(**fresh))


def revive(store: Store, *, at_start: bool = False) -> None:
    """Queue jobs again whose worker is presumed dead; at the start of an embedded store that is all that run."""
    with looking(store.engine, EVERYWHERE) as connection:
        stale = Job.state == "running"
        if not (at_start and store.embedded):
            stale &= Job.heartbeat < now() - dt.timedelta(seconds=DEAD_S)
        if connection.execute(select(Job.job).where(stale).limit(1)).first() is None:
            return
    with writing(store.engine, EVERYWHERE) as session:
        _again(session, stale)


def to_stop(store: Store, jobs: Sequence[str]) -> list[str]:
    """Give those of some running jobs that somebody wants cancelled."""
    with looking(store.engine, EVERYWHERE) as connection:
        return [row[0] for row in connection.execute(select(Job.job).where(Job.job.in_(jobs), Job.cancel))]


def cancel(store: Store, workspace: str, job: str) -> None:
    """Cancel a job: at once where it waits, else as soon as its worker is stopped; one that has ended stays as it is.

    Raises
    ------
    NotFound
        The workspace has no such job.
    """
    with writing(store.engine, workspace) as session:
        found = _of(session, workspace, job)
        if found.state == "queued":
            found.state, found.message, found.finished = "cancelled", "cancelled", now()
        elif found.state == "running":
            found.cancel = True


def get(store: Store, workspace: str, job: str) -> Job:
    """Give a job.

    Raises
    ------
    NotFound
        The workspace has no such job.
    """
    with reading(store.engine, workspace) as session:
        return _of(session, workspace, job)


def listing(store: Store, workspace: str, limit: int = 100) -> Sequence[Job]:
    """List the jobs of a workspace, the newest first."""
    mine = select(Job).where(Job.workspace == workspace).order_by(Job.created.desc(), Job.job).limit(limit)
    with reading(store.engine, workspace) as session:
        return session.scalars(mine).all()


def _of(session: Session, workspace: str, job: str) -> Job:
    found = session.get(Job, job)
    if found is None or found.workspace != workspace:
        raise NotFound
    return found


def _active() -> ColumnElement[bool]:
    return Job.state.in_(("queued", "running"))
