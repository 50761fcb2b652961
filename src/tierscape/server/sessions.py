"""Sessions of browsers: opaque, in the store, ended after idle hours; and the gate that knows who asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import cast

from fastapi import Request, Response
from sqlalchemy import Engine, bindparam, delete, select, update
from sqlalchemy.orm import Session

from tierscape.server import origin, tokens
from tierscape.server.access import LOCAL_USER, LOCAL_WORKSPACE, Actor, Role
from tierscape.server.limits import Buckets
from tierscape.server.refusals import Forbidden, NotSignedIn, TooMany
from tierscape.server.settings import Settings
from tierscape.server.store import accounts, audit
from tierscape.server.store.account_tables import Membership, SignedIn, User
from tierscape.server.store.engine import reading, writing
from tierscape.server.store.tables import now

SEEN_EVERY = dt.timedelta(minutes=1)
"""How exactly the last use of a session is known; writing it at every request would cost more than the request."""


def cookie_name(request: Request, settings: Settings) -> str:
    """Give the name of the cookie; with the prefix a browser takes it only from this host, over https."""
    return "__Host-tierscape" if origin.is_secure(request, settings) else "tierscape"


def csrf_of(secret: str) -> str:
    """Derive the token that a page must send along; it says nothing of the session's own secret."""
    return hmac.digest(secret.encode(), b"csrf", hashlib.sha256).hex()


def begin(session: Session, user: str) -> str:
    """Begin a session; gives its secret, which goes into the cookie and nowhere else."""
    secret = accounts.new_secret()
    session.add(SignedIn(session=accounts.digest(secret), user=user, created=now(), seen=now()))
    return secret


def enter(session: Session, request: Request, settings: Settings, user: str, *, way: str) -> str:
    """Begin a session in place of the one that the browser came with, and write it down; gives its secret."""
    old = request.cookies.get(cookie_name(request, settings))
    if old:
        end(session, old)
    forget_old(session, settings)
    audit.record(session, "sign_in", user=user, target=user, detail={"way": way})
    return begin(session, user)


def end(session: Session, secret: str) -> None:
    """End the session of a secret."""
    session.execute(delete(SignedIn).where(SignedIn.session == accounts.digest(secret)))


def forget_old(session: Session, settings: Settings) -> None:
    """Delete sessions that are over."""
    idle, begun = _oldest(settings)
    session.execute(delete(SignedIn).where((SignedIn.seen < idle) | (SignedIn.created < begun)))


def set_cookie(request: Request, response: Response, settings: Settings, secret: str) -> None:
    """Give the browser its session; an empty secret takes it away."""
    response.set_cookie(
        cookie_name(request, settings), secret, max_age=None if secret else 0, path="/", httponly=True, samesite="lax",
        secure=origin.is_secure(request, settings),
    )  # fmt: skip


def _oldest(settings: Settings) -> tuple[dt.datetime, dt.datetime]:
    return now() - dt.timedelta(hours=settings.session_idle_h), now() - dt.timedelta(days=settings.session_days)


_WHOSE = (
    select(
        User.user.label("user"),
        User.name,
        User.email,
        User.administrator,
        SignedIn.seen,
        Membership.workspace,
        Membership.role,
    )
    .join(SignedIn, SignedIn.user == User.user)
    .outerjoin(Membership, Membership.user == User.user)
    .where(
        SignedIn.session == bindparam("key"),
        SignedIn.seen >= bindparam("idle"),
        SignedIn.created >= bindparam("begun"),
        ~User.disabled,
    )
)
"""Made once: it runs before every answer, and making a statement costs as much as running it."""


class Gate:
    """Knows the actor of a request: by session, by token, or the one local user where there are no accounts."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._rates = Buckets(settings.rate_per_s, settings.rate_burst)
        self._local = Actor(
            user=LOCAL_USER, name="Local user", email="", kind="local", administrator=True,
            roles={LOCAL_WORKSPACE: "admin"}, csrf=secrets.token_hex(32),
        )  # fmt: skip

    def actor(self, request: Request) -> Actor | None:
        """Give the actor of a request, null where nobody is signed in.

        Raises
        ------
        NotSignedIn
            A session or token was sent that is not, or no longer, valid.
        Forbidden
            A browser asks for a change on behalf of another site.
        TooMany
            More requests than allowed.
        """
        if self._settings.auth == "none":
            origin.check_local(request, self._settings)
            return self._local
        found = self.again(request, renew=True)
        self._limit(found.credential if found else f"from {origin.address(request)}")
        if found is None:
            if _bearer(request) is not None:
                raise NotSignedIn("The token is not valid, or has ended.")
            return None
        if found.kind == "session" and request.method not in origin.SAFE:
            self._check_csrf(request, found)
        return found

    def again(self, request: Request, *, renew: bool = False) -> Actor | None:
        """Give the actor of a request that is being answered still: it counts as no new one, nor as activity."""
        if self._settings.auth == "none":
            return self._local
        bearer = _bearer(request)
        if bearer is not None:
            return self._by_token(bearer)
        return self.by_session(request.cookies.get(cookie_name(request, self._settings)) or "", renew=renew)

    def _limit(self, key: str) -> None:
        wait = self._rates.take(key)
        if wait:
            raise TooMany(f"More than {self._settings.rate_per_s:g} requests a second. Wait a little.", wait_s=wait)

    def _check_csrf(self, request: Request, actor: Actor) -> None:
        origin.check_site(request, self._settings, demand=True)
        if not hmac.compare_digest(request.headers.get("x-csrf", "").encode(), actor.csrf.encode()):
            raise Forbidden("X-CSRF is missing or from another session. Load the page again.")

    def by_session(self, secret: str, *, renew: bool = True) -> Actor | None:
        """Give whose session a secret is, null where it is none that is good now."""
        if not secret:
            return None
        key, (idle, begun) = accounts.digest(secret), _oldest(self._settings)
        with self._engine.connect() as connection:
            rows = connection.execute(_WHOSE, {"key": key, "idle": idle, "begun": begun}).all()
        if not rows:
            return None
        found = rows[0]
        roles = {row.workspace: cast("Role", row.role) for row in rows if row.workspace is not None}
        if renew and found.seen < now() - SEEN_EVERY:
            with writing(self._engine) as session:
                session.execute(update(SignedIn).where(SignedIn.session == key).values(seen=now()))
        return Actor(
            user=found.user, name=found.name, email=found.email, kind="session", administrator=found.administrator,
            roles=roles, credential=key, csrf=csrf_of(secret),
        )  # fmt: skip

    def _by_token(self, secret: str) -> Actor | None:
        with reading(self._engine) as session:
            found = tokens.owner(session, secret)
        if found is not None and found.stale:
            with writing(self._engine) as session:
                tokens.note_use(session, found.actor.credential)
        return found.actor if found else None


def _bearer(request: Request) -> str | None:
    """Give the token of the request; only the header counts, since addresses end up in logs."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None
