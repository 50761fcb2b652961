"""Passwords: argon2id, one answer and like time for an account that is not there, and what a password must be."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tierscape.errors import ParameterError
from tierscape.server.settings import Settings

SHORTEST, LONGEST = 12, 256


class Passwords:
    """Hashes and checks passwords with the parameters of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time, memory_cost=settings.argon2_memory_kib, parallelism=settings.argon2_lanes
        )

    @cached_property
    def _nobody(self) -> str:
        """Hash that is checked where there is no account, so that the answer takes as long."""
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Hash a password; its parameters stand in the hash."""
        return self._hasher.hash(_plain(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """See whether a password is the stored one; the same work is done where none is stored."""
        try:
            return self._hasher.verify(stored or self._nobody, _plain(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_dated(self, stored: str) -> bool:
        """See whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_new(password: str, *about: str) -> None:
    """Refuse a password that is short, simple, or made from what is known of its owner.

    Parameters
    ----------
    password : str
        What was chosen; any characters, no rules on their kinds.
    *about : str
        Name and e-mail of the owner.

    Raises
    ------
    ParameterError
        It is not good enough; the message says why, never what it was.
    """
    plain = _plain(password)
    low = plain.casefold()
    words = {word for text in about for word in text.casefold().replace("@", " ").replace(".", " ").split()}
    rest = low
    for word in sorted((w for w in words | {"tierscape", "password"} if len(w) > 2), key=len, reverse=True):
        rest = rest.replace(word, "")
    if not SHORTEST <= len(plain) <= LONGEST:
        raise ParameterError(f"password: use {SHORTEST} to {LONGEST} characters.")
    if len(set(low)) < 5 or _is_run(low):
        raise ParameterError("password: use more different characters than that.")
    if len(rest) < SHORTEST // 2:
        raise ParameterError("password: it says little beside your name, your e-mail or the name of this program.")


def _is_run(text: str) -> bool:
    """See a row of neighbours, such as abcdefghijkl or 987654321098."""
    steps = {(ord(b) - ord(a)) % 10 if a.isdigit() and b.isdigit() else ord(b) - ord(a) for a, b in pairwise(text)}
    return len(steps) == 1


def _plain(password: str) -> str:
    """One form for the same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)
