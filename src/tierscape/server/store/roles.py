"""Roles of PostgreSQL: one that owns the tables and changes their form, one that the server works as and policies hold."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

from tierscape.errors import ParameterError

BYPASSES = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
LOG = "audit"
"""A table that the server's role may read and add to, and no more."""


def refuse_bypass(engine: Engine) -> None:
    """See that row-level security holds the role that the server works as.

    Raises
    ------
    ParameterError
        It is a superuser or has BYPASSRLS.
    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        if connection.scalar(BYPASSES):
            name = engine.url.username or "its role"
            raise ParameterError(
                f"store: row-level security does not hold '{name}', which is a superuser or has BYPASSRLS. Give the server a "
                "role of its own: CREATE ROLE tierscape LOGIN NOSUPERUSER NOBYPASSRLS, and let it own the database."
            )


def grant(owner: Engine, role: str) -> None:
    """Let a role that owns nothing read and write rows; the log it can only add to."""
    quoted = owner.dialect.identifier_preparer.quote
    with owner.begin() as connection:
        for table in inspect(connection).get_table_names():
            allowed = "SELECT, INSERT" if table == LOG else "SELECT, INSERT, UPDATE, DELETE"
            connection.exec_driver_sql(f"REVOKE ALL ON {quoted(table)} FROM {quoted(role)}")
            connection.exec_driver_sql(f"GRANT {allowed} ON {quoted(table)} TO {quoted(role)}")
        schema = quoted(str(connection.scalar(text("SELECT current_schema()"))))
        connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted(role)}")
