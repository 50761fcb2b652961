"""Accounts, workspaces and the whole log, for administrators of the server."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from tierscape.server import origin
from tierscape.server.access import Actor, administrator
from tierscape.server.refusals import BadRequest, Forbidden
from tierscape.server.routes.members import AuditPage, head_fields, named
from tierscape.server.routes.persons import Given, settings_of
from tierscape.server.store import accounts, audit
from tierscape.server.store.account_tables import User
from tierscape.server.store.engine import EVERYWHERE, reading, writing

router = APIRouter(prefix="/api/admin", tags=["administration"])
Administrator = Annotated[Actor, Depends(administrator)]


class NewUser(Given):
    """An account to make; its owner sets the password by the invitation, or signs in at the provider."""

    email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"])
    name: str = Field(min_length=1, max_length=200)
    administrator: bool = False


class UserChange(Given):
    """What to change; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    administrator: bool | None = None
    disabled: bool | None = Field(None, description="A disabled account keeps its rights but cannot be used.")


class NewWorkspace(Given):
    """A workspace to make; who makes it is its first admin."""

    workspace: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["battery-team"])
    name: str = Field(min_length=1, max_length=200)


class AccountBody(BaseModel):
    """An account."""

    user: str
    email: str
    name: str
    administrator: bool
    disabled: bool
    sign_in: Literal["password", "openid", "both", "none"]
    created: dt.datetime


class Invited(AccountBody):
    """An account with the secret that sets its password."""

    invitation: str = Field(description="Shown this once, good for seven days; POST /api/password takes it.")


class AuditCheck(BaseModel):
    """Whether the log is whole."""

    whole: bool
    entries: int
    head_hash: str
    broken: int | None = Field(description="The first row that was changed or is missing.")


@router.get("/users")
def list_users(request: Request, _: Administrator) -> list[AccountBody]:
    """List all accounts."""
    with reading(request.app.state.engine) as session:
        return [_body(user) for user in accounts.people(session)]


@router.post("/users", status_code=201)
def add_user(request: Request, actor: Administrator, given: NewUser) -> Invited:
    """Make an account and its invitation."""
    _with_accounts(request, actor)
    with writing(request.app.state.engine) as session:
        audit.lock(session)
        user = accounts.add(session, given.email, given.name, administrator=given.administrator)
        secret = accounts.invite(session, user)
        detail = {"administrator": given.administrator}
        audit.record(session, "user.add", user=actor.user, target=user.user, detail=detail)
    return Invited(**_body(user).model_dump(), invitation=secret)


@router.post("/users/{user}/invitation", status_code=201)
def invite_user(request: Request, actor: Administrator, user: str) -> Invited:
    """Make a new invitation, for one who has lost the password; the one before ends, the password stays until it is used."""
    _with_accounts(request, actor)
    with writing(request.app.state.engine) as session:
        found = accounts.person(session, user)
        secret = accounts.invite(session, found)
        audit.record(session, "user.invite", user=actor.user, target=found.user)
    return Invited(**_body(found).model_dump(), invitation=secret)


@router.patch("/users/{user}")
def change_user(request: Request, actor: Administrator, user: str, given: UserChange) -> AccountBody:
    """Change an account; one that is disabled is out at once, everywhere."""
    _with_accounts(request, actor)
    with writing(request.app.state.engine) as session:
        audit.lock(session)
        found = accounts.person(session, user)
        changed = given.model_dump(exclude_none=True)
        if changed.get("disabled") or changed.get("administrator") is False:
            accounts.refuse_to_lose_last(session, found)
        for name, value in changed.items():
            setattr(found, name, value)
        if found.disabled:
            accounts.end_access(session, found.user, tokens=True)
        rights = {name: value for name, value in changed.items() if name != "name"}
        audit.record(session, "user.change", user=actor.user, target=found.user, detail=rights)
    return _body(found)


@router.delete("/users/{user}", status_code=204)
def delete_user(request: Request, actor: Administrator, user: str) -> None:
    """Delete an account; the log keeps its id, which then names nobody."""
    _with_accounts(request, actor)
    with writing(request.app.state.engine) as session:
        audit.lock(session)
        found = accounts.person(session, user)
        accounts.remove(session, found)
        audit.record(session, "user.delete", user=actor.user, target=user)


@router.post("/workspaces", status_code=201)
def add_workspace(request: Request, actor: Administrator, given: NewWorkspace) -> NewWorkspace:
    """Make a workspace."""
    _with_accounts(request, actor)
    with writing(request.app.state.engine) as session:
        audit.lock(session)
        accounts.add_workspace(session, given.workspace, given.name)
        accounts.set_role(session, given.workspace, actor.user, "admin")
        audit.record(session, "workspace.add", user=actor.user, workspace=given.workspace, target=given.workspace)
    return given


@router.get("/audit")
def read_audit(
    request: Request,
    _: Administrator,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Rows with a lesser number.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditPage:
    """Read the whole log."""
    with reading(request.app.state.engine, EVERYWHERE) as session:
        rows = audit.entries(session, None, before=before, limit=limit)
        return AuditPage(rows=named(rows, accounts.people(session)), **head_fields(audit.head(session)))


@router.get("/audit/check")
def check_audit(
    request: Request,
    _: Administrator,
    entry: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="An end of the log that was kept.")] = None,
    hash_: Annotated[str, Query(alias="hash", max_length=64, description="The hash of that row.")] = "",
) -> AuditCheck:
    """Follow the chain of the log from its start, and see that an end that was kept is still in it."""
    kept = None if entry is None else audit.Head(entry, hash_)
    with reading(request.app.state.engine, EVERYWHERE) as session:
        verdict = audit.verify(session, kept)
    whole = verdict.broken is None
    return AuditCheck(whole=whole, entries=verdict.head.entry, head_hash=verdict.head.hash, broken=verdict.broken)


def _with_accounts(request: Request, actor: Actor) -> None:
    """See that there are accounts to change, and that secrets can be shown.

    Raises
    ------
    Forbidden
        The channel can be read by others.
    BadRequest
        The server runs without accounts.
    """
    if actor.kind == "local":
        raise BadRequest("The server runs without accounts. Start it without --no-auth to make some.")
    if actor.kind != "session":
        raise Forbidden("Only a person may do this.")
    origin.check_channel(request, settings_of(request))


def _body(user: User) -> AccountBody:
    ways = {(True, True): "both", (True, False): "password", (False, True): "openid", (False, False): "none"}
    way = ways[user.password is not None, user.oidc_subject is not None]
    return AccountBody.model_validate(
        {
            "user": user.user, "email": user.email, "name": user.name, "administrator": user.administrator,
            "disabled": user.disabled, "sign_in": way, "created": user.created,
        }
    )  # fmt: skip
