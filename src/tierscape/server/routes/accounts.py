"""Sign-in: the first run, password, invitation, OpenID; and who one is."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from tierscape._version import __version__
from tierscape.server import sessions
from tierscape.server.access import LOCAL_WORKSPACE, Actor, Role
from tierscape.server.openid import OpenId
from tierscape.server.refusals import BadRequest, NotSignedIn
from tierscape.server.routes import credentials
from tierscape.server.routes.persons import Given, Known, Signed, settings_of
from tierscape.server.sign_in import SignIn
from tierscape.server.store import accounts, audit
from tierscape.server.store.engine import reading, writing

router = APIRouter(prefix="/api", tags=["accounts"])
router.include_router(credentials.router)


class FirstRun(Given):
    """The first account."""

    name: str = Field(min_length=1, max_length=200)
    email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"])
    password: str = Field(examples=["a long sentence to remember"])
    token: str = Field("", description="The set-up token that the server printed; not needed on the same machine.")


class Login(Given):
    """E-mail and password."""

    email: str = Field(max_length=254)
    password: str


class NewPassword(Given):
    """A new password, by the present one or by an invitation."""

    password: str = Field(description="The new one.")
    current: str = Field("", description="The present one, where somebody is signed in.")
    invitation: str = Field("", description="The secret of an invitation, where nobody is.")


class UserBody(BaseModel):
    """A person."""

    id: str
    name: str
    email: str
    administrator: bool


class WorkspaceBody(BaseModel):
    """A workspace and the reader's role in it."""

    workspace: str
    name: str
    role: Role


class Me(BaseModel):
    """Who asks, and how one signs in here."""

    user: UserBody | None
    auth: Literal["none", "local", "oidc"]
    first_run: bool = Field(description="There is no account yet: POST /api/first-run makes it.")
    workspaces: list[WorkspaceBody]
    csrf: str = Field(description="For the header X-CSRF of every request that changes something.")
    version: str
    oidc: bool = Field(description="GET /api/oidc/start signs in at the provider.")


def _sign_in(request: Request) -> SignIn:
    return cast("SignIn", request.app.state.sign_in)


def _openid(request: Request) -> OpenId:
    return cast("OpenId", request.app.state.openid)


@router.get("/me")
def me(request: Request, actor: Known) -> Me:
    """Say who asks, where that one may go, and how to sign in."""
    return _me(request, actor)


def _me(request: Request, actor: Actor | None) -> Me:
    settings = settings_of(request)
    user, places = None, []
    if actor is not None:
        user = UserBody(id=actor.user, name=actor.name, email=actor.email, administrator=actor.administrator)
        places = _places(request, actor)
    return Me(
        user=user, auth=settings.auth, first_run=actor is None and _sign_in(request).is_first_run(), workspaces=places,
        csrf=actor.csrf if actor else "", version=__version__, oidc=_openid(request).is_offered,
    )  # fmt: skip


def _places(request: Request, actor: Actor) -> list[WorkspaceBody]:
    if actor.kind == "local":
        return [WorkspaceBody(workspace=LOCAL_WORKSPACE, name="Main", role="admin")]
    with reading(request.app.state.engine) as session:
        found = accounts.workspaces(session, actor.user)
    return [WorkspaceBody(workspace=w, name=n, role=actor.roles[w]) for w, n, _ in found if w in actor.roles]


def _entered(request: Request, response: Response, secret: str) -> Me:
    """Give the browser its new session, and say who is in."""
    settings = settings_of(request)
    sessions.set_cookie(request, response, settings, secret)
    actor = cast("sessions.Gate", request.app.state.gate).by_session(secret)
    return _me(request, actor)


@router.post("/first-run", status_code=201)
def first_run(request: Request, response: Response, given: FirstRun) -> Me:
    """Make the first account, once: it administers the server and the workspace 'main'."""
    secret = _sign_in(request).first_run(
        request, name=given.name, email=given.email, password=given.password, token=given.token
    )
    return _entered(request, response, secret)


@router.post("/login")
def login(request: Request, response: Response, given: Login) -> Me:
    """Sign in by e-mail and password."""
    return _entered(request, response, _sign_in(request).by_password(request, given.email, given.password))


@router.post("/logout", status_code=204)
def logout(
    request: Request,
    response: Response,
    actor: Signed,
    everywhere: Annotated[bool, Query(description="End the sessions of all browsers.")] = False,  # noqa: FBT002
) -> None:
    """End this session, or all of one's own."""
    settings = settings_of(request)
    if actor.kind != "session":
        return
    with writing(request.app.state.engine) as session:
        if everywhere:
            accounts.end_access(session, actor.user)
        sessions.end(session, request.cookies.get(sessions.cookie_name(request, settings), ""))
        audit.record(session, "sign_out", user=actor.user, target=actor.user, detail={"everywhere": everywhere})
    sessions.set_cookie(request, response, settings, "")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


@router.post("/password")
def set_password(request: Request, response: Response, given: NewPassword, actor: Known) -> Me:
    """Change one's password, or set it by an invitation; sessions elsewhere end."""
    sign_in = _sign_in(request)
    if given.invitation:
        return _entered(request, response, sign_in.by_invitation(request, given.invitation, given.password))
    if actor is None:
        raise NotSignedIn
    if actor.kind != "session":
        raise BadRequest("Only a person with an account has a password.")
    sign_in.change_password(request, actor, current=given.current, new=given.password)
    with writing(request.app.state.engine) as session:
        secret = sessions.enter(session, request, settings_of(request), actor.user, way="password changed")
    return _entered(request, response, secret)


@router.get("/oidc/start", status_code=303, response_class=RedirectResponse)
def oidc_start(request: Request) -> Response:
    """Send the browser to the OpenID provider."""
    response = RedirectResponse("/", status_code=303)
    response.headers["Location"] = _openid(request).start(request, response)
    return response


@router.get("/oidc/callback", status_code=303, response_class=RedirectResponse)
def oidc_callback(
    request: Request,
    state: Annotated[str, Query(max_length=400)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Take the provider's answer and begin a session."""
    secret = _openid(request).finish(request, code=code, state=state, issuer=iss)
    response = RedirectResponse("/", status_code=303)
    sessions.set_cookie(request, response, settings_of(request), secret)
    return response
