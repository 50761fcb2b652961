"""Sign-in at an OpenID provider: code flow with PKCE; state, nonce, issuer, audience and algorithm are pinned.

References
----------
OpenID Connect Core 1.0 (2014), sections 3.1.2 and 3.1.3.7. RFC 7636 (2015), PKCE. RFC 9207 (2022), issuer in the answer.
RFC 9700 (2025), what a client must do today.
"""

from __future__ import annotations

import hmac
import threading
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from tierscape.server.refusals import Forbidden, Unavailable
from tierscape.server.settings import Settings, is_loopback
from tierscape.server.store.accounts import new_secret

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Those of public keys; ``none`` and those of shared secrets are refused whatever a token says of itself."""
SCOPE = "openid email profile"
KEPT_S = 3600
AGAIN_S = 60
LEEWAY_S = 30
MOST_BYTES = 1 << 20
_REFUSED = "The sign-in could not be confirmed. Begin it again from the app."


@dataclass(frozen=True)
class Question:
    """A sign-in that begins: where to send the browser, and what the answer must match."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who the provider says has signed in; the e-mail is empty where the provider has not verified it."""

    issuer: str
    subject: str
    email: str
    name: str


class Provider:
    """The one OpenID provider of the settings; its description and keys are read when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._issuer, self._client = settings.oidc_issuer, settings.oidc_client
        self._secret = settings.oidc_secret.get_secret_value() if settings.oidc_secret else ""
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, str]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def ask(self, redirect_uri: str) -> Question:
        """Begin a sign-in.

        Raises
        ------
        Unavailable
            The provider cannot be reached, or does not describe itself as it must.
        """
        state, nonce, verifier = new_secret(), new_secret(), new_secret() + new_secret()
        url = prepare_grant_uri(
            self._about()["authorization_endpoint"], client_id=self._client, response_type="code",
            redirect_uri=redirect_uri, scope=SCOPE, state=state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return Question(str(url), state, nonce, verifier)

    def hear(self, code: str, redirect_uri: str, *, nonce: str, verifier: str) -> Identity:
        """Change the code for the identity behind it.

        Raises
        ------
        Forbidden
            The provider takes the code for none, or the token is not what was asked for.
        Unavailable
            The provider cannot be reached.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        basic = httpx.BasicAuth(self._client, self._secret) if self._secret else None
        if basic is None:
            form["client_id"] = self._client
        answer = self._fetch("POST", self._about()["token_endpoint"], data=form, auth=basic)
        if answer.status_code != 200:
            raise Forbidden(_REFUSED)
        token = _object(answer).get("id_token")
        if not isinstance(token, str):
            raise Forbidden(_REFUSED)
        return self._identity(self._claims(token), nonce)

    def check_issuer(self, given: str | None) -> None:
        """See that an answer which names its issuer names this one: another provider's code must not come in here.

        Raises
        ------
        Forbidden
            It names another.
        """
        if given is not None and given != self._issuer:
            raise Forbidden(_REFUSED)

    def _claims(self, token: str) -> dict[str, Any]:
        """Check the signature, with fresh keys once where the key is not among those known."""
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        )
        try:
            try:
                decoded = jwt.decode(token, self._key_set(), algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:
                decoded = jwt.decode(token, self._key_set(fresh=True), algorithms=list(ALGORITHMS))
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Forbidden(_REFUSED) from error
        return decoded.claims

    def _identity(self, claims: dict[str, Any], nonce: str) -> Identity:
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        party = claims.get("azp", None if others else self._client)
        if party != self._client or not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise Forbidden(_REFUSED)
        verified = claims.get("email_verified") is True
        email = str(claims.get("email") or "") if verified else ""
        return Identity(
            self._issuer, str(claims["sub"])[:255], email, str(claims.get("name") or email or "New account")
        )

    def _about(self) -> dict[str, str]:
        with self._lock:
            if self._known is None or self._known[0] < time.monotonic() - KEPT_S:
                url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                self._known = (time.monotonic(), self._described(self._fetch("GET", url)))
            return self._known[1]

    def _described(self, answer: httpx.Response) -> dict[str, str]:
        about = _object(answer)
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        good = about.get("issuer") == self._issuer and all(self._is_safe(about.get(name)) for name in names)
        if not good:
            raise Unavailable("The OpenID provider does not describe itself as the issuer that is set.")
        return {name: str(about[name]) for name in names}

    def _is_safe(self, url: object) -> bool:
        """See that an address is https, or of this machine where the issuer is too."""
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        own = urlsplit(self._issuer)
        local = own.scheme == "http" and parts.scheme == "http" and is_loopback(parts.hostname or "")
        return bool(parts.hostname) and (parts.scheme == "https" or local)

    def _key_set(self, *, fresh: bool = False) -> KeySet:
        url = self._about()["jwks_uri"]
        with self._lock:
            age = KEPT_S if not fresh else AGAIN_S
            if self._keys is None or self._keys[0] < time.monotonic() - age:
                keys = [
                    key for key in _object(self._fetch("GET", url)).get("keys", []) if key.get("kty") in ("RSA", "EC")
                ]
                self._keys = (time.monotonic(), KeySet.import_key_set({"keys": keys}))
            return self._keys[1]

    def _fetch(self, method: str, url: str, **how: Any) -> httpx.Response:
        """Ask the provider; redirects are not followed, and the settings of a proxy in the environment are not used."""
        try:
            with httpx.Client(timeout=10, follow_redirects=False, trust_env=False) as client:
                answer = client.request(method, url, **how)
        except httpx.HTTPError as error:
            raise Unavailable("The OpenID provider cannot be reached just now. Try again.") from error
        if answer.status_code >= 500 or (method == "GET" and answer.status_code != 200):
            raise Unavailable("The OpenID provider does not answer as it should just now. Try again.")
        return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json() if len(answer.content) <= MOST_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable("The OpenID provider does not answer as it should just now. Try again.")
    return cast("dict[str, Any]", found)
