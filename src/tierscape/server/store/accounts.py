"""People and what they may: every question to the store about accounts, in one place."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tierscape.server.access import Role
from tierscape.server.refusals import Conflict, NotFound
from tierscape.server.store.account_tables import Invitation, Membership, SignedIn, Token, User
from tierscape.server.store.tables import Workspace, now

INVITATION_DAYS = 7


@dataclass(frozen=True)
class MemberRow:
    """A person in a workspace, as its admins see it."""

    user: str
    name: str
    email: str
    role: Role


def digest(secret: str) -> str:
    """Give what is stored of a secret with 256 random bits; such a one cannot be found by trying, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_secret(prefix: str = "") -> str:
    """Make a secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def plain_email(email: str) -> str:
    """Give the one form of an e-mail address under which an account is kept."""
    return email.strip().casefold()


def count(session: Session) -> int:
    """Count the accounts."""
    return session.scalar(select(func.count()).select_from(User)) or 0


def people(session: Session) -> list[User]:
    """Give all accounts, oldest first."""
    return list(session.scalars(select(User).order_by(User.created, User.user)))


def by_email(session: Session, email: str) -> User | None:
    """Find an account by its e-mail."""
    return session.scalar(select(User).where(User.email == plain_email(email)))


def by_subject(session: Session, issuer: str, subject: str) -> User | None:
    """Find an account by what an OpenID provider calls it."""
    return session.scalar(select(User).where(User.oidc_issuer == issuer, User.oidc_subject == subject))


def person(session: Session, user: str) -> User:
    """Give an account.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    found = session.get(User, user)
    if found is None:
        raise NotFound
    return found


def add(session: Session, email: str, name: str, *, password: str | None = None, administrator: bool = False) -> User:
    """Make an account; ``password`` is its hash.

    Raises
    ------
    Conflict
        The e-mail has one already.
    """
    if by_email(session, email) is not None:
        raise Conflict("This e-mail has an account already.")
    user = User(
        user=uuid.uuid4().hex, email=plain_email(email), name=name.strip(), password=password,
        administrator=administrator, disabled=False, created=now(),
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user


def invite(session: Session, user: User) -> str:
    """Make the secret with which a person sets a password; an older one ends."""
    session.execute(delete(Invitation).where(Invitation.user == user.user))
    secret = new_secret()
    expires = now() + dt.timedelta(days=INVITATION_DAYS)
    session.add(Invitation(invitation=digest(secret), user=user.user, expires=expires))
    return secret


def invited(session: Session, secret: str) -> User | None:
    """Give whom an invitation is for; null where it is none, or over, or the account is disabled."""
    query = (
        select(User)
        .join(Invitation, Invitation.user == User.user)
        .where(Invitation.invitation == digest(secret), Invitation.expires > now(), ~User.disabled)
    )
    return session.scalar(query)


def accept(session: Session, secret: str) -> User | None:
    """Use an invitation up, once; null where it is none that is good now."""
    user = invited(session, secret)
    used = session.execute(delete(Invitation).where(Invitation.invitation == digest(secret)))
    return user if getattr(used, "rowcount", 0) == 1 else None


def end_access(session: Session, user: str, *, but: str = "", tokens: bool = False) -> int:
    """End the sessions of a person but one, and the tokens where asked; gives the number of sessions."""
    ended = session.execute(delete(SignedIn).where(SignedIn.user == user, SignedIn.session != but))
    if tokens:
        session.execute(delete(Token).where(Token.user == user))
        session.execute(delete(Invitation).where(Invitation.user == user))
    return int(getattr(ended, "rowcount", 0))


def refuse_to_lose_last(session: Session, user: User) -> None:
    """See that somebody is left who can make accounts.

    Raises
    ------
    Conflict
        It is the last administrator.
    """
    query = select(func.count()).select_from(User)
    others = session.scalar(query.where(User.administrator, ~User.disabled, User.user != user.user))
    if user.administrator and not others:
        raise Conflict("This is the last administrator. Make another one first.")


def workspaces(session: Session, user: str) -> list[tuple[str, str, Role]]:
    """Give id, name and role of each workspace of a person."""
    query = (
        select(Workspace.workspace, Workspace.name, Membership.role)
        .join(Membership, Membership.workspace == Workspace.workspace)
        .where(Membership.user == user)
        .order_by(Workspace.name, Workspace.workspace)
    )
    return [(key, name, cast("Role", role)) for key, name, role in session.execute(query)]


def add_workspace(session: Session, workspace: str, name: str) -> None:
    """Make a workspace.

    Raises
    ------
    Conflict
        There is one of that id.
    """
    if session.get(Workspace, workspace) is not None:
        raise Conflict("There is a workspace of that id already.")
    session.add(Workspace(workspace=workspace, name=name, created=now()))
    session.flush()


def ensure_workspace(session: Session, workspace: str, name: str) -> None:
    """Make a workspace where it is not there yet."""
    if session.get(Workspace, workspace) is None:
        add_workspace(session, workspace, name)


def members(session: Session, workspace: str) -> list[MemberRow]:
    """Give the people of a workspace by name."""
    query = select(User.user, User.name, User.email, Membership.role).join(Membership, Membership.user == User.user)
    found = session.execute(query.where(Membership.workspace == workspace).order_by(User.name, User.email))
    return [MemberRow(user, name, email, cast("Role", role)) for user, name, email, role in found]


def set_role(session: Session, workspace: str, user: str, role: Role) -> Role | None:
    """Give a person a role in a workspace; gives the one before.

    Raises
    ------
    Conflict
        The workspace would have no admin left.
    """
    found = session.get(Membership, (workspace, user))
    before = cast("Role", found.role) if found else None
    if before == "admin" and role != "admin":
        _keep_an_admin(session, workspace, user)
    if found is None:
        session.add(Membership(workspace=workspace, user=user, role=role))
    else:
        found.role = role
    session.flush()
    return before


def remove_member(session: Session, workspace: str, user: str) -> None:
    """Take a person out of a workspace, with the tokens for it.

    Raises
    ------
    NotFound
        The person is not in it.
    Conflict
        The workspace would have no admin left.
    """
    found = session.get(Membership, (workspace, user))
    if found is None:
        raise NotFound
    if found.role == "admin":
        _keep_an_admin(session, workspace, user)
    session.execute(delete(Token).where(Token.workspace == workspace, Token.user == user))
    session.delete(found)
    session.flush()


def _keep_an_admin(session: Session, workspace: str, leaving: str) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User, User.user == Membership.user)
        .where(Membership.workspace == workspace, Membership.role == "admin", User.user != leaving, ~User.disabled)
    )
    if not others:
        raise Conflict("The workspace would have no admin left. Make another one first.")


def remove(session: Session, user: User) -> None:
    """Delete an account; the log keeps its id, which then names nobody.

    Raises
    ------
    Conflict
        It is the last administrator, or the last admin of a workspace.
    """
    refuse_to_lose_last(session, user)
    for workspace, _, role in workspaces(session, user.user):
        if role == "admin":
            _keep_an_admin(session, workspace, user.user)
    session.delete(user)
    session.flush()
