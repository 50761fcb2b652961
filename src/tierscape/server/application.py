"""The application: settings in, a server out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from tierscape._version import __version__
from tierscape.server import app_files, failures
from tierscape.server.answers import Answers
from tierscape.server.routes import (
    accounts,
    administration,
    asking,
    catalogue,
    comparing,
    health,
    jobs,
    members,
    names,
    networks,
    pictures,
    reports,
    results,
    rows,
    scenarios,
)
from tierscape.server.security import GuardedApp
from tierscape.server.serving import Serving
from tierscape.server.settings import Settings
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import open_store
from tierscape.server.store.results import Bodies
from tierscape.server.what_if import Residents
from tierscape.server.workers import Workers
from tierscape.server.working import Workplace

ROUTES = (
    results, asking, health, catalogue, accounts, administration, members, networks, rows, names, pictures, jobs, scenarios,
    comparing, reports,
)  # fmt: skip
"""The most asked for first: routes are tried in this order."""
SMALLEST_PACKED = 1000


def create_app(settings: Settings | None = None, *, static: Path = app_files.STATIC) -> FastAPI:
    """Make the application of a server.

    Parameters
    ----------
    settings : Settings, optional
        From the environment by default.
    static : pathlib.Path
        Folder of the built web app.

    Raises
    ------
    ParameterError
        A setting is out of range, or the store cannot be used with this version.
    """
    settings = settings or Settings.from_environment()
    store = open_store(settings.store_url, settings.data, settings.owner_url)
    shelf, bodies = Shelf(store), Bodies(store)
    place = Workplace(
        settings.store_url, str(settings.data), os.getpid(), settings.memory_gib, list(map(str, settings.data_paths))
    )
    workers = Workers(
        store, place, number=settings.workers, timeout_s=settings.job_timeout_s, cache=(bodies, settings.cache_gib * 2**30)
    )  # fmt: skip
    app = GuardedApp(
        settings, store.engine, title="tierscape", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", responses=failures.RESPONSES,
    )  # fmt: skip
    app.state.serving = Serving(settings, store, shelf, Answers(store, shelf, bodies), workers, Residents())
    failures.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_PACKED, compresslevel=5)
    for module in ROUTES:
        app.include_router(module.router)
    app.include_router(app_files.make_router(static))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    held: Serving = app.state.serving
    held.workers.start()
    try:
        yield
    finally:
        held.workers.stop()
        held.answers.bodies.write_use()
        held.store.engine.dispose()


def held_by(app: FastAPI) -> Serving:
    """Give what an application holds."""
    held: Serving = app.state.serving
    return held
