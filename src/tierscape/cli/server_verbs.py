"""What the commands of the server do: serve, doctor, backup, restore, accounts."""

from __future__ import annotations

import importlib.metadata
import platform
import socket
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from tierscape._version import __version__
from tierscape.cli import show
from tierscape.errors import DataError, ParameterError
from tierscape.io.networks import load
from tierscape.server.access import ROLES
from tierscape.server.app_files import STATIC
from tierscape.server.application import create_app, held_by
from tierscape.server.passwords import Passwords, check_new
from tierscape.server.settings import Settings, check_bind, is_loopback
from tierscape.server.store import accounts, audit, backup, migrate, networks
from tierscape.server.store.engine import EVERYWHERE, reading, writing
from tierscape.server.store.opening import MAIN, Store, connect, open_store

PORTS = 20
"""How many ports are tried from the wanted one on."""
EXTRAS = {"postgres": "psycopg", "spark": "pyspark", "dask": "distributed"}
LIBRARIES = ("polars", "numpy", "numba", "fastapi", "uvicorn", "sqlalchemy", "duckdb", "highspy", "altair")


def serve(source: str | None, flags: dict[str, Any]) -> None:
    """Serve the app until it is stopped, with a network to begin with."""
    settings = Settings.from_environment(**flags)
    app = create_app(settings)
    with closing(held_by(app).store) as store:
        with reading(store.engine) as session:
            check_bind(settings, accounts=accounts.count(session))
        at = ""
        if source is not None:
            network = load(source)
            networks.put(store, MAIN, network, by=None)
            show.err.print(repr(network))
            at = f"/w/{MAIN}/n/{network.digest}"
        _listen(app, settings, at)


def _listen(app: FastAPI, settings: Settings, at: str) -> None:
    """Say where the app is, and serve it until it is stopped."""
    port = free_port(settings.host, settings.port)
    if settings.port not in (0, port):
        show.err.print(f"Port {settings.port} is taken; this is {port}.")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    if not (STATIC / "index.html").is_file():
        show.err.print("The web app is not built; the API answers. Build it: cd web && npm ci && npm run build")
    if settings.auth == "none":
        show.err.print("No accounts: whoever can reach this machine's loopback is the one local user.")
    elif app.state.sign_in.is_first_run() and (settings.set_up or not is_loopback(settings.host)):
        show.err.print(f"Set-up token for the first account: {app.state.sign_in.set_up_token}")
    show.line(f"{settings.public_url or f'http://{host}:{port}'}{at}")
    sys.stdout.flush()
    uvicorn.run(
        app, host=settings.host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=5,
        proxy_headers=bool(settings.proxies), forwarded_allow_ips=list(settings.proxies) or None, access_log=False,
    )  # fmt: skip


def free_port(host: str, wanted: int) -> int:
    """Give the wanted port, or the next one that is free; 0 gives any.

    Raises
    ------
    ParameterError
        None of the next ports is free, or the host is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, wanted + PORTS) if wanted else [0]:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ParameterError(f"port: {host}:{wanted} and the {PORTS - 1} after it cannot be listened on. Give another one.")


def doctor(flags: dict[str, Any]) -> None:
    """Print versions, extras, settings and the state of the store."""
    show.line(
        f"tierscape {__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    show.line(", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES))
    for extra, module in EXTRAS.items():
        state = "there" if find_spec(module) else f"absent; pip install 'tierscape[{extra}]'"
        show.line(f"extra {extra}: {state}")
    show.line(
        f"web app: {'built' if (STATIC / 'index.html').is_file() else 'not built; cd web && npm ci && npm run build'}"
    )
    settings = Settings.from_environment(**flags)
    for text in settings.lines():
        show.line(text)
    with closing(connect(settings.store_url, settings.data)) as store:
        if not store.made:
            show.line("store: not made yet; 'tierscape serve' makes it")
            return
        now = migrate.revision(store.engine)
        show.line(f"store: revision {now}, this version works with {migrate.newest()}")
        faults = backup.faults(store) if now == migrate.newest() else []
    show.line("\n".join(faults) if faults else "store: every file is as it was written")
    if faults:
        raise SystemExit(DataError.exit_code)


def back_up(target: Path, flags: dict[str, Any]) -> None:
    """Copy the store and its files into one archive.

    Raises
    ------
    ParameterError
        There is no store.
    """
    settings = Settings.from_environment(**flags)
    with closing(_made(settings)) as store:
        counted, head = backup.write(store, target)
    show.line(f"Written: {target}, {counted} networks, {target.stat().st_size / 2**20:,.1f} MiB")
    show.line(f"The log ends at {head}. Keep this elsewhere; 'tierscape audit --head' looks for it.")


def restore(source: Path, flags: dict[str, Any]) -> None:
    """Make a store of an archive; never over one that is there."""
    settings = Settings.from_environment(**flags)
    counted = backup.read(source, settings.store_url, settings.data)
    show.line(f"Restored: {counted} networks, every digest checked. Start it: tierscape serve")


def check_log(kept: str | None, flags: dict[str, Any]) -> None:
    """Follow the chain of the log; ends with an error where a row was changed, or an end that was kept is not in it.

    Raises
    ------
    ParameterError
        There is no store, or what was kept is no end of a log.
    """
    published = None if kept is None else audit.Head.read(kept)
    settings = Settings.from_environment(**flags)
    with closing(_made(settings)) as store, reading(store.engine, EVERYWHERE) as session:
        verdict = audit.verify(session, published)
    show.line(f"log: {verdict.head.entry} rows follow one another, to {verdict.head}")
    if verdict.broken is not None:
        show.err.print(f"Row {verdict.broken} was changed or is missing. Compare with a backup from before.")
        raise SystemExit(DataError.exit_code)


def _made(settings: Settings) -> Store:
    store = connect(settings.store_url, settings.data)
    if not store.made:
        store.close()
        raise ParameterError(f"store: there is none in {settings.data}. Name it by --data or --store.")
    return store


def add_user(who: tuple[str, str], role: str, password: str, flags: dict[str, Any]) -> None:
    """Make a local account of an e-mail and a name; the first one is an administrator.

    Raises
    ------
    ParameterError
        There is no such role, or the password is not good enough.
    """
    email, name = who
    if role not in ROLES:
        raise ParameterError(f"role: there is no '{role}'. There are {', '.join(ROLES)}.")
    settings = Settings.from_environment(**flags)
    check_new(password, name, email)
    hashed = Passwords(settings).hash(password)
    opened = open_store(settings.store_url, settings.data, settings.owner_url)
    with closing(opened) as store, writing(store.engine) as session:
        audit.lock(session)
        first = accounts.count(session) == 0
        user = accounts.add(session, email, name, password=hashed, administrator=first or role == "admin")
        accounts.ensure_workspace(session, MAIN, "Main")
        accounts.set_role(session, MAIN, user.user, "admin" if first else role)
        audit.record(session, "user.add", user=None, target=user.user)
    show.line(f"Made: {email}, {'admin' if first else role} of workspace {MAIN}")
