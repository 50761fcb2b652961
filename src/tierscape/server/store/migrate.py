"""Bring a store to the revision of this version, and back."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from tierscape.errors import ParameterError
from tierscape.server.store.engine import EVERYWHERE

FOLDER = Path(__file__).with_name("migrations")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(FOLDER, version_locations=[FOLDER / "versions"])


def newest() -> str:
    """Give the revision that this version of tierscape works with."""
    return str(_scripts().get_current_head())


def revision(engine: Engine) -> str | None:
    """Give the revision of a store, None where it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring a store up to a revision, all of it or nothing.

    Raises
    ------
    ParameterError
        The store was written by a newer version of tierscape.
    """
    scripts = _scripts()
    known = {script.revision for script in scripts.walk_revisions()}
    now = revision(engine)
    if now is not None and now not in known:
        raise ParameterError(
            f"store: it has the revision '{now}', which this version does not know. Install a newer one."
        )
    _run(engine, scripts, lambda at, _: scripts._upgrade_revs(to, at))


def downgrade(engine: Engine, to: str) -> None:
    """Take a store back to an earlier revision, ``base`` for an empty one."""
    scripts = _scripts()
    _run(engine, scripts, lambda at, _: scripts._downgrade_revs(to, at))


def _run(engine: Engine, scripts: ScriptDirectory, steps: object) -> None:
    with (
        EnvironmentContext(Config(), scripts, fn=steps) as environment,
        engine.execution_options(writes=True, scope=EVERYWHERE).connect() as connection,
    ):
        environment.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
        with environment.begin_transaction():
            environment.run_migrations()
