"""API tokens: for programs, in one workspace, with at most one role, for a time; only their hash is stored."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tierscape.server.access import ROLES, Actor, Role
from tierscape.server.refusals import Forbidden, NotFound
from tierscape.server.store import accounts
from tierscape.server.store.account_tables import Membership, Token, User
from tierscape.server.store.tables import now

PREFIX = "tierscape_"
"""So that a scanner for leaked secrets knows one."""
USED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Owner:
    """The actor of a token, and whether its last use should be written down again."""

    actor: Actor
    stale: bool


def make(session: Session, actor: Actor, *, workspace: str, role: Role, name: str, days: int) -> tuple[Token, str]:
    """Make a token for an actor; gives its row, and the secret, which is shown once.

    Raises
    ------
    NotFound
        The actor is not in that workspace.
    Forbidden
        The actor has a lesser role there.
    """
    own = actor.roles.get(workspace)
    if own is None:
        raise NotFound
    if ROLES.index(role) > ROLES.index(own):
        raise Forbidden(f"A token cannot do more than you: your role there is {own}.")
    secret = accounts.new_secret(PREFIX)
    token = Token(
        token=uuid.uuid4().hex, hash=accounts.digest(secret), user=actor.user, workspace=workspace, role=role, name=name,
        created=now(), expires=now() + dt.timedelta(days=days), used=None,
    )  # fmt: skip
    session.add(token)
    session.flush()
    return token, secret


def of_user(session: Session, user: str) -> list[Token]:
    """Give the tokens of a person, newest first."""
    return list(session.scalars(select(Token).where(Token.user == user).order_by(Token.created.desc(), Token.token)))


def end(session: Session, user: str, token: str) -> None:
    """End a token of a person.

    Raises
    ------
    NotFound
        There is none of that id, or it is another's.
    """
    found = session.get(Token, token)
    if found is None or found.user != user:
        raise NotFound
    session.delete(found)


def owner(session: Session, secret: str) -> Owner | None:
    """Give who acts by a secret, null where it is not valid now.

    The role is the lesser of the token's and of its owner's today, so that what the owner loses the token loses at once.
    """
    if not secret.startswith(PREFIX):
        return None
    query = (
        select(Token, User, Membership.role)
        .join(User, User.user == Token.user)
        .join(Membership, (Membership.user == Token.user) & (Membership.workspace == Token.workspace))
        .where(Token.hash == accounts.digest(secret), Token.expires > now(), ~User.disabled)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    token, user, own = found
    role = min(cast("Role", token.role), cast("Role", own), key=ROLES.index)
    actor = Actor(
        user=user.user, name=user.name, email=user.email, kind="token", administrator=False,
        roles={token.workspace: role}, credential=token.hash,
    )  # fmt: skip
    return Owner(actor, token.used is None or token.used < now() - USED_EVERY)


def note_use(session: Session, credential: str) -> None:
    """Write down that a token was used now."""
    session.execute(update(Token).where(Token.hash == credential).values(used=now()))
