"""Revisions of the store, in order; each goes up and down on SQLite and PostgreSQL."""
