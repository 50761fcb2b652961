"""Refusals of the server that no analysis knows: absent, moved, too large, not signed in.

``error`` in the body of an answer is the name of the class. A thing of another workspace is refused as if it were absent.
"""

from __future__ import annotations

from collections.abc import Mapping

from tierscape.errors import TierscapeError


class Refused(TierscapeError):  # noqa: N818 - the name says what became of the request
    """Base of all refusals of the server; ``headers`` go with the answer."""

    http_status = 400

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        self.headers = dict(headers or {})
        super().__init__(message)


class BadRequest(Refused):
    """No well-formed question: broken JSON, or a body of another kind than the headers say."""


class NotFound(Refused):
    """Nothing of that name that the reader may see; the same for absent and forbidden."""

    http_status = 404

    def __init__(
        self, message: str = "There is nothing here. See that the address is right and that you may see it."
    ) -> None:
        super().__init__(message)


class Conflict(Refused):
    """It was changed by another since the reader saw it."""

    http_status = 409


class TooLarge(Refused):
    """The body, or what it would unpack to, is larger than allowed."""

    http_status = 413


class TooMany(Refused):
    """More requests, or more failed sign-ins, than allowed; ``Retry-After`` says when to come again."""

    http_status = 429

    def __init__(self, message: str, *, wait_s: float = 5) -> None:
        super().__init__(message, headers=_retry(wait_s))


class NotSignedIn(Refused):
    """Nobody is signed in, or the session or token has ended."""

    http_status = 401

    def __init__(self, message: str = "Sign in first, or send a valid token.") -> None:
        super().__init__(message, headers={"WWW-Authenticate": 'Bearer realm="tierscape"'})


class Forbidden(Refused):
    """The reader may see this but not do it, or a browser asks on behalf of another site."""

    http_status = 403


class Unavailable(Refused):
    """The store or a sign-in service cannot be reached or written; ``Retry-After`` says when to come again."""

    http_status = 503

    def __init__(self, message: str, *, wait_s: float = 2) -> None:
        super().__init__(message, headers=_retry(wait_s))


def _retry(wait_s: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, int(wait_s + 0.999)))}
