"""Sign-in by OpenID as the store sees it: one open question per browser, then an account for the identity."""

from __future__ import annotations

import datetime as dt
import hmac

from fastapi import Request, Response
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from tierscape.server import origin, sessions
from tierscape.server.access import LOCAL_WORKSPACE
from tierscape.server.limits import Buckets
from tierscape.server.oidc import Identity, Provider
from tierscape.server.refusals import Forbidden, NotFound, TooMany
from tierscape.server.settings import Settings
from tierscape.server.store import accounts, audit
from tierscape.server.store.account_tables import OpenSignIn, User
from tierscape.server.store.engine import writing
from tierscape.server.store.tables import now

OPEN_FOR = dt.timedelta(minutes=10)
CALLBACK = "/api/oidc/callback"
_REFUSED = "The sign-in could not be confirmed. Begin it again from the app."


class OpenId:
    """Lets people in whom the OpenID provider knows.

    Notes
    -----
    An identity is an issuer and a subject. Where neither is known, a verified e-mail finds the account that an administrator
    has made for it; otherwise a new account is made, which sees nothing until somebody gives it a role.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._provider = Provider(settings) if settings.oidc_issuer and settings.oidc_client else None
        self._starts = Buckets(settings.rate_per_s / 10, settings.rate_burst / 2)

    @property
    def is_offered(self) -> bool:
        """Whether there is a provider."""
        return self._provider is not None

    def start(self, request: Request, response: Response) -> str:
        """Begin a sign-in: gives where to send the browser, and marks the browser that began it.

        Raises
        ------
        NotFound
            There is no provider.
        Forbidden
            The channel is not safe.
        TooMany
            Too many begun.
        """
        provider = self._offered()
        origin.check_channel(request, self._settings)
        wait = self._starts.take(origin.address(request))
        if wait:
            raise TooMany("Too many sign-ins. Wait, then try again.", wait_s=wait)
        question = provider.ask(origin.own_url(request, self._settings) + CALLBACK)
        with writing(self._engine) as session:
            session.execute(delete(OpenSignIn).where(OpenSignIn.expires < now()))
            state = accounts.digest(question.state)
            session.add(
                OpenSignIn(state=state, nonce=question.nonce, verifier=question.verifier, expires=now() + OPEN_FOR)
            )
        response.set_cookie(
            self._cookie(request), question.state, max_age=int(OPEN_FOR.total_seconds()), path="/", httponly=True,
            samesite="lax", secure=origin.is_secure(request, self._settings),
        )  # fmt: skip
        return question.url

    def finish(self, request: Request, *, code: str, state: str, issuer: str | None) -> str:
        """Take the provider's answer; gives the new session's secret.

        Raises
        ------
        NotFound
            There is no provider.
        Forbidden
            This browser has not begun this sign-in, it is over or used, or the provider's token does not fit it.
        """
        provider = self._offered()
        origin.check_channel(request, self._settings)
        begun = request.cookies.get(self._cookie(request), "")
        if not begun or not hmac.compare_digest(begun.encode(), state.encode("utf-8", "surrogatepass")):
            raise Forbidden(_REFUSED)
        with writing(self._engine) as session:
            found = session.get(OpenSignIn, accounts.digest(state), with_for_update=True)
            if found is not None:
                session.delete(found)
        if found is None or found.expires < now():
            raise Forbidden(_REFUSED)
        provider.check_issuer(issuer)
        redirect = origin.own_url(request, self._settings) + CALLBACK
        identity = provider.hear(code, redirect, nonce=found.nonce, verifier=found.verifier)
        with writing(self._engine) as session:
            audit.lock(session)
            user = self._account(session, identity)
            return sessions.enter(session, request, self._settings, user.user, way="openid")

    def _account(self, session: Session, identity: Identity) -> User:
        user = accounts.by_subject(session, identity.issuer, identity.subject)
        if user is None:
            user = accounts.by_email(session, identity.email) if identity.email else None
            if user is not None and user.oidc_subject is not None:
                raise Forbidden("This e-mail belongs to an account with another sign-in. Ask an administrator.")
            if user is None:
                email = (
                    identity.email or f"{accounts.digest(identity.issuer + identity.subject)[:24]}@unverified.invalid"
                )
                user = accounts.add(session, email, identity.name[:200])
                audit.record(session, "user.add", user=user.user, target=user.user, detail={"way": "openid"})
            user.oidc_issuer, user.oidc_subject = identity.issuer, identity.subject
            self._crown(session, user, identity)
        if user.disabled:
            raise Forbidden("The account is not active. Ask an administrator.")
        return user

    def _crown(self, session: Session, user: User, identity: Identity) -> None:
        """Make the one whom the settings name administrator, at the first sign-in."""
        named = accounts.plain_email(self._settings.oidc_admin)
        if named and identity.email and accounts.plain_email(identity.email) == named:
            user.administrator = True
            accounts.ensure_workspace(session, LOCAL_WORKSPACE, "Main")
            accounts.set_role(session, LOCAL_WORKSPACE, user.user, "admin")
            audit.record(session, "user.administrator", user=user.user, target=user.user)

    def _offered(self) -> Provider:
        if self._provider is None:
            raise NotFound
        return self._provider

    def _cookie(self, request: Request) -> str:
        return f"{sessions.cookie_name(request, self._settings)}-openid"
