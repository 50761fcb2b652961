"""Failed sign-ins: counted by account and by address in the store, locked for a while after too many."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tierscape.server.settings import Settings
from tierscape.server.store.account_tables import Failure
from tierscape.server.store.accounts import plain_email
from tierscape.server.store.tables import now


def keys(email: str, address: str) -> tuple[str, str]:
    """Give the keys of an account, whether there is one or not, and of an address."""
    return _key("account", plain_email(email)), _key("address", address)


def wait_s(session: Session, of: Iterable[str]) -> float:
    """Give the seconds for which one of the keys is still locked, 0 where none is."""
    found = [session.get(Failure, key) for key in of]
    left = [(f.until - now()).total_seconds() for f in found if f is not None and f.until is not None]
    return max([0.0, *left])


def fail(session: Session, of: Iterable[str], settings: Settings) -> None:
    """Count a failure; failures further apart than the lock lasts do not add up."""
    window = dt.timedelta(minutes=settings.lockout_minutes)
    for key in of:
        found = session.get(Failure, key, with_for_update=True)
        if found is None:
            found = Failure(key=key, count=0, last=now(), until=None)
            session.add(found)
        if found.last < now() - window or (found.until is not None and found.until <= now()):
            found.count, found.until = 0, None
        found.count += 1
        found.last = now()
        if found.count >= settings.lockout_failures:
            found.until = now() + window
    session.execute(delete(Failure).where(Failure.last < now() - 2 * window))


def forgive(session: Session, key: str) -> None:
    """Forget the failures of a key."""
    session.execute(delete(Failure).where(Failure.key == key))


def _key(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
