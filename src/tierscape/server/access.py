"""Who asks, and what that one may do: one place, called by every route.

A route takes ``member("viewer")``, ``member("planner")`` or ``member("admin")`` as a dependency and gets a `Member`; routes
outside a workspace take `current_actor` or `administrator`. A workspace that the actor is no member of answers as an absent one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import Request

from tierscape.server.refusals import Forbidden, NotFound, NotSignedIn

Role = Literal["viewer", "planner", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "planner", "admin")
"""From least to most; each may do what those before it may."""
LOCAL_USER = "local"
LOCAL_WORKSPACE = "main"


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Parameters
    ----------
    user : str
        Id of the account; ``local`` without accounts.
    name, email : str
        For people.
    kind : {"local", "session", "token"}
        How the actor is known.
    administrator : bool
        Whether accounts and workspaces may be made and ended; gives no sight of any workspace.
    roles : dict of str to Role
        Role by workspace; what is not here does not exist for the actor.
    credential : str
        Hash of the session or token, for limits and to end it; never the secret itself.
    csrf : str
        What ``X-CSRF`` must say for a session.
    """

    user: str
    name: str
    email: str
    kind: Literal["local", "session", "token"]
    administrator: bool
    roles: dict[str, Role]
    credential: str = ""
    csrf: str = ""


@dataclass(frozen=True)
class Member:
    """An actor in a workspace."""

    actor: Actor
    workspace: str
    role: Role


class Gate(Protocol):
    """What knows actors: put at ``app.state.gate`` by `tierscape.server.sessions.Gate`."""

    def actor(self, request: Request) -> Actor | None:
        """Give the actor of a request, null where nobody is signed in."""
        ...

    def again(self, request: Request) -> Actor | None:
        """Give the actor of a request that is being answered still."""
        ...


def can(role: Role | None, needed: Role) -> bool:
    """See whether a role in a workspace is enough; no role is never enough."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)


def known_actor(request: Request) -> Actor | None:
    """Give who asks, null where nobody is signed in; one look-up a request."""
    if not hasattr(request.state, "actor"):
        gate: Gate = request.app.state.gate
        request.state.actor = gate.actor(request)
    found: Actor | None = request.state.actor
    return found


def current_actor(request: Request) -> Actor:
    """Give who asks.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    """
    actor = known_actor(request)
    if actor is None:
        raise NotSignedIn
    return actor


def administrator(request: Request) -> Actor:
    """Give who asks, if it is an administrator in person.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    Forbidden
        The actor is no administrator, or is a token.
    """
    actor = current_actor(request)
    if not actor.administrator or actor.kind == "token":
        raise Forbidden("Only an administrator may do this, signed in and not by a token.")
    return actor


def member(needed: Role) -> Callable[[Request, str], Member]:
    """Make the dependency of a route under ``/api/w/{workspace}``.

    Parameters
    ----------
    needed : Role
        The least role that may use the route.
    """

    def dependency(request: Request, workspace: str) -> Member:
        return enter(current_actor(request), workspace, needed)

    return dependency


def enter(actor: Actor, workspace: str, needed: Role) -> Member:
    """Let an actor into a workspace.

    Raises
    ------
    NotFound
        There is no such workspace for this actor.
    Forbidden
        The role in it is not enough.
    """
    role = actor.roles.get(workspace)
    if role is None:
        raise NotFound
    if not can(role, needed):
        raise Forbidden(f"This needs the role {needed}; yours here is {role}.")
    return Member(actor, workspace, role)
