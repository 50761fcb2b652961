"""Backup and restore: rows as JSON lines and the network files in one archive, the same for SQLite and PostgreSQL.

The archive is read from one snapshot, so that it equals one point of the store's history even while it is written to. Answers
that no report names are left out: they are a cache.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Integer, LargeBinary, MetaData, Table, func, select, text
from sqlalchemy.orm import Session

from tierscape._version import __version__
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.server.store import audit, blobs, migrate
from tierscape.server.store.engine import EVERYWHERE, reading
from tierscape.server.store.opening import Store, connect
from tierscape.server.store.tables import Blob

MANIFEST = "manifest.json"
LOG = "audit"
ROWS = 500
AT_ONE_POINT = {"isolation_level": "REPEATABLE READ", "scope": EVERYWHERE}


def write(store: Store, target: Path) -> tuple[int, audit.Head]:
    """Write a backup; the target appears whole or not at all.

    Returns
    -------
    tuple of int and Head
        Number of networks in it, and where its log ends.

    Raises
    ------
    ParameterError
        The target exists, or a network was deleted while the backup was written.
    """
    if target.exists():
        raise ParameterError(f"backup: {target} exists. Choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.new")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            number, head = _dump(store, archive)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return number, head


def _dump(store: Store, archive: zipfile.ZipFile) -> tuple[int, audit.Head]:
    isolated = store.engine if store.embedded else store.engine.execution_options(**AT_ONE_POINT)
    with isolated.connect() as connection:
        tables = _tables(connection)
        counts = {table.name: _dump_table(connection, table, archive) for table in tables}
        held = connection.execute(select(_table(tables, "blobs"))).mappings().all()
        head = audit.head(Session(connection)) if any(t.name == LOG for t in tables) else audit.Head(0, audit.START)
    for row in held:
        path = store.networks / row["folder"] / f"{row['table_name']}.parquet"
        if not path.is_file():
            raise ParameterError("backup: a network was deleted while the backup was written. Start it again.")
        archive.write(path, f"networks/{row['folder']}/{path.name}", zipfile.ZIP_STORED)
    manifest = {"tierscape": __version__, "revision": migrate.revision(store.engine), "rows": counts, "log": str(head)}
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return len({row["digest"] for row in held}), head


def _tables(connection: Connection) -> list[Table]:
    """Give every table as the store has it, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def _table(tables: list[Table], name: str) -> Table:
    return next(table for table in tables if table.name == name)


def _dump_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    wanted = select(table)
    if table.name == "results":
        named = table.metadata.tables["report_results"].c.result_key
        wanted = wanted.where(table.c.result_key.in_(select(named)))
    count = 0
    with archive.open(f"rows/{table.name}.jsonl", "w", force_zip64=True) as file:
        for row in connection.execution_options(yield_per=ROWS).execute(wanted).mappings():
            plain = {c.name: _told(c, row[c.name]) for c in table.columns}
            file.write(json.dumps(plain, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            count += 1
    return count


def _told(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(column.type, DateTime) else value


def _read(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    if isinstance(column.type, DateTime):
        moment = dt.datetime.fromisoformat(value)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    return value


def read(source: Path, url: str, data: Path) -> int:
    """Make a store of a backup, and check every digest.

    Parameters
    ----------
    source : pathlib.Path
        Archive that ``write`` made.
    url : str
        Address of a store that is empty or not there yet.
    data : pathlib.Path
        Its data folder.

    Returns
    -------
    int
        Number of networks.

    Raises
    ------
    ParameterError
        The archive cannot be read or was changed, or the store holds something already.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = connect(url, data)
    try:
        return _restore(source, store)
    finally:
        store.engine.dispose()


def _restore(source: Path, store: Store) -> int:
    if migrate.revision(store.engine) is not None or (store.networks.is_dir() and any(store.networks.iterdir())):
        raise ParameterError("restore: the store holds something already. Name an empty one, and another data folder.")
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            store.networks.mkdir(exist_ok=True)
            _unpack(archive, store.networks)
            migrate.upgrade(store.engine, manifest["revision"])
            _fill(store, archive)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ParameterError(f"restore: {source} is no backup that can be read ({error}).") from error
    migrate.upgrade(store.engine)
    wrong = faults(store) + _broken_log(store, manifest.get("log"))
    if wrong:
        raise ParameterError("restore: " + " ".join(wrong[:5]))
    with reading(store.engine, EVERYWHERE) as session:
        return session.scalar(select(func.count(func.distinct(Blob.digest)))) or 0


def _broken_log(store: Store, kept: str | None) -> list[str]:
    """Say where the log that was restored is not that of the manifest; older backups name none."""
    with reading(store.engine, EVERYWHERE) as session:
        verdict = audit.verify(session, audit.Head.read(kept) if kept else None)
    return [] if verdict.broken is None else [f"Row {verdict.broken} of the log was changed or is missing."]


def _unpack(archive: zipfile.ZipFile, networks: Path) -> None:
    for entry in archive.infolist():
        steps = Path(entry.filename).parts
        if steps[0] == "networks" and len(steps) == 3 and ".." not in steps:
            target = networks / steps[1] / steps[2]
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(archive.read(entry))


def _fill(store: Store, archive: zipfile.ZipFile) -> None:
    with store.engine.execution_options(writes=True, scope=EVERYWHERE).begin() as connection:
        for table in _tables(connection):
            name = f"rows/{table.name}.jsonl"
            if name in archive.namelist():
                for rows in _batches(archive, name, table):
                    connection.execute(table.insert(), rows)
                _count_on(connection, table)


def _batches(archive: zipfile.ZipFile, name: str, table: Table) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with archive.open(name) as file:
        for line in file:
            row = json.loads(line)
            batch.append({c.name: _read(c, row[c.name]) for c in table.columns if c.name in row})
            if len(batch) == ROWS:
                yield batch
                batch = []
    if batch:
        yield batch


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on counting where the restored rows end."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name == "postgresql" and len(keys) == 1 and isinstance(keys[0].type, Integer):
        top = connection.execute(select(func.max(keys[0]))).scalar()
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": keys[0].name}
        ).scalar()
        if top is not None and sequence is not None:
            connection.execute(text("SELECT setval(:sequence, :top)"), {"sequence": sequence, "top": top})


def faults(store: Store) -> list[str]:
    """Give in words what is wrong with the files of a store: gone, changed, or not what their digest says."""
    with reading(store.engine, EVERYWHERE) as session:
        held = session.scalars(select(Blob).order_by(Blob.digest, Blob.table)).all()
    by_digest: dict[str, list[Blob]] = {}
    for blob in held:
        by_digest.setdefault(blob.digest, []).append(blob)
    wrong = []
    for digest, files in by_digest.items():
        broken = [blob.table for blob in files if not blobs.check_blob(store.networks, blob)]
        if broken:
            wrong.append(f"Network {digest[:12]}: the files of {', '.join(broken)} are gone or changed.")
        elif Network("", blobs.read_blobs(store.networks, files)).digest != digest:
            wrong.append(f"Network {digest[:12]}: its tables have another digest.")
    return wrong
