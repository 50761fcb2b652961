"""What one holds: sessions and tokens, to look at and to end."""

from __future__ import annotations

import datetime as dt
from typing import cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import delete, select

from tierscape.server import origin, tokens
from tierscape.server.access import Role
from tierscape.server.refusals import NotFound
from tierscape.server.routes.persons import Given, Person, Signed, settings_of
from tierscape.server.store import audit
from tierscape.server.store.account_tables import SignedIn, Token
from tierscape.server.store.engine import reading, writing

router = APIRouter()


class NewToken(Given):
    """A token to make."""

    name: str = Field(min_length=1, max_length=200, description="What it is for.")
    workspace: str = Field(max_length=40)
    role: Role = "viewer"
    days: int = Field(30, ge=1, description="How long it lives; at most what the settings allow.")


class TokenBody(BaseModel):
    """A token, without its secret."""

    token: str
    name: str
    workspace: str
    role: Role
    created: dt.datetime
    expires: dt.datetime
    used: dt.datetime | None


class MadeToken(TokenBody):
    """A token that was just made."""

    secret: str = Field(description="Shown this once; send it as 'Authorization: Bearer …'.")


class SessionBody(BaseModel):
    """A session of the reader."""

    session: str
    created: dt.datetime
    seen: dt.datetime
    current: bool


@router.get("/sessions")
def list_sessions(request: Request, actor: Person) -> list[SessionBody]:
    """List where one is signed in."""
    with reading(request.app.state.engine) as session:
        found = session.scalars(select(SignedIn).where(SignedIn.user == actor.user).order_by(SignedIn.seen.desc()))
        return [
            SessionBody(session=s.session[:16], created=s.created, seen=s.seen, current=s.session == actor.credential)
            for s in found
        ]


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(request: Request, session_id: str, actor: Person) -> None:
    """End one of one's sessions."""
    with writing(request.app.state.engine) as session:
        own = session.scalars(select(SignedIn.session).where(SignedIn.user == actor.user))
        hits = [key for key in own if len(session_id) == 16 and key.startswith(session_id)]
        if not hits:
            raise NotFound
        session.execute(delete(SignedIn).where(SignedIn.session.in_(hits)))
        audit.record(session, "session.end", user=actor.user, target=session_id)


def _token(token: Token) -> TokenBody:
    return TokenBody(
        token=token.token, name=token.name, workspace=token.workspace, role=cast("Role", token.role),
        created=token.created, expires=token.expires, used=token.used,
    )  # fmt: skip


@router.get("/tokens")
def list_tokens(request: Request, actor: Signed) -> list[TokenBody]:
    """List one's tokens; a token sees none."""
    if actor.kind != "session":
        return []
    with reading(request.app.state.engine) as session:
        return [_token(token) for token in tokens.of_user(session, actor.user)]


@router.post("/tokens", status_code=201)
def make_token(request: Request, given: NewToken, actor: Person) -> MadeToken:
    """Make a token with the rights of a role, at most one's own, in one workspace."""
    settings = settings_of(request)
    origin.check_channel(request, settings)
    days = min(given.days, settings.token_days)
    with writing(request.app.state.engine) as session:
        made, secret = tokens.make(
            session, actor, workspace=given.workspace, role=given.role, name=given.name, days=days
        )
        detail = {"role": given.role, "days": days}
        audit.record(session, "token.add", user=actor.user, workspace=given.workspace, target=made.token, detail=detail)
    return MadeToken(**_token(made).model_dump(), secret=secret)


@router.delete("/tokens/{token}", status_code=204)
def end_token(request: Request, token: str, actor: Person) -> None:
    """End one of one's tokens."""
    with writing(request.app.state.engine) as session:
        tokens.end(session, actor.user, token)
        audit.record(session, "token.end", user=actor.user, target=token)
