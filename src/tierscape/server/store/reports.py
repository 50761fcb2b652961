"""Reports that were asked for, their pages, and the results that they rest on."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from tierscape.server.refusals import NotFound
from tierscape.server.store import audit, jobs
from tierscape.server.store.engine import reading, writing
from tierscape.server.store.opening import Store
from tierscape.server.store.results import Question
from tierscape.server.store.tables import ReportResult, StoredReport, StoredResult


def add(
    store: Store, workspace: str, *, title: str, digest: str, asked: dict[str, Any], by: str | None
) -> StoredReport:
    """Keep that a report was asked for, and queue the job that makes it."""
    report = secrets.token_hex(12)
    question = Question(key=f"report-{report}", digest=digest, analysis="report", params=asked)
    made = StoredReport(
        report=report, workspace=workspace, title=title, digest=digest, asked=asked, job="", page=None, by=by
    )
    with writing(store.engine, workspace) as session:
        session.add(made)
        audit.record(session, "report.add", user=by, workspace=workspace, target=report)
    job = jobs.add(store, workspace, question, by=by, kind="report")
    with writing(store.engine, workspace) as session:
        found = session.get_one(StoredReport, report)
        found.job = job
    made.job = job
    return made


def asked_by(store: Store, workspace: str, key: str) -> StoredReport:
    """Give the report of a job by the job's key.

    Raises
    ------
    NotFound
        It was deleted.
    """
    with reading(store.engine, workspace) as session:
        found = session.get(StoredReport, key.removeprefix("report-"))
    if found is None:
        raise NotFound
    return found


def finish(store: Store, workspace: str, report: str, page: bytes, keys: Iterable[str]) -> None:
    """Keep the page, and hold on to the results that it rests on."""
    with writing(store.engine, workspace) as session:
        found = session.get(StoredReport, report)
        if found is None:
            return
        found.page = page
        held = set(session.scalars(select(StoredResult.key).where(StoredResult.key.in_(list(keys)))))
        for key in sorted(held):
            session.merge(ReportResult(report=report, key=key))


def page(store: Store, workspace: str, report: str) -> bytes:
    """Give the page of a report.

    Raises
    ------
    NotFound
        The workspace has no such report, or it is not made yet.
    """
    with reading(store.engine, workspace) as session:
        found = session.get(StoredReport, report)
    if found is None or found.workspace != workspace or found.page is None:
        raise NotFound
    return found.page


def remove(store: Store, workspace: str, report: str, *, by: str | None) -> None:
    """Delete a report.

    Raises
    ------
    NotFound
        The workspace has no such report.
    """
    with writing(store.engine, workspace) as session:
        found = session.get(StoredReport, report)
        if found is None or found.workspace != workspace:
            raise NotFound
        session.delete(found)
        audit.record(session, "report.delete", user=by, workspace=workspace, target=report)


def listing(store: Store, workspace: str) -> list[tuple[StoredReport, bool]]:
    """List the reports of a workspace, the newest first, and whether each has its page."""
    mine = select(StoredReport, StoredReport.page.is_not(None)).where(StoredReport.workspace == workspace)
    with reading(store.engine, workspace) as session:
        rows: Sequence[Any] = session.execute(
            mine.options(defer(StoredReport.page)).order_by(StoredReport.created.desc(), StoredReport.report)
        ).all()
    return [(row[0], bool(row[1])) for row in rows]
