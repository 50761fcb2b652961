"""Ways in: the first run, password, invitation, OpenID; each ends in a new session, each try is counted and logged."""

from __future__ import annotations

import hmac
import secrets
import threading

from fastapi import Request
from sqlalchemy import Engine

from tierscape.server import lockout, origin, sessions
from tierscape.server.access import LOCAL_WORKSPACE, Actor
from tierscape.server.limits import Buckets
from tierscape.server.passwords import Passwords, check_new
from tierscape.server.refusals import Conflict, Forbidden, NotSignedIn, TooMany
from tierscape.server.settings import Settings
from tierscape.server.store import accounts, audit
from tierscape.server.store.engine import reading, writing

_WRONG = "E-mail or password is wrong, or the account is not active."


class SignIn:
    """Lets people in.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of the store.
    settings : Settings
        Who signs people in, and the limits.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self.passwords = Passwords(settings)
        given = settings.set_up_token
        self.set_up_token = given.get_secret_value() if given else secrets.token_urlsafe(18)
        """What `tierscape serve` prints where the first run is open to others."""
        per_s = settings.logins_per_minute / 60
        self._tries = Buckets(per_s, max(1.0, settings.logins_per_minute))
        self._password_turns = threading.BoundedSemaphore(4)

    def is_first_run(self) -> bool:
        """See whether there is no account yet, and passwords are how one signs in."""
        if self._settings.auth != "local":
            return False
        with reading(self._engine) as session:
            return accounts.count(session) == 0

    def first_run(self, request: Request, *, name: str, email: str, password: str, token: str) -> str:
        """Make the first account, administrator and admin of the first workspace; gives the session's secret.

        Raises
        ------
        Conflict
            There is an account already.
        Forbidden
            The request comes from elsewhere and does not bring the set-up token.
        ParameterError
            The password is not good enough.
        """
        self._admit(request)
        behind = self._settings.set_up or self._settings.public_url or self._settings.proxies
        local = origin.is_local(request) and not behind
        if not (local or hmac.compare_digest(token.encode(), self.set_up_token.encode())):
            raise Forbidden("The set-up token is wrong. The server has printed it when it started.")
        check_new(password, name, email)
        hashed = self._hash(password)
        with writing(self._engine) as session:
            audit.lock(session)
            if self._settings.auth != "local" or accounts.count(session):
                raise Conflict("The first account was made already. Sign in.")
            user = accounts.add(session, email, name, password=hashed, administrator=True)
            accounts.ensure_workspace(session, LOCAL_WORKSPACE, "Main")
            accounts.set_role(session, LOCAL_WORKSPACE, user.user, "admin")
            audit.record(session, "first_run", user=user.user, target=user.user)
            return sessions.enter(session, request, self._settings, user.user, way="first run")

    def by_password(self, request: Request, email: str, password: str) -> str:
        """Let a person in by e-mail and password; gives the new session's secret.

        Raises
        ------
        NotSignedIn
            One of the two is wrong; which, or whether there is such an account, is not said.
        TooMany
            Too many tries.
        Forbidden
            Passwords are not used here, or the channel is not safe.
        """
        self._use_passwords()
        self._admit(request, email)
        keys = lockout.keys(email, origin.address(request))
        with reading(self._engine) as session:
            wait = lockout.wait_s(session, keys)
            user = accounts.by_email(session, email)
        if wait:
            raise TooMany("Too many failed sign-ins. Wait, then try again.", wait_s=wait)
        stored = user.password if user and not user.disabled else None
        with self._password_turns:
            good = self.passwords.matches(password, stored)
        if user is None or stored is None or not good:
            with writing(self._engine) as session:
                lockout.fail(session, keys, self._settings)
                audit.record(session, "sign_in.failed", user=None, target=user.user if user else "")
            raise NotSignedIn(_WRONG)
        fresh = self._hash(password) if self.passwords.is_dated(stored) else None
        with writing(self._engine) as session:
            lockout.forgive(session, keys[0])
            if fresh:
                accounts.person(session, user.user).password = fresh
            return sessions.enter(session, request, self._settings, user.user, way="password")

    def change_password(self, request: Request, actor: Actor, *, current: str, new: str) -> None:
        """Give a person who knows the present password a new one; sessions elsewhere end.

        Raises
        ------
        Forbidden
            Passwords are not used here.
        NotSignedIn
            The present password is wrong.
        TooMany
            Too many tries.
        ParameterError
            The new password is not good enough.
        """
        self._use_passwords()
        self._admit(request, actor.email)
        keys = lockout.keys(actor.email, origin.address(request))
        with reading(self._engine) as session:
            wait = lockout.wait_s(session, keys)
            user = accounts.person(session, actor.user)
        if wait:
            raise TooMany("Too many failed tries. Wait, then try again.", wait_s=wait)
        with self._password_turns:
            good = self.passwords.matches(current, user.password)
        if not good:
            with writing(self._engine) as session:
                lockout.fail(session, keys, self._settings)
                audit.record(session, "password.refused", user=user.user, target=user.user)
            raise NotSignedIn("The present password is wrong.")
        check_new(new, user.name, user.email)
        hashed = self._hash(new)
        with writing(self._engine) as session:
            accounts.person(session, user.user).password = hashed
            accounts.end_access(session, user.user, but=actor.credential)
            audit.record(session, "password.set", user=user.user, target=user.user)

    def by_invitation(self, request: Request, secret: str, password: str) -> str:
        """Set the first password of an account, or a new one, by invitation; gives the new session's secret.

        Raises
        ------
        Forbidden
            Passwords are not used here.
        NotSignedIn
            The invitation is used, over, or none.
        ParameterError
            The password is not good enough; the invitation stays good.
        """
        self._use_passwords()
        self._admit(request)
        with reading(self._engine) as session:
            user = accounts.invited(session, secret)
        if user is None:
            raise NotSignedIn("The invitation is over, or was used. Ask for another one.")
        check_new(password, user.name, user.email)
        hashed = self._hash(password)
        with writing(self._engine) as session:
            if accounts.accept(session, secret) is None:
                raise NotSignedIn("The invitation is over, or was used. Ask for another one.")
            accounts.person(session, user.user).password = hashed
            accounts.end_access(session, user.user)
            return sessions.enter(session, request, self._settings, user.user, way="invitation")

    def _use_passwords(self) -> None:
        if self._settings.auth == "oidc":
            raise Forbidden("Sign in with the provider of your organisation.")

    def _admit(self, request: Request, email: str | None = None) -> None:
        """Look at channel and site, and at how often one tries from this address and for this account."""
        origin.check_channel(request, self._settings)
        origin.check_site(request, self._settings)
        wait = self._tries.take(f"address {origin.address(request)}")
        if email is not None:
            wait = max(wait, self._tries.take(f"account {accounts.plain_email(email)}"))
        if wait:
            raise TooMany("Too many sign-ins in a minute. Wait, then try again.", wait_s=wait)

    def _hash(self, password: str) -> str:
        with self._password_turns:
            return self.passwords.hash(password)
