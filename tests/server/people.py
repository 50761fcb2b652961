"""Browsers and programs that talk to an app in this process, and the people behind them."""

from __future__ import annotations

import asyncio
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from tierscape.server.application import create_app
from tierscape.server.passwords import Passwords
from tierscape.server.settings import Settings
from tierscape.server.store import accounts
from tierscape.server.store.engine import writing
from tierscape.server.store.opening import open_store

SITE = "https://plan.example.org"
PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who are not there
CHEAP: dict[str, Any] = {
    "argon2_time": 1, "argon2_memory_kib": 8, "argon2_lanes": 1, "logins_per_minute": 1000, "rate_per_s": 10_000,
    "rate_burst": 10_000, "workers": 1,
}  # fmt: skip


T = TypeVar("T")


class Client:
    """A browser with cookies, at one address; like one it sends ``Origin`` with what changes something."""

    def __init__(self, app: FastAPI, site: str = SITE, address: str = "203.0.113.7") -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 40_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=site, follow_redirects=False)
        self.site, self.csrf = site, ""

    def ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        """Send a request."""
        headers = {"Origin": self.site} if method not in ("GET", "HEAD") else {}
        if self.csrf:
            headers["X-CSRF"] = self.csrf
        headers |= how.pop("headers", {})
        given = {name: value for name, value in headers.items() if value is not None}
        return asyncio.run(self._ask(method, url, headers=given, **how))

    async def _ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        return await self.http.request(method, url, **how)

    def get(self, url: str, **how: Any) -> httpx.Response:
        return self.ask("GET", url, **how)

    def post(self, url: str, json: Any = None, **how: Any) -> httpx.Response:
        return self.ask("POST", url, json=json, **how)

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/api/login", {"email": email, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


class Program(Client):
    """A program with a token; it sends neither cookies nor ``Origin``."""

    def __init__(self, app: FastAPI, token: str) -> None:
        super().__init__(app)
        self.authorization = f"Bearer {token}".encode()

    def ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        return super().ask(
            method,
            url,
            **{**how, "headers": {"Origin": None, "Authorization": self.authorization, **how.get("headers", {})}},
        )


@dataclass(eq=False)
class World:
    """An app on a store of its own, with people: ada administers; vera views, paul plans, anna is admin of 'main'; otto is no
    member of it but admin of 'other'."""

    app: FastAPI
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def engine(self):
        return self.app.state.engine

    def browser(self, who: str | None = None, **how: Any) -> Client:
        """Open a browser, signed in where somebody is named."""
        client = Client(self.app, **how)
        if who is not None:
            assert client.sign_in(f"{who}@example.org").status_code == 200
        return client

    def token(self, who: str, workspace: str = "main", role: str = "viewer", **more: Any) -> str:
        """Make a token for somebody."""
        given = {"name": "a program", "workspace": workspace, "role": role, **more}
        answer = self.browser(who).post("/api/tokens", given)
        assert answer.status_code == 201, answer.text
        return answer.json()["secret"]


ROLES = {"ada": {}, "vera": {"main": "viewer"}, "paul": {"main": "planner"}, "anna": {"main": "admin"}, "otto": {"other": "admin"}}  # fmt: skip


def make_world(folder: Path, store: str = "", *, people: bool = True, **settings: Any) -> World:
    """Make an app; without people nobody has an account yet."""
    ids: dict[str, str] = {}
    if not store and (people or not (folder / "store.db").exists()):
        content, ids = _peopled() if people else (migrated(), ids)
        (folder / "store.db").write_bytes(content)
    world = World(create_app(Settings(**{**CHEAP, "data": folder, "store": store, **settings})))
    weakref.finalize(world, _close, world.app.state.serving.workers, world.engine)
    if people:
        world.ids = ids if not store else add_people(world.engine)
    return world


def add_people(engine: Engine) -> dict[str, str]:
    """Make the accounts and the workspace 'other'; gives ids by name."""
    hashed, ids = Passwords(Settings(**CHEAP)).hash(PASSWORD), {}
    with writing(engine) as session:
        accounts.add_workspace(session, "other", "Other")
        for who, roles in ROLES.items():
            email = f"{who}@example.org"
            ids[who] = accounts.add(session, email, who.title(), password=hashed, administrator=who == "ada").user
            for workspace, role in roles.items():
                accounts.set_role(session, workspace, ids[who], role)
    return ids


@cache
def migrated() -> bytes:
    """Give the file of an empty store, made once: migrating costs more than most tests."""
    return _made(lambda _: None)[0]


@cache
def _peopled() -> tuple[bytes, dict[str, str]]:
    """Give the file of a store with people in it, and their ids."""
    return _made(add_people)


def _made(fill: Callable[[Engine], T]) -> tuple[bytes, T]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.db", Path(folder))
        given = fill(store.engine)
        store.engine.dispose()
        return Path(folder, "store.db").read_bytes(), given


def _close(workers: Any, engine: Any) -> None:
    workers.stop()
    engine.dispose()
