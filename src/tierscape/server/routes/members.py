"""Members of a workspace and its log, for its admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from tierscape.server.access import Member, Role, member
from tierscape.server.refusals import Forbidden, NotFound
from tierscape.server.routes.persons import Given
from tierscape.server.store import accounts, audit
from tierscape.server.store.account_tables import AuditEntry, User
from tierscape.server.store.engine import EVERYWHERE, reading, writing

router = APIRouter(prefix="/api/w/{workspace}", tags=["members"])
Admin = Annotated[Member, Depends(member("admin"))]


class MemberBody(BaseModel):
    """A person and the role."""

    user: str
    name: str
    email: str
    role: Role


class NewRole(Given):
    """Whom to give which role."""

    email: str = Field(max_length=254, description="E-mail of an account that there is.", examples=["ada@example.org"])
    role: Role


class AuditRow(BaseModel):
    """One row of the log."""

    entry: int
    at: str
    user: str | None = Field(description="Id of who did it.")
    name: str | None = Field(description="Name of that account; null where nobody was signed in or it was deleted.")
    action: str
    target: str
    detail: str = Field(description="JSON.")
    hash: str


class AuditPage(BaseModel):
    """Rows of the log, newest first, and where the whole log ends."""

    rows: list[AuditRow]
    head_entry: int
    head_hash: str = Field(description="Keep it elsewhere: a log cut or changed before it no longer has it.")


@router.get("/members")
def list_members(request: Request, seat: Admin) -> list[MemberBody]:
    """List the people of a workspace."""
    with reading(request.app.state.engine) as session:
        found = accounts.members(session, seat.workspace)
    return [MemberBody(user=m.user, name=m.name, email=m.email, role=m.role) for m in found]


@router.put("/members")
def set_member(request: Request, seat: Admin, given: NewRole) -> list[MemberBody]:
    """Give a person a role, in place of the one before."""
    _in_person(seat)
    with writing(request.app.state.engine, seat.workspace) as session:
        audit.lock(session)
        user = accounts.by_email(session, given.email)
        if user is None or user.disabled:
            raise NotFound("No active account has this e-mail. Ask an administrator to make one.")
        before = accounts.set_role(session, seat.workspace, user.user, given.role)
        detail = {"role": given.role, "before": before}
        audit.record(
            session, "member.set", user=seat.actor.user, workspace=seat.workspace, target=user.user, detail=detail
        )
        found = accounts.members(session, seat.workspace)
    return [MemberBody(user=m.user, name=m.name, email=m.email, role=m.role) for m in found]


@router.delete("/members/{user}", status_code=204)
def remove_member(request: Request, seat: Admin, user: str) -> None:
    """Take a person out of a workspace; the next request of that one sees nothing of it."""
    _in_person(seat)
    with writing(request.app.state.engine, seat.workspace) as session:
        audit.lock(session)
        accounts.remove_member(session, seat.workspace, user)
        audit.record(session, "member.remove", user=seat.actor.user, workspace=seat.workspace, target=user)


@router.get("/audit")
def read_audit(
    request: Request,
    seat: Admin,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Rows with a lesser number.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditPage:
    """Read the log of a workspace."""
    engine = request.app.state.engine
    with reading(engine, seat.workspace) as session:
        rows = named(audit.entries(session, seat.workspace, before=before, limit=limit), accounts.people(session))
    with reading(engine, EVERYWHERE) as session:
        return AuditPage(rows=rows, **head_fields(audit.head(session)))


def named(rows: list[AuditEntry], people: list[User]) -> list[AuditRow]:
    """Put names to the ids of a log, as far as the accounts are still there."""
    names = {user.user: user.name for user in people}
    return [
        AuditRow(
            entry=r.entry, at=r.at, user=r.user, name=names.get(r.user or ""), action=r.action, target=r.target,
            detail=r.detail, hash=r.hash,
        )
        for r in rows
    ]  # fmt: skip


def head_fields(head: audit.Head) -> dict[str, int | str]:
    """Give the end of the log as fields of an answer."""
    return {"head_entry": head.entry, "head_hash": head.hash}


def _in_person(seat: Member) -> None:
    """Refuse tokens: a leaked one must not be able to let others in.

    Raises
    ------
    Forbidden
        A token asks.
    """
    if seat.actor.kind == "token":
        raise Forbidden("Only a person may say who is a member, not a token.")
